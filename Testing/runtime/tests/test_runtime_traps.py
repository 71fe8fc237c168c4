"""The checks of typed names and of PythonQt's traps, on lines with and without slips."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
from runtime.pythonqt_traps import RULES, check_traps
from runtime.typed_names import check_typed, ui_classes
from toy_module import UI

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture
def check(tmp_path):
    """Checks some lines of a method of a section whose ``ui`` is the toy module's."""
    (tmp_path / "Toy.ui").write_text(UI, encoding="utf-8")

    def check_lines(lines: str, how=check_typed):
        path = tmp_path / "section.py"
        body = textwrap.indent(textwrap.dedent(lines), " " * 8)
        path.write_text("import ctk, qt, slicer\n\n\nclass Section:\n    def build(self, ui):\n"
                        f"        self.button, self._ui = qt.QPushButton(), ui\n{body}\n", encoding="utf-8")
        return how(path, ui_classes([tmp_path / "Toy.ui"])) if how is check_typed else how(path)

    return check_lines


@pytest.mark.parametrize(("line", "told"), [
    ("self.button.txt = 'Go'", "no property 'txt'"),
    ("self.button.setTxt('Go')", "no 'setTxt'"),
    ("self.button.setText = 'Go'", "no property 'setText'"),
    ("self.button.text()", "'text' is a property"),
    ("self.button.connect('currentIndexChanged(int)', self.build)", "no signal 'currentIndexChanged(int)'"),
    ("label = qt.QLabel('x')\nlabel.clicked.connect(self.build)", "no 'clicked'"),
    ("a, b = qt.QLabel(), qt.QComboBox()\nb.currentText = 'x'\nb.currentTxt", "no 'currentTxt'"),
    ("self._ui.nobody.text = 'x'", "no .ui file has a widget 'nobody'"),
])
def test_slips_on_a_widget_are_found(check, line, told):
    (problem,) = check(line)
    assert told in problem


@pytest.mark.parametrize("line", [
    "self.button.text = 'Go'\nself.button.setText('Go')\nself.button.isVisible()",
    "self.button.connect('clicked(bool)', self.build)\nself.button.connect('clicked()', self.build)",
    "box = qt.QMessageBox()\nbox.exec_()",
    "thing = qt.QLabel()\nthing = slicer.util.getNode('x')\nthing.anything()",
    "for label in (1, 2):\n    label.anything()",
])
def test_right_uses_pass(check, line):
    assert check(line) == []


@pytest.mark.parametrize(("line", "told"), [
    ("if qt.QMessageBox.question(None, 'a', 'b'):\n    pass", "'No' is true as well"),
    ("done = not qt.QMessageBox.question(None, 'a', 'b')", "'No' is true as well"),
    ("import functools\nself.button.connect('clicked()', functools.partial(print, 1))", "gets all arguments"),
    ("self.button.connect('clicked()', lambda checked: None)", "needs 1 arguments"),
    ("renderer = qt.QSvgRenderer()\nrenderer.defaultSize()", "load its picture"),
    ("from PySide6 import QtWidgets", "not there in Slicer"),
    ("import imp", "importlib"),
    ("qt.QTest.mouseClick", "QTest"),
    ("import threading", "main thread"),
    ("found = self.button.parentWidget() is self._ui", "compare with =="),
    ("assert self._ui.box.nodeTypes == ['a']", "is a tuple"),
])
def test_traps_are_found(check, line, told):
    (problem,) = check(line, check_traps)
    assert told in problem


@pytest.mark.parametrize("line", [
    "if qt.QMessageBox.question(None, 'a', 'b') == qt.QMessageBox.Yes:\n    pass",
    "self.button.connect('clicked(bool)', lambda checked: None)\nself.button.connect('clicked()', lambda: None)",
    "renderer = qt.QSvgRenderer()\nrenderer.load(b'')\nrenderer.defaultSize()",
    "found = self.button.parentWidget() is not None",
    "assert list(self._ui.box.nodeTypes) == ['a']",
])
def test_what_is_no_trap_passes(check, line):
    assert check(line, check_traps) == []


def test_the_table_of_traps_names_tests_and_rules_that_exist():
    table = (REPOSITORY / "docs" / "pythonqt-traps.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:test_)?[a-z]\w+)` in `(Testing/[\w/]+\.py)`", table))
    rules = {rule.__name__ for rule in RULES}
    assert rules <= {name for name, _file in named}, "a rule that the table does not name"
    for name, file in named:
        assert f"def {name}(" in (REPOSITORY / file).read_text(encoding="utf-8"), f"{file} has no {name}"
