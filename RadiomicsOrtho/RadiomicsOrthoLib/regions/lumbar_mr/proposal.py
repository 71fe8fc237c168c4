"""Vertebral bodies of a lumbar MR as regions to be checked."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from importlib.util import find_spec

import numpy as np

from ...errors import InputError
from ...imaging.image import BoneImage
from ...long_work import Cancelled, CancelledError, Progress, never_cancelled, no_progress
from ..proposal import Proposal, Remark
from ..roi import Roi
from ..trabecular import DEFAULT_DEPTH_MM
from ..vertebra.body_regions import body_compartments, body_title, incomplete_body, level_remarks, level_suggestion
from ..vertebra.compartments import compartment
from ..vertebra.levels import LUMBAR, THORACIC, named_levels
from . import one_click
from .bodies import Body, find_bodies
from .frame import frame_of_mask
from .network import MODEL_ID, model_card
from .sacrum import without_sacral
from .sagittal import scan_axes

#: ``model`` is the learned one, ``one-click`` finds edges from a point
MADE_BY = {"model": f"model {MODEL_ID}, version 1", "one-click": one_click.METHOD}
#: what is offered of a body; the ellipse and the slab are defined for the density of CT
BODY_COMPARTMENTS = ("whole-body", "trabecular")
#: something in a brain or a breast looks like a body, too, but hardly two in a row
LEAST_BODIES = 2
#: edges weaker than this, or than this share of the clicked body's: on 17 scans mean Dice 0.78, of all bodies 0.88
UNSURE_SCORE, UNSURE_SHARE = 0.15, 0.6
_SACRUM_LEFT_OUT = Remark("SACRUM_LEFT_OUT", "S1 was seen below the lowest body and left out; the sacrum is not "
                          "supported.", "Draw S1 by hand if you need it.")
#: a click this near to a body means that body
CLICK_TOLERANCE_MM = 3.0


def usual_method(seed: Sequence[float] | None) -> str:
    """The learned model where its runtime is installed or no point is given, else one click."""
    return "model" if seed is None or find_spec("onnxruntime") else "one-click"


def propose_mr_bodies(image: BoneImage, seed: Sequence[float] | None = None,
                      compartments: Sequence[str] = ("whole-body",), level: str | None = None, single: bool = False,
                      depth_mm: float = DEFAULT_DEPTH_MM, method: str | None = None, thoracic: int = THORACIC,
                      lumbar: int = LUMBAR, progress: Progress = no_progress,
                      cancelled: Cancelled = never_cancelled) -> Proposal:
    """Regions of the bodies from above downwards.

    ``seed`` (RAS mm) lies in the body that ``level`` names, and that ``single`` keeps; without it the lowest body is
    meant.  ``method`` is one of ``MADE_BY``; without one ``usual_method``.  A body that the scan cuts off is a region
    of its own, marked incomplete, without compartments.  Raises InputError if the scan is no MR, shows no body, or
    the point lies in none; CancelledError.
    """
    if image.modality != "MR":
        raise InputError(f"This is a scan of modality {image.modality}, not MR; these ways know MR only.")
    method = method or usual_method(seed)
    bodies, sacral = _found(image, seed, method, lambda share, text: progress(0.9 * share, text), cancelled)
    named = len(bodies) - 1 if seed is None else _clicked(image, bodies, sacral, np.asarray(seed, float))
    levels = named_levels(len(bodies), named, level, thoracic, lumbar) if level else (None,) * len(bodies)
    remarks = spine_remarks(method, len(bodies), bool(sacral), level)
    regions, entries = [], []
    for n in [named] if single else range(len(bodies)):
        if cancelled():
            raise CancelledError
        progress(0.9 + 0.1 * n / len(bodies), "compartments")
        body = bodies[n]
        whole = Roi(body.mask, image.geometry, site="vertebra", level=levels[n], compartment="whole-body",
                    made_by=MADE_BY[method])
        entries.append({"number": n + 1, "level": levels[n], "complete": not body.cut,
                        "volume_ml": None if body.cut else whole.volume_ml,
                        "model_share": body.sureness if method == "model" else None})
        if body.cut:
            region, remark = incomplete_body(whole, n + 1)
            regions.append(region)
            remarks.append(remark)
            continue
        if method == "one-click" and body.sureness < max(UNSURE_SCORE, UNSURE_SHARE * bodies[named].sureness):
            remarks.append(Remark("BODY_UNSURE", f"The edges of {body_title(n + 1, levels[n])} are weak; its outline "
                                  "may be off by several millimetres.", "Correct it slice by slice, or leave it out."))
        parts, refused = body_compartments(whole, n + 1, compartments,
                                           functools.partial(_compartment, whole, depth_mm=depth_mm))
        regions += parts
        remarks += refused
    if not regions:
        raise InputError("No vertebral body is left to be written; click in another one.")
    summary = {"site": "vertebra", "method": MADE_BY[method], "named_by": level and f"body {named + 1} named {level}",
               "level_suggestion": level_suggestion(len(bodies), bool(sacral), level),
               "single": single, "bodies": entries}
    return Proposal(tuple(regions), summary, tuple(remarks))


def _found(image: BoneImage, seed: Sequence[float] | None, method: str, progress: Progress,
           cancelled: Cancelled) -> tuple[list[Body], list[Body]]:
    """The bodies above the sacrum from above downwards, and the sacral ones that were left out."""
    if method == "one-click":
        if seed is None:
            raise InputError("One click needs a point in a vertebral body; give it with --seed R,A,S.")
        bodies = one_click.bodies_from_click(image, np.asarray(seed, float), progress, cancelled)
    else:
        bodies = find_bodies(image, progress, cancelled)[::-1]
    bodies, sacral = without_sacral(bodies, image.geometry, method)
    if len(bodies) < LEAST_BODIES:
        raise InputError("No vertebral bodies were found in this MR; use a scan of the lumbar spine, or draw the "
                         "bodies by hand.")
    return bodies, sacral


def _compartment(whole: Roi, name: str, depth_mm: float) -> Roi:
    if name not in BODY_COMPARTMENTS:
        raise InputError(f"The compartment '{name}' is not proposed on MR; these are: {', '.join(BODY_COMPARTMENTS)}.")
    frame = frame_of_mask(whole.mask, whole.geometry, scan_axes(whole.geometry))
    return compartment(whole, frame, name, depth_mm)


def _clicked(image: BoneImage, bodies: list[Body], sacral: list[Body], seed: np.ndarray) -> int:
    place = image.geometry.to_kji(seed)
    if np.any(place < -0.5) or np.any(place > np.array(image.geometry.shape) - 0.5):
        raise InputError("The point lies outside the scan; click inside a vertebral body.")
    steps = np.array(image.geometry.spacing_kji)

    def gap(body: Body) -> float:
        # to the nearest voxel's face, not its centre: slices may be thick
        away = np.maximum(np.abs(np.argwhere(body.mask) - place) - 0.5, 0.0) * steps
        return float(np.linalg.norm(away, axis=1).min())

    gaps = [gap(body) for body in bodies]
    if min(gaps) <= CLICK_TOLERANCE_MM:
        return int(np.argmin(gaps))
    if any(gap(body) <= CLICK_TOLERANCE_MM for body in sacral):
        raise InputError("The point lies in the sacrum, which is not segmented; click inside a lumbar or thoracic "
                         "vertebral body.")
    raise InputError(f"The point lies in no vertebral body that was found (the nearest is {min(gaps):.0f} mm away); "
                     "click in the middle of a body, or draw it by hand.")


def spine_remarks(method: str, count: int, sacrum_below: bool, level: str | None) -> list[Remark]:
    """What is said of ``count`` bodies together: how they were found, the sacrum, and their levels."""
    return [_origin(method), *([_SACRUM_LEFT_OUT] if sacrum_below else []), *level_remarks(count, sacrum_below, level)]


def _origin(method: str) -> Remark:
    if method == "one-click":
        return Remark("EDGES_ONLY", "The bodies were found by their edges, without the learned model; the side walls "
                      "of a body hardly show on MR, and the farther from the point, the less sure is a body.",
                      "Check every body, the sides first.")
    held_out = model_card()["held_out"]
    return Remark("LEARNED_PROPOSAL",
                  "The bodies were proposed by a model that learned from twelve healthy T2 scans; on "
                  f"{len(held_out['cases'])} more of these it reached a Dice of {held_out['dice_mean']:.2f} "
                  f"(worst body {held_out['dice_worst']:.2f}).",
                  "Check every body; S1, fractures and implants are not supported.")
