"""Feature tables: strict reading, joins by subject, and packages that hold no name, text or date."""

from __future__ import annotations

import csv
import io
import json
import zipfile

import numpy as np
import pytest
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.cohort.deidentification import key_text, read_key, unfit
from RadiomicsOrthoLib.cohort.feature_table import read_feature_table
from RadiomicsOrthoLib.cohort.parquet import MAX_CELLS
from RadiomicsOrthoLib.cohort.table import read_table
from RadiomicsOrthoLib.cohort.table_schema import ColumnSpec, read_schema, schema_dict, schema_from_dict, schema_of
from RadiomicsOrthoLib.errors import InputError

AGE = ColumnSpec("age", "clinical", unit="years", range=(0, 120))
SEX = ColumnSpec("sex", "clinical", "choice", choices={"F": "female", "M": "male"})
OUTCOME = ColumnSpec("osteoporosis", "outcome", "choice", choices={"yes": "yes", "no": "no"})
DECLARED = (AGE, SEX, OUTCOME)
HEADER = ["subject", "level", "profile", "age", "sex", "osteoporosis", "original_glcm_Contrast", "dl_001"]
ROWS = [["ann", "L1", "p", "71", "F", "yes", "1.25", "0.1"], ["ann", "L2", "p", "71", "F", "yes", "", "0.2"],
        ["bob", "L1", "p", "93", "M", "no", "2.5", "0.3"]]


def write(path, rows=ROWS, header=HEADER):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def changed(row, column, text):
    rows = [list(one) for one in ROWS]
    rows[row][HEADER.index(column)] = text
    return rows


def with_schema(tmp_path, rows=ROWS, header=HEADER, declared=DECLARED, name="cohort"):
    table = write(tmp_path / f"{name}.csv", rows, header)
    (tmp_path / f"{name}.schema.json").write_text(json.dumps(schema_dict(schema_of(header, declared))),
                                                  encoding="utf-8")
    return table


# -- reading -----------------------------------------------------------------------------------------

def test_a_table_is_read_with_numbers_missing_values_and_texts(tmp_path):
    table = read_feature_table(write(tmp_path / "t.csv"), declared=DECLARED)
    assert len(table) == 3 and table.features == ("original_glcm_Contrast", "dl_001")
    assert np.isnan(table.column("original_glcm_Contrast")[1]) and table.column("age").tolist() == [71, 71, 93]
    assert table.subjects.tolist() == ["ann", "ann", "bob"] and not table.simulated
    assert list(table.rows())[1]["original_glcm_Contrast"] is None


def test_the_key_of_an_export_runs_nothing_in_a_spreadsheet(tmp_path):
    key = {("subject", name): f"s-{number}" for number, name in enumerate(("=1+1", "@x", "-2", "'a", "a", "ä1", "7"))}
    text = key_text(key)
    assert not [line for line in text.splitlines() if line.split(",")[1].startswith(("=", "@", "-"))]
    (tmp_path / "key.csv").write_text(text, encoding="utf-8")
    assert read_key(tmp_path / "key.csv") == key


def test_what_spreadsheets_make_of_a_table(tmp_path):
    plain = read_table(write(tmp_path / "t.csv"))
    text = (tmp_path / "t.csv").read_bytes()
    for name, made in {"mark": b"\xef\xbb\xbf" + text, "lines": text.replace(b"\r\n", b"\n"),
                       "end": text + b"\r\n\r\n"}.items():
        (tmp_path / f"{name}.csv").write_bytes(made)
        assert read_table(tmp_path / f"{name}.csv").columns == plain.columns, name
    for separator, word in ((b";", "';'"), (b"\t", "tabs")):
        (tmp_path / "s.csv").write_bytes(text.replace(b",", separator))
        with pytest.raises(InputError, match=f"has {word} between its cells.*with commas"):
            read_table(tmp_path / "s.csv")


