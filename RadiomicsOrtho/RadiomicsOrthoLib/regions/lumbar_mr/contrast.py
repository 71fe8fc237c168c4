"""Brightness of an MR scan against its surroundings: a surface coil makes the back ten times as bright as the belly.

The logarithm turns the coil's gain, which multiplies, into a slow additive change, and that is taken out.  What is
left is comparable along the spine, from scan to scan, and for T1 and T2: marrow near 0, cortex and ligaments below.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...imaging.geometry import Geometry
from ...imaging.image import BoneImage

#: what changes slower than this is the coil (standard deviation, mm)
COIL_MM = 20.0
#: the surroundings are worked out on blocks of about this size (mm)
BLOCK_MM = 4.0
#: added before the logarithm, as a share of the bright tissue, so that noise in air and cortex does not count
FLOOR_SHARE = 0.03


@dataclass(frozen=True)
class LogField:
    """Logarithm of the brightness against the surroundings at any position (RAS mm), trilinear.

    Beyond the scan the nearest voxel holds.  ``surroundings`` (k, j, i) has blocks of ``block`` voxels.
    """

    array: np.ndarray
    geometry: Geometry
    floor: float
    surroundings: np.ndarray
    block: tuple[int, int, int]

    @classmethod
    def of(cls, image: BoneImage) -> LogField:
        """Of a scan whose values are arbitrary but not negative where there is signal."""
        from scipy import ndimage

        array = np.nan_to_num(image.array.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0).clip(min=0)
        floor = max(FLOOR_SHARE * float(np.percentile(array[::2, ::2, ::2], 99)), 1e-6)
        spacing = image.geometry.spacing_kji
        block = tuple(min(n, max(1, round(BLOCK_MM / s))) for n, s in zip(array.shape, spacing, strict=True))
        whole = [n // b * b for n, b in zip(array.shape, block, strict=True)]
        blocks = array[tuple(slice(n) for n in whole)].reshape(
            *(side for n, b in zip(whole, block, strict=True) for side in (n // b, b))).mean(axis=(1, 3, 5))
        sigma = [COIL_MM / (b * s) for b, s in zip(block, spacing, strict=True)]
        surroundings = ndimage.gaussian_filter(np.log(blocks + floor), sigma, mode="nearest")
        return cls(array, image.geometry, floor, surroundings, block)

    def __call__(self, ras: np.ndarray) -> np.ndarray:
        """Values float32 (…) at ``ras`` (…, 3)."""
        from ..kernels.sampling import trilinear

        ras = np.asarray(ras, float)
        points = self.geometry.to_kji(ras.reshape(-1, 3)).clip(0, np.asarray(self.array.shape) - 1.0)
        block = np.asarray(self.block)
        coarse = ((points + 0.5) / block - 0.5).clip(0, np.asarray(self.surroundings.shape) - 1.0)
        values = np.log(trilinear(self.array, np.ascontiguousarray(points), 0.0) + self.floor)
        return (values - trilinear(self.surroundings, np.ascontiguousarray(coarse), 0.0)).reshape(ras.shape[:-1])

    def inside(self, ras: np.ndarray, margin_mm: float = 0.0) -> np.ndarray:
        """True (…) where a position lies within the scan, at least ``margin_mm`` from its outer faces."""
        kji = self.geometry.to_kji(ras)
        margin = margin_mm / np.asarray(self.geometry.spacing_kji) - 0.5
        return np.all((kji >= margin) & (kji <= np.asarray(self.geometry.shape) - 1 - margin), axis=-1)
