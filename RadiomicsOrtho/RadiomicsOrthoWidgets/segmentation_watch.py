"""Tells when a segmentation has changed and has been left alone for a moment."""

import qt
import slicer
from slicer.util import VTKObservationMixin

#: painting changes a segment many times a second
PAUSE_MS = 250


class SegmentationWatch(VTKObservationMixin):
    """Calls ``changed()`` a moment after segments of the watched node were added, removed, edited or renamed."""

    def __init__(self, changed) -> None:
        VTKObservationMixin.__init__(self)
        self._node = None
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.connect("timeout()", changed)

    def watch(self, node) -> None:
        """Follow ``node`` from now on; ``None``: none."""
        if node is self._node:
            return
        self.removeObservers()
        self._timer.stop()
        self._node = node
        if node is None:
            return
        for event in (slicer.vtkSegmentation.SegmentAdded, slicer.vtkSegmentation.SegmentRemoved,
                      slicer.vtkSegmentation.SegmentModified, slicer.vtkSegmentation.SourceRepresentationModified):
            self.addObserver(node.GetSegmentation(), event, self._onChanged)

    def _onChanged(self, caller, event) -> None:
        self._timer.start()
