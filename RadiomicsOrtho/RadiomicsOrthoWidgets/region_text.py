"""What a segment is taken for, in words."""

from slicer.i18n import tr as _


def regionText(anatomy: dict) -> str:
    """``anatomy`` as the segment states it (site, level, side, compartment)."""
    unstated = {"vertebra": _("level not stated"), "proximal-femur": _("femur, side not stated")}.get(
        anatomy["site"], _("bone not stated"))
    place = anatomy["level"] or anatomy["side"] or unstated
    part = {"trabecular": _("trabecular core, used as drawn"),
            "whole-body": _("whole body, its trabecular core is derived"),
            "csf": _("cerebrospinal fluid"),
            "unknown": _("part not stated, taken as the whole bone")}.get(
                anatomy["compartment"], anatomy["compartment"].replace("-", " "))
    return f"{place}: {part}"
