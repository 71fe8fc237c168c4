"""Features of the ``ibsi`` mode on data small enough to calculate by hand."""

import math
from itertools import permutations, product

import numpy as np
import pytest
from RadiomicsOrthoLib.features.ibsi.dependence_texture import dependence_features
from RadiomicsOrthoLib.features.ibsi.distance_zone_texture import distance_zone_features
from RadiomicsOrthoLib.features.ibsi.histograms import intensity_histogram, intensity_volume_histogram
from RadiomicsOrthoLib.features.ibsi.local_intensity import local_intensity
from RadiomicsOrthoLib.features.ibsi.morphology import mesh_vertices, morphology
from RadiomicsOrthoLib.features.ibsi.preparation import PreparedRegion
from RadiomicsOrthoLib.features.ibsi.resampling import AlignedGrid
from RadiomicsOrthoLib.features.ibsi.response_maps import laplacian_of_gaussian, separable_wavelet
from RadiomicsOrthoLib.features.ibsi.settings import Discretisation, IbsiSettings
from RadiomicsOrthoLib.features.ibsi.spatial_correlation import moran_and_geary
from RadiomicsOrthoLib.features.ibsi.statistics import intensity_statistics
from RadiomicsOrthoLib.features.ibsi.texture import shared_texture
from RadiomicsOrthoLib.features.kernels.level_region import LevelRegion
from RadiomicsOrthoLib.imaging.box import Box

#: two slices of one row each: in the first two levels lie side by side, in the second there is one level
TWO_SLICES = np.array([[[1, 2]], [[1, 1]]], np.int32)
EVERY = ("2D_avg", "2D_comb", "2_5D_avg", "2_5D_comb", "3D_avg", "3D_comb")
SHAPES = ("2D", "2_5D", "3D")


def region(values, mask=None, spacing=(1.0, 1.0, 1.0)):
    values = np.asarray(values, float)
    mask = np.ones(values.shape, bool) if mask is None else np.asarray(mask, bool)
    return PreparedRegion(values, mask, mask, Box.whole(values.shape), AlignedGrid(values.shape, spacing, spacing))


class TestStatistics:
    def test_two_equal_groups(self):
        found = intensity_statistics(np.array([0, 0, 4, 4], np.int16))
        # fourth moment 16, variance 4: kurtosis 1, which is 2 below a normal distribution's
        assert (found["stat_mean"], found["stat_var"], found["stat_skew"], found["stat_kurt"]) == (2, 4, 0, -2)
        assert (found["stat_cov"], found["stat_qcod"], found["stat_medad"], found["stat_mad"]) == (1, 1, 2, 2)
        assert found["stat_energy"] == 32 and found["stat_rms"] == pytest.approx(math.sqrt(8))

    def test_what_a_flat_region_has(self):
        found = intensity_statistics(np.full(5, 7.0))
        assert (found["stat_skew"], found["stat_kurt"], found["stat_rmad"], found["stat_cov"]) == (0, 0, 0, 0)

    def test_what_zero_leaves_undefined(self):
        found = intensity_statistics(np.zeros(3))
        assert math.isnan(found["stat_cov"]) and math.isnan(found["stat_qcod"])


