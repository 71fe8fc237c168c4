"""The second step of a case: which segment of which segmentation is measured."""

import slicer
from RadiomicsOrthoScene.one_click import hand_to_segment_module

from .region_text import regionText
from .section import Section


class RegionsStep(Section):
    """Shows the region that a parameter node chooses, and writes into it what the user chooses."""

    def __init__(self, panel) -> None:
        super().__init__(panel)
        self.widget = panel.ui.regionsCollapsibleButton
        panel.ui.segmentSelector.connect("currentNodeChanged(vtkMRMLNode*)", self._onSegmentation)
        panel.ui.segmentSelector.connect("currentSegmentChanged(QString)", self._onSegment)
        panel.ui.segmentButton.connect("clicked(bool)", self._onDraw)

    def show(self, node) -> None:
        if node is None:
            return
        selector = self.panel.ui.segmentSelector
        wasBlocked = selector.blockSignals(True)
        selector.setCurrentNode(node.segmentation)
        if node.segmentId:
            selector.setCurrentSegmentID(node.segmentId)
        selector.blockSignals(wasBlocked)
        anatomy = self.panel.logic.anatomy(node.segmentation, node.segmentId)
        self.panel.ui.regionLabel.text = regionText(anatomy) if anatomy else ""
        self.panel.ui.regionLabel.visible = bool(anatomy)

    def _onSegmentation(self, segmentationNode) -> None:
        node = self.panel.node
        if node:
            node.segmentation = segmentationNode
            node.segmentId = self.panel.ui.segmentSelector.currentSegmentID() or ""

    def _onSegment(self, segmentId) -> None:
        if self.panel.node:
            self.panel.node.segmentId = segmentId or ""

    def _onDraw(self, checked) -> None:
        if self.panel.node:
            hand_to_segment_module(self.panel.node.inputVolume, self.panel.node.segmentation)
        slicer.util.selectModule("RadiomicsOrthoSegment")
