"""Evenly spread directions, the rays along which a body's surface is sought."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

#: about 1.7 mm between neighbouring rays on a lumbar body
RAYS = 1800


@dataclass(frozen=True)
class Sphere:
    """Unit vectors (n, 3), the pairs (m, 2) of neighbours, and the triangles (t, 3) between them."""

    directions: np.ndarray
    edges: np.ndarray
    triangles: np.ndarray

    def smoothed(self, values: np.ndarray, share: float = 0.5) -> np.ndarray:
        """Values (n,) drawn towards the mean of their neighbours by ``share``."""
        n = len(self.directions)
        a, b = self.edges.T
        neighbours = np.bincount(a, values[b], n) + np.bincount(b, values[a], n)
        return (1 - share) * values + share * neighbours / np.bincount(self.edges.ravel(), minlength=n)

    def interpolated(self, values: np.ndarray, directions: np.ndarray) -> np.ndarray:
        """Values (n,) of the rays, at other unit vectors (…, 3), from the three nearest rays."""
        distance, nearest = _tree().query(directions, k=3)
        weight = 1.0 / (distance + 1e-4)
        return (values[nearest] * weight).sum(-1) / weight.sum(-1)


@cache
def sphere() -> Sphere:
    """The rays, on a Fibonacci spiral, joined by their convex hull."""
    from scipy.spatial import ConvexHull

    n = np.arange(RAYS) + 0.5
    polar, turn = np.arccos(1 - 2 * n / RAYS), np.pi * (1 + 5**0.5) * n
    directions = np.stack([np.cos(turn) * np.sin(polar), np.sin(turn) * np.sin(polar), np.cos(polar)], -1)
    triangles = ConvexHull(directions).simplices
    pairs = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]]), axis=1)
    return Sphere(directions, np.unique(pairs, axis=0), triangles)


@cache
def _tree():
    from scipy.spatial import cKDTree

    return cKDTree(sphere().directions)
