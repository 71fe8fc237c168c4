"""RadiomicsOrthoSegment: draw bone regions by hand or semi-automatically, named by the book."""

from typing import Annotated, Optional

import slicer
import vtk
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoWidgets.anatomy_section import AnatomySection
from RadiomicsOrthoWidgets.button_state import allow
from RadiomicsOrthoWidgets.check_section import CheckSection
from RadiomicsOrthoWidgets.csf_section import CsfSection
from RadiomicsOrthoWidgets.level_section import LevelSection
from RadiomicsOrthoWidgets.modality_choice import ModalityChoice
from RadiomicsOrthoWidgets.module_help import segmentAcknowledgement, segmentHelp
from RadiomicsOrthoWidgets.planar_region_section import PlanarRegionSection
from RadiomicsOrthoWidgets.proposal_section import ProposalSection
from RadiomicsOrthoWidgets.protocol_section import ProtocolSection
from RadiomicsOrthoWidgets.segmentation_watch import SegmentationWatch
from RadiomicsOrthoWidgets.tab_order import orderTabs
from RadiomicsOrthoWidgets.translation import installTranslation, shown
from slicer import vtkMRMLMarkupsFiducialNode, vtkMRMLMarkupsNode, vtkMRMLScalarVolumeNode, vtkMRMLSegmentationNode
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.parameterNodeWrapper import WithinRange, parameterNodeWrapper
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin


