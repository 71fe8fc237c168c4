"""Plain-Python stand-ins of ``slicer.app`` and of ``slicer.modules``.

They hold no Qt object, so that the scene ring runs without Qt. The widget ring
replaces the event loop, the settings and the cursor calls (see ``harness``).
An attribute that is not listed here raises AttributeError: add it only if the
application has it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any


class Settings:
    """The part of QSettings that scripted modules use, kept in a dictionary."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}
        self._groups: list[str] = []

    def _key(self, key: str) -> str:
        return "/".join([*self._groups, key])

    def value(self, key: str, default: Any = None) -> Any:
        """Stored value, or `default`."""
        return self._values.get(self._key(key), default)

    def setValue(self, key: str, value: Any) -> None:
        """Store `value`."""
        self._values[self._key(key)] = value

    def contains(self, key: str) -> bool:
        """Is the key stored?"""
        return self._key(key) in self._values

    def remove(self, key: str) -> None:
        """Forget a key and everything below it."""
        full = self._key(key)
        for name in [n for n in self._values if n == full or n.startswith(full + "/")]:
            del self._values[name]

    def allKeys(self) -> tuple[str, ...]:
        """All keys of the current group."""
        prefix = "".join(group + "/" for group in self._groups)
        return tuple(sorted(n[len(prefix):] for n in self._values if n.startswith(prefix)))

    def beginGroup(self, group: str) -> None:
        """Enter a group."""
        self._groups.append(group)

    def endGroup(self) -> None:
        """Leave the innermost group."""
        self._groups.pop()

    def clear(self) -> None:
        """Forget everything."""
        self._values.clear()

    def sync(self) -> None:
        """Nothing to write."""


class CommandOptions:
    """What `slicer.app.commandOptions()` answers in a test run."""

    testingEnabled = True
    noMainWindow = True
    noSplash = True
    disableTerminalOutputs = False
    verbose = False


class ModuleStandIn:
    """One entry of ``slicer.modules``: a module that has a logic, perhaps a widget."""

    def __init__(self, name: str, logic: Any = None, path: str = "", title: str = "") -> None:
        self.name = name
        self.title = title or name
        self.path = path
        self._logic = logic
        self._widget: Any = None

    def logic(self) -> Any:
        """The module logic."""
        return self._logic

    def widgetRepresentation(self) -> Any:
        """The module's GUI, None until the widget harness made one."""
        return self._widget

    def setWidgetRepresentation(self, widget: Any) -> None:
        """Called by the harness only."""
        self._widget = widget


class ModuleManager:
    """`slicer.app.moduleManager()`: looks modules up in ``slicer.modules``."""

    def __init__(self, modules: ModuleType) -> None:
        self._modules = modules
        self._slots: dict[str, list[Callable[..., Any]]] = {
            "moduleAboutToBeUnloaded(QString)": [],
            "moduleLoaded(QString)": [],
        }

    def _entries(self) -> Iterable[ModuleStandIn]:
        return [m for m in vars(self._modules).values() if isinstance(m, ModuleStandIn)]

    def module(self, name: str) -> ModuleStandIn | None:
        """Module of that name (any case), or None."""
        return getattr(self._modules, name.lower(), None)

    def isLoaded(self, name: str) -> bool:
        """Is the module there?"""
        return self.module(name) is not None

    def modulesNames(self) -> tuple[str, ...]:
        """Names of all modules."""
        return tuple(entry.name for entry in self._entries())

    def connect(self, signal: str, slot: Callable[..., Any]) -> bool:
        """Connect to one of the manager's signals."""
        self._slots[signal].append(slot)
        return True

    def disconnect(self, signal: str, slot: Callable[..., Any]) -> bool:
        """Undo `connect`."""
        if slot in self._slots[signal]:
            self._slots[signal].remove(slot)
            return True
        return False


class Application:
    """The members of ``slicer.app`` that are usable without a main window."""

    majorVersion = 5
    minorVersion = 10
    applicationName = "Slicer"
    mainApplicationName = "Slicer"
    revision = "0"
    revisionUserInfo = "stand-in"
    applicationVersion = "5.10.0"
    applicationLocaleName = ""
    os = "linux"
    platform = "linux-amd64"

    def __init__(self, scene: Any, logic: Any, modules: ModuleType, io_manager: Any) -> None:
        self._scene = scene
        self._logic = logic
        self._modules = ModuleManager(modules)
        self._io = io_manager
        self._testing = True
        self._settings: Any = Settings()
        self._process_events: Callable[[], None] = lambda: None
        self._layout_manager: Any = None
        self._cursor_stack: list[Any] = []
        self._started: list[Callable[[], Any]] = []
        self.temporaryPath = tempfile.mkdtemp(prefix="slicer-runtime-")
        self.slicerHome = self.temporaryPath
        self.extensionsInstallPath = os.path.join(self.temporaryPath, "Extensions")

    def connect(self, signal: str, slot: Callable[[], Any]) -> bool:
        """Connect to the end of the start; a test says when that is by `end_of_start()`."""
        if signal != "startupCompleted()":
            raise ValueError(f"the application stand-in has no signal {signal!r}")
        self._started.append(slot)
        return True

    def end_of_start(self) -> None:
        """What the application does when everything is loaded; for tests only."""
        for slot in self._started:
            slot()

    def applicationLogic(self) -> Any:
        """The MRML application logic."""
        return self._logic

    def mrmlApplicationLogic(self) -> Any:
        """The MRML application logic."""
        return self._logic

    def mrmlScene(self) -> Any:
        """The one scene."""
        return self._scene

    def coreIOManager(self) -> Any:
        """Readers and writers."""
        return self._io

    def ioManager(self) -> Any:
        """Readers and writers (no dialogs here)."""
        return self._io

    def moduleManager(self) -> ModuleManager:
        """Loaded modules."""
        return self._modules

    def moduleLogic(self, name: str) -> Any:
        """Logic of a module."""
        module = self._modules.module(name)
        return module.logic() if module else None

    def testingEnabled(self) -> bool:
        """True as with `--testing`, except within `harness.as_user()`."""
        return self._testing

    def commandOptions(self) -> CommandOptions:
        """Options of a `--testing --no-main-window` start."""
        return CommandOptions()

    def userSettings(self) -> Any:
        """User settings."""
        return self._settings

    def settings(self) -> Any:
        """User settings."""
        return self._settings

    def revisionUserSettings(self) -> Any:
        """User settings of this revision."""
        return self._settings

    def layoutManager(self) -> Any:
        """None as with `--no-main-window`, unless a test installs one."""
        return self._layout_manager

    def processEvents(self) -> None:
        """Let the GUI catch up (nothing to do without Qt)."""
        self._process_events()

    def pauseRender(self) -> None:
        """No views: nothing to pause."""

    def resumeRender(self) -> None:
        """No views: nothing to resume."""

    def setOverrideCursor(self, cursor: Any) -> None:
        """Push a cursor; the depth is visible to tests."""
        self._cursor_stack.append(cursor)

    def restoreOverrideCursor(self) -> None:
        """Pop a cursor."""
        if not self._cursor_stack:
            raise RuntimeError("restoreOverrideCursor without setOverrideCursor")
        self._cursor_stack.pop()

    def isInstalled(self) -> bool:
        """As a packaged application: no build tree."""
        return True

    def startupEnvironment(self) -> dict[str, str]:
        """Environment for child processes."""
        return dict(os.environ)

    @property
    def cachePath(self) -> str:
        """Directory of downloaded files."""
        path = Path(self.temporaryPath) / "cache"
        path.mkdir(exist_ok=True)
        return str(path)
