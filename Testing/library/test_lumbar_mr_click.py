"""Vertebral bodies on MR from one click, on generated spines; no learned model and no data is needed."""

import json
import sys
from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
from mr_spine_phantom import mr_spine_phantom, stored_sagittally
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.long_work import CancelledError
from RadiomicsOrthoLib.regions.lumbar_mr.bodies import Body
from RadiomicsOrthoLib.regions.lumbar_mr.frame import frame_of_mask
from RadiomicsOrthoLib.regions.lumbar_mr.proposal import propose_mr_bodies, usual_method
from RadiomicsOrthoLib.regions.lumbar_mr.sacrum import without_sacral
from RadiomicsOrthoLib.regions.lumbar_mr.sagittal import scan_axes

ISOTROPIC = {"count": 4, "spacing": (2.0, 1.2, 1.2)}
SAGITTAL = {"count": 3, "spacing": (4.5, 1.0, 1.0)}


@pytest.fixture(scope="module")
def t2():
    return mr_spine_phantom("T2", **ISOTROPIC)


def propose(phantom, seed, **options):
    return propose_mr_bodies(phantom.image, seed, method="one-click", **options)


def whole_bodies(proposal):
    return [region.roi for region in proposal.regions if region.roi.compartment == "whole-body"]


def dice(a, b):
    return 2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b))


def scores(proposal, phantom):
    """Dice of each whole body of the phantom with the region that covers it best."""
    return [max(dice(roi.mask, phantom.labels == n) for roi in whole_bodies(proposal))
            for n in range(2, len(phantom.vertebrae))]


@pytest.mark.parametrize("clicked", [1, 4])
def test_every_body_is_found_from_a_click_in_any(t2, clicked):
    found = propose(t2, t2.vertebrae[clicked].centre + np.array([3.0, -4.0, 3.0]))
    assert len(whole_bodies(found)) == 4
    assert min(scores(found, t2)) > 0.8
    heights = [np.argwhere(roi.mask)[:, 0].mean() for roi in whole_bodies(found)]
    assert heights == sorted(heights, reverse=True)


@pytest.mark.parametrize("away", [(0.0, -75.0, 0.0), (0.0, -60.0, 8.0), (0.0, 45.0, 0.0), (0.0, -28.0, 0.0)])
def test_a_click_beside_the_bodies_is_refused(t2, away):
    """In muscle, in front of the spine, and in the canal something has dark sides, too."""
    with pytest.raises(InputError, match="click in the middle"):
        propose(t2, np.clip(t2.vertebrae[2].centre + away, *_inner_corners(t2.image.geometry)))


def _inner_corners(geometry):
    corners = geometry.to_ras(np.array([[3, 3, 3], np.subtract(geometry.shape, 4)]))
    return corners.min(axis=0), corners.max(axis=0)


def test_a_body_with_weak_edges_is_told(t2):
    """As at the end of the coil: what is seen of the uppermost body fades."""
    clicked = t2.vertebrae[4].centre
    assert "BODY_UNSURE" not in {remark.code for remark in propose(t2, clicked).remarks}
    heights = t2.image.geometry.to_ras(np.stack([np.arange(len(t2.image.array)), *np.zeros((2, len(t2.image.array)))],
                                                -1))[:, 2]
    upper, next_one = (t2.vertebrae[n].centre[2] for n in (1, 2))
    share = np.interp(heights, [0.5 * (upper + next_one) - 5, upper - 10], [1.0, 0.25])[:, None, None]
    array = t2.image.array.astype(np.float32)
    faded = array.mean() + share * (array - array.mean())
    found = propose(replace(t2, image=replace(t2.image, array=faded)), clicked)
    said = [remark.sentence for remark in found.remarks if remark.code == "BODY_UNSURE"]
    assert said == ["The edges of vertebra 1 are weak; its outline may be off by several millimetres."]


@pytest.mark.parametrize("weighting", ["T1", "T2"])
def test_thick_sagittal_slices_stored_from_left_to_right_and_downwards(weighting):
    phantom = stored_sagittally(mr_spine_phantom(weighting, **SAGITTAL))
    found = propose(phantom, phantom.vertebrae[2].centre)
    # S1 is none of them
    assert len(whole_bodies(found)) == 3
    assert min(scores(found, phantom)) > 0.75


@pytest.mark.parametrize(("lean", "sureness", "kept"), [(45, 0.7, 5), (38, 0.7, 5), (38, 0.92, 6), (20, 0.7, 6)])
def test_what_leans_back_like_s1_and_hardly_looks_like_a_body_is_taken_for_sacral(lean, sureness, kept):
    geometry = Geometry((100, 40, 20), (2.0, 2.0, 2.0), (-20.0, -40.0, -100.0))
    positions = geometry.to_ras(np.stack(np.indices(geometry.shape), -1))
    centre, bodies = np.array([0.0, 5.0, 80.0]), []
    for angle in (-10, -8, 0, 12, lean):
        bodies.append(Body(np.linalg.norm(positions - centre, axis=-1) < 12, False, 0.92))
        centre = centre - 34.0 * np.array([0.0, np.sin(np.deg2rad(angle)), np.cos(np.deg2rad(angle))])
    bodies.append(Body(np.linalg.norm(positions - centre, axis=-1) < 12, False, sureness))
    above, sacral = without_sacral(bodies, geometry, "model")
    assert (len(above), len(sacral)) == (kept, 6 - kept)


