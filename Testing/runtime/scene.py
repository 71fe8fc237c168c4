"""Bootstrap of a MRML scene on slicer-core: `start_scene()` and the file seams.

No Qt here. `start_scene()` may be called any number of times; the scene, the
logics and `slicer.app` are made once per process, because slicer-core keeps
process-wide singletons that do not survive being made twice.
"""

from __future__ import annotations

import sys
import types
from pathlib import Path
from typing import Any

import slicer
import slicer.util
import vtk

from . import callback_errors
from .application import Application, ModuleStandIn
from .io_manager import CoreIOManager
from .subject_hierarchy import SubjectHierarchyKeeper

#: module name -> logic class; Colors comes from the application logic itself
MODULE_LOGICS = {
    "Units": "vtkSlicerUnitsLogic",
    "Volumes": "vtkSlicerVolumesLogic",
    "Terminologies": "vtkSlicerTerminologiesModuleLogic",
    "SubjectHierarchy": "vtkSlicerSubjectHierarchyModuleLogic",
    "Segmentations": "vtkSlicerSegmentationsModuleLogic",
    "Markups": "vtkSlicerMarkupsLogic",
    "Models": "vtkSlicerModelsLogic",
    "Tables": "vtkSlicerTablesLogic",
    "Texts": "vtkSlicerTextsLogic",
    "Plots": "vtkSlicerPlotsLogic",
    "Transforms": "vtkSlicerTransformLogic",
    "CropVolume": "vtkSlicerCropVolumeLogic",
    "Sequences": "vtkSlicerSequencesLogic",
    "VolumeRendering": "vtkSlicerVolumeRenderingLogic",
    "Data": "vtkSlicerDataModuleLogic",
    "ViewControllers": "vtkSlicerViewControllersLogic",
    "Cameras": "vtkSlicerCamerasModuleLogic",
}

#: everything made here; without a reference VTK would collect it
_kept: dict[str, Any] = {}


def start_scene() -> Any:
    """Make `slicer.mrmlScene`, `slicer.app` and `slicer.modules`; return the scene."""
    if "scene" in _kept:
        return _kept["scene"]
    callback_errors.collect()
    scene = slicer.vtkMRMLScene()
    _kept["scene"] = slicer.mrmlScene = scene
    _remove_leaked_names()
    app_logic = _start_application_logic(scene)
    modules = types.ModuleType("slicer.modules", "Module stand-ins")
    sys.modules["slicer.modules"] = slicer.modules = modules
    slicer.app = Application(scene, app_logic, modules, CoreIOManager(scene, app_logic))
    _start_cache(scene, slicer.app)
    _start_module_logics(scene, app_logic, modules)
    _add_default_nodes(scene)
    _kept["hierarchy"] = SubjectHierarchyKeeper(scene)
    return scene


def _remove_leaked_names() -> None:
    """Take the functions of slicer.util out of the `slicer` namespace.

    The wheel copies all of them there, the application does not: a module
    calling `slicer.loadVolume` would pass here and fail in Slicer. The enum-like
    constants and the submodules stay.
    """
    for name, value in list(vars(slicer.util).items()):
        if callable(value) and not name.startswith("_") and vars(slicer).get(name) is value:
            delattr(slicer, name)


def _start_application_logic(scene: Any) -> Any:
    logic = slicer.vtkSlicerApplicationLogic()
    logic.SetMRMLScene(scene)
    color_logic = logic.GetColorLogic()
    color_logic.SetMRMLScene(scene)
    color_logic.AddDefaultColorNodes()
    slice_logics, view_logics = vtk.vtkCollection(), vtk.vtkCollection()
    logic.SetSliceLogics(slice_logics)
    logic.SetViewLogics(view_logics)
    _kept.update(app_logic=logic, slice_logics=slice_logics, view_logics=view_logics)
    return logic


