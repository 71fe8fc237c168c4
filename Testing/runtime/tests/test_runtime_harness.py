"""A whole scripted module on the stand-ins: load, click, close the scene, self-test."""

from __future__ import annotations

import os
import sys

import numpy as np
import pytest
from runtime import callback_errors, dialogs, harness

scene = harness.start_widgets()

import ctk
import qt
import slicer
from runtime.ui_files import UiError
from toy_module import UI, write_toy


@pytest.fixture
def toy(tmp_path):
    harness.reset()
    path = write_toy(tmp_path / "Toy")
    module = harness.load_module(path)
    yield module
    sys.path.remove(str(path.parent))
    del sys.modules["Toy"]


@pytest.fixture
def widget(toy):
    opened = harness.open_widget("Toy")
    yield opened
    if slicer.modules.toy.widgetRepresentation() is not None:
        harness.close_widget(opened)


def add_volume():
    array = np.arange(1000, dtype=np.int16).reshape(10, 10, 10)
    return slicer.util.addVolumeFromArray(array, name="image")


def test_module_is_registered(toy):
    assert sys.modules["Toy"] is toy
    assert slicer.modules.toy.title == "A toy"
    assert slicer.util.modulePath("Toy").endswith("Toy/Toy.py")
    assert slicer.app.moduleManager().module("Toy") is slicer.modules.toy
    assert slicer.modules.ToyInstance.moduleName == "Toy"


def test_a_module_that_does_not_load_leaves_nothing(tmp_path):
    path = tmp_path / "Broken.py"
    path.write_text("import no_such_library_here\n", encoding="utf-8")
    with pytest.raises(ModuleNotFoundError):
        harness.load_module(path)
    assert "Broken" not in sys.modules


def test_order_of_calls(widget):
    assert widget.calls == ["setup", "enter"]
    assert slicer.modules.ToyWidget is widget
    parent = widget.parent
    assert parent.isEntered is True
    assert parent is slicer.modules.toy.widgetRepresentation()
    assert parent.self() is widget
    with pytest.raises(AttributeError):
        parent.isEnterd  # noqa: B018
    harness.leave_widget(widget)
    assert parent.isEntered is False
    harness.enter_widget(widget)
    assert widget.calls == ["setup", "enter", "exit", "enter"]
    del widget.calls[2:]
    harness.close_widget(widget)
    assert widget.calls == ["setup", "enter", "exit", "cleanup"]
    with pytest.raises(ValueError, match="already deleted"):
        _ = parent.visible


def test_reload_makes_a_new_widget_in_the_same_panel(widget):
    before = widget.calls
    widget.onReload()
    other = slicer.modules.ToyWidget
    assert before == ["setup", "enter", "cleanup"]
    assert other is not widget and other.parent is widget.parent and other.parent.self() is other
    # as in the application: a panel that is entered is not entered again
    assert other.calls == ["setup"] and other.parent.isEntered
    harness.close_widget(widget)
    assert other.calls == ["setup", "exit", "cleanup"]


def test_a_choice_needs_a_valid_default(toy):
    """As in Slicer: the empty string is no choice, so making the wrapper fails."""
    from typing import Annotated

    from slicer.parameterNodeWrapper import Choice, parameterNodeWrapper

    class Parameters:
        pass

    Parameters.__annotations__ = {"kind": Annotated[str, Choice(["a", "b"])]}
    with pytest.raises(ValueError, match="not one of"):
        parameterNodeWrapper(Parameters)(toy.ToyLogic().getParameterNode())


def test_ui_file_arrives_completely(widget):
    assert widget.ui.inputSelector.mrmlScene() is scene, "connection made"
    assert widget.ui.inputSelector.nodeTypes == ("vtkMRMLScalarVolumeNode",)
    assert widget.ui.inputSelector.noneEnabled is True
    assert widget.ui.thresholdSlider.singleStep == 0.5
    assert widget.ui.thresholdSlider.spinBoxAlignment == qt.Qt.AlignLeft | qt.Qt.AlignVCenter
    assert widget.ui.thresholdSlider.SlicerParameterName == "threshold"
    assert widget.ui.inputsButton.text == "Inputs"
    assert widget.ui.applyButton.enabled is False


def test_parameter_binding_works_both_ways(widget):
    assert widget.ui.thresholdSlider.value == 100, "the default reaches the widget"
    assert (widget.ui.thresholdSlider.minimum, widget.ui.thresholdSlider.maximum) == (-100, 500)
    widget.ui.thresholdSlider.value = 250
    assert widget.parameters.threshold == 250
    widget.parameters.threshold = 300
    assert widget.ui.thresholdSlider.value == 300
    volume = add_volume()
    widget.ui.inputSelector.setCurrentNode(volume)
    assert widget.parameters.inputVolume is volume
    assert widget.ui.applyButton.enabled is True
    widget.parameters.inputVolume = None
    assert widget.ui.inputSelector.currentNode() is None
    assert widget.ui.applyButton.enabled is False


