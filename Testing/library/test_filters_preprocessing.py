"""Normalisation, resampling and re-segmentation, voxel by voxel, against ITK and pyradiomics."""

from itertools import pairwise

import numpy as np
import pytest
import SimpleITK as sitk
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.features.filters.preprocessing import (
    Normalisation,
    NormalisedVoxels,
    Preprocessing,
    prepare,
    resegmented,
)
from RadiomicsOrthoLib.imaging.box import Box
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.readers import to_sitk
from scipy.ndimage import gaussian_filter

SHAPE = (31, 42, 37)
SPACING = (0.7, 0.8, 3.0)  # i, j, k
ORIGIN = (-12.3, 45.6, 7.8)
COS, SIN = np.cos(0.3), np.sin(0.3)
DIRECTIONS = {"straight": (1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0), "turned over": (-1.0, 0, 0, 0, -1.0, 0, 0, 0, 1.0),
              "oblique": (COS, -SIN, 0, SIN, COS, 0, 0, 0, 1.0)}


def go_on():
    """A poll that never stops anything."""


def scan(dtype=np.int16, shape=SHAPE):
    generator = np.random.default_rng(21)
    values = 900 * gaussian_filter(generator.normal(0, 1, shape), 1.0) + generator.normal(0, 15, shape) + 100
    return values.round().astype(dtype) if np.dtype(dtype).kind in "iu" else values.astype(dtype)


def region(shape=SHAPE, where=(slice(9, 19), slice(12, 30), slice(11, 24))):
    mask = np.zeros(shape, bool)
    mask[where] = np.random.default_rng(2).random(mask[where].shape) < 0.8
    return mask


def geometry(direction="straight", spacing=SPACING):
    return Geometry(SHAPE, spacing, ORIGIN, DIRECTIONS[direction])


# --- resampling ----------------------------------------------------------------------------------


def resampled_by_pyradiomics(array, grid, mask, settings, padding):
    """pyradiomics' image and mask on its part of the lattice; a padding of 10,000 voxels is all of it."""
    operations = pytest.importorskip("radiomics.imageoperations", reason="pyradiomics, the oracle, is not installed")
    labels = sitk.Cast(to_sitk(mask.astype(np.uint8), grid), sitk.sitkUInt32)
    interpolator = {"bspline": sitk.sitkBSpline, "linear": sitk.sitkLinear}[settings.interpolator]
    image, labels = operations.resampleImage(
        to_sitk(array, grid), labels, resampledPixelSpacing=list(settings.resample_mm), interpolator=interpolator,
        padDistance=padding)
    return image, sitk.GetArrayFromImage(labels) == 1


@pytest.mark.parametrize("padding", [0, 5, 12])
@pytest.mark.parametrize("interpolator", ["bspline", "linear"])
@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (0.35, 0.4, 1.0), (1.4, 1.2, 0.0), (2.1, 2.4, 4.5)])
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_resampled_voxels_are_pyradiomics_to_the_last_bit(direction, spacing, interpolator, padding):
    """Also where a new voxel lies on an old one: there the last bit decides whether 99 or 100 HU is stored."""
    array, mask, grid = scan(), region(), geometry(direction)
    settings = Preprocessing(resample_mm=spacing, interpolator=interpolator, crop=f"pyradiomics-pad-{padding}")
    image, expected_mask = resampled_by_pyradiomics(array, grid, mask, settings, padding)
    found = prepare(array, grid, mask, settings, go_on)
    assert found.spacing_kji == tuple(reversed(image.GetSpacing()))
    expected = sitk.GetArrayFromImage(image)
    assert found.voxels.shape == expected.shape and found.voxels.dtype == expected.dtype
    assert found.box == Box.around(expected_mask)
    np.testing.assert_array_equal(found.mask, expected_mask[found.box.slices])
    for box in (found.box, found.box.grown(6, expected.shape), Box.whole(expected.shape)):
        np.testing.assert_array_equal(found.voxels.crop(box, go_on), expected[box.slices])
    assert found.voxels.largest_magnitude(go_on) == np.abs(expected.astype(float)).max()


