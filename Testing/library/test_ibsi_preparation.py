"""Image processing of the ``ibsi`` mode on grids small enough to calculate by hand."""

import numpy as np
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.features.ibsi.diagnostics import diagnostics
from RadiomicsOrthoLib.features.ibsi.discretisation import grey_levels, level_array
from RadiomicsOrthoLib.features.ibsi.preparation import aligned_grid, prepare, resegmented
from RadiomicsOrthoLib.features.ibsi.resampling import AlignedGrid
from RadiomicsOrthoLib.features.ibsi.settings import Discretisation, IbsiSettings
from RadiomicsOrthoLib.imaging.box import Box

CUBIC = (1.0, 1.0, 1.0)


def along_i(*values):
    return np.array(values, float).reshape(1, 1, -1)


def line_grid(voxels, old, new):
    return AlignedGrid((1, 1, voxels), (1.0, 1.0, old), (1.0, 1.0, new))


class TestGrid:
    def test_the_centres_of_both_grids_coincide(self):
        """Four voxels of 3 mm and six of 2 mm: the first new centre lies half a mm before the first old one."""
        grid = line_grid(4, 3.0, 2.0)
        assert grid.shape == (1, 1, 6)
        assert grid.start[2] * 3 == pytest.approx(-0.5)
        last = grid.start[2] + 5 * grid.steps[2]
        assert grid.start[2] + last == pytest.approx(3)

    def test_a_last_voxel_that_is_not_full_counts(self):
        assert line_grid(204, 0.9765625, 2.0).shape[2] == 100
        # 3 · 0.7 mm = 2.1 mm is three voxels of 0.7 mm, although 3 · 0.7 / 0.7 is more than 3 in binary
        assert line_grid(3, 0.7, 0.7).shape[2] == 3

    def test_slices_stay_where_the_third_spacing_is_open(self):
        grid = aligned_grid((5, 8, 8), (3.0, 1.0, 1.0), IbsiSettings(spacing_mm=(2.0, 2.0, None)))
        assert grid.shape == (5, 4, 4) and grid.spacing == (3.0, 2.0, 2.0) and grid.start[0] == 0

    def test_i_comes_first_in_settings_and_last_in_arrays(self):
        grid = aligned_grid((6, 6, 6), CUBIC, IbsiSettings(spacing_mm=(3.0, 2.0, 1.0)))
        assert grid.shape == (6, 3, 2)


class TestInterpolation:
    def test_linear_by_hand(self):
        """New centres at -0.25, 0.25, … old voxels; the outermost keeps the outermost value."""
        grid = line_grid(3, 2.0, 1.0)
        found = grid.interpolate(along_i(0, 10, 40), Box.whole(grid.shape), "linear")
        assert found.ravel() == pytest.approx([0, 2.5, 7.5, 17.5, 32.5, 40])

    def test_a_cubic_spline_keeps_a_straight_line_inside(self):
        grid = line_grid(40, 2.0, 1.0)
        found = grid.interpolate(along_i(*range(40)), Box.whole(grid.shape), "cubic").ravel()
        positions = grid.start[2] + grid.steps[2] * np.arange(80)
        assert found[30:50] == pytest.approx(positions[30:50], abs=1e-6)

    @pytest.mark.parametrize("method", ["linear", "cubic"])
    def test_a_box_is_the_part_of_the_whole(self, method):
        values = np.random.default_rng(1).normal(0, 300, (30, 70, 80))
        grid = AlignedGrid(values.shape, (2.0, 0.7, 0.7), (1.0, 1.0, 1.0))
        whole = grid.interpolate(values, Box.whole(grid.shape), method)
        for box in (Box((20, 20, 25), (30, 29, 33)), Box((0, 0, 0), (3, 4, 5)), Box.whole(grid.shape)):
            assert grid.interpolate(values, box, method) == pytest.approx(whole[box.slices], abs=1e-9)

    def test_a_mask_starts_at_half_a_voxel(self):
        grid = line_grid(4, 2.0, 1.0)
        found = grid.interpolate_mask(along_i(0, 1, 1, 0) > 0, Box.whole(grid.shape), 0.5)
        assert found.ravel().tolist() == [False, False, True, True, True, True, False, False]
        # exactly half: the new centre lies between the first two old ones
        half = line_grid(4, 1.0, 2.0)
        assert half.interpolate_mask(along_i(1, 0, 0, 0) > 0, Box.whole(half.shape), 0.5).ravel().tolist() == [
            True, False]

    def test_the_covering_box_holds_the_whole_new_mask(self):
        generator = np.random.default_rng(2)
        for new in (0.4, 0.9, 1.0, 1.7, 5.0):
            mask = np.zeros((9, 12, 15), bool)
            mask[tuple(slice(a, a + 3) for a in generator.integers(0, 7, 3))] = True
            grid = AlignedGrid(mask.shape, (1.5, 1.0, 1.0), (new, new, new))
            whole = grid.interpolate_mask(mask, Box.whole(grid.shape), 0.01)
            inside = np.zeros(grid.shape, bool)
            inside[grid.covering(Box.around(mask)).slices] = True
            assert not np.any(whole & ~inside)


