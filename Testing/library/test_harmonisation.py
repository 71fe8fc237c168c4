"""ComBat: the numbers of neuroCombat, learned from training data alone, and frozen for later patients."""

import contextlib
import csv
import io
import json

import numpy as np
import pandas as pd
import pytest
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.modelling.chain import chain
from RadiomicsOrthoLib.modelling.chain_validation import validate_chain
from RadiomicsOrthoLib.modelling.dataset import dataset
from RadiomicsOrthoLib.modelling.harmonisation.combat import fit_combat
from RadiomicsOrthoLib.modelling.harmonisation.comparison import between
from RadiomicsOrthoLib.modelling.harmonisation.frozen import read_frozen
from RadiomicsOrthoLib.modelling.harmonisation.step import ComBat
from RadiomicsOrthoLib.modelling.schemes import CrossValidation, LeaveOneCentreOut
from RadiomicsOrthoLib.resources import resource_folder

NAMES = [f"original_firstorder_F{number}" for number in range(12)]


def scanned(count=90, seed=0):
    """Features of three scanners with their own shifts and scales; age matters for all."""
    random = np.random.default_rng(seed)
    batch = np.resize(["A", "B", "B", "C"], count)
    age = random.normal(60, 10, count)
    shift = {one: random.normal(size=12) for one in "ABC"}
    scale = {one: random.uniform(0.6, 1.6, 12) for one in "ABC"}
    x = random.normal(size=(count, 12)) * [scale[one] for one in batch] + [shift[one] for one in batch]
    return x + 0.05 * age[:, np.newaxis], batch, age


def test_the_numbers_are_those_of_neurocombat():
    neuro = pytest.importorskip("neuroCombat")
    x, batch, age = scanned()
    sex = np.resize([0.0, 1.0, 0.0], 90)
    facts = pd.DataFrame({"batch": batch, "age": age, "sex": sex})
    for columns, options in ((["age", "sex"], {"continuous_cols": ["age"], "categorical_cols": ["sex"]}), ([], {})):
        with contextlib.redirect_stdout(io.StringIO()):
            expected = neuro.neuroCombat(dat=x.T, covars=facts, batch_col="batch", **options)["data"].T
        covariates = facts[columns].to_numpy(float) if columns else None
        found = fit_combat(x, batch, NAMES, covariates, columns).apply(x, batch, covariates)
        # theirs stops at a change of 1e-4, and takes ages as float32
        assert found == pytest.approx(expected, abs=2e-3)


def test_scanners_lie_together_and_age_stays():
    x, batch, age = scanned(400)
    found = fit_combat(x, batch, NAMES, age[:, np.newaxis], ["age"]).apply(x, batch, age[:, np.newaxis])
    assert between(x, batch).mean() > 0.2 and between(found, batch).max() < 0.01
    slopes = np.polyfit(age, found, 1)[0]
    assert slopes == pytest.approx(np.full(12, 0.05), abs=0.02)
    assert fit_combat(x, batch, NAMES).notes == ()


def test_a_later_patient_is_changed_by_what_was_learned_before():
    x, batch, _ = scanned()
    learned = fit_combat(x[:60], batch[:60], NAMES)
    alone = learned.apply(x[70:71], batch[70:71])
    assert np.array_equal(alone, learned.apply(x, batch)[70:71])
    again = fit_combat(x[:60], batch[:60], NAMES)
    assert np.array_equal(alone, again.apply(x[70:71], batch[70:71]))


def test_what_cannot_be_harmonised_is_refused_in_one_sentence():
    x, batch, age = scanned()
    learned = fit_combat(x, batch, NAMES, age[:, np.newaxis], ["age"])
    with pytest.raises(InputError, match=r"Nothing was learned of the scanner 'D', only of A, B, C"):
        learned.apply(x[:1], ["D"], age[:1, np.newaxis])
    with pytest.raises(InputError, match="needs age"):
        learned.apply(x, batch)
    with pytest.raises(InputError, match="'age' is missing"):
        learned.apply(x[:1], ["A"], np.array([[np.nan]]))
    with pytest.raises(InputError, match="nothing to harmonise"):
        fit_combat(x, ["A"] * 90, NAMES)
    with pytest.raises(InputError, match="one row only"):
        fit_combat(x, ["A"] * 89 + ["B"], NAMES)
    with pytest.raises(InputError, match="cannot be told apart"):
        fit_combat(x, batch, NAMES, (batch == "A")[:, np.newaxis].astype(float), ["site"])
    x[batch == "A", 3] = np.nan
    with pytest.raises(InputError, match="F3' has fewer than two values"):
        fit_combat(x, batch, NAMES)


