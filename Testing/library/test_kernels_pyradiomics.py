"""The kernels against pyradiomics, feature by feature, on generated regions.

Agreement means a relative difference of at most 1e-6, or an absolute one of at most 1e-9 near zero.
"""

import math
import warnings
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from RadiomicsOrthoLib.features.kernels.settings import DEFAULT_SETTINGS, TextureSettings
from RadiomicsOrthoLib.features.kernels.shape import shape2d_features, shape_features
from RadiomicsOrthoLib.features.kernels.texture import TEXTURE_CLASSES, texture_features
from RadiomicsOrthoLib.features.pyradiomics_engine import real_value
from RadiomicsOrthoLib.imaging.box import tight_box
from scipy.ndimage import gaussian_filter

RELATIVE, ABSOLUTE = 1e-6, 1e-9
#: our setting -> pyradiomics' setting
SETTING_NAMES = {"bin_width": "binWidth", "bin_count": "binCount", "voxel_array_shift": "voxelArrayShift",
                 "distances": "distances", "symmetrical_glcm": "symmetricalGLCM", "weighting_norm": "weightingNorm",
                 "gldm_a": "gldm_a", "force_2d": "force2D", "force_2d_dimension": "force2Ddimension"}


def pyradiomics_classes() -> dict:
    """Class name -> pyradiomics' class, quiet; skips the test where pyradiomics is absent."""
    radiomics = pytest.importorskip("radiomics", reason="pyradiomics, the reference, is not installed")
    import logging

    from radiomics import firstorder, glcm, gldm, glrlm, glszm, ngtdm, shape, shape2D

    logging.getLogger(radiomics.__name__).setLevel(logging.CRITICAL)
    return {"firstorder": firstorder.RadiomicsFirstOrder, "glcm": glcm.RadiomicsGLCM, "glrlm": glrlm.RadiomicsGLRLM,
            "glszm": glszm.RadiomicsGLSZM, "gldm": gldm.RadiomicsGLDM, "ngtdm": ngtdm.RadiomicsNGTDM,
            "shape": shape.RadiomicsShape, "shape2D": shape2D.RadiomicsShape2D}


def reference(values, mask, spacing_kji, classes=TEXTURE_CLASSES, settings=DEFAULT_SETTINGS) -> dict[str, float]:
    """pyradiomics' ``<class>_<Name>`` for a region, cropped to its box as pyradiomics' own extractor does."""
    known = pyradiomics_classes()
    import SimpleITK as sitk

    box = tight_box(mask)
    images = [sitk.GetImageFromArray(np.ascontiguousarray(array[box])) for array in (values, mask.astype(np.uint8))]
    for image in images:
        image.SetSpacing([float(step) for step in spacing_kji[::-1]])
    chosen = {theirs: getattr(settings, ours) for ours, theirs in SETTING_NAMES.items()}
    chosen["distances"] = list(chosen["distances"])
    found = {}
    for name in classes:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            calculator = known[name](*images, label=1, **chosen)
            calculator.enableAllFeatures()
            found |= {f"{name}_{feature}": real_value(value)
                      for feature, value in calculator.execute().items()}
    return found


def disagreements(found: dict[str, float], expected: dict[str, float]) -> dict[str, tuple[float, float]]:
    """Features whose values differ beyond the tolerance, or of which one is missing."""
    assert set(found) == set(expected)
    return {name: (found[name], value) for name, value in expected.items()
            if not ((math.isnan(value) and math.isnan(found[name]))
                    or abs(found[name] - value) <= max(ABSOLUTE, RELATIVE * abs(value)))}


def assert_agrees(values, mask, spacing_kji, settings=DEFAULT_SETTINGS, classes=TEXTURE_CLASSES):
    found = texture_features(values, mask, spacing_kji, settings, classes)
    expected = reference(values, mask, spacing_kji, classes, settings)
    assert not disagreements(found, expected)
    return found


def assert_shape_agrees(mask, spacing_kji):
    found = {f"shape_{name}": value for name, value in shape_features(mask, spacing_kji).items()}
    assert not disagreements(found, reference(mask.astype(np.int16), mask, spacing_kji, ("shape",)))
    return found


def smooth_noise(shape, seed, sigma=1.2, spread=100.0, mean=100.0) -> np.ndarray:
    noise = gaussian_filter(np.random.default_rng(seed).normal(size=shape), sigma)
    return noise / noise.std() * spread + mean


