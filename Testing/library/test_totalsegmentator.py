"""Labels of TotalSegmentator taken over: reading, running, level mix-ups, bodies, sides."""

import json
import os
import time
from dataclasses import replace
from functools import cache
from pathlib import Path

import fake_totalsegmentator
import numpy as np
import phantoms
import pytest
import spine_phantom
from femur_phantom import hip
from RadiomicsOrthoLib.cli import main as cli
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.segmentation_file import read_segmentation
from RadiomicsOrthoLib.long_work import CancelledError
from RadiomicsOrthoLib.regions.from_file import roi_of_segment
from RadiomicsOrthoLib.regions.totalsegmentator.classes import CLASSES, VERTEBRAE, bone_of, class_names
from RadiomicsOrthoLib.regions.totalsegmentator.femurs import propose_femora
from RadiomicsOrthoLib.regions.totalsegmentator.label_file import BoneLabels, read_labels
from RadiomicsOrthoLib.regions.totalsegmentator.running import Installed, run_total
from RadiomicsOrthoLib.regions.totalsegmentator.spine_checks import check_spine
from RadiomicsOrthoLib.regions.totalsegmentator.vertebrae import propose_vertebrae
from scipy import ndimage

TOTAL = {bone: value for value, bone in CLASSES["total"].items()}
#: the phantom's vertebrae from above downwards; the first and the last are cut by the scan's ends
LEVELS = ("T11", "T12", "L1", "L2", "L3", "L4")


@cache
def case():
    """A scan, whole-vertebra labels as the task ``total`` numbers them, and the true bodies (1 for the uppermost)."""
    phantom = spine_phantom.spine_phantom(count=4, spacing=(1.5, 1.5, 2.0))
    return phantom.image, _whole(phantom), phantom.labels


def _whole(phantom) -> np.ndarray:
    """Each body with the arch round it."""
    bone = ndimage.binary_opening(phantom.image.array > 220) | (phantom.labels > 0)
    nearest = ndimage.distance_transform_edt(phantom.labels == 0, sampling=phantom.image.geometry.spacing_kji,
                                             return_distances=False, return_indices=True)
    values = np.array([0, *(TOTAL[level] for level in LEVELS)], np.uint8)
    labels = np.where(bone, values[phantom.labels[tuple(nearest)]], 0).astype(np.uint8)
    for level in LEVELS:
        parts, _ = ndimage.label(labels == TOTAL[level], np.ones((3, 3, 3)))
        labels[(parts > 0) & (parts != 1 + np.bincount(parts.ravel())[1:].argmax())] = 0
    return labels


def named(array) -> BoneLabels:
    return BoneLabels(array, CLASSES["total"], "a test")


def body_of(level):
    return case()[2] == 1 + LEVELS.index(level)


def labels_with(change):
    labels = case()[1].copy()
    change(labels)
    return named(labels)


def found(labels):
    checked = check_spine(labels, case()[0].geometry)
    return checked, {remark.code for remark in checked.remarks}


@cache
def sacral():
    """A scan with a sacrum: its grid, the bodies from above downwards, and where the sacrum is."""
    phantom = spine_phantom.spine_phantom(count=4, spacing=(2.0, 2.0, 2.5), sacrum=True)
    ras = phantom.image.geometry.to_ras(np.stack(np.indices(phantom.labels.shape), -1))
    low = phantom.vertebrae[-1].centre[2] + 12
    return phantom.image.geometry, phantom.labels, (phantom.image.array > 120) & (ras[..., 2] < low)


def on_sacrum(levels):
    """The grid, and labels of these levels above the sacrum."""
    geometry, bodies, sacrum = sacral()
    values = np.array([0, *(TOTAL[level] for level in levels)], np.uint8)
    labels = np.where(bodies <= len(levels), values[np.minimum(bodies, len(levels))], 0).astype(np.uint8)
    labels[(labels == 0) & sacrum] = TOTAL["sacrum"]
    return geometry, named(labels)


