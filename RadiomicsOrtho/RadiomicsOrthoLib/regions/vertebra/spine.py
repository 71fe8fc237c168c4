"""From one click to the vertebral bodies of a CT: canal, column, discs, templates, surfaces."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy import ndimage

from ...errors import InputError
from ...imaging.image import BoneImage
from ...long_work import Cancelled, CancelledError, Progress, never_cancelled, no_progress
from ..sampling import HuField
from .canal import Canal, CanalSearch
from .column import STEP_MM, Column, straighten
from .discs import DiscChain, DiscCues, disc_chain, disc_cues
from .endplates import DiscEndplates, disc_endplates
from .sacrum import SideSigns, side_signs
from .surface import BodySurface, optimal_surface
from .template import DiscEnd, body_template

METHOD = "vertebral bodies from the canal, version 2"
#: a body goes on beyond the last disc if the scan ends within this many times its height, and shows at least this much
CUT_SHARE, CUT_LEAST_MM = 1.15, 5.0
#: the template of a body that the scan cuts off reaches this far beyond the edge
BEYOND_EDGE_MM = 10.0
#: from this share of the neighbour's height on, the end of a body that lies at the scan's edge may be in the scan
NEARLY_WHOLE = 0.8
#: this share of a surface may lie less than so many voxels inside the scan before the body counts as cut: the scan's
#: own edge, blurred, looks like a wall a voxel inside it
CUT_SURFACE_SHARE, EDGE_VOXELS = 0.005, 1.0
#: the median body of a spine is larger, also in the neck of a small person; the marrow of a femur is not (0.4 to 2 mL)
SMALLEST_ML = 2.5
#: of more than so many pairs of neighbouring bodies most are alike in volume, below this difference of logarithms (0.1
#: is usual), also where some are fractured
UNLIKE_PAIRS, UNLIKE = 4, 0.45
#: a body shows at least this share of its side walls (0.87 to 1.00 on three CTs of spines; hips below 0.55, and bodies
#: whose front or side is cut away 0.31 to 0.54)
LEAST_WALL = 0.65
#: more bodies than these are not taken for the sacrum's
MOST_SACRAL = 3
#: a click this close to a body's surface still means the body (mm)
NEAR_MM = 3.0
#: a CT without anything this thin shows no air, fat or lung: it is no CT, or no patient
SOFTEST_HU = -60.0


@dataclass(frozen=True)
class VertebralBody:
    """One body: its surface, whether the scan shows it completely, and what its sides look like."""

    surface: BodySurface
    complete: bool
    sides: SideSigns

    @property
    def centre(self) -> np.ndarray:
        return self.surface.template.centre

    @property
    def height(self) -> float:
        """Distance between the endplates in mm."""
        return self.surface.template.height


@dataclass(frozen=True)
class Spine:
    """The bodies from above downwards, which of them was clicked (``None`` without a click), and how they end.

    ``sacrum_below`` is true if the lowest body lies on the sacrum.
    """

    column: Column
    bodies: tuple[VertebralBody, ...]
    clicked: int | None
    sacrum_below: bool


def spine_from_click(image: BoneImage, seed: Sequence[float], progress: Progress = no_progress,
                     cancelled: Cancelled = never_cancelled) -> Spine:
    """The vertebral bodies of a CT around a point in one of them (RAS mm).

    Raises InputError for an MR scan, and where the point lies in no vertebral body above
    the sacrum; CancelledError if ``cancelled`` says so.
    """
    check_modality(image)
    seed = np.asarray(seed, float)
    field = HuField.of(image)
    if not field.inside(seed):
        raise InputError("The point lies outside the scan; click inside a vertebral body.")
    progress(0.0, "looking for the spinal canal")
    search = CanalSearch(field)
    stop_if(cancelled)
    canal = search.follow(search.behind(seed))
    spine = spine_along(field, levelled_column(field, canal, progress, cancelled), progress, cancelled)
    return replace(spine, clicked=_clicked(field, spine, seed))


@dataclass(frozen=True)
class LevelledColumn:
    """A column with the signs of its discs and the chain of them."""

    column: Column
    cues: DiscCues
    chain: DiscChain


def levelled_column(field: HuField, canal: Canal, progress: Progress, cancelled: Cancelled) -> LevelledColumn:
    """The column in front of a canal, and its discs."""
    stop_if(cancelled)
    progress(0.15, "straightening the spine")
    column = straighten(field, canal)
    cues = disc_cues(field, column)
    stop_if(cancelled)
    progress(0.25, "looking for the discs")
    return LevelledColumn(column, cues, disc_chain(column, cues))


def spine_along(field: HuField, levelled: LevelledColumn, progress: Progress, cancelled: Cancelled) -> Spine:
    """The bodies between the discs of a column.

    Raises InputError if there are none.
    """
    column, discs = levelled.column, levelled.chain.discs
    if len(discs) < 2:
        raise InputError("No complete vertebral body was found along the spinal canal; use a scan that shows more of "
                         "the spine.")
    beside = dict(zip(map(float, discs), disc_endplates(field, column, discs), strict=True))
    spans = _spans(column, discs)
    bodies, walls = [], {True: [], False: []}
    # from below, so that what lies under a sacral body is dropped with it
    for number, (lower, upper, cut) in enumerate(spans):
        stop_if(cancelled)
        progress(0.3 + 0.65 * number / len(spans), f"body {number + 1} of {len(spans)}")
        ends = (DiscEnd(end, beside.get(end)) for end in (lower, upper))
        surface = optimal_surface(field, body_template(field, column, *ends, cut))
        outside = float(np.mean(~field.inside(surface.points(), EDGE_VOXELS)))
        sides = side_signs(field, surface)
        whole = cut == 0 and outside <= CUT_SURFACE_SHARE
        walls[whole].append(sides.wall)
        bodies.append(VertebralBody(surface, whole and sides.wall >= LEAST_WALL, sides))
    typical = float(np.median([body.surface.volume_ml for body in bodies]))
    if typical < SMALLEST_ML:
        raise InputError(f"What lies before this canal has no vertebral bodies (pieces of {typical:.1f} mL, as in the "
                         "shaft of a long bone); click inside a vertebral body.")
    volumes = [body.surface.volume_ml for body in bodies if body.complete]
    if len(volumes) > UNLIKE_PAIRS and np.median(np.abs(np.diff(np.log(volumes)))) > UNLIKE:
        raise InputError("What lies before this canal are pieces of very different sizes, not vertebral bodies; click "
                         "inside a vertebral body.")
    # of a body that the scan cuts off it shows hardly a wall
    if max(np.median(group) for group in (walls[True], walls[True] + walls[False]) if group) < LEAST_WALL:
        raise InputError("What lies before this canal has no walls like vertebral bodies have; click inside a "
                         "vertebral body.")
    # ribs beside upper thoracic bodies look like wings, too: only the lowest bodies can be sacral
    first = next((number for number, body in enumerate(bodies) if not body.sides.sacral), len(bodies))
    if first > MOST_SACRAL:
        first = 0
    shown_below = not first and spans[0][2] == 0
    return Spine(column, tuple(bodies[first:][::-1]), None,
                 bool(first) or (shown_below and _sacrum_under(field, column, discs, beside[float(discs[0])])))


def _spans(column: Column, discs: np.ndarray) -> list[tuple[float, float, int]]:
    """(lower disc, upper disc, cut end) of each body from below; bodies that the scan cuts off come at the ends."""
    spans = [(float(a), float(b), 0) for a, b in pairwise(discs)]
    shown = np.flatnonzero(column.inside)
    for end, sign in ((discs[0], -1), (discs[-1], 1)):
        height = spans[0][1] - spans[0][0] if sign < 0 else spans[-1][1] - spans[-1][0]
        border = shown.min() if sign < 0 else shown.max()
        left = (border - end) * sign
        ends_there = border not in (0, len(column) - 1)
        if ends_there and left * STEP_MM >= CUT_LEAST_MM and left <= CUT_SHARE * height:
            # far enough that the scan's edge, not the template, ends the body; unless its own end may be shown
            reach = left + BEYOND_EDGE_MM / STEP_MM if left < NEARLY_WHOLE * height else height
            spans.append((end, end + reach, 1)) if sign > 0 else spans.insert(0, (end - reach, end, -1))
    return spans


def _sacrum_under(field: HuField, column: Column, discs: np.ndarray, endplates: DiscEndplates | None) -> bool:
    """True if what lies below the lowest disc has the wings of a sacrum."""
    height = 0.8 * float(discs[1] - discs[0])
    below, frame = column.at(discs[0] - height / 2)
    if not field.inside(below - height / 2 * frame[2]):
        return False
    ends = DiscEnd(discs[0] - height), DiscEnd(float(discs[0]), endplates)
    surface = optimal_surface(field, body_template(field, column, *ends))
    return side_signs(field, surface).sacral


def _clicked(field: HuField, spine: Spine, seed: np.ndarray) -> int:
    """Which body the point lies in; InputError if in none."""
    if not spine.bodies:
        raise InputError("No vertebral body above the sacrum was found; use a scan that shows more of the spine.")
    shares = np.array([float(body.surface.depth_share(seed)) for body in spine.bodies])
    best = int(shares.argmin())
    distance = np.linalg.norm(seed - spine.bodies[best].centre) * (1 - 1 / shares[best])
    if distance <= NEAR_MM:
        return best
    below = (seed - spine.bodies[-1].centre) @ spine.bodies[-1].surface.template.frame[2] < 0
    if below and spine.sacrum_below:
        raise InputError("The point lies in or near the sacrum, which is not segmented; click inside a lumbar or "
                         "thoracic vertebral body.")
    raise InputError(f"The point lies in no vertebral body (the nearest is {distance:.0f} mm away); click in the "
                     "middle of a body.")


def body_labels(spine: Spine, image: BoneImage) -> np.ndarray:
    """Label map (k, j, i), uint8: 1 for the uppermost body, and so on.

    A voxel that two surfaces hold belongs to the body in which it lies deeper.
    """
    geometry = image.geometry
    labels = np.zeros(geometry.shape, np.uint8)
    for number, body in enumerate(spine.bodies, start=1):
        surface = body.surface
        reach = geometry.to_kji(surface.points())
        low = np.clip(np.floor(reach.min(axis=0)).astype(int) - 1, 0, geometry.shape)
        high = np.clip(np.ceil(reach.max(axis=0)).astype(int) + 2, 0, geometry.shape)
        box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
        if any(part.start >= part.stop for part in box):
            continue
        kji = np.stack(np.meshgrid(*(np.arange(part.start, part.stop) for part in box), indexing="ij"), -1)
        positions = geometry.to_ras(kji)
        share = _depth_share_near(surface, positions)
        inside = _largest_part(share <= 1.0)
        before = labels[box]
        shared = inside & (before > 0)
        if shared.any():
            for other in np.unique(before[shared]):
                rival = shared & (before == other)
                theirs = spine.bodies[int(other) - 1].surface.depth_share(positions[rival])
                inside[rival] = share[rival] < theirs
        before[inside] = number
    return labels


def _depth_share_near(surface: BodySurface, positions: np.ndarray) -> np.ndarray:
    """``depth_share``, only worked out where it is not plain from the distance alone."""
    distance = np.linalg.norm(positions - surface.template.centre, axis=-1)
    share = np.where(distance < surface.radii.min(), 0.5, 2.0)
    unsure = (distance >= surface.radii.min()) & (distance <= surface.radii.max())
    share[unsure] = surface.depth_share(positions[unsure])
    return share


def _largest_part(mask: np.ndarray) -> np.ndarray:
    parts, count = ndimage.label(mask)
    return mask if count < 2 else parts == 1 + int(np.argmax(np.bincount(parts.ravel())[1:]))


def check_modality(image: BoneImage) -> None:
    if image.modality not in ("CT", "unknown"):
        raise InputError(f"This is a scan of modality {image.modality}; vertebral bodies are found on CT here.")
    if image.array.min() > SOFTEST_HU:
        raise InputError("The values do not look like HU (no air, no fat); vertebral bodies are found on CT here.")


def stop_if(cancelled: Cancelled) -> None:
    if cancelled():
        raise CancelledError
