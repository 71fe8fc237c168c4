"""Six-point morphometry of a vertebral body and the grade that Genant's scheme suggests.

Genant HK, Wu CY, van Kuijk C, Nevitt MC, J Bone Miner Res 1993;8:1137-1148: the grade is the radiologist's visual
reading; numbers only suggest one.  Limits of the grades as in that scheme: up to 20 % loss none, 20-25 % mild,
25-40 % moderate, above 40 % severe.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass

import numpy as np

from .compartments import LocalFrame

GENANT_SOURCE = "Genant 1993, J Bone Miner Res 8:1137 (semiquantitative scheme; suggested from heights, not read)"
#: lower limits of the loss for grades 1, 2, 3
GRADE_LIMITS = (0.20, 0.25, 0.40)
#: where the three heights are taken, as shares of the depth from the front wall
FRONT_SHARE, MIDDLE_SHARE, REAR_SHARE = (0.05, 0.15), (0.42, 0.58), (0.85, 0.95)
#: the walls are those at mid-height, within this share of the height from the middle
WALL_SHARE = 0.25
#: half width of the strip beside the mid-sagittal plane (mm)
STRIP_MM = 4.0
_STEP_MM, _ALONG_STEP_MM = 0.25, 0.5


@dataclass(frozen=True)
class Heights:
    """Anterior, middle and posterior heights in mm, and their (upper, lower) points in RAS mm."""

    anterior_mm: float
    middle_mm: float
    posterior_mm: float
    points: tuple[tuple[tuple[float, ...], tuple[float, ...]], ...]

    @property
    def wedge_ratio(self) -> float:
        """Anterior over posterior height."""
        return self.anterior_mm / self.posterior_mm

    @property
    def biconcave_ratio(self) -> float:
        """Middle over posterior height."""
        return self.middle_mm / self.posterior_mm


@dataclass(frozen=True)
class SuggestedGrade:
    """A grade from 0 to 3, the deformity that it comes from and the loss of height (share)."""

    grade: int
    deformity: str
    loss: float
    source: str = GENANT_SOURCE

    def to_dict(self) -> dict[str, object]:
        return {"suggested_" + name if name == "grade" else name: value for name, value in asdict(self).items()}


def heights(inside: Callable[[np.ndarray], np.ndarray], frame: LocalFrame) -> Heights:
    """Heights of a complete body at its front wall, midway and at its rear wall, in the mid-sagittal strip.

    At the walls themselves rims are rounded off or bear osteophytes: each endplate is measured a tenth of the depth
    inside, and what it rises from there to there is carried on to the walls.  In a wedge that tenth is a fifth of the
    loss.

    ``inside`` tells of RAS positions (…, 3) whether they lie in the body: its surface
    (``BodySurface.contains``), not its voxels, which in 5 mm slices are wrong by a fifth of a height.
    """
    up = np.arange(-0.9 * frame.height, 0.9 * frame.height, _STEP_MM)
    along = np.arange(1.1 * frame.front, -1.1 * frame.rear, -_ALONG_STEP_MM)
    aside = np.arange(-STRIP_MM, STRIP_MM + 0.1, 1.0)
    local = np.stack(np.meshgrid(aside, along, up, indexing="ij"), -1)
    sections = [(section, walls) for section in inside(frame.centre + local @ frame.axes)
                if (walls := _walls(section[:, np.abs(up) <= WALL_SHARE * frame.height])) is not None]
    if not sections:
        raise ValueError("the body has no mid-sagittal section")
    places = []
    for start, stop in (FRONT_SHARE, MIDDLE_SHARE, REAR_SHARE):
        ends = [_ends(section, round(front + start * (rear - front)), round(front + stop * (rear - front)))
                for section, (front, rear) in sections]
        at, tops, bottoms = (np.concatenate(part) for part in zip(*ends, strict=True))
        places.append((along[at].mean(), up[tops].mean() + _STEP_MM / 2, up[bottoms].mean() - _STEP_MM / 2))
    front, middle, rear = np.array(places)
    depth = REAR_SHARE[0] + REAR_SHARE[1] - FRONT_SHARE[0] - FRONT_SHARE[1]
    to_wall = (rear - front) * (FRONT_SHARE[0] + FRONT_SHARE[1]) / depth
    found, points = [], []
    for forward, top, bottom in (front - to_wall, middle, rear + to_wall):
        found.append(float(top - bottom))
        points.append(tuple(tuple(float(x) for x in frame.centre + np.array([0.0, forward, end]) @ frame.axes)
                            for end in (top, bottom)))
    return Heights(*found, tuple(points))


def _walls(section: np.ndarray) -> tuple[int, int] | None:
    """First and last place from the front on where a sagittal section (along, up) is body; ``None`` if nowhere.

    The rear wall is hollow in the middle: shares of the template's depth would lie in the canal there, and what they
    cut of the rims is no height.
    """
    found = np.flatnonzero(section.any(axis=1))
    return (int(found[0]), int(found[-1])) if found.size else None


def _ends(section: np.ndarray, first: int, last: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Places, rows of the upper and rows of the lower endplate of the columns from ``first`` to ``last``."""
    places = first + np.flatnonzero(section[first:last + 1].any(axis=1))
    columns = section[places]
    return places, columns.shape[1] - 1 - columns[:, ::-1].argmax(axis=1), columns.argmax(axis=1)


def unhurt_neighbours(number: int, posterior_mm: Mapping[int, float]) -> tuple[float, ...]:
    """Posterior heights (mm) above and below body ``number``, to which its own is compared.

    ``posterior_mm`` holds those of all measured bodies by number.  On each side the taller of
    the two next bodies counts: a neighbour that is crushed itself must not hide a crushed body.
    """
    sides = ([number - 1, number - 2], [number + 1, number + 2])
    known = ([posterior_mm[n] for n in side if n in posterior_mm] for side in sides)
    return tuple(max(heights) for heights in known if heights)


def suggested_grade(body: Heights, posterior_of_neighbours: tuple[float, ...] = ()) -> SuggestedGrade:
    """The grade that the heights suggest.

    Wedge: anterior against posterior height; biconcave: middle against posterior; crush:
    posterior against the mean of the neighbours' posterior heights (mm), where they are known
    (``unhurt_neighbours``).
    """
    losses = {"wedge": 1 - body.wedge_ratio, "biconcave": 1 - body.biconcave_ratio}
    if posterior_of_neighbours:
        losses["crush"] = 1 - body.posterior_mm / float(np.mean(posterior_of_neighbours))
    deformity, loss = max(losses.items(), key=lambda item: item[1])
    grade = sum(loss >= limit for limit in GRADE_LIMITS)
    return SuggestedGrade(grade, deformity if grade else "none", max(loss, 0.0))
