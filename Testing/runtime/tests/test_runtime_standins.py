"""CTK and qMRML stand-ins: nothing the application lacks, and they work."""

from __future__ import annotations

import numpy as np
import pytest
from runtime import harness, pythonqt
from runtime.slicer_api import widget_api

scene = harness.start_widgets()

import ctk
import qt
import slicer
from PySide6 import QtCore
from runtime.ctk_standins import CLASSES as CTK_CLASSES
from runtime.qmrml_standins import CLASSES as QMRML_CLASSES

ALL = [*(f"ctk.{name}" for name in CTK_CLASSES), *(f"slicer.{name}" for name in QMRML_CLASSES)]


def standin_class(recorded_name: str) -> type:
    namespace, name = recorded_name.split(".")
    return {"ctk": CTK_CLASSES, "slicer": QMRML_CLASSES}[namespace][name]


def qt_base(cls: type) -> type:
    """The stock Qt class below the stand-ins."""
    return next(base for base in cls.__mro__ if base.__module__.startswith("PySide6."))


def qt_meta(widget):
    """Meta-object of the stock Qt class; the class attribute may be a dead wrapper."""
    meta = widget.metaObject()
    while meta.className() != qt_base(type(widget)).__name__:
        meta = meta.superClass()
    return meta


@pytest.fixture(autouse=True)
def clean():
    harness.reset()


# -- conformity with the recorded application ----------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_no_name_beyond_the_application(name):
    cls = standin_class(name)
    recorded = widget_api(name)
    offered = {n for n in dir(cls) if not n.startswith("_")} - set(dir(qt_base(cls)))
    assert offered - recorded.names - {"staticMetaObject"} == set()


@pytest.mark.parametrize("name", ALL)
def test_every_recorded_property_and_signal_is_there(name):
    widget = standin_class(name)()
    recorded = widget_api(name)
    meta = widget.metaObject()
    assert [p for p in recorded.properties if meta.indexOfProperty(p) < 0] == []
    for signature in recorded.signals:
        assert pythonqt.resolve_signal(widget, signature)

@pytest.mark.parametrize("name", ALL)
def test_signals_of_the_standin_are_recorded(name):
    widget = standin_class(name)()
    meta = widget.metaObject()
    base_count = qt_meta(widget).methodCount()
    known = {s.split("(")[0] for s in widget_api(name).signals}
    for index in range(base_count, meta.methodCount()):
        method = meta.method(index)
        if method.methodType() == QtCore.QMetaMethod.MethodType.Signal:
            assert bytes(method.name().data()).decode() in known


@pytest.mark.parametrize("name", ALL)
def test_properties_of_the_standin_are_recorded(name):
    widget = standin_class(name)()
    meta = widget.metaObject()
    own = {meta.property(i).name() for i in range(meta.propertyCount())}
    inherited = qt_meta(widget)
    own -= {inherited.property(i).name() for i in range(inherited.propertyCount())}
    assert own <= set(widget_api(name).properties)


@pytest.mark.parametrize("name", ALL)
def test_unknown_attribute_is_refused(name):
    widget = standin_class(name)()
    with pytest.raises(AttributeError, match="creating new attributes"):
        widget.noSuchAttribute = 1
    with pytest.raises(AttributeError):
        _ = widget.noSuchAttribute


@pytest.mark.parametrize("name", ALL)
def test_it_can_be_drawn(name):
    widget = standin_class(name)()
    widget.resize(200, 120)
    assert not widget.grab().isNull()


def test_names_without_standin_say_so():
    with pytest.raises(AttributeError, match="exists in Slicer but has no stand-in"):
        _ = ctk.ctkDICOMBrowser
    with pytest.raises(AttributeError, match="has no 'ctkNonsense'"):
        _ = ctk.ctkNonsense


def test_recorded_method_without_implementation_says_so():
    with pytest.raises(NotImplementedError, match="startChanging exists in Slicer"):
        ctk.ctkSliderWidget().startChanging()


def test_property_types_are_checked():
    slider = ctk.ctkSliderWidget()
    with pytest.raises(TypeError, match="takes double"):
        slider.value = "much"
    with pytest.raises(TypeError, match="takes bool"):
        slider.tracking = "yes"


