"""A line that says whether features can be extracted at once."""

import qt
from RadiomicsOrthoScene.feature_engine import engine_state, preparation
from slicer.i18n import tr as _

#: how often the state is asked while it changes
POLL_MS = 500


class EngineStateLabel:
    """Starts the preparation of the feature engine and shows its state in ``label`` while the panel is open."""

    def __init__(self, label, requirementsFile: str) -> None:
        self._label, self._requirementsFile = label, requirementsFile
        self._timer = qt.QTimer()
        self._timer.setInterval(POLL_MS)
        self._timer.connect("timeout()", self.update)

    def start(self) -> None:
        self.update()

    def stop(self) -> None:
        """Ask no more; the preparation itself goes on, and ends with the application."""
        self._timer.stop()

    def update(self) -> None:
        state = engine_state(self._requirementsFile)
        self._label.text, self._label.toolTip = self._texts(state)
        if state == "running":
            self._timer.start()
        else:
            self._timer.stop()

    @staticmethod
    def _texts(state: str) -> tuple:
        if state == "not installed":
            return (_("Feature engine: not installed"),
                    _("Ask for radiomics features and press Apply: its Python packages are then offered for "
                      "installation. Scores that need no features do not miss it."))
        if state == "running":
            return (preparingText(preparation().seconds),
                    _("Its code is compiled once on this computer, in the background, and kept. You can work on; "
                      "features that you ask for meanwhile wait for it."))
        if state == "failed":
            return (_("Feature engine: not prepared; the first features will take a minute longer"),
                    _("Preparing it in the background failed: {reason}. If extraction fails as well, reinstall the "
                      "Python packages numba and PyWavelets.").format(reason=preparation().reason))
        return _("Feature engine: ready"), _("Features of a region take a second or a few")


def preparingText(seconds: float) -> str:
    return _("Feature engine: being prepared, once on this computer ({seconds:.0f} s so far)").format(seconds=seconds)
