"""The proximal femur from one click, on generated hips."""

from dataclasses import replace

import numpy as np
import pytest
from femur_phantom import HEAD_RADIUS, LESSER_BELOW, NECK_SHAFT_DEGREES, SAGITTAL, both_hips, hip, oblique
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.long_work import CancelledError
from RadiomicsOrthoLib.regions.femur.directions import angle_degrees
from RadiomicsOrthoLib.regions.femur.recognition import recognise_head
from RadiomicsOrthoLib.regions.femur.refusal import FemurRefusedError, of_both
from RadiomicsOrthoLib.regions.femur.segmentation import REGIONS, segment_femora, segment_femur
from RadiomicsOrthoLib.regions.proposal import Proposal, ProposedRegion, Remark
from RadiomicsOrthoLib.regions.roi import Roi

STEP_MM = 1.5
#: what the phantom's coarse voxels (1.5 × 1.5 × 2 mm) allow
CENTRE_MM, RADIUS_MM, ANGLE_DEGREES, LEVEL_MM = 1.0, 1.0, 6.0, 5.0


def segment(case, offset=(4, 3, -3), **options):
    return segment_femur(case.image, case.head_centre + offset, step_mm=STEP_MM, **options)


def masks(proposal):
    return {region.roi.compartment: region.roi.mask for region in proposal.regions}


def refusal(case, position):
    with pytest.raises(FemurRefusedError) as caught:
        segment_femur(case.image, position, step_mm=STEP_MM)
    in_sentences([caught.value.remark])
    assert str(caught.value).endswith(".") and ".;" not in str(caught.value)
    return caught.value


def in_sentences(remarks):
    """Each remark is a sentence, and so is what to do about it."""
    for text in (text for remark in remarks for text in (remark.sentence, remark.remedy)):
        assert text[0].isupper() and text.endswith(".") and ".." not in text, text


@pytest.fixture(scope="module")
def narrow():
    """A left hip whose joint space is as wide as a voxel."""
    case = hip("left", joint_mm=2.0, head_at=(-90.0, 20.0, 400.0))
    return case, segment(case)


class TestNarrowJoint:
    def test_the_side_follows_from_the_anatomy(self, narrow):
        _, proposal = narrow
        assert {region.roi.side for region in proposal.regions} == {"left"}
        assert proposal.summary["femora"][0]["side"] == "left"

    def test_head_and_axes_are_where_they_were_made(self, narrow):
        case, proposal = narrow
        found = proposal.summary["femora"][0]
        assert np.linalg.norm(np.array(found["head"]["centre_ras_mm"]) - case.head_centre) < CENTRE_MM
        assert abs(found["head"]["radius_mm"] - HEAD_RADIUS) < RADIUS_MM
        assert angle_degrees(found["shaft"]["axis_ras"], case.shaft_axis) < 2
        assert angle_degrees(found["neck"]["axis_ras"], case.neck_axis) < 5
        assert abs(found["neck_shaft_angle_degrees"] - NECK_SHAFT_DEGREES) < ANGLE_DEGREES
        assert abs(found["lesser_trochanter"]["below_head_centre_mm"] - LESSER_BELOW) < LEVEL_MM

    def test_no_acetabulum_is_left_in_the_femur(self, narrow):
        case, proposal = narrow
        whole = masks(proposal)["whole-body"]
        left_over = np.count_nonzero(whole & case.pelvis) * case.image.geometry.voxel_volume_ml
        assert left_over < 0.05 * 4 / 3 * np.pi * (HEAD_RADIUS / 10) ** 3

    def test_the_bone_is_found_with_its_marrow(self, narrow):
        case, proposal = narrow
        whole = masks(proposal)["whole-body"]
        assert np.count_nonzero(whole & ~case.femur) < 0.15 * np.count_nonzero(whole)
        s = case.image.geometry.to_ras(np.argwhere(case.femur & ~whole))[:, 2] - case.head_centre[2]
        # below the lesser trochanter the shaft goes on, which is no proximal femur
        assert np.count_nonzero(s > -50) < 0.08 * np.count_nonzero(whole)

    def test_the_regions_share_the_bone_without_overlap(self, narrow):
        _, proposal = narrow
        found = masks(proposal)
        assert set(REGIONS) <= set(found)
        total = sum(found[name].astype(int) for name in REGIONS)
        assert total.max() == 1
        # on the image's grid each border rounds for itself
        assert abs(np.count_nonzero(total) - np.count_nonzero(found["whole-body"])) < 0.02 * total.sum()

    def test_regions_lie_in_the_order_of_the_anatomy(self, narrow):
        case, proposal = narrow
        found = masks(proposal)
        middle = {name: case.image.geometry.to_ras(np.argwhere(found[name])).mean(axis=0) - case.head_centre
                  for name in REGIONS}
        along = {name: float(middle[name] @ case.neck_axis) for name in REGIONS}
        assert along["femoral-head"] < along["femoral-neck"] < along["trochanteric"]
        assert middle["trochanteric"][2] > middle["intertrochanteric"][2]

    def test_cortical_bone_is_denser_than_trabecular_bone_and_does_not_overlap_it(self, narrow):
        case, proposal = narrow
        found = masks(proposal)
        assert not np.any(found["cortical"] & found["trabecular"])
        assert np.median(case.image.array[found["cortical"]]) > 500
        assert np.median(case.image.array[found["trabecular"]]) < 350

    def test_thick_slices_are_remarked(self, narrow):
        assert "CORTEX_BLURRED" in {remark.code for remark in narrow[1].remarks}


