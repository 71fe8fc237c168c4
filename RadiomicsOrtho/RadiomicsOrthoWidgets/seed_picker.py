"""One click in the bone: a markups node with a single point."""

import slicer
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin


class SeedPicker(VTKObservationMixin):
    """Places one point with Slicer's own place mode.

    ``placeWidget`` is a qSlicerMarkupsPlaceWidget, ``button`` a checkable button that is down while Slicer waits for
    the click.  Calls ``created(node)`` when it had to make a markups node, and ``placed()`` when the point is there.
    """

    def __init__(self, placeWidget, button, created, placed) -> None:
        VTKObservationMixin.__init__(self)
        self._placeWidget, self._button, self._created, self._placed = placeWidget, button, created, placed
        self._node = None
        # one click, then the mouse is free again
        placeWidget.placeModePersistency = False
        placeWidget.connect("activeMarkupsPlaceModeChanged(bool)", self._onPlaceModeChanged)
        button.connect("clicked(bool)", self._onButton)

    def show(self, node) -> None:
        """Use ``node`` from now on (a vtkMRMLMarkupsFiducialNode or ``None``)."""
        if node is self._node:
            return
        self.removeObservers()
        self._node = node
        self._placeWidget.setCurrentNode(node)
        if node is not None:
            self.addObserver(node, slicer.vtkMRMLMarkupsNode.PointPositionDefinedEvent, self._onDefined)

    def position(self):
        """Where the point is (RAS mm in the world); ``None`` if it was not placed."""
        if self._node is None or self._node.GetNumberOfDefinedControlPoints() < 1:
            return None
        position = [0.0, 0.0, 0.0]
        self._node.GetNthControlPointPositionWorld(0, position)
        return tuple(position)

    def stop(self) -> None:
        """Wait for no click any more."""
        if self._button.checked:
            self._placeWidget.setPlaceModeEnabled(False)
            self._button.checked = False

    def _onButton(self, checked) -> None:
        if not checked:
            self._placeWidget.setPlaceModeEnabled(False)
            return
        if self._node is None:
            node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode", _("Bone"))
            node.CreateDefaultDisplayNodes()
            # a name beside the point would lie on the bone
            node.GetDisplayNode().SetPointLabelsVisibility(False)
            node.SetMaximumNumberOfControlPoints(1)
            self.show(node)
            self._created(node)
        self._node.RemoveAllControlPoints()
        self._placeWidget.setPlaceModeEnabled(True)

    def _onPlaceModeChanged(self, active) -> None:
        self._button.checked = bool(active)

    def _onDefined(self, caller, event) -> None:
        self.stop()
        self._placed()
