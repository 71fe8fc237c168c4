"""The bodies of a spine as regions to be checked, with what was measured on them."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from ...errors import InputError
from ...imaging.image import BoneImage
from ...long_work import Cancelled, CancelledError, Progress, never_cancelled, no_progress
from ..proposal import Proposal, Remark
from ..roi import Roi
from ..trabecular import DEFAULT_DEPTH_MM
from .body_regions import body_compartments, body_title, incomplete_body, level_remarks, level_suggestion
from .compartments import LocalFrame, compartment
from .heights import GRADE_LIMITS, Heights, heights, suggested_grade, unhurt_neighbours
from .levels import LUMBAR, THORACIC, named_levels
from .spine import METHOD, Spine, VertebralBody, body_labels

#: a voxel longer than this share of the height of a body, or of a taller neighbour, hides the loss of height at which
#: grade 1 begins
COARSEST_SHARE = GRADE_LIMITS[0]


def propose_bodies(image: BoneImage, spine: Spine, compartments: Sequence[str] = ("whole-body",),
                   level: str | None = None, single: bool = False, depth_mm: float = DEFAULT_DEPTH_MM,
                   thoracic: int = THORACIC, lumbar: int = LUMBAR, progress: Progress = no_progress,
                   cancelled: Cancelled = never_cancelled) -> Proposal:
    """Regions of the bodies from above downwards, with heights and completeness.

    ``level`` names the clicked body (without a click the lowest one); ``single`` keeps that
    one only.  A body that the scan cuts off is a region of its own, marked incomplete, without
    compartments and measurements.
    """
    named = spine.clicked if spine.clicked is not None else len(spine.bodies) - 1
    levels = named_levels(len(spine.bodies), named, level, thoracic, lumbar) if level else (None,) * len(spine.bodies)
    labels = body_labels(spine, image)
    boxes = ndimage.find_objects(labels)
    wanted = [named] if single else list(range(len(spine.bodies)))
    # a collapsed body is graded against its neighbours: slices need not be thin against what is left of it
    coarse = {n for n, body in enumerate(spine.bodies)
              if _voxel_along(body, image) > COARSEST_SHARE * max(b.height for b in spine.bodies[max(n - 1, 0):n + 2])}
    measured = {n: heights(body.surface.contains, LocalFrame.of(body.surface))
                for n, body in enumerate(spine.bodies) if body.complete and n not in coarse}
    regions, entries, remarks = [], [], []
    for done, n in enumerate(wanted):
        if cancelled():
            raise CancelledError
        progress(done / len(wanted), "compartments")
        body, whole = spine.bodies[n], _whole(labels, boxes, n, image, levels[n])
        if not whole.mask.any():
            continue
        title = body_title(n + 1, levels[n])
        entry: dict[str, object] = {"number": n + 1, "level": levels[n], "complete": body.complete,
                                    "centre_ras_mm": [round(float(x), 2) for x in body.centre],
                                    "volume_ml": None, "heights": None, "genant": None}
        entries.append(entry)
        if not body.complete:
            region, remark = incomplete_body(whole, n + 1)
            regions.append(region)
            remarks.append(remark)
            continue
        entry["volume_ml"] = whole.volume_ml
        if n in measured:
            entry |= _morphometry(n, measured)
        else:
            remarks.append(Remark("HEIGHTS_TOO_COARSE", f"The slices are too thick to measure the heights of {title}.",
                                  "Use slices thinner than a fifth of a body's height, or read the grade by eye."))
        if (entry["genant"] or {}).get("suggested_grade") and set(compartments) - {"whole-body"}:
            remarks.append(Remark("FRACTURE_SUGGESTED", f"The heights of {title} suggest a fracture (Genant grade "
                                  f"{entry['genant']['suggested_grade']}, {entry['genant']['deformity']}).",
                                  "Read the grade yourself; leave a fractured body out of density regions."))
        frame = LocalFrame.of(body.surface)
        parts, refused = body_compartments(whole, n + 1, compartments,
                                           functools.partial(compartment, whole, frame, depth_mm=depth_mm))
        regions += parts
        remarks += refused
    if not regions:
        raise InputError("No vertebral body is left to be written; click in another one.")
    summary = {"site": "vertebra", "method": METHOD, "named_by": level and f"body {named + 1} named {level}",
               "level_suggestion": level_suggestion(len(spine.bodies), spine.sacrum_below, level),
               "single": single, "bodies": entries}
    return Proposal(tuple(regions), summary, (*level_remarks(len(spine.bodies), spine.sacrum_below, level), *remarks))


def _whole(labels: np.ndarray, boxes: Sequence, n: int, image: BoneImage, level: str | None) -> Roi:
    # zeros and a box, not a comparison: pages that are never written to take no memory
    mask = np.zeros(labels.shape, bool)
    box = boxes[n] if n < len(boxes) else None
    if box is not None:
        mask[box] = labels[box] == n + 1
    return Roi(mask, image.geometry, site="vertebra", level=level, compartment="whole-body", made_by=METHOD)


def _voxel_along(body: VertebralBody, image: BoneImage) -> float:
    """How far a voxel reaches along the body's axis, in mm."""
    along = np.asarray(image.geometry.direction).reshape(3, 3).T @ body.surface.template.frame[2]
    return float(np.linalg.norm(along * np.asarray(image.geometry.spacing)))


def _morphometry(n: int, measured: dict[int, Heights]) -> dict[str, object]:
    found = measured[n]
    neighbours = unhurt_neighbours(n, {m: other.posterior_mm for m, other in measured.items()})
    return {"heights": {"anterior_mm": round(found.anterior_mm, 2), "middle_mm": round(found.middle_mm, 2),
                        "posterior_mm": round(found.posterior_mm, 2), "wedge_ratio": round(found.wedge_ratio, 3),
                        "biconcave_ratio": round(found.biconcave_ratio, 3),
                        "points_ras_mm": [[[round(x, 2) for x in point] for point in pair] for pair in found.points]},
            "genant": suggested_grade(found, neighbours).to_dict()}