def test_levels_follow_from_the_clicked_one_and_each_body_has_a_core(t2):
    found = propose(t2, t2.vertebrae[3].centre, level="L4", compartments=("whole-body", "trabecular"))
    assert [roi.level for roi in whole_bodies(found)] == ["L2", "L3", "L4", "L5"]
    cores = {region.roi.level: region.roi for region in found.regions if region.roi.compartment == "trabecular"}
    for roi in whole_bodies(found):
        core = cores[roi.level].mask
        assert core.any() and not (core & ~roi.mask).any()
        assert core.sum() < 0.8 * roi.mask.sum()
    names = [region.written().name for region in found.regions]
    assert names[:2] == ["L2 body", "L2 trabecular core"]
    assert "56" in found.regions[0].written().tags["TerminologyEntry"] or found.regions[0].roi.level == "L2"


def test_a_single_body_is_the_clicked_one(t2):
    found = propose(t2, t2.vertebrae[2].centre, level="L3", single=True)
    assert [region.roi.level for region in found.regions] == ["L3"]
    assert dice(found.regions[0].roi.mask, t2.labels == 3) > 0.8


def test_a_click_beside_the_spine_is_refused(t2):
    with pytest.raises(InputError, match="vertebral bod"):
        propose(t2, t2.vertebrae[2].centre + np.array([0.0, 45.0, 0.0]))
    with pytest.raises(InputError, match="outside the scan"):
        propose(t2, t2.vertebrae[2].centre + np.array([0.0, 400.0, 0.0]))


def test_a_scan_without_a_spine_shows_no_bodies():
    generator = np.random.default_rng(4)
    from scipy import ndimage

    blobs = ndimage.gaussian_filter(generator.normal(size=(60, 90, 90)), 4)
    image = BoneImage((200 + 2000 * blobs).clip(0).astype(np.int16), Geometry((60, 90, 90), (1.5, 1.5, 3.0), (0, 0, 0)),
                      "MR")
    with pytest.raises(InputError, match="No vertebral bodies were found"):
        propose_mr_bodies(image, (67.0, 67.0, 90.0), method="one-click")


def test_without_the_runtime_a_click_still_works_and_no_click_says_what_is_missing(t2, monkeypatch, tmp_path, capsys):
    from RadiomicsOrthoLib.regions.lumbar_mr import network, proposal

    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    monkeypatch.setattr(proposal, "find_spec", lambda name: None)
    network._session.cache_clear()
    assert usual_method((0, 0, 0)) == "one-click"
    path, out = tmp_path / "mr.nrrd", tmp_path / "bodies.seg.nrrd"
    write(t2.image, path)
    seed = ",".join(f"{x:.2f}" for x in t2.vertebrae[2].centre)
    assert main(["segment", str(path), "--modality", "MR", "--site", "vertebra", "--seed", seed, "--level", "L3",
                 "--summary", str(tmp_path / "s.json"), "-o", str(out)]) == 0
    assert out.exists()
    summary = json.loads((tmp_path / "s.json").read_text())
    assert "one click" in summary["method"]
    capsys.readouterr()
    assert main(["segment", str(path), "--modality", "MR", "--site", "vertebra", "--auto",
                 "-o", str(tmp_path / "none.seg.nrrd")]) == 2
    assert "onnxruntime" in capsys.readouterr().err
    assert not (tmp_path / "none.seg.nrrd").exists()
    network._session.cache_clear()


def test_regions_of_ct_are_refused_on_mr_and_ways_of_mr_on_ct(t2, tmp_path, capsys):
    path = tmp_path / "mr.nrrd"
    write(t2.image, path)
    where = ["--site", "vertebra", "--seed", "0,0,0", "-o", str(tmp_path / "out.seg.nrrd")]
    assert main(["segment", str(path), "--modality", "MR", "--compartment", "mid-slab", *where]) == 2
    assert "'mid-slab' is not proposed on MR" in capsys.readouterr().err
    assert main(["segment", str(path), "--modality", "CT", "--method", "one-click", *where]) == 2
    assert not (tmp_path / "out.seg.nrrd").exists()


def test_cancel_ends_the_search(t2):
    with pytest.raises(CancelledError):
        propose(t2, t2.vertebrae[2].centre, cancelled=lambda: True)


def test_the_frame_of_a_mask_stands_on_its_endplates(t2):
    for n in (1, 3, 4):
        vertebra = t2.vertebrae[n]
        frame = frame_of_mask(t2.labels == n + 1, t2.image.geometry, scan_axes(t2.image.geometry))
        assert np.rad2deg(np.arccos(frame.axes[2] @ vertebra.frame[2])) < 3
        assert np.linalg.norm(frame.centre - vertebra.centre) < 1.5
        assert frame.half_width == pytest.approx(vertebra.half_width, abs=2.5)
        assert frame.height == pytest.approx(vertebra.front_height, abs=2.0)


def write(image, path):
    picture = sitk.GetImageFromArray(image.array)
    picture.SetSpacing(image.geometry.spacing)
    to_lps = np.diag([-1.0, -1.0, 1.0])
    picture.SetOrigin((to_lps @ image.geometry.origin).tolist())
    picture.SetDirection((to_lps @ np.reshape(image.geometry.direction, (3, 3))).ravel().tolist())
    sitk.WriteImage(picture, str(path))