@pytest.mark.parametrize("interpolator", ["bspline", "linear"])
@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (0.35, 0.4, 1.0), (2.1, 2.4, 4.5)])
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_without_a_crop_the_region_is_still_pyradiomics_to_the_last_bit(direction, spacing, interpolator):
    """On pyradiomics' default part of the lattice; beyond it, its whole lattice up to ITK's rounding."""
    array, mask, grid = scan(), region(), geometry(direction)
    settings = Preprocessing(resample_mm=spacing, interpolator=interpolator)
    image, expected_mask = resampled_by_pyradiomics(array, grid, mask, settings, 5)
    found = prepare(array, grid, mask, settings, go_on)
    inside = Box.around(expected_mask)
    offset = np.array(found.box.lower) - inside.lower
    np.testing.assert_array_equal(found.mask, expected_mask[inside.slices])
    part = Box.whole(expected_mask.shape).shifted(offset.tolist())
    np.testing.assert_array_equal(found.voxels.crop(part, go_on), sitk.GetArrayFromImage(image))
    whole = sitk.GetArrayFromImage(resampled_by_pyradiomics(array.astype(float), grid, mask, settings, 10_000)[0])
    found = prepare(array.astype(float), grid, mask, settings, go_on)
    assert found.voxels.shape == whole.shape
    # next to the scan's very edge rounding decides what is outside and becomes 0
    centre = Box.whole(whole.shape) if direction == "straight" else Box.whole(whole.shape).grown(-1, whole.shape)
    values, expected = found.voxels.crop(centre, go_on), whole[centre.slices]
    np.testing.assert_allclose(values, expected, rtol=1e-9, atol=1e-8)
    assert found.voxels.largest_magnitude(go_on) == pytest.approx(np.abs(whole).max())


@pytest.mark.parametrize("crop", ["exact", "pyradiomics-pad-5"])
def test_the_region_keeps_its_last_slice_however_thick_the_slices_are(crop):
    """6.5 mm to 1 mm: six or seven new slices lie in each old one."""
    array, mask, grid = scan(), region(where=np.s_[9:20, 12:30, 11:24]), geometry(spacing=(0.7, 0.8, 6.5))
    settings = Preprocessing(resample_mm=(1.0, 1.0, 1.0), crop=crop)
    _, expected = resampled_by_pyradiomics(array, grid, mask, settings, 5)
    found = prepare(array, grid, mask, settings, go_on)
    inside = Box.around(expected)
    assert found.box.shape == inside.shape
    np.testing.assert_array_equal(found.mask, expected[inside.slices])


def test_a_region_that_resampling_loses_is_refused_in_a_sentence():
    mask = np.zeros(SHAPE, bool)
    mask[10, 12, 11] = mask[11, 13, 12] = True  # one lies between new voxels, and so does the other
    with pytest.raises(InputError, match="Nothing is left of the region after resampling to 5 × 5 × 9 mm"):
        prepare(scan(), geometry(), mask, Preprocessing(resample_mm=(5.0, 5.0, 9.0)), go_on)


def test_voxels_too_small_for_any_memory_are_refused_in_a_sentence():
    with pytest.raises(InputError, match=r"Resampling to 0.01 × 0.01 × 0.01 mm makes more than \d+ million voxels"):
        prepare(scan(), geometry(), region(), Preprocessing(resample_mm=(0.01, 0.01, 0.01)), go_on)


def test_a_spline_along_two_slices_lies_between_them():
    """Mirrored at both ends; ITK reads outside of such an image."""
    array = np.zeros((2, *SHAPE[1:]), np.float64)
    array[1] = 100.0
    mask = np.ones(array.shape, bool)
    grid = Geometry(array.shape, (1.0, 1.0, 4.0), ORIGIN)
    found = prepare(array, grid, mask, Preprocessing(resample_mm=(1.0, 1.0, 1.0)), go_on)
    profile = found.voxels.crop(Box.whole(found.voxels.shape), go_on)[:, 20, 20]
    # mirrored, the two slices are a wave: a spline through 0 and 100 that is as steep one way as the other
    np.testing.assert_allclose(profile + profile[::-1], 100.0, atol=1e-9)
    assert (np.diff(profile[2:-2]) > 0).all()


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.float32, np.float64])
def test_every_number_type_is_stored_as_pyradiomics_stores_it(dtype):
    array, mask, grid = np.abs(scan(dtype)) if np.dtype(dtype).kind == "u" else scan(dtype), region(), geometry()
    settings = Preprocessing(resample_mm=(1.0, 1.0, 1.0), crop="pyradiomics-pad-5")
    image, _ = resampled_by_pyradiomics(array, grid, mask, settings, 5)
    found = prepare(array, grid, mask, settings, go_on).voxels
    np.testing.assert_array_equal(found.crop(Box.whole(found.shape), go_on), sitk.GetArrayFromImage(image))