def test_missing_values_stay_missing_and_constant_features_stay_as_they_are():
    x, batch, _ = scanned()
    x[5, 2], x[:, 7] = np.nan, 3.0
    x[:, 9] = np.where(batch == "A", 2.0, 4.0)
    found = fit_combat(x, batch, NAMES).apply(x, batch)
    assert found[:, 9] == pytest.approx(np.full(90, found[0, 9]))
    assert np.isnan(found).sum() == 1 and np.isnan(found[5, 2])
    assert np.isfinite(fit_combat(x, batch, NAMES).shift).all()
    assert found[:, 7] == pytest.approx(np.full(90, 3.0), abs=1e-9)


def test_a_few_rows_of_a_scanner_are_noted():
    x, batch, _ = scanned(40)
    assert "A (10)" in fit_combat(x, batch, NAMES).notes[0] and "B (" not in fit_combat(x, batch, NAMES).notes[0]


def subjects(x, batch):
    people = [f"p{number}" for number in range(len(x))]
    return people, dict(zip(people, batch, strict=True))


def test_a_step_in_a_chain_learns_in_each_training_part_alone():
    x, batch, _ = scanned(120)
    people, batches = subjects(x, batch)
    random = np.random.default_rng(1)
    of_scanner = np.array([x[batch == one, 0].mean() for one in batch])
    outcome = (x[:, 0] - of_scanner + random.normal(size=120) > 0).astype(int)
    data = dataset(dict(zip(NAMES, x.T, strict=True)), outcome, people, centres=batch)

    def made(seed):
        return chain([{"t_test": {"k": 4}}], "ridge_logistic", seed, before=[("combat", ComBat(batches))])

    judged = validate_chain(data, made, CrossValidation(4), 0)
    assert np.mean([one.measured(data) for one in judged]) > 0.6
    # the rows of the training part alone decide what is learned
    split = judged[0].split
    first = made(0).fit(data.frame.iloc[split.train], outcome[split.train])
    expected = fit_combat(x[split.train], batch[split.train], NAMES)
    assert np.array_equal(first[0].combat_.shift, expected.shift)
    assert list(first[0].get_feature_names_out()) == NAMES
    with pytest.raises(InputError, match="Nothing was learned of the scanner"):
        validate_chain(data, made, LeaveOneCentreOut(), 0)


def test_the_step_knows_people_by_the_index():
    x, batch, _ = scanned()
    people, batches = subjects(x, batch)
    frame = pd.DataFrame(x, columns=NAMES, index=pd.Index(people, name="subject"))
    assert np.array_equal(ComBat(batches).fit(frame).transform(frame), fit_combat(x, batch, NAMES).apply(x, batch))
    with pytest.raises(InputError, match="named 'subject'"):
        ComBat(batches).fit(x)
    with pytest.raises(InputError, match="subject 'p3' is not known"):
        ComBat({name: one for name, one in batches.items() if name != "p3"}).fit(frame)


# -- the command -------------------------------------------------------------------------------------

@pytest.fixture
def folder(tmp_path):
    x, batch, age = scanned()
    rows = [{"subject": f"p{number}", "scanner": batch[number], "set": "validation" if number >= 60 else "development",
             "age": f"{age[number]:.1f}", "sex": "f" if number % 3 else "m",
             **dict(zip(NAMES, x[number].tolist(), strict=True))} for number in range(90)]
    write(tmp_path / "table.csv", rows)
    return tmp_path