class TestHistograms:
    def test_four_voxels_in_four_bins(self):
        found = intensity_histogram(np.array([1, 1, 2, 4]))
        assert (found["ih_mode"], found["ih_entropy"], found["ih_uniformity"]) == (1, 1.5, 0.375)
        # counts 2, 1, 0, 1: gradients -1, -1, 0, 1
        assert (found["ih_max_grad"], found["ih_max_grad_g"]) == (1, 4)
        assert (found["ih_min_grad"], found["ih_min_grad_g"]) == (-1, 1)

    def test_the_mode_nearest_to_the_mean(self):
        assert intensity_histogram(np.array([1, 1, 5, 5, 4]))["ih_mode"] == 5
        assert intensity_histogram(np.array([1, 1, 5, 5]))["ih_mode"] == 1

    def test_one_level(self):
        found = intensity_histogram(np.array([1, 1]))
        assert (found["ih_max_grad"], found["ih_min_grad"], found["ih_entropy"]) == (0, 0, 0)

    def test_the_example_of_the_manual(self):
        """Section 3.5: 74 voxels; ν of the levels 1 to 6 is 1, 0.324, 0.324, 0.311, 0.095, 0.095."""
        inside = np.repeat([1.0, 3, 4, 6], [50, 1, 16, 7])
        found = intensity_volume_histogram(inside, IbsiSettings())
        assert found["ivh_v10"] == pytest.approx(24 / 74) and found["ivh_v90"] == pytest.approx(7 / 74)
        assert (found["ivh_i10"], found["ivh_i90"], found["ivh_diff_i10_i90"]) == (5, 2, 3)

    def test_the_range_is_that_of_re_segmentation(self):
        inside = np.array([0.0, 0, 0, 50])
        found = intensity_volume_histogram(inside, IbsiSettings(range=(-100, 100)))
        # 10 % of the range is -80, which every voxel reaches; 90 % is 80
        assert (found["ivh_v10"], found["ivh_v90"], found["ivh_i10"]) == (1, 0, 51)
        half_open = intensity_volume_histogram(inside, IbsiSettings(range=(-100, math.inf)))
        assert half_open["ivh_v90"] == 0.25

    def test_bins_stand_for_their_centres(self):
        settings = IbsiSettings(range=(0, 10), ivh_discretisation=Discretisation("fixed-size", 2.5))
        found = intensity_volume_histogram(np.array([0.1, 2.6, 2.7, 9.9]), settings)
        # centres 1.25, 3.75, 3.75, 8.75
        assert (found["ivh_i90"], found["ivh_i10"]) == (3.75, 11.25)

    def test_a_flat_region(self):
        found = intensity_volume_histogram(np.full(4, 3.0), IbsiSettings())
        assert (found["ivh_v10"], found["ivh_v90"], found["ivh_i10"]) == (1, 1, 4)


class TestLocalIntensity:
    def test_the_sphere_has_a_radius_of_6_2_mm(self):
        values = np.zeros((5, 5, 5))
        values[2, 2, 2] = 70
        mask = values > 0
        # at 7 mm it holds no neighbour, at 6 mm the six nearest
        assert local_intensity(region(values, mask, (7.0,) * 3)) == {"loc_peak_loc": 70, "loc_peak_glob": 70}
        assert local_intensity(region(values, mask, (6.0,) * 3)) == {"loc_peak_loc": 10, "loc_peak_glob": 10}

    def test_the_sphere_is_cut_where_the_image_ends(self):
        values = np.zeros((3, 3, 3))
        values[0, 0, 0] = 40
        found = local_intensity(region(values, values > 0, (6.0,) * 3))
        assert found["loc_peak_loc"] == 10

    def test_the_global_peak_need_not_be_at_the_maximum(self):
        values = np.zeros((1, 1, 9))
        values[0, 0, [1, 5, 6, 7]] = [50, 40, 40, 40]
        found = local_intensity(region(values, values > 0, (6.0,) * 3))
        assert found == pytest.approx({"loc_peak_loc": 50 / 3, "loc_peak_glob": 40})


class TestMorphology:
    def test_a_box(self):
        found = morphology(region(np.ones((2, 3, 4)), spacing=(3.0, 2.0, 1.0)))
        assert found["morph_vol_approx"] == 144
        # the mesh of a box lacks its edges and corners
        assert 0.8 < found["morph_vol_dens_aabb"] < 1 and found["morph_vol_dens_aabb"] * 144 == pytest.approx(
            found["morph_volume"])
        assert found["morph_vol_dens_conv_hull"] == pytest.approx(1) == found["morph_area_dens_conv_hull"]
        assert found["morph_com"] == 0 and found["morph_integ_int"] == pytest.approx(found["morph_volume"])
        assert found["morph_comp_2"] == pytest.approx(found["morph_sphericity"] ** 3)
        assert found["morph_asphericity"] == pytest.approx(found["morph_sph_dispr"] - 1)

    def test_axis_lengths_divide_by_one_voxel_less(self):
        found = morphology(region(np.ones((2, 2, 3))))
        # variances along i: 12 voxels, 8 of them one voxel off the centre
        assert found["morph_pca_maj_axis"] == pytest.approx(4 * math.sqrt(8 / 11))
        assert found["morph_pca_elongation"] == pytest.approx(math.sqrt(3 / 8))

    def test_the_area_of_a_ball_as_ellipsoid(self):
        k, j, i = np.indices((41, 41, 41)) - 20
        ball = k * k + j * j + i * i <= 18 ** 2
        found = morphology(region(np.ones(ball.shape), ball))
        # the ellipsoid's axes are those of a ball with √5 times its standard deviation per axis: 2/√5 of the radius
        assert found["morph_vol_dens_aee"] == pytest.approx((math.sqrt(5) / 2) ** 3, rel=0.01)
        assert found["morph_pca_flatness"] == pytest.approx(1, abs=1e-6)

    def test_the_centre_moves_to_the_brighter_voxel(self):
        found = morphology(region([[[1.0, 3.0]]], spacing=(1.0, 1.0, 8.0)))
        # a quarter of the distance
        assert found["morph_com"] == pytest.approx(2)

    def test_a_voxel_has_six_vertices(self):
        found = {tuple(vertex) for vertex in mesh_vertices(np.ones((1, 1, 1), bool))}
        assert found == {v for sign in (-0.5, 0.5) for v in set(permutations((sign, 0.0, 0.0)))}


