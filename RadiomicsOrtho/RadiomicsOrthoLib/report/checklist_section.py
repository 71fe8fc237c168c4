"""What a report of one score answers of the checklists for radiomics studies, and what it leaves to the author.

METRICS: Kocak et al., Insights Imaging 2024, 30 items.  CLEAR: Kocak et al., Insights Imaging 2023, 58 items.  Items
are named here in short, in words of this project; no quality score is computed, for one case is no study.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..scoring.card import ScoreCard
from .html_parts import section, table
from .language import local, tr
from .svg import escape


@dataclass(frozen=True)
class Item:
    """An item of a checklist, in English; ``clear`` are the numbers of CLEAR that ask for the same."""

    number: int
    name: str
    clear: str = ""


#: METRICS, all 30, with the items of CLEAR that they share
METRICS = (
    Item(1, "reporting guideline followed"), Item(2, "eligibility criteria"), Item(3, "reference standard"),
    Item(4, "several centres"), Item(5, "imaging as used in practice"), Item(6, "acquisition protocol", "16"),
    Item(7, "time from imaging to reference standard"), Item(8, "how the region was drawn", "19–20"),
    Item(9, "automatic segmentation checked"), Item(10, "test regions by one reader or one method"),
    Item(11, "image preprocessing", "21–24"), Item(12, "standardised feature software", "25–28"),
    Item(13, "feature extraction settings", "25–28"), Item(14, "unstable features removed", "31"),
    Item(15, "redundant features removed", "33"), Item(16, "number of features fits the data"),
    Item(17, "robustness of deep learning"), Item(18, "partition of the data", "15"), Item(19, "confounders"),
    Item(20, "measures of performance", "38–43"), Item(21, "their uncertainty", "38–43"), Item(22, "calibration"),
    Item(23, "uni-parametric imaging alone"), Item(24, "comparison with a non-radiomic model", "38–43"),
    Item(25, "comparison with a simple model"), Item(26, "internal testing", "38–43"), Item(27, "external testing"),
    Item(28, "data shared"), Item(29, "code shared"), Item(30, "model shared", "55–58"))
#: items about texture or shape features, which a model of mean attenuation does not have
_OF_FEATURES = {12, 13, 14, 15, 16}


def checklist_section(card: ScoreCard) -> str:
    """Answered items with their answers, and the open ones by name; empty for a card without scan."""
    if not card.model.uses_scan:
        return ""
    answers = dict(_answers(card))
    applicable = [item for item in METRICS if item.number not in _OF_FEATURES or card.model.needs_features]
    rows = [[str(item.number), escape(item.clear or "—"), escape(local(item.name)), escape(answers[item.number])]
            for item in applicable if item.number in answers]
    open_items = tr(", ").join(f"{item.number} {local(item.name)}" for item in applicable
                               if item.number not in answers)
    left = tr("Left to the author of a study, METRICS: {items}. CLEAR: its items on title, abstract, introduction, "
              "study design, patients, discussion and statements.", items=open_items)
    about = tr("One score is no study, so no quality score is given; this says what the report already answers.")
    return section(tr("Checklists (METRICS, CLEAR)"), f'<p class="what">{escape(about)}</p>'
                   + table(rows, (tr("METRICS"), tr("CLEAR"), tr("Item"), tr("Answer")), "checklist")
                   + f'<p class="what">{escape(left)}</p>')


def _answers(card: ScoreCard) -> Iterator[tuple[int, str]]:
    """Number of an item → what this report says of it."""
    model, provenance = card.model.card, card.provenance
    if model.get("reference_standard"):
        yield 3, local(model["reference_standard"])
    known = card.acquisition.get("known", {})
    if known:
        yield 6, tr("{known} facts known, {unknown} unknown: see “How the scan was made”", known=len(known),
                    unknown=len(card.acquisition.get("unknown", ())))
    made_by = provenance.get("roi", {}).get("made_by")
    if made_by and made_by != "not stated":
        yield 8, local(made_by)
    profile = provenance.get("profile")
    if profile:
        named = tr("profile {id}, version {version}", id=profile["id"], version=profile["version"])
        yield 11, named
        engine = provenance.get("engine", {})
        version = provenance["software"]["radiomics-ortho"]
        yield 12, f'RadiomicsOrtho {version}, {engine.get("name", "")} {engine.get("version", "")}'.rstrip()
        yield 13, tr("{profile}; every setting is in features.provenance.json", profile=named)
    elif "image" in provenance:
        yield 11, tr("none: voxels of the scan's own grid")
    performance = model.get("performance", ())
    if performance:
        yield 20, tr("{count} figures: see “Performance”", count=len(performance))
        if any("CI" in str(entry.get("value", "")) for entry in performance):
            yield 21, tr("95 % confidence intervals: see “Performance”")
        for number, word in ((22, "calibrat"), (26, "cross-validat"), (27, "external")):
            if any(word in str(entry.get("measure", "")).lower() for entry in performance):
                yield number, tr("see “Performance”")
    yield 29, tr("RadiomicsOrtho, Apache-2.0")
    yield 30, tr("the whole model is in card.json")
