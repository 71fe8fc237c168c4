"""Every Slicer, VTK, Qt and CTK name in shipped code exists in the recorded application; no trap is stepped into."""

import ast
from pathlib import Path

import pytest
from runtime.pythonqt_traps import check_traps
from runtime.slicer_api import widget_api
from runtime.static_names import check_file
from runtime.typed_names import check_typed, ui_classes

REPOSITORY = Path(__file__).resolve().parents[2]
UI_FILES = sorted(REPOSITORY.glob("RadiomicsOrtho*/Resources/UI/*.ui"))
SOURCES = [*sorted(REPOSITORY.glob("RadiomicsOrtho*/RadiomicsOrtho*.py")),
           *sorted((REPOSITORY / "RadiomicsOrtho" / "RadiomicsOrthoScene").glob("*.py")),
           *sorted((REPOSITORY / "RadiomicsOrtho" / "RadiomicsOrthoWidgets").glob("*.py"))]
#: what a reader is given to run in Slicer
SCRIPTS = [*sorted((REPOSITORY / "docs" / "examples").glob("*.py")), REPOSITORY / "Testing" / "tutorial_pictures.py"]


@pytest.mark.parametrize("path", [*SOURCES, *UI_FILES, *SCRIPTS], ids=lambda path: path.name)
def test_names_exist(path):
    assert check_file(path) == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_widgets_have_what_is_used_of_them(path):
    assert check_typed(path, ui_classes(UI_FILES)) == []


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_no_trap_of_pythonqt(path):
    assert check_traps(path) == []


def names_below(path, root):
    """``vtkTable`` and ``Qt.AlignTop`` of ``root.vtkTable`` and ``root.Qt.AlignTop`` in a file, with their lines."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        text = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
        if text.startswith(f"{root}.") and text.replace(".", "").isidentifier():
            yield node.lineno, text.partition(".")[2]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_vtk_names_exist(path):
    import vtk

    for line, name in names_below(path, "vtk"):
        thing = vtk
        for part in name.split("."):
            assert hasattr(thing, part), f"{path.name}:{line}: vtk.{name} does not exist"
            thing = getattr(thing, part)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_values_of_classes_that_were_not_recorded_exist_in_qt_6(path):
    """Enum values such as ``qt.Qt.AlignTop``: of Qt 5 and 6, as Slicer is about to move on."""
    from PySide6 import QtCore, QtGui, QtSvg, QtWidgets

    for line, name in names_below(path, "qt"):
        of_class, *rest = name.split(".")
        if not rest or widget_api(f"qt.{of_class}") is not None:
            continue
        owner = next((getattr(module, of_class) for module in (QtCore, QtGui, QtWidgets, QtSvg)
                      if hasattr(module, of_class)), None)
        assert owner is not None, f"{path.name}:{line}: Qt 6 has no {of_class}"
        assert hasattr(owner, rest[0]), f"{path.name}:{line}: Qt 6 has no {of_class}.{rest[0]}"


def test_all_kinds_of_files_were_found():
    assert len(UI_FILES) == 2
    assert len(SOURCES) >= 60
    assert {path.parent.name for path in SOURCES} == {"RadiomicsOrtho", "RadiomicsOrthoSegment", "RadiomicsOrthoScene",
                                                      "RadiomicsOrthoWidgets"}
