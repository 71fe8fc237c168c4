"""Work beside the application that a section of the panel waits for, shown in its bar and its line of text."""

import qt
from slicer.i18n import tr as _

from .translation import shown
from .work_controls import showShare

#: how often the work is asked how far it is
POLL_MS = 200


class BackgroundWork:
    """One job at a time: something with ``running``, ``progress``, ``cancel()`` and ``stop()``.

    Its progress goes to ``bar`` and ``label``; ``ended(job)`` is called once it no longer runs.
    """

    def __init__(self, bar, label, ended) -> None:
        self._bar, self._label, self._ended = bar, label, ended
        self._job, self.cancelling = None, False
        self._timer = qt.QTimer()
        self._timer.setInterval(POLL_MS)
        self._timer.connect("timeout()", self._onPoll)

    @property
    def busy(self) -> bool:
        return self._job is not None

    def begin(self, job) -> None:
        """Follow a job that was started."""
        self._job, self.cancelling = job, False
        self._timer.start()

    def cancel(self) -> None:
        """Ask it to end; it still runs for a moment."""
        self.cancelling = True
        self._job.cancel()

    def stop(self) -> None:
        """End it at once; nobody is told."""
        self._timer.stop()
        if self.busy:
            self._job.stop()
        self._job, self.cancelling = None, False

    def _onPoll(self) -> None:
        if self._job.running:
            share, text = self._job.progress
            # nothing is known of how much is done: a bar that moves instead of 0 %
            showShare(self._bar, share)
            self._label.text = _("Ending\u2026") if self.cancelling else shown(text[:1].upper() + text[1:])
            return
        self._timer.stop()
        job, self._job, self.cancelling = self._job, None, False
        self._ended(job)
