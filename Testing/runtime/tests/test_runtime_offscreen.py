"""Rendered views: not empty, oriented, framed. Tolerant, because backends differ."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from runtime import offscreen
from runtime import scene as runtime_scene

scene = runtime_scene.start_scene()

import slicer
import vtk
from vtk.util.numpy_support import vtk_to_numpy


@pytest.fixture(scope="module", autouse=True)
def needs_rendering():
    try:
        offscreen.backend()
    except offscreen.RenderingUnavailable as error:
        pytest.skip(str(error))


def read_png(path: Path) -> np.ndarray:
    reader = vtk.vtkPNGReader()
    reader.SetFileName(str(path))
    reader.Update()
    image = reader.GetOutput()
    width, height, _ = image.GetDimensions()
    pixels = vtk_to_numpy(image.GetPointData().GetScalars()).reshape(height, width, -1)
    return pixels[::-1].astype(int)


@pytest.fixture(scope="module")
def picture(tmp_path_factory):
    """A block of bone off the middle: right, anterior and superior of the focus."""
    runtime_scene.clear_scene()
    array = np.full((100, 100, 100), 40, dtype=np.int16)
    array[50:75, 50:80, 50:90] = 900  # k: superior, j: anterior, i: right (RAS directions)
    array[0] = -1000
    volume = slicer.util.addVolumeFromArray(array, name="block")
    segmentation = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Block")
    segmentation.CreateDefaultDisplayNodes()
    segmentation.SetReferenceImageGeometryParameterFromVolumeNode(volume)
    segment = segmentation.GetSegmentation().AddEmptySegment("block", "Block", [0.0, 1.0, 0.0])
    slicer.util.updateSegmentBinaryLabelmapFromArray(
        (array == 900).astype(np.uint8), segmentation, segment, volume)
    before = scene.GetNumberOfNodes()
    path = offscreen.render_views(volume, segmentation, (50.2, 50.2, 50.2),
                                  tmp_path_factory.mktemp("views") / "v.png", size=(604, 604))
    # making the closed surface adds no node; the views' own nodes are gone again
    assert scene.GetNumberOfNodes() == before
    return read_png(path)


def cell(picture, row, column):
    return picture[row * 304 : row * 304 + 300, column * 304 : column * 304 + 300]


def green(image):
    """The outline and the fill of the segment."""
    return image[..., 1] - np.maximum(image[..., 0], image[..., 2]) > 25


def test_size(picture):
    assert picture.shape == (604, 604, 3)


@pytest.mark.parametrize(("name", "row", "column", "columns", "rows"), [
    # 120 mm across 300 pixels: 2.5 pixels per mm; the centre pixel is the focus
    ("Axial", 0, 0, (50, 150), (75, 150)),       # right on the left, anterior up
    ("Coronal", 1, 0, (50, 150), (88, 150)),     # right on the left, superior up
    ("Sagittal", 1, 1, (75, 150), (88, 150)),    # anterior on the left, superior up
])
def test_slices_show_the_segment_where_it_is(picture, name, row, column, columns, rows):
    found_rows, found_columns = np.nonzero(green(cell(picture, row, column)))
    assert (found_columns.min(), found_columns.max()) == pytest.approx(columns, abs=5)
    assert (found_rows.min(), found_rows.max()) == pytest.approx(rows, abs=5)


def test_fill_lets_the_image_through(picture):
    """Fill and outline used to hide the image where the drawing order was wrong."""
    inside = cell(picture, 0, 0)[90:135, 70:130].reshape(-1, 3).mean(axis=0)
    assert inside[1] > inside[0] + 20
    assert inside[0] > 60, "bright bone is visible under a green of 30 %"


def test_soft_tissue_is_grey(picture):
    tissue = cell(picture, 0, 0)[200:250, 60:120].reshape(-1, 3).mean(axis=0)
    assert np.ptp(tissue) < 3
    assert 40 < tissue[0] < 120


def test_surface_is_framed(picture):
    image = cell(picture, 0, 1)
    assert image[60, 280] == pytest.approx([237, 240, 242], abs=3)
    rows, columns = np.nonzero(green(image))
    extent = max(np.ptp(rows), np.ptp(columns)) / 300
    # the box around the surface takes 0.8 of the picture, the surface a little less
    assert extent == pytest.approx(0.74, abs=0.05)
    assert abs(columns.mean() - 150) < 30
    assert abs(rows.mean() - 150) < 30


def ink(letter):
    """Share of yellow in the upper right quarter of a letter: much in R, none in L."""
    yellow = letter[..., 0] - letter[..., 2] > 60
    rows, columns = np.nonzero(yellow)
    box = yellow[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    height, width = box.shape
    return box[: height // 2, -(width // 2) :].mean()


def test_texts_are_drawn(picture):
    axial = cell(picture, 0, 0)
    assert (axial[:20, :120].min(axis=2) > 200).any(), "title"
    assert ink(axial[138:162, :24]) > 0.2, "R at the left edge: ink at the upper right"
    assert ink(axial[138:162, -24:]) < 0.02, "L at the right edge: none there"
    bar = (axial[280:290].min(axis=2) > 240).sum(axis=1).max()
    assert bar == pytest.approx(50, abs=4), "20 mm at 2.5 pixels per mm"


def test_one_clear_sentence_without_opengl(monkeypatch):
    monkeypatch.setattr(offscreen, "_probed", [])
    monkeypatch.setattr(offscreen, "_PROBE", "raise SystemExit(1)")
    with pytest.raises(offscreen.RenderingUnavailable) as error:
        offscreen.backend()
    assert "libegl1" in str(error.value)
    assert "\n" not in str(error.value)


def test_osmesa_fallback(monkeypatch, tmp_path):
    """Where OSMesa is installed, the whole picture comes out with it too."""
    probe = "import ctypes.util; raise SystemExit(0 if ctypes.util.find_library('OSMesa') else 1)"
    if subprocess.run([sys.executable, "-c", probe], check=False).returncode:
        pytest.skip("libosmesa6 is not installed")
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from runtime import offscreen, scene\n"
        "offscreen._probed.append('vtkOSOpenGLRenderWindow')\n"
        "scene.start_scene()\n"
        "import slicer, numpy as np\n"
        "a = np.zeros((40, 40, 40), np.int16); a[10:30, 10:30, 10:30] = 900\n"
        "v = slicer.util.addVolumeFromArray(a)\n"
        "s = slicer.mrmlScene.AddNewNodeByClass('vtkMRMLSegmentationNode', 's')\n"
        "s.CreateDefaultDisplayNodes(); s.SetReferenceImageGeometryParameterFromVolumeNode(v)\n"
        "i = s.GetSegmentation().AddEmptySegment('a', 'a', [0.0, 1.0, 0.0])\n"
        "slicer.util.updateSegmentBinaryLabelmapFromArray((a > 0).astype(np.uint8), s, i, v)\n"
        "offscreen.render_views(v, s, (20, 20, 20), sys.argv[2], size=(304, 304))\n")
    target = tmp_path / "osmesa.png"
    subprocess.run([sys.executable, "-c", code, str(Path(offscreen.__file__).parents[1]),
                    str(target)], check=True, capture_output=True)
    assert green(read_png(target)).sum() > 500


def test_real_ct(shared_data, tmp_path):
    runtime_scene.clear_scene()
    folder = shared_data / "ct_spine_ts"
    volume = runtime_scene.load_volume(folder / "ct.nii.gz")
    bodies = runtime_scene.load_segmentation(folder / "vertebral_body_labels.nii.gz")
    segment = bodies.GetSegmentation().GetNthSegmentID(2)
    focus = bodies.GetSegmentCenterRAS(segment)
    image = read_png(offscreen.render_views(volume, bodies, focus, tmp_path / "spine.png"))
    assert image.shape == (1000, 1000, 3)
    assert image[100:400, 100:400].std() > 15
