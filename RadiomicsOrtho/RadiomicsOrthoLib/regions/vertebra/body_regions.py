"""What is written of one vertebral body, whatever way found it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...errors import InputError
from ..proposal import ProposedRegion, Remark
from ..roi import Roi
from ..terminology import segment_name
from .levels import ABOVE_SACRUM

#: neighbouring bodies in two tones, so that they are told apart
BODY_COLOURS = ((0.945, 0.839, 0.569), (0.694, 0.478, 0.396))

#: what stands behind the name of a body that the scan cuts off
INCOMPLETE = "(incomplete)"


def body_title(number: int, level: str | None) -> str:
    """The level, or the body's ``number`` in its proposal (1 for the uppermost)."""
    return level or f"vertebra {number}"


def incomplete_body(whole: Roi, number: int) -> tuple[ProposedRegion, Remark]:
    """A body that the scan cuts off: marked, without compartments and measurements."""
    title = body_title(number, whole.level)
    return (ProposedRegion(whole, f"{title} body {INCOMPLETE}", BODY_COLOURS[(number - 1) % 2], number),
            Remark("BODY_INCOMPLETE", f"{title} is cut off by the scan's edge; it was not measured.",
                   "Leave it out, or use a scan that shows it completely.", refused=True))


def body_compartments(whole: Roi, number: int, names: Sequence[str],
                      part: Callable[[str], Roi]) -> tuple[list[ProposedRegion], list[Remark]]:
    """A complete body's compartments, each made by ``part(name)``, and a remark for each that it refuses."""
    title = body_title(number, whole.level)
    regions, remarks = [], []
    for name in names:
        try:
            roi = part(name)
        except InputError as error:
            remarks.append(Remark("NO_COMPARTMENT", f"{title}: {error}", refused=True))
            continue
        own = "" if whole.level else segment_name("vertebra", None, None, name).replace("vertebra", title)
        colour = BODY_COLOURS[(number - 1) % 2] if name == "whole-body" else None
        regions.append(ProposedRegion(roi, own, colour, number))
    return regions, remarks


def level_suggestion(count: int, sacrum_below: bool, level: str | None) -> dict[str, object] | None:
    """What the lowest of ``count`` bodies probably is, if nobody has named one."""
    if level or not sacrum_below:
        return None
    return {"number": count, "level": ABOVE_SACRUM,
            "reason": "it lies on the sacrum; count the ribs or lumbar vertebrae before you confirm it"}


def level_remarks(count: int, sacrum_below: bool, level: str | None) -> list[Remark]:
    """What is said of the levels of ``count`` bodies where nobody has named one."""
    if level:
        return []
    if sacrum_below:
        return [Remark("LEVEL_SUGGESTED", f"No level was named; vertebra {count} lies on the sacrum, which suggests "
                       f"{ABOVE_SACRUM}.", "Confirm a level before anything is compared with a threshold.")]
    return [Remark("LEVEL_NOT_NAMED", "No level was named, and no sacrum was found below the lowest body.",
                   "Name one level; the others follow.")]