class TestSpatialCorrelation:
    def test_two_voxels(self):
        assert moran_and_geary(np.array([[[0.0, 2.0]]]), np.ones((1, 1, 2), bool), (1.0,) * 3) == pytest.approx((-1, 1))

    def test_against_the_sums_over_all_pairs(self):
        generator = np.random.default_rng(3)
        values = generator.normal(500, 80, (4, 6, 5))
        mask = generator.random(values.shape) < 0.6
        spacing = (2.5, 0.8, 0.9)
        places, inside = np.argwhere(mask) * spacing, values[mask]
        apart = np.linalg.norm(places[:, None] - places[None], axis=-1)
        weights = np.divide(1, apart, where=apart > 0, out=np.zeros_like(apart))
        off = inside - inside.mean()
        moran = inside.size / weights.sum() * (off @ weights @ off) / (off @ off)
        differences = (weights * (inside[:, None] - inside[None]) ** 2).sum()
        geary = (inside.size - 1) / (2 * weights.sum()) * differences / (off @ off)
        assert moran_and_geary(values, mask, spacing) == pytest.approx((moran, geary), rel=1e-10)

    def test_equal_values_have_none(self):
        assert all(map(math.isnan, moran_and_geary(np.ones((1, 2, 2)), np.ones((1, 2, 2), bool), (1.0,) * 3)))