class RadiomicsOrthoSegment(ScriptedLoadableModule):
    """Metadata of the module."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        installTranslation()
        self.parent.title = _("Radiomics Ortho Segment")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Segmentation")]
        self.parent.dependencies = ["SegmentEditor", "RadiomicsOrtho"]
        self.parent.contributors = ["RadiomicsOrtho contributors"]
        self.parent.helpText = segmentHelp()
        self.parent.acknowledgementText = segmentAcknowledgement()


@parameterNodeWrapper
class RadiomicsOrthoSegmentParameterNode:
    """What the panel shows; saved with the scene."""

    inputVolume: vtkMRMLScalarVolumeNode
    segmentation: vtkMRMLSegmentationNode
    seed: vtkMRMLMarkupsFiducialNode
    planarShape: str = "polygon"
    planarPoints: vtkMRMLMarkupsNode
    proposalSite: str = "vertebra"
    proposalParts: str = "whole-body"
    proposalSingle: bool = False
    coreDepthMm: Annotated[float, WithinRange(0.5, 10)] = 3.0


class RadiomicsOrthoSegmentWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """The panel: scan, proposals, Segment Editor, names and levels, trabecular core."""

    def __init__(self, parent=None) -> None:
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = None
        self._modality = self._protocols = self._proposals = self._planar = None
        self._levels = self._anatomy = self._csf = self._checks = self._watch = None
        self._parameterNode: Optional[RadiomicsOrthoSegmentParameterNode] = None
        self._guiTag = None

    def setup(self) -> None:
        ScriptedLoadableModuleWidget.setup(self)
        uiWidget = slicer.util.loadUI(self.resourcePath("UI/RadiomicsOrthoSegment.ui"))
        self.layout.addWidget(uiWidget)
        self.ui = slicer.util.childWidgetVariables(uiWidget)
        uiWidget.setMRMLScene(slicer.mrmlScene)
        self.logic = RadiomicsOrthoSegmentLogic()
        self.editor = self.ui.segmentEditorWidget
        self._modality = ModalityChoice(self.ui.modalityComboBox, self.updateFromParameterNode)
        self._protocols = ProtocolSection()
        # below the choice of the scan: read before anything is drawn
        uiWidget.layout().insertWidget(1, self._protocols.widget)
        self._proposals = ProposalSection(self.ui, self.logic.getParameterNode, self.onSegmentationChanged)
        self._planar = PlanarRegionSection(self.ui, self.logic.newSegmentation, self.onRegionMade)
        self._levels = LevelSection(self.ui, self.onBodySelected)
        self._anatomy = AnatomySection(self.ui, self.logic, self._levels.nameBody, self._updateForSegment)
        self._csf = CsfSection(self.onRegionMade)
        uiWidget.layout().insertWidget(uiWidget.layout().indexOf(self.ui.coreCollapsibleButton), self._csf.widget)
        self._checks = CheckSection(self.logic)
        uiWidget.layout().insertWidget(uiWidget.layout().indexOf(self.ui.scoreButton), self._checks.widget)
        self._watch = SegmentationWatch(self.onSegmentationChanged)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.EndCloseEvent, self.onSceneEndClose)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.StartImportEvent, self.onSceneStartClose)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.EndImportEvent, self.onSceneEndClose)
        self.ui.newSegmentationButton.connect("clicked(bool)", self.onNewSegmentationButton)
        self.ui.coreButton.connect("clicked(bool)", self.onCoreButton)
        self.ui.scoreButton.connect("clicked(bool)", self.onScoreButton)
        orderTabs(uiWidget)
        self.initializeParameterNode()

    def cleanup(self) -> None:
        self._proposals.stop()
        self._leaveScene()
        self.removeObservers()

    def enter(self) -> None:
        self.initializeParameterNode()
        self.editor.setupViewObservations()
        self.editor.installKeyboardShortcuts()

    def exit(self) -> None:
        self.editor.uninstallKeyboardShortcuts()
        self._leaveScene()

    def onSceneStartClose(self, caller, event) -> None:
        self._proposals.stop()
        self._leaveScene()

    def _leaveScene(self) -> None:
        """Let go of every node.

        The Segment Editor must not follow a scene that is being closed or read: it would be
        told of segmentations whose voxels are not there yet, and the application crashes.
        """
        self.setParameterNode(None)
        if self.editor.mrmlSegmentEditorNode() is None:
            return
        self.editor.setActiveEffect(None)
        self.editor.removeViewObservations()
        self.editor.setSegmentationNode(None)
        self._observeEditorNode(None)

    def _observeEditorNode(self, editorNode) -> None:
        """Give the Segment Editor its state node, and follow which segment is selected there.

        The widget's own signal is not sent for every change, the node's event is.
        """
        previous = self.editor.mrmlSegmentEditorNode()
        if previous is not None and self.hasObserver(previous, vtk.vtkCommand.ModifiedEvent, self.onEditorNodeModified):
            self.removeObserver(previous, vtk.vtkCommand.ModifiedEvent, self.onEditorNodeModified)
        self.editor.setMRMLSegmentEditorNode(editorNode)
        if editorNode is not None:
            self.addObserver(editorNode, vtk.vtkCommand.ModifiedEvent, self.onEditorNodeModified)

    def onSceneEndClose(self, caller, event) -> None:
        if self.parent.isEntered:
            self.initializeParameterNode()
            self.editor.setupViewObservations()

    def initializeParameterNode(self) -> None:
        self._observeEditorNode(self.logic.segmentEditorNode())
        self.setParameterNode(self.logic.getParameterNode())
        if not self._parameterNode.inputVolume:
            first = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLScalarVolumeNode")
            if first:
                self._parameterNode.inputVolume = first
        if self._parameterNode.inputVolume and not self._parameterNode.segmentation:
            self._parameterNode.segmentation = self.logic.segmentationOn(self._parameterNode.inputVolume)

    def setParameterNode(self, parameterNode: Optional[RadiomicsOrthoSegmentParameterNode]) -> None:
        """Show ``parameterNode`` in the panel, and follow it; ``None`` leaves the panel alone."""
        if self._parameterNode:
            self._parameterNode.disconnectGui(self._guiTag)
            self.removeObserver(self._parameterNode, vtk.vtkCommand.ModifiedEvent, self.updateFromParameterNode)
        self._parameterNode = parameterNode
        if self._parameterNode:
            self._guiTag = self._parameterNode.connectGui(self.ui)
            self.addObserver(self._parameterNode, vtk.vtkCommand.ModifiedEvent, self.updateFromParameterNode)
            self.updateFromParameterNode()
        else:
            self._watch.watch(None)
            for section in (self._protocols, self._proposals, self._planar, self._levels, self._csf):
                section.show(None)
            self._checks.show(None, None, "")

    def updateFromParameterNode(self, caller=None, event=None) -> None:
        """Hand volume and segmentation to the Segment Editor, and say what is possible."""
        if not self._parameterNode:
            return
        node = self._parameterNode
        if self.editor.segmentationNode() is not node.segmentation:
            self.editor.setSegmentationNode(node.segmentation)
        if node.segmentation and self.editor.sourceVolumeNode() is not node.inputVolume:
            self.editor.setSourceVolumeNode(node.inputVolume)
        allow(self.ui.newSegmentationButton,
              "" if node.inputVolume else _("Load a scan and choose it as the volume first."),
              _("Start an empty segmentation on the grid of this scan"), self.ui.scanReasonLabel)
        self._modality.show(node.inputVolume)
        self._watch.watch(node.segmentation)
        self._proposals.show(node)
        self._planar.show(node)
        self._levels.show(node.segmentation)
        self._csf.show(node)
        self._updateForSegment()

    def onEditorNodeModified(self, caller, event) -> None:
        self._updateForSegment()

    def onSegmentationChanged(self) -> None:
        """Segments were drawn, removed or renamed, a moment ago."""
        from RadiomicsOrthoScene.edits import mark_edits

        if self._parameterNode:
            mark_edits(self._parameterNode.segmentation)
            self._proposals.showAccount()
            self._levels.show(self._parameterNode.segmentation)
            self._csf.show(self._parameterNode)
            self._checks.changed()
            self._updateForSegment()

    def onBodySelected(self, segmentId) -> None:
        from RadiomicsOrthoScene.views import show_segment

        self.editor.setCurrentSegmentID(segmentId)
        show_segment(self._parameterNode.segmentation, segmentId)

    def onRegionMade(self, segmentId) -> None:
        self.editor.setCurrentSegmentID(segmentId)

    def onNewSegmentationButton(self) -> None:
        self._parameterNode.segmentation = self.logic.newSegmentation(self._parameterNode.inputVolume)

    def onCoreButton(self) -> None:
        node = self._parameterNode
        problem = ""
        with slicer.util.tryWithErrorDisplay(_("The trabecular core could not be made."), waitCursor=True):
            try:
                self.logic.ensureDependencies()
                self.editor.saveStateForUndo()
                segmentId = self.logic.makeTrabecularCore(
                    node.inputVolume, node.segmentation, self.editor.currentSegmentID(), node.coreDepthMm)
                self.editor.setCurrentSegmentID(segmentId)
            except InputError as error:
                problem = shown(str(error))
        # only now: a message box under a wait cursor looks like a hanging program
        if problem:
            slicer.util.errorDisplay(problem)

    def onScoreButton(self) -> None:
        from RadiomicsOrthoScene.one_click import hand_to_score_module

        node = self._parameterNode
        if node and node.inputVolume and node.segmentation:
            hand_to_score_module(node.inputVolume, node.segmentation, self.editor.currentSegmentID())
        slicer.util.selectModule("RadiomicsOrtho")

    def _currentSegment(self):
        node = self._parameterNode.segmentation if self._parameterNode else None
        segmentId = self.editor.currentSegmentID()
        return node.GetSegmentation().GetSegment(segmentId) if node and segmentId else None

    def _updateForSegment(self) -> None:
        """Show what the selected segment is, and enable what can be done with it."""
        segment = self._currentSegment()
        self._anatomy.show(segment, self.editor.currentSegmentID())
        self._levels.select(self.editor.currentSegmentID())
        if self._parameterNode:
            site = self.logic.anatomy(segment).get("site", "unknown")
            self._protocols.show(self._parameterNode.inputVolume,
                                 self._parameterNode.proposalSite if site == "unknown" else site)
        reason = self.logic.reasonNoCore(self._parameterNode, segment) if self._parameterNode else ""
        allow(self.ui.coreButton, reason, _("Add a segment with everything deeper than this below the surface"),
              self.ui.coreReasonLabel)
        node = self._parameterNode
        self._checks.show(node.inputVolume if node else None, node.segmentation if segment else None,
                          self.editor.currentSegmentID() if segment else "")


class RadiomicsOrthoSegmentLogic(ScriptedLoadableModuleLogic):
    """Everything the module does, without its panel."""

    def getParameterNode(self):
        return RadiomicsOrthoSegmentParameterNode(super().getParameterNode())

    def segmentEditorNode(self):
        """This module's own Segment Editor state, one per scene."""
        tag = "RadiomicsOrthoSegment"
        node = slicer.mrmlScene.GetSingletonNode(tag, "vtkMRMLSegmentEditorNode")
        if node is None:
            node = slicer.mrmlScene.CreateNodeByClass("vtkMRMLSegmentEditorNode")
            node.UnRegister(None)
            node.SetSingletonTag(tag)
            node = slicer.mrmlScene.AddNode(node)
        return node

    def anatomy(self, segment) -> dict:
        """What a segment states of itself; empty if there is none."""
        from RadiomicsOrthoScene.segments import anatomy_of_segment

        return anatomy_of_segment(segment) if segment else {}

    def segmentationOn(self, volumeNode):
        """The first segmentation with segments that was made for a volume; ``None`` if there is none."""
        from RadiomicsOrthoScene.segment_boxes import segmentation_on

        return segmentation_on(volumeNode)

    def newSegmentation(self, volumeNode):
        """An empty segmentation on the volume's grid, next to it in the subject hierarchy."""
        from RadiomicsOrthoScene.segments import new_segmentation

        return new_segmentation(volumeNode, _("{volume} bones").format(volume=volumeNode.GetName()))

    def describe(self, segment, site: str, level: str, side: str, compartment: str) -> None:
        """Write site, level, side and part on the segment: name, colour, SNOMED CT code.

        A side belongs to a femur and a level to a vertebra, or to the fluid behind it: what does not fit is dropped.
        Without a site, what the segment stated of itself is taken back.
        """
        from RadiomicsOrthoScene.segments import describe_segment

        hasLevel = site == "vertebra" or compartment == "csf"
        describe_segment(segment, site or "unknown", level or None if hasLevel else None,
                         side or None if site == "proximal-femur" else None, compartment or "unknown")

    def ensureDependencies(self) -> None:
        """Install what is missing, once, after asking; InputError if that is declined or fails."""
        from RadiomicsOrthoScene.dependencies import ensure

        ensure(self.resourcePath("requirements.txt"), "Radiomics Ortho Segment")

    def reasonNoCore(self, parameterNode, segment) -> str:
        """Why no trabecular core can be made, in the user's words; empty if it can."""
        if not parameterNode.inputVolume:
            return _("Load a scan and choose it as the volume.")
        if not parameterNode.segmentation:
            return _("Choose a segmentation or start a new one.")
        if segment is None:
            return _("Select the segment of a bone in the Segment Editor.")
        if self.anatomy(segment)["compartment"] == "trabecular":
            return _("The selected segment is a trabecular core already; select the whole bone.")
        return ""

    def makeTrabecularCore(self, volumeNode, segmentationNode, segmentId: str, depthMm: float = 3.0) -> str:
        """Add the trabecular core of a segment as a new segment; returns its id.

        Raises InputError with one sentence; the segmentation is then unchanged.
        """
        from RadiomicsOrthoScene.cores import add_core

        return add_core(segmentationNode, segmentId, volumeNode, depthMm)

    def resourcePath(self, name: str) -> str:
        from RadiomicsOrthoLib.resources import resource_folder

        return str(resource_folder() / name)


