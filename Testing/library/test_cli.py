"""The command: its files, its exit codes, and nothing left behind."""

import csv
import dataclasses
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import phantoms
import pytest
from RadiomicsOrthoLib.cli import main as cli
from RadiomicsOrthoLib.features.engine import engine_problem

#: where the library is imported from
LIBRARY = Path(cli.__file__).resolve().parents[2]
MODEL = ["--model", "pickhardt-2013-l1-hu"]
PYRADIOMICS_PROBLEM = engine_problem("pyradiomics")
needs_pyradiomics = pytest.mark.skipif(bool(PYRADIOMICS_PROBLEM), reason=PYRADIOMICS_PROBLEM or "pyradiomics is there")


@pytest.fixture
def case(tmp_path):
    image, roi = phantoms.trunk()
    return [str(path) for path in phantoms.write_case(tmp_path, image, roi)]


def run(capsys, *arguments):
    code = cli.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_score_writes_card_report_and_nomogram(capsys, case, tmp_path):
    out = tmp_path / "out"
    code, text, err = run(capsys, "score", *case, *MODEL, "--level", "L1", "--kvp", "120", "--out", out)
    assert (code, err) == (0, "")
    assert sorted(path.name for path in out.iterdir()) == ["card.json", "nomogram.svg", "report.html"]
    card = json.loads((out / "card.json").read_text(encoding="utf-8"))
    assert card["result"]["value"] == pytest.approx(120, abs=1)
    assert "120" in text and "Research use only" in text
    assert "KVP_UNKNOWN" not in {finding["code"] for finding in card["findings"]}
    assert "Research use only" in (out / "nomogram.svg").read_text(encoding="utf-8")
    assert "Research use only" in (out / "report.html").read_text(encoding="utf-8")


def test_json_is_one_object_and_nothing_else(capsys, case, tmp_path):
    code, text, err = run(capsys, "score", *case, *MODEL, "--level", "L1", "--out", tmp_path / "o", "--json")
    assert (code, err) == (0, "")
    assert json.loads(text) == json.loads((tmp_path / "o" / "card.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("change", "words"), [
    ("empty", "is empty"), ("small", "too small"), ("moved", "do not share a geometry"),
    ("metal", "Metal in the region"),
    ("truncated", "is damaged"), ("missing", "There is no file")])
def test_refusals_are_one_sentence_exit_2_and_leave_nothing(capsys, tmp_path, change, words):
    image, roi = phantoms.trunk()
    mask, geometry = roi.mask, roi.geometry
    if change == "empty":
        mask = np.zeros_like(mask)
    if change == "small":
        mask = np.zeros_like(mask)
        mask[26, 60, 60:70] = True
    array = image.array.copy()
    if change == "metal":
        array[24:30, 56:62, 56:62] = 3000
    scan = phantoms.write(array, image.geometry, tmp_path / "image.nii.gz")
    if change == "moved":
        geometry = type(geometry)(geometry.shape, geometry.spacing, (0.0, 0.0, 0.0))
    roi_file = phantoms.write(mask.astype(np.uint8), geometry, tmp_path / "mask.nrrd")
    if change == "truncated":
        scan.write_bytes(scan.read_bytes()[:5000])
    if change == "missing":
        scan.unlink()
    before = sorted(path.name for path in tmp_path.iterdir())
    for extra in ([], ["--json"]):
        code, text, err = run(capsys, "score", scan, roi_file, *MODEL, "--out", tmp_path / "out", *extra)
        assert code == 2
        assert words in err and len(err.strip().splitlines()) == 1 and "Traceback" not in err
        assert sorted(path.name for path in tmp_path.iterdir()) == before
        if extra:
            error = json.loads(text)["error"]
            assert error["exit_code"] == 2 and error["sentence"] == err.strip()
        else:
            assert text == ""


def test_a_refusal_leaves_older_files_alone(capsys, case, tmp_path):
    out = tmp_path / "out"
    assert run(capsys, "score", *case, *MODEL, "--out", out)[0] == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    assert run(capsys, "score", *case, *MODEL, "--kvp", "80", "--out", out)[0] == 2
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before


