"""Neighbouring grey-tone differences (NGTDM): 5 features (Amadasun and King 1989, doi:10.1109/21.44046)."""

from __future__ import annotations

import numpy as np

from .compiled import kernel
from .level_region import LevelRegion
from .settings import TextureSettings

NAMES = ("Coarseness", "Contrast", "Busyness", "Complexity", "Strength")
#: pyradiomics' value where no voxel differs from its neighbours
COARSENESS_OF_A_FLAT_REGION = 1e6


def neighbourhood_features(region: LevelRegion, differences: np.ndarray, alone: np.ndarray,
                           settings: TextureSettings) -> dict[str, float]:
    """Features of the sums of differences and the numbers of voxels without a neighbour, both (levels,).

    IBSI, and pyradiomics' documentation, leave out voxels without a neighbour; pyradiomics' code counts them.
    """
    region.check_size()
    counts, levels = region.counts, region.present.astype(np.float64)
    if settings.definitions == "ibsi":
        left = counts > alone
        counts, levels, differences = (counts - alone)[left], levels[left], differences[left]
        if len(counts) == 0:
            return dict.fromkeys(NAMES, np.nan)
    voxels = float(counts.sum())
    share = counts / voxels
    weighted = float((share * differences).sum())
    total = float(differences.sum())
    contrast, busyness, complexity, strength = _pair_sums(levels, share, differences)
    pairs = len(levels) * (len(levels) - 1)
    values = (1.0 / weighted if weighted != 0 else COARSENESS_OF_A_FLAT_REGION,
              contrast * total / voxels / pairs if pairs else 0.0,
              weighted / busyness if busyness != 0 else 0.0,
              complexity / voxels,
              strength / total if total != 0 else 0.0)
    return dict(zip(NAMES, values, strict=True))


@kernel
def _pair_sums(levels, share, differences):
    """Sums over all ordered pairs of levels that occur."""
    contrast, busyness, complexity, strength = 0.0, 0.0, 0.0, 0.0
    for a in range(levels.size):
        for b in range(levels.size):
            step = levels[a] - levels[b]
            both = share[a] + share[b]
            contrast += share[a] * share[b] * step * step
            # these two products are rounded before they are subtracted, as in pyradiomics: whether the sum is
            # exactly 0 decides the feature
            busyness += abs(levels[a] * share[a] - levels[b] * share[b])
            complexity += abs(step) * (share[a] * differences[a] + share[b] * differences[b]) / both
            strength += both * step * step
    return contrast, busyness, complexity, strength
