"""Filtered images, voxel by voxel: on a box of the scan they are what they are on the whole scan."""

import importlib.util
import itertools
import math

import numpy as np
import pytest
import pywt
import SimpleITK as sitk
from RadiomicsOrthoLib.features.filters import intensity
from RadiomicsOrthoLib.features.filters import laplacian_of_gaussian as log_filter
from RadiomicsOrthoLib.features.filters.gradient import gradient_magnitude
from RadiomicsOrthoLib.features.filters.icosphere import icosphere_vertices
from RadiomicsOrthoLib.features.filters.image_types import Region, filter_jobs, support
from RadiomicsOrthoLib.features.filters.laplacian_of_gaussian import laplacian_of_gaussian, log_is_possible, log_name
from RadiomicsOrthoLib.features.filters.local_binary_pattern_2d import local_binary_pattern_2d
from RadiomicsOrthoLib.features.filters.local_binary_pattern_3d import local_binary_pattern_3d
from RadiomicsOrthoLib.features.filters.settings import IMAGE_TYPES, FilterSettings
from RadiomicsOrthoLib.features.filters.voxels import ArrayVoxels, gather
from RadiomicsOrthoLib.features.filters.wavelet import wavelet_images
from RadiomicsOrthoLib.imaging.box import Box
from scipy import special
from scipy.ndimage import gaussian_filter, map_coordinates

SPACING_KJI = (1.5, 0.8, 0.7)
SHAPE = (37, 44, 41)  # two odd axes: PyWavelets wants even ones
BOXES = {"inside": Box((14, 15, 13), (22, 29, 27)), "first corner": Box((0, 0, 0), (6, 9, 8)),
         "last corner": Box((30, 33, 29), SHAPE), "thin": Box((17, 20, 20), (18, 22, 23)), "whole": Box.whole(SHAPE)}
WAVELETS = [("coif1", 0, 1, None), ("coif1", 0, 2, None), ("db4", 1, 2, None), ("haar", 0, 1, None),
            ("bior3.9", 0, 1, None), ("rbio2.6", 0, 2, 1), ("sym7", 0, 1, 0), ("dmey", 0, 1, None)]


def go_on():
    """A poll that never stops anything."""


def scan(dtype=np.int16, shape=SHAPE):
    """Noise with structure, from below air to above metal."""
    generator = np.random.default_rng(11)
    values = 400 * gaussian_filter(generator.normal(0, 1, shape), 1.2) * 6 + generator.normal(0, 20, shape)
    values[:3] = -1024
    return values.round().astype(dtype) if np.dtype(dtype).kind == "i" else (values * 0.37).astype(dtype)


def as_itk(array):
    image = sitk.GetImageFromArray(array)
    image.SetSpacing(SPACING_KJI[::-1])
    return image


@pytest.fixture
def pyradiomics():
    """pyradiomics' own filters, the oracle."""
    return pytest.importorskip("radiomics.imageoperations", reason="pyradiomics, the oracle, is not installed")


# --- Laplacian of Gaussian -----------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.int16, np.float32, np.float64])
@pytest.mark.parametrize("sigma", [0.9, 2.0, 5.0])
def test_log_of_a_whole_scan_is_itks_to_the_last_bit(dtype, sigma):
    array = scan(dtype)
    expected = sitk.GetArrayFromImage(sitk.LaplacianRecursiveGaussian(as_itk(array), sigma, True))
    found = laplacian_of_gaussian(ArrayVoxels(array), Box.whole(SHAPE), SPACING_KJI, sigma, go_on)
    assert found.dtype == expected.dtype == np.float32
    np.testing.assert_array_equal(found, expected)