def test_a_region_of_one_slice_keeps_its_slice():
    mask = region(where=(slice(15, 16), slice(12, 30), slice(11, 24)))
    found = prepare(scan(), geometry(), mask, Preprocessing(resample_mm=(1.0, 1.0, 1.0)), go_on)
    assert found.spacing_kji == (3.0, 1.0, 1.0) and found.mask.shape[0] == 1


@pytest.mark.parametrize("crop", ["exact", "pyradiomics-pad-4"])
def test_equal_spacing_changes_no_voxel(crop):
    array, mask = scan(), region()
    found = prepare(array, geometry(), mask, Preprocessing(resample_mm=SPACING, crop=crop), go_on)
    np.testing.assert_array_equal(found.voxels.crop(found.box, go_on)[found.mask], array[mask])
    assert (found.voxels.shape == SHAPE) == (crop == "exact")


def test_rounding_to_whole_numbers_in_place_of_cutting():
    array, mask = scan(), region()
    cut, rounded, exact = (
        prepare(values, geometry(), mask, Preprocessing(resample_mm=(1.0, 1.0, 1.0), round_to_whole=whole), go_on)
        for values, whole in ((array, False), (array, True), (array.astype(float), False)))
    exact = exact.voxels.crop(exact.box, go_on)
    np.testing.assert_array_equal(cut.voxels.crop(cut.box, go_on), np.trunc(exact))
    np.testing.assert_array_equal(rounded.voxels.crop(rounded.box, go_on), np.floor(exact + 0.5))


def test_a_linear_ramp_stays_a_linear_ramp():
    """Without any oracle: positions are those of a lattice anchored at the scan's corner."""
    k, j, i = np.indices(SHAPE).astype(float)
    array = 3 * i * SPACING[0] + 5 * j * SPACING[1] - 2 * k * SPACING[2]
    found = prepare(array, geometry(), region(), Preprocessing(resample_mm=(1.0, 2.0, 1.5)), go_on)
    box = found.box
    k, j, i = (np.arange(lo, u) for lo, u in zip(box.lower, box.upper, strict=True))
    # the corner of the first voxel stays where it is
    x, y, z = (i + 0.5) * 1.0 - 0.35, (j + 0.5) * 2.0 - 0.4, (k + 0.5) * 1.5 - 1.5
    expected = 3 * x[None, None] + 5 * y[None, :, None] - 2 * z[:, None, None]
    np.testing.assert_allclose(found.voxels.crop(box, go_on), expected, atol=1e-3)  # the mirrored border


# --- normalisation -------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32, np.float64])
@pytest.mark.parametrize(("scale", "outliers"), [(1.0, None), (100.0, 1.5)])
def test_z_scores_are_pyradiomics(dtype, scale, outliers):
    operations = pytest.importorskip("radiomics.imageoperations", reason="pyradiomics, the oracle, is not installed")
    array = np.abs(scan()).astype(dtype) if np.dtype(dtype).kind == "u" else scan(dtype)
    expected = sitk.GetArrayFromImage(operations.normalizeImage(
        to_sitk(array, geometry()), normalizeScale=scale, removeOutliers=outliers))
    voxels = NormalisedVoxels(array, Normalisation(scale, outliers), go_on)
    found = voxels.crop(Box.whole(SHAPE), go_on)
    assert found.dtype == expected.dtype == voxels.dtype
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    assert voxels.largest_magnitude(go_on) == np.abs(found).max()


