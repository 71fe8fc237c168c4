"""What a segment is taken for, in words."""

from slicer.i18n import tr as _


def regionText(anatomy: dict) -> str:
    """``anatomy`` as the segment states it (level, side, compartment)."""
    place = anatomy["level"] or anatomy["side"] or _("level not stated")
    part = {"trabecular": _("trabecular core, used as drawn"),
            "whole-body": _("whole body, its trabecular core is derived"),
            "unknown": _("part not stated, taken as the whole bone")}.get(
                anatomy["compartment"], anatomy["compartment"])
    return f"{place}: {part}"
