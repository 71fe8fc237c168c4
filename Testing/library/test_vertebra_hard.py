"""Vertebral bodies of generated trunks that once went wrong: contrast, small crops, little bone, collapse, storage."""

import numpy as np
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.regions.vertebra.automatic import spine_without_click
from RadiomicsOrthoLib.regions.vertebra.proposal import propose_bodies
from RadiomicsOrthoLib.regions.vertebra.spine import body_labels, spine_from_click
from thoracolumbar_phantom import Deformity, Trunk, trunk


def dice(a, b):
    return 2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b))


def agreement(scan: Trunk, spine) -> dict[str, float]:
    """Dice of each complete body with the found one of the same place from above; every body must be found."""
    assert len(spine.bodies) == len(scan.bodies)
    found = body_labels(spine, scan.image)
    return {body.level: dice(found == n, scan.labels == n)
            for n, (body, whole) in enumerate(zip(scan.bodies, scan.complete(), strict=True), start=1) if whole}


def clicked(scan: Trunk, level: str):
    return spine_from_click(scan.image, next(body.centre for body in scan.bodies if body.level == level))


def cropped(scan: Trunk, low: np.ndarray, high: np.ndarray) -> Trunk:
    """The part of a trunk stored along R, A and S between two RAS positions."""
    geometry = scan.image.geometry
    a, b = (np.rint(geometry.to_kji(point)).astype(int) for point in (low, high))
    box = tuple(slice(max(0, x), y) for x, y in zip(a, b, strict=True))
    array = scan.image.array[box]
    origin = geometry.to_ras(np.maximum(a, 0))
    image = BoneImage(array, Geometry(array.shape, geometry.spacing, tuple(float(x) for x in origin)), "CT")
    return Trunk(image, scan.labels[box], scan.bodies)


def test_an_enhanced_aorta_before_the_spine_is_no_body():
    scan = trunk("T10", "T12", spacing=(1.0, 1.0, 3.0), blood=330.0)
    scores = agreement(scan, clicked(scan, "T11"))
    assert set(scores) == {"T10", "T11", "T12"} and min(scores.values()) > 0.88


def test_a_scan_that_ends_just_before_the_bodies():
    scan = trunk("L2", "L4", spacing=(1.2, 1.2, 1.5))
    middle = scan.bodies[2].centre
    front = max(body.centre[1] + body.half_depth for body in scan.bodies) + 5.0
    small = cropped(scan, np.array([middle[0] - 55, -1000.0, -1000.0]), np.array([middle[0] + 55, front, 1000.0]))
    spine = clicked(small, "L3")
    assert [body.complete for body in spine.bodies] == [False, True, True, True, False]
    assert min(agreement(small, spine).values()) > 0.9


@pytest.mark.parametrize("beyond_mm", [6.0, 11.0])
def test_bodies_cut_by_the_front_of_the_scan_are_incomplete(beyond_mm):
    scan = trunk("L2", "L4", spacing=(1.2, 1.2, 1.5))
    middle = scan.bodies[2].centre
    cut = cropped(scan, np.full(3, -1000.0), np.array([1000.0, middle[1] + beyond_mm, 1000.0]))
    try:
        spine = clicked(cut, "L3")
    except InputError:
        return
    assert not any(body.complete for body in spine.bodies)


@pytest.mark.parametrize("shown", [0.75, 0.9])
def test_a_slab_thinner_than_the_body_holds_no_complete_one(shown):
    scan = trunk("L2", "L4", spacing=(1.5, 1.5, 3.0))
    body = next(body for body in scan.bodies if body.level == "L3")
    half = shown * body.height / 2
    far = np.full(2, 1000.0)
    cut = cropped(scan, np.array([*-far, body.centre[2] - half]), np.array([*far, body.centre[2] + half]))
    try:
        spine = clicked(cut, "L3")
    except InputError:
        return
    assert not any(body.complete for body in spine.bodies)


@pytest.fixture(scope="module")
def fractured():
    """Little bone, a wedged, a hollow and a collapsed body among intact ones."""
    return trunk("T11", "L3", spacing=(1.2, 1.2, 2.0), marrow=50.0, cortex=280.0,
                 deformities={"T12": Deformity("wedge", 0.4), "L1": Deformity("crush", 0.4),
                              "L3": Deformity("biconcave", 0.4)})


def test_little_bone_and_fractures_are_found_without_a_click(fractured):
    scores = agreement(fractured, spine_without_click(fractured.image))
    assert list(scores) == ["T11", "T12", "L1", "L2", "L3"] and min(scores.values()) > 0.86