def test_log_on_a_box_misses_less_than_a_part_in_a_million(monkeypatch):
    """Twelve σ around the box of a larger scan, so that something is cut off."""
    monkeypatch.setattr(log_filter, "SUPPORT_SIGMAS", (12.0,))
    array = scan(shape=(90, 91, 92))
    expected = sitk.GetArrayFromImage(sitk.LaplacianRecursiveGaussian(as_itk(array), 1.5, True))
    box = Box((40, 41, 42), (47, 49, 50))
    found = laplacian_of_gaussian(ArrayVoxels(array), box, SPACING_KJI, 1.5, go_on)
    assert np.abs(found - expected[box.slices]).max() <= 1e-6 * np.abs(expected).max()


def test_log_on_a_small_box_is_itks_to_the_last_bit():
    """Twenty σ cost nothing there."""
    array = scan(shape=(90, 91, 92))
    expected = sitk.GetArrayFromImage(sitk.LaplacianRecursiveGaussian(as_itk(array), 1.0, True))
    box = Box((40, 41, 42), (47, 49, 50))
    found = laplacian_of_gaussian(ArrayVoxels(array), box, SPACING_KJI, 1.0, go_on)
    np.testing.assert_array_equal(found, expected[box.slices])


@pytest.mark.parametrize("box", ["first corner", "last corner", "thin"])
def test_log_near_the_border_repeats_the_edge(box):
    array, box = scan(), BOXES[box]
    expected = sitk.GetArrayFromImage(sitk.LaplacianRecursiveGaussian(as_itk(array), 1.0, True))[box.slices]
    found = laplacian_of_gaussian(ArrayVoxels(array), box, SPACING_KJI, 1.0, go_on)
    assert np.abs(found - expected).max() <= 1e-6 * np.abs(expected).max()


def test_log_names_sigma_as_it_was_written():
    assert (log_name(2), log_name(2.0), log_name(0.5)) == (
        "log-sigma-2-mm-3D", "log-sigma-2-0-mm-3D", "log-sigma-0-5-mm-3D")


def test_log_without_room_has_no_value():
    assert not log_is_possible((3, 50, 50), (1, 1, 1), 1.0)
    assert not log_is_possible((5, 50, 50), (1, 1, 1), 4.5)
    assert log_is_possible((6, 50, 50), (1, 1, 1), 4.5)
    # ITK divides 0 by 0 there
    assert not log_is_possible((50, 50, 50), (1, 1, 5), 0.005)
    assert log_is_possible((50, 50, 50), (1, 1, 5), 0.01)
    values = laplacian_of_gaussian(ArrayVoxels(scan()), Box((5, 5, 5), (9, 9, 9)), (1.0, 1.0, 5.0), 0.01, go_on)
    assert np.isfinite(values).all()
    array = scan(shape=(3, 20, 20))
    region = Region(ArrayVoxels(array), Box((0, 5, 5), (3, 9, 9)), np.ones((3, 4, 4), bool), (1.0, 1.0, 1.0))
    (job,) = filter_jobs("LoG", region, FilterSettings(log_sigma_mm=(1.0,)), None, 0.0)
    ((name, values),) = job.images(go_on)
    assert name == "log-sigma-1-0-mm-3D" and np.isnan(values).all()


# --- wavelets ------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.int16, np.float32])
@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize(("wavelet", "start", "levels", "skipped"), WAVELETS)
def test_wavelets_are_pyradiomics_to_the_last_bit(pyradiomics, wavelet, start, levels, skipped, box, dtype):
    array, box = scan(dtype), BOXES[box]
    flat = {} if skipped is None else {"force2D": True, "force2Ddimension": skipped}
    expected = {name: sitk.GetArrayFromImage(image) for image, name, _ in pyradiomics.getWaveletImage(
        as_itk(array), None, wavelet=wavelet, start_level=start, level=levels, **flat)}
    found = dict(wavelet_images(ArrayVoxels(array), box, wavelet, start, levels, skipped, go_on))
    assert list(found) == list(expected)
    for name, values in found.items():
        assert values.dtype == expected[name].dtype
        np.testing.assert_array_equal(values, expected[name][box.slices], name)