def test_a_flexed_hip_in_thick_slices_keeps_its_angles():
    case = hip(spacing=(1.3, 1.3, 3.3), flexed_degrees=30, noise=8)
    found = segment(case).summary["femora"][0]
    assert found["side"] == "right"
    assert angle_degrees(found["shaft"]["axis_ras"], case.shaft_axis) < 4
    assert abs(found["neck_shaft_angle_degrees"] - NECK_SHAFT_DEGREES) < ANGLE_DEGREES
    assert abs(found["lesser_trochanter"]["below_head_centre_mm"] - LESSER_BELOW) < LEVEL_MM


HEAD_AND_NECK = {"low": (-62.0, -62.0, -60.0), "high": (75.0, 75.0, 52.0)}


class TestGrids:
    """The same hip as other scanners and reconstructions store it."""

    @pytest.mark.parametrize(("spacing", "stored"), [
        ((1.5, 1.5, 3.3), oblique()), ((1.5, 1.5, 2.0), SAGITTAL), ((1.7, 1.7, 0.7), oblique(-15.0))])
    def test_the_head_is_found_in_it(self, spacing, stored):
        case = hip("left", spacing=spacing, stored=stored, head_at=(-80.0, 30.0, -500.0), **HEAD_AND_NECK)
        proposal = segment(case)
        found = proposal.summary["femora"][0]
        assert found["side"] == "left"
        assert np.linalg.norm(np.array(found["head"]["centre_ras_mm"]) - case.head_centre) < CENTRE_MM
        assert abs(found["head"]["radius_mm"] - HEAD_RADIUS) < RADIUS_MM
        head = masks(proposal)["femoral-head"]
        left_over = np.count_nonzero(head & case.pelvis) * case.image.geometry.voxel_volume_ml
        assert left_over < 0.05 * 4 / 3 * np.pi * (HEAD_RADIUS / 10) ** 3


def test_the_click_may_lie_eight_millimetres_off(short):
    centres = [recognise_head(short.image, short.head_centre + np.array(offset)).sphere.centre
               for offset in ((0, 0, 0), (-4.5, -4.5, 4.5))]
    assert np.linalg.norm(np.array(centres) - centres[0], axis=1).max() < 1.0


@pytest.fixture(scope="module")
def short():
    """Only head and neck, the shaft below the scan."""
    return hip(low=(-62.0, -62.0, -60.0))


