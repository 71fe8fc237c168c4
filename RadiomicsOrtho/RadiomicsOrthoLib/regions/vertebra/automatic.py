"""The spine of a CT without a click, where the canal is plain to see."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ...errors import InputError
from ...imaging.image import BoneImage
from ...long_work import Cancelled, CancelledError, Progress, never_cancelled, no_progress
from ..sampling import HuField
from .canal import GRID_MM, Canal, CanalSearch
from .column import EXTENSION_MM, STEP_MM
from .spine import LevelledColumn, Spine, VertebralBody, check_modality, levelled_column, spine_along, stop_if

#: heights at which a canal is looked for, and how many places are tried at each
EVERY_MM, TRIES = 40.0, 3
#: a canal is plain if it is this long and this well walled in
PLAIN_MM, PLAIN_REWARD = 50.0, 0.20
#: how many different canals are followed up, and how far apart they are somewhere (mm)
CANDIDATES, APART_MM = 4, 15.0
#: a spine must explain its discs at least this well
LEAST_CHAIN = 40.0
#: bodies line the canal for at least this share of its length, and are at least two, whole or not: the shaft of a long
#: bone with one knob before it is no spine
LEAST_LINED, FEWEST_BODIES = 0.25, 2
#: the median body is less dense (90 to 450 HU); before the marrow of a femur's shaft lies its cortex (600 to 870 HU)
DENSEST_HU = 550.0
_NOT_FOUND = "No spine was found automatically; give a point inside a vertebral body with --seed R,A,S."


def spine_without_click(image: BoneImage, progress: Progress = no_progress,
                        cancelled: Cancelled = never_cancelled) -> Spine:
    """The vertebral bodies of a CT.

    Raises InputError if no canal with convincing bodies before it is found: then a click is needed.
    """
    check_modality(image)
    field = HuField.of(image)
    progress(0.0, "looking for the spinal canal")
    search = CanalSearch(field)
    stop_if(cancelled)
    levelled = [levelled_column(field, canal, no_progress, cancelled) for canal in _plain_canals(search)]
    best = max((item for item in levelled if _lines_its_canal(item)), key=lambda item: item.chain.score, default=None)
    if best is None or best.chain.score < LEAST_CHAIN:
        raise InputError(_NOT_FOUND)
    try:
        spine = spine_along(field, best, progress, cancelled)
    except CancelledError:
        raise
    except InputError:
        raise InputError(_NOT_FOUND) from None
    if len(spine.bodies) < FEWEST_BODIES or np.median([_density(field, body) for body in spine.bodies]) > DENSEST_HU:
        raise InputError(_NOT_FOUND)
    return spine


def _density(field: HuField, body: VertebralBody) -> float:
    """Mean HU within the surface of a body, without its outermost tenth."""
    centre, shares = body.surface.template.centre, np.linspace(0.1, 0.9, 5)
    shells = field(centre + shares[:, None, None] * (body.surface.points() - centre)).mean(axis=1)
    return float(np.average(shells, weights=shares ** 2))


def _lines_its_canal(levelled: LevelledColumn) -> bool:
    """True if the chain of discs spans enough of the canal, which the column surpasses at both ends."""
    discs = levelled.chain.discs
    length = len(levelled.column) - 2 * EXTENSION_MM / STEP_MM
    return len(discs) > 1 and float(discs[-1] - discs[0]) >= LEAST_LINED * length


def _plain_canals(search: CanalSearch) -> list[Canal]:
    """Different canals that are long and walled in enough, those with the largest sum of rewards first."""
    smooth = ndimage.gaussian_filter(np.clip(search.reward, 0.0, 1.0), (3.0, 1.0, 1.0))
    found: list[tuple[float, Canal]] = []
    step = max(1, int(EVERY_MM / GRID_MM))
    for k in range(min(step // 2, len(smooth) // 2), len(smooth), step):
        plane = smooth[k].copy()
        for _ in range(TRIES):
            j, i = np.unravel_index(plane.argmax(), plane.shape)
            if plane[j, i] < PLAIN_REWARD:
                break
            plane[max(0, j - 10):j + 11, max(0, i - 10):i + 11] = 0.0
            try:
                canal = search.follow(np.array([k, j, i]))
            except InputError:
                continue
            if np.linalg.norm(canal.points[-1] - canal.points[0]) >= PLAIN_MM \
                    and np.mean(canal.enclosed) >= PLAIN_REWARD and not any(_same(canal, other) for _, other in found):
                found.append((float(np.clip(canal.enclosed, 0, 1).sum()), canal))
    found.sort(key=lambda item: -item[0])
    return [canal for _, canal in found[:CANDIDATES]]


def _same(one: Canal, other: Canal) -> bool:
    """True if two canals run together wherever both are."""
    low, high = (np.array([c.points[end, 2] for c in (one, other)]) for end in (0, -1))
    heights = np.linspace(low.max(), high.min(), 20)
    if heights[0] >= heights[-1]:
        return False
    apart = [np.hypot(*(np.interp(heights, one.points[:, 2], one.points[:, axis])
                        - np.interp(heights, other.points[:, 2], other.points[:, axis]) for axis in (0, 1)))]
    return float(np.max(apart)) < APART_MM
