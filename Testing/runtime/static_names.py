"""Does every Slicer name in a source file exist in the recorded application?

    problems = check_file("RadiomicsOrtho/RadiomicsOrtho.py")

For a .py file: attribute chains of slicer, slicer.util, slicer.modules,
slicer.mrmlScene, slicer.app, qt and ctk, imports from them, keyword arguments of
`slicer.util` functions, and signal names in `.connect("...")`. For a .ui file:
classes, properties and connections. No Slicer, VTK or Qt is needed.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from xml.etree import ElementTree

from .slicer_api import all_signal_signatures, api, class_api, widget_api

#: names that came after the recorded version: allowed where their absence is handled
LATER_NAMES = {"slicer.packaging": "5.11", "slicer.pydeps": "after 5.12"}
#: this project's own modules
OWN_MODULES = ("RadiomicsOrtho", "RadiomicsOrthoSegment")
#: signals of objects that are no widgets
_OTHER_SIGNALS = {
    "moduleAboutToBeUnloaded(QString)", "moduleLoaded(QString)", "moduleUnloaded(QString)",
    "mrmlSceneChanged(vtkMRMLScene*)", "aboutToQuit()", "startupCompleted()",
    "readyReadStandardOutput()", "readyReadStandardError()",
    "finished(int,QProcess::ExitStatus)", "errorOccurred(QProcess::ProcessError)",
}
#: members of slicer.app; the application's are not recorded, these are in its headers
_APP_NAMES = frozenset([
    "applicationLocaleName", "applicationLogic", "applicationName", "applicationVersion",
    "arch", "cachePath", "commandOptions", "connect", "coreIOManager", "dicomDatabase",
    "disconnect", "documentationVersion", "environment", "errorLogModel", "exit",
    "extensionsInstallPath", "extensionsManagerModel", "installTranslator", "intDir", "ioManager",
    "isCustomMainApplication", "isInstalled", "launcherExecutableFilePath", "layoutManager",
    "logUsageEvent", "mainApplicationName", "majorVersion", "minorVersion", "moduleLogic",
    "moduleManager", "mrmlScene", "openUrl", "os", "palette", "pauseRender", "platform",
    "processEvents", "pythonConsole", "pythonManager", "quit", "releaseType",
    "removeTranslator",
    "repositoryBranch", "repositoryRevision", "restart", "restoreOverrideCursor",
    "resumeRender", "revision", "revisionUserSettings", "setOverrideCursor", "setRenderPaused",
    "settings", "slicerHome", "slicerSharePath", "startupEnvironment", "temporaryPath",
    "testAttribute", "testingEnabled", "translate", "userInformation", "userSettings",
])
_QT_NAMESPACES = {"ScriptedLoadableModule", "parameterNodeWrapper", "i18n", "testing"}


def check_file(path: str | Path, own_modules: Iterable[str] = OWN_MODULES) -> list[str]:
    """Problems of a .py or .ui file, one line each; empty when there are none."""
    path = Path(path)
    if path.suffix == ".ui":
        root = ElementTree.parse(path).getroot()
        return [f"{path.name}: {problem}" for problem in ui_problems(root)]
    tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    checker = _Checker(path.name, {name.lower() for name in own_modules} | set(own_modules))
    checker.visit(tree)
    return checker.problems


class _Checker(ast.NodeVisitor):
    """Walks one module."""

    def __init__(self, file: str, own_modules: set[str]) -> None:
        self.problems: list[str] = []
        self._file = file
        self._own_modules = own_modules
        self._aliases = {"slicer": "slicer", "qt": "qt", "ctk": "ctk"}
        self._guards = 0

    def _report(self, node: ast.AST, text: str) -> None:
        self.problems.append(f"{self._file}:{getattr(node, 'lineno', 0)}: {text}")

    # -- imports ----------------------------------------------------------------

    def visit_Import(self, node: ast.Import) -> None:
        for item in node.names:
            if item.name.split(".")[0] in ("slicer", "qt", "ctk"):
                self._check(node, item.name)
                if item.asname:
                    self._aliases[item.asname] = item.name

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        if node.level or module.split(".")[0] not in ("slicer", "qt", "ctk"):
            return
        for item in node.names:
            self._check(node, module if item.name == "*" else f"{module}.{item.name}")
            if item.name != "*":
                self._aliases[item.asname or item.name] = f"{module}.{item.name}"

    # -- guards -------------------------------------------------------------------

    def visit_Try(self, node: ast.Try) -> None:
        caught = {name.id for handler in node.handlers for name in ast.walk(handler.type or handler)
                  if isinstance(name, ast.Name)}
        guarded = bool(caught & {"ImportError", "ModuleNotFoundError", "AttributeError"})
        self._visit_guarded(node.body, guarded)
        for part in (*node.handlers, *node.orelse, *node.finalbody):
            self.visit(part)

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        asked = any(isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
                    and call.func.id == "hasattr" for call in ast.walk(node.test))
        self._visit_guarded(node.body, asked)
        for part in node.orelse:
            self.visit(part)

    def _visit_guarded(self, body: list[ast.stmt], guarded: bool) -> None:
        self._guards += guarded
        for part in body:
            self.visit(part)
        self._guards -= guarded

    # -- use ------------------------------------------------------------------------

    def _dotted(self, node: ast.AST) -> str | None:
        names: list[str] = []
        while isinstance(node, ast.Attribute):
            names.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self._aliases:
            return None
        return ".".join([self._aliases[node.id], *reversed(names)])

    def visit_Attribute(self, node: ast.Attribute) -> None:
        dotted = self._dotted(node)
        if dotted is None:
            self.generic_visit(node)
        else:
            self._check(node, dotted)

    def visit_Call(self, node: ast.Call) -> None:
        dotted = self._dotted(node.func) or ""
        if dotted.startswith("slicer.util."):
            self._check_keywords(node, dotted.removeprefix("slicer.util."))
        first = node.args[0] if node.args else None
        if (isinstance(node.func, ast.Attribute) and node.func.attr in ("connect", "disconnect")
                and isinstance(first, ast.Constant) and isinstance(first.value, str)):
            signal = normalized(first.value)
            if signal not in all_signal_signatures() | _OTHER_SIGNALS:
                self._report(node, f"no widget has the signal {first.value!r}")
        self.generic_visit(node)

    def _check_keywords(self, node: ast.Call, function: str) -> None:
        signature = api()["slicer.util"].get(function, "**")
        if not signature.startswith("(") or "**" in signature:
            return
        known = set(re.findall(r"[(,]\s*\*?(\w+)", signature))
        for keyword in node.keywords:
            if keyword.arg and keyword.arg not in known and not self._guards:
                self._report(node, f"slicer.util.{function} has no argument {keyword.arg!r}")

    def _check(self, node: ast.AST, dotted: str) -> None:
        for name, version in LATER_NAMES.items():
            if dotted == name or dotted.startswith(name + "."):
                if not self._guards:
                    self._report(node, f"{name} exists only from {version}: guard it with "
                                       "try/except ImportError or hasattr")
                return
        missing = first_missing(dotted, self._own_modules)
        if missing:
            self._report(node, f"{missing} does not exist")


def first_missing(dotted: str, own_modules: set[str] | frozenset[str] = frozenset()) -> str:
    """First part of a dotted name that the application lacks, "" if all is there."""
    root, *names = dotted.split(".")
    if not names:
        return ""
    name, rest = names[0], names[1:]
    if name not in _namespace(root):
        return f"{root}.{name}"
    if not rest:
        return ""
    here = f"{root}.{name}"
    members: Iterable[str] | None = None
    if here == "slicer.modules":
        members = {*api()["slicer.modules"], *own_modules,
                   *(f"{m}{suffix}" for m in own_modules for suffix in ("Widget", "Instance"))}
    elif here == "slicer.app":
        members = _APP_NAMES
    elif here == "slicer.mrmlScene":
        members = mrml_members("vtkMRMLScene")
    elif here == "slicer.util":
        members = api()["slicer.util"]
    elif root == "slicer" and name in _QT_NAMESPACES:
        members = api()[here]
    elif root == "slicer" and name in api()["mrml"]:
        members = mrml_members(name)
    else:
        recorded = widget_api(here)
        members = recorded.names if recorded is not None else None
    if members is not None and rest[0] not in members:
        return f"{here}.{rest[0]}"
    return ""


def mrml_members(class_name: str) -> set[str]:
    """Recorded member names of a MRML class."""
    entry = api()["mrml"][class_name]
    return {*entry["names"], *(mrml_members(entry["base"]) if entry["base"] else ())}


def _namespace(root: str) -> set[str]:
    if root == "slicer":
        return {*api()["slicer"], *api()["slicer_vtk_classes"], *_QT_NAMESPACES}
    return set(api()[root])


def normalized(signal: str) -> str:
    """A signal signature without spaces, const and reference marks."""
    return re.sub(r"\bconst\b|[\s&]", "", signal)


# -- .ui files -----------------------------------------------------------------------


def ui_problems(root: ElementTree.Element) -> list[str]:
    """Unknown classes, properties, signals and slots of a .ui file."""
    problems: list[str] = []
    classes: dict[str, str] = {}
    for element in root.iter("widget"):
        class_name, name = element.get("class", ""), element.get("name", "")
        classes[name] = class_name
        recorded = class_api(class_name)
        if recorded is None:
            if class_name not in {*api()["qt"], *api()["ctk"], *api()["slicer"], "Line"}:
                problems.append(f"no such widget class: {class_name}")
            continue
        for item in element.findall("property"):
            attribute = item.get("name", "")
            # stdset="0" marks a dynamic property, such as SlicerParameterName
            if attribute not in recorded.properties and attribute != "buddy" and item.get("stdset") != "0":
                problems.append(f"{class_name} {name} has no property {attribute!r}")
    # what every loader of .ui files knows although it is no property: the widget that a label's shortcut leads to
    problems += [f"label {element.get('name')} names unknown widget {buddy!r}" for element in root.iter("widget")
                 if (buddy := element.findtext("property[@name='buddy']/cstring")) and buddy not in classes]
    for block in root.findall("connections"):
        for item in block.findall("connection"):
            problems += _connection_problems(item, classes)
    return problems


def _connection_problems(item: ElementTree.Element, classes: dict[str, str]) -> list[str]:
    problems = []
    for role, tag in (("sender", "signal"), ("receiver", "slot")):
        name, member = item.findtext(role, ""), normalized(item.findtext(tag, ""))
        if name not in classes:
            problems.append(f"connection names unknown widget {name!r}")
            continue
        recorded = class_api(classes[name])
        if recorded is None:
            continue
        known = recorded.signals if tag == "signal" else recorded.slots | recorded.signals
        if member not in known:
            problems.append(f"{classes[name]} {name} has no {tag} {member!r}")
    return problems


def main(arguments: list[str]) -> int:
    """Check files given on the command line."""
    problems = [problem for path in arguments for problem in check_file(path)]
    print("\n".join(problems) or f"{len(arguments)} files: every name exists")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
