"""Where voxels are.  World positions are RAS millimetres at every border."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: two grids are the same place if no corner voxel lies further apart than this share of a voxel
SAME_PLACE_TOLERANCE = 0.01
#: from micro-CT to thick slices (mm); anything else is another unit
PLAUSIBLE_SPACING_MM = (0.001, 50.0)


@dataclass(frozen=True)
class Geometry:
    """A voxel grid in RAS space.

    ``shape`` is (k, j, i) as the array is indexed; ``spacing`` (mm), ``origin`` (RAS mm
    of the centre of voxel 0,0,0) and the columns of ``direction`` follow the (i, j, k)
    axes, as file formats write them.
    """

    shape: tuple[int, int, int]
    spacing: tuple[float, float, float]
    origin: tuple[float, float, float]
    direction: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)

    def __post_init__(self) -> None:
        if len(self.shape) != 3 or min(self.shape) < 1:
            raise ValueError(f"a grid has three axes of at least one voxel, not {self.shape}")
        if len(self.spacing) != 3 or not all(np.isfinite(s) and s > 0 for s in self.spacing):
            raise ValueError(f"voxel spacing must be positive and finite, not {self.spacing}")
        if not all(PLAUSIBLE_SPACING_MM[0] <= s <= PLAUSIBLE_SPACING_MM[1] for s in self.spacing):
            spacing = " × ".join(f"{s:.3g}" for s in self.spacing)
            raise ValueError(f"a voxel spacing of {spacing} mm is not plausible; check its unit")
        if len(self.origin) != 3 or not np.all(np.isfinite(self.origin)):
            raise ValueError(f"the origin must be finite, not {self.origin}")
        matrix = np.asarray(self.direction, float).reshape(3, 3)
        if not np.allclose(matrix.T @ matrix, np.eye(3), atol=1e-3):
            raise ValueError("its axes are not at right angles; resample the scan to a straight grid first")

    @property
    def ijk_to_ras(self) -> np.ndarray:
        """4×4 matrix from voxel index (i, j, k) to RAS mm."""
        matrix = np.eye(4)
        matrix[:3, :3] = np.asarray(self.direction, float).reshape(3, 3) * np.asarray(self.spacing)
        matrix[:3, 3] = self.origin
        return matrix

    @property
    def plane_axis(self) -> int | None:
        """The array axis (0 = k) along which a 2-D image has its one slice; ``None`` for a volume."""
        return next((axis for axis, length in enumerate(self.shape) if length == 1), None)

    @property
    def voxel_volume_ml(self) -> float:
        """Volume of one voxel in mL."""
        return float(np.prod(self.spacing)) / 1000.0

    @property
    def spacing_kji(self) -> tuple[float, float, float]:
        """Voxel spacing in mm along the array's axes (k, j, i)."""
        return self.spacing[2], self.spacing[1], self.spacing[0]

    @property
    def pixel_area_mm2(self) -> float:
        """Area of one pixel of a 2-D image in mm²; ``ValueError`` for a volume."""
        if self.plane_axis is None:
            raise ValueError("a volume has no pixel area")
        return float(np.prod(np.delete(np.asarray(self.spacing_kji), self.plane_axis)))

    def to_ras(self, kji: np.ndarray) -> np.ndarray:
        """RAS positions (n, 3) of voxel indices (n, 3) given as (k, j, i)."""
        ijk = np.asarray(kji, float)[..., ::-1]
        return ijk @ self.ijk_to_ras[:3, :3].T + self.ijk_to_ras[:3, 3]

    def to_kji(self, ras: np.ndarray) -> np.ndarray:
        """Continuous (k, j, i) indices of RAS positions (…, 3) in mm."""
        inverse = np.linalg.inv(self.ijk_to_ras)
        ijk = np.asarray(ras, float) @ inverse[:3, :3].T + inverse[:3, 3]
        return ijk[..., ::-1]

    def same_place(self, other: Geometry) -> bool:
        """True if both grids have the same shape and every voxel lies at the same position."""
        if self.shape != other.shape:
            return False
        corners = np.array([[k, j, i] for k in (0, 1) for j in (0, 1) for i in (0, 1)], float)
        corners *= np.asarray(self.shape, float) - 1
        apart = np.abs(self.to_ras(corners) - other.to_ras(corners)).max()
        return bool(apart <= SAME_PLACE_TOLERANCE * min(self.spacing))

    def difference(self, other: Geometry) -> str:
        """In words, how ``other`` differs from this grid; empty if it does not."""
        if self.shape != other.shape:
            mine, theirs = ("×".join(str(n) for n in g.shape[::-1]) for g in (self, other))
            return f"sizes differ ({mine} and {theirs} voxels)"
        if not np.allclose(self.spacing, other.spacing, rtol=1e-3):
            mine, theirs = ("×".join(f"{s:.3g}" for s in g.spacing) for g in (self, other))
            return f"voxel spacings differ ({mine} and {theirs} mm)"
        if not np.allclose(self.direction, other.direction, atol=1e-3):
            return "the axes point in different directions"
        if not self.same_place(other):
            shift = ", ".join(f"{b - a:.1f}" for a, b in zip(self.origin, other.origin, strict=True))
            return f"the origins lie apart by ({shift}) mm"
        return ""
