"""A scan as a function of position, whatever its grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..imaging.geometry import Geometry
from ..imaging.image import BoneImage

#: what lies outside a CT
AIR_HU = -1024.0


@dataclass(frozen=True)
class HuField:
    """HU at any position in RAS mm, trilinear between voxel centres; air outside the scan."""

    array: np.ndarray
    geometry: Geometry

    @classmethod
    def of(cls, image: BoneImage) -> HuField:
        array = image.array
        if array.dtype != np.int16:
            array = np.nan_to_num(array.astype(np.float32), nan=AIR_HU, posinf=3071.0, neginf=AIR_HU)
        return cls(array, image.geometry)

    def __call__(self, ras: np.ndarray) -> np.ndarray:
        """Values float32 (…) at ``ras`` (…, 3)."""
        from .kernels.sampling import trilinear

        ras = np.asarray(ras, float)
        points = np.ascontiguousarray(self.geometry.to_kji(ras.reshape(-1, 3)))
        return trilinear(self.array, points, AIR_HU).reshape(ras.shape[:-1])

    def inside(self, ras: np.ndarray, margin_voxels: float = 0.0) -> np.ndarray:
        """True (…) where a position lies within the scan, at least ``margin_voxels`` from its outer faces."""
        kji = self.geometry.to_kji(ras)
        room = np.asarray(self.geometry.shape) - 0.5 - margin_voxels
        return np.all((kji >= margin_voxels - 0.5) & (kji <= room), axis=-1)

    def coarse(self, spacing_mm: float) -> HuField:
        """The scan on a grid along R, A and S of ``spacing_mm``, averaged first where its voxels are finer."""
        factors = tuple(max(1, int(spacing_mm / s + 0.25)) for s in self.geometry.spacing_kji)
        source = self if max(factors) == 1 else self._binned(factors)
        corners = np.array(np.meshgrid(*([0, n - 1] for n in self.geometry.shape))).reshape(3, -1).T
        corners = self.geometry.to_ras(corners)
        low, high = corners.min(axis=0), corners.max(axis=0)
        shape = tuple(int(n) for n in np.floor((high - low) / spacing_mm + 1.001)[::-1])
        grid = Geometry(shape, (spacing_mm,) * 3, tuple(float(x) for x in low))
        values = np.empty(shape, np.float32)
        plane = grid.to_ras(np.stack([np.zeros(shape[1:]), *np.indices(shape[1:])], -1))
        for k in range(shape[0]):
            values[k] = source(plane + np.array([0.0, 0.0, k * spacing_mm]))
        return HuField(values, grid)

    def _binned(self, factors: tuple[int, int, int]) -> HuField:
        """Means of blocks of ``factors`` voxels (k, j, i); what is left over at the far ends is dropped."""
        k, j, i = (max(1, n // f) for n, f in zip(self.array.shape, factors, strict=True))
        factors = tuple(min(f, n) for f, n in zip(factors, self.array.shape, strict=True))
        blocks = self.array[:k * factors[0], :j * factors[1], :i * factors[2]].reshape(
            k, factors[0], j, factors[1], i, factors[2])
        old = self.geometry
        origin = old.to_ras((np.asarray(factors) - 1) / 2)
        grid = Geometry((k, j, i), tuple(s * f for s, f in zip(old.spacing, factors[::-1], strict=True)),
                        tuple(float(x) for x in origin), old.direction)
        return HuField(blocks.mean(axis=(1, 3, 5), dtype=np.float32), grid)
