"""Work of the library in a process beside the application, as the panel sees it."""

from __future__ import annotations

import slicer
from RadiomicsOrthoLib.child_process import ChildProcess
from RadiomicsOrthoLib.errors import InputError


class Job:
    """One piece of work at a time, done by ``process``; the panel asks now and then how far it is."""

    def __init__(self, process: ChildProcess) -> None:
        self._process = process

    @property
    def running(self) -> bool:
        return self._process.running

    @property
    def progress(self) -> tuple[float, str]:
        """How far it is (0 to 1), and what it is doing."""
        return self._process.progress

    def stop(self) -> None:
        """End it at once; the scene is as it was."""
        self._process.stop()


class VolumeJob(Job):
    """Work on a volume node, which a user may remove meanwhile."""

    def __init__(self, process: ChildProcess) -> None:
        super().__init__(process)
        self._volumeId = ""

    def _volumeNode(self):
        """The volume that the work was begun with; InputError if it is gone."""
        node = slicer.mrmlScene.GetNodeByID(self._volumeId)
        if node is None:
            raise InputError("The volume was removed from the scene meanwhile; nothing was written.")
        return node