@pytest.mark.parametrize(("arguments", "words"), [
    ([], "required: COMMAND"), (["score"], "required: --model"), (["score", *MODEL], "give IMAGE, ROI, --out"),
    (["fly"], "invalid choice: 'fly'"),
    (["models", "show", "nothing"], "There is no model 'nothing'; at hand: "),
    (["info", "nothing.nrrd"], "There is no file"),
    (["demo", "--image", "a.nrrd"], "--image and --roi belong together")])
def test_bad_arguments(capsys, arguments, words):
    code, text, err = run(capsys, *arguments)
    assert code == 2 and words in err and text == "" and len(err.strip().splitlines()) == 1


@pytest.mark.parametrize(("extra", "words"), [
    (["--clinical", "age"], "written key=value"), (["--clinical", "a=1", "a=2"], "given twice"),
    (["--clinical", "age=70"], "does not ask for 'age'"), (["--kvp", "5000"], "not plausible"),
    (["--kvp", "high"], "invalid float value"), (["--model", "x"], "There is no model 'x'"),
    (["--core-depth", "20"], "between 0 and 15 mm"), (["--segment", "T1"], "no single segment 'T1'")])
def test_bad_options_of_score(capsys, case, tmp_path, extra, words):
    code, _, err = run(capsys, "score", *case, *MODEL, *extra, "--out", tmp_path / "out")
    assert code == 2 and words in err and not (tmp_path / "out").exists()


def test_an_unwritable_folder_is_said(capsys, case, tmp_path):
    (tmp_path / "file").write_text("in the way")
    code, _, err = run(capsys, "score", *case, *MODEL, "--out", tmp_path / "file" / "out")
    assert code == 2 and "Cannot write into" in err


def test_an_internal_fault_is_exit_1_without_traceback(capsys, case, tmp_path, monkeypatch):
    monkeypatch.setattr("RadiomicsOrthoLib.cli.score.score_case", lambda *a, **k: 1 / 0)
    monkeypatch.delenv(cli.DEBUG_VARIABLE, raising=False)
    code, _, err = run(capsys, "score", *case, *MODEL, "--out", tmp_path / "out")
    assert code == 1 and err.startswith("Internal fault: ZeroDivisionError") and "Traceback" not in err


def test_too_little_memory_is_said_plainly(capsys, case, tmp_path, monkeypatch):
    def too_much(*_, **__):
        return np.empty(1 << 62, np.uint8)

    monkeypatch.setattr("RadiomicsOrthoLib.cli.score.score_case", too_much)
    code, _, err = run(capsys, "score", *case, *MODEL, "--out", tmp_path / "out")
    assert code == 1 and err.startswith("The memory of this machine is not enough") and err.count("\n") == 1


def test_info(capsys, case):
    code, text, _ = run(capsys, "info", case[0])
    assert code == 0 and "120 × 120 × 53 voxels" in text and "Tube voltage: unknown" in text
    code, text, _ = run(capsys, "info", case[0], "--kvp", "120", "--json")
    facts = json.loads(text)
    assert facts["spacing_mm"] == [1.0, 1.0, 1.5] and facts["acquisition"]["known"] == {"kvp": 120.0}


def test_models_list_and_show(capsys):
    code, text, _ = run(capsys, "models", "list")
    assert code == 0 and "\npickhardt-2013-l1-hu  1.1.0  [published; scan]" in text
    code, text, _ = run(capsys, "models", "show", "pickhardt-2013-l1-hu")
    for words in ("Not a diagnosis", "unverified", "160 HU", "Ann Intern Med"):
        assert words in text
    assert "pickhardt-2013-l1-hu" in [
        model["id"] for model in json.loads(run(capsys, "models", "list", "--json")[1])["models"]]
    assert json.loads(run(capsys, "models", "show", "pickhardt-2013-l1-hu", "--json")[1])["trust"] == "published"


