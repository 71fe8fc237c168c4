"""Off-screen pictures: three slice views and a 3D view of one ROI.

Uses Slicer's own slice logic and displayable managers, without Qt and without a
display. EGL is what VTK takes by itself; where it cannot start, OSMesa is tried.
"""

from __future__ import annotations

import contextlib
import math
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import slicer
import slicer.util
import vtk
from vtk.util.numpy_support import vtk_to_numpy

from .scene import start_scene

#: view name -> orientation preset, axis of its normal, letters at the edges (left, right,
#: top, bottom); radiological: the patient's right is on the left
_SLICES = {
    "Axial": (2, "R", "L", "A", "P"),
    "Coronal": (1, "R", "L", "S", "I"),
    "Sagittal": (0, "A", "P", "S", "I"),
}
_SLICE_MANAGERS = ("vtkMRMLModelSliceDisplayableManager",
                   "vtkMRMLSegmentationsDisplayableManager2D")
_VIEW_MANAGERS = ("vtkMRMLCameraDisplayableManager", "vtkMRMLViewDisplayableManager",
                  "vtkMRMLSegmentationsDisplayableManager3D")
#: soft tissue stays visible, cortical bone does not saturate
BONE_WINDOW, BONE_LEVEL = 1400.0, 350.0
FIELD_MM = 120.0
_GAP = 4
_BACKGROUND_3D = (0.93, 0.94, 0.95)
_UNAVAILABLE = ("Off-screen rendering is not available here: neither EGL (Debian: libegl1, "
                "libgl1-mesa-dri) nor OSMesa (Debian: libosmesa6) could open a window.")


class RenderingUnavailable(RuntimeError):
    """Neither EGL nor OSMesa works on this machine."""


_PROBE = ("import vtkmodules.vtkRenderingOpenGL2; "
          "from vtkmodules.vtkRenderingCore import vtkRenderWindow as W, vtkRenderer as R; "
          "w = W(); w.SetOffScreenRendering(1); w.SetSize(8, 8); w.AddRenderer(R()); w.Render(); "
          "assert w.SupportsOpenGL() == 1")
_probed: list[str] = []


def backend() -> str:
    """Name of the window class that works ("" = VTK's default); probed once, in a child.

    A child process, because a failing OpenGL start may abort the whole process.
    """
    choices = ("vtkEGLRenderWindow", "vtkOSOpenGLRenderWindow") if sys.platform == "linux" else ("",)
    if not _probed:
        for choice in choices:
            environment = dict(os.environ, VTK_DEFAULT_OPENGL_WINDOW=choice)
            done = subprocess.run([sys.executable, "-c", _PROBE], env=environment, timeout=120,
                                  capture_output=True, check=False)
            if done.returncode == 0:
                _probed.append(choice)
                break
        else:
            raise RenderingUnavailable(_UNAVAILABLE)
    if _probed[0]:
        os.environ["VTK_DEFAULT_OPENGL_WINDOW"] = _probed[0]
    return _probed[0]


class _View:
    """Window, renderer and displayable managers of one MRML view node."""

    def __init__(self, node: Any, factory: Any, managers: Sequence[str],
                 size: tuple[int, int], background: Any = None) -> None:
        self.node = node
        self.renderer = vtk.vtkRenderer()
        self.window = vtk.vtkRenderWindow()
        self.window.SetOffScreenRendering(1)
        self.window.SetMultiSamples(0)
        self.window.SetSize(*size)
        self.window.AddRenderer(self.renderer)
        self.interactor = vtk.vtkGenericRenderWindowInteractor()
        self.interactor.SetRenderWindow(self.window)
        self.interactor.Initialize()
        if background is not None:
            # before the managers add theirs: what comes later is blended over it
            self.renderer.AddViewProp(background)
        app_logic = slicer.app.applicationLogic()
        factory.SetMRMLApplicationLogic(app_logic)
        for name in managers:
            if not factory.IsDisplayableManagerRegistered(name):
                factory.RegisterDisplayableManager(name)
        self.group = slicer.vtkMRMLDisplayableManagerGroup()
        self.group.Initialize(factory, self.renderer)
        self.group.SetMRMLDisplayableNode(node)

    def image(self) -> np.ndarray:
        """Rendered picture, rows from the top, RGB."""
        self.window.Render()
        grabber = vtk.vtkWindowToImageFilter()
        grabber.SetInput(self.window)
        grabber.ReadFrontBufferOff()
        grabber.Update()
        output = grabber.GetOutput()
        width, height, _ = output.GetDimensions()
        rows = vtk_to_numpy(output.GetPointData().GetScalars()).reshape(height, width, -1)
        return rows[::-1, :, :3].copy()

    def close(self) -> None:
        """Release the window's resources and stop observing the scene."""
        self.group.SetMRMLDisplayableNode(None)
        self.window.Finalize()


