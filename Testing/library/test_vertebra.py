"""Vertebral bodies of generated spines: found, told apart, cut ones marked, S1 left out, bad clicks refused."""

import json

import numpy as np
import pytest
from phantoms import write
from RadiomicsOrthoLib.cli import main as cli
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.imaging.segmentation_file import read_segmentation
from RadiomicsOrthoLib.long_work import CancelledError, never_cancelled, no_progress
from RadiomicsOrthoLib.regions.from_file import anatomy_of
from RadiomicsOrthoLib.regions.roi import Roi
from RadiomicsOrthoLib.regions.trabecular import trabecular_core
from RadiomicsOrthoLib.regions.vertebra.automatic import spine_without_click
from RadiomicsOrthoLib.regions.vertebra.proposal import propose_bodies
from RadiomicsOrthoLib.regions.vertebra.spine import body_labels, spine_from_click
from spine_phantom import spine_phantom


def dice(a, b):
    return 2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b))


def agreement(spine, phantom):
    """Dice of each found body with the true one in the same place from above."""
    found = body_labels(spine, phantom.image)
    return [dice(found == n, phantom.labels == n) for n in range(1, len(spine.bodies) + 1)]


@pytest.fixture(scope="module")
def lumbar():
    """Three complete bodies, one cut by the upper edge, and S1 below."""
    phantom = spine_phantom(count=3, sacrum=True)
    return phantom, spine_from_click(phantom.image, phantom.vertebrae[2].centre)


@pytest.fixture(scope="module")
def scoliotic():
    phantom = spine_phantom(count=4, scoliosis_mm=22)
    return phantom, spine_from_click(phantom.image, phantom.vertebrae[2].centre)


def test_bodies_stop_at_the_sacrum_and_the_cut_one_is_marked(lumbar):
    phantom, spine = lumbar
    assert [body.complete for body in spine.bodies] == [False, True, True, True]
    assert spine.sacrum_below and spine.clicked == 2
    assert min(agreement(spine, phantom)) > 0.93


def test_a_curved_spine_between_two_cut_bodies(scoliotic):
    phantom, spine = scoliotic
    assert [body.complete for body in spine.bodies] == [False, True, True, True, True, False]
    assert not spine.sacrum_below
    assert min(agreement(spine, phantom)) > 0.93


def test_every_click_in_a_body_gives_the_same_bodies(scoliotic):
    phantom, spine = scoliotic
    first = body_labels(spine, phantom.image)
    generator = np.random.default_rng(1)
    for n in (1, 3, 4):
        away = generator.normal(size=3)
        seed = phantom.vertebrae[n].centre + 8 * away / np.linalg.norm(away)
        again = spine_from_click(phantom.image, seed)
        assert again.clicked == n
        labels = body_labels(again, phantom.image)
        assert min(dice(labels == m, first == m) for m in range(1, 7)) > 0.97


@pytest.mark.parametrize("kind", [
    {"height": 19.0, "disc": 4.0, "half_width": 15.0, "half_depth": 14.0, "spacing": (0.8, 0.8, 5.0), "count": 4},
    {"spacing": (0.7, 0.7, 0.7), "count": 2},
    {"marrow": 30.0}], ids=["thoracic at 5 mm", "0.7 mm", "little bone"])
def test_thick_and_thin_slices_and_thin_bone(kind):
    phantom = spine_phantom(**kind)
    spine = spine_from_click(phantom.image, phantom.vertebrae[2].centre)
    complete = [n for n, body in enumerate(spine.bodies) if body.complete]
    assert complete == list(range(1, len(phantom.vertebrae) - 1))
    found = agreement(spine, phantom)
    assert min(found[n] for n in complete) > (0.80 if phantom.image.spacing[2] > 4 else 0.93)


def test_a_wedged_body_has_its_loss_and_a_suggested_grade():
    phantom = spine_phantom(count=3, wedged=2, wedge_loss=0.4)
    spine = spine_from_click(phantom.image, phantom.vertebrae[1].centre)
    proposal = propose_bodies(phantom.image, spine, level="T12")
    bodies = {body["level"]: body for body in proposal.summary["bodies"]}
    wedged, intact = bodies["L1"], bodies["L2"]
    assert wedged["genant"]["deformity"] == "wedge" and wedged["genant"]["suggested_grade"] in (2, 3)
    assert 0.60 < wedged["heights"]["wedge_ratio"] < 0.76
    assert intact["genant"]["suggested_grade"] == 0
    assert intact["heights"]["posterior_mm"] == pytest.approx(25, abs=1.0)
    assert intact["heights"]["anterior_mm"] == pytest.approx(25, abs=1.0)
    assert bodies["T11"]["heights"] is None and bodies["T11"]["volume_ml"] is None
    # whose density is asked for, of that it is said
    density = propose_bodies(phantom.image, spine, ("trabecular",), level="T12")
    said = [remark.sentence for remark in density.remarks if remark.code == "FRACTURE_SUGGESTED"]
    assert len(said) == 1 and said[0].startswith("The heights of L1 suggest a fracture (Genant grade")


