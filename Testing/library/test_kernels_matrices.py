"""Texture matrices and features against values worked out by hand, without pyradiomics."""

import math

import numpy as np
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.features.kernels import (
    cooccurrence,
    diameters,
    discretise,
    eigenvalues,
    matrices,
    mesh,
    neighbourhood,
    size_matrix,
)
from RadiomicsOrthoLib.features.kernels.diameters import mesh_diameters
from RadiomicsOrthoLib.features.kernels.directions import half_directions, step_lengths
from RadiomicsOrthoLib.features.kernels.discretise import bin_edges, grey_levels
from RadiomicsOrthoLib.features.kernels.eigenvalues import second_largest_magnitude
from RadiomicsOrthoLib.features.kernels.level_region import LevelRegion
from RadiomicsOrthoLib.features.kernels.matrices import (
    cooccurrence_counts,
    neighbour_counts,
    run_length_counts,
    zones,
)
from RadiomicsOrthoLib.features.kernels.mesh import mesh_area_and_perimeter, mesh_volume_and_area
from RadiomicsOrthoLib.features.kernels.settings import TextureSettings
from RadiomicsOrthoLib.features.kernels.shape import shape2d_features, shape_features
from RadiomicsOrthoLib.features.kernels.texture import (
    TEXTURE_CLASSES,
    compile_kernels,
    glcm_features,
    gldm_features,
    glrlm_features,
    glszm_features,
    ngtdm_features,
    texture_features,
)

KERNEL_MODULES = (cooccurrence, diameters, discretise, eigenvalues, matrices, mesh, neighbourhood, size_matrix)
#: the example of the run-length, zone and dependence classes in pyradiomics' documentation
EXAMPLE = np.array([[[5, 2, 5, 4, 4], [3, 3, 3, 1, 3], [2, 1, 1, 1, 3], [4, 2, 2, 2, 3], [3, 5, 3, 3, 2]]])
#: the example of its co-occurrence class
PAIRS = np.array([[[1, 2, 5, 2, 3], [3, 2, 1, 3, 1], [1, 3, 5, 5, 2], [1, 1, 1, 1, 2], [1, 2, 4, 3, 5]]])
#: the example of its grey-tone difference class, in which level 4 does not occur
TONES = np.array([[[1, 2, 5, 2], [3, 5, 1, 3], [1, 3, 5, 5], [3, 1, 1, 1]]])
ALONG_ROWS = np.array([[0, 0, 1]])


class TestDocumentedMatrices:
    def test_cooccurrence(self):
        counts = cooccurrence_counts(LevelRegion.from_levels(PAIRS), ALONG_ROWS)[0]
        assert (counts + counts.T).tolist() == [[6, 4, 3, 0, 0], [4, 0, 2, 1, 3], [3, 2, 0, 1, 2], [0, 1, 1, 0, 0],
                                                [0, 3, 2, 0, 2]]

    def test_runs(self):
        runs, directions = run_length_counts(LevelRegion.from_levels(EXAMPLE), None)
        along_rows = directions.tolist().index([0, 0, 1])
        assert runs[along_rows].tolist() == [[1, 0, 1, 0, 0], [3, 0, 1, 0, 0], [4, 1, 1, 0, 0], [1, 1, 0, 0, 0],
                                             [3, 0, 0, 0, 0]]

    def test_zones(self):
        rows, sizes = zones(LevelRegion.from_levels(EXAMPLE), None)
        found = sorted(zip((rows + 1).tolist(), sizes.tolist(), strict=True))
        assert found == [(1, 4), (2, 1), (2, 5), (3, 1), (3, 3), (3, 5), (4, 1), (4, 2), (5, 1), (5, 1), (5, 1)]

    def test_dependences(self):
        region = LevelRegion.from_levels(EXAMPLE)
        counts = neighbour_counts(region, half_directions(region.box_shape), 0)[0]
        assert counts[:, :4].tolist() == [[0, 1, 2, 1], [1, 2, 3, 0], [1, 4, 4, 0], [1, 2, 0, 0], [3, 0, 0, 0]]
        assert not counts[:, 4:].any()

    def test_tone_differences(self):
        region = LevelRegion.from_levels(TONES)
        differences = neighbour_counts(region, half_directions(region.box_shape), 0)[1]
        assert region.present.tolist() == [1, 2, 3, 5]
        assert region.counts.tolist() == [6, 2, 4, 4]
        assert differences == pytest.approx([13.35, 2.0, 3.03, 10.075], abs=0.005)


