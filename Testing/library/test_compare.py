"""``compare A B``: which segments belong together, what is printed and written, and what is refused."""

import csv
import json

import numpy as np
import phantoms
import pytest
from RadiomicsOrthoLib.cli import main as cli
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.segmentation_file import Segment, SegmentationFile, read_segmentation
from RadiomicsOrthoLib.imaging.segmentation_writer import WrittenSegment, seg_nrrd
from RadiomicsOrthoLib.long_work import CancelledError
from RadiomicsOrthoLib.regions.comparison import compare_segmentations
from RadiomicsOrthoLib.regions.matching import match_segments
from RadiomicsOrthoLib.regions.terminology import COMPARTMENT_TAG, terminology_entry

GRID = Geometry((12, 20, 30), (1.0, 1.5, 2.0), (-10.0, 5.0, 40.0))
L1 = {"TerminologyEntry": terminology_entry("vertebra", "L1"), COMPARTMENT_TAG: "whole-body"}


def box(i: int, size: int = 4) -> np.ndarray:
    """Cubes of voxels, ``i`` columns apart."""
    mask = np.zeros(GRID.shape, bool)
    mask[3:3 + size, 5:5 + size, i:i + size] = True
    return mask


def write(path, segments: dict, geometry: Geometry = GRID):
    """``segments``: name → mask, or (mask, tags)."""
    pairs = {name: one if isinstance(one, tuple) else (one, {}) for name, one in segments.items()}
    written = [WrittenSegment(mask, name, tags=tags) for name, (mask, tags) in pairs.items()]
    path.write_bytes(seg_nrrd(written, geometry))
    return path


def named(*segments) -> SegmentationFile:
    """A file of which only names (or names and tags) matter."""
    found = tuple(Segment(*((one, n + 1) if isinstance(one, str) else (one[0], n + 1, 0, one[1])))
                  for n, one in enumerate(segments))
    return SegmentationFile(np.zeros((1, 1, 1, 1), np.uint8), GRID, found, "file")


def pairs(a, b, stated=()):
    found = match_segments(named(*a), named(*b), stated)
    return [(pair.a.name, pair.b.name, pair.matched_by) for pair in found.pairs]


def run(capsys, *arguments):
    code = cli.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_anatomy_comes_before_the_name():
    assert pairs([("mine", L1), "other"], [("yours", L1), "other"]) == \
        [("mine", "yours", "anatomy"), ("other", "other", "name")]
    assert pairs(["vertebrae_L1", "L2 body"], ["L2 body", "L1"]) == \
        [("vertebrae_L1", "L1", "anatomy"), ("L2 body", "L2 body", "anatomy")]
    assert pairs(["left femur"], ["femur_left"]) == [("left femur", "femur_left", "anatomy")]


def test_names_are_the_second_choice_and_only_segments_the_last():
    assert pairs(["Tumour ", "x"], ["tumour", "y"]) == [("Tumour ", "tumour", "name")]
    assert pairs(["Segment_1"], ["femur"]) == [("Segment_1", "femur", "only")]
    assert pairs(["L1"], ["L2"]) == []
    # one name, but not one region
    assert pairs([("vertebra", L1), "a"], [("vertebra", L1 | {COMPARTMENT_TAG: "trabecular"}), "b"]) == []


def test_what_the_user_states_comes_first():
    assert pairs(["L1", "L2"], ["L1", "L2"], [("L1", "L2"), ("L2", "L1")]) == \
        [("L1", "L2", "stated"), ("L2", "L1", "stated")]
    with pytest.raises(InputError, match="in two pairs"):
        pairs(["L1", "L2"], ["L1", "L2"], [("L1", "L2"), ("L1", "L1")])
    with pytest.raises(InputError, match="no single segment 'L3'"):
        pairs(["L1"], ["L1"], [("L3", "L1")])


def test_a_second_segment_of_the_same_bone_is_asked_about():
    with pytest.raises(InputError, match=r"'L1 mine', 'L1 old' of A and 'L1' of B; say which .* --pair"):
        pairs(["L1 mine", "L1 old"], ["L1"])
    # the same two names on both sides leave no question
    assert len(pairs(["L1 mine", "L1 old"], ["L1 old", "L1 mine"])) == 2
    assert pairs(["L1 mine", "L1 old"], ["L1"], [("L1 mine", "L1")]) == [("L1 mine", "L1", "stated")]
    with pytest.raises(InputError, match="the same name"):
        pairs(["x", "x"], ["x"])


