"""Every control that a user operates says on hover what it does."""

import pytest


def controls(widget):
    """The operated widgets below ``widget`` that this extension makes: buttons, boxes, editors, lists, browsers."""
    import ctk
    import qt
    import slicer

    kinds = (qt.QPushButton, qt.QToolButton, qt.QCheckBox, qt.QComboBox, qt.QLineEdit, qt.QSpinBox, qt.QDoubleSpinBox,
             qt.QListWidget, qt.QTableWidget, qt.QTextBrowser, ctk.ctkSliderWidget, ctk.ctkPathLineEdit,
             slicer.qMRMLNodeComboBox, slicer.qMRMLSegmentSelectorWidget)
    #: controls whose inner parts are Qt's, CTK's or Slicer's own
    composite = (qt.QComboBox, qt.QSpinBox, qt.QDoubleSpinBox, qt.QListWidget, qt.QTableWidget, qt.QTextBrowser,
                 ctk.ctkSliderWidget, ctk.ctkPathLineEdit, slicer.qMRMLNodeComboBox, slicer.qMRMLSegmentSelectorWidget,
                 slicer.qMRMLSegmentEditorWidget, slicer.qSlicerMarkupsPlaceWidget, slicer.qMRMLTableView)
    for child in widget.children():
        if not isinstance(child, qt.QWidget):
            continue
        # their header is the title of the section
        is_header = isinstance(child, (ctk.ctkCollapsibleButton, ctk.ctkCollapsibleGroupBox))
        if isinstance(child, kinds) and not is_header:
            yield child
        if not isinstance(child, composite):
            yield from controls(child)


def silent(panel):
    """Controls without a tooltip."""
    return [f"{type(child).__name__} {child.objectName or getattr(child, 'text', '')}"
            for child in controls(panel.parent) if not child.toolTip
            # of a bar with more tabs than fit
            and child.objectName not in ("ScrollLeftButton", "ScrollRightButton")]


@pytest.mark.parametrize("name", ["RadiomicsOrtho", "RadiomicsOrthoSegment"])
def test_every_control_of_an_empty_panel_says_what_it_does(open_panel, name):
    panel = open_panel(name)
    assert len(list(controls(panel.parent))) > 20
    assert silent(panel) == []


@pytest.mark.parametrize("name", ["RadiomicsOrtho", "RadiomicsOrthoSegment"])
def test_every_control_of_a_panel_with_a_case_says_what_it_does(application, open_panel, name):
    import sys

    getattr(sys.modules[name], f"{name}Test")().makeCase()
    assert silent(open_panel(name)) == []


def test_editors_of_every_model_say_what_they_ask_for(open_panel):
    panel = open_panel("RadiomicsOrtho")
    box = panel.ui.modelComboBox
    for index in range(box.count):
        box.setCurrentIndex(index)
        assert silent(panel) == [], box.itemText(index)