# -- CTK ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [ctk.ctkSliderWidget, ctk.ctkDoubleSpinBox, ctk.ctkDoubleSlider,
                                  slicer.qMRMLSliderWidget, slicer.qMRMLSpinBox])
def test_number_widgets(make):
    widget = make()
    values = []
    widget.connect("valueChanged(double)", values.append)
    rounded = make is not ctk.ctkDoubleSlider  # CTK gives that one no decimals
    if rounded:
        widget.decimals = 1
    widget.minimum, widget.maximum = -10, 20
    widget.value = 12.34
    assert widget.value == (12.3 if rounded else 12.34)
    widget.value = 99
    assert widget.value == 20
    widget.setValue(20)
    assert values == [12.3 if rounded else 12.34, 20]
    widget.maximum = 5
    assert (widget.value, values[-1]) == (5, 5)


def test_slider_widget_shows_its_value():
    """A stand-in that stored the value without showing it would pass other tests."""
    widget = ctk.ctkSliderWidget()
    widget.maximum = 200
    widget.value = 50
    [slider] = widget.findChildren(qt.QSlider)
    [spin] = widget.findChildren(qt.QDoubleSpinBox)
    assert spin.value == 50
    assert slider.value == pytest.approx(0.25 * slider.maximum)
    spin.value = 100
    assert widget.value == 100
    slider.value = slider.maximum
    assert widget.value == 200


def test_number_through_the_meta_object():
    """Qt's .ui loader goes this way."""
    widget = ctk.ctkSliderWidget()
    assert widget.setProperty("value", 30.0)
    assert widget.value == 30
    assert widget.property("value") == 30


def test_range_widget():
    widget = ctk.ctkRangeWidget()
    pairs = []
    widget.connect("valuesChanged(double,double)", lambda low, high: pairs.append((low, high)))
    widget.minimum, widget.maximum = -100, 100
    widget.setValues(30, -20)
    assert (widget.minimumValue, widget.maximumValue) == (-20, 30)
    widget.minimumValue = 50
    assert (widget.minimumValue, widget.maximumValue) == (50, 50)
    assert pairs[-1] == (50, 50)


def collapsible(make):
    button = make()
    layout = qt.QVBoxLayout(button)
    shown, hidden = qt.QLabel("shown"), qt.QLabel("hidden")
    layout.addWidget(shown)
    layout.addWidget(hidden)
    hidden.hide()
    return button, shown, hidden


@pytest.mark.parametrize("make", [ctk.ctkCollapsibleButton, ctk.ctkCollapsibleGroupBox,
                                  slicer.qMRMLCollapsibleButton])
def test_collapsing_hides_the_content_and_restores_it(make):
    button, shown, hidden = collapsible(make)
    assert button.collapsed is False
    button.collapsed = True
    assert shown.isHidden()
    late = qt.QLabel("late", button)
    assert late.isHidden()
    button.collapsed = False
    assert not shown.isHidden()
    assert not late.isHidden()
    assert hidden.isHidden(), "what the module hid itself stays hidden"


def test_collapsible_button_signals_and_header():
    button, _, _ = collapsible(ctk.ctkCollapsibleButton)
    events = []
    button.connect("contentsCollapsed(bool)", events.append)
    button.click()
    button.click()
    assert events == [True, False]
    button.text = "Inputs"
    button.resize(200, 80)
    image = button.grab().toImage()
    assert qt.QColor(image.pixel(190, 5)).name() == "#d6d9de", "the header bar is painted"


def test_combo_box_and_paths():
    combo = ctk.ctkComboBox()
    combo.addItem("one", "1")
    combo.addItem("two", "2")
    combo.currentUserDataAsString = "2"
    assert combo.currentText == "two"
    path = ctk.ctkPathLineEdit()
    seen = []
    path.connect("currentPathChanged(QString)", seen.append)
    path.currentPath = "/data/x.nrrd"
    assert seen == [path.currentPath] == ["/data/x.nrrd"]
    harness.dialog_answers.append("/data/y.nrrd")
    path.browse()
    assert path.currentPath == "/data/y.nrrd"
    folder = ctk.ctkDirectoryButton()
    folder.connect("directoryChanged(QString)", seen.append)
    folder.directory = "/data"
    assert seen[-1] == "/data"


def test_checkable_push_button():
    button = ctk.ctkCheckablePushButton()
    states = []
    button.connect("checkBoxToggled(bool)", states.append)
    button.checkState = qt.Qt.Checked
    button.checkState = qt.Qt.Checked
    assert states == [True]