class TestGoodLabels:
    def test_every_body_is_found_by_its_name_and_the_cut_ones_are_marked(self):
        image, labels, bodies = case()
        proposal = propose_vertebrae(image, named(labels), "labels of TotalSegmentator")
        by_level = {region.roi.level: region for region in proposal.regions}
        assert tuple(by_level) == LEVELS
        assert [region.body for region in proposal.regions] == [1, 2, 3, 4, 5, 6]
        assert [level for level in LEVELS if by_level[level].name.endswith("(incomplete)")] == ["T11", "L4"]
        for number, level in enumerate(LEVELS[1:-1], start=2):
            mask, truth = by_level[level].roi.mask, bodies == number
            assert 2 * np.count_nonzero(mask & truth) / (mask.sum() + truth.sum()) > 0.90
            # the arch is not body
            arch = (labels == TOTAL[level]) & ~ndimage.binary_dilation(truth, iterations=3)
            assert np.count_nonzero(mask & arch) < 0.02 * mask.sum()
        assert {remark.code for remark in proposal.remarks} == {"BODY_INCOMPLETE"}

    def test_what_was_not_measured_is_null(self):
        image, labels, _ = case()
        bodies = propose_vertebrae(image, named(labels), "x").to_dict()["bodies"]
        assert all(body["heights"] is None and body["genant"] is None for body in bodies)
        assert [body["volume_ml"] is None for body in bodies] == [True, False, False, False, False, True]

    def test_compartments_lie_in_the_body(self):
        image, labels, bodies = case()
        proposal = propose_vertebrae(image, named(labels), "x", ("whole-body", "trabecular", "axial-ellipse",
                                                                 "mid-slab"))
        of_l1 = {region.roi.compartment: region.roi for region in proposal.regions if region.roi.level == "L1"}
        assert list(of_l1) == ["whole-body", "trabecular", "axial-ellipse", "mid-slab"]
        truth = bodies == 1 + LEVELS.index("L1")
        for roi in of_l1.values():
            assert roi.mask.any() and np.count_nonzero(roi.mask & truth) > 0.9 * roi.voxel_count
        # the compartments were made for a body whose front is in front
        ellipse = image.geometry.to_ras(np.argwhere(of_l1["axial-ellipse"].mask).mean(axis=0))
        middle = image.geometry.to_ras(np.argwhere(truth).mean(axis=0))
        assert ellipse[1] > middle[1] and abs(ellipse[2] - middle[2]) < 4

    def test_one_vertebra_by_a_point_and_another_count(self):
        image, labels, _ = case()
        seed = image.geometry.to_ras(np.argwhere(body_of("L1")).mean(axis=0))
        only = propose_vertebrae(image, named(labels), "x", seed=seed, single=True)
        assert [region.roi.level for region in only.regions] == ["L1"]
        counted = propose_vertebrae(image, named(labels), "x", seed=seed, level="L2")
        assert [region.roi.level for region in counted.regions] == ["T12", "L1", "L2", "L3", "L4", "L5"]
        assert {remark.code for remark in counted.remarks} == {"BODY_INCOMPLETE", "LEVELS_RENAMED"}
        with pytest.raises(InputError, match="lies in no vertebra"):
            propose_vertebrae(image, named(labels), "x", seed=seed + np.array([0.0, 40.0, 0.0]))

    def test_labels_of_bodies_alone_are_bodies(self):
        image, _, bodies = case()
        values = np.array([0, *(CLASSES_PP[level] for level in LEVELS)], np.uint8)
        labels = BoneLabels(values[bodies], CLASSES["vertebrae_pp"], "a test")
        proposal = propose_vertebrae(image, labels, "x")
        l2 = next(region.roi for region in proposal.regions if region.roi.level == "L2")
        truth = body_of("L2")
        assert np.array_equal(l2.mask, truth)


CLASSES_PP = {bone: value for value, bone in CLASSES["vertebrae_pp"].items()}


