"""Lint rules for what PythonQt accepts and does not mean, or what works on the stand-ins only.

    problems = check_traps("RadiomicsOrtho/RadiomicsOrthoWidgets/work_dialog.py")

Each rule is one function over a parsed file and yields (line, sentence). `docs/pythonqt-traps.md` says where each trap
was seen, and which test holds the traps that no look at the source can find.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

Problems = Iterator[tuple[int, str]]

#: asking boxes, whose answer is a number that is never 0: also "No" is true
_QUESTIONS = {"question", "warning", "information", "critical"}
#: packages of the stand-ins, of tests, or of another Qt binding
_FOREIGN = {"PySide6", "PySide2", "PyQt5", "PyQt6", "shiboken6", "runtime", "pytest"}
#: threads of Python and the main loop of Qt: a slot that is called outside the main thread ends the application
_THREADS = {"threading", "_thread", "concurrent.futures"}


def check_traps(path: str | Path) -> list[str]:
    """Problems of one source file that runs inside Slicer, one line each."""
    path = Path(path)
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    found = sorted({problem for rule in RULES for problem in rule(tree)})
    return [f"{path.name}:{line}: {text}" for line, text in found]


def a_question_is_compared(tree: ast.AST) -> Problems:
    """``if qt.QMessageBox.question(...)`` is true whatever the user answers."""
    for node in ast.walk(tree):
        tests = [node.test] if isinstance(node, (ast.If, ast.While, ast.IfExp, ast.Assert)) else \
            [node.operand] if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not) else \
            node.values if isinstance(node, ast.BoolOp) else []
        for test in tests:
            if isinstance(test, ast.Call) and _dotted(test.func).startswith("qt.QMessageBox.") \
                    and _dotted(test.func).rpartition(".")[2] in _QUESTIONS:
                yield test.lineno, "the answer 'No' is true as well: compare it with qt.QMessageBox.Yes"


def a_slot_is_no_partial(tree: ast.AST) -> Problems:
    """A function or bound method gets as many arguments as it takes; a partial or builtin gets all of the signal's."""
    for call in _calls(tree, "connect"):
        slot = call.args[-1] if call.args else None
        made = _dotted(slot.func) if isinstance(slot, ast.Call) else _dotted(slot) if slot is not None else ""
        if made in ("partial", "functools.partial", "print"):
            yield call.lineno, f"{made} as a slot gets all arguments of the signal: use a method or a lambda"


def a_slot_lambda_takes_its_arguments(tree: ast.AST) -> Problems:
    """One without parameters is called without arguments; one that needs more than the signal sends fails."""
    for call in _calls(tree, "connect"):
        signal, slot = (call.args[0], call.args[-1]) if len(call.args) > 1 else (None, None)
        if not (isinstance(signal, ast.Constant) and isinstance(signal.value, str) and isinstance(slot, ast.Lambda)):
            continue
        inside = signal.value.partition("(")[2].rpartition(")")[0].strip()
        sent = len(inside.split(",")) if inside else 0
        needed = len(slot.args.args) - len(slot.args.defaults)
        if needed > sent:
            yield call.lineno, f"the lambda needs {needed} arguments and {signal.value!r} sends {sent}"


def an_svg_renderer_is_loaded(tree: ast.AST) -> Problems:
    """Reading a property of an empty QSvgRenderer ended the application."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        for made, following in zip(body, [*body[1:], None], strict=True) if isinstance(body, list) else ():
            is_empty = isinstance(made, ast.Assign) and isinstance(made.value, ast.Call) \
                and _dotted(made.value.func) == "qt.QSvgRenderer" and not made.value.args
            if is_empty and not (isinstance(following, ast.Expr) and isinstance(following.value, ast.Call)
                                 and _dotted(following.value.func) == f"{ast.unparse(made.targets[0])}.load"):
                yield made.lineno, "an empty QSvgRenderer crashes when it is asked: load its picture at once"


def imports_are_of_slicer(tree: ast.AST) -> Problems:
    """No other Qt binding, nothing of the tests, no ``imp`` (removed in Python 3.12), no QTest (not wrapped)."""
    for node in ast.walk(tree):
        names = [item.name for item in node.names] if isinstance(node, ast.Import) else \
            [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
        for name in names:
            if name.split(".")[0] in _FOREIGN:
                yield node.lineno, f"{name} is not there in Slicer"
            if name == "imp":
                yield node.lineno, "imp was removed in Python 3.12: use importlib"
        if isinstance(node, ast.Attribute) and node.attr == "QTest":
            yield node.lineno, "QTest is not wrapped: use .click() and set values"


def threads_stay_away_from_qt(tree: ast.AST) -> Problems:
    """Qt and the scene belong to the main thread; what runs beside it is in a file that knows no Qt."""
    lines = {name: node.lineno for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))
             for name in ([item.name for item in node.names] if isinstance(node, ast.Import) else [node.module or ""])}
    for name in sorted(_THREADS & lines.keys()):
        if {"qt", "ctk"} & lines.keys():
            yield lines[name], f"{name} in a file with Qt: a slot outside the main thread ends the application"


def objects_are_compared_by_value(tree: ast.AST) -> Problems:
    """PythonQt may make a new wrapper each time it hands out a C++ object: ``is`` may be False for the same widget."""
    handed_out = {"sender", "focusWidget", "parentWidget", "widget", "activeWindow", "window", "currentWidget"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and any(isinstance(op, (ast.Is, ast.IsNot)) for op in node.ops):
            for side in (node.left, *node.comparators):
                if isinstance(side, ast.Call) and isinstance(side.func, ast.Attribute) \
                        and side.func.attr in handed_out \
                        and not any(isinstance(other, ast.Constant) for other in (node.left, *node.comparators)):
                    yield node.lineno, f"{side.func.attr}() hands out a new wrapper: compare with =="


def a_list_property_is_not_compared_with_a_list(tree: ast.AST) -> Problems:
    """A string-list property is a tuple in PythonQt: ``box.nodeTypes == [..]`` is never true."""
    for node in ast.walk(tree):
        sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
        if any(isinstance(side, ast.List) for side in sides) and any(
                isinstance(side, ast.Attribute) and side.attr in ("nodeTypes", "nameFilters", "hideChildNodeTypes")
                for side in sides):
            yield node.lineno, "a string-list property is a tuple: compare list(...) with a list"


RULES: tuple[Callable[[ast.AST], Problems], ...] = (
    a_question_is_compared, a_slot_is_no_partial, a_slot_lambda_takes_its_arguments, an_svg_renderer_is_loaded,
    imports_are_of_slicer, threads_stay_away_from_qt, objects_are_compared_by_value,
    a_list_property_is_not_compared_with_a_list,
)


def _calls(tree: ast.AST, method: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method:
            yield node


def _dotted(node: ast.AST) -> str:
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(names)]) if isinstance(node, ast.Name) else ""
