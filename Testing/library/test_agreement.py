"""Agreement of two regions: numbers that can be worked out by hand, symmetry, grids and empty regions."""

from dataclasses import replace

import numpy as np
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.regions.agreement import region_agreement
from RadiomicsOrthoLib.regions.roi import Roi
from RadiomicsOrthoLib.regions.surface_elements import surface_elements

SYMMETRIC = ("dice", "surface_dice", "mean_distance_mm", "hausdorff_95_mm", "hausdorff_mm")
ROTATED = (0.36, 0.48, -0.8, -0.8, 0.6, 0.0, 0.48, 0.64, 0.6)


def grid(shape=(24, 24, 24), spacing=(1.0, 1.0, 1.0), origin=(-12.0, -12.0, -12.0), direction=None) -> Geometry:
    return Geometry(shape, spacing, origin, direction or Geometry.direction)


def cuboid(geometry: Geometry, low, high) -> Roi:
    mask = np.zeros(geometry.shape, bool)
    mask[tuple(slice(a, b) for a, b in zip(low, high, strict=True))] = True
    return Roi(mask, geometry)


def ball(geometry: Geometry, centre, radius: float) -> Roi:
    """A ball about ``centre`` (RAS mm)."""
    at = geometry.to_ras(np.moveaxis(np.indices(geometry.shape), 0, -1))
    return Roi(((at - centre) ** 2).sum(-1) <= radius ** 2, geometry)


def test_of_a_region_with_itself():
    one = ball(grid(), (0, 0, 0), 7)
    found = region_agreement(one, one)
    assert (found.dice, found.surface_dice, found.hausdorff_95_mm, found.hausdorff_mm, found.size_difference) == \
        (1, 1, 0, 0, 0)


def test_shifted_cubes_by_hand():
    """A cube of 10 voxels a side, and the same 2 voxels (of 1.5 mm) further up."""
    geometry = grid(spacing=(0.5, 1.0, 1.5))
    found = region_agreement(cuboid(geometry, (4, 4, 4), (14, 14, 14)), cuboid(geometry, (6, 4, 4), (16, 14, 14)))
    assert found.dice == pytest.approx(0.8)
    assert found.hausdorff_mm == found.hausdorff_95_mm == pytest.approx(3.0)
    assert found.size_a == found.size_b == pytest.approx(1000 * 0.75 / 1000)


def test_surface_dice_of_shifted_slabs_by_hand():
    """Slabs as wide as 100 × 100 mm, one of which is 2 mm higher: both faces are off, the rim hardly counts."""
    geometry = grid((16, 104, 104))
    low, high = cuboid(geometry, (4, 2, 2), (10, 102, 102)), cuboid(geometry, (6, 2, 2), (12, 102, 102))
    face, rim = 100 * 100, 4 * 100
    near = region_agreement(low, high, tolerance_mm=0.5)
    # the rims where both slabs are (4 of 6 mm), and the edge where one of them ends, which the mesh bevels
    assert near.surface_dice == pytest.approx((4 + 0.5 ** 0.5) * rim / (2 * face + 6 * rim), abs=0.003)
    assert region_agreement(low, high, tolerance_mm=2.0).surface_dice == 1
    assert near.mean_distance_mm == pytest.approx(2 * 2 * face / (2 * face + 6 * rim), rel=0.02)


def test_balls_against_the_formula():
    """Equal balls of radius r, d apart: the lens has the share 1 - 3d/4r + d³/16r³ of a ball."""
    geometry = grid((60, 60, 60), origin=(-30.0, -30.0, -30.0))
    r, d = 20.0, 6.0
    found = region_agreement(ball(geometry, (0, 0, 0), r), ball(geometry, (d, 0, 0), r))
    assert found.dice == pytest.approx(1 - 3 * d / (4 * r) + d ** 3 / (16 * r ** 3), abs=0.002)
    assert found.hausdorff_mm == pytest.approx(d)
    # where a direction makes an angle t with the shift, the other surface is about d cos t away: mean d / 2
    assert found.mean_distance_mm == pytest.approx(d / 2, rel=0.25)


def test_concentric_balls():
    geometry = grid((60, 60, 60), origin=(-30.0, -30.0, -30.0))
    inner, outer = ball(geometry, (0, 0, 0), 15), ball(geometry, (0, 0, 0), 18)
    found = region_agreement(inner, outer, tolerance_mm=2.0)
    assert found.dice == pytest.approx(2 * 15 ** 3 / (15 ** 3 + 18 ** 3), rel=0.01)
    # elements lie on a lattice, and the nearest of them is up to half a voxel nearer than the surface
    assert 2.5 < found.mean_distance_mm < 3 <= found.hausdorff_mm < 3.8
    assert found.surface_dice < 0.1
    assert found.size_difference_percent == pytest.approx(100 * (18 ** 3 / 15 ** 3 - 1), rel=0.01)