def _start_cache(scene: Any, app: Application) -> None:
    """Without a cache manager and a data IO manager `ReadFromMRB` returns False."""
    cache = slicer.vtkCacheManager()
    cache.SetRemoteCacheDirectory(app.cachePath)
    cache.SetMRMLScene(scene)
    data_io = slicer.vtkDataIOManager()
    data_io.SetCacheManager(cache)
    scene.SetCacheManager(cache)
    scene.SetDataIOManager(data_io)
    app.applicationLogic().SetTemporaryPath(app.temporaryPath)
    _kept.update(cache=cache, data_io=data_io)


def _start_module_logics(scene: Any, app_logic: Any, modules: types.ModuleType) -> None:
    logics = {"Colors": app_logic.GetColorLogic()}
    # the application's colour logic knows it; that of the wheel's application logic is its base class
    scene.RegisterNodeClass(slicer.vtkMRMLColorLegendDisplayNode())
    for name, class_name in MODULE_LOGICS.items():
        logic = getattr(slicer, class_name)()
        logic.SetMRMLApplicationLogic(app_logic)
        # the wheel has no terminology files: six error lines that mean nothing
        vtk.vtkObject.SetGlobalWarningDisplay(name != "Terminologies")
        logic.SetMRMLScene(scene)
        vtk.vtkObject.SetGlobalWarningDisplay(True)
        logics[name] = logic
    for name, logic in logics.items():
        app_logic.SetModuleLogic(name, logic)
        setattr(modules, name.lower(), ModuleStandIn(name, logic))
    _kept["logics"] = logics


def _add_default_nodes(scene: Any) -> None:
    """The application logic has made the rest, slice orientation presets included."""
    crosshair = slicer.vtkMRMLCrosshairNode()
    crosshair.SetCrosshairName("default")
    crosshair.SetSingletonTag("default")
    scene.AddNode(crosshair)


def clear_scene() -> None:
    """Close the scene as `File > Close scene` does; singletons and colors stay."""
    slicer.mrmlScene.Clear(False)


# Seams with pathlib paths and exceptions; production code calls slicer.util itself.

def load_volume(path: str | Path, **properties: Any) -> Any:
    """Load an image file into the scene."""
    return slicer.util.loadVolume(str(path), properties)


def load_segmentation(path: str | Path, **properties: Any) -> Any:
    """Load a segmentation (.seg.nrrd, or a label map file) into the scene."""
    return slicer.util.loadSegmentation(str(path), properties)


def save_node(node: Any, path: str | Path, **properties: Any) -> None:
    """Save one node; raises OSError when nothing was written."""
    if not slicer.util.saveNode(node, str(path), properties):
        raise OSError(f"cannot save {node.GetName()} to {path}")


def save_scene(path: str | Path) -> None:
    """Save the scene as .mrb, .mrml or into a directory."""
    if not slicer.util.saveScene(str(path), {}):
        raise OSError(f"cannot save the scene to {path}")


def load_scene(path: str | Path, clear: bool = True) -> None:
    """Load a .mrb or .mrml file, by default after closing the scene."""
    collection, messages = vtk.vtkCollection(), slicer.vtkMRMLMessageCollection()
    properties = {"fileName": str(path), "clear": clear}
    if not slicer.app.coreIOManager().loadNodes("SceneFile", properties, collection, messages):
        raise OSError(f"cannot load the scene {path}: {messages.GetAllMessagesAsString()}")


def start_scripted_modules() -> Any:
    """`start_scene()` plus what scripted modules import without a GUI; the scene."""
    from .packaging_standin import install_packaging, record_pip_calls
    from .parameter_node import install_parameter_node_wrapper
    from .scripted_module import install_scripted_modules

    scene = start_scene()
    if "scripted" not in _kept:
        _kept["scripted"] = True
        install_scripted_modules()
        install_parameter_node_wrapper()
        install_packaging()
        record_pip_calls()
    return scene
