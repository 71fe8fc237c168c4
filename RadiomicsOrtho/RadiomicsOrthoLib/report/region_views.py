"""Where was measured: slices of the scan through the region, with its outline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from ..imaging.geometry import Geometry
from ..imaging.image import BoneImage
from ..regions.roi import Roi
from .drawing import Drawing
from .language import tr
from .mask_outline import outlines
from .png import grey_png
from .svg import number, text_width

#: width and height of a view in user units, and of its picture in pixels
SIZE, PIXELS = 320.0, 400
#: the region takes at most this share of a view, and a view is at least this wide (mm)
SHARE, LEAST_MM = 0.6, 60.0
#: level 300, width 1500: the bone window of the ROI protocols (``Resources/Protocols/ct-vertebra.json``)
CT_WINDOW = (-450.0, 1050.0)
#: other values are stretched between these percentiles of what is seen
PERCENTILES = (0.5, 99.5)
#: Okabe-Ito yellow and sky blue: light on any scan, also in grey
MEASURED, DRAWN, HALO, PLATE = "#f0e442", "#56b4e9", "#000000", "#000000"
_LETTERS = (("L", "R"), ("P", "A"), ("I", "S"))     # RAS axis → (towards minus, towards plus)


@dataclass(frozen=True)
class _Plane:
    """A view: the RAS axis across it, those to the right and down with the way they run, and the title."""

    across: int
    right: tuple[int, int]
    down: tuple[int, int]
    title: str


#: as radiologists look: the patient's right at the left of the picture, front at the left of a sagittal view
_PLANES = (_Plane(2, (0, -1), (1, -1), "Axial slice"), _Plane(1, (0, -1), (2, -1), "Coronal slice"),
           _Plane(0, (1, -1), (2, -1), "Sagittal slice"))


def region_views(image: BoneImage, measured: Roi, drawn: Roi | None = None) -> dict[str, Drawing]:
    """Slices along the scan's own axes through the middle of ``measured``: title → drawing.

    A volume gives an axial, a coronal and a sagittal view (by the anatomical direction nearest to each axis of the
    scan), a 2-D image one.  ``drawn`` is outlined too where it is another region.  Nothing is resampled across slices;
    in plane, pixels are interpolated linearly.  The title ends in the position of the slice in RAS mm.
    """
    if not measured.voxel_count:
        return {}
    if drawn is not None and np.array_equal(drawn.mask, measured.mask):
        drawn = None
    if image.geometry.plane_axis is not None:
        return {"The image": _flat_view(image, measured, drawn)}
    axes = anatomical_axes(image.geometry)
    middle = _middle(measured)
    views = {}
    for plane in _PLANES:
        across = axes.index(plane.across)
        index = middle.copy()
        index[across] = _slice_with_region(measured, across, middle[across])
        position = image.geometry.to_ras(index[None])[0][plane.across]
        name = _LETTERS[plane.across][1]
        title = f"{plane.title}, {name} = {number(round(float(position), 1)).replace('-', '−')} mm"
        views[title] = _view(image, measured, drawn, across, int(index[across]),
                             (axes.index(plane.down[0]), axes.index(plane.right[0])), plane)
    return views


def views_legend() -> str:
    """What the lines and letters of the views mean."""
    return tr("Yellow line: the measured region; blue line: the region as it was drawn, where it is another one. "
              "Letters: right, left, anterior, posterior, superior and inferior side of the patient; positions in RAS.")


def anatomical_axes(geometry: Geometry) -> tuple[int, int, int]:
    """The RAS axis (0 right, 1 anterior, 2 superior) that each array axis (k, j, i) runs along most nearly."""
    along = np.abs(np.asarray(geometry.direction).reshape(3, 3))[:, ::-1]
    return max(permutations(range(3)), key=lambda order: sum(along[ras, axis] for axis, ras in enumerate(order)))


def _middle(roi: Roi) -> np.ndarray:
    """The voxel (k, j, i) nearest to its centre of gravity."""
    inside = np.argwhere(roi.mask[roi.box.slices])
    return np.asarray(roi.box.lower) + np.rint(inside.mean(0)).astype(int)


def _slice_with_region(roi: Roi, axis: int, near: int) -> int:
    inside = roi.mask[roi.box.slices].any(tuple(other for other in range(3) if other != axis))
    used = roi.box.lower[axis] + np.flatnonzero(inside)
    return int(used[np.argmin(np.abs(used - near))])


def _flat_view(image: BoneImage, measured: Roi, drawn: Roi | None) -> Drawing:
    """A 2-D image as it is stored."""
    across = image.geometry.plane_axis
    down, right = (axis for axis in range(3) if axis != across)
    return _view(image, measured, drawn, across, 0, (down, right), None)


def _view(image: BoneImage, measured: Roi, drawn: Roi | None, across: int, index: int, axes: tuple[int, int],
          plane: _Plane | None) -> Drawing:
    """``axes``: the array axes that run down and to the right; ``plane`` knows which way, and the letters."""
    direction = np.asarray(image.geometry.direction).reshape(3, 3)[:, ::-1]
    signs = [1, 1] if plane is None else [int(np.sign(direction[ras, axis])) * way for (ras, way), axis in
                                          zip((plane.down, plane.right), axes, strict=True)]
    spacing = [image.geometry.spacing_kji[axis] for axis in axes]

    def seen(array: np.ndarray) -> np.ndarray:
        """The slice as it is looked at: (row from the top, column)."""
        part = np.take(array, index, across)
        part = part if axes[0] < axes[1] else part.T
        return part[::signs[0], ::signs[1]]

    masks = [(seen(roi.mask), colour) for roi, colour in ((drawn, DRAWN), (measured, MEASURED)) if roi is not None]
    window = _field_of_view(np.any([mask for mask, _ in masks], axis=0), spacing)
    pixels = _sampled(seen(image.array), window, spacing)
    view = Drawing(SIZE, SIZE)
    view.picture(0.0, 0.0, SIZE, SIZE, grey_png(_shades(pixels, image.modality)))
    scale = SIZE / window[2]
    for mask, colour in masks:
        for line in outlines(mask):
            points = [((column * spacing[1] - window[1]) * scale, (row * spacing[0] - window[0]) * scale)
                      for row, column in (*line, line[0])]
            view.polyline(points, HALO, 3.0)
            view.polyline(points, colour, 1.4)
    if plane is not None:
        _letters(view, plane)
    if image.reading.knows_millimetres:
        _scale_bar(view, scale)
    return view


def _field_of_view(mask: np.ndarray, spacing: Sequence[float]) -> tuple[float, float, float]:
    """Top, left and side of a square round ``mask`` in mm from the corner of the slice."""
    rows, columns = (np.flatnonzero(mask.any(axis)) for axis in (1, 0))
    ends = [((used[0]) * step, (used[-1] + 1) * step) for used, step in zip((rows, columns), spacing, strict=True)]
    side = max(max(high - low for low, high in ends) / SHARE, LEAST_MM)
    # no wider than the slice, which may be smaller than the least view
    side = min(side, max(length * step for length, step in zip(mask.shape, spacing, strict=True)))
    top, left = (0.5 * (low + high - side) for low, high in ends)
    return top, left, side


def _sampled(values: np.ndarray, window: tuple[float, float, float], spacing: Sequence[float]) -> np.ndarray:
    """``values`` on the pixels of a view, linearly interpolated; NaN outside the slice."""
    top, left, side = window
    at = (np.arange(PIXELS) + 0.5) * side / PIXELS
    # the centre of voxel 0 lies half a voxel inside the slice
    rows, columns = (top + at) / spacing[0] - 0.5, (left + at) / spacing[1] - 0.5
    (r0, r1, dr), (c0, c1, dc) = (_between(where, length) for where, length in
                                  zip((rows, columns), values.shape, strict=True))
    values = values.astype(float)
    upper = values[np.ix_(r0, c0)] * (1 - dc) + values[np.ix_(r0, c1)] * dc
    lower = values[np.ix_(r1, c0)] * (1 - dc) + values[np.ix_(r1, c1)] * dc
    found = upper * (1 - dr[:, None]) + lower * dr[:, None]
    outside = [(where < -0.5) | (where > length - 0.5) for where, length in
               zip((rows, columns), values.shape, strict=True)]
    found[outside[0][:, None] | outside[1][None]] = np.nan
    return found


def _between(where: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    kept = np.clip(where, 0, length - 1)
    low = np.floor(kept).astype(int)
    return low, np.minimum(low + 1, length - 1), kept - low


def _shades(values: np.ndarray, modality: str) -> np.ndarray:
    """uint8 from black to white; what lies outside the scan is black."""
    known = values[np.isfinite(values)]
    low, high = CT_WINDOW if modality in ("CT", "unknown") else np.percentile(known, PERCENTILES) if known.size \
        else (0.0, 1.0)
    shown = (np.nan_to_num(values, nan=low, posinf=high, neginf=low) - low) / max(float(high - low), 1e-9)
    return np.round(255 * np.clip(shown, 0, 1)).astype(np.uint8)


def _letters(view: Drawing, plane: _Plane) -> None:
    """The directions of the patient at the middle of the four edges."""
    for (ras, way), places in ((plane.right, ((11.0, 0.5 * SIZE), (SIZE - 11.0, 0.5 * SIZE))),
                               (plane.down, ((0.5 * SIZE, 12.0), (0.5 * SIZE, SIZE - 12.0)))):
        minus, plus = _LETTERS[ras] if way > 0 else _LETTERS[ras][::-1]
        for letter, (x, y) in zip((minus, plus), places, strict=True):
            _plated(view, x, y, letter)


def _scale_bar(view: Drawing, scale: float) -> None:
    """The longest of 5, 10, 20, 50 … mm that fits into a quarter of the view."""
    lengths = [step * 10 ** power for power in range(-1, 3) for step in (1, 2, 5)]
    length = max((mm for mm in lengths if mm * scale <= 0.25 * SIZE), default=lengths[0])
    x, y = 12.0, SIZE - 12.0
    view.line(x, y, x + length * scale, y, HALO, 5.0)
    view.line(x, y, x + length * scale, y, "#ffffff", 2.0)
    _plated(view, x + 0.5 * length * scale, y - 12.0, f"{number(length)} mm")


def _plated(view: Drawing, x: float, y: float, text: str, size: float = 12.0) -> None:
    width = text_width(text, size, True)
    view.rect(x - 0.5 * width - 2, y - 0.6 * size, width + 4, 1.2 * size, PLATE)
    view.text(x, y + 0.36 * size, text, size, "#ffffff", "middle", bold=True)
