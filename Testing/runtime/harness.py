"""Run a scripted module's widget on the stand-ins.

    start_widgets()
    load_module("RadiomicsOrtho/RadiomicsOrtho.py")
    widget = open_widget("RadiomicsOrtho")
    widget.ui.applyButton.click()
    assert not slot_errors()
    grab(widget, "panel.png")
    close_widget(widget)

The order of calls is that of the application: parent with layout and scene,
`Widget(parent)`, `setup()`, `enter()`; then `exit()`, `cleanup()`.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import slicer
import slicer.util
from PySide6 import QtCore, QtGui, QtWidgets

from . import callback_errors
from .application import ModuleStandIn
from .ctk_standins import install_ctk
from .dialogs import clear_messages, install_dialogs
from .qt_standins import dialog_answers, dialog_log, install_qt
from .scene import start_scripted_modules
from .scripted_module import ModuleParent

_kept: dict[str, Any] = {}


def start_widgets() -> Any:
    """QApplication, `qt`, `ctk`, widget classes in `slicer`; returns the scene."""
    scene = start_scripted_modules()
    if "application" in _kept:
        return scene
    install_qt()
    application = QtWidgets.QApplication.instance() or QtWidgets.QApplication(["slicer-runtime"])
    _kept["application"] = application
    application.setStyle("Fusion")  # the same picture on every machine
    application.setPalette(_light_palette())
    _use_bundled_font(application)
    install_ctk()
    from .module_panel import qSlicerScriptedLoadableModuleWidget
    from .qmrml_standins import install_qmrml
    from .ui_files import install_ui_loading
    install_qmrml()
    _kept["panel class"] = qSlicerScriptedLoadableModuleWidget
    install_ui_loading()
    install_dialogs()
    slicer.app._process_events = QtCore.QCoreApplication.processEvents
    slicer.app._settings = _make_settings()
    slicer.util.settingsValue = _settings_value
    slicer.util.getModuleLogic = _module_logic
    return scene


def _light_palette() -> QtGui.QPalette:
    style = QtWidgets.QStyleFactory.create("Fusion")
    palette = style.standardPalette()
    for role, color in ((QtGui.QPalette.ColorRole.Window, (240, 240, 240)),
                        (QtGui.QPalette.ColorRole.Base, (255, 255, 255)),
                        (QtGui.QPalette.ColorRole.Button, (240, 240, 240))):
        palette.setColor(role, QtGui.QColor(*color))
    return palette


def _use_bundled_font(application: Any) -> None:
    """Without system fonts Qt draws nothing; matplotlib carries DejaVu Sans."""
    if not QtGui.QFontDatabase.families():
        spec = importlib.util.find_spec("matplotlib")
        if spec is not None and spec.origin:
            folder = Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"
            QtGui.QFontDatabase.addApplicationFont(str(folder / "DejaVuSans.ttf"))
            application.setFont(QtGui.QFont("DejaVu Sans", 9))


def _make_settings() -> Any:
    path = Path(slicer.app.temporaryPath) / "Slicer.ini"
    return QtCore.QSettings(str(path), QtCore.QSettings.Format.IniFormat)


def _settings_value(key: str, default: Any, converter: Any = lambda value: value,
                    settings: Any = None) -> Any:
    """`slicer.util.settingsValue` on the test settings."""
    store = settings or slicer.app.userSettings()
    return converter(store.value(key)) if store.contains(key) else default


def _module_logic(name: str) -> Any:
    """`slicer.util.getModuleLogic` of a module that was loaded here."""
    return _kept[f"module {name}"][2]()


# -- modules -----------------------------------------------------------------------


def load_module(path: str | Path) -> Any:
    """Execute a module file as `sys.modules[name]` and register it in `slicer.modules`."""
    path = Path(path).resolve()
    name = path.stem
    if str(path.parent) not in sys.path:
        sys.path.insert(0, str(path.parent))
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
        parent = ModuleParent(name, str(path))
        instance = getattr(module, name)(parent)
    except BaseException:
        del sys.modules[name]
        raise
    entry = ModuleStandIn(name, path=str(path), title=parent.title)
    setattr(slicer.modules, name.lower(), entry)
    # the application offers the Python object under <Name>Instance
    setattr(slicer.modules, f"{name}Instance", instance)
    logic_class = getattr(module, f"{name}Logic", None)
    _kept[f"module {name}"] = (module, instance, logic_class)
    return module


def open_widget(module_name: str) -> Any:
    """Make the module's widget, as selecting the module does for the first time."""
    parent = _kept["panel class"]()
    parent.setLayout(QtWidgets.QVBoxLayout())
    parent.setMRMLScene(slicer.mrmlScene)
    parent.setObjectName(f"{module_name}ModuleWidget")
    getattr(slicer.modules, module_name.lower()).setWidgetRepresentation(parent)
    widget = parent.fill(module_name)
    parent.resize(420, 900)
    enter_widget(widget)
    return widget