class TestPairOfVoxels:
    """Levels 1 and 3 side by side: everything is a fraction."""

    levels = np.array([[[1, 3]]])

    def test_cooccurrence(self):
        found = glcm_features(self.levels)
        exact = {"Autocorrelation": 3, "JointAverage": 2, "ClusterProminence": 0, "ClusterShade": 0,
                 "ClusterTendency": 0, "Contrast": 4, "Correlation": -1, "DifferenceAverage": 2,
                 "DifferenceEntropy": 0, "DifferenceVariance": 0, "JointEnergy": 0.5, "JointEntropy": 1, "Imc1": -1,
                 "Imc2": math.sqrt(1 - math.exp(-2)), "Idm": 1 / 5, "Idmn": 1 / (1 + 4 / 9), "Id": 1 / 3,
                 "Idn": 1 / (1 + 2 / 3), "InverseVariance": 1 / 4, "MaximumProbability": 0.5, "SumAverage": 4,
                 "SumEntropy": 0, "SumSquares": 1, "MCC": 1}
        assert found == pytest.approx(exact, abs=1e-12)

    def test_level_count_normalises(self):
        assert glcm_features(self.levels, level_count=8)["Idn"] == pytest.approx(1 / (1 + 2 / 8))

    def test_one_direction_only(self):
        found = glcm_features(self.levels, settings=TextureSettings(symmetrical_glcm=False))
        assert (found["JointAverage"], found["SumAverage"], found["MaximumProbability"]) == (1, 4, 1)

    def test_runs(self):
        found = glrlm_features(self.levels)
        assert (found["ShortRunEmphasis"], found["RunPercentage"], found["RunEntropy"]) == pytest.approx((1, 1, 1))
        assert found["LowGrayLevelRunEmphasis"] == pytest.approx((1 + 1 / 9) / 2)

    def test_zones_and_dependences(self):
        assert glszm_features(self.levels)["HighGrayLevelZoneEmphasis"] == 5
        assert gldm_features(self.levels)["LargeDependenceEmphasis"] == 1
        assert gldm_features(self.levels, settings=TextureSettings(gldm_a=2))["LargeDependenceEmphasis"] == 4

    def test_tones(self):
        assert ngtdm_features(self.levels) == pytest.approx(
            {"Coarseness": 0.5, "Contrast": 2.0, "Busyness": 1.0, "Complexity": 4.0, "Strength": 2.0})


class TestSpecialRegions:
    def test_one_level(self):
        found = texture_features(np.full((4, 4, 4), 7), np.ones((4, 4, 4), bool), (1, 1, 1))
        assert found["glcm_MCC"] == found["glcm_Correlation"] == found["glcm_JointEnergy"] == 1
        assert found["glcm_Imc1"] == found["glcm_Imc2"] == found["firstorder_Skewness"] == 0
        assert found["ngtdm_Coarseness"] == 1e6
        assert found["ngtdm_Contrast"] == found["ngtdm_Busyness"] == found["ngtdm_Strength"] == 0

    def test_one_voxel(self):
        mask = np.zeros((3, 3, 3), bool)
        mask[1, 1, 1] = True
        found = texture_features(np.full((3, 3, 3), 7.0), mask, (1, 1, 1))
        assert math.isnan(found["glcm_Contrast"])
        assert math.isnan(found["glrlm_RunEntropy"])
        assert found["glszm_ZonePercentage"] == 1
        assert found["firstorder_Mean"] == 7

    def test_each_slice_alone(self):
        levels = np.concatenate([EXAMPLE, PAIRS])
        settings = TextureSettings(force_2d=True, by_slice=True)
        found = glrlm_features(levels, settings=settings)
        first, second = (glrlm_features(part) for part in (EXAMPLE, PAIRS))
        assert found == pytest.approx({name: (first[name] + second[name]) / 2 for name in first})

    def test_large_matrices_are_counted_in_parts(self, monkeypatch):
        values = np.random.default_rng(2).integers(0, 40, (6, 7, 8))
        mask = np.ones(values.shape, bool)
        for settings in (TextureSettings(bin_width=1), TextureSettings(bin_width=1, weighting_norm="euclidean")):
            whole = texture_features(values, mask, (1, 1, 1), settings, ["glcm"])
            with monkeypatch.context() as patch:
                patch.setattr("RadiomicsOrthoLib.features.kernels.cooccurrence._CELLS_AT_ONCE", 5000)
                assert texture_features(values, mask, (1, 1, 1), settings, ["glcm"]) == pytest.approx(whole, rel=1e-13)


