"""Several regions of one scan in one table: as one by one, rectangular, and nothing lost silently."""

from __future__ import annotations

import csv
import itertools
import json
import threading
from dataclasses import replace

import numpy as np
import phantoms
import pytest
from RadiomicsOrthoLib.cli import main as cli
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.features.engine import CancelledError, engine_problem, load_engine
from RadiomicsOrthoLib.features.extraction import RegionToMeasure, extract_all, extract_features
from RadiomicsOrthoLib.features.fast_engine import FastEngine
from RadiomicsOrthoLib.features.profile_file import load_profile
from RadiomicsOrthoLib.features.table import feature_row
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.quality.finding import Finding
from RadiomicsOrthoLib.resources import resource_folder

PROFILE = ["--profile", "ct-vertebra-body"]
NAMES = ("vertebra L1", "vertebra L2", "speck")


@pytest.fixture(scope="module")
def case() -> tuple[BoneImage, dict]:
    """A vertebra, its upper half, and three voxels: too few to measure."""
    image, roi = phantoms.trunk(spacing=(2.0, 2.0, 3.0))
    slices = np.flatnonzero(roi.mask.any(axis=(1, 2)))
    half, speck = roi.mask.copy(), np.zeros_like(roi.mask)
    half[:slices[len(slices) // 2]] = False
    k, j, i = np.argwhere(roi.mask)[0]
    speck[k, j, i:i + 3] = True
    return image, {name: roi.with_mask(mask) for name, mask in zip(NAMES, (roi.mask, half, speck), strict=True)}


@pytest.fixture
def files(case, tmp_path) -> list[str]:
    image, regions = case
    layers = np.stack([roi.mask for roi in regions.values()]).astype(np.uint8)
    segments = [{"Name": name, "Layer": layer} for layer, name in enumerate(regions)]
    return [str(phantoms.write(image.array, image.geometry, tmp_path / "scan.nii.gz")),
            str(phantoms.write_seg_nrrd(tmp_path / "rois.seg.nrrd", layers, image.geometry, segments))]


def run(capsys, *arguments) -> tuple[int, str, str]:
    code = cli.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def table(path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert {len(row) for row in rows} == {len(rows[0])} and len(set(rows[0])) == len(rows[0])
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def makers(case, *names):
    _, regions = case
    return [lambda name=name: RegionToMeasure(regions[name]) for name in names]


@pytest.mark.parametrize(("profile", "threads"), [("ct-vertebra-body", 1), ("ct-vertebra-body", 5), ("ibsi-ct-3d", 2)])
def test_as_one_by_one(case, profile, threads):
    image, regions = case
    profile, noted = load_profile(profile), (Finding("NOTED", "note", "Something was noted."),)
    both = extract_all(image, [lambda name=name: RegionToMeasure(regions[name], regions[NAMES[0]], noted)
                               for name in NAMES[:2]], profile, FastEngine(threads))
    alone = [extract_features(image, regions[name], profile, FastEngine(2), source_roi=regions[NAMES[0]],
                              findings=noted) for name in NAMES[:2]]
    assert both == alone and both[0].values != both[1].values


def test_each_region_is_standardised_on_its_own_surroundings(case):
    image, regions = case
    image = image.with_modality("MR")
    profile = load_profile("mr-vertebra-t2")
    profile = replace(profile, bias_correction=None, normalise=replace(profile.normalise, margin_mm=2.0))
    both = extract_all(image, makers((image, regions), *NAMES[:2]), profile, load_engine())
    assert both == [extract_features(image, regions[name], profile, load_engine()) for name in NAMES[:2]]
    assert both[0].provenance["standardisation"] != both[1].provenance["standardisation"]


@pytest.mark.skipif(bool(engine_problem("pyradiomics")), reason=engine_problem("pyradiomics") or "there")
def test_pyradiomics_measures_several_too(case):
    image, regions = case
    engine, profile = load_engine("pyradiomics"), load_profile("ct-vertebra-body")
    found = extract_all(image, makers(case, *NAMES[:2]), profile, engine)
    assert found == [extract_features(image, regions[name], profile, engine) for name in NAMES[:2]]


def test_a_refused_region_ends_alone(case):
    image, regions = case
    empty = regions["speck"].with_mask(np.zeros_like(regions["speck"].mask))

    def refuse() -> RegionToMeasure:
        raise InputError("No such region.")

    reports: list[float] = []
    found = extract_all(image, [refuse, *makers(case, NAMES[0]), lambda: RegionToMeasure(empty), refuse],
                        load_profile("ct-vertebra-body"), load_engine(), lambda share, text: reports.append(share))
    assert [isinstance(one, InputError) for one in found] == [True, False, True, True]
    assert str(found[0]) == "No such region." and "empty" in str(found[2])
    assert reports == sorted(reports) and reports[0] == 0 and reports[-1] == pytest.approx(1)
    assert extract_all(image, [], load_profile("ct-vertebra-body"), load_engine()) == []


def test_progress_and_cancel_come_from_the_calling_thread(case):
    image, _ = case
    seen, looks = set(), itertools.count()

    def cancelled() -> bool:
        seen.add(threading.current_thread())
        return next(looks) >= 3

    with pytest.raises(CancelledError):
        extract_all(image, makers(case, *NAMES[:2]) * 20, load_profile("ibsi-ct-3d"), FastEngine(2),
                    lambda share, text: seen.add(threading.current_thread()), cancelled)
    assert seen == {threading.current_thread()}


def test_columns_do_not_depend_on_what_has_a_value(case):
    """A feature that a region lacks keeps its place in the table."""
    image, regions = case
    constant = replace(image, array=np.where(regions[NAMES[1]].mask, 100, image.array))
    profile = load_profile("ct-vertebra-body")
    flat, full = (extract_features(one, regions[NAMES[1]], profile, load_engine()) for one in (constant, image))
    other = dict(full.values)
    taken = other.pop("original_firstorder_Mean")
    lacking = replace(full, values=other, failures={"original_firstorder_Mean": "not defined on this region"})
    assert list(feature_row(lacking)) == list(feature_row(full)) == list(feature_row(flat))
    assert feature_row(lacking)["original_firstorder_Mean"] == "" and taken


def test_one_row_per_segment_and_a_refused_one_says_why(capsys, files, tmp_path):
    out = tmp_path / "features.csv"
    code, text, err = run(capsys, "extract", *files, *PROFILE, "--all-segments", "-o", out)
    assert code == 3 and "2 of 3 regions" in text and err.startswith("Left out, 'speck': ")
    rows = table(out)
    assert [row["segment"] for row in rows] == list(NAMES) and [row["level"] for row in rows] == ["L1", "L2", ""]
    assert rows[0]["refused"] == rows[1]["refused"] == "" and rows[2]["refused"] in err
    assert rows[2]["original_firstorder_Mean"] == "" and all(row["original_firstorder_Mean"] for row in rows[:2])
    document = json.loads((tmp_path / "features.provenance.json").read_text(encoding="utf-8"))
    assert [entry["segment"] for entry in document["regions"]] == list(NAMES)
    assert document["regions"][2]["findings"] and "provenance" not in document["regions"][2]
    jsonschema = pytest.importorskip("jsonschema")
    for name, part in (("provenance-list", document), *(("provenance", entry["provenance"])
                                                        for entry in document["regions"][:2])):
        schema = json.loads((resource_folder() / "Schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
        assert list(jsonschema.Draft202012Validator(schema).iter_errors(part)) == []


def test_rows_are_those_of_each_segment_alone_and_bytes_repeat(capsys, files, tmp_path):
    both = tmp_path / "both" / "f.csv"
    segments = ["--segment", "L2", "--segment", "vertebra L1"]
    assert run(capsys, "extract", *files, *PROFILE, *segments, "-o", both)[0] == 0
    first = {path.name: path.read_bytes() for path in both.parent.iterdir()}
    code, text, _ = run(capsys, "extract", *files, *PROFILE, *segments, "-o", both, "--json")
    assert code == 0 and first == {path.name: path.read_bytes() for path in both.parent.iterdir()}
    result, documents = json.loads(text), json.loads(first["f.provenance.json"])["regions"]
    for row, entry, found, name in zip(table(both), documents, result["regions"], ("L2", "L1"), strict=True):
        alone = tmp_path / name / "f.csv"
        assert run(capsys, "extract", *files, *PROFILE, "--segment", name, "-o", alone)[0] == 0
        [single] = table(alone)
        assert {key: row[key] for key in single} == single and list(row)[2:] == list(single)
        provenance = json.loads(alone.with_suffix(".provenance.json").read_text(encoding="utf-8"))
        assert entry["provenance"] == provenance == found["provenance"]


def test_the_reference_tissue_is_no_row_of_its_own(capsys, case, files, tmp_path):
    image, _ = case
    phantoms.write((image.array.clip(-200, 500) + 200).astype(np.int16), image.geometry, tmp_path / "scan.nii.gz")
    profile, out = tmp_path / "reference.yaml", tmp_path / "f.csv"
    profile.write_text("schema: radiomics-ortho-profile/1\nid: scaled\nversion: 1.0.0\ntitle: Scaled\nmodality: MR\n"
                       "site: any\ncompartment: any\nbin_count: 32\nfeature_classes: [firstorder]\n"
                       "normalise: {method: reference, tissue: fat, target: 100}\n", encoding="utf-8")
    common = ("extract", *files, "--modality", "MR", "--profile", profile, "--reference-segment", "L2", "-o", out)
    assert run(capsys, *common, "--all-segments")[0] == 3
    assert [row["segment"] for row in table(out)] == ["vertebra L1", "speck"]
    # asked for by name it is measured: its median is the target
    assert run(capsys, *common, "--segment", "L2", "--segment", "L1")[0] == 0
    assert float(table(out)[0]["original_firstorder_Median"]) == pytest.approx(100)


def test_all_refused_is_a_refusal(capsys, files, tmp_path):
    code, text, err = run(capsys, "extract", *files, "--profile", "ct-femur", "--all-segments", "-o",
                          tmp_path / "new" / "f.csv")
    assert (code, text) == (2, "") and err.startswith("None of the 3 regions can be measured") and err.count("\n") == 1
    assert not (tmp_path / "new").exists()


ANSWERS = [None, {"genant_grade": 2, "genant_type": "wedge", "oedema": "not assessable"},
           {"genant_grade": "not assessable", "fracture_line": True}]


@pytest.mark.parametrize(("first", "second"), list(itertools.product(range(3), repeat=2))[1:])
def test_answers_about_each_region_in_a_rectangular_table(capsys, files, tmp_path, first, second):
    given = []
    for name, which in (("L1", first), ("L2", second)):
        if ANSWERS[which] is not None:
            path = tmp_path / f"{name}.json"
            path.write_text(json.dumps({"schema": "radiomics-ortho-answers/1", "form": "vertebra",
                                        "answers": ANSWERS[which]}), encoding="utf-8")
            given += ["--semantic", f"{name}={path}"]
    out = tmp_path / "f.csv"
    profile = tmp_path / "small.yaml"
    profile.write_text("schema: radiomics-ortho-profile/1\nid: small\nversion: 1.0.0\ntitle: Small\nmodality: CT\n"
                       "site: any\ncompartment: any\nbin_width: 25\nfeature_classes: [firstorder]\n", encoding="utf-8")
    code, _, err = run(capsys, "extract", *files, "--profile", profile, "--segment", "L1", "--segment", "L2", *given,
                       "-o", out)
    assert (code, err) == (0, "")
    rows = table(out)
    semantic = [name for name in rows[0] if name.startswith("semantic_")]
    assert list(rows[0])[-len(semantic):] == semantic and semantic[:2] == ["semantic_genant_grade",
                                                                           "semantic_genant_type"]
    for row, which in zip(rows, (first, second), strict=True):
        answers = ANSWERS[which] or {}
        assert row["semantic_genant_type"] == answers.get("genant_type", "")
        assert row["semantic_genant_grade"] == {2: "2.0"}.get(answers.get("genant_grade"), "")
        assert row["semantic_fracture_line"] == ("1.0" if "fracture_line" in answers else "")
    regions = json.loads((tmp_path / "f.provenance.json").read_text(encoding="utf-8"))["regions"]
    assert ["semantic" in entry["provenance"] for entry in regions] == [bool(first), bool(second)]


@pytest.mark.parametrize(("options", "words"), [
    (["--all-segments", "--level", "L1"], "--level is that of one region"),
    (["--all-segments", "--reporting", "csv"], "--reporting is about one region"),
    (["--all-segments", "--segment", "L1"], "not allowed with argument"),
    (["--segment", "L1", "--segment", "vertebra L1"], "'vertebra L1' is there twice"),
    (["--segment", "L1", "--segment", "L9"], "no single segment 'L9'"),
    (["--all-segments", "--semantic", "a.json"], "--semantic vertebra L1=a.json"),
    (["--segment", "L1", "--segment", "L2", "--semantic", "speck=a.json"], "not to be measured"),
    (["--segment", "L1", "--semantic", "a.json", "--semantic", "b.json"], "give one file"),
    (["--all-segments", "--form", "own.yaml"], "of use with answers to it only")])
def test_what_does_not_fit_several_regions_is_one_sentence(capsys, files, tmp_path, options, words):
    code, text, err = run(capsys, "extract", *files, *PROFILE, *options, "-o", tmp_path / "new" / "f.csv")
    assert (code, text) == (2, "") and words in err and err.count("\n") == 1 and not (tmp_path / "new").exists()
