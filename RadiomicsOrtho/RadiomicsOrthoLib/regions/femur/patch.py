"""A piece of the scan on a straight isotropic grid, on which the femur is searched."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ...imaging.geometry import Geometry
from ...imaging.image import BoneImage
from ...imaging.readers import to_sitk
from ...imaging.sitk import simpleitk

#: below is no tissue and no air: what scanners write outside their round field of view
NO_DATA_HU = -1500.0
_OUTSIDE = -30000.0


@dataclass(frozen=True)
class Patch:
    """HU values (k, j, i) on cubes of ``step`` mm whose axes i, j, k point to R, A, S.

    ``values`` is ``nan`` where the scan has no data; ``origin`` is the RAS position (mm)
    of voxel (0, 0, 0).
    """

    values: np.ndarray
    origin: np.ndarray
    step: float

    @property
    def inside(self) -> np.ndarray:
        """True (k, j, i) where the scan has data."""
        return ~np.isnan(self.values)

    def to_kji(self, ras: np.ndarray) -> np.ndarray:
        """Continuous indices (…, 3) of RAS positions (…, 3)."""
        return ((np.asarray(ras, float) - self.origin) / self.step)[..., ::-1]

    def to_ras(self, kji: np.ndarray) -> np.ndarray:
        """RAS positions (…, 3) in mm of indices (…, 3)."""
        return np.asarray(kji, float)[..., ::-1] * self.step + self.origin

    def sample(self, ras: np.ndarray, values: np.ndarray | None = None) -> np.ndarray:
        """Linearly interpolated values at RAS positions (…, 3); ``nan`` outside the data."""
        values = self.values if values is None else values
        kji = np.moveaxis(self.to_kji(ras), -1, 0)
        return ndimage.map_coordinates(values, kji, order=1, mode="constant", cval=np.nan)

    def offsets_from(self, ras: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The R, A and S offsets in mm of all voxels from a position, each shaped to broadcast over (k, j, i)."""
        k, j, i = (np.arange(size, dtype=np.float32) * self.step for size in self.values.shape)
        r, a, s = (np.float32(origin - position) for origin, position in zip(self.origin, ras, strict=True))
        return (i + r)[None, None, :], (j + a)[None, :, None], (k + s)[:, None, None]

    def with_values(self, values: np.ndarray) -> Patch:
        return Patch(values, self.origin, self.step)

    def box_around(self, mask: np.ndarray, margin_mm: float) -> tuple[slice, ...]:
        """The part of the grid (k, j, i) that holds ``mask`` and a margin, as far as the patch goes."""
        found = ndimage.find_objects(mask.astype(np.uint8), max_label=1)[0]
        if found is None:
            return tuple(slice(0, size) for size in mask.shape)
        margin = int(np.ceil(margin_mm / self.step))
        return tuple(slice(max(part.start - margin, 0), min(part.stop + margin, size))
                     for part, size in zip(found, mask.shape, strict=True))

    def cropped(self, box: tuple[slice, ...]) -> Patch:
        """The part ``box`` (k, j, i) of the patch."""
        return Patch(self.values[box], self.to_ras(np.array([part.start for part in box])), self.step)

    def smoothed(self, sigma_mm: float) -> Patch:
        """Gaussian smoothing that takes nothing over from where there is no data."""
        inside = self.inside
        sigma = sigma_mm / self.step
        weight = ndimage.gaussian_filter(inside.astype(np.float32), sigma)
        values = ndimage.gaussian_filter(np.where(inside, self.values, 0).astype(np.float32), sigma)
        return self.with_values(np.where(inside, values / np.maximum(weight, 1e-3), np.nan).astype(np.float32))

    @property
    def geometry(self) -> Geometry:
        """The grid as the rest of the library describes grids."""
        return Geometry(self.values.shape, (self.step,) * 3, tuple(float(x) for x in self.origin))


