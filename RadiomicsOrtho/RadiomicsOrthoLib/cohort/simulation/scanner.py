"""What a CT scanner makes of it: blur, slices, noise, whole HU."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ...imaging.acquisition import Acquisition
from ...imaging.geometry import Geometry
from ...imaging.image import BoneImage

#: full width at half maximum over standard deviation of a Gaussian
FWHM = 2 * math.sqrt(2 * math.log(2))
#: noise of neighbouring pixels is alike: its grain, in pixels
GRAIN = 0.6
MANUFACTURER = "simulated"


@dataclass(frozen=True)
class VirtualScanner:
    """``pixel``, ``slice_mm`` and ``blur`` (width at half maximum of a point in plane) in mm, ``noise`` in HU."""

    kvp: float = 120.0
    pixel: float = 0.7
    slice_mm: float = 1.0
    blur: float = 0.9
    noise: float = 20.0

    def scan(self, hu: np.ndarray, geometry: Geometry, generator: np.random.Generator) -> BoneImage:
        """``hu`` (k, j, i) on ``geometry`` as this scanner shows it; modality CT, no contrast, "simulated"."""
        from scipy import ndimage

        step = geometry.spacing[0]
        widths = np.array([self.slice_mm, self.blur, self.blur]) / FWHM / step
        blurred = ndimage.gaussian_filter(hu, widths, mode="nearest")
        grid = self.grid(geometry)
        values = resampled(blurred, geometry, grid)
        noise = ndimage.gaussian_filter(generator.standard_normal(grid.shape), (0, GRAIN, GRAIN))
        values += self.noise * noise / noise.std()
        acquisition = Acquisition(kvp=self.kvp, contrast_agent=False, kernel="simulated", manufacturer=MANUFACTURER,
                                  scanner_model="RadiomicsOrtho virtual scanner")
        return BoneImage(np.clip(np.rint(values), -1024, 3071).astype(np.int16), grid, "CT", acquisition, "simulated")

    def grid(self, geometry: Geometry) -> Geometry:
        """The scan's grid, centred in ``geometry`` and inside of it."""
        spacing = (self.pixel, self.pixel, self.slice_mm)
        size = [step * (n - 1) for step, n in zip(geometry.spacing, geometry.shape[::-1], strict=True)]
        counts = [int(length / step) + 1 for length, step in zip(size, spacing, strict=True)]
        origin = tuple(start + (length - step * (count - 1)) / 2 for start, length, step, count
                       in zip(geometry.origin, size, spacing, counts, strict=True))
        return Geometry(tuple(counts[::-1]), spacing, origin)


def resampled(values: np.ndarray, geometry: Geometry, grid: Geometry) -> np.ndarray:
    """``values`` (k, j, i) on ``geometry`` at the places of ``grid``, trilinear; both without rotation."""
    from scipy import ndimage

    step = np.array(geometry.spacing[::-1])
    scale = np.array(grid.spacing[::-1]) / step
    offset = (np.array(grid.origin[::-1]) - np.array(geometry.origin[::-1])) / step
    return ndimage.affine_transform(np.asarray(values, np.float32), scale, offset, output_shape=grid.shape, order=1,
                                    mode="nearest").astype(float)
