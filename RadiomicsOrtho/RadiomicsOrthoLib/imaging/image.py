"""The image that everything starts from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from ..errors import InputError
from .acquisition import Acquisition
from .calibration.unit import DENSITY_UNIT
from .geometry import Geometry
from .modality import MODALITIES
from .reading import Reading

if TYPE_CHECKING:
    from .calibration.calibration import DensityCalibration


@dataclass(frozen=True)
class BoneImage:
    """A scan; a 2-D image is one of a single slice.

    ``array`` is indexed (k, j, i); CT values are HU, or mg/cm³ by ``calibration`` if there is one, PET values in
    ``unit``, all others arbitrary.  ``source`` describes the file format without patient identity or file name,
    ``reading`` how its numbers became these.
    """

    array: np.ndarray
    geometry: Geometry
    modality: str = "unknown"
    acquisition: Acquisition = field(default_factory=Acquisition)
    source: str = "array"
    reading: Reading = field(default_factory=Reading)
    calibration: DensityCalibration | None = None

    def __post_init__(self) -> None:
        if self.array.ndim != 3:
            raise ValueError(f"an array (k, j, i) is needed, not one of {self.array.ndim} axes")
        if self.array.shape != self.geometry.shape:
            raise ValueError(f"array shape {self.array.shape} is not the grid's {self.geometry.shape}")
        if self.modality not in MODALITIES:
            raise ValueError(f"modality must be one of {MODALITIES}, not {self.modality!r}")

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Voxel spacing in mm along (i, j, k)."""
        return self.geometry.spacing

    @property
    def unit(self) -> str:
        """Unit of the values: on CT (which an unknown modality is taken for) HU or mg/cm³, PET's own, else none."""
        if self.calibration is not None:
            return DENSITY_UNIT
        if self.modality in ("CT", "unknown"):
            return "HU"
        return (self.reading.value_unit or "") if self.modality == "PT" else ""

    def with_modality(self, modality: str, source: str = "stated") -> BoneImage:
        """A copy in which a person, a profile or a name (``source``) supplied the modality.

        Raises InputError if the file states another one; only a radiograph may be called a DXA
        image, because densitometers write their images as radiographs too.
        """
        if modality == self.modality:
            return self
        if self.modality != "unknown" and (self.modality, modality) != ("XR", "DXA"):
            raise InputError(f"The file states the modality {self.modality}; it cannot be stated as {modality}.")
        return replace(self, modality=modality, reading=replace(self.reading, modality_from=source))

    def voxel_hash(self, poll: Callable[[], object] = lambda: None) -> str:
        """SHA-256 of voxel values and grid; equal for equal images in any file format.

        ``poll`` is called every slice and may raise to stop.
        """
        return voxel_hash(self.array, self.geometry, poll)


def voxel_hash(array: np.ndarray, geometry: Geometry, poll: Callable[[], object] = lambda: None,
               first: tuple[int, int, int] = (0, 0, 0)) -> str:
    """SHA-256 over the grid and the values, independent of the stored pixel type.

    ``array`` (k, j, i) covers the grid, or a box of it that begins at the voxel ``first``.
    Integer and float files of equal values hash alike: values are hashed, slice by slice, as the smallest type that
    holds all of them: int8, int16 or int32, little-endian, else float64.
    """
    digest = hashlib.sha256()
    grid = (geometry.shape, *(tuple(round(float(x), 6) + 0.0 for x in part)
                              for part in (geometry.spacing, geometry.origin, geometry.direction)))
    digest.update(repr(grid if array.shape == geometry.shape else (*grid, tuple(first), array.shape)).encode())
    common = _smallest_type(array)
    for plane in array:
        poll()
        values = np.ascontiguousarray(plane, dtype=common)
        # adding zero turns -0.0, which some formats keep, into 0.0
        digest.update(values + 0.0 if common.kind == "f" else values)
    return digest.hexdigest()


def _smallest_type(array: np.ndarray) -> np.dtype:
    """int8, int16, int32 or float64, little-endian: the first that holds every value of ``array`` exactly."""
    if array.dtype == bool:
        return np.dtype("<i1")
    if array.dtype.kind == "f" and not all(np.array_equal(plane, np.rint(plane)) for plane in array):
        return np.dtype("<f8")
    low, high = (float(function(array)) for function in (np.min, np.max)) if array.size else (0.0, 0.0)
    return next((np.dtype(name) for name in ("<i1", "<i2", "<i4")
                 if np.iinfo(name).min <= low and high <= np.iinfo(name).max), np.dtype("<f8"))