@pytest.mark.parametrize("engine", ["fast", pytest.param("pyradiomics", marks=needs_pyradiomics)])
def test_extract_writes_one_row_and_its_provenance(capsys, case, tmp_path, engine):
    out = tmp_path / "table" / "features.csv"
    code, text, err = run(capsys, "extract", *case, "--profile", "ct-vertebra-trabecular", "--level", "L1", "-o", out,
                          "--engine", engine)
    assert (code, err) == (0, "") and "114 features of L1" in text
    rows = list(csv.DictReader(out.open(encoding="utf-8")))
    assert len(rows) == 1 and rows[0]["level"] == "L1" and rows[0]["compartment"] == "trabecular"
    assert float(rows[0]["mean_hu"]) == pytest.approx(120, abs=1)
    assert float(rows[0]["original_firstorder_Mean"]) == pytest.approx(120, abs=1)
    provenance = json.loads((tmp_path / "table" / "features.provenance.json").read_text(encoding="utf-8"))
    assert provenance["engine"]["name"] == engine and provenance["profile"]["id"] == "ct-vertebra-trabecular"


def test_extract_without_its_engine_says_so(capsys, case, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "radiomics", None)
    code, _, err = run(capsys, "extract", *case, "--profile", "ct-vertebra-trabecular", "-o", tmp_path / "f.csv",
                       "--engine", "pyradiomics")
    assert code == 2 and "need pyradiomics, which is not installed" in err and not (tmp_path / "f.csv").exists()


def test_demo_on_an_own_scan(capsys, case, tmp_path):
    code, text, _ = run(capsys, "demo", "--image", case[0], "--roi", case[1], "--level", "L1", "--out", tmp_path / "d")
    assert code == 0 and "report.html" in text
    assert {"card.json", "report.html", "nomogram.svg"} <= {path.name for path in (tmp_path / "d").iterdir()}


def test_paths_with_spaces_and_accents(capsys, tmp_path):
    folder = tmp_path / "Lékař Ω 测试 folder"
    folder.mkdir()
    case = phantoms.write_case(folder, *phantoms.trunk(), suffix=".nii.gz")
    assert run(capsys, "score", *case, *MODEL, "--out", folder / "out")[0] == 0
    assert (folder / "out" / "card.json").is_file()


def test_a_dicom_folder_to_a_card_without_the_patient(capsys, tmp_path):
    image, roi = phantoms.trunk()
    folder = phantoms.write_dicom_series(tmp_path / "ct", image, kvp="120")
    mask = phantoms.write(roi.mask.astype(np.uint8), roi.geometry, tmp_path / "mask.nrrd")
    code, text, _ = run(capsys, "score", folder, mask, *MODEL, "--level", "L1", "--out", tmp_path / "out")
    assert code == 0
    written = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir()) + text
    # the letters of a picture may spell anything
    written = re.sub(r"base64,[A-Za-z0-9+/=]+", "", written)
    assert "Doe" not in written and "ID123" not in written
    card = json.loads((tmp_path / "out" / "card.json").read_text(encoding="utf-8"))
    assert card["acquisition"]["known"]["kvp"] == 120


def test_one_bad_model_does_not_take_the_others_away(capsys, tmp_path, monkeypatch):
    bad = tmp_path / "bad-model"
    bad.mkdir()
    (bad / "model.json").write_text("{")
    monkeypatch.setenv("RADIOMICS_ORTHO_MODELS", str(tmp_path))
    code, text, _ = run(capsys, "models", "list")
    assert code == 0 and "pickhardt-2013-l1-hu" in text and "is not valid JSON" in text
    assert len(json.loads(run(capsys, "models", "list", "--json")[1])["refused"]) == 1
    assert run(capsys, "models", "show", "bad-model")[0] == 2


def test_a_site_s_own_model_may_not_replace_one_that_ships(capsys, tmp_path, monkeypatch):
    own = tmp_path / "pickhardt-2013-l1-hu"
    own.mkdir()
    (own / "model.json").write_text("{")
    monkeypatch.setenv("RADIOMICS_ORTHO_MODELS", str(tmp_path))
    assert run(capsys, "models", "show", "pickhardt-2013-l1-hu")[0] == 0


