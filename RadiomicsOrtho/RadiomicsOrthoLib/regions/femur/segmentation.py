"""One click in the femoral head: the proximal femur, its regions and its measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...errors import InputError
from ...imaging.image import BoneImage
from ...long_work import Cancelled, CancelledError, Progress, never_cancelled, no_progress
from ..proposal import Proposal, ProposedRegion, Remark
from ..roi import Roi
from .axes import NECK_SHAFT_RANGE, NeckAxis, ShaftAxis, find_neck_axis, find_shaft_axis, neck_shaft_angle
from .compartments import compartments
from .completeness import METAL_REACH_MM, cortex_holes, cut_end, metal_mask, near_metal
from .marrow import filled, trimmed, without_blurred_rim, without_cavities
from .patch import Patch, cut_patch, mask_onto
from .planes import cut_regions
from .recognition import Head, recognise_head
from .refusal import FemurRefusedError, of_both, of_side
from .search import find_heads
from .separation import connected_to, neck_direction, separate, soft_tissue_limit
from .trochanter import LesserTrochanter, find_lesser_trochanter

METHOD = "proximal femur from one click, version 1"
STEP_MM = 1.0
#: how much is cut out round the head's centre (mm): towards the midline, sideways, back, front, down, up
_REACH_MM = {"medial": 60.0, "lateral": 110.0, "back": 90.0, "front": 130.0, "down": 170.0, "up": 45.0}
#: thicker slices blur the cortex over its own thickness
_CORTEX_SLICE_MM = 1.5
REGIONS = ("femoral-head", "femoral-neck", "trochanteric", "intertrochanteric")
_TITLES = {"femoral-head": "femoral head", "femoral-neck": "femoral neck", "trochanteric": "trochanteric region",
           "intertrochanteric": "intertrochanteric region"}


@dataclass(frozen=True)
class Axes:
    """What was found of the femur's geometry; ``None`` where the scan does not show it."""

    neck: NeckAxis | None
    shaft: ShaftAxis | None
    trochanter: LesserTrochanter | None


def segment_femur(image: BoneImage, seed: Sequence[float], progress: Progress = no_progress,
                  cancelled: Cancelled = never_cancelled, step_mm: float = STEP_MM) -> Proposal:
    """The femur whose head lies round the RAS position ``seed`` (mm), cut into its regions.

    Regions: the proximal femur as a whole, head, neck, trochanteric and intertrochanteric
    region, cortical and trabecular bone.  What the scan does not show wholly is left out
    with a remark.  Raises FemurRefusedError where nothing can be given and CancelledError.
    The work is done on cubes of ``step_mm``.
    """
    _check_modality(image)
    _step(progress, cancelled, 0.0, "Finding the femoral head")
    head = recognise_head(image, np.asarray(seed, float))
    _step(progress, cancelled, 0.4, "Separating femur and acetabulum")
    raw = _femur_patch(image, head, step_mm)
    patch = raw.smoothed(0.5)
    neck_start = neck_direction(patch, head.surface, head.side)
    sure, thin, core = separate(patch, head.surface, neck_start)
    # what lies away from the femur matters no more, but for metal
    box = patch.box_around(thin, METAL_REACH_MM + 2)
    raw, patch, (sure, thin, core) = raw.cropped(box), patch.cropped(box), (mask[box] for mask in (sure, thin, core))
    _step(progress, cancelled, 0.6, "Filling the marrow")
    femur = trimmed(filled(thin, patch), sure, 4.0, patch)
    femur = without_cavities(without_blurred_rim(femur, patch) | core)
    femur = connected_to(femur, patch.to_kji(head.sphere.centre), opening=0)
    _step(progress, cancelled, 0.75, "Finding axes and trochanters")
    axes = _axes(femur, patch, head, neck_start)
    remarks = axes_remarks(axes)
    parts = {}
    if axes.neck is not None and (axes.neck.narrowest is not None or axes.neck.cut):
        parts = cut_regions(femur, patch, head.sphere, axes.neck, axes.shaft, axes.trochanter)
    _step(progress, cancelled, 0.85, "Judging what the scan shows")
    parts, refused = _shown_wholly(parts, femur, raw, patch)
    remarks += refused
    if not parts:
        first = next((remark for remark in remarks if remark.refused), None)
        raise FemurRefusedError(first.code, first.sentence, first.remedy) if first else FemurRefusedError(
            "NO_NECK", "No femoral neck was found below this head.", "Draw the femur by hand.")
    remarks += _image_remarks(image)
    regions = _regions(image, head, femur, parts, patch)
    progress(1.0, "Done")
    return Proposal(regions, {"femora": [_summary(head, axes, parts)]}, tuple(remarks))


