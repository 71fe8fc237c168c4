"""Neighbouring grey level dependences (manual 3.11, REK0): pyradiomics' GLDM, three features more."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..filters.voxels import Poll
from ..kernels.directions import half_directions
from ..kernels.level_region import LevelRegion
from ..kernels.matrices import neighbour_counts
from ..kernels.size_matrix import FORMULAS, size_matrix_values

#: in the order of ``size_matrix.FORMULAS``, and the energy
NAMES = ("lde", "hde", "glnu", "glnu_norm", "dcnu", "dcnu_norm", "dc_perc", "gl_var", "dc_var", "dc_entr", "lgce",
         "hgce", "ldlge", "ldhge", "hdlge", "hdhge", "dc_energy")
_PERCENTAGE = FORMULAS.index("percentage")


def dependence_features(region: LevelRegion, dimensionalities: Sequence[str], alpha: int = 0,
                        poll: Poll = lambda: None) -> dict[str, float]:
    """``ngl_<name>_<dimensionality>``; distance 1, coarseness ``alpha`` (grey levels)."""
    region.check_size()
    found: dict[str, float] = {}
    for dimensionality in dimensionalities:
        poll()
        plane = None if dimensionality == "3D" else 0
        # 2.5D adds the dependences of all slices, which neighbours within slices do by themselves
        parts = region.slices(0) if dimensionality == "2D" else [region]
        values = np.mean([_values(part, plane, alpha) for part in parts], axis=0)
        found |= {f"ngl_{name}_{dimensionality}": float(value) for name, value in zip(NAMES, values, strict=True)}
    return found


def _values(region: LevelRegion, plane_dimension: int | None, alpha: int) -> np.ndarray:
    directions = half_directions(region.box_shape, plane_dimension=plane_dimension)
    counts = neighbour_counts(region, directions, alpha)[0]
    values = size_matrix_values(counts[None], region.present, np.arange(1, counts.shape[1] + 1))[0]
    # every voxel has one dependence; the shared formula divides by the sum of all sizes, which are no voxels here
    values[_PERCENTAGE] = 1.0
    return np.append(values, np.sum((counts / counts.sum()) ** 2))