def ellipsoid(shape) -> np.ndarray:
    """The largest ellipsoid in a box, one voxel off its border."""
    distance = sum(((axis - (size - 1) / 2) / max((size - 3) / 2, 0.5)) ** 2
                   for axis, size in zip(np.indices(shape), shape, strict=True))
    return distance <= 1


SHAPE = (16, 22, 26)
ELLIPSOID = ellipsoid(SHAPE)
BLOB = smooth_noise(SHAPE, 5, 1.0) > 130
SPARSE = np.random.default_rng(6).random((8, 9, 10)) > 0.9
TWO_PARTS = ELLIPSOID & ~((np.indices(SHAPE)[2] > 8) & (np.indices(SHAPE)[2] < 16))
DIAGONAL = np.zeros((4, 5, 6), bool)
DIAGONAL[0, 0, 0] = DIAGONAL[3, 4, 5] = True
ROD = np.zeros((3, 3, 9), bool)
ROD[1, 1, :] = True
ROD_WITH_GAP = ROD.copy()
ROD_WITH_GAP[1, 1, 4] = False
EVERY_OTHER = np.zeros((3, 3, 9), bool)
EVERY_OTHER[1, 1, ::2] = True
CUBE_OF_64 = np.ones((4, 4, 4), bool)


def plane(dimension, place):
    flat = np.zeros(SHAPE, bool)
    flat[(slice(None),) * dimension + (place,)] = True
    return flat & ELLIPSOID


REGIONS = {
    "ellipsoid": ELLIPSOID, "blob": BLOB, "lone voxels": SPARSE, "two parts": TWO_PARTS, "64 voxels": CUBE_OF_64,
    "slice": plane(0, 8), "frontal plate": plane(1, 10), "sagittal plate": plane(2, 13), "two slices":
    plane(0, 8) | plane(0, 9), "diagonal pair": DIAGONAL, "rod": ROD, "rod with a gap": ROD_WITH_GAP,
    "every other voxel": EVERY_OTHER, "whole box": np.ones((5, 6, 7), bool),
}


class TestRegions:
    @pytest.mark.parametrize("name", REGIONS)
    def test_integers(self, name):
        mask = REGIONS[name]
        assert_agrees(np.round(smooth_noise(mask.shape, 1)).astype(np.int16), mask, (2.5, 0.7, 0.8))

    @pytest.mark.parametrize("name", REGIONS)
    def test_negative_fractions(self, name):
        mask = REGIONS[name]
        assert_agrees(smooth_noise(mask.shape, 2, spread=3.0, mean=-1.5), mask, (1.0, 1.0, 1.0),
                      TextureSettings(bin_width=0.3))

    @pytest.mark.parametrize("name", REGIONS)
    @pytest.mark.parametrize("level", (37, 0.1, -25.0))
    def test_one_level(self, name, level):
        mask = REGIONS[name]
        assert_agrees(np.full(mask.shape, level), mask, (1.0, 0.7, 0.7))

    @pytest.mark.parametrize("name", REGIONS)
    def test_two_levels(self, name):
        mask = REGIONS[name]
        assert_agrees((smooth_noise(mask.shape, 3) > 100) * 30, mask, (1.0, 0.7, 0.7))

    @pytest.mark.parametrize("name", REGIONS)
    def test_in_planes(self, name):
        mask = REGIONS[name]
        for dimension in range(3):
            settings = TextureSettings(force_2d=True, force_2d_dimension=dimension)
            if any(size > 1 for axis, size in enumerate(mask[tight_box(mask)].shape) if axis != dimension):
                assert_agrees(smooth_noise(mask.shape, 4), mask, (2.0, 0.5, 1.5), settings)

    @pytest.mark.parametrize("name", [name for name in REGIONS if name != "diagonal pair"])
    @pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (3.0, 0.7, 0.8), (0.31, 1.7, 0.97)])
    def test_shape(self, name, spacing):
        assert_shape_agrees(REGIONS[name], spacing)

    def test_shape_of_an_oblique_line(self):
        """Its minor axis is 0; what pyradiomics returns is the root of a rounding error."""
        found = shape_features(DIAGONAL, (1.0, 0.7, 0.8))
        expected = reference(DIAGONAL.astype(np.int16), DIAGONAL, (1.0, 0.7, 0.8), ("shape",))
        wrong = disagreements({f"shape_{name}": value for name, value in found.items()}, expected)
        assert set(wrong) <= {"shape_Elongation", "shape_Flatness", "shape_MinorAxisLength", "shape_LeastAxisLength"}
        for ours, theirs in wrong.values():
            assert ours == 0
            assert theirs < 1e-6

    @pytest.mark.parametrize("dimension", range(3))
    def test_shape_in_a_plane(self, dimension):
        for mask in (plane(dimension, 7), np.take(BLOB, [8], dimension), plane(dimension, 7) & BLOB):
            spacing = (2.5, 0.7, 0.8)
            found = {f"shape2D_{name}": value for name, value in shape2d_features(mask, spacing, dimension).items()}
            settings = TextureSettings(force_2d=True, force_2d_dimension=dimension)
            assert not disagreements(found, reference(mask.astype(np.int16), mask, spacing, ("shape2D",), settings))


