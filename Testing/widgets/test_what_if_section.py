"""What if, in the panel: markers that follow the mouse, editors, reset; the result stays as it is."""

import json
import time

import pytest
from panel_steps import drag_marker, what_if_section


@pytest.fixture
def panel(open_panel):
    panel = open_panel("RadiomicsOrtho")
    box = panel.ui.modelComboBox
    box.setCurrentIndex(box.findData("garvan-hip-10y-bmd"))
    panel._parameterNode.clinical = {"sex": "female", "age": "60", "t_score": "-2.5", "fractures": "1", "falls": "1"}
    panel.ui.applyButton.click()
    return panel


def editors(panel):
    """Title without unit -> editor."""
    form = panel.ui.whatIfWidget.layout()
    widgets = [form.itemAt(index).widget() for index in range(form.count())]
    return {label.text.rstrip(":").split(" (")[0]: editor for label, editor in zip(widgets[::2], widgets[1::2],
                                                                                  strict=True)}


def test_the_editors_begin_with_the_values_of_the_case(panel):
    assert set(editors(panel)) == {"Age", "Femoral neck T-score", "Fractures since the age of 50",
                                   "Falls within the last 12 months"}
    assert editors(panel)["Age"].value == 60 and editors(panel)["Femoral neck T-score"].value == -2.5
    assert panel.ui.whatIfGroupBox.collapsed and not panel.ui.whatIfResetButton.enabled
    assert "stays as it is" in panel.ui.whatIfLabel.text


def test_another_value_shows_another_risk_and_leaves_the_result(panel):
    before = panel._parameterNode.resultText.GetText(), panel.ui.cardBrowser.toPlainText()
    panel.ui.whatIfGroupBox.collapsed = False
    editors(panel)["Age"].value = 70
    assert "What if: 17.4 %, instead of 10.9 % for this case" in panel.ui.whatIfLabel.text
    falls = editors(panel)["Falls within the last 12 months"]
    falls.setCurrentIndex(falls.findData("0"))
    assert "What if: 12.5 %" in panel.ui.whatIfLabel.text
    assert (panel._parameterNode.resultText.GetText(), panel.ui.cardBrowser.toPlainText()) == before
    assert json.loads(before[0])["result"]["value"] == pytest.approx(0.108649, abs=1e-6)


def test_reset_brings_the_case_back(panel):
    panel.ui.whatIfGroupBox.collapsed = False
    editors(panel)["Age"].value = 70
    panel.ui.whatIfResetButton.click()
    assert editors(panel)["Age"].value == 60 and "What if:" not in panel.ui.whatIfLabel.text
    assert not panel.ui.whatIfResetButton.enabled


def test_a_marker_is_dragged_and_opens_the_group(panel):
    drag_marker(panel, ("age", 0.2), ("age", 0.4), ("age", 0.5))
    assert not panel.ui.whatIfGroupBox.collapsed
    middle = editors(panel)["Age"].value
    axis = next(axis for axis in what_if_section(panel)._view.axes if axis.name == "age")
    low, high = (what_if_section(panel)._view.nomogram.axis("age").values)
    assert middle == pytest.approx(0.5 * (low + high), abs=1.0) and axis.y > 0
    assert "What if:" in panel.ui.whatIfLabel.text
    drag_marker(panel, ("falls", 1.0))
    assert editors(panel)["Falls within the last 12 months"].currentText == "Three or more"
    assert editors(panel)["Age"].value == middle


def test_a_press_beside_the_axes_and_a_move_without_a_press_change_nothing(panel):
    from PySide6 import QtCore, QtGui

    widget = what_if_section(panel).nomogram.widget
    for kind, point in ((QtCore.QEvent.Type.MouseButtonPress, QtCore.QPointF(100, 3)),
                        (QtCore.QEvent.Type.MouseMove, QtCore.QPointF(200, what_if_section(panel)._view.axes[0].y))):
        event = QtGui.QMouseEvent(kind, point, QtCore.QPointF(widget.mapToGlobal(point.toPoint())),
                                  QtCore.Qt.MouseButton.LeftButton, QtCore.Qt.MouseButton.LeftButton,
                                  QtCore.Qt.KeyboardModifier.NoModifier)
        QtCore.QCoreApplication.sendEvent(widget, event)
    assert panel.ui.whatIfGroupBox.collapsed and editors(panel)["Age"].value == 60