def test_parquet_that_is_no_table_of_ours_is_refused(tmp_path, capsys):
    import pyarrow
    from pyarrow import parquet

    endless = pyarrow.table({"subject": pyarrow.nulls(MAX_CELLS + 1)})
    not_utf8 = pyarrow.table({"subject": pyarrow.array([b"\xff"]).view(pyarrow.utf8())})
    for table, sentence in ((endless, "cells are not read"), (not_utf8, "is no Parquet file")):
        parquet.write_table(table, tmp_path / "t.parquet")
        assert main(["table", "check", str(tmp_path / "t.parquet")]) == 2
        error = capsys.readouterr().err
        assert sentence in error and len(error.splitlines()) == 1


@pytest.mark.parametrize("columns", ["many", ["subject"], [[]], [{"name": "subject", "role": "subject", "range": 5}],
                                     [{"name": "subject", "role": "subject", "kind": "choice", "choices": ["a"]}]])
def test_a_schema_of_another_shape_is_refused(tmp_path, columns):
    (tmp_path / "s.json").write_text(json.dumps({"schema": "radiomics-ortho-table/1", "columns": columns}))
    with pytest.raises(InputError, match="is refused"):
        read_schema(tmp_path / "s.json")


def test_parquet_holds_the_same_table(tmp_path, capsys):
    pytest.importorskip("pyarrow")
    features = write(tmp_path / "f.csv", [["007", "0.1", "1e-30"], ["8", "", "2"]], ["subject", "dl_1", "dl_2"])
    for ending in ("csv", "parquet"):
        assert main(["table", "join", "--features", str(features), "-o", str(tmp_path / f"o.{ending}")]) == 0
    as_csv, as_parquet = (read_feature_table(tmp_path / f"o.{ending}") for ending in ("csv", "parquet"))
    assert as_parquet.subjects.tolist() == ["007", "8"]
    for name, column in as_csv.columns.items():
        np.testing.assert_array_equal(as_parquet.columns[name], column)


@pytest.mark.parametrize(("row", "column", "text", "sentence"), [
    (1, "age", "old", "line 3, column 'age': 'old' is not a number"),
    (2, "age", "130", "line 4, column 'age': 130 lies outside 0 to 120 years"),
    (2, "age", "", "line 4, column 'age': the cell is empty"),
    (0, "sex", "f", "line 2, column 'sex': 'f' is none of 'F', 'M'"),
    (0, "dl_001", "inf", "line 2, column 'dl_001': 'inf' is no number"),
    (0, "subject", "", "line 2, column 'subject': the cell is empty"),
    (1, "level", "L1", "line 3, columns 'subject', 'level': the same as line 2"),
    (2, "profile", "q", "line 4, column 'profile': 'q' is another profile")])
def test_every_error_names_line_and_column(tmp_path, row, column, text, sentence):
    with pytest.raises(InputError) as refused:
        read_feature_table(write(tmp_path / "t.csv", changed(row, column, text)), declared=DECLARED)
    assert sentence in str(refused.value)


def test_a_column_of_unknown_meaning_is_refused_and_a_note_is_not(tmp_path):
    rows = [[*row, "seen by Dr X"] for row in ROWS]
    table = write(tmp_path / "t.csv", rows, [*HEADER, "remark"])
    with pytest.raises(InputError, match="column 'remark': it is neither known"):
        read_feature_table(table, declared=DECLARED)
    note = ColumnSpec("remark", "note", "text")
    assert len(read_feature_table(table, declared=(*DECLARED, note))) == 3
    with pytest.raises(InputError, match="no column 'weight'"):
        read_feature_table(table, declared=(*DECLARED, note, ColumnSpec("weight", "clinical")))


def test_check_lists_every_problem(tmp_path, capsys):
    table = with_schema(tmp_path, changed(0, "age", "x")[:1] + changed(1, "sex", "y")[1:])
    assert main(["table", "check", str(table)]) == 2
    captured = capsys.readouterr()
    assert "column 'age': 'x'" in captured.out and "2 problems in all" in captured.err
    assert main(["table", "check", str(with_schema(tmp_path))]) == 0
    assert "3 rows of 2 subjects" in capsys.readouterr().out


def test_a_schema_comes_back_from_its_file():
    schema = schema_of(HEADER, DECLARED)
    assert schema_from_dict(json.loads(json.dumps(schema_dict(schema)))) == schema
    with pytest.raises(ValueError, match="twice"):
        schema_from_dict({**schema_dict(schema), "columns": schema_dict(schema)["columns"] * 2})


