"""`slicer.parameterNodeWrapper` without a GUI, and the scripted-module bases."""

from __future__ import annotations

import enum
import pathlib
from typing import Annotated

import pytest
from runtime import scene as runtime_scene

scene = runtime_scene.start_scripted_modules()

import slicer
import vtk

# the test base stays behind its module's name: pytest would collect it here
from slicer import ScriptedLoadableModule as scripted
from slicer.parameterNodeWrapper import (
    Choice,
    Default,
    Maximum,
    Minimum,
    WithinRange,
    isParameterNodeWrapper,
    parameterNodeWrapper,
)


class Mode(enum.Enum):
    AUTOMATIC = 1
    MANUAL = 2


class SampleLogic(scripted.ScriptedLoadableModuleLogic):
    pass


@parameterNodeWrapper
class Parameters:
    volume: slicer.vtkMRMLScalarVolumeNode
    text: str = "start"
    count: Annotated[int, Minimum(0), Maximum(9)] = 3
    width: Annotated[float, WithinRange(0, 100), Default(40.0)]
    kind: Annotated[str, Choice(["a", "b"])] = "b"
    flag: bool = True
    folder: pathlib.Path
    mode: Mode = Mode.MANUAL
    names: list[str]
    weights: dict[str, float]

    def double_count(self):
        return 2 * self.count


@pytest.fixture(autouse=True)
def empty_scene() -> None:
    runtime_scene.clear_scene()


@pytest.fixture
def parameters():
    return Parameters(SampleLogic().getParameterNode())


def add_volume(name="image"):
    return scene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)


def test_defaults(parameters):
    assert (parameters.text, parameters.count, parameters.width) == ("start", 3, 40.0)
    assert (parameters.kind, parameters.flag, parameters.mode) == ("b", True, Mode.MANUAL)
    assert parameters.volume is None
    assert parameters.names == []
    assert parameters.weights == {}
    assert parameters.default("count").value == 3
    assert parameters.double_count() == 6
    assert isParameterNodeWrapper(parameters)
    assert not isParameterNodeWrapper(SampleLogic)


@pytest.mark.parametrize(("name", "value", "error"), [
    ("text", 3, TypeError),
    ("count", 2.0, TypeError),
    ("count", True, TypeError),
    ("count", -1, ValueError),
    ("count", 10, ValueError),
    ("width", "wide", TypeError),
    ("width", 100.5, ValueError),
    ("kind", "c", ValueError),
    ("flag", 1, TypeError),
    ("mode", 2, TypeError),
    ("folder", "/tmp", TypeError),
    ("names", "abc", TypeError),
    ("names", ["a", 1], TypeError),
    ("weights", {"a": "1"}, TypeError),
    ("volume", "vtkMRMLScalarVolumeNode1", TypeError),
    ("widht", 3.0, AttributeError),
])
def test_wrong_values_are_refused_and_change_nothing(parameters, name, value, error):
    before = getattr(parameters, name, None)
    with pytest.raises(error):
        setattr(parameters, name, value)
    assert getattr(parameters, name, None) == before


def test_a_node_of_another_class_is_refused(parameters):
    with pytest.raises(TypeError):
        parameters.volume = scene.AddNewNodeByClass("vtkMRMLModelNode")


def test_containers_write_themselves_back(parameters):
    parameters.names.append("one")
    parameters.names += ["two"]
    parameters.weights["x"] = 1
    again = Parameters(SampleLogic().getParameterNode())
    assert again.names == ["one", "two"]
    assert again.weights == {"x": 1.0}
    with pytest.raises(TypeError):
        parameters.names.append(3)
    assert parameters.names == ["one", "two"]


def test_modified_event_fires_once_per_group(parameters):
    events = []
    tag = parameters.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda c, e: events.append(e))
    parameters.text = "changed"
    assert len(events) == 1
    parameters.text = "changed"
    assert len(events) == 1, "an equal value is no change"
    with slicer.util.NodeModify(parameters):
        parameters.count = 4
        parameters.width = 1.5
    assert len(events) == 2
    parameters.RemoveObserver(tag)
    parameters.text = "again"
    assert len(events) == 2


