"""The image that everything starts from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np

from .acquisition import Acquisition
from .geometry import Geometry

MODALITIES = ("CT", "MR", "XR", "DXA", "PT", "US", "unknown")


@dataclass(frozen=True)
class BoneImage:
    """A 3-D scan.

    ``array`` is indexed (k, j, i); CT values are HU, MR values arbitrary units.
    ``source`` describes the file format without patient identity or file name.
    """

    array: np.ndarray
    geometry: Geometry
    modality: str = "unknown"
    acquisition: Acquisition = field(default_factory=Acquisition)
    source: str = "array"

    def __post_init__(self) -> None:
        if self.array.ndim != 3:
            raise ValueError(f"a 3-D image is needed, not {self.array.ndim}-D")
        if self.array.shape != self.geometry.shape:
            raise ValueError(f"array shape {self.array.shape} is not the grid's {self.geometry.shape}")
        if self.modality not in MODALITIES:
            raise ValueError(f"modality must be one of {MODALITIES}, not {self.modality!r}")

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Voxel spacing in mm along (i, j, k)."""
        return self.geometry.spacing

    def voxel_hash(self) -> str:
        """SHA-256 of voxel values and grid; equal for equal images in any file format."""
        return voxel_hash(self.array, self.geometry)


def voxel_hash(array: np.ndarray, geometry: Geometry) -> str:
    """SHA-256 over the grid and the values, independent of the stored pixel type.

    Integer and float files of equal values hash alike: values are hashed as float64,
    slice by slice, so that no second copy of the scan is held.
    """
    digest = hashlib.sha256()
    grid = (geometry.shape, *(tuple(round(float(x), 6) + 0.0 for x in part)
                              for part in (geometry.spacing, geometry.origin, geometry.direction)))
    digest.update(repr(grid).encode())
    for plane in array:
        # adding zero turns -0.0, which some formats keep, into 0.0
        digest.update((np.ascontiguousarray(plane, dtype="<f8") + 0.0).tobytes())
    return digest.hexdigest()
