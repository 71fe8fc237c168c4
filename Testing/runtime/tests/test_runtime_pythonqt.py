"""Each difference between PythonQt and PySide6 that the stand-in has to undo."""

from __future__ import annotations

import functools

import pytest
from runtime import callback_errors, harness

harness.start_widgets()

import qt
import slicer


@pytest.fixture
def button():
    return qt.QPushButton("text")


def expected_slot_error() -> str:
    """The one recorded exception; forgotten, because the test meant it."""
    [text] = callback_errors.log
    callback_errors.log.clear()
    return text


# -- properties ------------------------------------------------------------------------


def test_properties_are_attributes(button):
    button.text = "changed"
    assert button.text == "changed"
    assert button.property("text") == "changed"
    with pytest.raises(TypeError):
        button.text()


def test_setting_a_property_reaches_the_widget():
    """Assigning to a PySide property used to write only the instance dictionary."""
    slider = qt.QSlider()
    values = []
    slider.connect("valueChanged(int)", values.append)
    slider.value = 7
    assert values == [7]
    assert slider.property("value") == 7


def test_methods_that_are_no_property_stay(button):
    button.setText("x")
    button.setToolTip("tip")
    assert button.toolTip == "tip"
    assert button.isEnabled() is True
    assert button.isVisible() is False
    assert button.enabled is True


def test_properties_hidden_by_a_subclass_method():
    layout = qt.QVBoxLayout()
    layout.spacing = 3
    assert layout.spacing == 3


def test_wrong_value_types_raise(button):
    with pytest.raises(TypeError):
        button.text = object()
    with pytest.raises(TypeError):
        button.setEnabled("no")
    spin = qt.QSpinBox()
    with pytest.raises(TypeError):
        spin.value = "three"


def test_unknown_attributes_raise(button):
    with pytest.raises(AttributeError, match="creating new attributes"):
        button.txet = "slip"
    with pytest.raises(AttributeError):
        _ = button.txet
    with pytest.raises(AttributeError):
        button.setText = lambda text: None
    with pytest.raises(AttributeError):
        qt.QColor().colour = 3
    with pytest.raises(AttributeError):
        qt.QTableWidgetItem().txet = "slip"
    with pytest.raises(AttributeError):
        qt.QVBoxLayout().spacng = 3


def test_python_subclasses_keep_their_attributes():
    class Mine(qt.QLabel):
        def __init__(self):
            super().__init__("a")
            self.note = 3

    mine = Mine()
    mine.text = "b"
    assert (mine.note, mine.text) == (3, "b")


def test_dynamic_properties_are_attributes(button):
    button.setProperty("SlicerParameterName", "threshold")
    assert button.SlicerParameterName == "threshold"
    button.SlicerParameterName = "other"
    assert button.property("SlicerParameterName") == "other"


def test_children_are_attributes_by_object_name():
    frame = qt.QFrame()
    layout = qt.QVBoxLayout(frame)
    label = qt.QLabel("inside")
    label.objectName = "status"
    layout.addWidget(label)
    assert frame.status.text == "inside"
    assert label.name == label.objectName == "status"
    assert label.className() == "QLabel"


def test_string_list_properties_are_tuples():
    browser = qt.QTextBrowser()
    browser.searchPaths = ["/a", "/b"]
    assert browser.searchPaths == ("/a", "/b")
    browser.searchPaths = ("/c",)
    assert browser.searchPaths == ("/c",)
    selector = slicer.qMRMLNodeComboBox()
    selector.nodeTypes = ["vtkMRMLTableNode"]
    assert selector.nodeTypes == ("vtkMRMLTableNode",)


def test_enums_are_flat_and_take_integers():
    label = qt.QLabel()
    label.alignment = int(qt.Qt.AlignRight)
    assert label.alignment == qt.Qt.AlignRight
    assert qt.QMessageBox.Yes == qt.QMessageBox.StandardButton.Yes
    slider = qt.QSlider()
    slider.orientation = 1
    assert slider.orientation == qt.Qt.Horizontal