def test_values_survive_scene_save_and_reload(parameters, tmp_path):
    volume = add_volume()
    parameters.volume = volume
    parameters.width = 1 / 3
    parameters.mode = Mode.AUTOMATIC
    parameters.weights = {"a": 0.1, "b|c,\"": 2}
    parameters.folder = pathlib.Path("/tmp/some folder")
    parameters.text = "\u00e9 <&> line\nnext"
    runtime_scene.save_scene(tmp_path / "s.mrb")
    runtime_scene.clear_scene()
    assert Parameters(SampleLogic().getParameterNode()).volume is None
    runtime_scene.load_scene(tmp_path / "s.mrb")
    loaded = Parameters(SampleLogic().getParameterNode())
    assert loaded.volume.GetName() == "image"
    assert loaded.width == 1 / 3
    assert loaded.mode is Mode.AUTOMATIC
    assert loaded.weights == {"a": 0.1, "b|c,\"": 2.0}
    assert loaded.folder == pathlib.Path("/tmp/some folder")
    assert loaded.text == "\u00e9 <&> line\nnext"


def test_removed_node_reads_as_none(parameters):
    volume = add_volume()
    parameters.volume = volume
    scene.RemoveNode(volume)
    assert parameters.volume is None


def test_unsupported_declarations():
    with pytest.raises(TypeError, match="not supported"):
        @parameterNodeWrapper
        class Odd:
            value: complex

    with pytest.raises(ValueError, match="reserved name"):
        @parameterNodeWrapper
        class Reserved:
            connectGui: str

    with pytest.raises(ValueError, match="not within"):
        @parameterNodeWrapper
        class BadDefault:
            value: Annotated[float, WithinRange(0, 1)] = 2.0


def test_wrapper_needs_a_parameter_node():
    with pytest.raises(TypeError, match="vtkMRMLScriptedModuleNode"):
        Parameters(add_volume())


def test_parameter_node_is_a_singleton():
    logic = SampleLogic()
    node = logic.getParameterNode()
    assert SampleLogic().getParameterNode() is node
    assert node.GetAttribute("ModuleName") == logic.moduleName == "Sample"
    runtime_scene.clear_scene()
    assert SampleLogic().getParameterNode().GetAttribute("ModuleName") == "Sample"
    assert len(SampleLogic().getAllParameterNodes()) == 1


def test_several_parameter_nodes():
    logic = SampleLogic()
    logic.isSingletonParameterNode = False
    first = logic.getParameterNode()
    second = logic.createParameterNode()
    assert first is not second
    assert logic.getParameterNode() is first


def test_self_test_runs_every_method_with_set_up():
    calls = []

    class SampleTest(scripted.ScriptedLoadableModuleTest):
        def setUp(self):
            calls.append("setUp")

        def tearDown(self):
            calls.append("tearDown")

        def test_b(self):
            calls.append("b")
            raise AssertionError("wrong")

        def test_a(self):
            calls.append("a")
            self.delayDisplay("message")

    with pytest.raises(AssertionError, match="wrong"):
        SampleTest().runTest()
    assert calls == ["setUp", "a", "tearDown", "setUp", "b", "tearDown"]


def test_an_empty_self_test_fails():
    class NothingTest(scripted.ScriptedLoadableModuleTest):
        pass

    with pytest.raises(AssertionError, match="no test method"):
        NothingTest().runTest()


def test_module_parent_takes_no_unknown_attribute():
    from runtime.scripted_module import ModuleParent

    class Sample(scripted.ScriptedLoadableModule):
        pass

    parent = ModuleParent("Sample", "/somewhere/Sample/Sample.py")
    module = Sample(parent)
    assert module.resourcePath("UI/x.ui") == "/somewhere/Sample/Resources/UI/x.ui"
    with pytest.raises(AttributeError):
        parent.titel = "slip"


def test_i18n_is_the_identity():
    from slicer.i18n import tr, translate

    assert tr("bone") == translate("context", "bone") == "bone"