# -- joins -------------------------------------------------------------------------------------------

def test_features_sheets_and_outcomes_are_joined_by_subject(tmp_path, capsys):
    ann = write(tmp_path / "a.csv", [["L1", "", "1"], ["L2", "metal", ""]], ["level", "refused", "dl_1"])
    bob = write(tmp_path / "b.csv", [["L1", "2"]], ["level", "dl_1"])
    sheet = write(tmp_path / "s.csv", [["bob", "60"], ["ann", "70"], ["eve", "80"]], ["subject", "age"])
    out = tmp_path / "o.csv"
    assert main(["table", "join", "--features", f"ann={ann}", f"bob={bob}", "--sheet", str(sheet), "-o", str(out)]) == 0
    said = capsys.readouterr().out
    assert "was refused" in said and "'s.csv' has 1 without images (subject 'eve')" in said
    joined = read_table(out)
    assert joined.columns == {"subject": ("ann", "bob"), "level": ("L1", "L1"), "dl_1": ("1", "2"), "age": ("70", "60")}


@pytest.mark.parametrize(("rows", "header", "sentence"), [
    ([["ann", "1"], ["ann", "2"]], ["subject", "age"], "line 3, column 'subject': subject 'ann' stands in line 2"),
    ([["ann", "1"]], ["subject", "age"], "has no line for subject 'bob'"),
    ([["ann", "1"], ["bob", "2"]], ["subject", "dl_1"], "column 'dl_1': another table has it"),
    ([["ann", "1"]], ["who", "age"], "has no column 'subject'")])
def test_joins_that_do_not_fit_are_refused(tmp_path, capsys, rows, header, sentence):
    features = write(tmp_path / "f.csv", [["ann", "1"], ["bob", "2"]], ["subject", "dl_1"])
    sheet = write(tmp_path / "s.csv", rows, header)
    out = tmp_path / "o.csv"
    assert main(["table", "join", "--features", str(features), "--sheet", str(sheet), "-o", str(out)]) == 2
    assert sentence in capsys.readouterr().err and not out.exists()


def test_people_whom_a_sheet_lacks_are_left_out_on_request(tmp_path, capsys):
    features = write(tmp_path / "f.csv", [["ann", "1"], ["bob", "2"]], ["subject", "dl_1"])
    sheet = write(tmp_path / "s.csv", [["ann", "70"]], ["subject", "age"])
    assert main(["table", "join", "--features", str(features), "--sheet", str(sheet), "--incomplete",
                 "-o", str(tmp_path / "o.csv")]) == 0
    assert "subject 'bob' is not in 's.csv' and is left out" in capsys.readouterr().out


# -- packages ----------------------------------------------------------------------------------------

def exported(tmp_path, table, name="out", *more):
    (tmp_path / "home").mkdir(exist_ok=True)
    (tmp_path / "sent").mkdir(exist_ok=True)
    package = tmp_path / "sent" / f"{name}.zip"
    code = main(["table", "export", str(table), "--key", str(tmp_path / "home" / "key.csv"), "-o", str(package), *more])
    return code, package


def test_a_package_holds_no_name_and_the_same_names_again(tmp_path, capsys):
    table = with_schema(tmp_path)
    code, package = exported(tmp_path, table)
    assert code == 0 and "1 ages above 89 written as 90" in capsys.readouterr().out
    content = zipfile.ZipFile(package)
    assert not any(name in content.read(one).decode() for one in content.namelist() for name in ("ann", "bob"))
    back = tmp_path / "back.csv"
    assert main(["table", "import", str(package), "-o", str(back)]) == 0
    there = read_feature_table(back)
    home = {shared: own for _, own, shared in list(csv.reader((tmp_path / "home" / "key.csv").open()))[1:]}
    found = {(home[row["subject"]], row["level"]): row for row in there.rows()}
    assert found["ann", "L1"]["original_glcm_Contrast"] == 1.25 and found["bob", "L1"]["age"] == 90
    assert found["ann", "L2"]["original_glcm_Contrast"] is None
    _, again = exported(tmp_path, table, "again")
    assert zipfile.ZipFile(again).read("table.csv") == content.read("table.csv")


