"""The regions of a scan with the levels that they are scored as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..regions.proposal import Proposal
from ..regions.roi import Roi
from ..regions.vertebra.levels import fitted_levels

#: who says which level a body is: a person (or a file), the sacrum below it, nobody
NAMED, SUGGESTED, UNKNOWN = "named", "suggested", "unknown"


@dataclass(frozen=True)
class ScanRegion:
    """One bone region; ``roi.level`` is the level that it is scored as, ``level_from`` who says so.

    ``body`` is the number of a vertebral body, 1 for the uppermost.  One that the scan cuts off is not ``complete``.
    ``suggested_grade`` is the grade of fracture (Genant, 0 to 3) that its heights suggest; 0 where none were measured.
    """

    name: str
    roi: Roi
    body: int | None
    complete: bool
    level_from: str
    suggested_grade: int = 0


def levelled_regions(proposal: Proposal, level: str | None = None,
                     seed: tuple[float, float, float] | None = None) -> tuple[ScanRegion, ...]:
    """The regions of ``proposal``, the vertebrae among them with levels.

    Levels that the regions have stand.  Otherwise ``level`` names the body at ``seed`` (RAS mm; without one the
    lowest), or else the level that the proposal suggests is taken.  Raises InputError where no spine has these levels.
    """
    bodies = {entry["number"]: entry for entry in proposal.summary.get("bodies", ())}
    levels = _levels(proposal, level, seed)
    found = []
    for region in proposal.regions:
        roi, source = region.roi, UNKNOWN
        if roi.level:
            source = NAMED
        elif region.body in levels:
            roi, source = replace(roi, level=levels[region.body]), NAMED if level else SUGGESTED
        body = bodies.get(region.body, {})
        found.append(ScanRegion(region.title, roi, region.body, body.get("complete", True), source,
                                (body.get("genant") or {}).get("suggested_grade", 0)))
    return tuple(found)


def _levels(proposal: Proposal, level: str | None, seed: tuple[float, float, float] | None) -> dict[int, str]:
    """Levels by number of body; none where nobody names or suggests one, or all are named already."""
    bodies = {region.body: region.roi for region in proposal.regions if region.body is not None
              and region.roi.compartment == "whole-body"}
    if not bodies or any(roi.level for roi in bodies.values()):
        return {}
    suggestion = proposal.summary.get("level_suggestion")
    if level:
        number = _body_at(bodies, seed) if seed is not None else max(bodies)
    elif suggestion and suggestion["number"] in bodies:
        number, level = suggestion["number"], suggestion["level"]
    else:
        return {}
    return dict(enumerate(fitted_levels(max(bodies), number - 1, level), 1))


def _body_at(bodies: dict[int, Roi], seed: Sequence[float]) -> int:
    """The body that holds a point, or else whose box has the nearest centre."""
    def distance(number: int) -> tuple[bool, float]:
        roi = bodies[number]
        at = np.rint(roi.geometry.to_kji(np.asarray(seed, float))).astype(int)
        inside = bool(np.all(at >= 0) and np.all(at < roi.mask.shape) and roi.mask[tuple(at)])
        centre = roi.geometry.to_ras(np.array([[(part.start + part.stop - 1) / 2 for part in roi.box_slices()]]))[0]
        return not inside, float(np.linalg.norm(centre - seed))

    return min(bodies, key=distance)