class TestSettings:
    values = smooth_noise(SHAPE, 11)

    @pytest.mark.parametrize("settings", [
        TextureSettings(bin_width=7), TextureSettings(bin_width=3.7), TextureSettings(bin_width=5000),
        TextureSettings(bin_count=32), TextureSettings(bin_count=1), TextureSettings(bin_count=64, bin_width=3),
        TextureSettings(voxel_array_shift=1000), TextureSettings(gldm_a=1), TextureSettings(gldm_a=3),
        TextureSettings(distances=(2,)), TextureSettings(distances=(1, 2)), TextureSettings(distances=(1, 3), gldm_a=2),
        TextureSettings(symmetrical_glcm=False), TextureSettings(symmetrical_glcm=False, weighting_norm="infinity"),
        TextureSettings(weighting_norm="no_weighting"), TextureSettings(weighting_norm="manhattan"),
        TextureSettings(weighting_norm="euclidean"), TextureSettings(weighting_norm="infinity"),
        TextureSettings(weighting_norm="euclidean", force_2d=True, force_2d_dimension=1),
    ], ids=repr)
    @pytest.mark.parametrize("mask", [ELLIPSOID, BLOB], ids=["ellipsoid", "blob"])
    def test_setting(self, settings, mask):
        assert_agrees(self.values, mask, (1.0, 0.7, 0.8), settings)

    @pytest.mark.parametrize("norm", ("no_weighting", "euclidean"))
    def test_merging_where_nothing_is_beside_anything(self, norm):
        assert_agrees(self.values[:4, :5, :6], DIAGONAL, (1.0, 0.7, 0.8), TextureSettings(weighting_norm=norm))

    @pytest.mark.parametrize("norm", ("manhattan", "euclidean", "infinity"))
    def test_weights_that_reach_the_size_of_epsilon(self, norm):
        """exp(-length²) of long steps: cells of 1e-16, where epsilon inside pyradiomics' formulas counts."""
        for mask in (BLOB, ELLIPSOID, TWO_PARTS):
            assert_agrees(self.values, mask, (2.5, 1.8, 2.9), TextureSettings(weighting_norm=norm))

    def test_one_direction_in_which_nothing_is_side_by_side(self):
        mask = np.zeros((6, 1, 3), bool)
        mask[0, 0, 0] = mask[2, 0, 1] = mask[5, 0, 2] = True
        assert_agrees(self.values[:6, :1, :3], mask, (1, 1, 1), TextureSettings(force_2d=True))

    def test_merged_is_no_weighting(self):
        merged = texture_features(self.values, BLOB, (1, 1, 1), TextureSettings(aggregation="merged"))
        assert merged == texture_features(self.values, BLOB, (1, 1, 1), TextureSettings(weighting_norm="no_weighting"))

    @pytest.mark.parametrize("dtype", (np.uint8, np.int16, np.uint16, np.int32, np.float32, np.float64))
    def test_number_types(self, dtype):
        """Bin edges are computed in the type of the image, as pyradiomics does."""
        values = (np.clip(self.values, 0, 190)).astype(dtype)
        assert_agrees(values, BLOB, (1.0, 0.7, 0.8))
        assert_agrees(values, BLOB, (1.0, 0.7, 0.8), TextureSettings(bin_count=17))

    @pytest.mark.parametrize("width", (0.1, 0.3, 0.7))
    def test_float32_voxels_on_bin_edges(self, width):
        steps = np.random.default_rng(3).integers(-40, 40, SHAPE)
        assert_agrees((steps * width).astype(np.float32), BLOB, (1, 1, 1), TextureSettings(bin_width=width))

    def test_levels_that_do_not_occur(self):
        values = np.random.default_rng(8).choice([0, 30, 500, 520, 4000], SHAPE)
        assert_agrees(values, ELLIPSOID, (1.0, 0.7, 0.8))
        assert_agrees(values, ELLIPSOID, (1.0, 0.7, 0.8), TextureSettings(gldm_a=2))

    def test_many_levels(self):
        found = assert_agrees(self.values * 4, ELLIPSOID, (1.0, 0.7, 0.8), TextureSettings(bin_width=6))
        assert found["firstorder_Range"] / 6 > 300

    def test_deprecated_features(self):
        calculators = pyradiomics_classes()
        import SimpleITK as sitk

        box = tight_box(BLOB)
        images = [sitk.GetImageFromArray(array[box]) for array in (self.values, BLOB.astype(np.uint8))]
        shape = calculators["shape"](*images, label=1)
        firstorder = calculators["firstorder"](*images, label=1)
        firstorder.enableFeatureByName("StandardDeviation")
        for name in ("Compactness1", "Compactness2", "SphericalDisproportion"):
            shape.enableFeatureByName(name)
        ours = shape_features(BLOB, (1, 1, 1), deprecated=True)
        for name, value in shape.execute().items():
            assert ours[name] == pytest.approx(real_value(value), rel=1e-12)
        found = texture_features(self.values, BLOB, (1, 1, 1), classes=["firstorder"], deprecated=True)
        assert found["firstorder_StandardDeviation"] == pytest.approx(firstorder.execute()["StandardDeviation"])


