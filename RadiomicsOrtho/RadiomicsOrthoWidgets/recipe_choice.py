"""Which published design is run: one that ships, or a file of one's own; what it needs, and how it differs."""

import qt
import slicer
from RadiomicsOrthoLib.errors import InputError
from slicer.i18n import tr as _

from .combo_box import Choices
from .fold import addText, fold
from .form_layout import WheelGuard
from .sizes import lines
from .translation import shown

SETTING = "RadiomicsOrtho/StudyRecipe"
#: entry of the list for a recipe of one's own
OWN = "own"
ABOUT_LINES, COMBO_LETTERS = 18, 24


class RecipeChoice:
    """A combo box, two sentences below it, and a fold with the whole design; calls ``changed()``.

    ``ownPath()`` is the file of one's own recipe, edited elsewhere.
    """

    def __init__(self, form, ownPath, changed) -> None:
        from RadiomicsOrthoLib.modelling.recipes.recipe_file import recipe_titles

        self._ownPath, self._changed = ownPath, changed
        #: the recipe that is chosen, or why it cannot be used
        self.recipe, self.problem = None, ""
        self.comboBox = qt.QComboBox()
        self.comboBox.objectName = "studyRecipeComboBox"
        self.comboBox.sizeAdjustPolicy = qt.QComboBox.AdjustToMinimumContentsLengthWithIcon
        self.comboBox.minimumContentsLength = COMBO_LETTERS
        self._tip = _("The published study whose way of working is fitted to your own table; none of its numbers are "
                      "used")
        self.comboBox.toolTip = self._tip
        self._guard = WheelGuard()
        self._guard.protect(self.comboBox)
        self._choices = Choices(self.comboBox)
        entries = [(f"{name}: {shown(title)}", name) for name, title in recipe_titles().items()]
        self._choices.show([*entries, (_("A recipe of your own (file under Advanced)"), OWN)],
                           str(slicer.app.userSettings().value(SETTING, "") or ""))
        self.comboBox.connect("currentIndexChanged(int)", self._onChoice)
        label = qt.QLabel(_("&Recipe:"))
        label.setBuddy(self.comboBox)
        form.addRow(label, self.comboBox)
        self.needsLabel = qt.QLabel()
        addText(form, self.needsLabel)
        self._aboutBox, layout = fold(_("About this design"), qt.QVBoxLayout)
        self.aboutBrowser = qt.QTextBrowser()
        self.aboutBrowser.tabChangesFocus = True
        self.aboutBrowser.toolTip = _("What the study states and reported, what is done otherwise here and why, and "
                                      "what had to be assumed")
        self.aboutBrowser.setFixedHeight(lines(self.aboutBrowser, ABOUT_LINES))
        layout.addWidget(self.aboutBrowser)
        form.addRow(self._aboutBox)
        self._aboutBox.connect("toggled(bool)", lambda opened: self._showAbout())

    @property
    def chosen(self) -> str:
        """Id of a recipe that ships, or the path of an own one; empty if none can be used."""
        key = self._choices.chosen()
        return self._ownPath() if key == OWN else key

    @property
    def isOwn(self) -> bool:
        return self._choices.chosen() == OWN

    def read(self) -> None:
        """Read the chosen recipe, and say what it needs."""
        from RadiomicsOrthoLib.modelling.recipes.recipe_file import load_recipe
        from RadiomicsOrthoLib.report.study.recipe_text import differs_text, needs_text

        self.recipe, self.problem = None, ""
        if not self.chosen:
            self.needsLabel.text = _("Name the file of your recipe under Advanced.")
            return
        try:
            self.recipe = load_recipe(self.chosen)
            self.needsLabel.text = f"{shown(needs_text(self.recipe))}\n{shown(differs_text(self.recipe))}"
            self.comboBox.toolTip = f"{shown(self.recipe.title)}\n{self.recipe.citation}\n{self._tip}"
        except InputError as error:
            self.problem = str(error)
            self.needsLabel.text = self.problem
        self._showAbout()

    def _onChoice(self, index) -> None:
        slicer.app.userSettings().setValue(SETTING, self._choices.chosen())
        self._changed()

    def _showAbout(self) -> None:
        """Only where it is seen: laying it out takes a moment."""
        if self._aboutBox.collapsed:
            return
        from RadiomicsOrthoLib.report.study.page import design_html

        self.aboutBrowser.setHtml(design_html(self.recipe) if self.recipe else "")
