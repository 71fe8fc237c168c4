"""The section "Findings by eye": a form about the chosen segment."""

import qt
import slicer
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.features.semantic.answers import contradictions
from slicer.i18n import tr as _

from .semantic_editors import SemanticEditors
from .translation import shown


class SemanticSection:
    """Shows the form and the answers of a parameter node, and writes into it what the user answers.

    ``ui`` holds the widgets of the .ui file, ``answers`` is a ``RadiomicsOrthoScene.semantic.ReaderAnswers``.
    """

    def __init__(self, ui, answers) -> None:
        self._ui, self._answers, self._node = ui, answers, None
        self._shown, self._problem = None, ""
        self._editors = SemanticEditors(ui.semanticWidget, self._onAnswered)
        ui.semanticFormComboBox.connect("currentIndexChanged(int)", self._onFormChosen)
        ui.openFormButton.connect("clicked(bool)", self._onOpenForm)
        ui.clearAnswersButton.connect("clicked(bool)", self._onClear)

    def show(self, node) -> None:
        """Bring the section in line with ``node``; ``None``: there is none, nothing is written."""
        self._node = node
        if node is None:
            return
        form, forms = self._answers.form_of(node), self._answers.forms_for(node)
        self._showForms(form, forms)
        problem, given = self._answers.problem(node), {}
        if problem and problem != self._problem:
            # it keeps Apply from being pressed: to be seen without looking for it
            self._ui.semanticGroupBox.collapsed = False
        self._problem = problem
        found = None if problem else self._answers.answers_of(node)
        if found:
            given = {**found.answers, **dict.fromkeys(found.not_assessable, "not assessable")}
        segment = bool(node.segmentation and node.segmentId)
        self._editors.show(form, given)
        self._ui.semanticWidget.enabled = segment and form is not None
        # there is something to clear, or no button
        self._ui.clearAnswersButton.visible = bool(given) or bool(problem)
        count = len(form.questions) if form else 0
        self._ui.semanticGroupBox.title = (
            _("Findings by eye ({done} of {count} done)").format(done=len(given), count=count) if given
            else _("Findings by eye (optional)"))
        info = problem or ("" if segment else _("Choose a segment first: answers belong to one region."))
        if found and not info:
            info = " ".join([_("Please look again:"), *told]) if (told := contradictions(found)) else ""
        self._ui.semanticInfoLabel.text = info or _(
            "Answers are about this region and go into the features. Point at a question for its definition.")

    def _showForms(self, form, forms) -> None:
        comboBox = self._ui.semanticFormComboBox
        wasBlocked = comboBox.blockSignals(True)
        if self._shown != forms:
            comboBox.clear()
            for other in forms:
                comboBox.addItem(shown(other.title), other.id)
                comboBox.setItemData(comboBox.count - 1, f"{other.id} {other.version}", qt.Qt.ToolTipRole)
            self._shown = forms
        comboBox.setCurrentIndex(comboBox.findData(form.id) if form else -1)
        comboBox.toolTip = shown(form.notes) if form else _("There is no form for this bone")
        comboBox.blockSignals(wasBlocked)

    def _onAnswered(self) -> None:
        if self._node:
            self._answers.store(self._node, self._editors.given())

    def _onFormChosen(self, index) -> None:
        if self._node:
            self._node.semanticForm = self._ui.semanticFormComboBox.itemData(index) or ""

    def _onClear(self) -> None:
        if self._node:
            self._answers.store(self._node, {})

    def _onOpenForm(self) -> None:
        path = qt.QFileDialog.getOpenFileName(slicer.util.mainWindow(), _("Your own form"), "",
                                              _("Forms") + " (*.yaml *.yml *.json)")
        if not path or not self._node:
            return
        try:
            form = self._answers.add_own_form(path)
        except InputError as error:
            slicer.util.errorDisplay(shown(str(error)))
            return
        if form not in self._answers.forms_for(self._node):
            slicer.util.infoDisplay(_("The form is at hand now, for the bone '{site}'; this region is another one.")
                                    .format(site=form.site))
            return
        self._node.semanticForm = form.id
        self.show(self._node)