class TestRandomRegions:
    """Small regions in which rare constellations are frequent."""

    @pytest.mark.parametrize("seed", range(40))
    def test_small(self, seed):
        generator = np.random.default_rng(seed)
        shape = tuple(generator.integers(2, 7, 3))
        mask = generator.random(shape) < generator.uniform(0.2, 1)
        mask[0, 0, 0] = mask[-1, -1, -1] = True
        values = generator.integers(-3, 5, shape) * generator.choice([1, 10, 30])
        spacing = tuple(generator.uniform(0.3, 3, 3))
        assert_agrees(values, mask, spacing, TextureSettings(bin_width=10))
        assert_shape_agrees(mask, spacing)

    @pytest.mark.parametrize("axis", range(3))
    def test_reversed_and_swapped_axes(self, axis):
        values = smooth_noise(SHAPE, 21)
        assert_agrees(np.flip(values, axis), np.flip(BLOB, axis), (1.0, 0.7, 0.8))
        assert_shape_agrees(np.flip(BLOB, axis), (1.0, 0.7, 0.8))
        values, mask = np.swapaxes(values, 0, axis), np.swapaxes(BLOB, 0, axis)
        assert_agrees(values, mask, (1.0, 0.7, 0.8))


class TestIndependence:
    """A value depends on the region alone: not on what ran before, beside it or around it."""

    cases = [(smooth_noise(SHAPE, seed), smooth_noise(SHAPE, seed + 50) > 90) for seed in range(6)]

    def values_of(self, case):
        values, mask = self.cases[case]
        return texture_features(values, mask, (1.0, 0.7, 0.8)) | shape_features(mask, (1.0, 0.7, 0.8))

    def test_order_repetition_and_threads(self):
        first = [self.values_of(case) for case in range(6)]
        assert [self.values_of(case) for case in reversed(range(6))][::-1] == first
        with ThreadPoolExecutor(4) as threads:
            assert list(threads.map(self.values_of, list(range(6)) * 4)) == first * 4
        for other in first[1:]:
            # diameters of regions that fill their box may be equal
            assert all(other[name] != first[0][name] for name in first[0] if "Diameter" not in name)

    def test_each_class_alone_gives_what_all_together_give(self):
        values, mask = self.cases[0]
        together = texture_features(values, mask, (1.0, 0.7, 0.8))
        alone = {}
        for name in TEXTURE_CLASSES:
            alone |= texture_features(values, mask, (1.0, 0.7, 0.8), classes=[name])
        assert alone == together

    def test_what_lies_around_the_region_is_not_looked_at(self):
        values, mask = self.cases[0]
        mask = mask & ELLIPSOID
        box = tight_box(mask)
        expected = texture_features(values, mask, (1.0, 0.7, 0.8))
        assert texture_features(values[box], mask[box], (1.0, 0.7, 0.8)) == expected
        assert texture_features(np.where(mask, values, np.nan), mask, (1.0, 0.7, 0.8)) == expected
        assert shape_features(np.pad(mask, 5), (1.0, 0.7, 0.8)) == shape_features(mask[box], (1.0, 0.7, 0.8))
