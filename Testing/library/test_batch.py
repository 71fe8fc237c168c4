"""``batch``: a list or a folder of scans in, tables and cards out, the same however the work was shared out."""

import csv
import json
import shutil

import pytest
from batch_cohort import HEADER, add_dicom_case, tables, write_cohort
from RadiomicsOrthoLib.batch.case_list import COLUMNS, read_case_list
from RadiomicsOrthoLib.batch.progress_text import ProgressText, duration
from RadiomicsOrthoLib.batch.worker import KEPT, Outcome
from RadiomicsOrthoLib.batch.workers import planned
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.cohort.joining import stack
from RadiomicsOrthoLib.cohort.table import read_table
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.features.fast_engine import processors
from RadiomicsOrthoLib.models.catalogue import load_catalogue, load_model

#: in this process: most of what is tested does not depend on where it is computed
HERE = ("--backend", "threading")
PROFILE = ("--profile", "ct-vertebra-trabecular")
GOOD = 3


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cohort")
    write_cohort(folder, GOOD)
    add_dicom_case(folder)
    return folder / "list.csv"


@pytest.fixture(scope="module")
def done(cohort, tmp_path_factory):
    """The folder of an undisturbed run with features and cards."""
    out = tmp_path_factory.mktemp("done") / "out"
    assert main(["batch", str(cohort), "--out", str(out), *PROFILE, "--cards", *HERE]) == 3
    return out


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def run(capsys, *arguments):
    code = main(["batch", *map(str, arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_every_case_has_its_rows_and_failures_their_reasons(done):
    features = rows(done / "features.csv")
    assert [row["case"] for row in features] == ["p0", "p1", "p2", "damaged", "gone", "empty", "dicom"]
    assert [bool(row["refused"]) for row in features] == [False] * 3 + [True] * 3 + [False]
    for row in features:
        values = [row[name] for name in row if name.startswith("original_")]
        assert not any(values) if row["refused"] else all(values)
    means = [float(row["mean_hu"]) for row in features if not row["refused"]]
    assert means[:GOOD] == pytest.approx([110, 125, 140], abs=5)
    failures = {row["case"]: row["reason"] for row in rows(done / "failures.csv")}
    assert set(failures) == {"damaged", "gone", "empty"} and "gone.nrrd" in failures["gone"]
    assert str(done.parent) not in " ".join(failures.values())


def test_the_features_are_a_table_that_studies_are_made_of(tmp_path):
    cohort = write_cohort(tmp_path / "cohort", 2)
    assert main(["batch", str(cohort), "--out", str(tmp_path / "out"), *HERE]) == 3
    found = stack([(None, read_table(tmp_path / "out" / "features.csv"))])
    assert [row["subject"] for row in found.rows] == ["p0", "p1"] and len(found.notes) == 3
    cohort.write_text(cohort.read_text().replace("outcome", "subject"))
    assert main(["batch", str(cohort), "--out", str(tmp_path / "other"), *HERE]) == 3
    assert [row["subject"] for row in rows(tmp_path / "other" / "features.csv")][:2] == ["0", "1"]


def test_scores_name_the_model_and_why_others_were_not_applied(done):
    scores = rows(done / "scores.csv")
    of_first = {row["model"]: row for row in scores if row["case"] == "p0"}
    assert of_first["pickhardt-2013-l1-hu"]["status"] == "scored"
    assert float(of_first["pickhardt-2013-l1-hu"]["value"]) == pytest.approx(110, abs=5)
    assert of_first["reference-hu-l3-hendrickson-2018"]["status"] == "not applied"
    assert all(row["reason"] for row in scores if row["status"] != "scored")
    assert {row["outcome"] for row in scores if row["case"] == "p1"} == {"1"}


def test_cards_lie_with_their_case_and_tell_no_path(done, cohort):
    names = {path.name for path in (done / "cases" / "p0").iterdir()}
    assert {"index.html", "scan.json", "features.provenance.json", "L1-pickhardt-2013-l1-hu.report.html"} <= names
    for path in (done / "cases" / "p0").iterdir():
        assert str(cohort.parent).encode() not in path.read_bytes()
    text = b"".join(path.read_bytes() for path in (done / "cases" / "dicom").iterdir())
    assert b"Doe" not in text and b"ID123" not in text


@pytest.mark.parametrize("work", [("--jobs", "2"), ("--jobs", "3", "--threads", "1", *HERE)])
def test_the_same_bytes_with_any_number_of_workers(done, cohort, tmp_path, work):
    assert main(["batch", str(cohort), "--out", str(tmp_path / "out"), *PROFILE, "--cards", *work]) == 3
    assert tables(tmp_path / "out") == tables(done)
    for path in (done / "cases").rglob("*.json"):
        other = tmp_path / "out" / path.relative_to(done)
        assert other.read_bytes() == path.read_bytes(), path.name


def test_a_dask_cluster_gives_the_same_bytes(done, cohort, tmp_path, capsys):
    distributed = pytest.importorskip("distributed", reason="dask.distributed is an extra of its own")
    call = ["batch", str(cohort), "--out", str(tmp_path / "out"), *PROFILE, "--cards"]
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, processes=False, protocol="tcp",
                                  dashboard_address=None, silence_logs=50) as cluster:
        assert main([*call, "--dask", cluster.scheduler_address]) == 3
        address = cluster.scheduler_address
    assert tables(tmp_path / "out") == tables(done)
    capsys.readouterr()
    assert main([*call, "--resume", "--retry-failed", "--dask", address]) == 2
    assert "There is no dask scheduler at" in capsys.readouterr().err


def test_parts_and_their_merging_give_the_same_tables(done, cohort, tmp_path, capsys):
    call = ["batch", str(cohort), "--out", str(tmp_path / "out"), *PROFILE, "--cards", *HERE]
    assert main([*call, "--shard", "2/3"]) in (0, 2, 3)
    assert not (tmp_path / "out" / "features.csv").exists()
    assert main([*call, "--merge"]) == 3
    states = [row["status"] for row in rows(tmp_path / "out" / "failures.csv")]
    assert "not computed" in states and len(rows(tmp_path / "out" / "features.csv")) == 7
    for number in (1, 3):
        main([*call, "--shard", f"{number}/3"])
    assert main([*call, "--merge"]) == 3
    assert tables(tmp_path / "out") == tables(done)


def test_resume_computes_what_is_missing_and_nothing_else(done, cohort, tmp_path, capsys):
    out = tmp_path / "out"
    shutil.copytree(done, out)
    kept = (out / "cases" / "p1" / "result.json").stat().st_mtime_ns
    shutil.rmtree(out / "cases" / "p0")
    (out / "cases" / "p2" / "result.json").write_text("{half", encoding="utf-8")
    call = (cohort, "--out", out, *PROFILE, "--cards", *HERE)
    code, _, error = run(capsys, *call)
    assert code == 2 and "--resume" in error
    code, _, error = run(capsys, cohort, "--out", out, *HERE, "--resume")
    assert code == 2 and "other settings (profile, cards)" in error
    assert run(capsys, *call, "--resume")[0] == 3
    assert tables(out) == tables(done)
    assert (out / "cases" / "p1" / "result.json").stat().st_mtime_ns == kept


def test_a_changed_row_or_scan_is_computed_again_and_a_lost_scan_takes_nothing_away(tmp_path, capsys):
    cohort, out = write_cohort(tmp_path / "cohort", 2), tmp_path / "out"
    call = (cohort, "--out", out, *HERE)
    run(capsys, *call)
    before = {row["case"]: row for row in rows(out / "features.csv")}
    assert "There is no file" in before["gone"]["refused"]
    shutil.copy(cohort.parent / "scan0.nrrd", cohort.parent / "gone.nrrd")
    (cohort.parent / "scan1.nii.gz").unlink()
    cohort.write_text(cohort.read_text().replace("gone,gone.nrrd,,", "gone,gone.nrrd,scan0.seg.nrrd,"))
    run(capsys, *call, "--resume")
    after = {row["case"]: row for row in rows(out / "features.csv")}
    assert not after["gone"]["refused"] and after["gone"]["mean_hu"] == before["p0"]["mean_hu"]
    assert after["p1"] == before["p1"]


def test_clinical_columns_reach_the_models(tmp_path, capsys):
    cohort = write_cohort(tmp_path / "cohort", 1)
    assert run(capsys, cohort, "--out", tmp_path / "out", "--model", "osta", "--model", "pickhardt-2013-l1-hu",
               *HERE)[0] == 3
    scores = rows(tmp_path / "out" / "scores.csv")
    assert [(row["model"], row["status"]) for row in scores if row["case"] == "p0"] == [
        ("pickhardt-2013-l1-hu", "scored"), ("osta", "scored")]
    # Koh 2001: 0.2 × (weight − age), cut to a whole number
    assert float(scores[1]["value"]) == int(0.2 * (55 - 60))
    assert [row["model"] for row in scores if row["case"] == "gone"] == ["osta", "pickhardt-2013-l1-hu"]


@pytest.mark.parametrize(("row", "said"), [
    ("p 1,a.nrrd", "line 2, column 'case'"), ("../x,a.nrrd", "line 2, column 'case'"),
    ("con,a.nrrd", "line 2, column 'case'"), (",a.nrrd", "line 2, column 'case'"), ("p1,", "line 2, column 'image'"),
    ("p1,a.nrrd,,L9", "line 2, column 'level'"), ("p1,a.nrrd,,,a lot", "line 2, column 'kvp'"),
    ("p1,a.nrrd,,,,maybe", "line 2, column 'contrast'"), ("p1,a.nrrd,,,,,XYZ", "line 2, column 'modality'"),
    ("p1,a.nrrd\nP1,b.nrrd", "line 3, column 'case'")])
def test_an_error_in_the_list_names_line_and_column(tmp_path, row, said):
    width = HEADER.count(",")
    lines = [line + "," * (width - line.count(",")) for line in row.split("\n")]
    (tmp_path / "list.csv").write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_case_list(tmp_path / "list.csv", load_catalogue()[0])


@pytest.mark.parametrize(("head", "row", "said"), [
    ("case", "p1", "no column 'image'"), ("case,image,lvel", "p1,a.nrrd,L1", "is 'level' meant"),
    ("case,image,Mask", "p1,a.nrrd,m.nrrd", "is 'mask' meant"), ("case,image,status", "p1,a.nrrd,1", "column 'status'"),
    ("case,image,mean_hu", "p1,a.nrrd,1", "column 'mean_hu'"),
    ("case,image,original_glcm_Contrast", "p1,a.nrrd,1", "column 'original_glcm_Contrast'"),
    ("case,image,seed", 'p1,a.nrrd,"1,2"', "column 'seed'"),
    ("case,image,mask,seed", 'p1,a.nrrd,m.nrrd,"1,2,3"', "column 'seed'"),
    ("case,image,segment", "p1,a.nrrd,L1", "column 'segment'"),
    ("case,image,mask,segment", "p1,a.nrrd,m.nrrd,L1;L1", "column 'segment'"),
    ("case,image,age", "p1,a.nrrd,old", "line 2, column 'age'"), ("case,image", "p1,a.nrrd,x", "line 2 has 3 cells")])
def test_columns_are_strict(tmp_path, head, row, said):
    (tmp_path / "list.csv").write_text(f"{head}\n{row}\n", encoding="utf-8")
    with pytest.raises(InputError, match=said):
        read_case_list(tmp_path / "list.csv", [load_model("osta")], ["osta"])


def test_every_column_of_the_list_arrives(tmp_path):
    cells = {"case": "a", "image": "a.nrrd", "series": "2", "mask": "m.nrrd", "segment": "L1; L2", "site": "vertebra",
             "level": "L1", "side": "left", "compartment": "trabecular", "calibration": "c.json", "modality": "CT",
             "spacing": "0.5", "kvp": "100", "contrast": "yes", "field_strength": "1.5", "sequence": "T1w",
             "pet_unit": "SUVbw"}
    assert set(cells) | {"seed"} == set(COLUMNS)
    (tmp_path / "list.csv").write_text(",".join(cells) + "\n" + ",".join(cells.values()) + "\n", encoding="utf-8")
    case, = read_case_list(tmp_path / "list.csv", ())
    assert (case.series, case.segments, case.side, case.compartment) == ("2", ("L1", "L2"), "left", "trabecular")
    facts = case.facts
    assert (facts.spacing_mm, facts.kvp, facts.contrast, facts.field_strength_t) == ((0.5, 0.5), 100.0, True, 1.5)
    assert (facts.sequence, facts.pet_unit, facts.modality) == ("T1w", "SUVbw", "CT")
    assert case.path(case.image) == tmp_path / "a.nrrd"


def test_a_folder_is_a_list_of_its_scans(tmp_path, capsys):
    cohort = write_cohort(tmp_path / "cohort", 2)
    add_dicom_case(cohort.parent)
    for name in ("list.csv", "damaged.nii.gz", "empty.seg.nrrd"):
        (cohort.parent / name).unlink()
    assert run(capsys, cohort.parent, "--out", tmp_path / "out", *HERE)[0] in (0, 3)
    listed = rows(tmp_path / "out" / "cohort.csv")
    assert [row["case"] for row in listed] == ["case-0001", "case-0002", "case-0003"]
    assert [row["image"].rpartition("/")[2] for row in listed] == ["scan0.nrrd", "scan1.nii.gz", "series"]
    assert [bool(row["mask"]) for row in listed] == [True, True, False] and listed[2]["series"]
    # what it wrote is a list itself
    assert len(read_case_list(tmp_path / "out" / "cohort.csv", ())) == 3
    code, _, error = run(capsys, tmp_path / "out" / "logs", "--out", tmp_path / "other")
    assert code == 2 and "holds no scans" in error and not (tmp_path / "other").exists()


def test_json_is_one_object_and_nothing_else(tmp_path, capsys):
    cohort = write_cohort(tmp_path / "cohort", 1)
    code, out, _ = run(capsys, cohort, "--out", tmp_path / "out", "--json", *HERE)
    assert code == 3 and json.loads(out)["cases"] == {"done": 1, "refused": 0, "failed": 3, "not computed": 0}


def test_a_folder_of_something_else_is_left_alone(tmp_path, capsys):
    cohort = write_cohort(tmp_path / "cohort", 1)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine", encoding="utf-8")
    code, _, error = run(capsys, cohort, "--out", tmp_path / "out", *HERE)
    assert code == 2 and "holds other files ('mine.txt')" in error


@pytest.mark.parametrize("bad", [("--jobs", "0"), ("--memory", "-1"), ("--shard", "4/3"), ("--shard", "99/99"),
                                 ("--retry-failed",), ("--merge", "--shard", "1/2"),
                                 ("--dask", "tcp://x:1", "--jobs", "2"),
                                 ("--backend", "nothing"), ("--profile", "nothing"), ("--model", "nothing")])
def test_bad_options_are_a_sentence(tmp_path, capsys, bad):
    cohort = write_cohort(tmp_path / "cohort", 1)
    code, _, error = run(capsys, cohort, "--out", tmp_path / "out", *bad)
    assert code == 2 and len(error.strip().splitlines()) == 1 and "Traceback" not in error


def test_processors_and_memory_are_shared_out(monkeypatch):
    monkeypatch.setenv("NUMBA_NUM_THREADS", "8")
    assert processors() == 8
    shared = planned(4, None, None)
    assert (shared.jobs, shared.threads) == (4, 2)
    assert planned(None, None, None).memory_bytes == shared.memory_bytes * 4 or shared.memory_bytes == 0
    assert planned(2, 3, 1.5).memory_bytes == 1.5 * 2**30 and planned(2, 3, 1.5).threads == 3


def test_the_time_left_does_not_depend_on_the_clock_of_the_wall(monkeypatch):
    import time

    ticks = iter((0.0, 10.0, 20.0))
    monkeypatch.setattr(time, "monotonic", lambda: next(ticks))
    monkeypatch.setattr(time, "time", lambda: pytest.fail("the wall clock was asked"))
    text = ProgressText(8, 6)
    text.count(Outcome("a", KEPT, "done", 1.0, 1.0))
    assert text.now() == (3 / 8, "3 of 8 cases, about 50 s left")
    text.count(Outcome("b", KEPT, "failed", 1.0, 1.0))
    assert text.now() == (4 / 8, "4 of 8 cases, 1 without a result, about 40 s left")
    assert (duration(59), duration(600), duration(7500)) == ("59 s", "10 min", "2 h 5 min")
