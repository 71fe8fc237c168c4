"""What the steps of a case say of themselves: a sign, a few words for their titles, and a sentence."""

from html import escape

from slicer.i18n import tr as _

from .translation import shown

#: nothing yet, at work, done, to be done again, look here, no result
NOTHING, AT_WORK, DONE, AGAIN, LOOK, REFUSED = "\u25cb", "\u2026", "\u2713", "\u21bb", "\u26a0", "\u2716"
STEPS = ("load", "regions", "score", "report")


def stepTexts(panel, volumeName, region, changed, busy) -> dict:
    """Step → (sign, words, sentence); the sentence is empty where nothing is to be done about it.

    ``panel`` holds the results (``Panel``), ``volumeName`` and ``region`` name what is chosen, empty if nothing is;
    ``changed`` names what is not any more what the result of the scan was made of (``scan``, ``regions``, ``values``).
    """
    scored, result = panel.scored, panel.scan
    texts = {
        "load": (DONE, volumeName, "") if volumeName else (NOTHING, _("no scan yet"), ""),
        "regions": (DONE, region, "") if region else (NOTHING, _("none yet"), ""),
        "score": (DONE, _resultWords(scored), "") if scored else (REFUSED, _("refused"), "") if panel.refused else
        (NOTHING, "", ""),
        "report": (DONE, _("saved"), "") if panel.saved else
        (NOTHING, _("not saved yet") if scored or result else "", "")}
    if busy:
        return texts | dict.fromkeys(("regions", "score"), (AT_WORK, _("at work"), "")) | {"report": (NOTHING, "", "")}
    if result is None:
        return texts
    texts |= {"regions": _regions(result), "score": _score(result)}
    if "scan" in changed:
        texts["load"] = AGAIN, volumeName, _("Another scan, or other facts, than were scored: press Score again.")
    if "regions" in changed:
        texts["regions"] = AGAIN, _("edited since"), _("Edited since they were scored: press Score again.")
    if changed:
        texts["score"] = AGAIN, _("of before the change"), _("Something changed since: press Score again.")
        texts["report"] = AGAIN, _("of before the change"), ""
    return texts


def _resultWords(scored) -> str:
    from RadiomicsOrthoLib.report.wording import output_text

    return output_text(scored.card.model, scored.card.value) if scored.card else _("features")


def _regions(result) -> tuple:
    measured = [region for region in result.regions if region.measurements]
    words = _("{measured} of {found} measured").format(measured=len(measured), found=len(result.regions))
    if result.level_from == "suggested":
        return LOOK, words, _("Their levels are suggested by the sacrum: confirm one here, or correct it.")
    if result.level_from == "unknown":
        return LOOK, words, _("It is not known which vertebra is which: name one here, the others follow.")
    if not measured:
        return LOOK, words, _("None could be measured; the reasons stand below.")
    return DONE, words, ""


def _score(result) -> tuple:
    if not result.cards and not result.offers:
        return LOOK, _("no score"), _("No model gave a score; the reasons stand below.")
    words = _("1 score") if len(result.cards) == 1 else _("{count} scores").format(count=len(result.cards))
    sentence = _("Choose a line with {sign} to enter what its model needs.").format(sign=NOTHING) \
        if result.offers else ""
    return (DONE if result.cards else LOOK), words, sentence


def cardTitle(card) -> str:
    """Two lines: where, how much and which class; by which model, and how many findings warn."""
    from RadiomicsOrthoLib.report.wording import output_text

    parts = [shown(card.place), output_text(card.model, card.value)]
    if card.output_class:
        parts.append(shown(card.output_class.title))
    return " \u00b7 ".join(parts) + f"\n{warningsText(card.findings)}{shown(card.model.title)}"


def cardTip(card) -> str:
    """The same without being cut off, with what the number means and what warns."""
    from RadiomicsOrthoLib.report.wording import amount_meaning

    model = card.model
    meaning = amount_meaning(model.output_title, model.output_unit, model.is_probability)
    return "\n".join([cardTitle(card), meaning, *(f"{LOOK} {finding.sentence}" for finding in card.findings
                                                  if finding.severity == "warn")])


def warningsText(findings) -> str:
    """How many findings warn, with their sign; empty if none does."""
    count = [finding.severity for finding in findings].count("warn")
    if not count:
        return ""
    return f"{LOOK} " + (_("1 warning") if count == 1 else _("{count} warnings").format(count=count)) + " \u00b7 "


def offerTitle(offer) -> str:
    """Two lines like those of a card, of a model that would apply if its values were entered."""
    values = ", ".join(shown(title) for _name, title, _unit in offer.needs)
    return f"{NOTHING} " + _("needs {values}").format(values=values) + f"\n{shown(offer.title)}"


def notAppliedHtml(result) -> str:
    """Why the other models gave no card; empty if there are none."""
    if result is None:
        return ""
    items = ["<b>{title}</b>{region}: {why}".format(
        title=escape(shown(entry.title)), region=escape(f" ({entry.region})") if entry.region else "",
        why=escape(f"{shown(entry.reason)} {shown(entry.remedy)}".strip())) for entry in result.not_applied]
    return "".join(f"<p>{item}</p>" for item in items)