def test_the_area_of_surface_elements_is_that_of_the_shape():
    slab = cuboid(grid((10, 62, 82), (0.7, 0.9, 2.0)), (1, 1, 1), (9, 61, 81))
    a, b, c = 8 * 2.0, 60 * 0.9, 80 * 0.7
    # marching cubes cuts the edges off
    found = surface_elements(slab.mask, slab.geometry)
    assert found.areas.sum() == pytest.approx(2 * (a * b + b * c + a * c), rel=0.03)
    low, high = slab.geometry.to_ras([[0.5, 0.5, 0.5], [8.5, 60.5, 80.5]])
    np.testing.assert_allclose((found.positions.min(axis=0), found.positions.max(axis=0)), (low, high), atol=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_symmetry(seed):
    generator = np.random.default_rng(seed)
    geometry = grid((12, 14, 16), (0.6, 0.9, 2.5), direction=ROTATED)
    a, b = (Roi(generator.random(geometry.shape) < share, geometry) for share in (0.3, 0.5))
    found, back = region_agreement(a, b), region_agreement(b, a)
    for name in SYMMETRIC:
        assert getattr(found, name) == pytest.approx(getattr(back, name), rel=1e-12)
    assert found.size_difference == pytest.approx(-back.size_difference)


@pytest.mark.parametrize("axes", [(0, 1, 2), (2, 0, 1), (1, 0, 2)])
@pytest.mark.parametrize("backwards", [(), (0,), (1, 2)])
def test_the_order_of_storage_does_not_matter(axes, backwards):
    """B is stored with its axes turned and cropped; every voxel stays where it is."""
    geometry = grid((20, 22, 24), (0.7, 0.9, 1.6))
    a, b = ball(geometry, (-4, -2, 1), 5), ball(geometry, (-3, -2, 2), 5)
    expected = region_agreement(a, b)
    box = (slice(2, 19), slice(1, 22), slice(3, 24))
    mask = np.flip(b.mask[box].transpose(axes), backwards)
    first = [part.start for part in box]
    steps = np.eye(3)[list(axes)]
    for axis in backwards:
        first = first + steps[axis] * (mask.shape[axis] - 1)
        steps[axis] *= -1
    columns = np.array([geometry.to_ras(first + step) - geometry.to_ras(first) for step in steps])[::-1].T
    spacing = np.linalg.norm(columns, axis=0)
    turned = Geometry(mask.shape, tuple(spacing), tuple(geometry.to_ras(first)), tuple((columns / spacing).ravel()))
    found = region_agreement(a, Roi(mask, turned))
    assert not found.resampled
    assert (found.dice, found.hausdorff_mm) == (expected.dice, expected.hausdorff_mm)
    assert found.surface_dice == pytest.approx(expected.surface_dice, rel=1e-3)
    assert found.mean_distance_mm == pytest.approx(expected.mean_distance_mm, rel=1e-3)


def test_different_grids_are_compared_on_the_finer_one():
    fine, coarse = grid((50, 50, 50), (0.5, 0.5, 0.5)), grid((10, 20, 20), (1.2, 1.2, 2.4), (-11.5, -11.0, -12.0))
    one, other = ball(fine, (0, 0, 0), 8), ball(coarse, (0, 0, 0), 8)
    found = region_agreement(one, other)
    assert found.resampled and found.overlap_spacing == fine.spacing
    assert found.dice > 0.9 and found.hausdorff_mm < 2.5
    assert region_agreement(other, one).dice == found.dice
    # the same region on a grid that is turned: nothing lost but half voxels
    turned = ball(replace(grid((50, 50, 50), (0.5, 0.5, 0.5), (0, 0, 0), ROTATED), origin=(-0.49, 2.45, -21.07)),
                  (0, 0, 0), 8)
    assert turned.voxel_count == pytest.approx(one.voxel_count, rel=0.02)
    assert region_agreement(one, turned).dice > 0.96


def test_a_region_at_the_border_of_its_grid_has_a_closed_surface():
    inside = cuboid(grid(), (4, 4, 4), (10, 10, 10))
    cut = replace(inside, mask=inside.mask[4:10, 4:10, 4:10].copy(),
                  geometry=grid((6, 6, 6), origin=tuple(inside.geometry.to_ras([4, 4, 4]))))
    found = region_agreement(inside, cut)
    assert (found.dice, found.surface_dice, found.hausdorff_mm) == (1, 1, 0)


@pytest.mark.parametrize(("empty", "words"), [((True, False), "empty in A"), ((False, True), "empty in B"),
                                              ((True, True), "empty in both")])
def test_agreement_with_nothing_is_not_defined(empty, words):
    one = ball(grid(), (0, 0, 0), 5)
    nothing = one.with_mask(np.zeros_like(one.mask))
    with pytest.raises(InputError, match=words):
        region_agreement(*(nothing if is_empty else one for is_empty in empty))


@pytest.mark.parametrize("tolerance", [0, -1, float("nan"), float("inf")])
def test_a_tolerance_is_a_length(tolerance):
    one = ball(grid(), (0, 0, 0), 5)
    with pytest.raises(InputError, match="tolerance"):
        region_agreement(one, one, tolerance)


def test_outlines_of_2d_images():
    geometry = grid((1, 40, 40), (0.5, 0.5, 1.0))
    a, b = cuboid(geometry, (0, 5, 5), (1, 25, 25)), cuboid(geometry, (0, 5, 9), (1, 25, 29))
    found = region_agreement(a, b, planar=True)
    assert (found.size_unit, found.size_a) == ("mm²", 100) and found.dice == pytest.approx(0.8)
    assert found.hausdorff_mm == pytest.approx(2.0)
    # as a volume, top and bottom would hide that the outlines differ
    assert found.mean_distance_mm > region_agreement(a, b).mean_distance_mm
    unknown = region_agreement(a, b, planar=True, knows_millimetres=False)
    assert unknown.hausdorff_mm is None and (unknown.size_unit, unknown.size_a) == ("pixels", 400)