def test_deleted_objects_raise_value_error(button):
    button.delete()
    with pytest.raises(ValueError, match="already deleted"):
        _ = button.text


def test_size_and_position_are_properties():
    widget = qt.QWidget()
    widget.resize(120, 80)
    assert (widget.width, widget.height) == (120, 80)
    assert widget.size.width() == 120


# -- signals -----------------------------------------------------------------------------


def test_connect_by_signature(button):
    calls = []
    assert button.connect("clicked()", lambda: calls.append("none")) is True
    assert button.connect("clicked(bool)", lambda checked: calls.append(checked)) is True
    button.click()
    assert calls == ["none", False]


@pytest.mark.parametrize("signal", ["clickedd()", "clicked(int)", "clicked", ""])
def test_unknown_signal_raises(button, signal):
    with pytest.raises(ValueError, match="no signal"):
        button.connect(signal, lambda: None)


@pytest.mark.parametrize(("make", "signal"), [
    (lambda: qt.QCheckBox(), "checkStateChanged(Qt::CheckState)"),
    (lambda: qt.QSpinBox(), "textChanged2(QString)"),
    (lambda: qt.QButtonGroup(), "nothing(int)"),
])
def test_signals_that_the_application_lacks_raise(make, signal):
    """The first one is new in Qt 6.7: present in PySide, absent in Slicer."""
    with pytest.raises(ValueError, match="no signal"):
        make().connect(signal, lambda: None)


def test_signatures_are_normalised(button):
    calls = []
    button.connect("clicked( bool )", calls.append)
    edit = qt.QLineEdit()
    edit.connect("textChanged(const QString &)", calls.append)
    button.click()
    edit.text = "x"
    assert calls == [False, "x"]


def test_arguments_are_trimmed_for_functions_and_methods(button):
    calls = []

    class Receiver:
        def nothing(self):
            calls.append("method")

        def one(self, checked):
            calls.append(("one", checked))

    receiver = Receiver()
    button.connect("clicked(bool)", receiver.nothing)
    button.connect("clicked(bool)", receiver.one)
    button.connect("clicked(bool)", lambda: calls.append("lambda"))
    button.connect("clicked(bool)", lambda *arguments: calls.append(arguments))
    button.click()
    assert calls == ["method", ("one", False), "lambda", (False,)]


def test_partials_and_builtins_get_all_arguments(button):
    calls = []
    button.connect("clicked(bool)", functools.partial(lambda *a: calls.append(a), "x"))
    button.connect("clicked(bool)", calls.append)
    button.click()
    assert calls == [("x", False), False]


def test_default_arguments_are_filled_by_the_signal(button):
    """As in PythonQt: a lambda with `value=value` gets the signal's argument."""
    calls = []
    button.connect("clicked(bool)", lambda value="mine": calls.append(value))
    button.click()
    assert calls == [False]


def test_disconnect(button):
    calls = []

    class Receiver:
        def slot(self):
            calls.append(1)

    receiver = Receiver()
    button.connect("clicked()", receiver.slot)
    assert button.disconnect("clicked()", receiver.slot) is True
    button.click()
    assert calls == []
    assert button.disconnect("clicked()", receiver.slot) is False


def test_a_connection_keeps_its_receiver_alive(button):
    calls = []

    class Receiver:
        def slot(self):
            calls.append(1)

    button.connect("clicked()", Receiver().slot)
    button.click()
    assert calls == [1]


def test_exceptions_in_slots_are_collected(button):
    def broken():
        raise RuntimeError("slot went wrong")

    button.connect("clicked()", broken)
    button.click()
    assert "slot went wrong" in expected_slot_error()


