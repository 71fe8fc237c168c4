"""A section of the panel whose button starts work beside the application."""

from .background_work import BackgroundWork
from .section import Section


class BackgroundSection(Section):
    """Belongs to no scene and no parameter node: its results lie in a folder.

    A section makes its widgets in ``_build()``, among them ``progressBar`` and ``stateLabel``, takes a job that has
    ended in ``_onEnd(job)``, and says in ``_showState()`` what can be pressed, and why not.
    """

    def _begin(self) -> None:
        """To be called at the end of the constructor."""
        self._build()
        self._work = BackgroundWork(self.progressBar, self.stateLabel, self._onEnd)
        self._showState()

    @property
    def busy(self) -> bool:
        """True while something is being computed."""
        return self._work.busy

    def enter(self) -> None:
        self._showState()

    def stop(self) -> None:
        """End the work; what is done stays done."""
        self._work.stop()