def test_wavelets_on_an_even_scan_are_pywavelets():
    array = scan(shape=(20, 22, 24)).astype(float)
    expected = pywt.swtn(array, "coif1", level=1, axes=(2, 1, 0))[0]
    found = dict(wavelet_images(ArrayVoxels(array), Box.whole(array.shape), "coif1", 0, 1, None, go_on))
    assert list(found) == [f"wavelet-{name}" for name in ("LLH", "LHL", "LHH", "HLL", "HLH", "HHL", "HHH", "LLL")]
    for name, values in found.items():
        np.testing.assert_array_equal(values, expected[name[8:].replace("L", "a").replace("H", "d")])


# --- gradient and intensities --------------------------------------------------------------------


@pytest.mark.parametrize("use_spacing", [True, False])
@pytest.mark.parametrize("box", BOXES)
def test_gradient_is_itks_to_the_last_bit(box, use_spacing):
    array, box = scan(), BOXES[box]
    expected = sitk.GetArrayFromImage(sitk.GradientMagnitude(as_itk(array), useImageSpacing=use_spacing))
    found = gradient_magnitude(ArrayVoxels(array), box, SPACING_KJI, use_spacing, go_on)
    np.testing.assert_array_equal(found, expected[box.slices])


@pytest.mark.parametrize("dtype", [np.int16, np.float32])
@pytest.mark.parametrize("name", ["Square", "SquareRoot", "Logarithm", "Exponential"])
def test_intensity_filters_are_pyradiomics_to_the_last_bit(pyradiomics, name, dtype):
    array, box = scan(dtype), BOXES["inside"]
    ((expected, title, _),) = getattr(pyradiomics, f"get{name}Image")(as_itk(array), None)
    voxels = ArrayVoxels(array)
    region = Region(voxels, box, np.ones(box.shape, bool), SPACING_KJI)
    (job,) = filter_jobs(name, region, FilterSettings(), None, voxels.largest_magnitude(go_on))
    ((found_title, found),) = job.images(go_on)
    assert found_title == title
    np.testing.assert_array_equal(found, sitk.GetArrayFromImage(expected)[box.slices])


def test_intensity_filters_follow_their_formulas():
    values = np.array([-90.0, -4.0, 0.0, 9.0, 100.0])
    np.testing.assert_allclose(intensity.square(values, 100.0), values**2 / 100)
    np.testing.assert_allclose(intensity.square_root(values, 100.0), np.sign(values) * np.sqrt(100 * abs(values)))
    np.testing.assert_allclose(intensity.logarithm(values, 100.0),
                               np.sign(values) * np.log(abs(values) + 1) * 100 / math.log(101))
    np.testing.assert_allclose(intensity.exponential(values, 100.0), 100 ** (values / 100))


def test_the_largest_magnitude_of_the_lowest_int16():
    assert ArrayVoxels(np.full((2, 2, 2), -32768, np.int16)).largest_magnitude(go_on) == 32768


# --- local binary patterns -----------------------------------------------------------------------


