"""Grey-level run lengths (GLRLM): 16 features."""

from __future__ import annotations

import numpy as np

from .directions import step_lengths
from .level_region import LevelRegion
from .matrices import run_length_counts
from .settings import TextureSettings
from .size_matrix import size_matrix_values

#: in the order of ``size_matrix.FORMULAS``
NAMES = ("ShortRunEmphasis", "LongRunEmphasis", "GrayLevelNonUniformity", "GrayLevelNonUniformityNormalized",
         "RunLengthNonUniformity", "RunLengthNonUniformityNormalized", "RunPercentage", "GrayLevelVariance",
         "RunVariance", "RunEntropy", "LowGrayLevelRunEmphasis", "HighGrayLevelRunEmphasis",
         "ShortRunLowGrayLevelEmphasis", "ShortRunHighGrayLevelEmphasis", "LongRunLowGrayLevelEmphasis",
         "LongRunHighGrayLevelEmphasis")


def run_length_features(region: LevelRegion, settings: TextureSettings,
                        spacing_kji: tuple[float, float, float]) -> dict[str, float]:
    """Mean over the directions that hold runs, or the features of the summed matrix if the settings merge."""
    region.check_size()
    runs, directions = run_length_counts(region, settings.plane_dimension, settings.definitions == "ibsi")
    lengths = np.arange(1, runs.shape[2] + 1)
    if settings.merging_norm is not None:
        weights = step_lengths(directions, spacing_kji, settings.merging_norm)
        runs = np.tensordot(weights, runs, 1)[None]
    found = size_matrix_values(runs, region.present, lengths)
    found = found[~np.isnan(found[:, 0])]
    means = found.mean(0) if len(found) else np.full(len(NAMES), np.nan)
    features = dict(zip(NAMES, means.tolist(), strict=True))
    if len(runs) == 1 and len(found) == 0:
        # pyradiomics drops empty directions only if there are several; of one, it sums over no run lengths here
        features |= {"RunVariance": 0.0, "RunEntropy": 0.0}
    return features