def _text(renderer: Any, text: str, x: float, y: float, size: int = 16, align: str = "left",
          color: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> None:
    """Text at normalised coordinates; vertically centred on `y`."""
    actor = vtk.vtkTextActor()
    actor.SetInput(text)
    actor.GetPositionCoordinate().SetCoordinateSystemToNormalizedViewport()
    actor.SetPosition(x, y)
    style = actor.GetTextProperty()
    style.SetFontFamilyToArial()
    style.SetFontSize(size)
    style.SetColor(*color)
    style.SetShadow(color[0] > 0.5)
    {"left": style.SetJustificationToLeft, "right": style.SetJustificationToRight,
     "center": style.SetJustificationToCentered}[align]()
    style.SetVerticalJustificationToCentered()
    renderer.AddViewProp(actor)


def _ruler(renderer: Any, mm_per_pixel: float, size: tuple[int, int], length_mm: float) -> None:
    """A bar of `length_mm` at the bottom."""
    width, height = size
    right, bottom = width - 16, 16
    left = right - length_mm / mm_per_pixel
    points, cells = vtk.vtkPoints(), vtk.vtkCellArray()
    for x0, y0, x1, y1 in ((left, bottom, right, bottom), (left, bottom - 4, left, bottom + 4),
                           (right, bottom - 4, right, bottom + 4)):
        first, last = points.InsertNextPoint(x0, y0, 0), points.InsertNextPoint(x1, y1, 0)
        cells.InsertNextCell(2)
        cells.InsertCellPoint(first)
        cells.InsertCellPoint(last)
    lines = vtk.vtkPolyData()
    lines.SetPoints(points)
    lines.SetLines(cells)
    mapper = vtk.vtkPolyDataMapper2D()
    mapper.SetInputData(lines)
    actor = vtk.vtkActor2D()
    actor.SetMapper(mapper)
    actor.GetProperty().SetColor(1, 1, 1)
    actor.GetProperty().SetLineWidth(2)
    renderer.AddViewProp(actor)
    _text(renderer, f"{length_mm:g} mm", (left + right) / 2 / width, (bottom + 14) / height,
          13, "center")


def _render_slice(name: str, volume: Any, focus: Sequence[float], size: tuple[int, int],
                  field_mm: float) -> np.ndarray:
    scene, app_logic = slicer.mrmlScene, slicer.app.applicationLogic()
    axis, left, right, top, bottom = _SLICES[name]
    layout_name = f"offscreen{name}"
    node = scene.CreateNodeByClass("vtkMRMLSliceNode")  # has the orientation presets
    node.UnRegister(None)
    node.SetName(layout_name)
    node.SetLayoutName(layout_name)
    node.SetSingletonTag(layout_name)
    node.SetOrientation(name)
    scene.AddNode(node)
    logic = slicer.vtkMRMLSliceLogic()
    logic.SetMRMLApplicationLogic(app_logic)
    logic.SetMRMLScene(scene)
    logic.SetSliceNode(node)
    app_logic.GetSliceLogics().AddItem(logic)
    logic.GetSliceCompositeNode().SetBackgroundVolumeID(volume.GetID())
    logic.ResizeSliceNode(*size)
    mapper = vtk.vtkImageMapper()
    mapper.SetColorWindow(255)
    mapper.SetColorLevel(127.5)
    mapper.SetInputConnection(logic.GetImageDataConnection())
    image = vtk.vtkActor2D()
    image.SetMapper(mapper)
    image.GetProperty().SetDisplayLocationToBackground()
    view = _View(node, slicer.vtkMRMLSliceViewDisplayableManagerFactory.GetInstance(),
                 _SLICE_MANAGERS, size, image)
    try:
        mm_per_pixel = field_mm / min(size)
        node.SetFieldOfView(size[0] * mm_per_pixel, size[1] * mm_per_pixel,
                            node.GetFieldOfView()[2])
        matrix = node.GetSliceToRAS()
        for row in range(3):
            matrix.SetElement(row, 3, focus[row])
        node.UpdateMatrices()
        letter = "RAS"[axis]
        _text(view.renderer, f"{name}   {letter} = {focus[axis]:.0f} mm", 0.02, 0.965, 15)
        for text, x, y in ((left, 0.02, 0.5), (right, 0.98, 0.5), (top, 0.5, 0.965),
                           (bottom, 0.5, 0.035)):
            _text(view.renderer, text, x, y, 18,
                  {0.02: "left", 0.98: "right"}.get(x, "center"), (1.0, 0.85, 0.4))
        _ruler(view.renderer, mm_per_pixel, size, 20.0)
        return view.image()
    finally:
        view.close()
        app_logic.GetSliceLogics().RemoveItem(logic)


def _render_3d(segmentation: Any, size: tuple[int, int]) -> np.ndarray:
    scene = slicer.mrmlScene
    node = scene.CreateNodeByClass("vtkMRMLViewNode")
    node.UnRegister(None)
    node.SetLayoutName("offscreen3D")
    node.SetSingletonTag("offscreen3D")
    node.SetName("offscreen3D")
    node.SetBoxVisible(False)
    node.SetAxisLabelsVisible(False)
    node.SetBackgroundColor(*_BACKGROUND_3D)
    node.SetBackgroundColor2(*_BACKGROUND_3D)
    scene.AddNode(node)
    view = _View(node, slicer.vtkMRMLThreeDViewDisplayableManagerFactory.GetInstance(),
                 _VIEW_MANAGERS, size)
    try:
        view.renderer.SetBackground(*_BACKGROUND_3D)
        view.window.Render()  # makes the surface actors, whose bounds are the ROI's
        bounds = view.renderer.ComputeVisiblePropBounds()
        centre = [(bounds[2 * i] + bounds[2 * i + 1]) / 2 for i in range(3)]
        radius = math.dist(bounds[::2], bounds[1::2]) / 2
        # from the patient's front, left and slightly above (RAS: left is -R)
        direction = np.array([-0.6, 1.0, 0.35])
        direction /= np.linalg.norm(direction)
        camera = view.renderer.GetActiveCamera()
        camera.SetFocalPoint(*centre)
        camera.SetPosition(*(np.array(centre) + 5 * radius * direction))
        camera.SetViewUp(0, 0, 1)
        camera.SetViewAngle(25)
        view.renderer.ResetCamera(bounds)
        camera.Zoom(0.8 / _largest_extent(view.renderer, bounds))
        view.renderer.ResetCameraClippingRange()
        dark = (0.15, 0.17, 0.2)
        _text(view.renderer, "3D   from anterior left", 0.02, 0.965, 15, color=dark)
        _text(view.renderer, segmentation.GetName(), 0.02, 0.035, 14, color=dark)
        return view.image()
    finally:
        view.close()


def _largest_extent(renderer: Any, bounds: Sequence[float]) -> float:
    """Largest |x| or |y| of the box in the picture; 1 is the edge."""
    largest = 0.0
    for corner in range(8):
        point = [bounds[2 * axis + (corner >> axis & 1)] for axis in range(3)]
        renderer.SetWorldPoint(*point, 1.0)
        renderer.WorldToView()
        x, y, _z = renderer.GetViewPoint()
        largest = max(largest, abs(x), abs(y))
    return largest


def _show_bone(volume: Any) -> None:
    display = volume.GetDisplayNode()
    if display is None:
        volume.CreateDefaultDisplayNodes()
        display = volume.GetDisplayNode()
    display.SetAutoWindowLevel(False)
    array = slicer.util.arrayFromVolume(volume)
    if float(array.min()) < -500:  # Hounsfield units
        display.SetWindowLevel(BONE_WINDOW, BONE_LEVEL)
    else:
        low, high = np.percentile(array[:: max(1, array.shape[0] // 40)], (1, 99.5))
        display.SetWindowLevel(float(high - low) or 1.0, float(high + low) / 2)
    display.SetInterpolate(True)


def _show_segments(segmentation: Any) -> None:
    if segmentation.GetDisplayNode() is None:
        segmentation.CreateDefaultDisplayNodes()
    display = segmentation.GetDisplayNode()
    display.SetVisibility(True)
    display.SetVisibility2DFill(True)
    display.SetVisibility2DOutline(True)
    display.SetOpacity2DFill(0.3)
    display.SetOpacity2DOutline(1.0)
    display.SetVisibility3D(True)
    # segments read from a label map have no display properties yet; the default is meant
    vtk.vtkObject.SetGlobalWarningDisplay(False)
    for segment_id in segmentation.GetSegmentation().GetSegmentIDs():
        display.SetSegmentVisibility(segment_id, display.GetSegmentVisibility(segment_id))
    vtk.vtkObject.SetGlobalWarningDisplay(True)
    segmentation.CreateClosedSurfaceRepresentation()


@contextlib.contextmanager
def _temporary_nodes() -> Iterator[None]:
    """Remove what the views have added: slice, composite, view and camera nodes."""
    scene = slicer.mrmlScene
    before = {scene.GetNthNode(i).GetID() for i in range(scene.GetNumberOfNodes())}
    try:
        yield
    finally:
        added = [scene.GetNthNode(i) for i in range(scene.GetNumberOfNodes())]
        for node in added:
            if node.GetID() not in before and not node.IsA("vtkMRMLSubjectHierarchyNode"):
                scene.RemoveNode(node)


def render_views(volume_node: Any, segmentation_node: Any, focus_ras: Sequence[float],
                 png_path: str | Path, size: tuple[int, int] = (1000, 1000),
                 field_mm: float = FIELD_MM) -> Path:
    """Axial, 3D / coronal, sagittal in one PNG; raises RenderingUnavailable.

    `focus_ras` is in all three slices; `field_mm` is the shorter side of a slice.
    """
    start_scene()
    backend()
    _show_bone(volume_node)
    _show_segments(segmentation_node)
    cell = ((size[0] - _GAP) // 2, (size[1] - _GAP) // 2)
    with _temporary_nodes():
        axial, coronal, sagittal = (
            _render_slice(name, volume_node, focus_ras, cell, field_mm) for name in _SLICES)
        surface = _render_3d(segmentation_node, cell)
    canvas = np.full((size[1], size[0], 3), 60, dtype=np.uint8)
    for image, (row, column) in ((axial, (0, 0)), (surface, (0, 1)),
                                 (coronal, (1, 0)), (sagittal, (1, 1))):
        y, x = row * (cell[1] + _GAP), column * (cell[0] + _GAP)
        canvas[y : y + cell[1], x : x + cell[0]] = image
    return write_png(canvas, png_path)


def write_png(image: np.ndarray, png_path: str | Path) -> Path:
    """Write an RGB array whose first row is the top."""
    height, width, _ = image.shape
    data = vtk.vtkImageData()
    data.SetDimensions(width, height, 1)
    flat = np.ascontiguousarray(image[::-1]).reshape(-1, 3)
    data.GetPointData().SetScalars(
        vtk.util.numpy_support.numpy_to_vtk(flat, deep=True, array_type=vtk.VTK_UNSIGNED_CHAR))
    path = Path(png_path)
    path.parent.mkdir(parents=True, exist_ok=True)
    writer = vtk.vtkPNGWriter()
    writer.SetFileName(str(path))
    writer.SetInputData(data)
    writer.Write()
    return path
