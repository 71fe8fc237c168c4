"""A small scripted module, written to a folder by the tests that load one."""

from __future__ import annotations

from pathlib import Path

UI = """<?xml version="1.0" encoding="UTF-8"?>
<ui version="4.0">
 <class>Toy</class>
 <widget class="qMRMLWidget" name="Toy">
  <layout class="QVBoxLayout" name="verticalLayout">
   <item>
    <widget class="ctkCollapsibleButton" name="inputsButton">
     <property name="text"><string>Inputs</string></property>
     <layout class="QFormLayout" name="formLayout">
      <item row="0" column="0">
       <widget class="QLabel" name="label"><property name="text"><string>Volume:</string></property></widget>
      </item>
      <item row="0" column="1">
       <widget class="qMRMLNodeComboBox" name="inputSelector">
        <property name="nodeTypes"><stringlist><string>vtkMRMLScalarVolumeNode</string></stringlist></property>
        <property name="noneEnabled"><bool>true</bool></property>
        <property name="SlicerParameterName" stdset="0"><string>inputVolume</string></property>
       </widget>
      </item>
      <item row="1" column="0">
       <widget class="QLabel" name="label_2"><property name="text"><string>Threshold:</string></property></widget>
      </item>
      <item row="1" column="1">
       <widget class="ctkSliderWidget" name="thresholdSlider">
        <property name="singleStep"><double>0.5</double></property>
        <property name="spinBoxAlignment"><set>Qt::AlignLeft|Qt::AlignVCenter</set></property>
        <property name="SlicerParameterName" stdset="0"><string>threshold</string></property>
       </widget>
      </item>
     </layout>
    </widget>
   </item>
   <item>
    <widget class="QPushButton" name="applyButton">
     <property name="enabled"><bool>false</bool></property>
     <property name="text"><string>Apply</string></property>
    </widget>
   </item>
   <item><widget class="qMRMLTableView" name="tableView"/></item>
  </layout>
 </widget>
 <connections>
  <connection>
   <sender>Toy</sender><signal>mrmlSceneChanged(vtkMRMLScene*)</signal>
   <receiver>inputSelector</receiver><slot>setMRMLScene(vtkMRMLScene*)</slot>
  </connection>
  <connection>
   <sender>Toy</sender><signal>mrmlSceneChanged(vtkMRMLScene*)</signal>
   <receiver>tableView</receiver><slot>setMRMLScene(vtkMRMLScene*)</slot>
  </connection>
 </connections>
</ui>
"""

MODULE = '''
from typing import Annotated

import numpy as np
import slicer
import vtk
from slicer import vtkMRMLScalarVolumeNode
from slicer.i18n import tr as _
from slicer.parameterNodeWrapper import WithinRange, parameterNodeWrapper
from slicer.ScriptedLoadableModule import *
from slicer.util import VTKObservationMixin


class Toy(ScriptedLoadableModule):
    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("A toy")


@parameterNodeWrapper
class ToyParameters:
    inputVolume: vtkMRMLScalarVolumeNode
    threshold: Annotated[float, WithinRange(-100, 500)] = 100


class ToyWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.calls = []
        self.parameters = None

    def setup(self):
        ScriptedLoadableModuleWidget.setup(self)
        self.calls.append("setup")
        ui = slicer.util.loadUI(self.resourcePath("UI/Toy.ui"))
        self.layout.addWidget(ui)
        self.ui = slicer.util.childWidgetVariables(ui)
        ui.setMRMLScene(slicer.mrmlScene)
        self.logic = ToyLogic()
        scene = slicer.mrmlScene
        self.addObserver(scene, scene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(scene, scene.EndCloseEvent, self.onSceneEndClose)
        self.ui.applyButton.connect("clicked(bool)", self.onApply)

    def enter(self):
        self.calls.append("enter")
        self.setParameters(ToyParameters(self.logic.getParameterNode()))

    def exit(self):
        self.calls.append("exit")
        self.setParameters(None)

    def cleanup(self):
        self.calls.append("cleanup")
        self.setParameters(None)
        self.removeObservers()

    def onSceneStartClose(self, caller, event):
        self.setParameters(None)

    def onSceneEndClose(self, caller, event):
        self.setParameters(ToyParameters(self.logic.getParameterNode()))

    def setParameters(self, parameters):
        if self.parameters:
            self.parameters.disconnectGui(self.tag)
            self.removeObserver(self.parameters, vtk.vtkCommand.ModifiedEvent, self.check)
        self.parameters = parameters
        if parameters:
            self.tag = parameters.connectGui(self.ui)
            self.addObserver(parameters, vtk.vtkCommand.ModifiedEvent, self.check)
            self.check()

    def check(self, caller=None, event=None):
        self.ui.applyButton.enabled = bool(self.parameters and self.parameters.inputVolume)

    def onApply(self):
        with slicer.util.tryWithErrorDisplay("Toy failed", waitCursor=True):
            table = self.logic.process(self.parameters.inputVolume, self.parameters.threshold)
            self.ui.tableView.setMRMLTableNode(table)


class ToyLogic(ScriptedLoadableModuleLogic):
    def process(self, volume, threshold):
        mask = slicer.util.arrayFromVolume(volume) > threshold
        if not mask.any():
            raise ValueError("nothing above the threshold")
        segmentation = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "ToySegmentation")
        segmentation.CreateDefaultDisplayNodes()
        segmentation.SetReferenceImageGeometryParameterFromVolumeNode(volume)
        segment = segmentation.GetSegmentation().AddEmptySegment("", "bone")
        slicer.util.updateSegmentBinaryLabelmapFromArray(mask.astype(np.uint8), segmentation, segment, volume)
        table = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTableNode", "ToyTable")
        slicer.util.updateTableFromArray(table, np.array([float(mask.sum())]), ["voxels"])
        return table


class ToyTest(ScriptedLoadableModuleTest):
    ran = []

    def setUp(self):
        slicer.mrmlScene.Clear()

    def test_counts(self):
        self.ran.append("counts")
        volume = slicer.util.addVolumeFromArray(np.arange(1000, dtype=np.int16).reshape(10, 10, 10))
        table = ToyLogic().process(volume, 499)
        self.assertEqual(slicer.util.arrayFromTableColumn(table, "voxels")[0], EXPECTED)

    def test_starts_empty(self):
        self.ran.append("empty")
        self.assertIsNone(slicer.mrmlScene.GetFirstNodeByName("ToyTable"))
'''


def write_toy(folder: Path, expected: int = 500, ui: str = UI) -> Path:
    """Write the module; its self-test passes with the default `expected`."""
    (folder / "Resources" / "UI").mkdir(parents=True)
    (folder / "Resources" / "UI" / "Toy.ui").write_text(ui, encoding="utf-8")
    path = folder / "Toy.py"
    path.write_text(MODULE.replace("EXPECTED", str(expected)), encoding="utf-8")
    return path
