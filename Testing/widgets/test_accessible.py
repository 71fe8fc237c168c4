"""Everything that the keyboard reaches has a name that a screen reader can say."""

from panel_steps import choose, settle

MODULE = "RadiomicsOrtho"
#: kinds that do not show a text of their own
NAMELESS = ("QComboBox", "QLineEdit", "QAbstractSpinBox", "QAbstractSlider", "QListWidget", "QTableView", "QTextEdit")


def nameless(widget):
    """Focusable editors and lists without label, name or tooltip-free text; inner parts of one count with it."""
    import qt

    labelled = {label.buddy() for label in widget.findChildren(qt.QLabel) if label.buddy() is not None}
    found = []
    for kind in NAMELESS:
        for child in widget.findChildren(getattr(qt, kind)):
            if not child.focusPolicy & qt.Qt.TabFocus or not child.isVisibleTo(widget):
                continue
            around = [child]
            while around[-1].parent() is not None and around[-1].parent() is not widget:
                around.append(around[-1].parent())
            if not any(one in labelled or one.accessibleName for one in around[:4]):
                found.append(f"{kind} {child.objectName or around[1].objectName}")
    return found


def test_a_screen_reader_can_name_every_editor_of_the_case(panel, make_case):
    choose(panel, *make_case())
    panel.ui.applyButton.click()
    settle()
    assert nameless(panel.ui.caseTab) == []


def test_a_screen_reader_can_name_every_editor_of_the_other_tabs(panel):
    for number in range(1, panel.ui.tabWidget.count):
        panel.ui.tabWidget.setCurrentIndex(number)
        assert nameless(panel.ui.tabWidget.widget(number)) == []