def test_disconnected_gui_stays_apart(widget):
    parameters = widget.parameters
    parameters.disconnectGui(widget.tag)
    parameters.threshold = 321
    assert widget.ui.thresholdSlider.value == 100
    widget.ui.thresholdSlider.value = 50
    assert parameters.threshold == 321
    widget.tag = parameters.connectGui(widget.ui)
    assert widget.ui.thresholdSlider.value == 321


def test_a_forgotten_connection_does_not_crash(widget):
    """VTK calls an observer that Python has garbage-collected, and the process is gone."""
    import gc

    parameters = widget.parameters
    parameters.connectParametersToGui({"threshold": ctk.ctkSliderWidget()})
    node = parameters.parameterNode
    del parameters
    widget.setParameters(None)
    gc.collect()
    node.Modified()


@pytest.mark.parametrize(("make", "name"), [
    (lambda: qt.QRadioButton(), "flag"), (lambda: qt.QSpinBox(), "width"),
    (lambda: qt.QPlainTextEdit(), "text"), (lambda: qt.QLineEdit(), "folder"),
    (lambda: qt.QSlider(), "text"),
])
def test_pairs_that_slicer_cannot_bind_raise(toy, make, name):
    import pathlib

    from slicer.parameterNodeWrapper import parameterNodeWrapper

    class Parameters:
        flag: bool
        width: float
        text: str
        folder: pathlib.Path

    Parameters.__annotations__ = {"flag": bool, "width": float, "text": str,
                                  "folder": pathlib.Path}
    parameters = parameterNodeWrapper(Parameters)(toy.ToyLogic().getParameterNode())
    with pytest.raises(TypeError, match="cannot be bound"):
        parameters.connectParametersToGui({name: make()})


def test_combo_box_needs_choices(toy):
    from typing import Annotated

    from slicer.parameterNodeWrapper import Choice, Default, parameterNodeWrapper

    class Parameters:
        pass

    Parameters.__annotations__ = {"free": str, "kind": Annotated[str, Choice(["a", "b"]), Default("a")]}
    parameters = parameterNodeWrapper(Parameters)(toy.ToyLogic().getParameterNode())
    with pytest.raises(RuntimeError, match="Choice"):
        parameters.connectParametersToGui({"free": qt.QComboBox()})
    combo = qt.QComboBox()
    parameters.kind = "b"
    parameters.connectParametersToGui({"kind": combo})
    assert (combo.count, combo.currentText) == (2, "b")
    combo.currentIndex = 0
    assert parameters.kind == "a"
    with pytest.raises(ValueError, match="no parameter"):
        parameters.connectParametersToGui({"knid": combo})


def test_click_runs_the_logic(widget):
    widget.ui.inputSelector.setCurrentNode(add_volume())
    widget.ui.thresholdSlider.value = 399
    widget.ui.applyButton.click()
    table = slicer.util.getNode("ToyTable")
    assert slicer.util.arrayFromTableColumn(table, "voxels").tolist() == [600]
    segmentation = slicer.util.getNode("ToySegmentation")
    assert segmentation.GetSegmentation().GetNumberOfSegments() == 1
    assert widget.ui.tableView.model().item(0, 0).text() == "600"
    assert slicer.app._cursor_stack == []


def test_failing_slot_is_seen(widget):
    widget.ui.inputSelector.setCurrentNode(add_volume())
    volume = widget.parameters.inputVolume
    slicer.util.arrayFromVolume(volume)[:] = 0
    slicer.util.arrayFromVolumeModified(volume)
    widget.ui.applyButton.click()
    [error] = harness.slot_errors()
    assert "nothing above the threshold" in error
    assert slicer.app._cursor_stack == [], "the cursor is restored"
    assert dialogs.messages == [], "in a test run nothing is shown"
    harness.clear_slot_errors()
    with harness.as_user():
        widget.ui.applyButton.click()
    assert dialogs.messages[0].text == "Toy failed\n\nnothing above the threshold"
    harness.clear_slot_errors()


def test_the_fixture_fails_a_test_with_a_slot_error(pytester_run):
    """conftest.py's autouse fixture: checked on a test run of its own."""
    assert pytester_run(
        "from runtime import harness\n"
        "harness.start_widgets()\n"
        "import qt\n"
        "def test_quiet():\n"
        "    button = qt.QPushButton()\n"
        "    button.connect('clicked()', lambda: 1 / 0)\n"
        "    button.click()\n") == "ZeroDivisionError"


@pytest.fixture
def pytester_run(tmp_path):
    """Run a test file under this folder's conftest; the error named in its output."""
    import shutil
    import subprocess
    from pathlib import Path

    def run(text: str) -> str:
        testing = Path(harness.__file__).parents[1]
        shutil.copy(testing / "conftest.py", tmp_path / "conftest.py")
        (tmp_path / "test_inner.py").write_text(text, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)],
            capture_output=True, text=True, check=False, cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(testing), *sys.path])})
        assert done.returncode == 1, done.stdout
        assert "exception in a slot" in done.stdout
        return "ZeroDivisionError" if "ZeroDivisionError" in done.stdout else done.stdout

    return run