class RadiomicsOrthoSegmentTest(ScriptedLoadableModuleTest):
    """Self-test on generated data; runs in the application and on the stand-ins alike."""

    def setUp(self):
        slicer.mrmlScene.Clear()

    def makeCase(self):
        from RadiomicsOrthoScene.generated_case import generated_body

        return generated_body()

    def segmentNames(self, segmentation):
        segments = segmentation.GetSegmentation()
        return [segments.GetNthSegment(n).GetName() for n in range(segments.GetNumberOfSegments())]

    def test_a_proposal_its_levels_and_its_edits_are_undone(self):
        from RadiomicsOrthoScene.body_levels import bodies_of, name_body
        from RadiomicsOrthoScene.edits import mark_edits
        from RadiomicsOrthoScene.generated_case import proposed_bodies
        from RadiomicsOrthoScene.proposals import add_proposal, suggestion_of

        volume, segmentation, _segmentId = self.makeCase()
        editor = slicer.qMRMLSegmentEditorWidget()
        editor.setMRMLScene(slicer.mrmlScene)
        editor.setMRMLSegmentEditorNode(RadiomicsOrthoSegmentLogic().segmentEditorNode())
        editor.setSegmentationNode(segmentation)
        editor.saveStateForUndo()
        ids = add_proposal(proposed_bodies(volume), segmentation, volume)
        self.assertEqual(self.segmentNames(segmentation), ["Drawn by hand", "vertebra 1 body", "vertebra 2 body"])
        bodies = bodies_of(segmentation, suggestion_of(segmentation))
        self.assertEqual([body.suggested for body in bodies], ["L4", "L5"])
        editor.saveStateForUndo()
        name_body(segmentation, bodies, 2, "L4")
        self.assertEqual(self.segmentNames(segmentation)[1:], ["L3 body", "L4 body"])
        self.assertEqual(mark_edits(segmentation), ())
        editor.saveStateForUndo()
        array = slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, ids[0], volume)
        array[30:] = 0
        slicer.util.updateSegmentBinaryLabelmapFromArray(array, segmentation, ids[0], volume)
        self.assertEqual(mark_edits(segmentation), (ids[0],))
        editor.undo()
        self.assertEqual(mark_edits(segmentation), ())
        editor.undo()
        self.assertEqual(self.segmentNames(segmentation)[1:], ["vertebra 1 body", "vertebra 2 body"])
        editor.undo()
        self.assertEqual(self.segmentNames(segmentation), ["Drawn by hand"])
        editor.setSegmentationNode(None)

    def test_what_is_no_spine_is_refused_by_the_work_beside_the_application(self):
        from RadiomicsOrthoScene.generated_flow import proposal_of

        volume, _segmentation, _segmentId = self.makeCase()
        # an ellipsoid in fat is no spine, and the method says so
        with self.assertRaises(InputError):
            proposal_of(volume, (0.0, 0.0, 0.0))

    def test_the_whole_flow_of_a_generated_spine(self):
        """Bodies without a click, a level for all, a core, and the score of what was segmented."""
        from RadiomicsOrthoScene.body_levels import bodies_of, name_body
        from RadiomicsOrthoScene.generated_case import generated_spine
        from RadiomicsOrthoScene.generated_flow import one_click, proposal_of
        from RadiomicsOrthoScene.proposals import add_proposal

        volume, logic = generated_spine(), RadiomicsOrthoSegmentLogic()
        segmentation = logic.newSegmentation(volume)
        add_proposal(proposal_of(volume), segmentation, volume)
        bodies = bodies_of(segmentation)
        self.assertEqual([body.complete for body in bodies], [False, True, True, True, False])
        name_body(segmentation, bodies, 2, "L1")
        core = logic.makeTrabecularCore(volume, segmentation, bodies[1].segmentIds[0], 4.0)
        self.assertEqual(segmentation.GetSegmentation().GetSegment(core).GetName(), "L1 trabecular core")
        cards = one_click(volume, segmentation).result.cards
        self.assertEqual([(entry.card.place, entry.region) for entry in cards],
                         [("L1", "L1 trabecular core"), ("L1", "L1 trabecular core"), ("L3", "L3 body")])

    def test_describe_writes_name_code_and_part(self):
        _volume, segmentation, segmentId = self.makeCase()
        segment = segmentation.GetSegmentation().GetSegment(segmentId)
        logic = RadiomicsOrthoSegmentLogic()
        logic.describe(segment, "vertebra", "L3", "left", "whole-body")
        self.assertEqual(segment.GetName(), "L3 body")
        entry = vtk.reference("")
        self.assertTrue(segment.GetTag("TerminologyEntry", entry))
        self.assertIn("SCT^36470004^L3 vertebra", str(entry))
        self.assertEqual(logic.anatomy(segment),
                         {"site": "vertebra", "level": "L3", "side": None, "compartment": "whole-body"})
        logic.describe(segment, "proximal-femur", "L3", "left", "femoral-neck")
        self.assertEqual(segment.GetName(), "left femoral neck")
        self.assertEqual(logic.anatomy(segment)["side"], "left")

    def test_trabecular_core_is_smaller_by_its_depth(self):
        volume, segmentation, segmentId = self.makeCase()
        logic = RadiomicsOrthoSegmentLogic()
        logic.describe(segmentation.GetSegmentation().GetSegment(segmentId), "vertebra", "L1", "", "whole-body")
        coreId = logic.makeTrabecularCore(volume, segmentation, segmentId, 3.0)
        self.assertEqual(segmentation.GetSegmentation().GetNumberOfSegments(), 2)
        core = segmentation.GetSegmentation().GetSegment(coreId)
        self.assertEqual(core.GetName(), "L1 trabecular core")
        whole = slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, segmentId, volume)
        inner = slicer.util.arrayFromSegmentBinaryLabelmap(segmentation, coreId, volume)
        self.assertEqual(int((inner & ~whole & 1).sum()), 0)
        # the same ellipsoid with half axes shorter by 3 mm has 0.56 of the volume; the steps of
        # the voxels reach inwards and cost a little more, and so does the region of the basivertebral vein
        share = inner.sum() / whole.sum()
        self.assertLess(share, 19 * 14 * 11 / (22 * 17 * 14))
        self.assertGreater(share, 0.95 * 18 * 13 * 10 / (22 * 17 * 14))

    def test_an_empty_segment_is_refused(self):
        volume, segmentation, _segmentId = self.makeCase()
        empty = segmentation.GetSegmentation().AddEmptySegment("", "Empty")
        with self.assertRaises(InputError) as caught:
            RadiomicsOrthoSegmentLogic().makeTrabecularCore(volume, segmentation, empty)
        self.assertIn("is empty", str(caught.exception))
        self.assertEqual(segmentation.GetSegmentation().GetNumberOfSegments(), 2)

    def test_reason_no_core_names_the_next_step(self):
        logic = RadiomicsOrthoSegmentLogic()
        node = logic.getParameterNode()
        self.assertIn("Load a scan", logic.reasonNoCore(node, None))
        volume, segmentation, segmentId = self.makeCase()
        node.inputVolume = volume
        self.assertIn("Choose a segmentation", logic.reasonNoCore(node, None))
        node.segmentation = segmentation
        self.assertIn("Select the segment", logic.reasonNoCore(node, None))
        segment = segmentation.GetSegmentation().GetSegment(segmentId)
        self.assertEqual(logic.reasonNoCore(node, segment), "")
        logic.describe(segment, "vertebra", "L1", "", "trabecular")
        self.assertIn("already", logic.reasonNoCore(node, segment))