class TestDiscretisation:
    def test_documented_example(self):
        values = np.array([54, 74, 75, 99.99, 100, 166])
        edges = bin_edges(values, TextureSettings(bin_width=25))
        assert edges[:6].tolist() == [50, 75, 100, 125, 150, 175]
        assert grey_levels(values, TextureSettings(bin_width=25)).tolist() == [1, 1, 2, 2, 3, 5]

    def test_maximum_on_an_edge_has_a_bin_of_its_own(self):
        assert grey_levels(np.array([-50, -26, -25, 0]), TextureSettings(bin_width=25)).tolist() == [1, 1, 2, 3]

    def test_fixed_number(self):
        values = np.array([0.0, 0.9, 1.0, 3.9, 4.0])
        assert grey_levels(values, TextureSettings(bin_count=4)).tolist() == [1, 1, 2, 4, 4]

    @pytest.mark.parametrize("width", (0.1, 0.3, 1 / 3, 7.7))
    @pytest.mark.parametrize("dtype", (np.float32, np.float64))
    def test_equals_digitize(self, width, dtype):
        generator = np.random.default_rng(1)
        values = np.concatenate([generator.normal(0, 20, 500), np.arange(-60, 60) * width]).astype(dtype)
        settings = TextureSettings(bin_width=width)
        assert (grey_levels(values, settings) == np.digitize(values, bin_edges(values, settings))).all()

    def test_small_integers_do_not_overflow(self):
        assert grey_levels(np.array([0, 255], np.uint8), TextureSettings(bin_width=25)).tolist() == [1, 11]


class TestShape:
    def test_one_voxel_is_an_octahedron(self):
        volume, area = mesh_volume_and_area(np.ones((1, 1, 1), bool), (1.0, 1.0, 1.0))
        assert volume == pytest.approx(1 / 6)
        assert area == pytest.approx(math.sqrt(3))
        assert mesh_diameters(np.ones((1, 1, 1), bool), (1.0, 2.0, 3.0)) == pytest.approx((3, 3, 2, 3))

    def test_box(self):
        found = shape_features(np.ones((3, 4, 5), bool), (2.0, 1.0, 0.5))
        assert found["VoxelVolume"] == 60
        assert found["Maximum2DDiameterSlice"] == pytest.approx(math.hypot(4, 2))
        assert found["MajorAxisLength"] == pytest.approx(4 * math.sqrt(4 * 2 / 3))

    def test_diameters_equal_all_pairs(self):
        generator = np.random.default_rng(4)
        for _ in range(20):
            shape = tuple(generator.integers(1, 9, 3))
            mask = generator.random(shape) < 0.4
            mask[0, 0, 0] = mask[-1, -1, -1] = True
            spacing = tuple(generator.uniform(0.3, 3, 3))
            assert mesh_diameters(mask, spacing) == pytest.approx(all_pairs(mask, spacing), rel=1e-12)

    def test_square_outline(self):
        area, perimeter = mesh_area_and_perimeter(np.ones((2, 3), bool), (1.0, 1.0))
        assert area == pytest.approx(2 * 3 - 4 / 8)
        assert perimeter == pytest.approx(2 * (1 + 2) + 4 * math.sqrt(0.5))

    def test_refuses_a_region_that_is_not_flat(self):
        with pytest.raises(InputError, match="2 slices and so no 2-D shape"):
            shape2d_features(np.ones((2, 3, 3), bool), (1, 1, 1))


def all_pairs(mask, spacing):
    """Largest distance in a k, j, i plane and in space over all pairs of vertices."""
    padded = np.pad(mask, 1)
    vertices = []
    for axis in range(3):
        crossing = np.argwhere(np.diff(padded, axis=axis))
        vertices.append(2 * crossing + np.eye(3, dtype=int)[axis])
    doubled = np.concatenate(vertices)
    places = doubled / 2 * np.array(spacing)
    distance = np.linalg.norm(places[:, None] - places[None], axis=2)
    same = doubled[:, None] == doubled[None]
    return (*(np.where(same[..., axis], distance, 0).max() for axis in range(3)), distance.max())


def test_directions():
    assert len(half_directions((9, 9, 9))) == 13
    assert len(half_directions((9, 9, 9), (2,))) == 49
    assert half_directions((1, 9, 9)).tolist() == half_directions((9, 9, 9), plane_dimension=0).tolist()
    assert len(half_directions((1, 1, 1))) == 0
    step = np.array([[1, -1, 2]])
    assert [step_lengths(step, (2, 1, 0.5), norm)[0] for norm in ("manhattan", "euclidean", "infinity",
                                                                  "no_weighting")] == [4, math.sqrt(6), 2, 1]


