"""An observer study: from folders to the features that observers reproduce."""

import csv
import json

import numpy as np
import phantoms
import pytest
from RadiomicsOrthoLib.cli import main as cli
from RadiomicsOrthoLib.cohort.observer_study import ObserverStudy, Rating, natural_order, read_study
from RadiomicsOrthoLib.cohort.study_features import MeasuredRegion, measure_study
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.features.engine import load_engine
from RadiomicsOrthoLib.features.profile_file import load_profile
from RadiomicsOrthoLib.features.vector import FeatureVector
from RadiomicsOrthoLib.imaging.readers import read_image
from RadiomicsOrthoLib.long_work import CancelledError
from RadiomicsOrthoLib.modelling.reproducibility import Rule, compare_ratings, reproducible
from RadiomicsOrthoLib.regions.from_file import anatomy_of
from RadiomicsOrthoLib.resources import resource_folder
from scipy.ndimage import binary_dilation
from test_intraclass_correlation import SHROUT_FLEISS

PROFILE = """
schema: radiomics-ortho-profile/1
id: generated-study
version: 1.0.0
title: Few features, for a generated study
modality: CT
site: vertebra
compartment: whole-body
bin_width: 25
image_types: [Original]
feature_classes: [firstorder, shape]
"""
CASES, OBSERVERS, SESSIONS = ("c1", "c2", "c10", "c11"), ("anna", "ben"), ("1", "2")


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Vertebrae of 60 to 330 HU; Ben draws each a voxel too wide, and the top slice is forgotten now and then."""
    root = tmp_path_factory.mktemp("study")
    (root / "images").mkdir()
    (root / "few.yaml").write_text(PROFILE, encoding="utf-8")
    for number, case in enumerate(CASES):
        image, roi = phantoms.trunk(spacing=(3.0, 3.0, 4.0), core_hu=60.0 + 90 * number, seed=number)
        phantoms.write(image.array, image.geometry, root / "images" / f"{case}.nrrd")
        for observer in OBSERVERS:
            for session in SESSIONS:
                mask = binary_dilation(roi.mask, np.ones((1, 1, 3))) if observer == "ben" else roi.mask.copy()
                if (number + int(session)) % 3 == 0:
                    mask[np.flatnonzero(mask.any(axis=(1, 2)))[-1]] = False
                folder = root / "study" / observer / session
                folder.mkdir(parents=True, exist_ok=True)
                phantoms.write_seg_nrrd(folder / f"{case}.seg.nrrd", mask[np.newaxis].astype(np.uint8), image.geometry,
                                        [{"Name": "L1 body"}])
    return root


def run(capsys, root, *arguments, out="out"):
    code = cli.main([str(one) for one in ("compare", "--study", root / "study", "--images", root / "images",
                                          "--profile", root / "few.yaml", "-o", root / out, *arguments)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def copy_of(folders, tmp_path):
    import shutil

    return shutil.copytree(folders, tmp_path / "copy", ignore=shutil.ignore_patterns("out*"))


def table(path) -> list[dict]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def region(case, rating, values, segment="L1 body", alone=True) -> MeasuredRegion:
    vector = values if isinstance(values, InputError) else FeatureVector(values, "generated")
    return MeasuredRegion(case, rating, segment, anatomy_of(segment), alone, vector)


def study_of(measured) -> ObserverStudy:
    ratings = sorted({one.rating for one in measured})
    return ObserverStudy(tuple(dict.fromkeys(one.case for one in measured)), tuple(ratings), {}, {}, (), ())


def shrout_fleiss(**changes) -> list[MeasuredRegion]:
    """Four judges as observers, six targets as cases; ``changes``: (case, judge) of a region → other values."""
    return [region(f"case{n}", Rating(f"judge{k}", "1"), changes.get(f"case{n}_judge{k}", {"rating": float(value)}))
            for n, row in enumerate(SHROUT_FLEISS) for k, value in enumerate(row)]


# --- the command ------------------------------------------------------------------------------------------------------


def test_what_a_study_gives(capsys, folders):
    code, text, err = run(capsys, folders, "--threshold", "0.7", out="out1")
    assert (code, err) == (0, "")
    out = folders / "out1"
    assert sorted(path.name for path in out.iterdir()) == [
        "agreement.csv", "features.csv", "features.provenance.json", "features_icc.csv", "reproducible_features.json",
        "reproducible_features.txt"]
    rows = table(out / "features.csv")
    assert [(row["case"], row["observer"], row["session"]) for row in rows] == \
        [(case, observer, session) for case in CASES for observer in OBSERVERS for session in SESSIONS]
    icc = {(row["comparison"], row["feature"]): row for row in table(out / "features_icc.csv")}
    assert {comparison for comparison, _ in icc} == {"between observers", "within anna", "within ben"}
    # the core's attenuation separates the cases, whoever drew; the volume separates the observers
    median, volume = "original_firstorder_Median", "volume_ml"
    assert float(icc["between observers", median]["icc_2_1_lower"]) > 0.7
    assert icc["between observers", median]["regions"] == "4"
    assert float(icc["between observers", volume]["icc_2_1"]) < 0.3
    overlap = table(out / "agreement.csv")
    assert len(overlap) == 4 * 3 and {row["comparison"] for row in overlap} == {comparison for comparison, _ in icc}
    assert all(0.85 < float(row["dice"]) <= 1 for row in overlap)
    names = [line for line in (out / "reproducible_features.txt").read_text(encoding="utf-8").splitlines()
             if not line.startswith("#")]
    document = json.loads((out / "reproducible_features.json").read_text(encoding="utf-8"))
    assert document["reproducible_features"] == names and median in names and volume not in names
    assert document["rule"]["sentence"] in text and "(2,1)" in text and "lower bound" in text
    passing = [row["feature"] for row in table(out / "features_icc.csv")
               if row["comparison"] == "between observers" and row["reaches_threshold"] == "true"]
    assert set(names) <= set(passing)


def test_the_result_satisfies_its_schema(capsys, folders):
    jsonschema = pytest.importorskip("jsonschema")
    code, text, _ = run(capsys, folders, "--json", out="out4")
    document = json.loads((folders / "out4" / "reproducible_features.json").read_text("utf-8"))
    schema = json.loads((resource_folder() / "Schemas" / "reproducible-features.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema)
    assert [error.message for error in check.iter_errors(document)] == []
    assert json.loads(text) == document | {"exit_code": code}
    assert not check.is_valid({name: value for name, value in document.items() if name != "rule"})


def test_equal_runs_give_equal_files(capsys, folders):
    for out in ("out2", "out3"):
        assert run(capsys, folders, out=out)[0] == 0
    for name in ("features.csv", "features_icc.csv", "reproducible_features.txt"):
        assert (folders / "out2" / name).read_bytes() == (folders / "out3" / name).read_bytes()


def test_radiographs_as_pictures(capsys, tmp_path):
    import SimpleITK as sitk

    for number in range(3):
        pixels = np.random.default_rng(number).integers(0, 1000 * (number + 1), (60, 50)).astype(np.uint16)
        mask = np.zeros((60, 50), np.uint8)
        mask[10:40, 10 + number:35] = 1
        for folder, image in (("images", pixels), ("study/a/1", mask), ("study/b/1", np.roll(mask, 1, axis=0))):
            (tmp_path / folder).mkdir(parents=True, exist_ok=True)
            sitk.WriteImage(sitk.GetImageFromArray(image), str(tmp_path / folder / f"hip{number}.png"))
    profile = PROFILE.replace("modality: CT", "modality: XR\nforce_2d: true").replace("shape", "shape2D")
    (tmp_path / "few.yaml").write_text(profile, encoding="utf-8")
    code, _, err = run(capsys, tmp_path)
    assert code == 2 and "size of a pixel is unknown" in err
    assert run(capsys, tmp_path, "--spacing", "0.2")[0] == 0
    rows = table(tmp_path / "out" / "agreement.csv")
    assert [row["hausdorff_mm"] for row in rows] == ["0.2"] * 3 and float(rows[0]["dice"]) == pytest.approx(29 / 30)


def test_a_missing_drawing_is_named_and_left_out_on_request(capsys, folders, tmp_path):
    root = copy_of(folders, tmp_path)
    (root / "study" / "ben" / "2" / "c10.seg.nrrd").unlink()
    code, text, err = run(capsys, root)
    assert (code, text) == (2, "") and "'c10' of ben, session 2 missing" in err and "--complete-cases" in err
    assert not (root / "out").exists()
    code, text, err = run(capsys, root, "--complete-cases", "--json")
    document = json.loads(text)
    assert code == 3 and document["missing"] == ["'c10' of ben, session 2"]
    assert [one["regions"] for one in document["comparisons"]] == [4, 4, 3]
    assert document["comparisons"][2]["left_out"] == ["c10: not drawn by ben, session 2"]


def test_a_refused_or_damaged_drawing_is_left_out_and_said(capsys, folders, tmp_path):
    root = copy_of(folders, tmp_path)
    damaged = root / "study" / "anna" / "1" / "c2.seg.nrrd"
    damaged.write_bytes(damaged.read_bytes()[:-50])
    code, text, err = run(capsys, root, "--by", "estimate")
    assert code == 3 and "Left out, c2: anna, session 1: " in err and "is damaged" in err
    row = next(row for row in table(root / "out" / "features.csv") if row["refused"])
    assert (row["case"], row["observer"], row["volume_ml"]) == ("c2", "anna", "")
    assert "between observers (anna, session 1; ben, session 1): 3 regions of 3 cases, 1 left out" in text


@pytest.mark.parametrize(("change", "words"), [
    ("flat", "is laid out as"), ("image", "no image of 'c2'"), ("two images", "several images of 'c2'"),
    ("twice", "is there twice"), ("one", "no repeated drawings"), ("sessions", "no session of the same name"),
    ("other level", "not of one region")])
def test_other_layouts_are_refused(capsys, folders, tmp_path, change, words):
    root = copy_of(folders, tmp_path)
    drawing = root / "study" / "anna" / "1" / "c2.seg.nrrd"
    if change == "flat":
        drawing.rename(root / "study" / "anna" / "c2.seg.nrrd")
    if change == "image":
        (root / "images" / "c2.nrrd").unlink()
    if change == "two images":
        (root / "images" / "c2.nii").write_bytes(b"0")
    if change == "twice":
        (drawing.parent / "c2.nrrd").write_bytes(drawing.read_bytes())
    if change == "one":
        import shutil

        shutil.rmtree(root / "study" / "ben")
        shutil.rmtree(root / "study" / "anna" / "2")
    if change == "sessions":
        for session in SESSIONS:
            (root / "study" / "ben" / session).rename(root / "study" / "ben" / f"of ben {session}")
    if change == "other level":
        drawing.write_bytes(drawing.read_bytes().replace(b"L1 body", b"L2 body"))
    code, text, err = run(capsys, root)
    assert (code, text) == (2, "") and words in err and len(err.strip().splitlines()) == 1
    assert not (root / "out").exists()


@pytest.mark.parametrize(("arguments", "words"), [
    (["--threshold", "1.5"], "between 0 and 1"), (["--confidence", "95"], "confidence level"),
    (["--icc", "1,k"], "invalid choice"), (["--profile", "nothing"], "nothing"), (["--engine", "x"], "no extraction"),
    (["--images", "nowhere"], "no folder 'nowhere'"), (["--segment", "L4"], "L4")])
def test_bad_options(capsys, folders, arguments, words):
    code, text, err = run(capsys, folders, *arguments, out="never")
    assert (code, text) == (2, "") and words in err and not (folders / "never").exists()


def test_what_is_read_is_not_written_into(capsys, folders):
    for out in ("study", "images/new"):
        code, _, err = run(capsys, folders, out=out)
        assert code == 2 and "is read" in err and not (folders / "images" / "new").exists()
    for missing in ("--images", "--profile", "-o"):
        arguments = {"--study": folders / "study", "--images": folders / "images", "--profile": folders / "few.yaml",
                     "-o": folders / "never"}
        del arguments[missing]
        assert cli.main(["compare", *(str(one) for pair in arguments.items() for one in pair)]) == 2
        assert missing in capsys.readouterr().err


def test_cancel_and_progress(folders):
    study, profile = read_study(folders / "study", folders / "images"), load_profile(str(folders / "few.yaml"))
    shares = []

    def measure(cancelled):
        return measure_study(study, lambda path: read_image(path).with_modality("CT"), profile, load_engine(), 3.0,
                             progress=lambda share, text: shares.append(share), cancelled=cancelled)

    assert len(measure(lambda: False)) == 16
    assert shares == sorted(shares) and shares[-1] == pytest.approx(1.0)
    with pytest.raises(CancelledError):
        measure(lambda: True)


# --- from regions to ICC ----------------------------------------------------------------------------------------------


def test_icc_of_a_feature_is_that_of_the_published_example():
    measured = shrout_fleiss()
    comparison, = compare_ratings(study_of(measured), measured, Rule())
    assert (comparison.what, comparison.group, len(comparison.targets)) == ("between observers", "vertebra", 6)
    feature, = comparison.features
    assert feature.icc["2,1"] == pytest.approx((.289764, .018787, .761084), abs=1e-6)
    assert feature.icc["3,1"] == pytest.approx((.714841, .342465, .945858), abs=1e-6)
    assert reproducible([comparison], Rule(form="3,1", bound="estimate", threshold=0.71)) == ("rating",)
    assert reproducible([comparison], Rule(form="3,1", bound="lower", threshold=0.71)) == ()
    assert reproducible([comparison], Rule(form="2,1", bound="estimate", threshold=0.71)) == ()


def test_within_one_observer_sessions_are_the_ratings():
    measured = [region(f"case{n}", Rating("anna", f"{k + 1}"), {"rating": float(value)})
                for n, row in enumerate(SHROUT_FLEISS) for k, value in enumerate(row)]
    comparison, = compare_ratings(study_of(measured), measured, Rule())
    assert comparison.what == "within anna"
    assert comparison.features[0].icc["2,1"][0] == pytest.approx(.289764, abs=1e-6)


def test_a_feature_must_pass_in_every_comparison():
    generator = np.random.default_rng(0)
    truth = np.arange(12.0)
    measured = []
    for observer in ("anna", "ben"):
        for session in ("1", "2"):
            shift = 8.0 if (observer, session) == ("ben", "2") else 0.0
            measured += [region(f"case{n}", Rating(observer, session), {
                "steady": truth[n] + generator.normal() * 0.05, "drifts": truth[n] + shift,
                "noise": float(generator.normal())}) for n in range(12)]
    comparisons = compare_ratings(study_of(measured), measured, Rule())
    assert [one.what for one in comparisons] == ["between observers", "within anna", "within ben"]
    assert reproducible(comparisons[:2], Rule()) == ("steady", "drifts")
    assert reproducible(comparisons, Rule()) == ("steady",)


def test_a_feature_without_a_value_somewhere_is_not_reproducible():
    measured = shrout_fleiss(case2_judge1={})
    agreement = compare_ratings(study_of(measured), measured, Rule())[0].features[0]
    assert agreement.undefined == "no value on 1 of 24 regions" and not agreement.icc
    constant = [region(one.case, one.rating, {"same": 3.0}) for one in measured]
    agreement = compare_ratings(study_of(constant), constant, Rule())[0].features[0]
    assert agreement.undefined == "the same on all regions" and not agreement.reaches(Rule(bound="estimate"))


def test_levels_are_targets_and_compartments_are_groups():
    measured = [region(case, Rating(observer, "1"), {"x": float(n + level)}, f"L{level} {part}", alone=False)
                for n, case in enumerate(("a", "b")) for observer in ("anna", "ben") for level in (1, 2, 3)
                for part in ("body", "trabecular core")]
    found = compare_ratings(study_of(measured), measured, Rule())
    assert [(one.group, len(one.targets)) for one in found] == [("vertebra", 6), ("vertebra trabecular", 6)]
    twice = [*measured, measured[0]]
    with pytest.raises(InputError, match="states a region twice"):
        compare_ratings(study_of(twice), twice, Rule())


def test_a_file_that_cannot_be_read_leaves_out_all_its_regions():
    measured = [region(case, Rating(observer, "1"), {"x": float(n + level)}, f"L{level}", alone=False)
                for n, case in enumerate("abc") for observer in ("anna", "ben") for level in (1, 2)
                if (case, observer) != ("b", "ben")]
    measured.append(region("b", Rating("ben", "1"), InputError("It is damaged."), ""))
    comparison, = compare_ratings(study_of(measured), measured, Rule())
    assert [case for case, _ in comparison.targets] == ["a", "a", "c", "c"]
    assert comparison.left_out == ("b L1: ben, session 1: It is damaged.", "b L2: ben, session 1: It is damaged.")


def test_two_targets_at_least():
    measured = [one for one in shrout_fleiss() if one.case == "case0"]
    with pytest.raises(InputError, match="needs two regions"):
        compare_ratings(study_of(measured), measured, Rule())


def test_natural_order():
    assert sorted(["case10", "case9", "Case1", "b"], key=natural_order) == ["b", "Case1", "case9", "case10"]
