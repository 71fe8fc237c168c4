"""Our own small `slicer.ScriptedLoadableModule` and `slicer.i18n`.

Same names, same order of calls as in the application; only what scripted
modules rely on. Widgets need the qt stand-ins, logic and tests do not.
"""

from __future__ import annotations

import importlib
import logging
import sys
import traceback
import types
import unittest
from pathlib import Path
from typing import Any

import slicer
import slicer.util


class ModuleParent:
    """The module object (`parent`) given to a ScriptedLoadableModule."""

    __slots__ = (
        "title", "categories", "dependencies", "contributors", "helpText",
        "acknowledgementText", "icon", "hidden", "index", "associatedNodeTypes",
        "extensions", "widgetRepresentationCreationEnabled", "defaultDocumentationLink",
        "isInstalled", "isBuiltIn", "slicerWikiUrl", "path", "name",
    )

    def __init__(self, name: str, path: str) -> None:
        self.name = self.title = name
        self.path = path
        self.categories = ["Testing"]
        self.dependencies: list[str] = []
        self.contributors: list[str] = []
        self.associatedNodeTypes: list[str] = []
        self.extensions: dict[str, Any] = {}
        self.helpText = self.acknowledgementText = self.slicerWikiUrl = ""
        self.defaultDocumentationLink = ""
        self.icon: Any = None
        self.hidden = False
        self.index = -1
        self.widgetRepresentationCreationEnabled = True
        self.isInstalled = self.isBuiltIn = False


class ScriptedLoadableModule:
    """Metadata of a module; the subclass fills `self.parent`."""

    def __init__(self, parent: Any) -> None:
        self.parent = parent
        self.moduleName = type(self).__name__
        parent.title = ""
        parent.categories = []
        parent.dependencies = []
        parent.contributors = []
        parent.helpText = ""
        parent.acknowledgementText = ""

    def resourcePath(self, filename: str) -> str:
        """Path of a file in the module's Resources folder."""
        return str(Path(self.parent.path).parent / "Resources" / filename)

    def getDefaultModuleDocumentationLink(self, docPage: str | None = None) -> str:
        """Link shown in the help text."""
        page = docPage or self.moduleName
        return f'<p>For more information see the <a href="{page}">online documentation</a>.</p>'

    def runTest(self, msec: int = 100, **kwargs: Any) -> None:
        """Run the `<Module>Test` class of the module's file."""
        name = type(self).__name__ + "Test"
        test_class = getattr(sys.modules[type(self).__module__], name, None)
        if test_class is None:
            raise AssertionError(f"Test case class not found: {name}")
        test_class().runTest()


class ScriptedLoadableModuleWidget:
    """Base of a module's GUI: `parent`, `layout` and the life-cycle hooks."""

    def __init__(self, parent: Any = None) -> None:
        self.moduleName = type(self).__name__.removesuffix("Widget")
        self.developerMode = slicer.util.toBool(
            slicer.app.userSettings().value("Developer/DeveloperMode", False))
        if parent is None:
            import qt
            parent = slicer.qMRMLWidget()
            parent.setLayout(qt.QVBoxLayout())
            parent.setMRMLScene(slicer.mrmlScene)
        self.parent = parent
        self.layout = parent.layout()
        slicer.app.moduleManager().connect(
            "moduleAboutToBeUnloaded(QString)", self._onModuleAboutToBeUnloaded)

    def resourcePath(self, filename: str) -> str:
        """Path of a file in the module's Resources folder."""
        return str(Path(slicer.util.modulePath(self.moduleName)).parent / "Resources" / filename)

    def setup(self) -> None:
        """Build the GUI; subclasses call this first."""
        self.setupDeveloperSection()

    def setupDeveloperSection(self) -> None:
        """Reload and test buttons in developer mode."""
        if not self.developerMode:
            return
        import ctk
        import qt
        self.reloadCollapsibleButton = ctk.ctkCollapsibleButton()
        self.reloadCollapsibleButton.text = "Reload && Test"
        self.layout.addWidget(self.reloadCollapsibleButton)
        row = qt.QHBoxLayout(self.reloadCollapsibleButton)
        self.reloadButton = qt.QPushButton("Reload")
        self.reloadButton.connect("clicked()", self.onReload)
        row.addWidget(self.reloadButton)

    def cleanup(self) -> None:
        """Called when the module is unloaded."""

    def _onModuleAboutToBeUnloaded(self, moduleName: str) -> None:
        if moduleName == self.moduleName:
            self.cleanup()
            slicer.app.moduleManager().disconnect(
                "moduleAboutToBeUnloaded(QString)", self._onModuleAboutToBeUnloaded)

    def onReload(self) -> None:
        """Reload button."""
        slicer.util.reloadScriptedModule(self.moduleName)

    def onTest(self, **kwargs: Any) -> None:
        """Test button: run the self-test, logging a failure."""
        try:
            module = importlib.import_module(self.moduleName)
            getattr(module, self.moduleName + "Test")().runTest()
        except Exception as error:
            logging.error("%s", traceback.format_exc())
            slicer.util.errorDisplay(f"Reload and Test: {error}")

    def onReloadAndTest(self, **kwargs: Any) -> None:
        """Reload and test."""
        self.onReload()
        self.onTest(**kwargs)

    def onEditSource(self) -> None:
        """No editor here."""


