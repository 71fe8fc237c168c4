"""The sagittal picture of the spine round a point, in which bodies are upright rectangles with a dark rim."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...imaging.geometry import Geometry
from .contrast import LogField
from .grid import network_grid

#: pixel of the picture (mm)
PIXEL_MM = 1.0
#: the picture is the mean over this much to either side (mm): discs and endplates stay, vessels and noise go
SLAB_MM = (-6.0, -3.0, 0.0, 3.0, 6.0)
#: half the length over which a change of brightness is taken (mm)
REACH_MM = 1.5
#: a change of the logarithm by this much over twice the reach is a full edge
FULL_EDGE = 0.5
#: a rim that is brighter than the body (fat-suppressed scans, cerebrospinal fluid) counts this much of a darker one
BRIGHT_RIM = 0.2
#: an edge belongs to the body if its inner side is as bright as the body, within this spread of the logarithm; another
#: brightness counts this much, because marrow varies
ALIKE, STRANGE_EDGE = 0.2, 0.12


def scan_axes(geometry: Geometry) -> np.ndarray:
    """(3, 3) with the rows right, front, up (unit vectors, RAS) along the scan's own axes."""
    directions = np.asarray(geometry.direction, float).reshape(3, 3).T[::-1]
    grid = network_grid(geometry.shape, geometry.spacing_kji, directions)
    right, up, back = (directions[axis] * (-1 if flip else 1)
                       for axis, flip in zip(grid.order, grid.flipped, strict=True))
    return np.stack([right, -back, up])


def tilted(axes: np.ndarray, tilt: float) -> np.ndarray:
    """Axes (right, front, up) turned about the first: up leans to the front by ``tilt`` (radians)."""
    right, front, up = axes
    return np.stack([right, np.cos(tilt) * front - np.sin(tilt) * up, np.sin(tilt) * front + np.cos(tilt) * up])


@dataclass(frozen=True)
class Picture:
    """Brightness (up, front) of ``PIXEL_MM`` pixels about ``centre`` (RAS mm) in the plane of ``axes``."""

    values: np.ndarray
    centre: np.ndarray
    axes: np.ndarray

    @classmethod
    def of(cls, field: LogField, centre: np.ndarray, axes: np.ndarray, half_mm: float) -> Picture:
        steps = np.arange(-half_mm, half_mm + 1e-6, PIXEL_MM)
        plane = centre + steps[:, None, None] * axes[2] + steps[:, None] * axes[1]
        offsets = np.asarray(SLAB_MM)[:, None, None, None] * axes[0]
        positions = plane + offsets
        seen = field.inside(positions)[..., None]
        # a stack may end within the slab
        weight = seen if seen.any() else np.ones_like(seen)
        values = (field(positions)[..., None] * weight).sum(0)[..., 0] / np.maximum(weight.sum(0)[..., 0], 1)
        return cls(values, centre, axes)

    def edges(self, brightness: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Edges (0 to 1, each like ``values``) towards up, down, front and rear of a body of that brightness."""
        reach = round(REACH_MM / PIXEL_MM + 0.25)
        found = []
        for axis in (0, 1):
            padded = np.pad(self.values, [(reach, reach) if n == axis else (0, 0) for n in range(2)], mode="edge")
            length = padded.shape[axis]
            before, after = padded.take(range(length - 2 * reach), axis), padded.take(range(2 * reach, length), axis)
            found += [edge(before, after, brightness), edge(after, before, brightness)]
        return tuple(found)


def edge(inner: np.ndarray, outer: np.ndarray, brightness: float,
         bright_rim: np.ndarray | float = BRIGHT_RIM) -> np.ndarray:
    """Strength of an edge, 0 to 1, from the brightness on its two sides, twice the reach apart."""
    drop = inner - outer
    alike = STRANGE_EDGE + (1 - STRANGE_EDGE) * np.exp(-(((inner - brightness) / ALIKE) ** 2))
    return alike * np.clip(np.maximum(drop, -bright_rim * drop) / FULL_EDGE, 0.0, 1.0)
