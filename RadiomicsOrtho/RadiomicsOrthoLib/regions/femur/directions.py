"""Evenly spread directions on the sphere, and who neighbours whom."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.spatial import cKDTree


@lru_cache(maxsize=8)
def directions(count: int) -> np.ndarray:
    """``count`` unit vectors (count, 3) in RAS on a Fibonacci lattice."""
    index = np.arange(count) + 0.5
    polar = np.arccos(1 - 2 * index / count)
    azimuth = np.pi * (1 + 5**0.5) * index
    vectors = np.stack([np.cos(azimuth) * np.sin(polar), np.sin(azimuth) * np.sin(polar), np.cos(polar)], 1)
    vectors.setflags(write=False)
    return vectors


@lru_cache(maxsize=8)
def neighbour_pairs(count: int, nearest: int = 6) -> np.ndarray:
    """Pairs (m, 2) of neighbouring directions, each pair once."""
    vectors = directions(count)
    _, found = cKDTree(vectors).query(vectors, k=nearest + 1)
    pairs = np.stack([np.repeat(np.arange(count), nearest), found[:, 1:].ravel()], 1)
    pairs = np.unique(np.sort(pairs, axis=1), axis=0)
    pairs.setflags(write=False)
    return pairs


@lru_cache(maxsize=8)
def nearest_directions(count: int, nearest: int) -> np.ndarray:
    """Of each direction the ``nearest`` ones, itself first: indices (n, nearest)."""
    vectors = directions(count)
    _, found = cKDTree(vectors).query(vectors, k=nearest)
    found.setflags(write=False)
    return found


def unit(vector: np.ndarray) -> np.ndarray:
    """``vector`` (…, 3) scaled to length 1."""
    vector = np.asarray(vector, float)
    return vector / np.maximum(np.linalg.norm(vector, axis=-1, keepdims=True), 1e-12)


def perpendicular(axis: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two unit vectors that make a right-handed frame with the unit vector ``axis``."""
    helper = np.array([1.0, 0.0, 0.0]) if abs(axis[0]) < 0.8 else np.array([0.0, 1.0, 0.0])
    first = unit(np.cross(axis, helper))
    return first, np.cross(axis, first)


def angle_degrees(a: np.ndarray, b: np.ndarray) -> float:
    """The angle between two vectors, 0 to 180 degrees."""
    return float(np.degrees(np.arccos(np.clip(np.dot(unit(a), unit(b)), -1.0, 1.0))))
