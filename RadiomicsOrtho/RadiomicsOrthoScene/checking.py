"""The quality gate on a segment, before anything is measured."""

from __future__ import annotations

import threading

from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.quality.finding import Finding
from RadiomicsOrthoLib.regions.roi import Roi

from .segments import roi_of_segment
from .volumes import bone_image


class RegionCheck:
    """One check on a thread of its own: findings that a score would have, without a score.

    Nodes are read at once, on the caller's thread; InputError if the segment is gone or does
    not lie on the volume.  When ``done``, there are ``findings`` (the most severe first), or a ``problem``.
    """

    def __init__(self, volumeNode, segmentationNode, segmentId: str) -> None:
        image = bone_image(volumeNode)
        roi = roi_of_segment(segmentationNode, segmentId, volumeNode)
        self.findings: tuple[Finding, ...] = ()
        self.problem = ""
        self._thread = threading.Thread(target=self._work, args=(image, roi), daemon=True)
        self._thread.start()

    @property
    def done(self) -> bool:
        return not self._thread.is_alive()

    def give_time(self, seconds: float) -> None:
        """Let it work for so long at most.

        Slicer's main thread keeps Python's lock while it waits for the mouse; a check that nobody gives time stands
        still.
        """
        self._thread.join(seconds)

    def _work(self, image: BoneImage, roi: Roi) -> None:
        from RadiomicsOrthoLib.quality.gate import inspect_with_core

        try:
            self.findings = inspect_with_core(image, roi)
        except InputError as error:
            self.problem = str(error)
        except Exception as error:  # noqa: BLE001 - a thread has nobody to raise to
            self.problem = f"The region could not be checked ({type(error).__name__}: {error}); please report it."
