"""What identifies a region: its hash, its box, its size."""

import numpy as np
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.box import Box, tight_box
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.regions.roi import Roi

GRID = Geometry((6, 7, 8), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))


def region(*boxes, grid=GRID):
    mask = np.zeros(grid.shape, bool)
    for box in boxes:
        mask[box] = True
    return Roi(mask, grid)


def test_the_hash_tells_place_form_and_grid():
    one = region(np.s_[1:3, 2:4, 3:5])
    coarser = Geometry(GRID.shape, (2.0, 1.0, 1.0), GRID.origin)
    others = [region(np.s_[2:4, 2:4, 3:5]), region(np.s_[1:3, 2:4, 4:6]), region(np.s_[1:3, 2:4, 3:6]),
              region(np.s_[1:3, 2:4, 3:4]), region(np.s_[1:3, 2:3, 3:5], np.s_[2:3, 2:4, 3:5]), region(),
              region(np.s_[:, :, :]), region(np.s_[1:3, 2:4, 3:5], grid=coarser)]
    assert len({one.voxel_hash(), *(other.voxel_hash() for other in others)}) == 9
    assert region(np.s_[1:3, 2:4, 3:5]).voxel_hash() == one.voxel_hash()


def test_box_and_count_of_a_region_and_of_an_empty_one():
    two = region(np.s_[1:3, 2:4, 3:5], np.s_[4:5, 6:7, 0:1])
    assert two.box == Box((1, 2, 0), (5, 7, 5)) and two.voxel_count == 9
    assert region().box is None and region().voxel_count == 0


def test_the_slices_of_the_box_stay_inside_the_grid():
    two = region(np.s_[1:3, 2:4, 3:5], np.s_[4:5, 6:7, 0:1])
    assert two.box_slices() == np.s_[1:5, 2:7, 0:5] == tight_box(two.mask)
    assert two.box_slices(1) == np.s_[0:6, 1:7, 0:6] and two.box_slices(9) == np.s_[0:6, 0:7, 0:8]


def test_an_empty_region_has_no_box():
    assert tight_box(region().mask) is None
    with pytest.raises(ValueError, match="no voxels"):
        Box.around(region().mask)
    with pytest.raises(InputError, match="draw the region first"):
        region().box_slices()


@pytest.mark.parametrize(("box", "axis"), [(np.s_[2:3, 2:4, 3:5], 0), (np.s_[1:3, 4:5, 3:5], 1),
                                           (np.s_[1:3, 2:4, 7:8], 2), (np.s_[1:3, 2:3, 3:4], 1),
                                           (np.s_[1:3, 2:4, 3:5], None), (np.s_[0:0, :, :], None)])
def test_a_region_of_one_slice_lies_across_an_axis(box, axis):
    assert region(box).plane_axis == axis