def cut_patch(image: BoneImage, low: np.ndarray, high: np.ndarray, step: float = 1.0) -> Patch:
    """The part of ``image`` between two RAS corners (mm), interpolated linearly to cubes of ``step`` mm."""
    sitk = simpleitk()
    low, high = np.asarray(low, float), np.asarray(high, float)
    size = [int(n) for n in np.floor((high - low) / step + 1e-6) + 1]
    part, geometry = _covering_part(image, low, high)
    if part is None:
        return Patch(np.full(size[::-1], np.nan, np.float32), low, step)
    resample = sitk.ResampleImageFilter()
    resample.SetSize(size)
    resample.SetOutputSpacing([step] * 3)
    flip = np.array([-1.0, -1.0, 1.0])
    resample.SetOutputOrigin((flip * low).tolist())
    resample.SetOutputDirection(np.diag(flip).ravel().tolist())
    resample.SetInterpolator(sitk.sitkLinear)
    resample.SetDefaultPixelValue(_OUTSIDE)
    resample.SetOutputPixelType(sitk.sitkFloat32)
    values = sitk.GetArrayFromImage(resample.Execute(to_sitk(part, geometry)))
    values[~(values > NO_DATA_HU)] = np.nan
    return Patch(values, low, step)


def _covering_part(image: BoneImage, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray | None, Geometry]:
    """The smallest box of voxels that covers two RAS corners, so that a large scan is not copied whole."""
    corners = np.array([[(low, high)[n >> axis & 1][axis] for axis in range(3)] for n in range(8)])
    kji = image.geometry.to_kji(corners)
    shape = np.array(image.geometry.shape)
    first = np.clip(np.floor(kji.min(axis=0)).astype(int) - 1, 0, shape)
    last = np.clip(np.ceil(kji.max(axis=0)).astype(int) + 2, 0, shape)
    if np.any(last - first < 2):
        return None, image.geometry
    part = image.array[tuple(slice(a, b) for a, b in zip(first, last, strict=True))].astype(np.float32)
    origin = image.geometry.to_ras(first[None])[0]
    return part, Geometry(part.shape, image.geometry.spacing, tuple(float(x) for x in origin),
                          image.geometry.direction)


def mask_onto(mask: np.ndarray, patch: Patch, target: Geometry) -> np.ndarray:
    """A boolean mask (k, j, i) of the patch brought to another grid.

    A voxel belongs to the mask if the interpolated share of mask at its centre is at least
    one half, so that coarse voxels are not all swallowed.
    """
    sitk = simpleitk()
    result = np.zeros(target.shape, bool)
    found = ndimage.find_objects(mask.astype(np.uint8), max_label=1)[0]
    if found is None:
        return result
    first = np.array([part.start for part in found]) - 1
    last = np.array([part.stop for part in found])
    corners = patch.to_ras(np.array([[(first, last)[n >> axis & 1][axis] for axis in range(3)] for n in range(8)]))
    kji = target.to_kji(corners)
    shape = np.array(target.shape)
    low = np.clip(np.floor(kji.min(axis=0)).astype(int), 0, shape)
    high = np.clip(np.ceil(kji.max(axis=0)).astype(int) + 1, 0, shape)
    if np.any(high <= low):
        return result
    coarse = max(target.spacing) / patch.step
    # all that the smoothing reaches (four standard deviations), and a voxel for the interpolation
    patch = patch.cropped(box := patch.box_around(mask, (1.2 * coarse + 2) * patch.step))
    share = mask[box].astype(np.float32)
    if coarse > 1.5:
        # a coarse voxel stands for all the fine ones in it, not for the one at its centre
        share = ndimage.gaussian_filter(share, 0.3 * coarse)
    resample = sitk.ResampleImageFilter()
    resample.SetReferenceImage(to_sitk(np.zeros(tuple(high - low), np.uint8),
                                       Geometry(tuple(int(n) for n in high - low), target.spacing,
                                                tuple(float(x) for x in target.to_ras(low[None])[0]),
                                                target.direction)))
    resample.SetInterpolator(sitk.sitkLinear)
    resample.SetOutputPixelType(sitk.sitkFloat32)
    resample.SetDefaultPixelValue(0.0)
    part = sitk.GetArrayFromImage(resample.Execute(to_sitk(share, patch.geometry)))
    result[tuple(slice(a, b) for a, b in zip(low, high, strict=True))] = part >= 0.5
    return result
