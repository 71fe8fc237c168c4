"""What proposals said, as text to be read under them."""

from html import escape

from slicer.i18n import tr as _


def proposalHtml(accounts) -> str:
    """Remarks and measures of ``RadiomicsOrthoScene.proposals.accounts_of``; what was left out comes first."""
    parts = []
    for account in accounts:
        remarks = account["remarks"]
        parts += [_item(_("Left out"), remark, "#b00000") for remark in remarks if remark["refused"]]
        parts += [_item(_("Note"), remark, "#8a5a00") for remark in remarks if not remark["refused"]]
        parts += [f"<p style='margin:0 0 4px 0'>{escape(line)}</p>" for line in _measures(account["summary"])]
    return "".join(parts)


def _item(title: str, remark: dict, colour: str) -> str:
    remedy = f" <i>{escape(remark['remedy'])}</i>" if remark["remedy"] else ""
    return (f"<p style='margin:0 0 4px 0'><b style='color:{colour}'>{escape(title)}:</b> "
            f"{escape(remark['sentence'])}{remedy}</p>")


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
