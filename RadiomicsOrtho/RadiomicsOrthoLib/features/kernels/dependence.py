"""Grey-level dependences (GLDM): 14 features."""

from __future__ import annotations

import numpy as np

from .level_region import LevelRegion
from .size_matrix import size_matrix_values

#: in the order of ``size_matrix.FORMULAS``; ``None`` where pyradiomics has no feature, because the normalised
#: grey-level non-uniformity is first-order Uniformity and the percentage is always 1
_FORMULA_NAMES = ("SmallDependenceEmphasis", "LargeDependenceEmphasis", "GrayLevelNonUniformity", None,
                  "DependenceNonUniformity", "DependenceNonUniformityNormalized", None, "GrayLevelVariance",
                  "DependenceVariance", "DependenceEntropy", "LowGrayLevelEmphasis", "HighGrayLevelEmphasis",
                  "SmallDependenceLowGrayLevelEmphasis", "SmallDependenceHighGrayLevelEmphasis",
                  "LargeDependenceLowGrayLevelEmphasis", "LargeDependenceHighGrayLevelEmphasis")
NAMES = tuple(name for name in _FORMULA_NAMES if name is not None)


def dependence_features(region: LevelRegion, counts: np.ndarray) -> dict[str, float]:
    """Features of counts (levels, dependent neighbours); a voxel without dependent neighbours has the size 1."""
    region.check_size()
    values = size_matrix_values(counts[None], region.present, np.arange(1, counts.shape[1] + 1))[0].tolist()
    return {name: value for name, value in zip(_FORMULA_NAMES, values, strict=True) if name is not None}