@pytest.mark.parametrize(("spec", "values", "why"), [
    (ColumnSpec("remark", "note", "text"), ["x"], "free text"),
    (ColumnSpec("history", "clinical", "text"), ["fell"], "free text"),
    (ColumnSpec("scan", "clinical"), [20240131.0, 20230201.0], "dates"),
    (ColumnSpec("seen", "scanner", "text"), ["2024-01-31 10:00"], "dates"),
    (ColumnSpec("seen", "scanner", "text"), ["3.2.2024"], "dates"),
    (ColumnSpec("birth_year", "clinical"), [1950.0], "speaks of a person or a day"),
    (ColumnSpec("patientName", "centre", "text"), ["x"], "speaks of a person"),
    (ColumnSpec("kernel", "scanner", "text"), ["B30f"], ""),
    (ColumnSpec("weight", "clinical"), [70.0, 19400101.0], ""),
    (ColumnSpec("dl_1", "feature"), [20240131.0], "")])
def test_what_must_stay_at_home_is_told(spec, values, why):
    found = unfit(spec, np.array(values, object if isinstance(values[0], str) else float))
    assert why in found and bool(why) == bool(found)


def test_free_text_and_dates_are_refused_or_stripped(tmp_path, capsys):
    rows, header = [[*row, "20240131", "fell"] for row in ROWS], [*HEADER, "scanned", "history"]
    declared = (*DECLARED, ColumnSpec("scanned", "clinical"), ColumnSpec("history", "clinical", "text"))
    table = with_schema(tmp_path, rows, header, declared)
    code, package = exported(tmp_path, table)
    assert code == 2 and "column 'scanned': it holds dates" in capsys.readouterr().err and not package.exists()
    code, package = exported(tmp_path, table, "stripped", "--strip")
    assert code == 0
    header = next(csv.reader(io.StringIO(zipfile.ZipFile(package).read("table.csv").decode())))
    assert "scanned" not in header and "history" not in header and "age" in header


def test_the_key_does_not_travel(tmp_path, capsys):
    table = with_schema(tmp_path)
    assert main(["table", "export", str(table), "--key", str(tmp_path / "k.csv"), "-o", str(tmp_path / "p.zip")]) == 2
    assert "another folder" in capsys.readouterr().err and not (tmp_path / "k.csv").exists()


def test_packages_of_centres_become_one_table_and_of_one_centre_twice_do_not(tmp_path, capsys):
    first = exported(tmp_path, with_schema(tmp_path), "one")[1]
    (tmp_path / "other").mkdir()
    second = exported(tmp_path / "other", with_schema(tmp_path / "other"), "two")[1]
    out = tmp_path / "all.csv"
    assert main(["table", "import", str(first), str(second), "-o", str(out)]) == 0
    assert len(read_feature_table(out)) == 6
    again = exported(tmp_path, with_schema(tmp_path), "again")[1]
    assert main(["table", "import", str(first), str(again), "-o", str(tmp_path / "x.csv")]) == 2
    assert "newest package" in capsys.readouterr().err


def _changed_csv(files):
    files["table.csv"] = files["table.csv"].replace(b"1.25", b"9.25")


def _with_another_file(files):
    files["evil.txt"] = b"x"


def _without_manifest(files):
    del files["package.json"]


@pytest.mark.parametrize(("damage", "sentence"), [
    (_changed_csv, "was changed after the export"), (_with_another_file, "nothing else"),
    (_without_manifest, "must hold package.json")])
def test_a_package_that_was_changed_is_refused(tmp_path, capsys, damage, sentence):
    _, package = exported(tmp_path, with_schema(tmp_path))
    with zipfile.ZipFile(package) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    damage(files)
    bad = tmp_path / "bad.zip"
    with zipfile.ZipFile(bad, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    assert main(["table", "import", str(bad), "-o", str(tmp_path / "x.csv")]) == 2
    assert sentence in capsys.readouterr().err and not (tmp_path / "x.csv").exists()


def test_what_is_no_package_is_refused(tmp_path, capsys):
    (tmp_path / "no.zip").write_bytes(b"no")
    assert main(["table", "import", str(tmp_path / "no.zip"), "-o", str(tmp_path / "x.csv")]) == 2
    assert "no package of a table" in capsys.readouterr().err
