"""First-order statistics: 18 features of the values in a region."""

from __future__ import annotations

import math

import numpy as np

from .settings import DEFAULT_SETTINGS, TextureSettings
from .size_matrix import EPSILON

NAMES = ("Energy", "TotalEnergy", "Entropy", "Minimum", "10Percentile", "90Percentile", "Maximum", "Mean", "Median",
         "InterquartileRange", "Range", "MeanAbsoluteDeviation", "RobustMeanAbsoluteDeviation", "RootMeanSquared",
         "Skewness", "Kurtosis", "Variance", "Uniformity")
#: pyradiomics computes it only when it is asked for by name
DEPRECATED_NAMES = ("StandardDeviation",)


def firstorder_features(values: np.ndarray, level_counts: np.ndarray, voxel_volume_mm3: float,
                        settings: TextureSettings = DEFAULT_SETTINGS, deprecated: bool = False) -> dict[str, float]:
    """Features of the values (voxels,) of a region, in raster order.

    ``level_counts`` are the voxels in each grey level that occurs.  NumPy's pairwise sums are those of pyradiomics,
    so even what is left of a constant by rounding (Skewness of a flat region of a fraction) comes out equal.
    """
    values = values.astype(np.float64)
    energy = float(np.sum((values + settings.voxel_array_shift) ** 2))
    found = {"Energy": energy, "TotalEnergy": energy * voxel_volume_mm3}
    found |= _histogram_features(np.asarray(level_counts))
    ordered = np.sort(values)
    found |= _order_features(ordered)
    found["RobustMeanAbsoluteDeviation"] = _robust_deviation(ordered, found["10Percentile"], found["90Percentile"])
    found["RootMeanSquared"] = math.sqrt(energy / len(values))
    found |= _moment_features(values)
    if settings.definitions == "ibsi":
        # excess kurtosis: 0 for a normal distribution; a flat region has 0 by definition
        found["Kurtosis"] -= 3.0 if found["Variance"] > 0 else 0.0
    if deprecated:
        found["StandardDeviation"] = math.sqrt(found["Variance"])
    return {name: found[name] for name in NAMES + (DEPRECATED_NAMES if deprecated else ())}


def _histogram_features(level_counts: np.ndarray) -> dict[str, float]:
    share = level_counts / level_counts.sum()
    return {"Entropy": float(-np.sum(share * np.log2(share + EPSILON))), "Uniformity": float(np.sum(share ** 2))}


def _order_features(ordered: np.ndarray) -> dict[str, float]:
    p10, p25, p50, p75, p90 = (_percentile(ordered, q) for q in (10, 25, 50, 75, 90))
    lowest, highest = float(ordered[0]), float(ordered[-1])
    return {"Minimum": lowest, "Maximum": highest, "Range": highest - lowest, "10Percentile": p10,
            "90Percentile": p90, "Median": p50, "InterquartileRange": p75 - p25}


def _percentile(ordered: np.ndarray, percent: float) -> float:
    """``numpy.percentile`` (linear) of ascending values, rounded in the same order of operations.

    The robust deviation includes voxels that equal a percentile; a last bit would drop all of them.
    """
    place = percent / 100 * (len(ordered) - 1)
    below = math.floor(place)
    low, high = float(ordered[below]), float(ordered[min(below + 1, len(ordered) - 1)])
    share = place - below
    return high - (high - low) * (1 - share) if share >= 0.5 else low + (high - low) * share


def _robust_deviation(ordered: np.ndarray, p10: float, p90: float) -> float:
    inner = ordered[np.searchsorted(ordered, p10, "left"):np.searchsorted(ordered, p90, "right")]
    # two voxels have nothing between their 10th and 90th percentile
    return float(np.mean(np.abs(inner - np.mean(inner)))) if len(inner) else math.nan


def _moment_features(values: np.ndarray) -> dict[str, float]:
    mean = np.mean(values)
    deviations = values - mean
    squares = deviations * deviations
    variance = float(np.mean(squares))
    flat = variance == 0
    return {"Mean": float(mean), "Variance": variance, "MeanAbsoluteDeviation": float(np.mean(np.abs(deviations))),
            "Skewness": 0.0 if flat else float(np.mean(squares * deviations)) / variance ** 1.5,
            "Kurtosis": 0.0 if flat else float(np.mean(squares * squares)) / variance ** 2}
