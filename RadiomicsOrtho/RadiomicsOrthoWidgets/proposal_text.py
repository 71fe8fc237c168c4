"""What proposals said, as text to be read under them."""

import re
from collections.abc import Mapping
from html import escape

from slicer.i18n import tr as _

from .step_text import LOOK, REFUSED

#: remarks that have served their purpose as soon as levels are named
_ABOUT_NAMING = {"LEVEL_NOT_NAMED", "LEVEL_SUGGESTED"}


def proposalHtml(accounts, levels: Mapping) -> str:
    """Remarks and measures of ``RadiomicsOrthoScene.proposals.accounts_of``; what was left out comes first.

    ``levels`` are those of the bodies that were named meanwhile, by the numbers that the remarks use.
    """
    parts = []
    for account in accounts:
        spine = account["summary"].get("site") == "vertebra"
        remarks = [remark for remark in account["remarks"]
                   if not (spine and levels and remark["code"] in _ABOUT_NAMING)]
        for title, sign, refused in ((_("Left out"), REFUSED, True), (_("Note"), LOOK, False)):
            parts += [_item(title, _named(remark["sentence"], levels if spine else {}), remark["remedy"], sign)
                      for remark in remarks if remark["refused"] is refused]
        parts += [f"<p style='margin:0 0 4px 0'>{escape(line)}</p>" for line in _measures(account["summary"])]
    return "".join(parts)


def _named(sentence: str, levels: Mapping) -> str:
    """``vertebra 3`` by its level, if it has one."""
    return re.sub(r"\bvertebra (\d+)\b", lambda found: levels.get(int(found[1]), found[0]), sentence)


def _item(title: str, sentence: str, remedy: str, sign: str) -> str:
    remedy = f" <i>{escape(remedy)}</i>" if remedy else ""
    return (f"<p style='margin:0 0 4px 0'>{sign} <b>{escape(title)}:</b> "
            f"{escape(sentence)}{remedy}</p>")


def _measures(summary: dict) -> list[str]:
    """A line per femur: radius of the head and neck–shaft angle, as far as they were found."""
    lines = []
    for femur in summary.get("femora", ()):
        found = [_("head radius {radius:.1f} mm").format(radius=femur["head"]["radius_mm"])]
        if "neck_shaft_angle_degrees" in femur:
            found.append(_("neck\u2013shaft angle {angle:.0f}\u00b0").format(angle=femur["neck_shaft_angle_degrees"]))
        side = {"left": _("Left femur"), "right": _("Right femur")}[femur["side"]]
        lines.append(f"{side}: {', '.join(found)}")
    return lines