class TestTexture:
    def test_co_occurrence_in_slices(self):
        found = shared_texture("cm", LevelRegion.from_levels(TWO_SLICES), EVERY)
        # first slice: (1, 2) and (2, 1), each 0.5; second: (1, 1) alone; together (1, 1) 2, (1, 2) 1, (2, 1) 1
        for how in ("avg", "comb"):
            assert found[f"cm_joint_max_2D_{how}"] == 0.75 and found[f"cm_joint_max_2_5D_{how}"] == 0.5
            assert found[f"cm_joint_entr_2D_{how}"] == pytest.approx(0.5)
            assert found[f"cm_joint_entr_2_5D_{how}"] == pytest.approx(1.5)
            assert found[f"cm_contrast_2D_{how}"] == found[f"cm_contrast_2_5D_{how}"] == 0.5

    def test_co_occurrence_in_space(self):
        found = shared_texture("cm", LevelRegion.from_levels(TWO_SLICES), ("3D_avg", "3D_comb"))
        # pairs: along i 1-2 and 1-1; along k 1-1 and 2-1; diagonals 1-1 and 2-1: contrasts 1/2, 1/2, 0 and 1
        assert found["cm_contrast_3D_avg"] == pytest.approx(0.5) == found["cm_contrast_3D_comb"]
        assert found["cm_joint_max_3D_comb"] == 0.5 and found["cm_joint_max_3D_avg"] == pytest.approx(0.625)
        assert found["cm_dissimilarity_3D_avg"] == found["cm_diff_avg_3D_avg"]
        assert found["cm_sum_var_3D_avg"] == found["cm_clust_tend_3D_avg"]

    def test_run_lengths_of_a_square(self):
        levels = np.array([[[1, 1], [2, 2]]], np.int32)
        found = shared_texture("rlm", LevelRegion.from_levels(levels), EVERY)
        # along i two runs of 2; along j and both diagonals four runs of 1
        assert found["rlm_r_perc_2D_avg"] == pytest.approx((0.5 + 3) / 4)
        assert found["rlm_r_perc_2D_comb"] == pytest.approx(14 / 16)
        assert found["rlm_lre_2_5D_avg"] == pytest.approx((4 + 3) / 4)
        assert found["rlm_lre_2_5D_comb"] == pytest.approx((2 * 4 + 12) / 14)

    def test_run_lengths_look_along_every_direction(self):
        found = shared_texture("rlm", LevelRegion.from_levels(np.array([[[1, 1]]], np.int32)), EVERY)
        # one run of 2 along i, two runs of 1 along the three (in space twelve) other directions
        assert found["rlm_r_perc_2D_avg"] == pytest.approx((0.5 + 3) / 4)
        assert found["rlm_r_perc_3D_avg"] == pytest.approx((0.5 + 12) / 13)

    def test_zones_touch_by_corners(self):
        levels = np.array([[[1, 2], [2, 1]], [[2, 2], [2, 2]]], np.int32)
        found = shared_texture("szm", LevelRegion.from_levels(levels), EVERY)
        assert found["szm_z_perc_2D"] == pytest.approx((2 / 4 + 1 / 4) / 2)
        assert found["szm_z_perc_2_5D"] == 3 / 8 and found["szm_z_perc_3D"] == 2 / 8
        assert found["szm_lze_3D"] == (4 + 36) / 2 and found["szm_lze_2_5D"] == (4 + 4 + 16) / 3

    def test_distances_are_those_of_the_whole_mask(self):
        mask = np.zeros((5, 5, 5), bool)
        mask[1:4, 1:4, 1:4] = True
        levels = np.where(mask, 1, 0).astype(np.int32)
        levels[2, 2, 2] = 2
        found = distance_zone_features(levels, mask, SHAPES)
        # two zones: the shell at distance 1, the centre at distance 2
        assert found["dzm_lde_3D"] == 2.5 and found["dzm_z_perc_3D"] == pytest.approx(2 / 27)
        assert found["dzm_hgze_3D"] == 2.5 and found["dzm_zd_entr_3D"] == pytest.approx(1)
        # slices: 1, 2 and 1 zones
        assert found["dzm_z_perc_2D"] == pytest.approx((1 + 2 + 1) / 9 / 3) == found["dzm_z_perc_2_5D"]
        assert found["dzm_lde_2D"] == pytest.approx((1 + 2.5 + 1) / 3) and found["dzm_lde_2_5D"] == 7 / 4
        # a hole of the intensity mask is no border
        levels[2, 2, 1] = 0
        assert distance_zone_features(levels, mask, ("3D",))["dzm_lde_3D"] == 2.5

    def test_a_region_at_the_border_of_the_array_ends_there(self):
        found = distance_zone_features(np.ones((1, 3, 3), np.int32), np.ones((1, 3, 3), bool), ("2D", "3D"))
        assert found["dzm_sde_2D"] == 1 == found["dzm_sde_3D"]

    def test_tone_differences_leave_out_lone_voxels(self):
        levels = np.zeros((1, 1, 5), np.int32)
        levels[0, 0, [0, 1, 4]] = [1, 3, 2]
        found = shared_texture("ngt", LevelRegion.from_levels(levels), EVERY)
        # two voxels, differences 2 and 2: Σ p·s = 2
        assert found["ngt_coarseness_3D"] == 0.5
        assert found["ngt_contrast_3D"] == pytest.approx(2 * 0.25 * 4 / 2 * 4 / 2)

    def test_dependences(self):
        levels = np.array([[[1, 1, 2]]], np.int32)
        found = dependence_features(LevelRegion.from_levels(levels), SHAPES)
        # the two voxels of level 1 depend on one another, the third on none
        assert found["ngl_hde_3D"] == pytest.approx((4 + 4 + 1) / 3) and found["ngl_dc_perc_3D"] == 1
        assert found["ngl_dc_energy_3D"] == pytest.approx(4 / 9 + 1 / 9)
        assert found["ngl_glnu_norm_2D"] == pytest.approx(5 / 9)
        coarse = dependence_features(LevelRegion.from_levels(levels), ("3D",), alpha=1)
        assert coarse["ngl_hde_3D"] == pytest.approx((4 + 9 + 4) / 3)