def pattern_2d(plane, row, column, radius, samples, method):
    """The pattern of one pixel, from the definition; 0 outside the plane."""
    def pixel(r, c):
        return float(plane[r, c]) if 0 <= r < plane.shape[0] and 0 <= c < plane.shape[1] else 0.0

    texture = []
    for number in range(samples):
        angle = 2 * math.pi * number / samples
        y, x = row + round(-radius * math.sin(angle), 5), column + round(radius * math.cos(angle), 5)
        r0, c0 = math.floor(y), math.floor(x)
        dr, dc = y - r0, x - c0
        top = (1 - dc) * pixel(r0, c0) + dc * pixel(r0, math.ceil(x))
        bottom = (1 - dc) * pixel(math.ceil(y), c0) + dc * pixel(math.ceil(y), math.ceil(x))
        texture.append((1 - dr) * top + dr * bottom)
    bits = [int(value >= plane[row, column]) for value in texture]
    if method == "default":
        return sum(bit << number for number, bit in enumerate(bits))
    if method == "ror":
        turned = [bits[shift:] + bits[:shift] for shift in range(samples)]
        return min(sum(bit << number for number, bit in enumerate(turn)) for turn in turned)
    changes = sum(a != b for a, b in itertools.pairwise(bits))
    return sum(bits) if changes <= 2 else samples + 1


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("box", ["inside", "first corner", "last corner", "thin"])
@pytest.mark.parametrize(("radius", "samples", "method"), [(1, 8, "uniform"), (2.5, 9, "ror"), (1, 4, "default")])
def test_patterns_in_planes_follow_their_definition(radius, samples, method, box, axis):
    array, box = scan(), BOXES[box]
    found = local_binary_pattern_2d(ArrayVoxels(array), box, radius, samples, method, axis, go_on)
    assert found.dtype == array.dtype and found.shape == box.shape
    planes = array.swapaxes(0, axis)
    for place in np.random.default_rng(1).integers(0, box.shape, (40, 3)):
        at = place + np.array(box.lower)
        at[[0, axis]] = at[[axis, 0]]
        assert found[tuple(place)] == pattern_2d(planes[at[0]], at[1], at[2], radius, samples, method)


@pytest.mark.skipif(importlib.util.find_spec("skimage") is None, reason="scikit-image, the oracle, is not installed")
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("method", ["default", "ror", "uniform", "var"])
@pytest.mark.parametrize("box", BOXES)
def test_patterns_in_planes_are_pyradiomics(pyradiomics, box, method):
    array, box = scan(np.float32), BOXES[box]
    ((expected, _, _),) = pyradiomics.getLBP2DImage(as_itk(array), None, lbp2DMethod=method, lbp2DRadius=1.7)
    found = local_binary_pattern_2d(ArrayVoxels(array), box, 1.7, 8, method, 0, go_on)
    np.testing.assert_array_equal(found, sitk.GetArrayFromImage(expected)[box.slices])


def test_icosphere_has_its_points_on_the_sphere_and_evenly_spread():
    for subdivisions, count in ((0, 12), (1, 42), (2, 162)):
        points = icosphere_vertices(subdivisions, 1.5)
        assert points.shape == (count, 3)
        np.testing.assert_allclose(np.linalg.norm(points, axis=1), 1.5)
        np.testing.assert_allclose(points.sum(axis=0), 0, atol=1e-12)
        np.testing.assert_allclose(points.T @ points, np.eye(3) * 1.5**2 * count / 3, atol=1e-12)


def harmonics_written_out(polar, azimuth):
    """Y_0^0 and the three Y_1^m, from a textbook."""
    small = math.sqrt(3 / (8 * math.pi))
    return {0: [np.full(polar.shape, 0.5 / math.sqrt(math.pi), complex)],
            1: [small * np.abs(np.sin(polar)) * np.exp(-1j * azimuth),
                2 * small / math.sqrt(2) * np.cos(polar) + 0j,
                -small * np.abs(np.sin(polar)) * np.exp(1j * azimuth)]}