class TestRefusals:
    @pytest.mark.parametrize("place", ["greater_trochanter", "ischium", "muscle", "ilium"])
    def test_a_click_beside_the_head(self, short, place):
        offsets = {"muscle": np.array([20, 50, 0]), "ilium": np.array([-8, 0, 48])}
        position = short.head_centre + offsets[place] if place in offsets else getattr(short, place)
        assert refusal(short, position).remark.code == "NO_FEMORAL_HEAD"

    def test_a_click_outside_the_scan(self, short):
        assert refusal(short, short.head_centre + np.array([0, 0, 300])).remark.code == "POINT_OUTSIDE"

    def test_a_missing_shaft_takes_only_what_needs_it(self, short):
        proposal = segment(short)
        found = masks(proposal)
        assert "femoral-head" in found and not {"trochanteric", "intertrochanteric", "whole-body"} & set(found)
        assert "neck_shaft_angle_degrees" not in proposal.summary["femora"][0]
        reasons = {remark.code: remark for remark in proposal.remarks}
        assert reasons["SHAFT_MISSING"].refused and "shaft" in reasons["SHAFT_MISSING"].sentence

    def test_a_ball_above_its_socket_is_no_hip(self, short):
        """A condyle of the knee, say: the same picture, lying on its side."""
        grid, centre = short.image.geometry, short.head_centre
        about_front = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])
        for turn in (about_front, about_front.T):
            turned = replace(grid, origin=tuple(turn @ grid.origin), direction=tuple(
                (turn @ np.array(grid.direction).reshape(3, 3)).ravel()))
            image = BoneImage(short.image.array, turned, "CT")
            assert np.allclose(turned.to_ras(grid.to_kji(centre)), turn @ centre)
            with pytest.raises(FemurRefusedError, match="no femoral head"):
                segment_femur(image, turn @ centre, step_mm=STEP_MM)

    @pytest.mark.parametrize(("corners", "end"), [({"high": (95.0, 75.0, 12.0)}, "top"),
                                                  ({"low": (-62.0, -8.0, -60.0)}, "back")])
    def test_a_cut_head_is_named_with_its_end(self, corners, end):
        case = hip(**{"low": (-62.0, -62.0, -60.0)} | corners)
        error = refusal(case, case.head_centre + np.array([0, 4, -4]))
        assert error.remark.code == "HEAD_CUT"
        assert f"at the {end} of the scan" in str(error)

    def test_metal_in_the_head(self):
        case = hip(low=(-62.0, -62.0, -60.0), rod_hu=3000.0, rod_at=(5, 0, 0))
        assert refusal(case, case.head_centre).remark.code == "METAL_IN_HIP"
        # the rod goes through this point
        said = str(refusal(case, case.head_centre + np.array([5.0, 0.0, 0.0])))
        assert said == ("There is metal in this hip, so neither its head nor the density of its bone can be trusted; "
                        "use the other hip if it has no implant.")

    def test_metal_in_the_shaft_takes_only_the_region_beside_it(self):
        case = hip(rod_hu=3000.0, rod_at=(42, 0, -88))
        proposal = segment(case)
        found = masks(proposal)
        assert "femoral-head" in found and "intertrochanteric" not in found
        assert next(remark for remark in proposal.remarks if remark.code == "METAL_NEAR_REGION").refused

    def test_a_hole_in_the_cortex_takes_only_its_region(self):
        case = hip(hole_mm=14.0)
        proposal = segment(case)
        found = masks(proposal)
        assert {"femoral-head", "femoral-neck"} <= set(found)
        assert "trochanteric" not in found and "whole-body" not in found
        remark = next(remark for remark in proposal.remarks if remark.code == "CORTEX_INTERRUPTED")
        assert remark.refused and "trochanteric region" in remark.sentence

    def test_a_neck_cut_by_the_scan_leaves_the_head(self):
        case = hip(low=(-62.0, -62.0, -28.0))
        proposal = segment(case)
        assert {"femoral-head"} <= set(masks(proposal)) <= {"femoral-head", "cortical", "trabecular"}
        assert "neck" not in proposal.summary["femora"][0]
        assert next(remark for remark in proposal.remarks if remark.code == "NECK_CUT").refused

    def test_a_shaft_cut_below_the_trochanters_keeps_the_neck(self):
        case = hip(low=(-62.0, -62.0, -82.0))
        proposal = segment(case)
        found = masks(proposal)
        assert {"femoral-head", "femoral-neck"} <= set(found) and "intertrochanteric" not in found
        assert any(remark.refused for remark in proposal.remarks)

    def test_magnetic_resonance(self, short):
        image = BoneImage(short.image.array, short.image.geometry, modality="MR")
        with pytest.raises(InputError, match="on CT only, this scan is MR"):
            segment_femur(image, (0, 0, 0))

    def test_values_that_are_no_hounsfield_units(self, short):
        image = BoneImage(np.clip(short.image.array + 1024, 0, None), short.image.geometry)
        with pytest.raises(FemurRefusedError, match="no CT numbers"):
            segment_femur(image, (0, 0, 0))