def write(path, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def read(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_command_learns_from_development_and_applies_later(folder, capsys):
    table, out = folder / "table.csv", folder / "out"
    arguments = ["--batch", "scanner", "--covariate", "age", "--covariate", "sex"]
    assert main(["harmonise", str(table), *arguments, "-o", str(out), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["learned_from"] == 60 and result["batches"] == {"A": 15, "B": 30, "C": 15}
    assert result["differing_after"] < result["differing_before"] and "A (15), C (15)" in result["notes"][0]
    assert result["covariates"] == ["age", "sex=m"]
    # what the validation rows hold does not matter
    rows = read(table)
    for row in rows[60:]:
        row[NAMES[0]] = "1e6"
    write(folder / "other.csv", rows)
    assert main(["harmonise", str(folder / "other.csv"), *arguments, "-o", str(folder / "other")]) == 0
    learned = [json.loads((one / "harmonisation.json").read_text(encoding="utf-8")) for one in (out, folder / "other")]
    assert learned[0]["features"] == learned[1]["features"]
    # later patients, one by one, get the same numbers as in the table
    write(folder / "later.csv", read(table)[60:62])
    assert main(["harmonise", str(folder / "later.csv"), "--frozen", str(out / "harmonisation.json"), "-o",
                 str(folder / "later harmonised.csv")]) == 0
    assert read(folder / "later harmonised.csv") == read(out / "harmonised.csv")[60:62]
    assert "Scanners before and after" in (out / "before-after.svg").read_text(encoding="utf-8")
    assert len(read(out / "before-after.csv")) == 12


def test_the_file_satisfies_its_schema_and_a_broken_one_is_refused(folder, capsys):
    jsonschema = pytest.importorskip("jsonschema")
    assert main(["harmonise", str(folder / "table.csv"), "--batch", "scanner", "--covariate", "age", "--covariate",
                 "sex", "-o", str(folder / "out")]) == 0
    path = folder / "out" / "harmonisation.json"
    schema = json.loads((resource_folder() / "Schemas" / "harmonisation.schema.json").read_text(encoding="utf-8"))
    document = json.loads(path.read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(document)
    found, facts = read_frozen(path)
    assert found.features == tuple(NAMES) and facts["batch_column"] == "scanner"
    for change in ({"schema": "x"}, {"batches": document["batches"][:1]}, {"features": "many"},
                   {"features": [document["features"][0] | {"spread": 0}] * 2}):
        path.write_text(json.dumps(document | change), encoding="utf-8")
        with pytest.raises(InputError, match="is no harmonisation"):
            read_frozen(path)


def test_a_value_whose_square_is_no_number_is_refused():
    x = np.array([[1.0, 2.0], [2.0, 1.0], [3.0, 5.0], [4.0, 1e200]])
    with pytest.raises(InputError, match="feature 'b' has a value beyond 1e\\+100"):
        fit_combat(x, ["s", "s", "t", "t"], ["a", "b"])


@pytest.mark.parametrize(("arguments", "sentence"), [
    ([], "Say with --batch"), (["--batch", "place"], "has no column 'place'"),
    (["--batch", "scanner", "--covariate", "weight"], "no column 'weight'"),
    (["--batch", "scanner", "--frozen", "nothing.json"], "leave --batch and --covariate out"),
    (["--batch", "scanner", "--leave-out", "f"], "no column 'f'"), (["--batch", "set"], "nothing to harmonise")])
def test_wrong_calls_end_in_one_sentence(folder, capsys, arguments, sentence):
    out = folder / ("out.csv" if "--frozen" in arguments else "out")
    assert main(["harmonise", str(folder / "table.csv"), "--covariate", "age", "--covariate", "sex", *arguments, "-o",
                 str(out)]) == 2
    assert sentence in capsys.readouterr().err and not out.exists()


def test_an_unseen_scanner_and_the_outcome_as_covariate_are_refused(folder, capsys):
    arguments = ["--covariate", "age", "--covariate", "sex"]
    table, out = folder / "table.csv", folder / "out"
    assert main(["harmonise", str(table), "--batch", "scanner", *arguments, "-o", str(out)]) == 0
    rows = read(table)[:3]
    rows[1]["scanner"] = "new"
    write(folder / "later.csv", rows)
    assert main(["harmonise", str(folder / "later.csv"), "--frozen", str(out / "harmonisation.json"), "-o",
                 str(folder / "later.out.csv")]) == 2
    assert "Nothing was learned of the scanner 'new'" in capsys.readouterr().err
    assert not (folder / "later.out.csv").exists()
    schema = {"schema": "radiomics-ortho-table/1", "columns": [
        {"name": "subject", "role": "subject", "kind": "text"}, {"name": "scanner", "role": "scanner", "kind": "text"},
        {"name": "set", "role": "set", "kind": "text"}, {"name": "age", "role": "outcome"},
        {"name": "sex", "role": "clinical", "kind": "text"}, *({"name": name, "role": "feature"} for name in NAMES)]}
    (folder / "table.schema.json").write_text(json.dumps(schema), encoding="utf-8")
    assert main(["harmonise", str(table), "--batch", "scanner", "--covariate", "age", "-o", str(folder / "o2")]) == 2
    assert "'age' is the outcome" in capsys.readouterr().err
