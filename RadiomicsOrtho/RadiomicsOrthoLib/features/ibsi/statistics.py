"""Intensity-based statistics (manual 3.3, UHIW); excess kurtosis, no shift of the intensities."""

from __future__ import annotations

import math

import numpy as np

#: the part that the intensity histogram shares, by the same names
COMMON = ("mean", "var", "skew", "kurt", "median", "min", "p10", "p90", "max", "iqr", "range", "mad", "rmad", "medad",
          "cov", "qcod")
NAMES = tuple(f"stat_{name}" for name in (*COMMON, "energy", "rms"))


def common_statistics(values: np.ndarray) -> dict[str, float]:
    """``COMMON`` of values (voxels,), in their own unit; moments divide by the number of voxels."""
    values = values.astype(np.float64)
    p10, p25, median, p75, p90 = (float(p) for p in np.percentile(values, (10, 25, 50, 75, 90)))
    mean = float(values.mean())
    deviations = values - mean
    variance = float(np.mean(deviations ** 2))
    robust = values[(values >= p10) & (values <= p90)]
    low, high = float(values.min()), float(values.max())
    return {
        "mean": mean, "var": variance,
        # 0 where all values are equal, as the manual defines both
        "skew": float(np.mean(deviations ** 3)) / variance ** 1.5 if variance > 0 else 0.0,
        "kurt": float(np.mean(deviations ** 4)) / variance ** 2 - 3 if variance > 0 else 0.0,
        "median": median, "min": low, "p10": p10, "p90": p90, "max": high, "iqr": p75 - p25, "range": high - low,
        "mad": float(np.mean(np.abs(deviations))),
        "rmad": float(np.mean(np.abs(robust - robust.mean()))) if robust.size else math.nan,
        "medad": float(np.mean(np.abs(values - median))),
        "cov": math.sqrt(variance) / mean if mean != 0 else math.nan,
        "qcod": (p75 - p25) / (p75 + p25) if p75 + p25 != 0 else math.nan,
    }


def intensity_statistics(inside: np.ndarray) -> dict[str, float]:
    """``NAMES`` of the intensities (voxels,) of a region."""
    found = common_statistics(inside)
    squares = inside.astype(np.float64) ** 2
    found |= {"energy": float(squares.sum()), "rms": math.sqrt(float(squares.mean()))}
    return {f"stat_{name}": value for name, value in found.items()}