class TestReSegmentation:
    def test_both_ends_of_the_range_belong_to_it(self):
        values = along_i(-501, -500, 0, 400, 401)
        kept = resegmented(values, np.ones(values.shape, bool), IbsiSettings(range=(-500, 400)))
        assert kept.ravel().tolist() == [False, True, True, True, False]

    def test_outliers_are_judged_by_the_whole_mask(self):
        """1000 would be an outlier of what lies in the range, but is none beside 5000."""
        values = along_i(*[0.0] * 20, 1000.0, 5000.0)
        mask = np.ones(values.shape, bool)
        # mean 273, deviation 1052
        assert np.count_nonzero(resegmented(values, mask, IbsiSettings(outlier_sigma=3))) == 21
        both = resegmented(values, mask, IbsiSettings(range=(-10, 1000), outlier_sigma=3))
        assert np.count_nonzero(both) == 21 and not both[0, 0, 21]

    def test_the_shape_keeps_the_whole_mask(self):
        values = along_i(0, 0, 900, 0)
        region = prepare(values, np.ones(values.shape, bool), CUBIC, IbsiSettings(range=(-100, 100)))
        assert np.count_nonzero(region.morphological) == 4 and region.inside.tolist() == [0, 0, 0]

    def test_rounding_is_to_whole_numbers(self):
        values = along_i(0, 11)
        region = prepare(values, np.ones(values.shape, bool), (1.0, 1.0, 2.0),
                         IbsiSettings(spacing_mm=(1.0, 1.0, 1.0), round_intensities=True))
        # 0, 2.75, 8.25, 11
        assert region.inside.tolist() == [0, 3, 8, 11]

    @pytest.mark.parametrize(("mask", "settings", "words"), [
        ([0, 0, 0], IbsiSettings(), "no voxels"),
        ([0, 1, 0], IbsiSettings(range=(50, 60)), "left after re-segmentation"),
        ([0, 0, 1], IbsiSettings(spacing_mm=(30.0, 1.0, 1.0)), "smaller than a voxel")])
    def test_a_region_that_vanishes_is_one_sentence(self, mask, settings, words):
        with pytest.raises(InputError, match=words):
            prepare(along_i(1, 2, 3), along_i(*mask) > 0, CUBIC, settings)


class TestDiscretisation:
    def test_bins_of_a_fixed_size_start_at_the_bound(self):
        values = np.array([-500.0, -475.1, -475.0, -450.5, 400.0])
        size = Discretisation("fixed-size", 25)
        assert grey_levels(values, size, -500).tolist() == [1, 1, 2, 2, 37]
        assert grey_levels(values + 3, size, -500).tolist() == [1, 2, 2, 3, 37]
        assert grey_levels(values + 3, size, None).tolist() == [1, 1, 2, 2, 37]

    def test_bins_of_a_fixed_number_fill_the_range(self):
        assert grey_levels(np.array([0.0, 1, 2, 3, 4]), Discretisation("fixed-number", 4), None).tolist() == [
            1, 2, 3, 4, 4]
        assert grey_levels(np.array([7.0, 7]), Discretisation("fixed-number", 4), None).tolist() == [1, 1]

    def test_without_bins_intensities_are_levels(self):
        assert grey_levels(np.array([3, 1]), Discretisation(), None).tolist() == [3, 1]
        for values in ([0.0, 1.0], [1.5, 2.0]):
            with pytest.raises(InputError, match="whole numbers from 1"):
                grey_levels(np.array(values), Discretisation(), None)

    def test_far_too_small_bins_are_refused(self):
        with pytest.raises(InputError, match="larger"):
            grey_levels(np.array([0.0, 2e6]), Discretisation("fixed-size", 1), None)

    def test_levels_go_back_to_their_places(self):
        assert level_array(np.array([4, 2]), along_i(1, 0, 1) > 0).ravel().tolist() == [4, 0, 2]


@pytest.mark.parametrize("change", [
    {"spacing_mm": (1.0, 0.0, 1.0)}, {"spacing_mm": (1.0, 1.0)}, {"interpolation": "nearest"}, {"partial_volume": 0},
    {"range": (5, 5)}, {"outlier_sigma": 0}, {"aggregations": ()}, {"aggregations": ("4D",)},
    {"dependence_alpha": 0.5}])
def test_impossible_settings_are_refused(change):
    with pytest.raises(ValueError, match=r"\w"):
        IbsiSettings(**change)


@pytest.mark.parametrize("arguments", [("fixed", 3), ("fixed-size", 0), ("fixed-number", 2.5)])
def test_impossible_bins_are_refused(arguments):
    with pytest.raises(ValueError, match=r"\w"):
        Discretisation(*arguments)


def test_diagnostics_of_known_voxels():
    values = np.zeros((2, 3, 4))
    values[0, 0] = [1, 2, 3, 10]
    mask = np.zeros(values.shape, bool)
    mask[0, 0] = True
    found = diagnostics(values, mask, (3.0, 2.0, 1.0), IbsiSettings(range=(0, 5)))
    assert [found[f"img_dim_{axis}_init_img"] for axis in "xyz"] == [4, 3, 2]
    assert [found[f"vox_dim_{axis}_interp_img"] for axis in "xyz"] == [1, 2, 3]
    assert found["mean_int_init_img"] == pytest.approx(16 / 24)
    assert found["int_mask_vox_count_init_roi"] == 4 and found["int_mask_vox_count_reseg_roi"] == 3
    assert found["morph_mask_vox_count_reseg_roi"] == 4
    assert [found[f"int_mask_bb_dim_{axis}_reseg_roi"] for axis in "xyz"] == [3, 1, 1]
    assert found["int_mask_mean_int_reseg_roi"] == 2 and found["int_mask_max_int_init_roi"] == 10
