"""Distances to a mask as far as they are asked for are the exact ones."""

import numpy as np
import pytest
from RadiomicsOrthoLib.regions.femur.nearness import bridged, squared_steps, within
from scipy import ndimage


@pytest.fixture(scope="module")
def mask():
    return np.random.default_rng(4).random((23, 31, 19)) > 0.999


@pytest.mark.parametrize("reach", [1, 2.5, 4, 9, 15, 20])
def test_squared_distances_are_exact_up_to_the_reach(mask, reach):
    exact = ndimage.distance_transform_edt(~mask) ** 2
    found = squared_steps(mask, reach)
    near = exact <= reach**2
    np.testing.assert_allclose(found[near], exact[near])
    assert np.all(found[~near] > reach**2)
    np.testing.assert_array_equal(within(mask, reach), np.sqrt(exact) <= reach)


def test_nothing_is_near_where_nothing_is():
    assert not within(np.zeros((4, 5, 6), bool), 3).any() and within(np.ones((4, 5, 6), bool), 3).all()


def test_a_gap_is_bridged_up_to_its_width():
    mask = np.ones((21, 21, 21), bool)
    mask[8:11, 8:11, :] = False
    # of the slit of three voxels none is more than two from the wall
    assert bridged(mask, 2).all() and not bridged(mask, 1).all()