# -- qMRML ---------------------------------------------------------------------------------------


def node_selector(**properties):
    selector = slicer.qMRMLNodeComboBox()
    selector.nodeTypes = ["vtkMRMLScalarVolumeNode"]
    for name, value in properties.items():
        setattr(selector, name, value)
    selector.setMRMLScene(scene)
    return selector


def add_volume(name="image", kind="vtkMRMLScalarVolumeNode"):
    return scene.AddNewNodeByClass(kind, name)


def test_selector_follows_the_scene():
    selector = node_selector(noneEnabled=True)
    volume = add_volume()
    add_volume("other", "vtkMRMLModelNode")
    assert selector.nodeCount() == 1
    assert selector.currentNode() is None
    selector.setCurrentNode(volume)
    assert selector.currentNodeID == volume.GetID()
    [combo] = selector.findChildren(qt.QComboBox)
    volume.SetName("renamed")
    assert combo.currentText == "renamed"
    scene.RemoveNode(volume)
    assert selector.currentNode() is None
    assert selector.nodeCount() == 0


def test_selector_signals():
    selector = node_selector(noneEnabled=True)
    nodes, flags, ids = [], [], []
    selector.connect("currentNodeChanged(vtkMRMLNode*)", nodes.append)
    selector.connect("currentNodeChanged(bool)", flags.append)
    selector.connect("currentNodeIDChanged(QString)", ids.append)
    volume = add_volume()
    selector.setCurrentNode(volume)
    selector.setCurrentNode(volume)
    selector.setCurrentNode(None)
    assert nodes == [volume, None]
    assert flags == [True, False]
    assert ids == [volume.GetID(), ""]
    with pytest.raises(ValueError, match="no signal"):
        selector.connect("currentNodeChanged(vtkObject*)", nodes.append)


def test_selector_without_none_takes_the_first_node():
    selector = node_selector()
    volume = add_volume()
    assert selector.currentNode() is volume
    second = add_volume("second")
    assert selector.currentNode() is volume
    scene.RemoveNode(volume)
    assert selector.currentNode() is second


def test_selector_filters():
    add_volume("labels", "vtkMRMLLabelMapVolumeNode")
    hidden = add_volume("hidden")
    hidden.SetHideFromEditors(True)
    assert node_selector().nodeCount() == 1  # a label map is a scalar volume
    assert node_selector(hideChildNodeTypes=["vtkMRMLLabelMapVolumeNode"]).nodeCount() == 0
    assert node_selector(showChildNodeTypes=False).nodeCount() == 0
    assert node_selector(showHidden=True).nodeCount() == 2
    selector = node_selector()
    selector.addAttribute("vtkMRMLScalarVolumeNode", "Kind", "CT")
    assert selector.nodeCount() == 0
    node = selector.addNode()
    assert node.GetAttribute("Kind") == "CT"
    assert selector.currentNode() is node


def test_selector_survives_scene_close_and_batches():
    selector = node_selector(noneEnabled=True)
    selector.setCurrentNode(add_volume())
    scene.Clear(False)
    assert selector.currentNode() is None
    scene.StartState(scene.BatchProcessState)
    add_volume("batch")
    scene.EndState(scene.BatchProcessState)
    assert selector.nodeCount() == 1


def test_selector_refuses_slips():
    selector = node_selector()
    with pytest.raises(ValueError, match="unknown node classes"):
        selector.nodeTypes = ["vtkMRMLScalarVolumNode"]
    with pytest.raises(TypeError):
        selector.setMRMLScene("scene")
    with pytest.raises(TypeError):
        selector.setCurrentNode(3)


def test_deleted_widget_stops_observing():
    selector = node_selector()
    selector.delete()
    add_volume()
    assert harness.slot_errors() == []


def test_checkable_selector():
    selector = slicer.qMRMLCheckableNodeComboBox()
    selector.nodeTypes = ["vtkMRMLScalarVolumeNode"]
    selector.setMRMLScene(scene)
    first, second = add_volume("a"), add_volume("b")
    changes = []
    selector.connect("checkedNodesChanged()", lambda: changes.append(1))
    selector.check(first)
    selector.check(first)
    assert selector.checkedNodes() == (first,)
    assert selector.uncheckedNodes() == (second,)
    assert changes == [1]
    assert not selector.allChecked()