class TestMixUps:
    def test_good_labels_raise_nothing(self):
        checked, codes = found(named(case()[1]))
        assert codes == set() and tuple(checked.vertebrae) == LEVELS and not checked.doubtful

    def test_two_swapped_levels_are_left_out(self):
        def swap(labels):
            one, other = labels == TOTAL["L1"], labels == TOTAL["L2"]
            labels[one], labels[other] = TOTAL["L2"], TOTAL["L1"]

        checked, codes = found(labels_with(swap))
        assert "LABEL_ORDER" in codes
        assert tuple(checked.vertebrae) == ("T11", "T12", "L3", "L4")

    def test_one_stray_level_is_left_out_alone(self):
        def stray(labels):
            labels[labels == TOTAL["L2"]] = TOTAL["T9"]

        checked, codes = found(labels_with(stray))
        assert "LABEL_ORDER" in codes and tuple(checked.vertebrae) == ("T11", "T12", "L1", "L3", "L4")

    def test_a_level_used_twice_is_left_out(self):
        def twice(labels):
            labels[labels == TOTAL["L3"]] = TOTAL["L1"]

        checked, codes = found(labels_with(twice))
        assert "LABEL_TWICE" in codes and "L1" not in checked.vertebrae and "L2" in checked.vertebrae

    def test_a_missing_label_is_said_and_the_others_keep_their_names(self):
        def missing(labels):
            labels[labels == TOTAL["L2"]] = 0

        checked, codes = found(labels_with(missing))
        assert codes == {"LABEL_MISSING"} and not checked.doubtful
        assert tuple(checked.vertebrae) == ("T11", "T12", "L1", "L3", "L4")

    def test_a_vertebra_without_a_label_between_consecutive_names_puts_the_count_in_doubt(self):
        """As TotalSegmentator does with a transitional vertebra."""
        def skipped(labels):
            labels[labels == TOTAL["T12"]] = 0
            labels[labels == TOTAL["T11"]] = TOTAL["T12"]

        checked, codes = found(labels_with(skipped))
        assert codes == {"VERTEBRA_SKIPPED"} and checked.doubtful == set(checked.vertebrae)
        proposal = propose_vertebrae(case()[0], labels_with(skipped), "x")
        assert {region.roi.level for region in proposal.regions} == {None}
        assert any(remark.code == "LEVEL_NOT_NAMED" and "has the label T12" in remark.sentence
                   for remark in proposal.remarks)

    def test_names_that_jump_put_the_count_in_doubt(self):
        def jump(labels):
            for old, new in (("L2", "L3"), ("L3", "L4"), ("L4", "L5")):
                labels[case()[1] == TOTAL[old]] = TOTAL[new]

        checked, codes = found(labels_with(jump))
        assert codes == {"LEVELS_JUMP"} and checked.doubtful == set(checked.vertebrae)

    def test_a_fragment_in_another_body_is_dropped_and_that_body_is_left_out(self):
        middle = np.argwhere(body_of("L2")).mean(axis=0).astype(int)

        def fragment(labels):
            box = tuple(slice(m - n, m + n) for m, n in zip(middle, (3, 5, 5), strict=True))
            labels[box] = TOTAL["L3"]

        checked, codes = found(labels_with(fragment))
        assert codes == {"LABEL_FRAGMENT", "LABELS_MIXED"}
        assert "L2" not in checked.vertebrae
        l3 = checked.vertebrae["L3"]
        assert abs(np.count_nonzero(l3.body) / np.count_nonzero(body_of("L3")) - 1) < 0.15

    def test_a_piece_of_arch_does_not_cost_the_body(self):
        def arch(labels):
            of_l2 = np.argwhere(labels == TOTAL["L2"])
            rear = of_l2[of_l2[:, 1] <= np.quantile(of_l2[:, 1], 0.06)]
            labels[tuple(rear.T)] = TOTAL["L3"]

        checked, codes = found(labels_with(arch))
        assert "LABELS_MIXED" not in codes and "L2" in checked.vertebrae

    def test_a_merged_vertebra_is_implausibly_large(self):
        def merged(labels):
            both = np.isin(labels, (TOTAL["L1"], TOTAL["L2"]))
            labels[ndimage.binary_closing(both, np.ones((9, 3, 3))) & (labels == 0) | both] = TOTAL["L1"]

        checked, codes = found(labels_with(merged))
        assert "SIZE_IMPLAUSIBLE" in codes and "L1" not in checked.vertebrae

    def test_the_vertebra_on_the_sacrum_should_be_l5(self):
        geometry, labels = on_sacrum(("T12", "L1", "L2", "L3", "L4"))
        checked = check_spine(labels, geometry)
        assert "LOWEST_NOT_L5" in {remark.code for remark in checked.remarks}
        assert checked.doubtful == set(checked.vertebrae)
        geometry, labels = on_sacrum(("L1", "L2", "L3", "L4", "L5"))
        assert check_spine(labels, geometry).remarks == ()

    def test_counted_from_the_sacrum_only_what_lies_above_a_jump_is_in_doubt(self):
        geometry, labels = on_sacrum(("T12", "L1", "L3", "L4", "L5"))
        checked = check_spine(labels, geometry)
        assert {remark.code for remark in checked.remarks} == {"LEVELS_JUMP"}
        assert checked.doubtful == {"T12", "L1"}

    def test_a_sliver_at_the_edge_has_no_body(self):
        image, labels, _ = case()
        sliver = labels.copy()
        upper = np.argwhere(labels == TOTAL["T11"])
        sliver[(labels == TOTAL["T11"])] = 0
        top = upper[upper[:, 0] >= upper[:, 0].max() - 1]
        sliver[tuple(top.T)] = TOTAL["T11"]
        checked = check_spine(named(sliver), image.geometry)
        assert "NO_BODY" in {remark.code for remark in checked.remarks} and "T11" not in checked.vertebrae


