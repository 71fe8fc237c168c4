"""Compartments of a plain generated body: one pit in an endplate must not cost the ellipse."""

import numpy as np
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.regions.roi import Roi
from RadiomicsOrthoLib.regions.vertebra.compartments import BODY_COMPARTMENTS, LocalFrame, compartment

GRID = Geometry((40, 60, 60), (0.8, 0.8, 1.0), (0.0, 0.0, 0.0))
CENTRE = GRID.to_ras(np.array([20.0, 30.0, 30.0]))
FRAME = LocalFrame(CENTRE, np.eye(3), 18.0, 15.0, 15.0, 21.0)


def body(pit: bool = False) -> Roi:
    right, front, up = np.moveaxis(GRID.to_ras(np.stack(np.indices(GRID.shape), -1)) - CENTRE, -1, 0)
    mask = ((right / 18) ** 2 + (front / 15) ** 2 < 1) & (np.abs(up) < 10.5)
    if pit:
        # a Schmorl's node: what lies within 3 mm of it is no core any more, up to the top of the slab
        mask &= ~((np.hypot(right - 1.6, front - 6) < 0.9) & (up > 7.0))
    return Roi(mask, GRID, site="vertebra", compartment="whole-body")


@pytest.mark.parametrize("name", ["axial-ellipse", "mid-slab"])
def test_a_pit_in_an_endplate_costs_little_of_the_ellipse(name):
    plain, pitted = compartment(body(), FRAME, name), compartment(body(pit=True), FRAME, name)
    assert 0.7 * plain.volume_ml < pitted.volume_ml <= plain.volume_ml
    assert not np.any(pitted.mask & ~compartment(body(pit=True), FRAME, "trabecular").mask)


def test_unknown_names_and_depths_are_refused():
    with pytest.raises(InputError, match=", ".join(BODY_COMPARTMENTS)):
        compartment(body(), FRAME, "pedicle")
    with pytest.raises(InputError, match="between 0 and 15 mm"):
        compartment(body(), FRAME, "trabecular", 20.0)
    with pytest.raises(InputError, match="has no trabecular"):
        compartment(body(), FRAME, "trabecular", 14.0)