def segment_femora(image: BoneImage, progress: Progress = no_progress,
                   cancelled: Cancelled = never_cancelled, step_mm: float = STEP_MM) -> Proposal:
    """Both femora, found without a click; one that cannot be given is named in a remark.

    Raises FemurRefusedError if neither can be given.
    """
    _check_modality(image)
    heads = find_heads(image, lambda share, text: progress(0.3 * share, text), cancelled)
    if not heads:
        raise FemurRefusedError("NO_FEMORAL_HEAD", "No femoral head was found in this scan.",
                                "Click in the middle of one (--seed), or use a scan of the hip.")
    proposals, refusals = [], []
    for number, (side, centre) in enumerate(sorted(heads.items(), reverse=True)):
        start, share = 0.3 + 0.7 * number / len(heads), 0.7 / len(heads)
        try:
            proposals.append(segment_femur(
                image, centre, lambda f, text, a=start, b=share: progress(a + b * f, text), cancelled, step_mm))
        except FemurRefusedError as refusal:
            refusals.append((side, refusal))
    remarks = [of_side(refusal.remark, side) for side, refusal in refusals]
    if not proposals and len(heads) == 1:
        # the side of a head that is cut by the scan is not sure
        raise refusals[0][1]
    if not proposals:
        raise FemurRefusedError(remarks[0].code, " ".join(remark.sentence for remark in remarks),
                                "Use another scan, or draw the femora by hand.")
    for side in {"left", "right"} - set(heads):
        remarks.append(Remark("NO_FEMORAL_HEAD", f"{side.capitalize()} hip: no femoral head was found.",
                              "Click in its middle if the scan shows it.", refused=True))
    remarks += of_both(proposals)
    return Proposal(tuple(region for proposal in proposals for region in proposal.regions),
                    {"femora": [femur for proposal in proposals for femur in proposal.summary["femora"]]},
                    tuple(remarks))


def _check_modality(image: BoneImage) -> None:
    if image.modality not in ("CT", "unknown"):
        raise InputError(f"The femur can be segmented on CT only, this scan is {image.modality}; draw it by hand.")


def _step(progress: Progress, cancelled: Cancelled, fraction: float, text: str) -> None:
    if cancelled():
        raise CancelledError
    progress(fraction, text)


def _femur_patch(image: BoneImage, head: Head, step_mm: float) -> Patch:
    reach, right = _REACH_MM, head.side == "right"
    low = np.array([reach["medial"] if right else reach["lateral"], reach["back"], reach["down"]])
    high = np.array([reach["lateral"] if right else reach["medial"], reach["front"], reach["up"]])
    centre = head.sphere.centre
    return cut_patch(image, centre - low, centre + high, step_mm)


def _axes(femur: np.ndarray, patch: Patch, head: Head, neck_start: np.ndarray) -> Axes:
    neck = find_neck_axis(femur, patch, head.sphere, neck_start)
    shaft = find_shaft_axis(femur, patch, head.sphere)
    trochanter = None
    if neck is not None and shaft is not None:
        trochanter = find_lesser_trochanter(femur, patch, head.sphere, neck, shaft)
    return Axes(neck, shaft, trochanter)


def axes_remarks(axes: Axes) -> list[Remark]:
    """What of the femur's geometry is missing, unusual or less certain."""
    neck = axes.neck
    if neck is None or (neck.narrowest is None and not neck.cut):
        return [Remark("NO_NECK", "No narrowest section of the femoral neck was found below this head, so no region "
                       "can be cut.", "Draw the regions by hand.", refused=True)]
    if neck.narrowest is None:
        return [Remark("NECK_CUT", "The scan ends before the narrowest section of the femoral neck, so neck, "
                       "trochanteric regions and the neck–shaft angle are left out; the head is cut off where it "
                       "usually ends.", "Use a scan that shows the whole hip.", refused=True)]
    remarks = []
    if neck.wander_degrees > 10:
        remarks.append(Remark("NECK_AXIS_UNSTEADY", f"The neck's axis turns by {neck.wander_degrees:.0f}° along "
                              "the neck, so the neck–shaft angle is less certain than usual.",
                              "Check the ends of the neck."))
    if axes.shaft is None:
        remarks.append(Remark("SHAFT_MISSING", "The scan shows too little of the shaft for its axis, so the "
                              "trochanteric regions, the lesser trochanter and the neck–shaft angle are left out.",
                              "Use a scan that reaches 8 cm below the lesser trochanter.", refused=True))
    elif axes.trochanter is None:
        remarks.append(Remark("NO_LESSER_TROCHANTER", "The lesser trochanter was not found, so the intertrochanteric "
                              "region has no lower end and is left out.", "Draw it by hand.", refused=True))
    elif not NECK_SHAFT_RANGE[0] <= neck_shaft_angle(neck, axes.shaft) <= NECK_SHAFT_RANGE[1]:
        remarks.append(Remark("NECK_SHAFT_ANGLE_UNUSUAL", f"The neck–shaft angle of "
                              f"{neck_shaft_angle(neck, axes.shaft):.0f}° lies outside of what 1,070 adult femora "
                              "showed on CT (100° to 146°, Hartel 2016).", "Check the axes of neck and shaft."))
    elif axes.shaft.length < 45:
        remarks.append(Remark("SHAFT_SHORT", f"The shaft's axis rests on {axes.shaft.length:.0f} mm of shaft, so the "
                              "neck–shaft angle is less certain than usual.", "Use a scan that reaches farther down."))
    return remarks


