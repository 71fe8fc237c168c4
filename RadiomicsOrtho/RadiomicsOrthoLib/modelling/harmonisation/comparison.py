"""How far scanners lie apart, before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Apart:
    """Of each feature the share of its variance that lies between scanners (η²), before and after.

    ``differing`` counts features whose ranks differ between scanners (Kruskal and Wallis, false discovery rate 0.05).
    """

    features: tuple[str, ...]
    before: np.ndarray
    after: np.ndarray
    differing: tuple[int, int]

    def most(self, count: int) -> list[int]:
        """The features that lay furthest apart."""
        return [int(place) for place in np.argsort(-self.before, kind="stable")[:count]]


def how_far_apart(before: np.ndarray, after: np.ndarray, batch: Sequence[str], features: Sequence[str]) -> Apart:
    """``before`` and ``after`` (n, features) of the same rows."""
    batch = np.asarray(batch)
    return Apart(tuple(features), between(before, batch), between(after, batch),
                 (differing(before, batch), differing(after, batch)))


def between(x: np.ndarray, batch: np.ndarray) -> np.ndarray:
    """The share of the variance of each column (n, features) that lies between the groups; 0 where nothing varies."""
    total = np.nansum((x - np.nanmean(x, axis=0)) ** 2, axis=0)
    inside = sum(np.nansum((x[batch == one] - np.nanmean(x[batch == one], axis=0)) ** 2, axis=0)
                 for one in np.unique(batch))
    return np.where(total > 0, 1 - inside / np.where(total > 0, total, 1), 0.0)


def differing(x: np.ndarray, batch: np.ndarray) -> int:
    from scipy.stats import false_discovery_control, kruskal

    p = []
    for column in x.T:
        groups = [part[np.isfinite(part)] for part in (column[batch == one] for one in np.unique(batch))]
        p.append(kruskal(*groups).pvalue if np.ptp(np.concatenate(groups)) > 0 else 1.0)
    return int((false_discovery_control(p) <= 0.05).sum())


def components(before: np.ndarray, after: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two axes in which the rows differ most before, with both tables seen along them, and their shares (2).

    The same axes for both, so that the pictures can be compared; missing values lie at their column's mean.
    """
    mean, spread = np.nanmean(before, axis=0), np.nanstd(before, axis=0)
    safe = np.where(spread > 0, spread, 1.0)
    first, second = (np.nan_to_num((x - mean) / safe) for x in (before, after))
    _, lengths, axes = np.linalg.svd(first, full_matrices=False)
    # the sign of an axis is free; the greatest part of it points up
    axes = axes[:2] * np.sign(axes[:2][np.arange(2), np.abs(axes[:2]).argmax(axis=1)])[:, np.newaxis]
    return first @ axes.T, second @ axes.T, lengths[:2] ** 2 / max((lengths**2).sum(), 1e-300)