def make_segmentation():
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "roi")
    node.GetSegmentation().AddEmptySegment("one", "First")
    return node


def test_segment_selector():
    selector = slicer.qMRMLSegmentSelectorWidget()
    selector.setMRMLScene(scene)
    segments = []
    selector.connect("currentSegmentChanged(QString)", segments.append)
    node = make_segmentation()
    selector.setCurrentNode(node)
    assert (selector.currentNode(), selector.currentSegmentID()) == (node, "one")
    node.GetSegmentation().AddEmptySegment("two", "Second")
    assert selector.segmentIDs() == ("one", "two")
    selector.setCurrentSegmentID("two")
    node.GetSegmentation().RemoveSegment("two")
    assert selector.currentSegmentID() == "one"
    assert segments == ["one", "two", "one"]


def test_segments_table():
    table = slicer.qMRMLSegmentsTableView()
    node = make_segmentation()
    table.setSegmentationNode(node)
    changes = []
    table.connect("selectionChanged(QItemSelection,QItemSelection)", lambda: changes.append(1))
    node.GetSegmentation().AddEmptySegment("two", "Second")
    assert table.segmentCount == 2
    table.setSelectedSegmentIDs(["two"])
    assert table.selectedSegmentIDs() == ("two",)
    assert changes
    assert table.rowForSegmentID("two") == 1
    with pytest.raises(TypeError):
        table.setSegmentationNode(add_volume())


def test_segment_editor():
    editor = slicer.qMRMLSegmentEditorWidget()
    editor.setMRMLScene(scene)
    node, volume = make_segmentation(), add_volume()
    with pytest.raises(RuntimeError, match="vtkMRMLSegmentEditorNode"):
        editor.setSegmentationNode(node)
    state = scene.AddNewNodeByClass("vtkMRMLSegmentEditorNode")
    editor.setMRMLSegmentEditorNode(state)
    nodes = []
    editor.connect("segmentationNodeChanged(vtkMRMLSegmentationNode*)", nodes.append)
    editor.setSegmentationNode(node)
    editor.setSourceVolumeNode(volume)
    assert nodes == [node]
    assert editor.currentSegmentID() == "one" == state.GetSelectedSegmentID()
    assert state.GetSourceVolumeNode() is volume
    assert editor.activeEffect() is None
    editor.setActiveEffectByName("Threshold")
    editor.activeEffect().setParameter("MinimumThreshold", 150.5)
    assert editor.activeEffect().doubleParameter("MinimumThreshold") == 150.5
    assert state.GetActiveEffectName() == "Threshold"
    with pytest.raises(ValueError, match="no effect"):
        editor.setActiveEffectByName("Treshold")
    editor.setActiveEffectByName("")
    assert editor.activeEffect() is None


def test_table_view_follows_the_node():
    view = slicer.qMRMLTableView()
    view.setMRMLScene(scene)
    table = scene.AddNewNodeByClass("vtkMRMLTableNode", "numbers")
    view.setMRMLTableNode(table)
    slicer.util.updateTableFromArray(table, np.array([1.5, 2.5]), ["x"])
    assert view.model().rowCount() == 2
    assert view.model().item(1, 0).text() == "2.5"
    assert view.mrmlTableNode() is table


def test_hierarchy_tree_lists_nodes():
    tree = slicer.qMRMLSubjectHierarchyTreeView()
    tree.setMRMLScene(scene)
    volume = add_volume()
    assert tree.model().rowCount() == 1
    item = tree.subjectHierarchyNode().GetItemByDataNode(volume)
    tree.setCurrentItem(item)
    assert tree.currentItem() == item


def test_markups_list():
    widget = slicer.qSlicerSimpleMarkupsWidget()
    node = scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode")
    widget.setCurrentNode(node)
    node.AddControlPoint([1, 2, 3], "apex")
    assert widget.tableWidget().item(0, 0).text() == "apex"


def test_mrml_scene_changed_once():
    widget = slicer.qMRMLWidget()
    calls = []
    widget.connect("mrmlSceneChanged(vtkMRMLScene*)", calls.append)
    widget.setMRMLScene(scene)
    widget.setMRMLScene(scene)
    assert calls == [scene]
    assert widget.mrmlScene() is scene
