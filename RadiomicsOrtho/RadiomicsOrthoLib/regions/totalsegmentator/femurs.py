"""Proximal femora found by the labels of TotalSegmentator and segmented by this project's own method.

A label of a femur is the whole bone in the scan; regions need the head, the neck and the axes, which the own method
finds from a point in the head.  The label gives that point.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import ndimage

from ...errors import InputError
from ...imaging.geometry import Geometry
from ...imaging.image import BoneImage
from ...long_work import Cancelled, Progress, never_cancelled, no_progress
from ..femur.refusal import FemurRefusedError, of_both, of_side
from ..femur.segmentation import segment_femur
from ..proposal import Proposal, Remark
from .body import cropped
from .classes import FEMURS, SACRUM, VERTEBRAE
from .label_file import BoneLabels

#: the head lies in the top of the bone
TOP_MM = 90.0
#: a femur whose thickest place near its top is thinner shows no head (mm below the surface)
LEAST_HEAD_MM = 12.0


def propose_femora(image: BoneImage, labels: BoneLabels, source: str, progress: Progress = no_progress,
                   cancelled: Cancelled = never_cancelled) -> Proposal:
    """The proximal femora whose labels lie on the side that they state.  Raises InputError if none can be given."""
    boxes = ndimage.find_objects(labels.array)
    heads, remarks = {}, []
    for side, bone in FEMURS.items():
        value = labels.value_of(bone)
        if value is None or value > len(boxes) or boxes[value - 1] is None:
            continue
        head = _head_point(labels, value, boxes[value - 1], image.geometry)
        if head is None:
            remarks.append(Remark("NO_FEMORAL_HEAD", f"{side.capitalize()} hip: the label shows no femoral head.",
                                  "Click in its middle if the scan shows it.", refused=True))
        else:
            heads[side] = head
    swapped = _swapped(heads, labels, image.geometry)
    if swapped:
        remarks.append(Remark("SIDE_SWAPPED", f"The femur with the label {' and '.join(swapped)} lies on the other "
                              "side of the body; it was left out.", "Look whether the scan or the labels are mirrored.",
                              refused=True))
    proposals = []
    for number, side in enumerate(side for side in heads if side not in swapped):
        start, share = number / len(heads), 1 / len(heads)
        try:
            found = segment_femur(image, heads[side], lambda f, text, a=start, b=share: progress(a + b * f, text),
                                  cancelled)
        except FemurRefusedError as refusal:
            remarks.append(of_side(refusal.remark, side))
            continue
        proposals.append(found)
    remarks += of_both(proposals)
    if not proposals:
        reasons = " ".join(remark.sentence for remark in remarks) or "They hold no femur."
        raise InputError(f"The labels give no proximal femur. {reasons}")
    regions = tuple(replace(region, roi=replace(region.roi, made_by=f"{region.roi.made_by}; found by {source}"))
                    for proposal in proposals for region in proposal.regions)
    summary = {"site": "proximal-femur", "found_by": source, "named_by": labels.named_by,
               "femora": [femur for proposal in proposals for femur in proposal.summary["femora"]]}
    return Proposal(regions, summary, tuple(remarks))


def _head_point(labels: BoneLabels, value: int, box: tuple[slice, ...], geometry: Geometry) -> np.ndarray | None:
    """The point (RAS mm) deepest in the top of the bone: the middle of the head; ``None`` if nothing is so thick."""
    grown, mask = cropped(labels.array, value, box)
    start = [side.start for side in grown]
    top = geometry.to_ras(np.argwhere(mask) + start)[:, 2].max()
    depth = ndimage.distance_transform_edt(np.pad(mask, 1), sampling=geometry.spacing_kji)[1:-1, 1:-1, 1:-1]
    for kji in np.argwhere(depth >= max(depth.max() * 0.95, LEAST_HEAD_MM)):
        ras = geometry.to_ras(kji + start)
        if ras[2] >= top - TOP_MM:
            inside = np.argwhere(depth >= 0.95 * depth[tuple(kji)])
            near = geometry.to_ras(inside + start)
            return near[near[:, 2] >= top - TOP_MM].mean(axis=0)
    return None


def _swapped(heads: dict[str, np.ndarray], labels: BoneLabels, geometry: Geometry) -> list[str]:
    """The sides whose femur lies on the other one.  Right is where R is larger."""
    if len(heads) == 2:
        return list(heads) if heads["right"][0] < heads["left"][0] else []
    middle = _midline(labels, geometry)
    if middle is None:
        return []
    return [side for side, head in heads.items() if (head[0] - middle) * (1 if side == "right" else -1) < 0]


def _midline(labels: BoneLabels, geometry: Geometry) -> float | None:
    """R (mm) of the sacrum and the lumbar spine; ``None`` where the labels show neither."""
    for bone in (SACRUM, *reversed(VERTEBRAE)):
        value = labels.value_of(bone)
        if value is not None and (inside := np.argwhere(labels.array == value)).size:
            return float(geometry.to_ras(inside.mean(axis=0))[0])
    return None
