"""Looks, beside the application, whether a table fits a recipe, soon after either was chosen."""

from dataclasses import replace
from pathlib import Path

import qt
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoScene.workbench import StudyJob
from slicer.i18n import tr as _

from .background_work import POLL_MS

#: after the last change, so long until the check begins
SOON_MS = 400


class TableCheck:
    """``sentence`` says who is in the table, ``problem`` why it cannot be used; calls ``changed()``."""

    def __init__(self, changed) -> None:
        self._changed, self._job = changed, None
        self._request, self._asked = None, ()
        self.sentence = self.problem = ""
        self._soon = qt.QTimer()
        self._soon.setSingleShot(True)
        self._soon.setInterval(SOON_MS)
        self._soon.connect("timeout()", self._begin)
        self._poll = qt.QTimer()
        self._poll.setInterval(POLL_MS)
        self._poll.connect("timeout()", self._onPoll)

    @property
    def pending(self) -> bool:
        """True while nothing is known yet of what was asked."""
        return self._soon.active or self._job is not None

    def ask(self, request) -> None:
        """Check ``request`` (a ``StudyRequest``) unless that has been done; ``None``: there is nothing to check."""
        # where the results go, and how many fits run at once, is no matter of the table
        request = request and replace(request, out="", jobs=1)
        asked = () if request is None else (request, *map(_stamp, (request.table, *request.sheets)))
        if asked == self._asked:
            return
        self.stop()
        self._request, self._asked = request, asked
        self.sentence = self.problem = ""
        if request is not None:
            self._soon.start()

    def stop(self) -> None:
        """End the check; it is done again when it is asked for."""
        self._soon.stop()
        self._poll.stop()
        if self._job is not None:
            self._job.stop()
        self._job, self._asked = None, ()

    def _begin(self) -> None:
        try:
            job = StudyJob()
            if job.check(self._request):
                self._job = job
                self._poll.start()
            else:
                self.sentence = _("The table is checked when the study is run, after its Python packages were "
                                  "installed.")
        except InputError as error:
            self.problem = str(error)
        self._changed()

    def _onPoll(self) -> None:
        if self._job.running:
            return
        self._poll.stop()
        job, self._job = self._job, None
        try:
            outcome = job.outcome()
            found = outcome.found
            self.problem = outcome.problem
            self.sentence = " ".join([found["sentence"], *found["notes"]]) if found else ""
        except RuntimeError as error:
            self.problem = str(error)
        self._changed()


def _stamp(path: str) -> tuple:
    """Changes when the file does."""
    try:
        state = Path(path).stat()
        return state.st_mtime_ns, state.st_size
    except OSError:
        return ()