class ScriptedLoadableModuleLogic:
    """Base of a module's logic: the parameter node."""

    def __init__(self, parent: Any = None) -> None:
        self.moduleName = type(self).__name__.removesuffix("Logic")
        self.isSingletonParameterNode = True

    def getParameterNode(self) -> Any:
        """The module's (singleton) vtkMRMLScriptedModuleNode, made when missing."""
        existing = self.getAllParameterNodes()
        if self.isSingletonParameterNode:
            single = slicer.mrmlScene.GetSingletonNode(
                self.moduleName, "vtkMRMLScriptedModuleNode")
            if single:
                # closing the scene resets the attributes of singleton nodes
                single.SetAttribute("ModuleName", self.moduleName)
                return single
        elif existing:
            return existing[0]
        return self.createParameterNode()

    def getAllParameterNodes(self) -> list[Any]:
        """All parameter nodes of this module."""
        nodes = slicer.util.getNodesByClass("vtkMRMLScriptedModuleNode")
        return [n for n in nodes if n.GetAttribute("ModuleName") == self.moduleName]

    def createParameterNode(self) -> Any:
        """A new parameter node, in the scene."""
        node = slicer.mrmlScene.CreateNodeByClass("vtkMRMLScriptedModuleNode")
        node.UnRegister(None)
        if self.isSingletonParameterNode:
            node.SetSingletonTag(self.moduleName)
        node.SetAttribute("ModuleName", self.moduleName)
        node.SetName(slicer.mrmlScene.GenerateUniqueName(self.moduleName))
        return slicer.mrmlScene.AddNode(node)


class ScriptedLoadableModuleTest(unittest.TestCase):
    """Self-test base: `runTest` runs every `test*` method, setUp before each."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()
        self.enableScreenshots = False
        self.screenshotScaleFactor = 1.0
        self.moduleTestNames = [
            n for n in dir(self) if n.startswith("test") and callable(getattr(self, n))]

    def delayDisplay(self, message: str, requestedDelay: int | None = None,
                     msec: int | None = None) -> None:
        """Say what is going on; no pause in a test run."""
        logging.info("%s", message)
        slicer.app.processEvents()

    def takeScreenshot(self, name: str, description: str, type: int = -1) -> None:
        """No main window: nothing to take."""

    def setUp(self) -> None:
        """Start from an empty scene."""
        slicer.mrmlScene.Clear()

    def runTest(self) -> None:
        """Run every `test*` method; the first failure propagates."""
        if not self.moduleTestNames:
            raise AssertionError(f"{type(self).__name__} has no test method")
        for name in self.moduleTestNames:
            self.setUp()
            try:
                getattr(self, name)()
            finally:
                self.tearDown()


def install_scripted_modules() -> None:
    """Provide `slicer.ScriptedLoadableModule` and `slicer.i18n`."""
    module = types.ModuleType("slicer.ScriptedLoadableModule")
    classes = (ScriptedLoadableModule, ScriptedLoadableModuleWidget,
               ScriptedLoadableModuleLogic, ScriptedLoadableModuleTest)
    module.__dict__.update({c.__name__: c for c in classes})
    module.__dict__["__all__"] = [c.__name__ for c in classes]
    i18n = types.ModuleType("slicer.i18n")
    i18n.__dict__.update(
        tr=lambda text: text,
        translate=lambda context, text: text,
        getContext=lambda sourceFile: Path(sourceFile).stem,
    )
    for name, value in (("ScriptedLoadableModule", module), ("i18n", i18n)):
        sys.modules[f"slicer.{name}"] = value
        setattr(slicer, name, value)