def test_z_scores_come_from_the_whole_scan():
    array = scan()
    found = prepare(array, geometry(), region(), Preprocessing(normalisation=Normalisation()), go_on)
    inside = found.voxels.crop(found.box, go_on)
    np.testing.assert_allclose(inside, ((array - array.mean()) / array.std(ddof=1))[found.box.slices])


def test_a_scan_of_one_value_cannot_be_normalised():
    with pytest.raises(InputError, match="one value"):
        NormalisedVoxels(np.full((3, 3, 3), 7), Normalisation(), go_on)


# --- re-segmentation and crop --------------------------------------------------------------------


@pytest.mark.parametrize(("limits", "mode"), [((0.0, 200.0), "absolute"), ((200.0, 0.0), "absolute"),
                                              ((50.0,), "absolute"), ((0.2, 0.7), "relative"),
                                              ((-1.0, 1.5), "sigma"), ((0.0,), "sigma")])
def test_resegmentation_is_pyradiomics(limits, mode):
    operations = pytest.importorskip("radiomics.imageoperations", reason="pyradiomics, the oracle, is not installed")
    array, mask = scan(), region()
    labels = sitk.Cast(to_sitk(mask.astype(np.uint8), geometry()), sitk.sitkUInt32)
    expected = operations.resegmentMask(to_sitk(array, geometry()), labels, resegmentRange=list(limits),
                                        resegmentMode=mode)
    found = resegmented(array, mask, Preprocessing(resegment=limits, resegment_mode=mode))
    np.testing.assert_array_equal(found, sitk.GetArrayFromImage(expected) == 1)


def test_resegmentation_moves_the_box_and_leaves_the_shape_inside_it():
    array, mask = np.zeros(SHAPE, np.int16), np.zeros(SHAPE, bool)
    mask[5:15, 5:15, 5:15] = True
    array[7:10, 8:12, 6:9] = 100
    array[8, 9, 7] = 0
    found = prepare(array, geometry(), mask, Preprocessing(resegment=(50.0,)), go_on)
    assert found.box == Box((7, 8, 6), (10, 12, 9))
    assert np.count_nonzero(found.mask) == 35 and np.count_nonzero(found.shape_mask) == 36
    found = prepare(array, geometry(), mask, Preprocessing(resegment=(50.0,), resegment_shape=True), go_on)
    assert np.count_nonzero(found.shape_mask) == 35


def test_resegmentation_that_leaves_nothing_says_so():
    with pytest.raises(InputError, match="9000 to 9999 leaves 0 voxels"):
        prepare(scan(), geometry(), region(), Preprocessing(resegment=(9000.0, 9999.0)), go_on)


def test_a_crop_with_padding_shows_the_filters_the_box_only():
    array, mask = scan(), region()
    found = prepare(array, geometry(), mask, Preprocessing(crop="pyradiomics-pad-3"), go_on)
    assert found.voxels.shape == (16, 24, 19)  # the box and 3 voxels on either side
    np.testing.assert_array_equal(found.voxels.crop(found.box, go_on)[found.mask], array[mask])


def test_boxes_hold_exactly_the_region():
    generator = np.random.default_rng(4)
    for _ in range(20):
        mask = np.zeros((9, 8, 7), bool)
        mask[tuple(generator.integers(0, mask.shape, (4, 3)).T)] = True
        box = Box.around(mask)
        assert mask[box.slices].sum() == mask.sum()
        for axis in range(3):
            used = np.flatnonzero(mask.any(axis=tuple({0, 1, 2} - {axis})))
            assert (used[0], used[-1] + 1) == (box.lower[axis], box.upper[axis])
    assert all(a <= b for a, b in pairwise((0, *box.grown(100, mask.shape).lower)))


@pytest.mark.parametrize("wrong", [{"crop": "tight"}, {"crop": "pyradiomics-pad-x"}, {"resegment_mode": "loose"},
                                   {"resegment": (1.0, 2.0, 3.0)}])
def test_preprocessing_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match=r"crop|reseg|threshold"):
        Preprocessing(**wrong)
    with pytest.raises(ValueError, match=r"scale|outliers"):
        Normalisation(scale=0.0)
