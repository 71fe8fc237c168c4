"""What identifies a region: its hash, its box, its size."""

import numpy as np
from RadiomicsOrthoLib.imaging.box import Box
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