def test_compartments_lie_inside_and_hold_what_their_rules_say(lumbar):
    phantom, spine = lumbar
    proposal = propose_bodies(phantom.image, spine, ("whole-body", "trabecular", "axial-ellipse", "mid-slab"),
                              level="L4", single=True)
    parts = {region.roi.compartment: region.roi for region in proposal.regions}
    assert set(parts) == {"whole-body", "trabecular", "axial-ellipse", "mid-slab"}
    core = parts["trabecular"].mask
    truth = trabecular_core(Roi(phantom.labels == 3, phantom.image.geometry))
    expected = phantom.image.array[truth.mask].mean()
    for name in ("trabecular", "axial-ellipse", "mid-slab"):
        assert not np.any(parts[name].mask & ~parts["whole-body"].mask)
        # the ellipses keep clear of the endplates, which the core of a tilted body at 2 mm does not wholly
        wanted = expected if name == "trabecular" else 140
        assert phantom.image.array[parts[name].mask].mean() == pytest.approx(wanted, abs=5)
    assert not np.any(parts["mid-slab"].mask & ~core) and not np.any(parts["axial-ellipse"].mask & ~core)
    vertebra = phantom.vertebrae[2]
    local = (phantom.image.geometry.to_ras(np.argwhere(parts["mid-slab"].mask)) - vertebra.centre) @ vertebra.frame.T
    assert 7.0 < np.ptp(local[:, 2]) < 9.5
    assert local[:, 1].min() > -vertebra.half_depth / 3 - 1
    # the vein enters in the middle of the rear wall
    behind = vertebra.centre - 8 * vertebra.frame[1]
    k, j, i = np.rint(phantom.image.geometry.to_kji(behind)).astype(int)
    assert parts["whole-body"].mask[k, j, i] and not core[k, j, i]


def test_without_a_click_the_same_bodies_are_found(lumbar):
    phantom, spine = lumbar
    found = spine_without_click(phantom.image)
    assert found.clicked is None and found.sacrum_below
    first = body_labels(spine, phantom.image)
    again = body_labels(found, phantom.image)
    assert min(dice(first == n, again == n) for n in range(1, 5)) > 0.97


class TestRefusals:
    @pytest.mark.parametrize(("where", "words"), [
        ("muscle", "no vertebral body"), ("air", "outside the scan"), ("disc", "no vertebral body"),
        ("sacrum", "sacrum"), ("arch", "No spinal canal|no vertebral body")])
    def test_a_click_beside_a_body(self, lumbar, where, words):
        phantom, _ = lumbar
        body, below = phantom.vertebrae[2], phantom.vertebrae[3]
        points = {"muscle": body.centre + np.array([38.0, 0.0, 0.0]), "air": body.centre + np.array([400.0, 0, 0]),
                  "disc": (body.centre + below.centre) / 2, "sacrum": phantom.vertebrae[4].centre,
                  "arch": body.centre - np.array([0.0, 38.0, 0.0])}
        with pytest.raises(InputError, match=words):
            spine_from_click(phantom.image, points[where])

    def test_mr_is_refused(self, lumbar):
        phantom, _ = lumbar
        seed = phantom.vertebrae[2].centre
        with pytest.raises(InputError, match="modality MR"):
            spine_from_click(BoneImage(phantom.image.array, phantom.image.geometry, "MR"), seed)
        positive = BoneImage(np.clip(phantom.image.array, 0, None), phantom.image.geometry)
        with pytest.raises(InputError, match="do not look like HU"):
            spine_from_click(positive, seed)

    def test_a_scan_without_a_spine_is_not_given_one(self):
        generator = np.random.default_rng(0)
        phantom = spine_phantom(count=2)
        empty = np.where(phantom.image.array > -50, generator.normal(50, 12, phantom.image.array.shape), -1000)
        image = BoneImage(empty.astype(np.int16), phantom.image.geometry, "CT")
        with pytest.raises(InputError, match="give a point"):
            spine_without_click(image)
        with pytest.raises(InputError, match="No spinal canal"):
            spine_from_click(image, phantom.vertebrae[1].centre)

    def test_the_shaft_of_a_long_bone_is_no_spine(self):
        phantom = spine_phantom(count=3)
        geometry = phantom.image.geometry
        ras = geometry.to_ras(np.stack(np.indices(geometry.shape), -1)) - phantom.vertebrae[2].centre
        radius = np.hypot(ras[..., 0], ras[..., 1])
        values = np.where(radius < 50, 50, -1000) + np.random.default_rng(2).normal(0, 12, radius.shape)
        values[radius < 14], values[radius < 8] = 1200, -40
        image = BoneImage(values.astype(np.int16), geometry, "CT")
        with pytest.raises(InputError):
            spine_from_click(image, phantom.vertebrae[2].centre + np.array([0.0, 11.0, 0.0]))
        with pytest.raises(InputError, match="give a point"):
            spine_without_click(image)

    def test_bones_as_dense_as_a_shaft_are_taken_for_bodies_only_with_a_click(self):
        phantom = spine_phantom(count=3, spacing=(2.0, 2.0, 2.0), marrow=900, sacrum=True)
        with pytest.raises(InputError, match="give a point"):
            spine_without_click(phantom.image)
        assert len(spine_from_click(phantom.image, phantom.vertebrae[2].centre).bodies) >= 3

    def test_cancel_ends_the_work(self, lumbar):
        phantom, _ = lumbar
        told = []
        with pytest.raises(CancelledError):
            spine_from_click(phantom.image, phantom.vertebrae[2].centre, lambda share, text: told.append(share),
                             lambda: len(told) > 2)
        assert told == sorted(told)
        assert never_cancelled() is False and no_progress(0.5, "") is None


