"""Does a widget have the property, method or signal that a source file uses on it?

    problems = check_typed("RadiomicsOrtho/RadiomicsOrthoWidgets/work_dialog.py", ui_classes(ui_files))

static_names.py looks at names below `qt`, `ctk` and `slicer`. Here the class of a variable is followed from where it
is made (`self.button = qt.QPushButton()`) or from the .ui file that names it (`self.ui.applyButton`), and each use is
held against what was recorded of that class: an attribute that it lacks, a property that is called or a method that is
assigned, a signal of another class. A variable that is made in two ways is left alone. No Qt is needed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.etree import ElementTree

from .slicer_api import WidgetApi, class_api, widget_api
from .static_names import normalized

#: how sections name the widgets of the .ui file
_UI_NAMES = {"ui", "_ui"}
_UNKNOWN = "?"
#: C++ names that are keywords of Python: PythonQt offers them with an underscore
_KEYWORDS = {"exec_", "raise_", "print_"}


def ui_classes(ui_files: Iterable[str | Path]) -> dict[str, str]:
    """Object name to class of every widget, layout and action of some .ui files."""
    found: dict[str, str] = {}
    for path in ui_files:
        for element in ElementTree.parse(path).getroot().iter():
            if element.tag in ("widget", "layout", "action") and element.get("name"):
                found[element.get("name", "")] = element.get("class", "QAction")
    return found


def check_typed(path: str | Path, ui: Mapping[str, str]) -> list[str]:
    """Problems of one source file, one line each; empty when there are none."""
    path = Path(path)
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    problems: list[tuple[int, str]] = []
    members = {id(function): (of_class, made)
               for of_class, made in ((node, _made_in(node, _self_name)) for node in ast.walk(tree)
                                      if isinstance(node, ast.ClassDef))
               for function in of_class.body if isinstance(function, ast.FunctionDef)}
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        _of_class, own = members.get(id(function), (None, {}))
        uses = _Uses(own, _made_in(function, _local_name), ui)
        uses.visit(function)
        problems += uses.problems
    return [f"{path.name}:{line}: {text}" for line, text in sorted(set(problems))]


# -- what a variable holds --------------------------------------------------------------


def _self_name(target: ast.AST) -> str | None:
    is_member = isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self"
    return target.attr if is_member else None  # type: ignore[attr-defined]


def _local_name(target: ast.AST) -> str | None:
    return target.id if isinstance(target, ast.Name) else None


def _made_in(scope: ast.AST, name_of) -> dict[str, str]:
    """Name to recorded class ("qt.QLabel"), for the variables that only ever hold a new object of one class."""
    found: dict[str, set[str]] = {}
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                for one, value in _pairs(target, node.value):
                    name = name_of(one)
                    if name and not (isinstance(value, ast.Constant) and value.value is None):
                        found.setdefault(name, set()).add(_constructed(value))
        elif isinstance(node, (ast.For, ast.withitem, ast.comprehension, ast.NamedExpr, ast.AugAssign, ast.AnnAssign)):
            target = node.optional_vars if isinstance(node, ast.withitem) else node.target
            for one in ast.walk(target) if target is not None else ():
                if name_of(one):
                    found.setdefault(name_of(one), set()).add(_UNKNOWN)
        elif isinstance(node, ast.arg) and name_of is _local_name:
            found.setdefault(node.arg, set()).add(_UNKNOWN)
    return {name: next(iter(classes)) for name, classes in found.items()
            if len(classes) == 1 and _UNKNOWN not in classes}


def _pairs(target: ast.AST, value: ast.AST) -> list[tuple[ast.AST, ast.AST]]:
    """Targets with their values: ``a, b = qt.QLabel(), qt.QLabel()`` has two of each."""
    if not isinstance(target, (ast.Tuple, ast.List)):
        return [(target, value)]
    values = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
    if len(values) != len(target.elts):
        values = [ast.Name(_UNKNOWN)] * len(target.elts)
    return list(zip(target.elts, values, strict=True))


def _constructed(value: ast.AST) -> str:
    function = value.func if isinstance(value, ast.Call) else None
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        name = f"{function.value.id}.{function.attr}"
        if function.value.id in ("qt", "ctk", "slicer") and widget_api(name) is not None:
            return name
    return _UNKNOWN


# -- what is done with it ---------------------------------------------------------------


class _Uses(ast.NodeVisitor):
    """Walks one function whose variables are known."""

    def __init__(self, members: Mapping[str, str], local: Mapping[str, str], ui: Mapping[str, str]) -> None:
        self.problems: list[tuple[int, str]] = []
        self._members, self._local, self._ui = members, local, ui
        self._root = True

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        # a function inside this one is looked at by itself
        if self._root:
            self._root = False
            self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        self._check_ui_name(node)
        known = self._class_of(node.value)
        if known is not None:
            title, recorded = known
            writes = isinstance(node.ctx, ast.Store)
            if writes and node.attr not in recorded.properties:
                self._report(node, f"{title} has no property {node.attr!r} to set")
            elif node.attr not in recorded.names | _KEYWORDS:
                self._report(node, f"{title} has no {node.attr!r}")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        function = node.func
        known = self._class_of(function.value) if isinstance(function, ast.Attribute) else None
        if known is not None and isinstance(function, ast.Attribute):
            title, recorded = known
            if function.attr in recorded.properties:
                self._report(node, f"{function.attr!r} is a property of {title}: read it without brackets")
            first = node.args[0] if node.args else None
            if (function.attr in ("connect", "disconnect") and isinstance(first, ast.Constant)
                    and isinstance(first.value, str) and normalized(first.value) not in recorded.signals):
                self._report(node, f"{title} has no signal {first.value!r}")
        self.generic_visit(node)

    def _report(self, node: ast.AST, text: str) -> None:
        self.problems.append((getattr(node, "lineno", 0), text))

    def _check_ui_name(self, node: ast.Attribute) -> None:
        if self._is_ui(node.value) and node.attr not in self._ui and not isinstance(node.ctx, ast.Store):
            self._report(node, f"no .ui file has a widget {node.attr!r}")

    def _is_ui(self, node: ast.AST) -> bool:
        return _local_name(node) in _UI_NAMES or _self_name(node) in _UI_NAMES

    def _class_of(self, node: ast.AST) -> tuple[str, WidgetApi] | None:
        if isinstance(node, ast.Attribute) and self._is_ui(node.value):
            name = self._ui.get(node.attr, "")
            recorded = class_api(name)
        else:
            name = self._members.get(_self_name(node) or "", "") or self._local.get(_local_name(node) or "", "")
            recorded = widget_api(name) if name else None
        return (name, recorded) if recorded is not None else None
