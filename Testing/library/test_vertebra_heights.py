"""Six heights and the suggested grade of plain generated bodies with known loss."""

import numpy as np
import pytest
from RadiomicsOrthoLib.regions.vertebra.compartments import LocalFrame
from RadiomicsOrthoLib.regions.vertebra.heights import heights, suggested_grade, unhurt_neighbours

HEIGHT, HALF_WIDTH, HALF_DEPTH = 26.0, 21.0, 17.0
#: of the hollow body
FRONT_MM, MIDDLE_MM, REAR_MM, DEPTH_MM = 22.0, 24.0, 26.0, 32.0


def body(kind: str, loss: float, lean: float = 0.0):
    """A body that has lost a share of its anterior, middle or whole height, leaning by ``lean`` degrees."""
    angle = np.deg2rad(lean)
    axes = np.array([[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])

    def inside(ras):
        right, front, up = np.moveaxis(ras @ axes.T, -1, 0)
        along = np.clip((front + HALF_DEPTH) / (2 * HALF_DEPTH), 0, 1)
        # only the upper endplate sinks
        sunk = {"none": 0.0, "wedge": along, "crush": 1.0,
                "biconcave": np.clip(1 - ((along - 0.5) / 0.35) ** 4, 0, 1)}[kind]
        wall = np.abs(right / HALF_WIDTH) ** 2.6 + np.abs(front / HALF_DEPTH) ** 2.6
        return (wall < 1) & (up < HEIGHT * (0.5 - loss * sunk)) & (up > -HEIGHT / 2)

    return inside, LocalFrame(np.zeros(3), axes, HALF_WIDTH, HALF_DEPTH, HALF_DEPTH, HEIGHT)


@pytest.mark.parametrize(("kind", "loss", "grade"), [
    ("none", 0.0, 0), ("wedge", 0.12, 0), ("wedge", 0.32, 2), ("wedge", 0.5, 3), ("biconcave", 0.12, 0),
    ("biconcave", 0.32, 2), ("biconcave", 0.5, 3), ("crush", 0.12, 0), ("crush", 0.32, 2), ("crush", 0.5, 3)])
def test_a_known_loss_is_measured_and_graded(kind, loss, grade):
    found = heights(*body(kind, loss, lean=12.0))
    suggested = suggested_grade(found, (HEIGHT, HEIGHT))
    assert suggested.grade == grade and suggested.deformity == (kind if grade else "none")
    assert suggested.loss == pytest.approx(loss, abs=0.03)
    lost = found.anterior_mm if kind == "wedge" else found.middle_mm if kind == "biconcave" else found.posterior_mm
    assert lost == pytest.approx(HEIGHT * (1 - loss), abs=1.0)


@pytest.mark.parametrize(("loss", "grade"), [(0.19, 0), (0.21, 1), (0.24, 1), (0.26, 2), (0.39, 2), (0.41, 3)])
def test_the_limits_of_the_grades(loss, grade):
    whole = heights(*body("none", 0.0))
    made = type(whole)(20.0 * (1 - loss), 20.0, 20.0, whole.points)
    assert suggested_grade(made).grade == grade


def test_the_points_lie_on_the_endplates():
    found = heights(*body("none", 0.0))
    for pair, length in zip(found.points, (found.anterior_mm, found.middle_mm, found.posterior_mm), strict=True):
        upper, lower = np.array(pair)
        assert np.linalg.norm(upper - lower) == pytest.approx(length, abs=0.6)
        assert upper[2] == pytest.approx(HEIGHT / 2, abs=1.0) and abs(upper[0]) < 1.0


def test_a_crushed_neighbour_does_not_hide_a_crushed_body():
    posterior = {0: 24.0, 1: 24.5, 2: 15.0, 3: 15.0, 4: 25.0}
    assert unhurt_neighbours(2, posterior) == (24.5, 25.0)
    assert unhurt_neighbours(0, posterior) == (24.5,)
    assert unhurt_neighbours(9, posterior) == ()
    crushed = heights(*body("crush", 0.38))
    assert suggested_grade(crushed, unhurt_neighbours(2, posterior | {2: crushed.posterior_mm})).grade == 2




def measured(hollow_mm=0.0, rim_mm=0.0):
    """Heights of a wedged body whose rear wall is hollow in the middle, but for a rim below the upper endplate."""
    def inside(ras):
        right, front, up = np.moveaxis(ras, -1, 0)
        height = np.interp(front, [-DEPTH_MM / 2, 0, DEPTH_MM / 2], [REAR_MM, MIDDLE_MM, FRONT_MM])
        body = (np.abs(right) < 20) & (np.abs(front) < DEPTH_MM / 2) & (np.abs(up) < height / 2)
        return body & ~((np.abs(right) < 8) & (front < hollow_mm - DEPTH_MM / 2) & (up < height / 2 - rim_mm))

    return heights(inside, LocalFrame(np.zeros(3), np.eye(3), 20.0, DEPTH_MM / 2, DEPTH_MM / 2, REAR_MM))


def test_heights_are_those_of_the_body():
    found = measured()
    assert found.anterior_mm == pytest.approx(FRONT_MM, abs=0.5)
    assert found.middle_mm == pytest.approx(MIDDLE_MM, abs=0.5)
    assert found.posterior_mm == pytest.approx(REAR_MM, abs=0.5)
    upper, lower = np.array(found.points[2])
    assert upper[2] - lower[2] == pytest.approx(found.posterior_mm, abs=0.3)
    assert upper[1] == pytest.approx(-DEPTH_MM / 2, abs=0.6)


def test_a_hollow_rear_wall_costs_no_height():
    """What is left of the rim above the basivertebral vein's foramen is no posterior height."""
    assert measured(hollow_mm=4.0, rim_mm=6.0).posterior_mm == pytest.approx(measured().posterior_mm, abs=1.0)