class TestCommand:
    def run(self, capsys, *arguments):
        code = cli.main(["segment", *(str(argument) for argument in arguments)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    def test_segments_have_names_terminology_and_a_summary(self, capsys, lumbar, tmp_path):
        phantom, _ = lumbar
        scan = write(phantom.image.array, phantom.image.geometry, tmp_path / "ct.nii.gz")
        out, summary = tmp_path / "out.seg.nrrd", tmp_path / "out.json"
        seed = ",".join(f"{x:.1f}" for x in phantom.vertebrae[2].centre)
        code, _, err = self.run(capsys, scan, "--site", "vertebra", "--seed", seed, "--level", "L4", "--compartment",
                                "whole-body", "--compartment", "trabecular", "-o", out, "--summary", summary)
        assert (code, err) == (0, "")
        segmentation = read_segmentation(out, phantom.image.geometry)
        assert [segment.name for segment in segmentation.segments] == [
            "L2 body (incomplete)", "L3 body", "L3 trabecular core", "L4 body", "L4 trabecular core", "L5 body",
            "L5 trabecular core"]
        assert anatomy_of(segmentation.segments[2].name, segmentation.segments[2].tags) == {
            "site": "vertebra", "level": "L3", "side": None, "compartment": "trabecular"}
        result = json.loads(summary.read_text(encoding="utf-8"))
        assert [body["complete"] for body in result["bodies"]] == [False, True, True, True]
        assert any(remark["code"] == "BODY_INCOMPLETE" and remark["refused"] for remark in result["remarks"])

    def test_unnamed_bodies_are_numbered_and_a_level_is_suggested(self, capsys, lumbar, tmp_path):
        phantom, _ = lumbar
        scan = write(phantom.image.array, phantom.image.geometry, tmp_path / "ct.nii.gz")
        code, text, _ = self.run(capsys, scan, "--site", "vertebra", "--auto", "-o", tmp_path / "a.seg.nrrd", "--json")
        result = json.loads(text)
        assert code == 0 and result["level_suggestion"]["level"] == "L5"
        assert [segment["name"] for segment in result["segments"]] == [
            "vertebra 1 body (incomplete)", "vertebra 2 body", "vertebra 3 body", "vertebra 4 body"]

    def test_a_bad_click_is_one_sentence_and_leaves_nothing(self, capsys, lumbar, tmp_path):
        phantom, _ = lumbar
        scan = write(phantom.image.array, phantom.image.geometry, tmp_path / "ct.nii.gz")
        out = tmp_path / "out.seg.nrrd"
        code, _, err = self.run(capsys, scan, "--site", "vertebra", "--seed", "500,0,0", "-o", out)
        assert code == 2 and len(err.strip().splitlines()) == 1 and not out.exists()
        seed = ",".join(f"{x:.1f}" for x in phantom.vertebrae[2].centre)
        code, _, err = self.run(capsys, scan, "--site", "vertebra", "--seed", seed, "--level", "L5", "-o", out)
        assert code == 2 and "cannot be L5" in err and not out.exists()
