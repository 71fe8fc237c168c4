"""The row that asks which vertebra one of the found bodies is; the others follow."""

import qt
import slicer
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoScene.body_levels import name_body
from RadiomicsOrthoScene.views import show_segment
from slicer.i18n import tr as _

from .combo_box import Choices
from .translation import shown

LEVELS = (*(f"T{n}" for n in range(1, 14)), *(f"L{n}" for n in range(1, 7)))


class LevelQuestion:
    """``widget`` goes into the panel; ``named()`` is called when a person has named a level."""

    def __init__(self, named) -> None:
        self._named, self._segmentation, self._bodies = named, None, ()
        #: the body that the level in the row was chosen or suggested for
        self._levelOf = None
        self.widget = qt.QWidget()
        layout = qt.QHBoxLayout(self.widget)
        layout.setContentsMargins(0, 0, 0, 0)
        self.bodyComboBox, self.levelComboBox = qt.QComboBox(), qt.QComboBox()
        self.bodyComboBox.toolTip = _("The slice views go to the body that is chosen")
        self.levelComboBox.toolTip = _("Count the ribs or the lumbar vertebrae")
        self._body, self._level = Choices(self.bodyComboBox), Choices(self.levelComboBox)
        self.button = qt.QPushButton(_("Name and score"))
        self.button.toolTip = _("Choose the level of this body first")
        for widget in (self.bodyComboBox, qt.QLabel(_("is")), self.levelComboBox, self.button):
            layout.addWidget(widget)
        layout.addStretch(1)
        self.bodyComboBox.connect("activated(int)", self._onBody)
        self.levelComboBox.connect("activated(int)", self._onLevel)
        self.button.connect("clicked(bool)", self._onButton)

    def show(self, segmentationNode, bodies) -> None:
        """Ask about ``bodies`` (of ``bodies_of``); nothing is asked where there are none, or a person named one."""
        asks = bool(bodies) and not any(body.level for body in bodies)
        self.widget.visible = asks
        if segmentationNode is not self._segmentation:
            self._levelOf = None
        self._segmentation, self._bodies = segmentationNode, bodies if asks else ()
        if not asks:
            return
        lowest = max((body for body in bodies if body.complete), key=lambda body: body.number, default=bodies[-1])
        numbers = [str(body.number) for body in bodies]
        chosen = self._body.chosen()
        self._body.show([(_("Vertebra {number}").format(number=number), number) for number in numbers],
                        chosen if self._levelOf and chosen in numbers else str(lowest.number))
        self._showLevel()

    def showBody(self) -> None:
        """The slice views at the body that is asked about."""
        for body in self._bodies:
            if str(body.number) == self._body.chosen():
                show_segment(self._segmentation, body.segmentIds[0])

    def _showLevel(self) -> None:
        number = self._body.chosen()
        suggested = next((body.suggested for body in self._bodies if str(body.number) == number), None)
        # nothing is preset that nobody suggests: a level that is confirmed by mistake moves every score
        entries = [] if suggested else [(_("choose its level"), "")]
        same = self._levelOf == number
        self._level.show(entries + [(level, level) for level in LEVELS],
                         self._level.chosen() if same else suggested or "")
        self._levelOf = number
        self._onLevel(0)

    def _onBody(self, index) -> None:
        self._showLevel()
        self.showBody()

    def _onLevel(self, index) -> None:
        self.button.enabled = bool(self._level.chosen())
        self.button.toolTip = _("Name this body; the others follow, and nothing is measured again") \
            if self.button.enabled else _("Choose the level of this body first")

    def _onButton(self, checked) -> None:
        try:
            name_body(self._segmentation, self._bodies, int(self._body.chosen()), self._level.chosen())
        except InputError as error:
            slicer.util.errorDisplay(shown(str(error)))
            return
        self._named()
