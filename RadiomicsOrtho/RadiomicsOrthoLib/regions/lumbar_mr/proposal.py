"""Vertebral bodies of a lumbar MR as regions to be checked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...errors import InputError
from ...imaging.image import BoneImage
from ...long_work import Cancelled, Progress, never_cancelled, no_progress
from ..proposal import Proposal, ProposedRegion, Remark
from ..roi import Roi
from ..vertebra.levels import LUMBAR, THORACIC, named_levels
from .bodies import Body, find_bodies
from .network import MODEL_ID, model_card

METHOD = f"model {MODEL_ID}, version 1"
#: neighbouring bodies in two tones, so that they are told apart
BODY_COLOURS = ((0.945, 0.839, 0.569), (0.694, 0.478, 0.396))
#: a click this near to a body means that body
CLICK_TOLERANCE_MM = 8.0


def propose_mr_bodies(image: BoneImage, seed: Sequence[float] | None = None, level: str | None = None,
                      single: bool = False, thoracic: int = THORACIC, lumbar: int = LUMBAR,
                      progress: Progress = no_progress, cancelled: Cancelled = never_cancelled) -> Proposal:
    """Regions of the bodies from above downwards.

    ``seed`` (RAS mm) lies in the body that ``level`` names, and that ``single`` keeps; without it the lowest body is
    meant.  Raises InputError if the scan is no MR, shows no body, or the point lies in none.
    """
    if image.modality != "MR":
        raise InputError(f"This is a scan of modality {image.modality}, not MR; the model knows MR only.")
    bodies = find_bodies(image, progress, cancelled)[::-1]
    if not bodies:
        raise InputError("The model found no vertebral body in this MR; draw the bodies by hand.")
    named = len(bodies) - 1 if seed is None else _clicked(image, bodies, np.asarray(seed, float))
    levels = named_levels(len(bodies), named, level, thoracic, lumbar) if level else (None,) * len(bodies)
    regions, entries, remarks = [], [], _remarks(level)
    for n in [named] if single else range(len(bodies)):
        body, title = bodies[n], levels[n] or f"vertebra {n + 1}"
        roi = Roi(body.mask, image.geometry, site="vertebra", level=levels[n], compartment="whole-body", made_by=METHOD)
        name = f"{title} body" + (" (incomplete)" if body.cut else "")
        regions.append(ProposedRegion(roi, name if body.cut or not levels[n] else "", BODY_COLOURS[n % 2], n + 1))
        entries.append({"number": n + 1, "level": levels[n], "complete": not body.cut,
                        "volume_ml": None if body.cut else roi.volume_ml, "model_share": round(body.sureness, 3)})
        if body.cut:
            remarks.append(Remark("BODY_INCOMPLETE", f"{title} is cut off by the scan's edge; it was not measured.",
                                  "Leave it out, or use a scan that shows it completely.", refused=True))
    summary = {"site": "vertebra", "method": METHOD, "named_by": level and f"body {named + 1} named {level}",
               "bodies": entries}
    return Proposal(tuple(regions), summary, tuple(remarks))


def _clicked(image: BoneImage, bodies: list[Body], seed: np.ndarray) -> int:
    place = image.geometry.to_kji(seed)
    if np.any(place < -0.5) or np.any(place > np.array(image.geometry.shape) - 0.5):
        raise InputError("The point lies outside the scan; click inside a vertebral body.")
    steps = np.array(image.geometry.spacing_kji)
    gaps = [float(np.linalg.norm((np.argwhere(body.mask) - place) * steps, axis=1).min()) for body in bodies]
    if min(gaps) > CLICK_TOLERANCE_MM:
        raise InputError("The model found no vertebral body at this point; click inside a body, or draw it by hand.")
    return int(np.argmin(gaps))


def _remarks(level: str | None) -> list[Remark]:
    held_out = model_card()["held_out"]
    remarks = [Remark("LEARNED_PROPOSAL",
                      "The bodies were proposed by a model that learned from twelve healthy T2 scans; on "
                      f"{len(held_out['cases'])} more of these it reached a Dice of {held_out['dice_mean']:.2f} "
                      f"(worst body {held_out['dice_worst']:.2f}).",
                      "Check every body; S1, fractures and implants are not supported.")]
    if not level:
        remarks.append(Remark("LEVEL_NOT_NAMED", "No level was named.", "Name one level; the others follow."))
    return remarks