def test_text_csv_and_json_say_the_same(capsys, tmp_path):
    a = write(tmp_path / "a.seg.nrrd", {"L1 body": box(4), "L2 body": box(12), "L3 body": box(20)})
    b = write(tmp_path / "b.seg.nrrd", {"L2 body": box(13), "L1 body": box(4), "L4 body": box(24)})
    code, text, err = run(capsys, "compare", a, b, "-o", tmp_path / "out" / "agreement.csv")
    assert (code, err) == (0, "") and "Note" not in text
    assert "Only in A: L3 body" in text and "Only in B: L4 body" in text
    assert text.splitlines()[1].split()[:3] == ["L1", "body", "1.000"]
    with (tmp_path / "out" / "agreement.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["segment_a"], row["segment_b"]) for row in rows] == \
        [("L1 body", "L1 body"), ("L2 body", "L2 body"), ("L3 body", ""), ("", "L4 body")]
    assert float(rows[1]["dice"]) == pytest.approx(0.75) and float(rows[1]["hausdorff_mm"]) == pytest.approx(1.0)
    assert (rows[1]["site"], rows[1]["level"], rows[1]["matched_by"]) == ("vertebra", "L2", "anatomy")
    assert (rows[2]["undefined"], rows[2]["dice"]) == ("only in A", "")
    code, text, err = run(capsys, "compare", a, b, "-o", tmp_path / "agreement.json", "--json")
    result = json.loads(text)
    assert result.pop("exit_code") == code == 0
    assert result == json.loads((tmp_path / "agreement.json").read_text(encoding="utf-8"))
    assert result["segments"][1]["dice"] == pytest.approx(0.75) and result["only_in_b"] == ["L4 body"]
    assert set(result["definitions"]) >= {"dice", "surface_dice", "hausdorff_95_mm"}


def test_a_label_map_and_a_cropped_segmentation_of_the_same_voxels(tmp_path):
    labels = (box(4) + 2 * box(12)).astype(np.uint8)
    a = read_segmentation(phantoms.write(labels, GRID, tmp_path / "a.nii.gz"))
    part = Geometry((8, 10, 24), GRID.spacing, tuple(GRID.to_ras([2, 3, 2])))
    masks = {"1": box(4)[2:10, 3:13, 2:26], "2": box(12)[2:10, 3:13, 2:26]}
    b = read_segmentation(write(tmp_path / "b.seg.nrrd", masks, part))
    found = compare_segmentations(a, b)
    assert [one.agreement.dice for one in found.segments] == [1, 1] and found.notes == ()
    assert not any(one.agreement.resampled for one in found.segments)


def test_overlapping_segments_are_compared_each_on_its_own(tmp_path):
    one = {"L1 body": box(4, 6), "L1 trabecular core": box(5, 4)}
    a, b = (read_segmentation(write(tmp_path / f"{n}.seg.nrrd", dict(items)))
            for n, items in enumerate((one.items(), reversed(one.items()))))
    found = compare_segmentations(a, b)
    assert [(one.pair.a.name, one.agreement.dice) for one in found.segments] == \
        [("L1 body", 1), ("L1 trabecular core", 1)]


@pytest.mark.parametrize("largest", [7, 70_000])
def test_large_and_missing_labels(tmp_path, largest):
    labels = box(4).astype(np.int32) + largest * box(20)
    a = read_segmentation(phantoms.write(labels, GRID, tmp_path / "a.nrrd"))
    found = compare_segmentations(a, a)
    assert [(one.pair.a.name, one.agreement.dice, one.agreement.size_a) for one in found.segments] == \
        [("1", 1, 64 * 3 / 1000), (str(largest), 1, 64 * 3 / 1000)]


def test_other_grids_are_said_and_other_places_refused(capsys, tmp_path):
    a = write(tmp_path / "a.seg.nrrd", {"L1": box(4)})
    coarse = Geometry((6, 15, 15), (2.0, 2.0, 4.0), (-9.5, 5.25, 41.0))
    mask = np.zeros(coarse.shape, bool)
    mask[1:4, 3:6, 2:4] = True
    code, text, _ = run(capsys, "compare", a, write(tmp_path / "b.seg.nrrd", {"L1": mask}, coarse))
    assert code == 0 and "Note: The files lie on different grids" in text
    away = Geometry(coarse.shape, coarse.spacing, (500.0, 0.0, 0.0))
    code, text, err = run(capsys, "compare", a, write(tmp_path / "c.seg.nrrd", {"L1": mask}, away))
    assert (code, text) == (2, "") and "do not touch" in err and len(err.splitlines()) == 1


def test_a_tolerance_finer_than_the_voxels_is_said(capsys, tmp_path):
    a = write(tmp_path / "a.seg.nrrd", {"L1": box(4)})
    code, text, _ = run(capsys, "compare", a, a, "--tolerance", "0.5")
    assert code == 0 and "tolerance of 0.5 mm is below the size of the voxels (1 mm)" in text


def test_an_empty_segment_is_neither_0_nor_1(capsys, tmp_path):
    a = write(tmp_path / "a.seg.nrrd", {"L1": box(4), "L2": np.zeros(GRID.shape, bool)})
    b = write(tmp_path / "b.seg.nrrd", {"L1": box(4), "L2": box(12)})
    code, text, err = run(capsys, "compare", a, b, "--json", "-o", tmp_path / "out.csv")
    result = json.loads(text)
    assert code == result["exit_code"] == 3 and "'L2': The segment is empty in A" in err
    assert "dice" not in result["segments"][1] and "empty in A" in result["segments"][1]["undefined"]
    assert ",,," in (tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()[2]
    nothing = write(tmp_path / "c.seg.nrrd", {"L2": np.zeros(GRID.shape, bool)})
    code, text, err = run(capsys, "compare", a, nothing)
    assert (code, text) == (2, "") and "empty in both" in err


def test_pictures_have_no_millimetres(capsys, tmp_path):
    import SimpleITK as sitk

    pictures = []
    for n, first in enumerate((4, 5)):
        mask = np.zeros((30, 40), np.uint8)
        mask[5:15, first:first + 10] = 1
        pictures.append(tmp_path / f"{n}.png")
        sitk.WriteImage(sitk.GetImageFromArray(mask), str(pictures[-1]))
    code, text, _ = run(capsys, "compare", *pictures, "--json")
    found = json.loads(text)["segments"][0]
    assert code == 0 and found["dice"] == pytest.approx(0.9)
    assert found["hausdorff_mm"] is None and (found["size_unit"], found["size_a"]) == ("pixels", 100)
    code, text, _ = run(capsys, "compare", *pictures, "--json", "--spacing", "0.5,2")
    found = json.loads(text)["segments"][0]
    assert (found["hausdorff_mm"], found["size_unit"], found["size_a"]) == (0.5, "mm²", 100)
    volume = phantoms.write(box(4).astype(np.uint8), GRID, tmp_path / "volume.nrrd")
    assert run(capsys, "compare", pictures[0], volume)[0] == 2
    code, _, err = run(capsys, "compare", volume, volume, "--spacing", "0.5")
    assert code == 2 and "states the size of its voxels" in err


def test_a_2d_image_may_have_its_slice_along_any_axis(capsys, tmp_path):
    """20 × 30 pixels of 2 × 1 mm; the 7 mm across are no size of a pixel, and nothing is compared along them."""
    files = []
    for n in (0, 1):
        labels = np.zeros((20, 1, 30), np.uint8)
        labels[5:10, 0, 5 + n:15 + n] = 1
        files.append(phantoms.write(labels, Geometry(labels.shape, (2.0, 7.0, 1.0), (0.0, 0.0, 0.0)),
                                    tmp_path / f"{n}.nrrd"))
    code, text, _ = run(capsys, "compare", *files, "--tolerance", "1.5", "--json")
    result = json.loads(text)
    found = result["segments"][0]
    assert code == 0 and found["hausdorff_mm"] == 2.0 and found["dice"] == pytest.approx(0.9)
    assert (found["size_a"], found["size_unit"], result["notes"]) == (5 * 10 * 2, "mm²", [])


@pytest.mark.parametrize(("arguments", "words"), [
    ([], "2 segmentations|Two segmentations are compared"), (["A"], "1 are given"), (["A", "B", "B"], "3 are given"),
    (["A", "missing.seg.nrrd"], "There is no file"), (["A", "B", "--pair", "L1"], "written A=B"),
    (["A", "B", "--tolerance", "0"], "tolerance"), (["A", "B", "--tolerance", "far"], "invalid float"),
    (["A", "B", "-o", "out.txt"], "must end in .csv or .json"), (["A", "B", "-o", "A"], "would be overwritten"),
    (["A", "B", "--threshold", "0.9"], "--threshold is about an observer study"), (["A", "FOLDER"], "is a folder"),
    (["A", "OTHER"], "No segment of A .L1. belongs to one of B .L5."),
    (["A", "B", "--study", "FOLDER"], "two ways to compare")])
def test_bad_arguments_are_one_sentence(capsys, tmp_path, arguments, words):
    files = {"A": write(tmp_path / "a.seg.nrrd", {"L1": box(4)}), "B": write(tmp_path / "b.seg.nrrd", {"L1": box(5)}),
             "OTHER": write(tmp_path / "c.seg.nrrd", {"L5": box(5)}), "FOLDER": tmp_path}
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    code, text, err = run(capsys, "compare", *(files.get(one, one) for one in arguments))
    assert (code, text) == (2, "") and len(err.strip().splitlines()) == 1
    assert any(word in err or __import__("re").search(word, err) for word in words.split("|")), err
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_scan_or_dicom_file_is_no_segmentation(capsys, tmp_path):
    a = write(tmp_path / "a.seg.nrrd", {"L1": box(4)})
    values = np.arange(np.prod(GRID.shape), dtype=np.int16).reshape(GRID.shape)
    scan = phantoms.write(values, GRID, tmp_path / "scan.nrrd")
    code, text, err = run(capsys, "compare", a, scan)
    assert (code, text) == (2, "") and "is a scan, not a segmentation" in err
    image, _ = phantoms.trunk(spacing=(4.0, 4.0, 8.0))
    file = next(phantoms.write_dicom_series(tmp_path / "series", image).iterdir())
    code, text, err = run(capsys, "compare", a, file)
    assert (code, text) == (2, "") and "is a DICOM file, but no segmentation" in err


def test_no_input_is_overwritten(capsys, tmp_path):
    """A label map may be called .csv by mistake; an output that is an input is refused whatever its name."""
    a = write(tmp_path / "a.seg.nrrd", {"L1": box(4)})
    link = tmp_path / "same.csv"
    link.symlink_to(a)
    before = a.read_bytes()
    code, _, err = run(capsys, "compare", a, a, "-o", link)
    assert code == 2 and "would be overwritten" in err and a.read_bytes() == before


def test_cancel_and_progress(tmp_path):
    names = {f"L{n}": box(4 * n) for n in range(1, 5)}
    file = read_segmentation(write(tmp_path / "a.seg.nrrd", names))
    shares = []
    compare_segmentations(file, file, progress=lambda share, text: shares.append(share))
    assert shares == sorted(shares) and shares[-1] == 1.0
    with pytest.raises(CancelledError):
        compare_segmentations(file, file, cancelled=lambda: len(shares) > 0)


def test_a_sentence_names_no_hundreds_of_segments(tmp_path, capsys):
    """As where a scan is taken for a segmentation."""
    values = np.arange(240, dtype=np.uint8).reshape(6, 8, 5) + 2
    labels = phantoms.write(values, Geometry(values.shape, (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)),
                            tmp_path / "scan.nrrd")
    bone = write(tmp_path / "bone.seg.nrrd", {"L1 body": box(3)})
    for arguments in (("compare", bone, labels), ("extract", labels, labels, "--profile", "ct-vertebra-body", "-o",
                                                  tmp_path / "f.csv", "--modality", "CT")):
        code, _, error = run(capsys, *arguments)
        assert code == 2 and len(error) < 500, error


def test_a_folder_is_no_segmentation(tmp_path, capsys):
    scan, _ = phantoms.write_case(tmp_path, *phantoms.trunk())
    (tmp_path / "series").mkdir()
    code, _, error = run(capsys, "check", scan, tmp_path / "series")
    assert code == 2 and "is a folder" in error
