"""The titles of the steps: how far each is, to be seen also where it is folded."""

import qt
from slicer.i18n import tr as _

from .step_text import STEPS

#: so many letters of a name stand in a title: a title may not widen the panel
LONGEST_WORDS = 28


class StepTitles:
    """Writes sign and words into the titles of the steps in ``ui``, and the sentence on top of each."""

    def __init__(self, ui) -> None:
        self._steps = {}
        names = {"load": _("&1. Load"), "regions": _("&2. Regions"), "score": _("&3. Score"), "report": _("&4. Report")}
        for step in STEPS:
            button, label = getattr(ui, f"{step}CollapsibleButton"), qt.QLabel()
            label.wordWrap = True
            # a fold shows all that is directly in it when it is opened: what a step shows stands in a widget of its own
            getattr(ui, f"{step}Widget").layout().insertWidget(0, label)
            self._steps[step] = button, names[step], label

    def show(self, texts) -> None:
        """``texts`` as ``stepTexts`` gives them."""
        for step, (sign, words, sentence) in texts.items():
            button, title, label = self._steps[step]
            # a lone & would underline the letter behind it
            told = f"   {sign} {shortened(words)}".replace("&", "&&") if words else ""
            button.text = title + told
            button.toolTip = sentence or words
            label.text = f"{sign} {sentence}" if sentence else ""
            label.visible = bool(sentence)

    def sentence(self, step: str) -> str:
        return self._steps[step][2].text


def shortened(words: str) -> str:
    return words if len(words) <= LONGEST_WORDS else words[:LONGEST_WORDS - 1] + "\u2026"