@pytest.fixture(scope="module")
def right_hip():
    return hip("right")


class TestFemora:
    """A hip's side is where it lies, whatever its label says."""

    def labels(self, hip, side, with_sacrum=True):
        array = np.where(hip.femur, CLASSES_FEMUR[side], 0).astype(np.uint8)
        if with_sacrum:
            # the midline lies to the left of a right hip
            width = array.shape[2]
            ras = hip.image.geometry.to_ras(np.array([[0, 0, 0], [0, 0, width - 1]]))
            array[:, :3, 0 if ras[0, 0] < ras[1, 0] else width - 1] = TOTAL["sacrum"]
        return named(array)

    def test_the_label_leads_to_the_head(self, right_hip):
        proposal = propose_femora(right_hip.image, self.labels(right_hip, "right"), "labels of TotalSegmentator")
        head = next(region.roi for region in proposal.regions if region.roi.compartment == "femoral-head")
        middle = right_hip.image.geometry.to_ras(np.argwhere(head.mask).mean(axis=0))
        assert np.linalg.norm(middle - right_hip.head_centre) < 6.0
        assert {region.roi.side for region in proposal.regions} == {"right"}
        assert "found by labels of TotalSegmentator" in head.made_by

    def test_a_label_of_the_wrong_side_is_left_out(self, right_hip):
        with pytest.raises(InputError, match="lies on the other side"):
            propose_femora(right_hip.image, self.labels(right_hip, "left"), "x")

    def test_labels_without_a_femur(self, right_hip):
        with pytest.raises(InputError, match="They hold no femur"):
            propose_femora(right_hip.image, named(np.zeros(right_hip.femur.shape, np.uint8)), "x")


CLASSES_FEMUR = {"left": TOTAL["left femur"], "right": TOTAL["right femur"]}


class TestFiles:
    @pytest.mark.parametrize(("name", "bone"), [
        ("vertebrae_L1", "L1"), ("L1 vertebra", "L1"), ("vertebrae_T12", "T12"), ("T12", "T12"), ("sacrum", "sacrum"),
        ("femur_left", "left femur"), ("right femur", "right femur"), ("femur", None), ("vertebrae_body", None),
        ("vertebrae", None), ("disc L1", None), ("rib_left_1", None), ("hip_left", None), ("vertebrae_S1", "S1")])
    def test_class_names(self, name, bone):
        assert bone_of(name) == bone

    def test_the_classes_of_the_task_total(self):
        """Fixed by the program's version 2."""
        assert (TOTAL["L5"], TOTAL["L1"], TOTAL["T12"], TOTAL["C1"], TOTAL["sacrum"]) == (27, 31, 32, 50, 25)
        assert CLASSES["total_v1"][18] == "L5" and CLASSES["vertebrae_pp"][24] == "L5"
        assert "vertebrae_L1" in class_names("vertebra") and "femur_left" in class_names("proximal-femur")

    def test_numbers_without_names_are_those_of_the_stated_task(self, tmp_path):
        image, labels, _ = case()
        path = phantoms.write(labels, image.geometry, tmp_path / "labels.nii.gz")
        assert read_labels(path, image).value_of("L1") == TOTAL["L1"]
        other = read_labels(path, image, "total_v1")
        assert other.bones[TOTAL["L1"]] == CLASSES["total_v1"][TOTAL["L1"]] != "L1"
        with pytest.raises(InputError, match="no list of classes"):
            read_labels(path, image, "total_v9")

    def test_the_table_of_labels_in_a_nifti_is_believed_before_the_numbers(self, tmp_path):
        image, labels, _ = case()
        path = phantoms.write(np.where(labels == TOTAL["L1"], 5, 0).astype(np.uint8), image.geometry,
                              tmp_path / "plain.nii")
        with_names = tmp_path / "named.nii"
        with_names.write_bytes(_with_label_table(path.read_bytes(), {5: "vertebrae_L1", 6: "spleen"}))
        read = read_labels(with_names, image)
        assert read.bones == {5: "L1"} and read.named_by == "the file's table of labels"
        with pytest.raises(InputError, match="names no vertebra"):
            read_labels(path, image)

    def test_a_folder_of_masks(self, tmp_path):
        image, labels, _ = case()
        folder = tmp_path / "segmentations"
        folder.mkdir()
        for level in ("L1", "L2"):
            phantoms.write((labels == TOTAL[level]).astype(np.uint8), image.geometry,
                           folder / f"vertebrae_{level}.nii.gz")
        phantoms.write(np.zeros_like(labels), image.geometry, folder / "vertebrae_C1.nii.gz")
        phantoms.write(np.ones_like(labels), image.geometry, folder / "liver.nii.gz")
        read = read_labels(folder, image)
        assert sorted(read.bones.values()) == ["L1", "L2"]
        assert np.array_equal(read.array == read.value_of("L1"), labels == TOTAL["L1"])

    def test_segments_of_slicer(self, tmp_path):
        image, labels, _ = case()
        layers = (labels == TOTAL["L3"]).astype(np.uint8)[np.newaxis]
        path = phantoms.write_seg_nrrd(tmp_path / "s.seg.nrrd", layers, image.geometry, [{"Name": "L3 vertebra"}])
        assert list(read_labels(path, image).bones.values()) == ["L3"]

    def test_labels_of_another_scan_are_refused(self, tmp_path):
        image, labels, _ = case()
        moved = replace(image.geometry, origin=(0.0, 0.0, 0.0))
        path = phantoms.write(labels, moved, tmp_path / "labels.nii.gz")
        with pytest.raises(InputError, match="do not share a geometry"):
            read_labels(path, image)