class TestResponses:
    def test_a_laplacian_sees_curvature_alone(self):
        k, j, i = np.indices((30, 30, 30)).astype(float)
        inner = (slice(12, 18),) * 3
        tilted = laplacian_of_gaussian(3 * k - 2 * j + i, (1.0,) * 3, 1.5, 6)
        assert np.abs(tilted[inner]).max() < 1e-6
        # Δ(k² + 2·j²) = 6, whatever σ
        curved = laplacian_of_gaussian(k ** 2 + 2 * j ** 2, (1.0,) * 3, 1.5, 6)
        assert curved[inner] == pytest.approx(6, abs=1e-5)
        flat = laplacian_of_gaussian(k ** 2 + 2 * j ** 2, (1.0,) * 3, 1.5, 6, in_slices=True)
        assert flat[inner] == pytest.approx(4, abs=1e-5)

    def test_haar_by_hand(self):
        values = np.array([[[0.0, 0, 4, 0, 0]]])
        low = separable_wavelet(values, "haar", "LLL", boundary="zero")
        # each pass is (x + x of one neighbour) / √2, and along k and j there is no neighbour
        assert np.sort(low.ravel()) == pytest.approx(np.sort([0, 0, 0, *[4 / math.sqrt(8)] * 2]))
        high = separable_wavelet(values, "haar", "HLL", boundary="zero")
        assert high.sum() == pytest.approx(0)

    def test_level_two_reaches_twice_as_far(self):
        values = np.zeros((17, 17, 17))
        values[8, 8, 8] = 1
        assert np.count_nonzero(np.abs(separable_wavelet(values, "haar", "LLL", 2)) > 1e-12) == 4 ** 3

    def test_rotation_invariance(self):
        values = np.random.default_rng(4).normal(0, 1, (8, 8, 8))
        found = separable_wavelet(values, "db2", "LHL", boundary="periodic", rotation_invariant=True)
        # turning a quarter in the k-j plane
        turned = separable_wavelet(np.rot90(values), "db2", "LHL", boundary="periodic", rotation_invariant=True)
        assert turned == pytest.approx(np.rot90(found), abs=1e-12)

    @pytest.mark.parametrize(("passes", "level"), [("LHL", 1), ("HHL", 2), ("HHH", 1), ("LH", 2), ("HH", 1)])
    def test_it_is_the_mean_over_all_right_angled_rotations(self, passes, level):
        """Of a cube there are 24, of a square 4; each turns the image, filters it and turns the response back."""
        values = np.random.default_rng(6).normal(0, 1, (7, 8, 9))
        found = separable_wavelet(values, "db3", passes, level, rotation_invariant=True)
        responses = []
        for order in permutations((0, 1, 2)):
            for flips in product((1, -1), repeat=3):
                matrix = np.eye(3)[list(order)] * flips
                in_plane = len(passes) == 3 or (order[0] == 0 and flips[0] == 1)
                if np.linalg.det(matrix) < 0 or not in_plane:
                    continue
                flipped = [axis for axis in range(3) if flips[axis] < 0]
                response = separable_wavelet(np.flip(values.transpose(order), flipped), "db3", passes, level)
                responses.append(np.flip(response, flipped).transpose(np.argsort(order)))
        assert len(responses) == (24 if len(passes) == 3 else 4)
        assert found == pytest.approx(np.mean(responses, axis=0), abs=1e-12)

    def test_two_passes_stay_in_the_slice(self):
        values = np.random.default_rng(4).normal(0, 1, (2, 9, 9))
        for invariant in (False, True):
            found = separable_wavelet(values, "db3", "LH", 2, rotation_invariant=invariant)
            alone = separable_wavelet(values[:1], "db3", "LH", 2, rotation_invariant=invariant)
            assert found[:1] == pytest.approx(alone, abs=1e-12)
        turned = separable_wavelet(np.rot90(values, axes=(1, 2)), "db3", "LH", 2, rotation_invariant=True)
        assert turned == pytest.approx(np.rot90(found, axes=(1, 2)), abs=1e-12)

    @pytest.mark.parametrize("passes", ["L", "LHLH", "LX"])
    def test_passes_are_letters(self, passes):
        with pytest.raises(ValueError, match="letters L or H"):
            separable_wavelet(np.zeros((4, 4, 4)), "haar", passes)