def test_scene_close_resets_the_panel(widget):
    widget.ui.inputSelector.setCurrentNode(add_volume())
    widget.parameters.threshold = 300
    slicer.mrmlScene.Clear(0)
    assert widget.parameters.threshold == 100
    assert widget.ui.thresholdSlider.value == 100
    assert widget.ui.applyButton.enabled is False


def test_self_test_runs_all_methods(toy):
    toy.ToyTest.ran.clear()
    harness.run_self_test("Toy")
    assert toy.ToyTest.ran == ["counts", "empty"]
    slicer.modules.ToyInstance.runTest()
    assert len(toy.ToyTest.ran) == 4


def test_failing_self_test_raises(tmp_path):
    path = write_toy(tmp_path / "Toy", expected=499)
    harness.load_module(path)
    with pytest.raises(AssertionError, match="499"):
        harness.run_self_test("Toy")
    sys.path.remove(str(path.parent))


def test_self_test_with_a_failing_slot_raises(toy, monkeypatch):
    def test_click(self):
        button = qt.QPushButton()
        button.connect("clicked()", lambda: 1 / 0)
        button.click()

    monkeypatch.setattr(toy.ToyTest, "test_counts", test_click)
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        harness.run_self_test("Toy")
    harness.clear_slot_errors()


def test_screenshot_shows_the_state(widget, tmp_path):
    """Not only that a file appears: the slider's handle moves with the value."""
    before = qt.QImage(str(harness.grab(widget, tmp_path / "a.png", height=360)))
    widget.ui.thresholdSlider.value = 450
    after = qt.QImage(str(harness.grab(widget, tmp_path / "b.png", height=360)))
    assert (before.width(), before.height()) == (420, 360)
    assert before != after
    assert len({before.pixel(x, y) for x in range(0, 420, 3) for y in range(0, 360, 3)}) > 5


# -- loadUI refuses what Slicer would drop silently --------------------------------------------


def broken_ui(tmp_path, old, new):
    path = tmp_path / "Broken.ui"
    assert old in UI
    path.write_text(UI.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(("old", "new", "message"), [
    ('class="ctkSliderWidget"', 'class="ctkSliderWidgte"', "no such widget class: ctkSliderWidgte"),
    ('class="QPushButton"', 'class="QPushBotton"', "no such widget class: QPushBotton"),
    ('name="noneEnabled"', 'name="noneEnable"', "has no property 'noneEnable'"),
    ('name="enabled"', 'name="enabeld"', "has no property 'enabeld'"),
    ("<signal>mrmlSceneChanged(vtkMRMLScene*)", "<signal>mrmlSceneChangd(vtkMRMLScene*)", "has no signal"),
    ("<slot>setMRMLScene(vtkMRMLScene*)", "<slot>setScene(vtkMRMLScene*)", "has no slot"),
    ("<receiver>inputSelector", "<receiver>inputSelecter", "unknown widget 'inputSelecter'"),
    ('class="ctkSliderWidget"', 'class="ctkDateRangeWidget"', "ctkDateRangeWidget"),
])
def test_unknown_parts_of_a_ui_file_raise(tmp_path, old, new, message):
    with pytest.raises(UiError, match=message.replace("(", r"\(")):
        slicer.util.loadUI(str(broken_ui(tmp_path, old, new)))


def test_missing_ui_file_raises(tmp_path):
    with pytest.raises(RuntimeError, match="file not found"):
        slicer.util.loadUI(str(tmp_path / "none.ui"))


# -- messages ---------------------------------------------------------------------------------------


def test_messages_are_recorded():
    harness.reset()
    slicer.util.errorDisplay("bad", detailedText="why")
    slicer.util.warningDisplay("careful")
    slicer.util.infoDisplay("fine")
    assert [(m.kind, m.text) for m in dialogs.messages] == [
        ("error", "bad"), ("warning", "careful"), ("info", "fine")]
    assert dialogs.messages[0].detailed_text == "why"


def test_confirmations_are_answered():
    harness.reset()
    assert slicer.util.confirmYesNoDisplay("go?") is True
    dialogs.confirm_answers.extend([False, True])
    assert slicer.util.confirmOkCancelDisplay("go?") is False
    assert slicer.util.confirmYesNoDisplay("go?") is True
    assert [m.kind for m in dialogs.messages] == ["confirmYesNo", "confirmOkCancel", "confirmYesNo"]


def test_settings_are_private_to_the_run():
    settings = slicer.app.userSettings()
    settings.setValue("RadiomicsOrtho/Test", 3)
    assert settings.value("RadiomicsOrtho/Test") in (3, "3")
    assert settings.fileName().startswith(slicer.app.temporaryPath)
    assert slicer.util.settingsValue("RadiomicsOrtho/None", 5) == 5
    settings.remove("RadiomicsOrtho/Test")


def test_temp_directory_and_main_window():
    assert slicer.util.mainWindow() is None
    assert slicer.util.tempDirectory().startswith(slicer.app.temporaryPath)


def test_no_slot_error_is_left_over():
    assert callback_errors.log == []