def enter_widget(widget: Any) -> None:
    """Select the module (again)."""
    widget.parent.show()
    widget.parent.enter()
    slicer.app.processEvents()


def leave_widget(widget: Any) -> None:
    """Select another module."""
    widget.parent.exit()
    widget.parent.hide()
    slicer.app.processEvents()


def close_widget(widget: Any) -> None:
    """Leave the module and destroy its widget (after a reload the newest), as unloading does."""
    name, widget = widget.moduleName, widget.parent.self()
    if widget.parent.isEntered:
        leave_widget(widget)
    widget.cleanup()
    slicer.app.moduleManager().disconnect(
        "moduleAboutToBeUnloaded(QString)", widget._onModuleAboutToBeUnloaded)
    parent = widget.parent
    getattr(slicer.modules, name.lower()).setWidgetRepresentation(None)
    if getattr(slicer.modules, f"{name}Widget", None) is widget:
        delattr(slicer.modules, f"{name}Widget")
    slicer.app.processEvents()
    parent.delete()


def run_self_test(module_name: str) -> None:
    """Run `<Module>Test().runTest()`; a failure or an exception in a slot raises."""
    clear_slot_errors()
    getattr(sys.modules[module_name], f"{module_name}Test")().runTest()
    slicer.app.processEvents()
    if slot_errors():
        raise AssertionError("exception in a slot:\n" + "\n".join(slot_errors()))


@contextlib.contextmanager
def as_user() -> Iterator[None]:
    """No test run as far as the module can tell: `tryWithErrorDisplay` shows its message.

    Messages are still recorded (`dialogs.messages`), not shown.
    """
    slicer.app._testing = False
    try:
        yield
    finally:
        slicer.app._testing = True


# -- looking -------------------------------------------------------------------------


def grab(widget: Any, png_path: str | Path, width: int = 420, height: int | None = None) -> Path:
    """Picture of a widget (or of a module widget's panel); returns the path."""
    panel = widget if isinstance(widget, QtWidgets.QWidget) else widget.parent
    panel.show()
    # several times: texts that wrap ask for their height only at their new width, folds within folds one by one
    for _ in range(5):
        slicer.app.processEvents()
        panel.resize(width, height or max(panel.sizeHint().height(), 200))
    slicer.app.processEvents()
    path = Path(png_path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not panel.grab().save(str(path)):
        raise OSError(f"cannot write {path}")
    return path


def slot_errors() -> list[str]:
    """Tracebacks of exceptions raised in slots since the last clear."""
    return list(callback_errors.log)


def clear_slot_errors() -> None:
    """Forget them."""
    callback_errors.log.clear()


def reset() -> None:
    """Empty scene, no messages, no queued answers, no slot errors."""
    slicer.mrmlScene.Clear(False)
    clear_messages()
    dialog_answers.clear()
    dialog_log.clear()
    clear_slot_errors()
