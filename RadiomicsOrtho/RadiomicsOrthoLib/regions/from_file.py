"""From a segment in a file to a ROI with its anatomy."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..errors import InputError
from ..imaging.dicom_segmentation import ALGORITHM_TAG
from ..imaging.segmentation_file import Segment, SegmentationFile
from .origin import PROPOSED_TAG, origin
from .roi import COMPARTMENTS, Roi, level_from_name, side_from_name
from .terminology import COMPARTMENT_TAG, MADE_BY_TAG

#: a segment with one of these words is not the bone that its level or side belongs to
_NOT_THE_BONE = {"disc", "disk", "discs", "disks", "canal", "cord", "nerve", "root", "ganglion", "pedicle", "pedicles",
                 "lamina", "facet", "process", "rib", "ribs", "muscle", "kidney", "artery", "vein", "dura", "foramen"}
#: a sentence with more names cannot be read
_NAMED = 30
_CSF = {"csf", "cerebrospinal", "liquor"}
_FEMUR = {"femur", "femora", "femoral", "hip", "trochanter", "trochanteric", "intertrochanteric"}
_VERTEBRA = {"vertebra", "vertebrae", "vertebral"}


def choose_segment(segmentation: SegmentationFile, name: str | None = None) -> Segment:
    """The segment of that name, label value or level; the only one if ``name`` is ``None``.

    Raises InputError that lists the segments when the choice is not unique.
    """
    segments = segmentation.segments
    if name is None:
        if len(segments) == 1:
            return segments[0]
        raise InputError(f"'{segmentation.path}' holds {len(segments)} segments: choose one with --segment "
                         f"({names_of(segments)}).")
    for matches in ([s for s in segments if s.name == name],
                    [s for s in segments if str(s.label) == name],
                    [s for s in segments if level_from_name(s.name) == name.upper()
                     and anatomy_of(s.name, s.tags)["compartment"] != "csf"]):
        if len(matches) == 1:
            return matches[0]
    raise InputError(f"'{segmentation.path}' has no single segment '{name}'; it has: "
                     f"{names_of(segments)}.")


def names_of(segments: Sequence[Segment]) -> str:
    """Their names for a sentence; of very many, as where a scan was taken for a segmentation, the first ones."""
    names = [segment.name for segment in segments]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def roi_from_file(segmentation: SegmentationFile, name: str | None = None) -> Roi:
    """The ROI of a segment, with the anatomy that its name and terminology state."""
    return roi_of_segment(segmentation, choose_segment(segmentation, name))


def roi_of_segment(segmentation: SegmentationFile, segment: Segment) -> Roi:
    """The same of one of its ``segments``."""
    mask = segmentation.mask(segment)
    # a pixel size that a person stated moves a region, and is no edit: where it was drawn counts
    grid = segmentation.drawn_on or segmentation.geometry
    stated = segment.tags.get(MADE_BY_TAG) or segment.tags.get(ALGORITHM_TAG) or "segmentation"
    made_by = origin(stated, segment.tags.get(PROPOSED_TAG, ""), mask, grid.ijk_to_ras)
    return Roi(mask, segmentation.geometry, **anatomy_of(segment.name, segment.tags), made_by=made_by)


def with_stated_anatomy(roi: Roi, **stated: str) -> Roi:
    """``roi`` with the ``site``, ``level``, ``side`` and ``compartment`` that a person states.

    Raises InputError if the segment itself states something else.
    """
    for name, value in stated.items():
        known = getattr(roi, name)
        if known not in (None, "unknown", value):
            raise InputError(f"The segment states the {name} '{known}'; it cannot be stated as '{value}': rename the "
                             "segment if it is wrong.")
    if stated.get("level"):
        stated.setdefault("site", "vertebra")
    if stated.get("side"):
        stated.setdefault("site", "proximal-femur")
    return replace(roi, **stated)


def anatomy_of(name: str, tags: Mapping[str, str] | None = None) -> dict[str, str | None]:
    """Site, level, side and compartment that a segment's name or its tags state.

    ``tags`` are Slicer's: the terminology entry (``~`` and ``^`` between its parts) and
    this extension's own.  What nothing states stays ``unknown`` or ``None``.
    """
    tags = tags or {}
    entry = tags.get("TerminologyEntry", "").replace("^", " ").replace("~", " ")
    words = set(re.findall(r"[a-z]+", f"{name} {entry}".lower().replace("_", " ")))
    if words & _CSF or tags.get(COMPARTMENT_TAG) == "csf":
        return {"site": "unknown", "level": level_from_name(name), "side": None, "compartment": "csf"}
    if words & _NOT_THE_BONE:
        return {"site": "unknown", "level": None, "side": None, "compartment": "unknown"}
    level = level_from_name(name) or level_from_name(entry)
    side = side_from_name(name) or side_from_name(entry)
    if words & _FEMUR:
        site, level = "proximal-femur", None
    else:
        site = "vertebra" if level or words & _VERTEBRA else "unknown"
        side = None
    compartment = "unknown"
    if words & {"trabecular", "cancellous"} and not words & {"not", "non", "without"}:
        compartment = "trabecular"
    elif words >= {"axial", "ellipse"}:
        compartment = "axial-ellipse"
    elif words >= {"mid", "slab"}:
        compartment = "mid-slab"
    elif words >= {"whole", "body"}:
        compartment = "whole-body"
    elif site == "proximal-femur":
        compartment = next((part for word, part in (("intertrochanteric", "intertrochanteric"),
                                                    ("trochanteric", "trochanteric"), ("neck", "femoral-neck"),
                                                    ("head", "femoral-head"), ("cortical", "cortical"))
                            if word in words), "unknown")
    if tags.get(COMPARTMENT_TAG) in COMPARTMENTS:
        compartment = tags[COMPARTMENT_TAG]
    return {"site": site, "level": level, "side": side, "compartment": compartment}