def test_a_segment_s_own_level_is_not_talked_over(capsys, tmp_path):
    image, roi = phantoms.trunk()
    scan = phantoms.write(image.array, image.geometry, tmp_path / "image.nrrd")
    mask = phantoms.write_seg_nrrd(tmp_path / "m.seg.nrrd", roi.mask[np.newaxis].astype(np.uint8), roi.geometry,
                                   [{"Name": "L3 body"}])
    code, _, err = run(capsys, "score", scan, mask, *MODEL, "--level", "L1", "--out", tmp_path / "o")
    assert code == 2 and "states the level 'L3'; it cannot be stated as 'L1'" in err
    assert run(capsys, "score", scan, mask, *MODEL, "--level", "L3", "--out", tmp_path / "o")[0] == 0


def test_a_pipe_that_does_not_know_every_sign(case, tmp_path):
    import os
    import subprocess
    import sys

    done = subprocess.run([sys.executable, "-m", "RadiomicsOrthoLib.cli.main", "score", *case, *MODEL, "--out",
                           str(tmp_path / "o")], capture_output=True, check=False,
                          env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONPATH": os.pathsep.join(sys.path)})
    assert done.returncode == 0 and b"HU" in done.stdout


def test_info_of_an_image_with_nan(capsys, tmp_path):
    image, _ = phantoms.trunk(spacing=(3.0, 3.0, 3.0))
    array = image.array.astype(np.float32)
    array[0, 0, 0] = np.nan
    path = phantoms.write(array, image.geometry, tmp_path / "a.nrrd")
    code, text, _ = run(capsys, "info", path, "--json")
    found = json.loads(text)
    assert code == 0 and np.isfinite(found["value_range"]).all()
    assert "NON_FINITE_IMAGE" in {finding["code"] for finding in found["findings"]}


def test_a_folder_in_the_way_leaves_everything_as_it_was(capsys, case, tmp_path):
    out = tmp_path / "out"
    (out / "report.html").mkdir(parents=True)
    (out / "card.json").write_text("older")
    code, _, err = run(capsys, "score", *case, *MODEL, "--out", out)
    assert code == 2 and "is in the way" in err
    assert sorted(path.name for path in out.iterdir()) == ["card.json", "report.html"]
    assert (out / "card.json").read_text() == "older"


def test_a_failure_midway_puts_older_files_back(tmp_path, monkeypatch):
    import os

    from RadiomicsOrthoLib.errors import InputError
    from RadiomicsOrthoLib.report.files import write_folder

    write_folder(tmp_path / "o", {"a": "old a", "b": "old b"})
    replace, calls = os.replace, []

    def failing(source, target):
        calls.append(target)
        if len(calls) == 4:  # a set aside, a in place, b set aside, b fails
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(InputError, match="No space left"):
        write_folder(tmp_path / "o", {"a": "new a", "b": "new b"})
    assert {path.name: path.read_text() for path in (tmp_path / "o").iterdir()} == {"a": "old a", "b": "old b"}


def test_options_are_not_guessed_from_their_beginning(capsys, case):
    assert run(capsys, "info", case[0], "--jso")[0] == 2


@pytest.mark.parametrize(("options", "words"), [
    (["--site", "proximal-femur", "--side", "left"], "the profile 'ct-vertebra-trabecular' is for the vertebra")])
def test_extract_keeps_to_its_profile(capsys, case, tmp_path, options, words):
    profile = ["--profile", "ct-vertebra-trabecular"]
    code, _, err = run(capsys, "extract", *case, *profile, *options, "-o", tmp_path / "f.csv")
    assert code == 2 and words in err and not (tmp_path / "f.csv").exists()


def test_extract_refuses_another_modality_and_a_folder_for_its_file(capsys, tmp_path):
    image, roi = phantoms.trunk(spacing=(2.0, 2.0, 4.0))
    folder = phantoms.write_dicom_series(tmp_path / "mr", image, modality="MR", kvp="")
    mask = phantoms.write(roi.mask.astype(np.uint8), roi.geometry, tmp_path / "mask.nrrd")
    profile = ["--profile", "ct-vertebra-trabecular"]
    code, _, err = run(capsys, "extract", folder, mask, *profile, "-o", tmp_path / "f.csv")
    assert code == 2 and "The scan is MR" in err
    code, _, err = run(capsys, "extract", folder, mask, *profile, "-o", tmp_path)
    assert code == 2 and "is a folder; name the file" in err


@pytest.mark.parametrize(("more", "words"), [
    (["proximal-femur", "--level", "L1"], "--level: for vertebrae only"),
    (["proximal-femur", "--compartment", "femoral-head", "--core-depth", "2"], "--compartment and --core-depth"),
    (["vertebra", "--core-depth", "nan"], "must lie between 0 and 15 mm"),
    (["vertebra", "--core-depth", "-3"], "must lie between 0 and 15 mm")])
def test_segment_passes_no_option_over_in_silence(capsys, case, tmp_path, more, words):
    code, _, err = run(capsys, "segment", case[0], "--auto", "--site", *more, "-o", tmp_path / "o.seg.nrrd")
    assert code == 2 and words in err and not (tmp_path / "o.seg.nrrd").exists()


@pytest.mark.parametrize("site", ["vertebra", "proximal-femur"])
def test_voxels_too_large_for_a_proposal_are_refused_at_once(capsys, tmp_path, site):
    """The work is on a grid of about a millimetre, which would be endless."""
    image, _ = phantoms.trunk(spacing=(2.0, 2.0, 4.0))
    geometry = dataclasses.replace(image.geometry, spacing=(20.0, 20.0, 40.0))
    path = phantoms.write(image.array, geometry, tmp_path / "metres.nrrd")
    for way in (["--auto"], ["--seed", ",".join(f"{x:g}" for x in geometry.to_ras([[5, 5, 5]])[0])]):
        code, _, err = run(capsys, "segment", path, "--modality", "CT", "--site", site, *way,
                           "-o", tmp_path / "o.seg.nrrd")
        assert code == 2 and "up to 40 mm long" in err


def test_what_is_read_is_never_overwritten(capsys, case, tmp_path):
    """A slip of the hand names the scan, the region or the parameter file as output."""
    parameters = tmp_path / "Params.yaml"
    parameters.write_text("imageType:\n  Original: {}\n", encoding="utf-8")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for path in case:
        code, _, err = run(capsys, "extract", *case, "--profile", "ct-vertebra-body", "-o", path)
        assert code == 2 and "is read and would be overwritten" in err
    code, _, err = run(capsys, "segment", case[0], "--site", "vertebra", "--auto", "-o", tmp_path / "o.seg.nrrd",
                       "--summary", case[1])
    assert code == 2 and "must end in .json" in err
    code, _, err = run(capsys, "profiles", "import", parameters, "-o", tmp_path / "." / "Params.yaml")
    assert code == 2 and "is read and would be overwritten" in err
    labels = tmp_path / "labels.seg.nrrd"
    labels.write_bytes(b"labels")
    code, _, err = run(capsys, "segment", case[0], "--site", "vertebra", "--method", "totalsegmentator",
                       "--labels", labels, "-o", labels)
    assert code == 2 and "is read and would be overwritten" in err and labels.read_bytes() == b"labels"
    labels.unlink()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("call", [
    ["segment", "SCAN", "--polygon", "p.mrk.json", "-o", "o.seg.nrrd", "--summary", "p.mrk.json"],
    ["segment", "SCAN", "--polygon=p.mrk.json", "-o", "o.seg.nrrd", "--summary", "./p.mrk.json"],
    ["card", "out/card.json", "--html", "x.html", "--svg", "x.html"],
    # written under names of the command's own
    ["score", "SCAN", "ROI", *MODEL, "--level", "L1", "--semantic", "out/report.html", "--out", "out"],
    ["score", "--model", "osta", "--clinical-file", "out/card.json", "--out", "out"],
    ["extract", "SCAN", "ROI", "--profile", "ct-vertebra-trabecular", "--level", "L1", "--semantic",
     "f.provenance.json", "-o", "f.csv"],
])
def test_no_command_writes_over_what_it_reads_or_one_output_over_another(capsys, case, tmp_path, monkeypatch, call):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir()
    points = {"markups": [{"type": "ClosedCurve", "coordinateSystem": "RAS", "coordinateUnits": "mm", "controlPoints": [
        {"position": [float(x), float(y), 0.0], "positionStatus": "defined"} for x, y in ((0, 0), (9, 0), (0, 9))]}]}
    answers = {"schema": "radiomics-ortho-answers/1", "form": "vertebra", "answers": {"genant_grade": 0}}
    for name, content in (("p.mrk.json", points), ("out/card.json", {"age": 70, "weight": 60}),
                          ("f.provenance.json", answers), ("out/report.html", answers)):
        (tmp_path / name).write_text(json.dumps(content), encoding="utf-8")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    code, _, err = run(capsys, *({"SCAN": case[0], "ROI": case[1]}.get(word, word) for word in call))
    assert code == 2 and ("is read and would be overwritten" in err or "two outputs" in err), err
    assert err.count("\n") == 1
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_an_output_may_be_replaced(capsys, case, tmp_path):
    """The same call twice writes the same files twice."""
    for _ in range(2):
        code, _, err = run(capsys, "score", *case, "--model", "pickhardt-2013-l1-hu", "--level", "L1",
                           "--out", tmp_path / "out")
        assert code == 0, err
    assert (tmp_path / "out" / "card.json").exists()


def test_the_package_of_the_command_can_be_run(tmp_path):
    # reading DICOM leaves the locale of this process at C: ask for the encoding by name
    done = subprocess.run([sys.executable, "-X", "utf8", "-m", "RadiomicsOrthoLib.cli", "models", "list"],
                          capture_output=True, encoding="utf-8", check=False, cwd=tmp_path,
                          env={**os.environ, "PYTHONPATH": str(LIBRARY)})
    assert done.returncode == 0 and "pickhardt-2013-l1-hu" in done.stdout


def test_an_output_that_cannot_be_written_is_refused_before_the_work(capsys, case, tmp_path, monkeypatch):
    monkeypatch.setattr("RadiomicsOrthoLib.cli.extract.image_from", lambda *_: pytest.fail("the scan was read"))
    (tmp_path / "file").write_text("mine")
    for out, words in ((tmp_path / "file" / "f.csv", "is a file, not a folder"), (tmp_path, "is a folder; name the"),
                       (tmp_path / "file" / "new" / "f.csv", "is a file, not a folder")):
        code, _, err = run(capsys, "extract", *case, "--profile", "ct-vertebra-body", "-o", out)
        assert code == 2 and words in err and err.count("\n") == 1
    assert (tmp_path / "file").read_text() == "mine"
    monkeypatch.setattr(os, "access", lambda *_: False)
    code, _, err = run(capsys, "extract", *case, "--profile", "ct-vertebra-body", "-o", tmp_path / "new" / "f.csv")
    assert code == 2 and "does not allow it" in err and not (tmp_path / "new").exists()


def test_ctrl_c_ends_the_process_whatever_its_threads_do(case, tmp_path):
    """An engine that never comes back; an interrupt ends the command with its sentence and without files."""
    # a shell tells what it starts in the background to ignore an interrupt, and a child of the tests inherits that
    hanging = ("import _thread, signal, threading; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
               "from RadiomicsOrthoLib.features.fast_engine import FastEngine\n"
               "def extract(*_):\n    _thread.interrupt_main(); threading.Event().wait(3600)\n"
               "FastEngine.extract = extract\n"
               "from RadiomicsOrthoLib.cli.command import command; command()")
    out = tmp_path / "out"
    done = subprocess.run([sys.executable, "-c", hanging, "extract", *case, "--profile", "ibsi-ct-3d", "-o",
                           str(out / "features.csv")], capture_output=True, text=True, timeout=300, check=False,
                          env={**os.environ, "PYTHONPATH": str(LIBRARY)})
    assert (done.returncode, done.stderr.strip()) == (2, "Interrupted; nothing was written.")
    assert not out.exists()
