"""The plane of a 2-D image: from points as Slicer shows them to pixels and millimetres in the plane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...errors import InputError
from ...imaging.geometry import Geometry
from ...imaging.image import BoneImage

#: a point may lie so far before or behind the image, as a share of its (nominal) thickness
OFF_PLANE = 0.75


@dataclass(frozen=True)
class Plane:
    """Rows and columns of a 2-D image.

    Pixel positions are (row, column), 0 at the centre of the first pixel; plane positions are these times
    ``pixel_mm``, which is nominal (but square where nothing else is known) unless ``knows_mm``.
    """

    shown: Geometry
    axis: int
    pixel_mm: tuple[float, float]
    knows_mm: bool

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = np.delete(np.asarray(self.shown.shape), self.axis)
        return int(rows), int(columns)

    def positions(self, points: Sequence[Sequence[float]]) -> np.ndarray:
        """Plane positions (n, 2) of points (n, 3) in RAS mm on the grid on which the image is shown.

        InputError for a point that is not finite, beside the image, or before or behind its plane.
        """
        ras = np.asarray(points, float).reshape(-1, 3) if len(points) == 0 else np.asarray(points, float)
        if ras.ndim != 2 or ras.shape[1] != 3 or not np.all(np.isfinite(ras)):
            raise InputError("A point has three finite numbers: right, anterior and superior in mm.")
        kji = self.shown.to_kji(ras)
        for number, (point, place) in enumerate(zip(ras, kji, strict=True), 1):
            where = ",".join(f"{x:g}" for x in point)
            if abs(place[self.axis]) > OFF_PLANE:
                off = abs(place[self.axis]) * self.shown.spacing_kji[self.axis]
                raise InputError(f"Point {number} ({where}) lies {off:.3g} mm off the plane of the image; give "
                                 "positions as Slicer shows them on this image.")
            if not self._holds(np.delete(place, self.axis)):
                raise InputError(f"Point {number} ({where}) lies outside the image; give points inside it.")
        return np.delete(kji, self.axis, axis=1) * self.pixel_mm

    def holds(self, positions: np.ndarray) -> bool:
        """True if all plane positions (n, 2) lie on the image, up to the outer edges of its pixels."""
        return all(self._holds(place) for place in np.asarray(positions, float) / self.pixel_mm)

    def _holds(self, pixel: np.ndarray) -> bool:
        # half a thousandth of a pixel: a click on the very edge comes back through a matrix
        return bool(np.all(pixel >= -0.5005) and np.all(pixel <= np.asarray(self.shape) - 0.4995))

    def centres(self) -> tuple[np.ndarray, np.ndarray]:
        """Plane positions of the pixel centres along rows (rows, 1) and columns (1, columns)."""
        rows, columns = np.ogrid[:self.shape[0], :self.shape[1]]
        return rows * self.pixel_mm[0], columns * self.pixel_mm[1]

    def mask(self, pixels: np.ndarray) -> np.ndarray:
        """A mask (rows, columns) as one of the image's array (k, j, i)."""
        return np.expand_dims(pixels, self.axis)


def plane_of(image: BoneImage) -> Plane:
    """The plane of a 2-D image; InputError for a volume.

    Points are taken on the grid on which the file is shown elsewhere, lengths with the known size of a pixel.
    """
    axis = image.geometry.plane_axis
    if axis is None:
        raise InputError("The scan is a volume; a region from points is for 2-D images: draw it in the Segment Editor.")
    rows, columns = np.delete(np.asarray(image.geometry.spacing_kji), axis)
    return Plane(image.reading.file_grid or image.geometry, axis, (float(rows), float(columns)),
                 image.reading.knows_millimetres)
