"""The trabecular core keeps what lies deeper than it says, and only the body."""

import numpy as np
import phantoms
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.regions.roi import Roi
from RadiomicsOrthoLib.regions.trabecular import MAX_DEPTH_MM, WITHOUT_VEIN, depth_below_surface, trabecular_core
from RadiomicsOrthoLib.regions.vertebra.compartments import LocalFrame, compartment
from scipy.spatial.transform import Rotation


def _block(shape, spacing, margin=3):
    mask = np.zeros(shape, bool)
    mask[margin:-margin, margin:-margin, margin:-margin] = True
    return Roi(mask, Geometry(shape, spacing, (0, 0, 0)))


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (0.7, 0.7, 2.5), (3.0, 3.0, 3.0)])
def test_depth_counts_from_the_voxel_faces(spacing):
    roi = _block((21, 41, 41), spacing)
    depth = depth_below_surface(roi.mask, roi.geometry.spacing_kji)
    middle = depth[3:18, 20, 20]
    expected = (np.minimum(np.arange(15), np.arange(15)[::-1]) + 0.5) * spacing[2]
    in_plane = (17 + 0.5) * spacing[0]
    np.testing.assert_allclose(middle, np.minimum(np.minimum(expected, in_plane), MAX_DEPTH_MM), atol=1e-6)


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (0.8, 0.8, 5.0), (1.5, 0.7, 3.0)])
def test_depth_is_the_exact_distance_to_the_nearest_outside_voxel_as_a_box(spacing):
    """Against brute force over every outside voxel of a tilted ellipsoid."""
    generator = np.random.default_rng(3)
    shape = (8, 14, 15)
    k, j, i = np.indices(shape)
    mask = ((k - 3.6) / 3.3) ** 2 + ((j - 6.8 - 0.3 * k) / 5.1) ** 2 + ((i - 7.2) / 6.0) ** 2 <= 1
    mask &= generator.random(shape) > 0.01
    kji_spacing = np.array(spacing[::-1])
    outside = np.argwhere(~np.pad(mask, 1)) - 1
    expected = [np.sqrt(((np.maximum(np.abs(outside - voxel) - 0.5, 0) * kji_spacing) ** 2).sum(axis=1)).min()
                for voxel in np.argwhere(mask)]
    np.testing.assert_allclose(depth_below_surface(mask, tuple(kji_spacing))[mask], expected, atol=1e-9)


@pytest.mark.parametrize(("spacing", "removed"), [((1.0, 1.0, 1.0), 3), ((2.0, 2.0, 2.0), 1), ((0.5, 0.5, 0.5), 6)])
def test_a_core_of_3_mm_removes_the_layers_within_3_mm(spacing, removed):
    roi = _block((47, 47, 47), spacing)
    core = trabecular_core(roi, 3.0)
    box = core.box_slices()
    assert all(part.start == 3 + removed and part.stop == 44 - removed for part in box)
    assert core.compartment == "trabecular" and "3 mm" in core.made_by


def test_the_arch_is_dropped_and_the_body_kept():
    _, roi = phantoms.trunk(spacing=(1.0, 1.0, 1.0))
    k, j, i = np.indices(roi.mask.shape)
    r, a, s = np.moveaxis(roi.geometry.to_ras(np.stack([k, j, i], -1)), -1, 0)
    pedicle = (np.abs(r - 10) < 5) & (a < -10) & (a > -40) & (np.abs(s) < 5)
    lamina = (np.abs(r) < 15) & (np.abs(a + 42) < 5) & (np.abs(s) < 8)
    whole = roi.with_mask(roi.mask | pedicle | lamina)
    core, body_core = trabecular_core(whole), trabecular_core(roi)
    outside = core.mask & ~roi.mask
    assert outside.sum() < 0.02 * core.voxel_count
    # the vein's region, which is left out, may lie a voxel elsewhere
    assert (core.mask & body_core.mask).sum() > 0.99 * body_core.voxel_count


def test_a_thin_region_has_no_core():
    roi = _block((12, 41, 41), (1.0, 1.0, 1.0), margin=4)
    with pytest.raises(InputError, match="nowhere deeper than 3 mm"):
        trabecular_core(roi)


@pytest.mark.parametrize("depth", [0, -1, 16, float("nan")])
def test_an_impossible_depth_is_refused(depth):
    with pytest.raises(InputError, match="between 0 and 15 mm"):
        trabecular_core(_block((21, 21, 21), (1.0, 1.0, 1.0)), depth)