@pytest.mark.parametrize("size", (2, 3, 5, 20, 61))
def test_second_eigenvalue(size):
    generator = np.random.default_rng(size)
    for _ in range(10):
        matrix = generator.normal(size=(size, size)) * (generator.random((size, size)) > 0.5)
        matrix += matrix.T
        expected = np.sort(np.abs(np.linalg.eigvalsh(matrix)))[-2]
        assert second_largest_magnitude(matrix.copy()) == pytest.approx(expected, rel=1e-12, abs=1e-13)


def test_second_eigenvalue_of_special_matrices():
    assert second_largest_magnitude(np.zeros((4, 4))) == 0
    assert second_largest_magnitude(np.ones((5, 5))) == pytest.approx(0, abs=1e-14)
    assert second_largest_magnitude(np.eye(3)) == pytest.approx(1, abs=1e-15)
    assert second_largest_magnitude(np.array([[0.0, 1.0], [1.0, 0.0]])) == pytest.approx(1, abs=1e-15)


class TestRefusals:
    values, mask = np.zeros((3, 3, 3)), np.ones((3, 3, 3), bool)

    def test_empty_region(self):
        with pytest.raises(ValueError, match="no voxels"):
            texture_features(self.values, ~self.mask, (1, 1, 1))

    def test_unknown_class(self):
        with pytest.raises(ValueError, match="unknown feature classes: glxm"):
            texture_features(self.values, self.mask, (1, 1, 1), classes=["glxm", *TEXTURE_CLASSES])

    def test_mask_of_another_shape_or_type(self):
        for mask in (self.mask[:2], self.mask.astype(np.uint8)):
            with pytest.raises(ValueError, match="boolean array"):
                texture_features(self.values, mask, (1, 1, 1))

    def test_a_voxel_that_is_no_number(self):
        with pytest.raises(ValueError, match="finite"):
            texture_features(np.where(np.indices((3, 3, 3))[0] == 1, np.nan, 0), self.mask, (1, 1, 1))

    def test_too_many_levels(self):
        values = np.arange(20.0 ** 3).reshape(20, 20, 20)
        with pytest.raises(ValueError, match="larger bin width"):
            texture_features(values, np.ones(values.shape, bool), (1, 1, 1), TextureSettings(bin_width=1))
        with pytest.raises(ValueError, match="larger one"):
            texture_features(values, np.ones(values.shape, bool), (1, 1, 1), TextureSettings(bin_width=1e-9))

    @pytest.mark.parametrize("wrong", [{"bin_width": 0}, {"bin_count": 0}, {"distances": ()}, {"distances": (0,)},
                                       {"gldm_a": 0.5}, {"force_2d_dimension": 3}, {"weighting_norm": "cubic"},
                                       {"aggregation": "summed"}, {"definitions": "own"}, {"by_slice": True}])
    def test_settings(self, wrong):
        with pytest.raises(ValueError):
            TextureSettings(**wrong)

    def test_levels_beyond_their_count(self):
        with pytest.raises(ValueError, match="from 1 to 4"):
            glcm_features(EXAMPLE, level_count=4)
        with pytest.raises(ValueError, match="integer array"):
            glcm_features(EXAMPLE.astype(float))


def compiled_signatures() -> dict[str, int]:
    """Signatures for which each kernel of shape and texture is compiled in this process."""
    return {f"{module.__name__}.{name}": len(kernel.signatures) for module in KERNEL_MODULES
            for name, kernel in vars(module).items() if hasattr(kernel, "signatures")}


def test_compiling_ahead_leaves_nothing_to_compile():
    compile_kernels()
    shape_features(np.ones((3, 3, 3), bool), (1, 1, 1))
    ahead = compiled_signatures()
    generator = np.random.default_rng(1)
    mask = generator.random((5, 6, 7)) > 0.5
    for dtype in (np.uint8, np.int16, np.float32, np.float64):
        values = (generator.random(mask.shape) * 99).astype(dtype)
        for settings in (TextureSettings(bin_width=3, distances=(1, 2), symmetrical_glcm=False),
                         TextureSettings(bin_count=8, weighting_norm="euclidean"),
                         TextureSettings(force_2d=True, by_slice=True, gldm_a=1, definitions="ibsi")):
            texture_features(np.asfortranarray(values), np.asfortranarray(mask), (1, 2, 3), settings)
    shape_features(mask, (1, 2, 3))
    shape2d_features(mask[:1], (1, 2, 3))
    assert compiled_signatures() == ahead
