"""The section "Region from points": a polygon, an ellipse or a box on the femoral neck, on a 2-D image."""

import slicer
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoScene.planar_regions import (
    is_planar,
    label_points,
    make_region,
    new_markups,
    points_missing,
    shape_of,
)
from slicer.i18n import tr as _
from slicer.util import VTKObservationMixin

from .combo_box import Choices
from .translation import shown


class PlanarRegionSection(VTKObservationMixin):
    """Sets points on a parameter node's 2-D volume, and makes segments of them.

    ``ui`` holds the widgets of the .ui file; ``made(segmentId)`` is called with each new segment,
    ``newSegmentation(volumeNode)`` makes an empty segmentation where none is chosen.
    """

    def __init__(self, ui, newSegmentation, made) -> None:
        VTKObservationMixin.__init__(self)
        self._ui, self._newSegmentation, self._made = ui, newSegmentation, made
        self._node = self._markups = None
        self._shape = Choices(ui.planarShapeComboBox)
        # one shape has several points
        ui.planarPlaceWidget.placeModePersistency = True
        ui.planarPlaceWidget.connect("activeMarkupsPlaceModeChanged(bool)", self._onPlaceModeChanged)
        ui.planarShapeComboBox.connect("currentIndexChanged(int)", self._onShape)
        ui.planarPointsButton.connect("clicked(bool)", self._onPoints)
        ui.planarRegionButton.connect("clicked(bool)", self._onRegion)

    def show(self, node) -> None:
        """Bring the section in line with ``node``; ``None``: there is none, nothing is written."""
        self._node = node
        planar = node is not None and is_planar(node.inputVolume)
        self._ui.planarCollapsibleButton.visible = planar
        self._ui.proposeCollapsibleButton.visible = not planar
        self._follow(node.planarPoints if planar else None)
        if not planar:
            self.stop()
            return
        self._shape.show([(_("Polygon"), "polygon"), (_("Ellipse"), "ellipse"),
                          (_("Box on the femoral neck"), "neck-box")], node.planarShape)
        self._showState()

    def stop(self) -> None:
        """Wait for no point any more."""
        if self._ui.planarPointsButton.checked:
            self._ui.planarPlaceWidget.setPlaceModeEnabled(False)
            self._ui.planarPointsButton.checked = False

    def _follow(self, markupsNode) -> None:
        if markupsNode is self._markups:
            return
        self.removeObservers()
        self._markups = markupsNode
        self._ui.planarPlaceWidget.setCurrentNode(markupsNode)
        if markupsNode is not None:
            for event in (slicer.vtkMRMLMarkupsNode.PointPositionDefinedEvent,
                          slicer.vtkMRMLMarkupsNode.PointPositionUndefinedEvent,
                          slicer.vtkMRMLMarkupsNode.PointRemovedEvent):
                self.addObserver(markupsNode, event, self._onPointsChanged)

    def _showState(self, done: str = "") -> None:
        ui, missing = self._ui, points_missing(self._markups)
        ui.planarRegionButton.enabled = missing == 0
        ui.planarRegionButton.toolTip = (_("Add a segment with the pixels whose centres lie inside") if missing == 0
                                         else _("Set the points first"))
        ui.planarInfoLabel.text = done or self._nextStep(3 - missing)

    def _nextStep(self, count: int) -> str:
        """What to do with ``count`` points set (3: all, or enough)."""
        steps = {"polygon": (_("Set points in order around the region; right-click ends."),) * 3,
                 "ellipse": (_("Set the centre."), _("Set the end of one axis."),
                             _("Set a point to which the ellipse reaches across.")),
                 "neck-box": (_("Set the centre of the femoral head."),
                              _("Set a second point on the neck's axis: the middle of its base, or where the axis "
                                "meets the lateral cortex."),
                              _("Set a point on the upper or lower cortex where the neck is narrowest."))}
        if count < 3:
            return steps[self._shape.chosen() or "polygon"][count]
        return _("Points can be dragged; then make the region.")

    def _onShape(self, index) -> None:
        if not self._node:
            return
        self.stop()
        # points of another shape mean something else; they stay in the scene
        with slicer.util.NodeModify(self._node.parameterNode):
            self._node.planarShape = self._shape.chosen()
            self._node.planarPoints = None

    def _onPoints(self, checked) -> None:
        if not checked:
            self._ui.planarPlaceWidget.setPlaceModeEnabled(False)
            return
        if self._markups is None or shape_of(self._markups) != self._node.planarShape:
            self._node.planarPoints = new_markups(self._node.planarShape, _("Region points"))
            self._follow(self._node.planarPoints)
        elif points_missing(self._markups) == 0:
            self._markups.RemoveAllControlPoints()
        self._ui.planarPlaceWidget.setPlaceModeEnabled(True)
        self._showState()

    def _onPlaceModeChanged(self, active) -> None:
        self._ui.planarPointsButton.checked = bool(active)

    def _onPointsChanged(self, caller, event) -> None:
        label_points(self._markups)
        if shape_of(self._markups) != "polygon" and points_missing(self._markups) == 0:
            self.stop()
        self._showState()

    def _onRegion(self) -> None:
        node, problem = self._node, ""
        self.stop()
        with slicer.util.tryWithErrorDisplay(_("The region could not be made."), waitCursor=True):
            try:
                if not node.segmentation:
                    node.segmentation = self._newSegmentation(node.inputVolume)
                region = make_region(self._markups, node.segmentation, node.inputVolume)
                self._made(region.segmentId)
                self._showState(regionText(region.proposal))
            except InputError as error:
                problem = shown(str(error))
        # only now: a message box under a wait cursor looks like a hanging program
        if problem:
            self._showState(problem)
            slicer.util.errorDisplay(problem)


def regionText(proposal) -> str:
    """What was made, in one line, and what to look at."""
    summary = proposal.summary
    parts = [_("{count} pixels").format(count=summary["pixel_count"])]
    if "area_mm2" in summary:
        parts.append(_("{area:.0f} mm\u00b2").format(area=summary["area_mm2"]))
    if "width_mm" in summary:
        parts.append(_("neck {width:.1f} mm wide").format(width=summary["width_mm"]))
    return " ".join([_("Made: {facts}.").format(facts=", ".join(parts)),
                     *(f"{remark.sentence} {remark.remedy}" for remark in proposal.remarks),
                     _("Name it below.")])
