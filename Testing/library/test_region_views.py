"""The pictures of a report: the right slices, the right way round, outlined where the mask is."""

from __future__ import annotations

import dataclasses
import tempfile
from pathlib import Path as FilePath

import numpy as np
import phantoms
import planar
import pytest
import SimpleITK as sitk
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.regions.roi import Roi
from RadiomicsOrthoLib.regions.trabecular import trabecular_core
from RadiomicsOrthoLib.report.drawing import Drawing, Path, Picture, Text
from RadiomicsOrthoLib.report.html_parts import checked_svg
from RadiomicsOrthoLib.report.mask_outline import outlines
from RadiomicsOrthoLib.report.png import grey_png
from RadiomicsOrthoLib.report.region_views import DRAWN, MEASURED, SIZE, region_views
from RadiomicsOrthoLib.report.svg import to_svg


def shades(view: Drawing) -> np.ndarray:
    """The picture of a view as an array (row, column)."""
    return decoded(next(shape for shape in view.shapes if isinstance(shape, Picture)).png)


def decoded(png: bytes) -> np.ndarray:
    with tempfile.TemporaryDirectory() as folder:
        path = FilePath(folder, "picture.png")
        path.write_bytes(png)
        return sitk.GetArrayFromImage(sitk.ReadImage(str(path)))


def lines(view: Drawing, colour: str) -> list[np.ndarray]:
    return [np.array(shape.points) for shape in view.shapes if isinstance(shape, Path) and shape.stroke == colour]


def letters(view: Drawing) -> dict[str, tuple[float, float]]:
    return {shape.text: (shape.x, shape.y) for shape in view.shapes if isinstance(shape, Text)}


def marked(direction: tuple[float, ...] = (1, 0, 0, 0, 1, 0, 0, 0, 1)) -> tuple[BoneImage, Roi]:
    """A dark cube of 60 mm round RAS 0 with a region of 11 mm in it and bright voxels to its right, front and top."""
    matrix = np.array(direction, float).reshape(3, 3)
    geometry = Geometry((61, 61, 61), (1, 1, 1), tuple(matrix @ (-30, -30, -30)), tuple(map(float, direction)))
    ras = geometry.to_ras(np.stack(np.indices(geometry.shape), -1))
    array = np.full(geometry.shape, -450, np.int16)
    for mark in ((20, 0, 0), (0, 18, 0), (0, 0, 16)):
        array[np.abs(ras - mark).max(-1) <= 2] = 1050
    return BoneImage(array, geometry, "CT"), Roi(np.abs(ras).max(-1) <= 5.2, geometry)


#: the scan's axes as RAS, as LPS, and cut sagittally as MR is
CUTS = {"RAS": (1, 0, 0, 0, 1, 0, 0, 0, 1), "LPS": (-1, 0, 0, 0, -1, 0, 0, 0, 1),
        "sagittal": (0, 0, 1, -1, 0, 0, 0, -1, 0)}


@pytest.mark.parametrize("cut", CUTS)
def test_the_patients_right_is_left_and_the_front_up(cut: str) -> None:
    image, roi = marked(CUTS[cut])
    views = {title.split()[0]: view for title, view in region_views(image, roi).items()}
    assert list(views) == ["Axial", "Coronal", "Sagittal"]
    places = {"Axial": ((-20, 0), (0, -18)), "Coronal": ((-20, 0), (0, -16)), "Sagittal": ((-18, 0), (0, -16))}
    for name, (first, second) in places.items():
        bright = np.argwhere(shades(views[name]) > 128)
        assert bright.size
        size = shades(views[name]).shape[0]
        mm = (bright - 0.5 * size) * 60 / size          # the least view is 60 mm wide
        for x, y in (first, second):
            assert ((np.abs(mm[:, 1] - x) < 1) & (np.abs(mm[:, 0] - y) < 1)).any(), (cut, name)
    said = letters(views["Axial"])
    assert said["R"][0] < said["L"][0] and said["A"][1] < said["P"][1]
    said = letters(views["Sagittal"])
    assert said["A"][0] < said["P"][0] and said["S"][1] < said["I"][1]


def test_an_oblique_scan_is_shown_along_its_own_slices() -> None:
    turn = np.deg2rad(20)
    image, roi = marked((1, 0, 0, 0, np.cos(turn), -np.sin(turn), 0, np.sin(turn), np.cos(turn)))
    views = region_views(image, roi)
    assert [title.split(",")[0] for title in views] == ["Axial slice", "Coronal slice", "Sagittal slice"]


def test_the_outline_runs_along_the_edges_of_the_voxels() -> None:
    image, roi = marked()
    for view in region_views(image, roi).values():
        (line,) = lines(view, MEASURED)
        half = 5.5 * SIZE / 60
        corners = {(0.5 * SIZE + a * half, 0.5 * SIZE + b * half) for a in (-1, 1) for b in (-1, 1)}
        assert {tuple(np.round(point, 6)) for point in line} == {tuple(np.round(c, 6)) for c in corners}
        assert not lines(view, DRAWN)


def test_the_drawn_region_is_outlined_too_where_it_is_another() -> None:
    image, body = phantoms.trunk(spacing=(1.0, 1.0, 2.0))
    core = trabecular_core(body, 3.0)
    assert any(lines(view, DRAWN) for view in region_views(image, core, body).values())
    assert not any(lines(view, DRAWN) for view in region_views(image, body, body).values())


def test_titles_say_where_the_slice_lies() -> None:
    image, roi = marked()
    moved = dataclasses.replace(roi, mask=np.roll(roi.mask, (7, -6, 5), (0, 1, 2)))
    assert list(region_views(image, moved)) == ["Axial slice, S = 7 mm", "Coronal slice, A = −6 mm",
                                                "Sagittal slice, R = 5 mm"]


def test_a_flat_image_has_one_view_without_letters() -> None:
    image = planar.image()
    roi = planar.roi(image)
    views = region_views(image, roi)
    assert list(views) == ["The image"]
    assert not {"R", "L", "A", "P", "S", "I"} & set(letters(views["The image"]))


def test_an_empty_region_has_no_view() -> None:
    image, roi = marked()
    assert region_views(image, dataclasses.replace(roi, mask=np.zeros_like(roi.mask))) == {}


def test_a_view_is_a_passive_drawing_and_equal_for_equal_scans() -> None:
    image, roi = marked()
    first, second = (list(map(to_svg, region_views(image, roi).values())) for _ in range(2))
    assert first == second
    for svg in first:
        assert checked_svg(svg)
        with pytest.raises(ValueError, match="without scripts"):
            checked_svg(svg.replace("data:image/png;base64,", "https://example.org/"))


@pytest.mark.parametrize(("rows", "count"), [
    (["##", "##"], 1), (["###", "#.#", "###"], 2), (["#.", ".#"], 2), (["#.#"], 2), (["#"], 1)])
def test_borders_are_closed_and_enclose_the_mask(rows: list[str], count: int) -> None:
    mask = np.array([[cell == "#" for cell in row] for row in rows])
    found = outlines(mask)
    assert len(found) == count
    # the signed areas of borders and holes add up to the pixels (shoelace formula)
    area = sum(0.5 * float(np.sum(a[:, 1] * np.roll(a[:, 0], -1) - np.roll(a[:, 1], -1) * a[:, 0])) for a in found)
    assert area == mask.sum()


def test_a_png_holds_the_pixels() -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (7, 11)).astype(np.uint8)
    assert np.array_equal(decoded(grey_png(pixels)), pixels)
    with pytest.raises(ValueError, match="uint8"):
        grey_png(pixels.astype(float))
