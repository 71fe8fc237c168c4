"""Places of discs that their own voxels leave open, from the even spacing of all of them."""

import numpy as np
import pytest
from RadiomicsOrthoLib.regions.vertebra.spacing import expected_places

TRUE_MM = np.cumsum([0.0, 30.0, 28.5, 27.0, 26.0, 25.0, 24.0])


def chain(true, misread, unsure_sd, sure_sd=0.15, which=3):
    """Places and misfits of discs that are read at ``true``, but disc ``which`` is read ``misread`` mm too high."""
    places, misfits = [], []
    for n, place in enumerate(true):
        read, deviation = (place + misread, unsure_sd) if n == which else (place, sure_sd)
        at = read + np.arange(-4.5, 4.6, 0.25)
        places.append(at)
        misfits.append(((at - read) / deviation) ** 2)
    return places, misfits


def test_an_unsure_disc_is_drawn_to_where_the_others_leave_it_room():
    found = expected_places(*chain(TRUE_MM, misread=2.5, unsure_sd=1.5))
    assert abs(found[3] - TRUE_MM[3]) < 1.0
    assert np.abs(np.delete(found - TRUE_MM, 3)).max() < 0.2


def test_a_disc_that_is_plainly_seen_stays():
    found = expected_places(*chain(TRUE_MM, misread=2.5, unsure_sd=0.15))
    assert abs(found[3] - TRUE_MM[3] - 2.5) < 0.2


@pytest.mark.parametrize("lost", [0.35, 0.55])
def test_a_collapsed_body_keeps_its_height(lost):
    fallen = TRUE_MM.copy()
    fallen[4:] -= lost * 26.0
    found = expected_places(*chain(fallen, misread=0.0, unsure_sd=0.4, sure_sd=0.4))
    assert np.abs(found - fallen).max() < 0.4


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_discs(count):
    places, misfits = chain(TRUE_MM[:count], misread=0.0, unsure_sd=0.5)
    assert np.allclose(expected_places(places, misfits), TRUE_MM[:count], atol=0.3)
