"""Six-point morphometry of bodies whose shape is known."""

import numpy as np
import pytest
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.regions.roi import Roi
from RadiomicsOrthoLib.regions.vertebra.compartments import LocalFrame
from RadiomicsOrthoLib.regions.vertebra.heights import heights

FRONT_MM, MIDDLE_MM, REAR_MM, DEPTH_MM = 22.0, 24.0, 26.0, 32.0


def measured(hollow_mm=0.0, rim_mm=0.0):
    """Heights of a wedged body whose rear wall is hollow in the middle, but for a rim below the upper endplate."""
    grid = Geometry((80, 90, 100), (0.5, 0.5, 0.5), (-24.75, -22.25, -19.75))
    right, front, up = np.moveaxis(grid.to_ras(np.stack(np.indices(grid.shape), -1).reshape(-1, 3)), -1, 0)
    height = np.interp(front, [-DEPTH_MM / 2, 0, DEPTH_MM / 2], [REAR_MM, MIDDLE_MM, FRONT_MM])
    body = (np.abs(right) < 20) & (np.abs(front) < DEPTH_MM / 2) & (np.abs(up) < height / 2)
    body &= ~((np.abs(right) < 8) & (front < hollow_mm - DEPTH_MM / 2) & (up < height / 2 - rim_mm))
    frame = LocalFrame(np.zeros(3), np.eye(3), 20.0, DEPTH_MM / 2, DEPTH_MM / 2, REAR_MM)
    return heights(Roi(body.reshape(grid.shape), grid), frame)


def test_heights_are_those_of_the_body():
    found = measured()
    assert found.anterior_mm == pytest.approx(np.interp(0.1, [0, 0.5], [FRONT_MM, MIDDLE_MM]), abs=0.5)
    assert found.middle_mm == pytest.approx(MIDDLE_MM, abs=0.5)
    assert found.posterior_mm == pytest.approx(np.interp(0.9, [0.5, 1], [MIDDLE_MM, REAR_MM]), abs=0.5)
    upper, lower = np.array(found.points[2])
    assert upper[2] - lower[2] == pytest.approx(found.posterior_mm, abs=0.3)
    assert upper[1] == pytest.approx(DEPTH_MM * (0.5 - 0.9), abs=0.6)


def test_a_hollow_rear_wall_costs_no_height():
    """What is left of the rim above the basivertebral vein's foramen is no posterior height."""
    assert measured(hollow_mm=4.0, rim_mm=6.0).posterior_mm == pytest.approx(measured().posterior_mm, abs=1.0)
