"""Intensity histogram (manual 3.4, ZVCW) and intensity-volume histogram (manual 3.5, P88C)."""

from __future__ import annotations

import math

import numpy as np

from .discretisation import grey_levels
from .settings import IbsiSettings
from .statistics import COMMON, common_statistics

HISTOGRAM_NAMES = tuple(f"ih_{name}" for name in (*COMMON, "mode", "entropy", "uniformity", "max_grad", "max_grad_g",
                                                   "min_grad", "min_grad_g"))
VOLUME_HISTOGRAM_NAMES = ("ivh_v10", "ivh_v90", "ivh_i10", "ivh_i90", "ivh_diff_v10_v90", "ivh_diff_i10_i90")


def intensity_histogram(levels: np.ndarray) -> dict[str, float]:
    """``HISTOGRAM_NAMES`` of grey levels (voxels,) from 1."""
    found = common_statistics(levels)
    counts = np.bincount(levels)[1:].astype(np.float64)
    numbers = np.arange(1, counts.size + 1)
    share = counts[counts > 0] / levels.size
    # of several modes the one nearest to the mean level, and of two as near the lower (manual, AMMC)
    modes = numbers[counts == counts.max()]
    gradient = np.gradient(counts) if counts.size > 1 else np.zeros(1)
    found |= {"mode": float(modes[np.argmin(np.abs(modes - found["mean"]))]),
              "entropy": float(-np.sum(share * np.log2(share))), "uniformity": float(np.sum(share ** 2)),
              "max_grad": float(gradient.max()), "max_grad_g": float(numbers[np.argmax(gradient)]),
              "min_grad": float(gradient.min()), "min_grad_g": float(numbers[np.argmin(gradient)])}
    return {f"ih_{name}": value for name, value in found.items()}


def intensity_volume_histogram(inside: np.ndarray, settings: IbsiSettings) -> dict[str, float]:
    """``VOLUME_HISTOGRAM_NAMES`` of the intensities (voxels,) of a region."""
    values, lowest, highest, step = _volume_histogram_levels(inside, settings)
    ordered = np.sort(values)
    grid = lowest + step * np.arange(round((highest - lowest) / step) + 1)
    # ν(i): share of voxels with at least intensity i; half a step below, so that rounding decides nothing
    volume = 1 - np.searchsorted(ordered, grid - step / 2) / ordered.size
    intensity = (grid - lowest) / (highest - lowest) if highest > lowest else np.ones(1)
    v10, v90 = (float(volume[np.argmax(intensity >= part - 1e-9)]) for part in (0.1, 0.9))
    i10, i90 = (_intensity_at(part, grid, volume, step) for part in (0.1, 0.9))
    return dict(zip(VOLUME_HISTOGRAM_NAMES, (v10, v90, i10, i90, v10 - v90, i10 - i90), strict=True))


def _intensity_at(part: float, grid: np.ndarray, volume: np.ndarray, step: float) -> float:
    """The lowest intensity that at most this part of the volume reaches (manual, GBPN)."""
    reached = np.flatnonzero(volume <= part + 1e-12)
    # one step above the range no voxel is left
    return float(grid[reached[0]]) if reached.size else float(grid[-1] + step)


def _volume_histogram_levels(inside: np.ndarray, settings: IbsiSettings) -> tuple[np.ndarray, float, float, float]:
    """Discretised intensities, the range G from lowest to highest, and its step (manual 3.5)."""
    rule = settings.ivh_discretisation
    lowest, highest = float(inside.min()), float(inside.max())
    if rule.method == "fixed-number":
        return grey_levels(inside, rule, None), 1.0, rule.value, 1.0
    if settings.range is not None:
        lowest = settings.range[0] if math.isfinite(settings.range[0]) else lowest
        highest = settings.range[1] if math.isfinite(settings.range[1]) else highest
    if rule.method == "none":
        return inside, lowest, highest, 1.0
    width = rule.value
    centres = lowest + (grey_levels(inside, rule, lowest) - 0.5) * width
    return centres, lowest + width / 2, highest - width / 2, width