def test_without_a_click_the_head_is_found(tmp_path):
    case = hip("left", low=(-62.0, -62.0, -60.0), head_at=(-80.0, 0.0, 0.0))
    proposal = segment_femora(case.image, step_mm=STEP_MM)
    assert [femur["side"] for femur in proposal.summary["femora"]] == ["left"]
    in_sentences(proposal.remarks)
    assert "Right hip: no femoral head was found." in {remark.sentence for remark in proposal.remarks}


def test_both_hips_of_one_scan_are_found():
    right, left = both_hips()
    proposal = segment_femora(right.image, step_mm=STEP_MM)
    found = {femur["side"]: np.array(femur["head"]["centre_ras_mm"]) for femur in proposal.summary["femora"]}
    assert set(found) == {"right", "left"}
    in_sentences(proposal.remarks)
    for case, side in ((right, "right"), (left, "left")):
        assert np.linalg.norm(found[side] - case.head_centre) < CENTRE_MM
        mask = next(region.roi.mask for region in proposal.regions
                    if (region.roi.side, region.roi.compartment) == (side, "femoral-head"))
        assert np.count_nonzero(mask & ~case.femur) < 0.15 * np.count_nonzero(mask)


def test_remarks_on_two_hips_say_which_one_is_meant():
    blurred = Remark("CORTEX_BLURRED", "Voxels blur the cortex.", "Use thin slices.")
    cut = Remark("REGION_CUT", "The femoral neck is cut off.", "Use a scan that shows it.", refused=True)
    grid = Geometry((2, 2, 2), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    left, right = (Proposal((ProposedRegion(Roi(np.ones(grid.shape, bool), grid, "proximal-femur", side=side)),), {},
                            remarks) for side, remarks in (("left", (cut, blurred)), ("right", (blurred,))))
    assert [remark.sentence for remark in of_both([left, right])] == ["Left hip: the femoral neck is cut off.",
                                                                      blurred.sentence]


def test_progress_rises_and_cancelling_ends_the_work(short):
    shares = []

    def cancelled():
        return len(shares) == 2

    with pytest.raises(CancelledError):
        segment(short, progress=lambda share, text: shares.append(share), cancelled=cancelled)
    assert shares == sorted(shares) and len(shares) == 2


def test_the_command_writes_regions_that_are_read_back(tmp_path, capsys):
    from phantoms import write
    from RadiomicsOrthoLib.cli import main as cli
    from RadiomicsOrthoLib.imaging.segmentation_file import read_segmentation
    from RadiomicsOrthoLib.regions.from_file import roi_from_file

    case = hip(low=(-62.0, -62.0, -60.0), spacing=(2.0, 2.0, 2.0))
    scan = write(case.image.array, case.image.geometry, tmp_path / "hip.nrrd")
    out = tmp_path / "out.seg.nrrd"
    assert cli.main(["segment", str(scan), "--site", "proximal-femur", "--seed", "2,-3,1", "-o", str(out),
                     "--summary", str(tmp_path / "out.json")]) == 0
    printed = capsys.readouterr().out
    assert "right femoral head" in printed and "left out: " in printed
    roi = roi_from_file(read_segmentation(out, case.image.geometry), "right femoral head")
    assert (roi.site, roi.side, roi.compartment) == ("proximal-femur", "right", "femoral-head")
    assert abs(roi.volume_ml - 4 / 3 * np.pi * (HEAD_RADIUS / 10) ** 3) < 8
    assert cli.main(["segment", str(scan), "--site", "proximal-femur", "--seed", "60,55,1", "-o", str(out)]) == 2
    assert "no femoral head at this point" in capsys.readouterr().err
