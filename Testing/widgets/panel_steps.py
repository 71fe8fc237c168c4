"""What a person does with a panel, for the tests of its sections."""

import time


def choose(panel, volume, segmentation, segment_id):
    """Choose a region in the panel of either module."""
    panel.ui.volumeSelector.setCurrentNode(volume)
    if hasattr(panel.ui, "segmentSelector"):
        panel.ui.segmentSelector.setCurrentNode(segmentation)
        panel.ui.segmentSelector.setCurrentSegmentID(segment_id)
    else:
        panel.ui.segmentationSelector.setCurrentNode(segmentation)
        panel.ui.segmentEditorWidget.setCurrentSegmentID(segment_id)


def pick(combo_box, key):
    combo_box.setCurrentIndex(combo_box.findData(key))


def wait(section, seconds=60.0):
    """Until what a section of a panel does in the background is done and shown."""
    _wait_while(lambda: section.busy, seconds)


def checked(section, seconds=60.0):
    """Until the tab "Study" has compared the table with the recipe."""
    _wait_while(lambda: section.checking, seconds)


def _wait_while(works, seconds):
    import slicer

    end = time.monotonic() + seconds
    while works():
        assert time.monotonic() < end, "the work does not end"
        slicer.app.processEvents()
        time.sleep(0.01)


def settle():
    """As long as a panel waits after the last change of a segment."""
    import slicer

    end = time.monotonic() + 0.4
    while time.monotonic() < end:
        slicer.app.processEvents()
        time.sleep(0.02)


def part(panel, name):
    """The section of that class in the panel Radiomics Ortho."""
    return next(section for section in panel.panel.sections if type(section).__name__ == name)


def what_if_section(panel):
    """The section "What if" of the panel Radiomics Ortho."""
    return part(panel, "ReportStep").result.whatIf


def drag_marker(panel, *places):
    """Press on the nomogram at the first place (axis name, share of its length), move to the others, release."""
    from PySide6 import QtCore, QtGui

    widget, view = what_if_section(panel).nomogram.widget, what_if_section(panel)._view
    axes = {axis.name: axis for axis in view.axes}
    points = [QtCore.QPointF(axes[name].left + share * (axes[name].right - axes[name].left), axes[name].y)
              for name, share in places]
    left, none = QtCore.Qt.MouseButton.LeftButton, QtCore.Qt.MouseButton.NoButton
    kinds = QtCore.QEvent.Type
    steps = [(kinds.MouseButtonPress, points[0], left, left)]
    steps += [(kinds.MouseMove, point, none, left) for point in points[1:]]
    steps.append((kinds.MouseButtonRelease, points[-1], left, none))
    for kind, point, button, buttons in steps:
        event = QtGui.QMouseEvent(kind, point, QtCore.QPointF(widget.mapToGlobal(point.toPoint())), button, buttons,
                                  QtCore.Qt.KeyboardModifier.NoModifier)
        QtCore.QCoreApplication.sendEvent(widget, event)


def shortcuts(widget):
    """Letters that Alt leads to within ``widget``, and those of Slicer's menu bar: File, Edit, View, Help."""
    import re

    import qt

    texts = [child.text for kind in ("QAbstractButton", "QLabel") for child in widget.findChildren(getattr(qt, kind))]
    # a letter behind &, and no entity of rich text
    found = [re.search(r"&(?!\w+;)([^&\s<;])", text.replace("&&", "")) for text in texts]
    return ["f", "e", "v", "h", *(letter[1].lower() for letter in found if letter)]