def test_exceptions_are_collected_from_signal_objects_and_timers(button, capsys):
    def broken():
        raise RuntimeError("callback went wrong")

    button.clicked.connect(broken)
    button.click()
    assert "callback went wrong" in expected_slot_error()
    qt.QTimer.singleShot(0, broken)
    qt.QApplication.processEvents()
    assert "callback went wrong" in expected_slot_error()


def test_wrong_number_of_slot_arguments_is_an_error(button):
    button.connect("clicked()", lambda checked: None)
    button.click()
    assert "missing 1 required positional argument" in expected_slot_error()


def test_blocked_signals(button):
    calls = []
    button.connect("clicked()", lambda: calls.append(1))
    was_blocked = button.blockSignals(True)
    button.click()
    button.blockSignals(was_blocked)
    assert calls == []


def test_python_subclass_may_define_its_own_signal():
    class Sender(qt.QObject):
        done = qt.Signal(int)

    calls = []
    sender = Sender()
    sender.done.connect(calls.append)
    sender.done.emit(3)
    sender.connect("done(int)", calls.append)
    sender.done.emit(4)
    assert calls == [3, 4, 4]


# -- the module ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["QThread", "QFutureWatcher", "QWebView", "QTest", "Nonsense"])
def test_names_absent_in_slicer(name):
    assert not hasattr(qt, name)


@pytest.mark.parametrize("name", [
    "QSvgWidget", "QTextBrowser", "QTimer", "QProcess", "QSettings", "QMessageBox", "QFileDialog",
    "QAction", "QFormLayout", "QTableWidget", "QSvgRenderer", "QGraphicsScene", "QPainter",
    "QDesktopServices", "QUrl", "QByteArray", "QStandardItemModel", "Qt", "QSignalBlocker",
])
def test_names_present_in_slicer(name):
    assert hasattr(qt, name)


def test_names_of_qt_5_only_say_so():
    with pytest.raises(AttributeError, match="Qt 5 only"):
        _ = qt.QRegExp


def test_modal_dialogs_never_block():
    box = qt.QMessageBox()
    box.text = "Really?"
    with pytest.raises(RuntimeError, match=r"would block.*Really"):
        box.exec_()
    harness.dialog_answers.append(qt.QMessageBox.Yes)
    assert box.exec_() == qt.QMessageBox.Yes
    harness.dialog_answers.append("/tmp/out.csv")
    assert qt.QFileDialog.getSaveFileName(None, "Save", "", "*.csv") == "/tmp/out.csv"
    with pytest.raises(RuntimeError, match="getOpenFileName"):
        qt.QFileDialog.getOpenFileName(None, "Open")


def test_dialog_answer_may_be_a_function():
    dialog = qt.QDialog()
    layout = qt.QVBoxLayout(dialog)
    edit = qt.QLineEdit()
    layout.addWidget(edit)

    def fill(shown):
        edit.text = "typed"
        shown.accept()
        return shown.result()

    harness.dialog_answers.append(fill)
    assert dialog.exec_() == qt.QDialog.Accepted
    assert edit.text == "typed"


def test_svg_widget_renders(tmp_path):
    widget = qt.QSvgWidget()
    widget.load(qt.QByteArray(
        b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10">'
        b'<rect width="10" height="10" fill="#ff0000"/></svg>'))
    widget.resize(20, 20)
    assert qt.QColor(widget.grab().toImage().pixel(10, 10)).name() == "#ff0000"


def test_process_runs_in_the_event_loop():
    process = qt.QProcess()
    outputs, ends = [], []
    process.connect("readyReadStandardOutput()",
                    lambda: outputs.append(bytes(process.readAllStandardOutput().data())))
    process.connect("finished(int,QProcess::ExitStatus)", lambda code: ends.append(code))
    process.start("/bin/sh", ["-c", "echo ready; exit 3"])
    assert process.waitForFinished(10000)
    qt.QApplication.processEvents()
    assert b"".join(outputs) == b"ready\n"
    assert ends == [3]
