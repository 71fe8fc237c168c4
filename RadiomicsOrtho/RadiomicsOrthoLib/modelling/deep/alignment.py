"""Features of one network in the axes of another's: filters have no order, and each training turns them anew.

Orthogonal Procrustes (Schönemann 1966, doi:10.1007/BF02289451): the rotation that brings the features of the same boxes
closest together.  Nothing is stretched, so that no network looks surer than it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Rotation:
    """``matrix`` (p, p) from features (n, p) less ``mean`` (p) to the other network's, plus ``target`` (p).

    ``agreement`` is the correlation of both over all features of the boxes that it was found on.
    """

    mean: np.ndarray
    matrix: np.ndarray
    target: np.ndarray
    agreement: float

    def __call__(self, features: np.ndarray) -> np.ndarray:
        return (features - self.mean) @ self.matrix + self.target


def rotation(features: np.ndarray, others: np.ndarray) -> Rotation:
    """From ``features`` (n, p) to ``others`` (n, p), of the same boxes by two networks."""
    mean, target = features.mean(axis=0), others.mean(axis=0)
    left, _, right = np.linalg.svd((features - mean).T @ (others - target))
    matrix = left @ right
    turned = (features - mean) @ matrix
    both = np.linalg.norm(turned) * np.linalg.norm(others - target)
    return Rotation(mean, matrix, target, float((turned * (others - target)).sum() / both) if both > 0 else 0.0)
