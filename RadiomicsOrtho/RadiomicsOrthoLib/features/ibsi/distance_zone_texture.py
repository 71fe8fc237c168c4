"""Grey level distance zones (manual 3.9, VMDZ): zones of equal level by their distance to the region's border."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from ..filters.voxels import Poll
from ..kernels.size_matrix import FORMULAS, size_matrix_values

#: in the order of ``size_matrix.FORMULAS``
NAMES = ("sde", "lde", "glnu", "glnu_norm", "zdnu", "zdnu_norm", "z_perc", "gl_var", "zd_var", "zd_entr", "lgze",
         "hgze", "sdlge", "sdhge", "ldlge", "ldhge")
_PERCENTAGE = FORMULAS.index("percentage")
#: of a volume or a slice: level of each zone and its distance, int64 (zones,), and the number of voxels
_Zones = tuple[np.ndarray, np.ndarray, int]


def distance_zone_features(levels: np.ndarray, morphological: np.ndarray,
                           dimensionalities: Sequence[str], poll: Poll = lambda: None) -> dict[str, float]:
    """``dzm_<name>_<dimensionality>`` of grey levels (k, j, i), 0 outside the intensity mask.

    Zones have 26 neighbours, 8 in a slice.  The distance of a zone is the smallest of its voxels': steps through faces
    (6 neighbours, 4 in a slice) from the outside of the morphological mask (k, j, i), 1 at the border.
    """
    found: dict[str, float] = {}
    for dimensionality in dimensionalities:
        if dimensionality == "3D":
            parts = [_distance_zones(levels, morphological, poll)]
        else:
            slices = zip(levels, morphological, strict=True)
            parts = [_distance_zones(plane, mask, poll) for plane, mask in slices if plane.any()]
        if dimensionality == "2_5D":
            of_level, of_zone, voxels = zip(*parts, strict=True)
            parts = [(np.concatenate(of_level), np.concatenate(of_zone), sum(voxels))]
        values = np.mean([_values(*part) for part in parts], axis=0)
        found |= {f"dzm_{name}_{dimensionality}": float(value) for name, value in zip(NAMES, values, strict=True)}
    return found


def _distance_zones(levels: np.ndarray, mask: np.ndarray, poll: Poll) -> _Zones:
    # beyond the array there is no region either
    inner = (slice(1, -1),) * mask.ndim
    distance = ndimage.distance_transform_cdt(np.pad(mask, 1), "taxicab")[inner]
    neighbours = np.ones((3,) * levels.ndim, bool)
    of_level, of_zone = [], []
    for level in np.unique(levels[levels > 0]):
        poll()
        labels, count = ndimage.label(levels == level, neighbours)
        of_zone.append(np.asarray(ndimage.minimum(distance, labels, np.arange(1, count + 1))).astype(np.int64))
        of_level.append(np.full(count, level, np.int64))
    return np.concatenate(of_level), np.concatenate(of_zone), int(np.count_nonzero(levels))


def _values(of_level: np.ndarray, of_zone: np.ndarray, voxels: int) -> np.ndarray:
    present, rows = np.unique(of_level, return_inverse=True)
    distances, columns = np.unique(of_zone, return_inverse=True)
    shape = len(present), len(distances)
    matrix = np.bincount(rows * shape[1] + columns, minlength=shape[0] * shape[1]).reshape(shape)
    values = size_matrix_values(matrix[None], present, distances)[0]
    # the shared formula divides by the sum of all sizes, which are no voxels here
    values[_PERCENTAGE] = of_level.size / voxels
    return values
