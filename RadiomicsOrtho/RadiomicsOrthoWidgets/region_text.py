"""What a segment is taken for, in words."""

from slicer.i18n import tr as _


def regionPlace(anatomy: dict) -> str:
    """Where a segment is, as it states it itself (site, level, side)."""
    unstated = {"vertebra": _("level not stated"), "proximal-femur": _("femur, side not stated")}.get(
        anatomy["site"], _("bone not stated"))
    return anatomy["level"] or anatomy["side"] or unstated


def regionText(anatomy: dict) -> str:
    """Where it is, and which part (compartment)."""
    part = {"trabecular": _("trabecular core, used as drawn"),
            "whole-body": _("whole body, its trabecular core is derived"),
            "csf": _("cerebrospinal fluid"),
            "unknown": _("part not stated, taken as the whole bone")}.get(
                anatomy["compartment"], anatomy["compartment"].replace("-", " "))
    return f"{regionPlace(anatomy)}: {part}"
