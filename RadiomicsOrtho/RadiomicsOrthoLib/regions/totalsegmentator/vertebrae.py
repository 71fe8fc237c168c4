"""Vertebral bodies from checked labels of whole vertebrae, with compartments.

Heights and Genant grades are not given: cutting the body out of a label rounds its edges, which would tell a wedge
where there is none.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np

from ...errors import InputError
from ...imaging.image import BoneImage
from ...long_work import Cancelled, CancelledError, Progress, never_cancelled, no_progress
from ..proposal import Proposal, ProposedRegion, Remark
from ..roi import Roi
from ..trabecular import DEFAULT_DEPTH_MM
from ..vertebra.body_regions import body_compartments, incomplete_body
from ..vertebra.compartments import LocalFrame, compartment
from ..vertebra.levels import named_levels
from .body import METHOD, WholeVertebra
from .label_file import BoneLabels
from .spine_checks import CheckedSpine, check_spine, touches_edge


def propose_vertebrae(image: BoneImage, labels: BoneLabels, source: str, compartments: Sequence[str] = ("whole-body",),
                      seed: Sequence[float] | None = None, level: str | None = None, single: bool = False,
                      depth_mm: float = DEFAULT_DEPTH_MM, progress: Progress = no_progress,
                      cancelled: Cancelled = never_cancelled) -> Proposal:
    """Regions of the bodies from above downwards.

    ``source`` says which program made the labels.  ``seed`` (RAS mm) points at one vertebra,
    ``level`` names it, and the others follow; ``single`` keeps that one only.  A level that may be wrong is not named.
    Raises InputError if nothing can be used.
    """
    progress(0.0, "checking the labels")
    spine = check_spine(labels, image.geometry)
    if not spine.vertebrae:
        raise InputError(_nothing(spine))
    chosen = _at(image, spine, seed) if seed is not None else None
    names, renamed = _names(spine, chosen, level)
    frames = _frames(spine)
    rois = {key: _body(image, vertebra, names[key], source) for key, vertebra in spine.vertebrae.items()}
    local = {key: LocalFrame.around(_positions(image, vertebra), frames[key])
             for key, vertebra in spine.vertebrae.items()}
    regions: list[ProposedRegion] = []
    entries, remarks = [], list(renamed)
    for place, key in enumerate(spine.vertebrae):
        if single and key != chosen:
            continue
        if cancelled():
            raise CancelledError
        progress(place / len(rois), "compartments")
        complete = not touches_edge(spine.vertebrae[key], image.geometry)
        entries.append({"number": place + 1, "level": names[key], "label": key, "complete": complete,
                        "centre_ras_mm": [round(float(x), 2) for x in local[key].centre],
                        "volume_ml": rois[key].volume_ml if complete else None, "heights": None, "genant": None})
        if not complete:
            region, remark = incomplete_body(rois[key], place + 1)
            regions.append(region)
            remarks.append(remark)
            continue
        parts, refused = body_compartments(rois[key], place + 1, compartments,
                                           functools.partial(compartment, rois[key], local[key], depth_mm=depth_mm))
        regions += parts
        remarks += refused
    if not regions:
        raise InputError("None of the regions that were asked for can be given; ask for another compartment.")
    summary = {"site": "vertebra", "method": f"{source}; {METHOD}", "named_by": labels.named_by, "bodies": entries}
    return Proposal(tuple(regions), summary, (*spine.remarks, *_doubts(spine, names), *remarks))


def _body(image: BoneImage, vertebra: WholeVertebra, level: str | None, source: str) -> Roi:
    mask = np.zeros(image.geometry.shape, bool)
    mask[vertebra.box] = vertebra.body
    return Roi(mask, image.geometry, site="vertebra", level=level, compartment="whole-body",
               made_by=f"{source}; {METHOD}")


def _positions(image: BoneImage, vertebra: WholeVertebra) -> np.ndarray:
    """RAS mm (n, 3) of the body's voxels."""
    return image.geometry.to_ras(np.argwhere(vertebra.body) + [side.start for side in vertebra.box])


def _at(image: BoneImage, spine: CheckedSpine, seed: Sequence[float]) -> str:
    """Which vertebra a point lies in."""
    kji = tuple(int(n) for n in np.rint(image.geometry.to_kji(np.asarray(seed, float))))
    for level, vertebra in spine.vertebrae.items():
        inner = tuple(n - side.start for n, side in zip(kji, vertebra.box, strict=True))
        if all(0 <= n < size for n, size in zip(inner, vertebra.mask.shape, strict=True)) and vertebra.mask[inner]:
            return level
    raise InputError("The point lies in no vertebra that can be used; click inside a labelled vertebra, or leave the "
                     "point out.")


def _names(spine: CheckedSpine, chosen: str | None, level: str | None) -> tuple[dict[str, str | None], list[Remark]]:
    """The level of each label: its own, none where it is doubtful, or counted from the one that a person named."""
    if level is None:
        return {key: None if key in spine.doubtful else key for key in spine.vertebrae}, []
    if chosen is None:
        raise InputError("--level names the vertebra at a point; give one with --seed, or leave --level out.")
    keys = list(spine.vertebrae)
    if any(remark.code in ("LABEL_MISSING", "VERTEBRA_SKIPPED", "LABEL_ORDER") for remark in spine.remarks):
        if chosen != level:
            raise InputError("The labels have gaps, so the other levels cannot be counted from one; use --single, or "
                             "name them by hand.")
        return dict(zip(keys, keys, strict=True)), []
    renamed = named_levels(len(keys), keys.index(chosen), level)
    changed = [f"{old} is now {new}" for old, new in zip(keys, renamed, strict=True) if old != new]
    note = [Remark("LEVELS_RENAMED", f"Counted from {level}, which was named by the user: {', '.join(changed)}.")]
    return dict(zip(keys, renamed, strict=True)), note if changed else []


def _doubts(spine: CheckedSpine, names: dict[str, str | None]) -> list[Remark]:
    unnamed = [f"vertebra {place} has the label {key}" for place, key in enumerate(spine.vertebrae, start=1)
               if names[key] is None]
    if not unnamed:
        return []
    return [Remark("LEVEL_NOT_NAMED", f"Levels in doubt were not named: {', '.join(unnamed)}.",
                   "Name one with --seed and --level, or in the panel.")]


def _frames(spine: CheckedSpine) -> dict[str, np.ndarray]:
    """Rows right, front and up for each vertebra: up along the bodies, front away from its arch."""
    keys = list(spine.vertebrae)
    centres = np.array([spine.vertebrae[key].body_centre for key in keys])
    upwards = -np.gradient(centres, axis=0) if len(keys) > 1 else np.array([[0.0, 0.0, 1.0]])
    frames = {}
    for key, up in zip(keys, upwards, strict=True):
        vertebra = spine.vertebrae[key]
        up = up / np.linalg.norm(up)
        front = vertebra.body_centre - vertebra.centre
        # a label of a body alone has no arch to point away from; nor may its side lean decide
        front = np.array([0.0, front[1], front[2]]) if front[1] > 2.0 else np.array([0.0, 1.0, 0.0])
        front = front - (front @ up) * up
        front /= np.linalg.norm(front)
        frames[key] = np.stack([np.cross(front, up), front, up])
    return frames


def _nothing(spine: CheckedSpine) -> str:
    reasons = " ".join(f"{remark.sentence.rstrip('.')}." for remark in spine.remarks[:2])
    return f"The labels have no vertebra that can be used. {reasons}".rstrip()