def test_the_large_drawing_moves_with_the_small_one(panel):
    panel.ui.largeNomogramButton.click()
    window = what_if_section(panel).window
    assert window.isOpen and window.nomogram.widget.width == window.width > 850
    assert window.nomogram.widget.renderer().isValid()
    before = window.nomogram.widget.height
    panel.ui.whatIfGroupBox.collapsed = False
    assert window.nomogram.widget.height > before, "with room for what is tried"
    panel._parameterNode.clinical = {**dict(panel._parameterNode.clinical), "age": "61"}
    assert not window.isOpen, "a drawing does not outlive its result"
    panel.ui.applyButton.click()
    panel.ui.largeNomogramButton.click()
    assert window.isOpen


def test_the_large_drawing_is_made_anew_as_wide_as_its_window(panel):
    import slicer

    panel.ui.largeNomogramButton.click()
    window = what_if_section(panel).window
    for width in (1300, 700):
        window.resize(width, 700)
        end = time.monotonic() + 5
        while window.nomogram.widget.width != window.width and time.monotonic() < end:
            slicer.app.processEvents()
        assert abs(window.nomogram.widget.width - width) < 60
    window.resize(300, 700)
    assert window.width == 600, "narrower it would be the drawing of a side panel"


def drawing(panel):
    return what_if_section(panel)._view.drawing


def test_the_drawing_is_copied_as_a_picture_and_as_lines(panel):
    import qt

    actions = what_if_section(panel).nomogram.actions
    assert actions.copyAction in what_if_section(panel).nomogram.widget.actions()
    actions.copyAction.trigger()
    data = qt.QApplication.clipboard().mimeData()
    assert data.hasImage() and b"<svg" in bytes(data.data("image/svg+xml"))
    # what lies there when Python ends takes PySide down with it
    qt.QApplication.clipboard().clear()


def test_the_drawing_is_saved_as_svg_and_as_png_of_the_chosen_resolution(panel, tmp_path):
    import qt
    from runtime.qt_standins import dialog_answers

    actions = what_if_section(panel).nomogram.actions
    dialog_answers.append(str(tmp_path / "nomogram"))
    actions.svgAction.trigger()
    assert (tmp_path / "nomogram.svg").read_text(encoding="utf-8").startswith("<svg")
    widths = []
    for action, dpi in zip(actions.pngActions, (150, 300, 600), strict=True):
        dialog_answers.append(str(tmp_path / f"{dpi}.png"))
        action.trigger()
        picture = qt.QImage(str(tmp_path / f"{dpi}.png"))
        widths.append(picture.width() / dpi * 96)
        assert abs(picture.dotsPerMeterX() * 0.0254 - dpi) < 0.1
    assert widths == pytest.approx([drawing(panel).width] * 3, abs=1)
    # lines and letters were drawn, not only the ground
    assert len({picture.pixel(x, y) for x in range(0, picture.width(), 7) for y in range(0, picture.height(), 7)}) > 3


def test_a_drawing_that_cannot_be_written_says_so_and_no_answer_saves_nothing(panel, tmp_path):
    from runtime.dialogs import messages
    from runtime.qt_standins import dialog_answers

    actions = what_if_section(panel).nomogram.actions
    dialog_answers.append("")
    actions.svgAction.trigger()
    assert not messages
    for action in (actions.svgAction, actions.pngActions[0]):
        dialog_answers.append(str(tmp_path / "nowhere" / "nomogram"))
        action.trigger()
    assert len(messages) == 2 and "cannot be written" in str(messages[0])


def test_the_group_goes_with_its_result(panel):
    panel._parameterNode.clinical = {**dict(panel._parameterNode.clinical), "age": "61"}
    assert not panel.ui.whatIfGroupBox.visible and not panel.ui.nomogramContainer.visible
    panel.ui.applyButton.click()
    assert panel.ui.whatIfGroupBox.visible and editors(panel)["Age"].value == 61


def test_the_editors_are_reached_with_the_keyboard(panel):
    import qt

    panel.ui.whatIfGroupBox.collapsed = False
    falls = editors(panel)["Falls within the last 12 months"]
    assert falls.focusPolicy == qt.Qt.StrongFocus and panel.ui.whatIfResetButton.focusPolicy & qt.Qt.TabFocus
