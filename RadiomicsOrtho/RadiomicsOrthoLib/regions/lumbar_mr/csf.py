"""Cerebrospinal fluid behind a vertebral body on MR, as the reference of the vertebral bone quality score.

The score (VBQ; Ehresman et al., Spine J 2020) is the median signal of the bodies L1-L4 divided by that of the fluid at
L3, on T1.  The region lies in the thecal sac behind the body: in front, where a lying patient has fluid, since the
nerve roots sink to the back; clear of the epidural fat further back, and of the rear wall with its ligament and veins.
It is small and elongated along the canal.  Of all places in reach the darkest (T1) or brightest (T2) even one is taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ...errors import InputError
from ...imaging.geometry import Geometry
from ...imaging.image import BoneImage

METHOD = "CSF behind the body, version 1"
LEVEL = "L3"
#: half axes of the region in mm: left-right, front-back, along the canal
HALF_AXES_MM = (2.0, 2.0, 4.0)
#: how much wider the even fluid around the region is looked for: a place that is good by chance is so less often
SURROUNDINGS = 1.5
#: fewer voxels say nothing of evenness and noise
SMALLEST_VOXELS = 12
#: where its centre may lie, in mm: to the side, behind the rear wall, above or below the middle of the body
SIDEWAYS_MM = 6.0
BEHIND_MM = (2.5, 13.0)
ALONG_MM = 6.0
#: where the sac must go on above and below the region, to tell it from fat between two laminae
FOLLOWED_MM = (-15.0, -10.0, 10.0, 15.0)
SAME_SIGNAL = 0.3
#: the fluid's signal divided by the body's: at most that on T1, at least this on T2
LARGEST_ON_T1, SMALLEST_ON_T2 = 0.85, 1.15
#: standard deviation divided by mean
MOST_UNEVEN = {"T1w": 0.35, "T2w": 0.2}
_REMEDY = "draw it by hand where the fluid is even, without nerve roots and fat"


@dataclass(frozen=True)
class CsfRegion:
    """The region: its mask (k, j, i), signal, and where it lies behind the rear wall of the body."""

    mask: np.ndarray
    mean: float
    sd: float
    body_median: float
    behind_mm: float


def csf_region(image: BoneImage, bodies: Mapping[str, np.ndarray], level: str = LEVEL,
               weighting: str = "") -> CsfRegion:
    """The fluid behind the body ``level`` of ``bodies`` (level → mask (k, j, i) on the image's grid).

    The other bodies only tell which way the spine runs.  ``weighting`` is ``T1w`` or ``T2w``; by default what is known
    of the acquisition.  Raises InputError with a sentence if it is unknown, the body is missing, the voxels are too
    large, or no place is plausible.
    """
    weighting = weighting or image.acquisition.weighting
    if weighting not in MOST_UNEVEN:
        raise InputError("The fluid is dark on T1 and bright on T2, and the scan's weighting is unknown; state it "
                         "with --sequence T1w or T2w.")
    body = bodies.get(level)
    if body is None or not body.any():
        raise InputError(f"There is no body {level} to find the cerebrospinal fluid behind; name the levels.")
    frame = _frame(image.geometry, body, [other for name, other in bodies.items() if name != level and other.any()])
    place, kernel, surroundings = _window(image.geometry, frame)
    if kernel.sum() < SMALLEST_VOXELS:
        raise InputError(f"The voxels are too large for a region in the cerebrospinal fluid ({kernel.sum()} of them); "
                         f"{_REMEDY}.")
    values = image.array[place].astype(np.float64)
    mean, sd = _local_statistics(values, kernel)
    wide_mean, wide_sd = _local_statistics(values, surroundings)
    u, d, h = frame.coordinates(image.geometry, place)
    allowed = (np.abs(u) <= SIDEWAYS_MM) & (d >= BEHIND_MM[0]) & (d <= BEHIND_MM[1]) \
        & (np.abs(h) <= ALONG_MM) & _inside(values.shape, surroundings.shape)
    # a region must not reach into the body or its wall
    allowed &= ~_touched(body[place], kernel)
    if not allowed.any():
        raise InputError(f"The scan ends behind {level}, before the spinal canal; {_REMEDY}.")
    sign = 1.0 if weighting == "T2w" else -1.0
    centre = _centre(np.where(allowed, sign * wide_mean - wide_sd, -np.inf), wide_sd / np.sqrt(surroundings.sum()),
                     image.geometry.spacing_kji)
    found = CsfRegion(_stamped(body.shape, place, centre, kernel), float(mean[centre]), float(sd[centre]),
                      float(np.median(image.array[body])), float(d[centre]))
    _check(found, weighting, level)
    _check_sac(mean, (u, d, h), centre, level)
    return found


@dataclass(frozen=True)
class _Frame:
    """Origin on the rear wall, unit vectors to the left or right, to the back and along the canal, all RAS."""

    origin: np.ndarray
    axes: np.ndarray

    def coordinates(self, geometry: Geometry, place: tuple[slice, ...]) -> np.ndarray:
        """(3, k, j, i): mm to the side, behind the wall and along the canal of the voxels in ``place``."""
        kji = np.stack(np.meshgrid(*(np.arange(s.start, s.stop) for s in place), indexing="ij"), -1)
        return np.moveaxis((geometry.to_ras(kji) - self.origin) @ self.axes.T, -1, 0)


def _frame(geometry: Geometry, body: np.ndarray, others: list[np.ndarray]) -> _Frame:
    points = geometry.to_ras(np.argwhere(body))
    centre = points.mean(axis=0)
    up = _upwards(centre, [geometry.to_ras(np.argwhere(other)).mean(axis=0) for other in others])
    # twice, because the wall is seen straight only along itself
    for _ in range(2):
        _, back, up = axes = _axes(up)
        slope, offset = _rear_wall(*((points - centre) @ axes.T).T)
        up = up + slope * back
    return _Frame(centre + offset * back, _axes(up))


def _axes(up: np.ndarray) -> np.ndarray:
    """To the side, to the back at right angles to ``up``, and ``up`` itself; unit vectors as rows."""
    up = up / np.linalg.norm(up)
    back = np.array([0.0, -1.0, 0.0])
    back -= (back @ up) * up
    back /= np.linalg.norm(back)
    return np.stack([np.cross(back, up), back, up])


def _upwards(centre: np.ndarray, others: list[np.ndarray]) -> np.ndarray:
    """Along the line through the nearest bodies; the patient's own axis where there is no other body."""
    near = sorted(others, key=lambda other: float(np.linalg.norm(other - centre)))[:2]
    up = sum(((other - centre) * np.sign(other[2] - centre[2]) for other in near), np.zeros(3))
    return up if np.linalg.norm(up) > 0 else np.array([0.0, 0.0, 1.0])


def _rear_wall(u: np.ndarray, d: np.ndarray, h: np.ndarray) -> tuple[float, float]:
    """Slope, and depth at the middle height, of the body's rear wall in its middle third and middle heights."""
    middle = np.abs(u) <= 8.0
    low, high = np.percentile(h, (20, 80))
    edges = np.linspace(low, high, 9)
    found = [(h[rows].mean(), np.percentile(d[rows], 98)) for start, end in pairwise(edges)
             if np.count_nonzero(rows := middle & (h >= start) & (h <= end)) > 4]
    if len(found) < 3:
        raise InputError("The body is too small to find the spinal canal behind it; draw the cerebrospinal fluid by "
                         "hand.")
    heights, depths = np.array(found).T
    slope, offset = np.polyfit(heights, depths, 1)
    return float(slope), float(offset)


def _window(geometry: Geometry, frame: _Frame) -> tuple[tuple[slice, ...], np.ndarray, np.ndarray]:
    """The part of the scan that is looked at, as slices, and the shapes of the region and of what is around it.

    Shapes are in voxels, odd along each axis.
    """
    reach = np.array([SIDEWAYS_MM, BEHIND_MM[1], max(FOLLOWED_MM)]) + 2 * np.array(HALF_AXES_MM) + geometry.spacing[0]
    corners = frame.origin + np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * reach \
        @ frame.axes
    kji = geometry.to_kji(corners)
    low = np.clip(np.floor(kji.min(axis=0)).astype(int), 0, None)
    high = np.minimum(np.ceil(kji.max(axis=0)).astype(int) + 1, geometry.shape)
    steps = (geometry.to_ras(np.eye(3)) - geometry.to_ras(np.zeros(3))) @ frame.axes.T
    # of slices thicker than the region one belongs to it
    thickest = 0.55 * np.abs(steps).max(axis=0)
    shapes = (_ellipsoid(np.maximum(HALF_AXES_MM, thickest), steps, geometry.spacing_kji),
              _ellipsoid(np.maximum(SURROUNDINGS * np.array(HALF_AXES_MM), thickest), steps, geometry.spacing_kji))
    return tuple(slice(int(a), int(b)) for a, b in zip(low, high, strict=True)), *shapes


def _ellipsoid(half_axes_mm: np.ndarray, steps: np.ndarray, spacing_mm: tuple[float, float, float]) -> np.ndarray:
    """Voxels of an ellipsoid around the middle one; ``steps`` are those along k, j, i in the frame's axes (mm)."""
    reach = np.ceil(max(half_axes_mm) / np.array(spacing_mm)).astype(int)
    offsets = np.stack(np.meshgrid(*(np.arange(-n, n + 1) for n in reach), indexing="ij"), -1)
    # a hair more, so that rounding does not decide over a voxel on the surface
    shape = ((offsets @ steps / half_axes_mm) ** 2).sum(axis=-1) <= 1 + 1e-9
    used = [np.flatnonzero(shape.any(axis=others)) for others in ((1, 2), (0, 2), (0, 1))]
    return shape[tuple(slice(places[0], places[-1] + 1) for places in used)]


def _local_statistics(values: np.ndarray, kernel: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of the region around each voxel."""
    from scipy import ndimage

    weights = kernel / kernel.sum()
    # around zero, so that squares do not cancel
    centred = values - values.mean()
    mean = ndimage.correlate(centred, weights, mode="nearest")
    square = ndimage.correlate(centred**2, weights, mode="nearest")
    count = kernel.sum()
    return mean + values.mean(), np.sqrt(np.maximum(square - mean**2, 0) * count / (count - 1))


def _centre(rating: np.ndarray, error: np.ndarray, spacing_mm: tuple[float, float, float]) -> tuple[int, ...]:
    """The middle of all places that are as good as the best one within three times its standard ``error``.

    The very best is good by chance as well: its mean would lie below (T1) or above (T2) that of the fluid.
    """
    from scipy import ndimage

    best = np.unravel_index(int(np.argmax(rating)), rating.shape)
    good = rating >= rating[best] - 3 * error[best]
    parts, _ = ndimage.label(good)
    inner = ndimage.distance_transform_edt(np.pad(parts == parts[best], 1), sampling=spacing_mm)[1:-1, 1:-1, 1:-1]
    # of several middles that with the best rating
    deepest = np.where(inner >= inner.max() - 1e-9, rating, -np.inf)
    return tuple(int(n) for n in np.unravel_index(int(np.argmax(deepest)), rating.shape))


def _inside(shape: tuple[int, ...], kernel: tuple[int, ...]) -> np.ndarray:
    """Where the whole region lies within the array."""
    inside = np.zeros(shape, bool)
    inside[tuple(slice(n // 2, side - n // 2) for n, side in zip(kernel, shape, strict=True))] = True
    return inside


def _touched(mask: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """Where the region would hold a voxel of ``mask``."""
    from scipy import ndimage

    return ndimage.binary_dilation(mask, kernel)


def _stamped(shape: tuple[int, ...], place: tuple[slice, ...], centre: tuple[int, ...],
             kernel: np.ndarray) -> np.ndarray:
    mask = np.zeros(shape, bool)
    mask[tuple(slice(part.start + c - n // 2, part.start + c + n // 2 + 1)
               for part, c, n in zip(place, centre, kernel.shape, strict=True))] = kernel
    return mask


def _check(found: CsfRegion, weighting: str, level: str) -> None:
    """InputError where the best place has not the signal of fluid."""
    if not (np.isfinite(found.mean) and found.mean > 0 and found.body_median > 0):
        raise InputError(f"The signal behind {level} or in it is not above 0; a ratio of signals needs the scanner's "
                         "own values.")
    share = found.mean / found.body_median
    if (weighting == "T1w" and share > LARGEST_ON_T1) or (weighting == "T2w" and share < SMALLEST_ON_T2):
        wrong = "darker" if weighting == "T1w" else "brighter"
        raise InputError(f"Nothing behind {level} is clearly {wrong} than the body, as fluid is on a {weighting} scan "
                         f"(signal {share:.2f} times the body's): check the sequence, or {_REMEDY}.")
    if found.sd / found.mean > MOST_UNEVEN[weighting]:
        raise InputError(f"No place behind {level} is even enough to be fluid alone (standard deviation "
                         f"{found.sd / found.mean:.0%} of the mean); {_REMEDY}.")


def _check_sac(mean: np.ndarray, coordinates: np.ndarray, centre: tuple[int, ...], level: str) -> None:
    """InputError if the signal does not go on along the canal, as that of the sac does and that of fat does not."""
    u, d, h = coordinates
    signal = float(mean[centre])
    followed = []
    for step in FOLLOWED_MM:
        near = (np.abs(h - h[centre] - step) <= 2) & (np.abs(d - d[centre]) <= 5) & (np.abs(u - u[centre]) <= 4)
        if near.any():
            followed.append(float(np.abs(mean[near] / signal - 1).min()) <= SAME_SIGNAL)
    if sum(followed) < 0.75 * len(followed) or not followed:
        raise InputError(f"What looks like fluid behind {level} does not go on along the canal; {_REMEDY}.")
