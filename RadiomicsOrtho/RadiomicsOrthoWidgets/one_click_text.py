"""What the section "Score this scan" says: stages, cards, and models without a card."""

from html import escape

from slicer.i18n import tr as _

#: nothing yet, at work, done, to be done again, look here
NOTHING, AT_WORK, DONE, AGAIN, LOOK = "\u25cb", "\u2026", "\u2713", "\u21bb", "\u26a0"


def stageTexts(volumeName, reason, result, changed, busy) -> dict:
    """Stage → (sign, sentence).

    ``reason`` is why the scan cannot be scored, ``result`` a ``ScanResult`` or ``None``, ``changed`` names what is not
    any more what the result was made of (``scan``, ``regions``, ``values``).
    """
    texts = {"scan": (NOTHING, _("none")) if not volumeName else (LOOK if reason else DONE, volumeName)}
    if busy or result is None:
        sign, text = (AT_WORK, _("at work")) if busy else (NOTHING, "")
        return texts | dict.fromkeys(("regions", "score"), (sign, text)) | {"report": (NOTHING, "")}
    texts["regions"] = _regions(result)
    texts["score"] = _score(result)
    texts["report"] = (DONE, _("{count} reports and an overview can be saved").format(count=len(result.cards))) \
        if result.cards else (NOTHING, _("an overview without scores can be saved"))
    if "scan" in changed:
        texts["scan"] = AGAIN, _("{name}: another scan or other facts than were scored").format(name=volumeName)
    if "regions" in changed:
        texts["regions"] = AGAIN, _("edited since they were scored: score again")
    if changed:
        texts["score"] = AGAIN, _("of before the change: score again")
        texts["report"] = AGAIN, _("of before the change")
    return texts


def _regions(result) -> tuple:
    measured = [region for region in result.regions if region.measurements]
    text = _("{measured} of {found} measured").format(measured=len(measured), found=len(result.regions))
    if result.level_from == "suggested":
        return LOOK, text + _("; levels suggested by the sacrum, not confirmed")
    if result.level_from == "unknown":
        return LOOK, text + _("; name one level below, the others follow")
    return (DONE if measured else LOOK), text


def _score(result) -> tuple:
    if not result.cards and not result.offers:
        return LOOK, _("no card: see below why")
    text = _("{count} cards").format(count=len(result.cards))
    if result.offers:
        text += _("; {count} more need values").format(count=len(result.offers))
    return (DONE if result.cards else LOOK), text


def cardTitle(card) -> str:
    """Two lines: where, how much and which class; by which model."""
    from RadiomicsOrthoLib.report.wording import output_text

    parts = [card.place, output_text(card.model, card.value)]
    if card.output_class:
        parts.append(card.output_class.title)
    return " \u00b7 ".join(parts) + "\n" + card.model.title


def notAppliedHtml(result) -> str:
    """Which models want values, and why the others gave no card; empty if there are none."""
    if result is None:
        return ""
    items = [_("<b>{title}</b> needs: {values}").format(
        title=escape(offer.title), values=escape(", ".join(title for _name, title, _unit in offer.needs)))
        for offer in result.offers]
    items += ["<b>{title}</b>{region}: {why}".format(
        title=escape(entry.title), region=escape(f" ({entry.region})") if entry.region else "",
        why=escape(f"{entry.reason} {entry.remedy}".strip())) for entry in result.not_applied]
    return "".join(f"<p>{item}</p>" for item in items)
