"""How a study is validated, where that shall be otherwise than its recipe says; and how many fits run at once."""

import qt
from slicer.i18n import tr as _

from .button_state import allow
from .fold import addEditor
from .form_layout import WheelGuard

MOST_JOBS, MOST_REPEATS, MOST_FOLDS, MOST_SEED = 64, 200, 50, 999999


class StudyPlan:
    """Spin boxes in the form ``form``; calls ``changed()`` when a person changes one."""

    def __init__(self, form, changed, jobs: int) -> None:
        self._guard, self._recipe = WheelGuard(), None
        self._boxes = {
            "repeats": self._box(1, MOST_REPEATS, changed), "folds": self._box(2, MOST_FOLDS, changed),
            "seed": self._box(0, MOST_SEED, changed), "jobs": self._box(1, MOST_JOBS, changed)}
        self._boxes["jobs"].value = jobs
        for name, title in (("repeats", _("Repeats of the &cross-validation:")), ("folds", _("Folds:")),
                            ("seed", _("See&d:")), ("jobs", _("Fits at o&nce:"))):
            addEditor(form, title, self._boxes[name])
        self.show(None)

    def _box(self, least: int, most: int, changed):
        box = qt.QSpinBox()
        box.setRange(least, most)
        self._guard.protect(box)
        box.connect("valueChanged(int)", changed)
        return box

    def show(self, recipe) -> None:
        """Begin with what ``recipe`` says; ``None``: there is none."""
        from RadiomicsOrthoLib.workbench.request import has_folds

        self._recipe = recipe
        for name in ("repeats", "folds", "seed"):
            box = self._boxes[name]
            wasBlocked = box.blockSignals(True)
            if recipe is not None:
                box.value = getattr(recipe.validation, name)
            box.blockSignals(wasBlocked)
        fixed = _("This recipe leaves out one subject or centre at a time; it has no number of folds.") \
            if recipe is not None and not has_folds(recipe) else _("Choose a recipe first.") if recipe is None else ""
        allow(self._boxes["repeats"], fixed, _(
            "How often the people are divided into folds anew; more repeats: steadier figures, longer work. The report "
            "says where this differs from the recipe."))
        allow(self._boxes["folds"], fixed, _(
            "Into how many parts of whole subjects the table is divided; each part is predicted by a model that had "
            "not seen it"))
        allow(self._boxes["seed"], "" if recipe is not None else _("Choose a recipe first."), _(
            "Another number divides the people otherwise; the same number gives the same result"))
        self._boxes["jobs"].toolTip = _("How many fits are computed at once, each in a process of its own")

    def values(self) -> dict:
        """``jobs``, and of the others what is not as in the recipe (``None`` where it is)."""
        from RadiomicsOrthoLib.workbench.request import has_folds

        found = {"jobs": self._boxes["jobs"].value}
        for name in ("repeats", "folds", "seed"):
            box = self._boxes[name]
            fixed = self._recipe is None or (name != "seed" and not has_folds(self._recipe))
            same = fixed or box.value == getattr(self._recipe.validation, name)
            found[name] = None if same else box.value
        return found