def _shown_wholly(parts: dict[str, np.ndarray], femur: np.ndarray, raw: Patch,
                  patch: Patch) -> tuple[dict[str, np.ndarray], list[Remark]]:
    """The parts that lie wholly in the scan, away from metal and with a closed cortex, and why not the others."""
    metal = metal_mask(raw)
    limit = soft_tissue_limit(np.nan_to_num(patch.values, nan=-1000.0))
    bare = cortex_holes(femur, patch, limit)
    kept, remarks = {}, []
    for name, mask in parts.items():
        title = _TITLES[name]
        end = cut_end(mask, patch)
        if end:
            remarks.append(Remark("REGION_CUT", f"The {title} is cut off at the {end} of the scan and is left out.",
                                  "Use a scan that shows the whole hip.", refused=True))
        elif near_metal(mask, metal, patch):
            remarks.append(Remark("METAL_NEAR_REGION", f"There is metal within 15 mm of the {title}, which is left "
                                  "out.",
                                  "Use the other hip if it has no implant.", refused=True))
        elif (mask & bare).any():
            remarks.append(Remark("CORTEX_INTERRUPTED", f"The cortex of the {title} is interrupted over more than "
                                  "1.5 cm², as by a tumour or a fracture; the region is left out.",
                                  "Look at the bone, and draw the region by hand if it is sound.", refused=True))
        else:
            kept[name] = mask
    return kept, remarks


def _image_remarks(image: BoneImage) -> list[Remark]:
    coarse = max(image.spacing)
    if coarse <= _CORTEX_SLICE_MM:
        return []
    return [Remark("CORTEX_BLURRED", f"Voxels of up to {coarse:.1f} mm blur the cortex: the cortical region holds "
                   "marrow and the trabecular one a little cortex.", "Use slices of 1.5 mm or less for either.")]


def _regions(image: BoneImage, head: Head, femur: np.ndarray, parts: dict[str, np.ndarray],
             patch: Patch) -> tuple[ProposedRegion, ...]:
    def region(mask: np.ndarray, compartment: str) -> ProposedRegion:
        return ProposedRegion(Roi(mask_onto(mask, patch, image.geometry), image.geometry, site="proximal-femur",
                                  side=head.side, compartment=compartment, made_by=METHOD))

    shown = np.zeros_like(femur)
    for mask in parts.values():
        shown |= mask
    made = []
    if all(name in parts for name in REGIONS):
        made.append(region(shown, "whole-body"))
    made += [region(parts[name], name) for name in REGIONS if name in parts]
    made += [region(mask, name) for name, mask in compartments(femur, shown, patch).items() if mask.any()]
    return tuple(item for item in made if item.roi.mask.any())


def _summary(head: Head, axes: Axes, parts: dict[str, np.ndarray]) -> dict[str, object]:
    """Measures in mm, mm² and degrees, positions RAS mm, rounded to what they are worth; JSON-ready."""
    def point(position: np.ndarray) -> list[float]:
        return [round(float(x), 2) for x in position]

    sphere = head.sphere
    summary: dict[str, object] = {
        "side": head.side,
        "head": {"centre_ras_mm": point(sphere.centre), "radius_mm": round(sphere.radius, 2),
                 "fit_rms_mm": round(head.surface.rms_mm, 2), "centre_spread_mm": round(head.spread_mm, 2)}}
    neck, shaft, trochanter = axes.neck, axes.shaft, axes.trochanter
    if neck is not None and neck.narrowest is not None:
        summary["neck"] = {
            "axis_ras": [round(float(x), 4) for x in neck.direction],
            "narrowest": {"centre_ras_mm": point(neck.narrowest.centroid),
                          "from_head_centre_mm": round(neck.narrowest.at, 1),
                          "area_mm2": round(neck.narrowest.area)},
            "axis_wander_degrees": round(neck.wander_degrees, 1)}
    if shaft is not None:
        summary["shaft"] = {"axis_ras": [round(float(x), 4) for x in shaft.direction],
                            "point_ras_mm": point(shaft.point), "length_used_mm": round(shaft.length)}
        if "neck" in summary:
            summary["neck_shaft_angle_degrees"] = round(neck_shaft_angle(neck, shaft), 1)
    if trochanter is not None:
        summary["lesser_trochanter"] = {"tip_ras_mm": point(trochanter.tip), "height_mm": round(trochanter.height, 1),
                                        "below_head_centre_mm": round(trochanter.below_head),
                                        "lower_end_below_head_centre_mm": round(trochanter.lower_end)}
    summary["regions"] = list(parts)
    return summary