def test_the_heights_tell_the_deformities(fractured):
    proposal = propose_bodies(fractured.image, clicked(fractured, "L2"), level="L2")
    genant = {body["level"]: body["genant"] for body in proposal.summary["bodies"] if body["complete"]}
    graded = {level: said["deformity"] for level, said in genant.items() if said["suggested_grade"]}
    assert list(graded) == ["T12", "L1", "L3"]
    assert graded["T12"] == "wedge" and graded["L1"] == "crush"
    assert genant["L1"]["loss"] == pytest.approx(0.4, abs=0.08)


def test_a_body_that_has_lost_half_its_height_is_found_and_graded_in_slices_of_3_mm():
    scan = trunk("T11", "L2", spacing=(1.0, 1.0, 3.0), deformities={"T12": Deformity("crush", 0.55)})
    spine = clicked(scan, "L1")
    assert min(agreement(scan, spine).values()) > 0.85
    bodies = propose_bodies(scan.image, spine, level="L1").summary["bodies"]
    assert {body["level"]: body["genant"]["suggested_grade"] for body in bodies if body["complete"]} \
        == {"T11": 0, "T12": 3, "L1": 0, "L2": 0}


def test_a_wedge_of_half_the_height_is_severe():
    scan = trunk("T12", "L2", spacing=(1.0, 1.0, 2.0), deformities={"L1": Deformity("wedge", 0.5)})
    bodies = propose_bodies(scan.image, clicked(scan, "L2"), level="L2").summary["bodies"]
    [wedged] = [body["genant"] for body in bodies if body["level"] == "L1"]
    assert (wedged["deformity"], wedged["suggested_grade"]) == ("wedge", 3)


def test_intact_bodies_in_slices_of_3_mm_have_no_grade():
    scan = trunk("L2", "L4", spacing=(1.2, 1.2, 3.0))
    bodies = propose_bodies(scan.image, clicked(scan, "L3")).summary["bodies"]
    assert [body["genant"]["suggested_grade"] for body in bodies if body["complete"]] == [0, 0, 0]


def test_no_heights_from_slices_thicker_than_the_loss_that_counts():
    scan = trunk("T7", "T9", spacing=(1.2, 1.2, 5.0))
    spine = clicked(scan, "T8")
    assert min(agreement(scan, spine).values()) > 0.85
    proposal = propose_bodies(scan.image, spine)
    whole = [body for body in proposal.summary["bodies"] if body["complete"]]
    assert len(whole) == 3 and all(body["heights"] is None and body["genant"] is None for body in whole)
    assert all(body["volume_ml"] > 5 for body in whole)
    assert [remark.code for remark in proposal.remarks].count("HEIGHTS_TOO_COARSE") == 3


@pytest.mark.parametrize("kind", [
    {"stored": "LPS", "cobb": 45.0}, {"stored": "sagittal", "screws": ("L3",)}, {"stored": "coronal", "oblique": 15.0}],
    ids=str)
def test_ways_of_storing_curves_and_screws(kind):
    scan = trunk("L2", "L4", spacing=(1.2, 1.2, 2.0), **kind)
    spine = clicked(scan, "L2")
    whole = [body for body in spine.bodies if body.complete]
    assert len(whole) == 3
    found, labels = body_labels(spine, scan.image), scan.labels
    for level in ("L2", "L4"):
        n = next(n for n, body in enumerate(scan.bodies, start=1) if body.level == level)
        m = np.bincount(found[labels == n]).argmax()
        assert m and dice(found == m, labels == n) > 0.9


def test_a_long_bone_with_one_knob_before_it_is_no_spine():
    grid = Geometry((160, 80, 80), (1.5, 1.5, 1.5), (-60.0, -75.0, 0.0))
    right, front, up = np.moveaxis(grid.to_ras(np.stack(np.indices(grid.shape), -1)), -1, 0)
    up = up - 120.0
    values = np.where(np.hypot(right, front + 15) < 55, 50.0, -1000.0)
    shaft = np.hypot(right, front + 26)
    values[shaft < 14], values[shaft < 9] = 1200, -40
    wall = np.abs(right / 20) ** 2.6 + np.abs(front / 15) ** 2.6
    values[(wall < 1) & (np.abs(up) < 20)] = 80
    values[(wall < 1) & (np.abs(up) < 12)] = 450
    values[(np.abs(right / 18) ** 2.6 + np.abs(front / 13) ** 2.6 < 1) & (np.abs(up) < 10)] = 140
    # what goes on above and below, as a metaphysis does
    values[(wall < 1) & (np.abs(up) > 20)] = 330
    values += np.random.default_rng(4).normal(0, 12, values.shape)
    with pytest.raises(InputError, match="give a point"):
        spine_without_click(BoneImage(np.round(values).astype(np.int16), grid, "CT"))