def test_a_region_at_the_edge_of_the_array_is_eroded_there_too():
    mask = np.ones((20, 20, 20), bool)
    core = trabecular_core(Roi(mask, Geometry(mask.shape, (1, 1, 1), (0, 0, 0))))
    assert core.box_slices() == (slice(3, 17),) * 3


#: half width, half depth and half height (mm) of a lumbar, a middle and an upper thoracic body
BODIES = {"L3": (23.0, 17.0, 14.0), "T8": (14.5, 14.0, 9.5), "T3": (13.0, 9.5, 8.0)}
#: how a body may lean, turn and tilt (degrees about right, front and up)
LEANS = {"upright": (0, 0, 0), "as L5": (-28, 0, 0), "scoliosis": (8, 14, 0)}


def _body(sizes, lean, spacing, arch=False):
    """A plain body in the middle of its grid, and its own frame."""
    half = np.array(sizes)
    shape = tuple(int(n) for n in np.ceil((2 * half.max() + (70 if arch else 12)) / np.array(spacing))[::-1])
    origin = tuple(-(n - 1) * step / 2 for n, step in zip(shape[::-1], spacing, strict=True))
    geometry = Geometry(shape, spacing, origin)
    axes = Rotation.from_euler("xyz", lean, degrees=True).as_matrix().T
    right, front, up = np.moveaxis(geometry.to_ras(np.stack(np.indices(shape), -1)) @ axes.T, -1, 0)
    mask = ((np.abs(right) / half[0]) ** 2.5 + (np.abs(front) / half[1]) ** 2.5 < 1) & (np.abs(up) < half[2])
    if arch:
        behind = -half[1] - 8.0
        mask |= (np.abs(np.abs(right) - 0.6 * half[0]) < 4) & (np.abs(up) < 0.5 * half[2]) \
            & (front < -0.7 * half[1]) & (front > behind - 8)
        mask |= (np.abs(right) < 0.8 * half[0]) & (np.abs(up) < 6) & (np.abs(front - behind + 8) < 4)
    roi = Roi(mask, geometry, site="vertebra", compartment="whole-body")
    return roi, LocalFrame(np.zeros(3), axes, half[0], half[1], half[1], 2 * half[2])


@pytest.mark.parametrize("spacing", [(0.8, 0.8, 1.0), (0.7, 0.7, 2.5), (2.0, 2.0, 2.0)])
@pytest.mark.parametrize("lean", LEANS)
@pytest.mark.parametrize("level", BODIES)
def test_a_derived_core_is_that_of_a_proposal(level, lean, spacing):
    """The vein's region is left out of both, and small bodies keep their whole core."""
    body, frame = _body(BODIES[level], LEANS[lean], spacing)
    derived, proposed = trabecular_core(body), compartment(body, frame, "trabecular")
    common = np.count_nonzero(derived.mask & proposed.mask)
    assert 2 * common / (derived.voxel_count + proposed.voxel_count) > 0.93
    assert WITHOUT_VEIN in derived.made_by and WITHOUT_VEIN in proposed.made_by


@pytest.mark.parametrize("turn", [0, 20])
def test_an_arch_shows_how_a_body_is_turned(turn):
    sizes = BODIES["L3"]
    whole, frame = _body(sizes, (0, 0, turn), (1.0, 1.0, 1.5), arch=True)
    kept = trabecular_core(whole).mask[whole.mask]
    right, front, up = np.moveaxis(frame.local(whole.geometry.to_ras(np.argwhere(whole.mask))), -1, 0)
    inside = (np.abs(up) < 3) & (front > 3 - sizes[1])
    vein = inside & (np.abs(right) < 3) & (front < -3)
    beside = inside & (np.abs(np.abs(right) - 12) < 1.5) & (np.abs(front) < 5)
    assert vein.any() and not kept[vein].any()
    assert beside.any() and kept[beside].all()


def test_only_of_a_vertebra_a_vein_is_left_out():
    body, _ = _body(BODIES["L3"], LEANS["upright"], (1.0, 1.0, 1.0))
    other = trabecular_core(Roi(body.mask, body.geometry, site="proximal-femur", side="left"))
    assert other.voxel_count > trabecular_core(body).voxel_count and WITHOUT_VEIN not in other.made_by