def _with_label_table(nifti: bytes, names: dict[int, str]) -> bytes:
    """A NIfTI file with the extended header that TotalSegmentator writes."""
    table = "".join(f'<Label Key="{key}" Red="1" Green="0" Blue="0" Alpha="1"><![CDATA[{name}]]></Label>\n'
                    for key, name in names.items())
    start, end = '<CaretExtension><VolumeInformation Index="0"><LabelTable>', "</LabelTable></VolumeInformation>"
    text = f'<?xml version="1.0"?>{start}{table}{end}</CaretExtension>'
    size = -(-(len(text) + 8) // 16) * 16
    voxels = int(np.frombuffer(nifti[108:112], "<f4")[0])
    moved = np.array([voxels + size], "<f4").tobytes()
    extension = np.array([size, 0], "<i4").tobytes() + text.encode().ljust(size - 8, b"\0")
    return nifti[:108] + moved + nifti[112:348] + b"\x01\0\0\0" + extension + nifti[voxels:]


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """A TotalSegmentator on the PATH; call it with what it should do."""
    if os.name == "nt":
        pytest.skip("a script without an ending is no command on Windows")
    folder = fake_totalsegmentator.installed(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return lambda mode, labels=None: fake_totalsegmentator.told(folder, mode, labels, case()[0].geometry)


def run(capsys, *arguments):
    code = cli.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture
def scan(tmp_path):
    image, labels, _ = case()
    folder = tmp_path / "scan"
    folder.mkdir()
    return (phantoms.write(image.array, image.geometry, folder / "ct.nii.gz"),
            phantoms.write(labels, image.geometry, folder / "total.nii.gz"))


class TestCommand:
    def test_it_is_run_and_its_labels_become_bodies(self, capsys, tmp_path, scan, fake):
        folder = fake("write", case()[1])
        out = tmp_path / "out.seg.nrrd"
        code, text, err = run(capsys, "segment", scan[0], "--site", "vertebra", "--method", "totalsegmentator", "-o",
                              out, "--json")
        assert (code, err) == (0, "")
        result = json.loads(text)
        assert [segment["level"] for segment in result["segments"]] == list(LEVELS)
        assert "TotalSegmentator 2.18.0, task total; body by opening" in result["segments"][1]["made_by"]
        segmentation = read_segmentation(out, case()[0].geometry)
        assert [roi_of_segment(segmentation, segment).level for segment in segmentation.segments] == list(LEVELS)
        seen = json.loads((folder / "seen.json").read_text())
        assert set(seen["roi_subset"]) == set(class_names("vertebra")) and not seen["fast"]
        # nothing is sent, the weights are found where they are, and the copy of the scan is gone
        assert seen["config"]["send_usage_stats"] is False
        assert Path(seen["weights"]).parts[-2:] == ("nnunet", "results")
        assert not Path(seen["input"]).exists()

    def test_its_failure_is_one_sentence(self, capsys, tmp_path, scan, fake):
        fake("fail")
        out = tmp_path / "out.seg.nrrd"
        code, text, err = run(capsys, "segment", scan[0], "--site", "vertebra", "--method", "totalsegmentator", "-o",
                              out)
        assert code == 2 and err.strip() == "TotalSegmentator failed: RuntimeError: no weights could be downloaded."
        assert text == "" and not out.exists()
        fake("nothing")
        code, _, err = run(capsys, "segment", scan[0], "--site", "vertebra", "--method", "totalsegmentator", "-o", out)
        assert code == 2 and "without writing labels" in err

    def test_cancelling_ends_it(self, fake):
        fake("hang")
        asked = []

        def cancelled():
            asked.append(time.monotonic())
            return len(asked) > 3

        with pytest.raises(CancelledError):
            run_total(case()[0], "vertebra", cancelled=cancelled)

    def test_a_command_that_is_gone_is_said(self):
        with pytest.raises(InputError, match="cannot be started"):
            run_total(case()[0], "vertebra", installed=Installed(("/nowhere/TotalSegmentator",)))

    def test_without_it_one_sentence_says_how_to_get_it(self, capsys, tmp_path, scan, monkeypatch):
        monkeypatch.setenv("PATH", str(tmp_path))
        code, _, err = run(capsys, "segment", scan[0], "--site", "vertebra", "--method", "totalsegmentator", "-o",
                           tmp_path / "out.seg.nrrd")
        assert code == 2 and "pip install TotalSegmentator" in err and "--labels" in err

    def test_labels_made_elsewhere(self, capsys, tmp_path, scan):
        out = tmp_path / "out.seg.nrrd"
        code, text, err = run(capsys, "segment", scan[0], "--site", "vertebra", "--method", "totalsegmentator",
                              "--labels", scan[1], "-o", out)
        assert (code, err) == (0, "") and "L1 body" in text and "T11 is cut off" in text and out.is_file()

    @pytest.mark.parametrize(("arguments", "words"), [
        (["--labels", "x.nii.gz", "--auto"], "add --method totalsegmentator"),
        (["--fast", "--auto"], "add --method totalsegmentator"),
        (["--method", "totalsegmentator", "--single"], "give one with --seed"),
        (["--method", "totalsegmentator", "--labels", "x.nii.gz", "--fast"], "it is not run"),
        (["--method", "totalsegmentator", "--labels", "x.nii.gz", "--auto", "--seed", "1,2,3"], "exclude each other"),
    ])
    def test_arguments_that_do_not_go_together(self, capsys, tmp_path, scan, arguments, words):
        code, _, err = run(capsys, "segment", scan[0], "--site", "vertebra", *arguments, "-o",
                           tmp_path / "out.seg.nrrd")
        assert code == 2 and words in err


def test_a_proposal_in_a_process_of_its_own_ends_what_it_runs(fake, tmp_path):
    """As the panel does it: cancelling must leave no TotalSegmentator behind."""
    from RadiomicsOrthoLib.regions.proposal_process import ProposalProcess
    from RadiomicsOrthoLib.regions.request import ProposalRequest

    folder = fake("hang")
    process = ProposalProcess()
    process.start(case()[0], ProposalRequest("vertebra", method="totalsegmentator"))
    end = time.monotonic() + 60
    while not (folder / "seen.json").is_file():
        assert process.running and time.monotonic() < end
        time.sleep(0.05)
    process.stop()
    while (folder / "alive.txt").is_file() and _alive(int((folder / "alive.txt").read_text())):
        assert time.monotonic() < end, "it still runs"
        time.sleep(0.05)


def _alive(number: int) -> bool:
    """True if a process runs; one that ended and that nobody asked about does not."""
    try:
        state = Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        return state != "Z"
    except OSError:
        pass
    try:
        os.kill(number, 0)
    except OSError:
        return False
    return not Path("/proc").is_dir()


def test_a_proposal_in_a_process_of_its_own(fake):
    from RadiomicsOrthoLib.regions.proposal_process import ProposalProcess
    from RadiomicsOrthoLib.regions.request import ProposalRequest

    fake("write", case()[1])
    process = ProposalProcess()
    process.start(case()[0], ProposalRequest("vertebra", method="totalsegmentator"))
    end = time.monotonic() + 60
    while process.running:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert [region.roi.level for region in process.result().regions] == list(LEVELS)


def test_every_level_has_its_number():
    assert [CLASSES["total"][27 + n] for n in range(24)] == list(reversed(VERTEBRAE))