@pytest.mark.parametrize("box", ["inside", "first corner", "last corner"])
def test_patterns_on_spheres_follow_their_definition(box):
    """From the whole scan, with the spherical harmonics written out; angles change places as in pyradiomics."""
    array, box = scan(), BOXES[box]
    mask = np.random.default_rng(5).random(box.shape) < 0.1
    found = dict(local_binary_pattern_3d(ArrayVoxels(array), box, mask, 2, 1.0, 1, go_on))
    assert list(found) == ["lbp-3D-m1", "lbp-3D-m2", "lbp-3D-k"]
    sphere = icosphere_vertices(1, 1.0)
    harmonics = harmonics_written_out(np.arctan2(sphere[:, 1], sphere[:, 0]), np.arccos(sphere[:, 2]))
    places = np.argwhere(mask)
    at = places + np.array(box.lower)
    samples = map_coordinates(array, (at[:, None] + sphere[None]).reshape(-1, 3).T, order=3).reshape(len(at), -1)
    bits = samples >= array[tuple(at.T)][:, None]
    for degree in (0, 1):
        part = sum((bits * y).sum(axis=1)[:, None] * y for y in harmonics[degree])
        expected = np.sqrt((part**2).sum(axis=1)).real
        np.testing.assert_allclose(found[f"lbp-3D-m{degree + 1}"][mask], expected, rtol=1e-9, atol=1e-7)
    spread = samples - samples.mean(axis=1, keepdims=True)
    flat = (spread == 0).all(axis=1)
    np.testing.assert_array_equal(np.isnan(found["lbp-3D-k"][mask]), flat)
    kurtosis = (spread**4).mean(axis=1)[~flat] / (spread**2).mean(axis=1)[~flat] ** 2 - 3
    np.testing.assert_allclose(found["lbp-3D-k"][mask][~flat], kurtosis)
    assert not any(values[~mask].any() for values in found.values())


def test_patterns_on_spheres_are_pyradiomics(pyradiomics):
    if not hasattr(special, "sph_harm") or importlib.util.find_spec("trimesh") is None:
        pytest.skip("pyradiomics' LBP3D needs trimesh and a SciPy before 1.17")
    array, mask = scan(), np.zeros(SHAPE, np.uint8)
    box = BOXES["last corner"]
    mask[box.slices] = 1
    expected = {name: sitk.GetArrayFromImage(image) for image, name, _ in pyradiomics.getLBP3DImage(
        as_itk(array), as_itk(mask), lbp3DLevels=3, lbp3DIcosphereRadius=1.5, lbp3DIcosphereSubdivision=2)}
    found = dict(local_binary_pattern_3d(ArrayVoxels(array), box, mask[box.slices] > 0, 3, 1.5, 2, go_on))
    assert list(found) == list(expected)
    for name, values in found.items():
        np.testing.assert_array_equal(values, expected[name][box.slices], name)


# --- what is read --------------------------------------------------------------------------------


def test_voxels_are_gathered_across_the_ends():
    array = scan(shape=(6, 7, 8))
    indices = (np.array([4, 5, 0]), np.array([0, 1, 5, 6]), np.array([7, 0, 1, 2]))
    np.testing.assert_array_equal(gather(ArrayVoxels(array), indices, go_on), array[np.ix_(*indices)])


def test_no_image_type_reads_beyond_its_support():
    """What lies outside the support may be anything."""
    array = scan(shape=(110, 111, 112)).astype(float)
    box = Box((52, 53, 54), (57, 58, 60))
    settings = FilterSettings(log_sigma_mm=(1.0,))
    mask = np.ones(box.shape, bool)
    for image_type in IMAGE_TYPES:
        outer = box.grown(support((image_type,), settings, SPACING_KJI, box.shape), array.shape)
        spoiled = np.full_like(array, np.nan)
        spoiled[outer.slices] = array[outer.slices]
        images = [[dict(job.images(go_on)) for job in filter_jobs(
            image_type, Region(ArrayVoxels(values), box, mask, SPACING_KJI), settings, None, 5000.0)]
            for values in (array, spoiled)]
        for clean, other in zip(*images, strict=True):
            for name, values in clean.items():
                np.testing.assert_array_equal(values, other[name], name)


@pytest.mark.parametrize("wrong", [{"log_sigma_mm": (0.0,)}, {"wavelet_levels": 0}, {"lbp2d_method": "nearest"},
                                   {"lbp3d_radius": -1.0}, {"lbp2d_samples": 2.5}])
def test_settings_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError, match=r"lbp|σ|wavelet"):
        FilterSettings(**wrong)
