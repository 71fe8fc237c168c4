"""The optimal surface of a body: of all surfaces near its template the one with the strongest edge, by one minimum cut.

Method: Li, Wu, Chen, Sonka, IEEE Trans Pattern Anal Mach Intell 2006;28:119-134 (optimal surface segmentation as a
minimum closure): each ray is a column of nodes, and neighbouring rays may differ by a bounded step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..sampling import HuField
from .sphere import sphere
from .template import BodyTemplate

#: where the surface may lie against the template, and in which steps (mm)
INWARD_MM, OUTWARD_MM, LEVEL_MM = 7.0, 6.0, 0.5
#: neighbouring rays may differ by this many levels (about 40°, as in the bowl of a biconcave fracture), and each
#: level costs this much
MAX_JUMP, JUMP_COST = 3, 0.015
#: an edge counts up to this slope (HU/mm), so that cortex against lung is worth no more than against muscle
FULL_EDGE = 60.0
#: HU window of edges: what lies below is all outside (or the surface leaks to the pleura), what lies above all cortex
EDGE_WINDOW_HU = (20.0, 500.0)
#: half the length over which a slope is taken: half a voxel, but no less than this (mm)
EDGE_REACH_MM = 1.0
#: cost of lying far from the template, of soft tissue inside, and where marrow ends and soft tissue begins
FAR_COST, SOFT_COST, MARROW_HU = 0.15, 0.02, 140.0
#: the strongest outward slope of a blurred thin shell lies outside the bone's edge, by this share of a voxel
BLUR_SHARE = 0.48
#: beside a wall the marrow is brighter than what lies outside (HU): the more a thin shell (HU·mm) is blurred, the more
#: that step is the edge, and it stays where it is
OUTSIDE_HU, SHELL = 40.0, 400.0
#: beside a disc as thin as this many voxels no edge is that of one endplate; from the other on each has its own
HIDDEN_DISC, PLAIN_DISC = 0.6, 1.2
#: costs are whole numbers in the cut
SCALE = 10_000
_FORBIDDEN = 2**28


@dataclass(frozen=True)
class BodySurface:
    """A body's surface: the distance (rays,) in mm along each ray, and the slope (rays,) in HU/mm found there."""

    template: BodyTemplate
    radii: np.ndarray
    edge: np.ndarray

    @property
    def volume_ml(self) -> float:
        """Volume within the surface."""
        return float(4 / 3 * np.pi * np.mean(self.radii**3) / 1000.0)

    def points(self) -> np.ndarray:
        """Where the rays meet the surface: RAS mm (rays, 3)."""
        return self.template.centre + self.template.rays() * self.radii[:, None]

    def contains(self, positions: np.ndarray) -> np.ndarray:
        """True (…) where RAS positions (…, 3) lie within the surface."""
        distance = np.linalg.norm(positions - self.template.centre, axis=-1)
        inside = distance < self.radii.min()
        # only worked out where it is not plain from the distance alone
        unsure = ~inside & (distance <= self.radii.max())
        inside[unsure] = self.depth_share(positions[unsure]) <= 1.0
        return inside

    def depth_share(self, positions: np.ndarray) -> np.ndarray:
        """Distance from the centre as a share of the surface's distance in that direction (…): up to 1 inside."""
        local = (positions - self.template.centre) @ self.template.frame.T
        distance = np.linalg.norm(local, axis=-1)
        directions = local / np.maximum(distance, 1e-6)[..., None]
        return distance / sphere().interpolated(self.radii, directions)


def optimal_surface(field: HuField, template: BodyTemplate) -> BodySurface:
    """The body's surface near its template."""
    offsets = np.arange(-INWARD_MM, OUTWARD_MM + 1e-6, LEVEL_MM)
    distance = np.maximum(template.radii[:, None] + offsets, 2.0)
    positions = template.centre + template.rays()[:, None] * distance[..., None]
    voxel = np.linalg.norm(template.normals @ np.asarray(field.geometry.direction).reshape(3, 3)
                           * np.asarray(field.geometry.spacing), axis=-1)
    slope = _outward_drop(field, positions, template.normals, np.maximum(EDGE_REACH_MM, voxel / 2))
    # a ray that meets the surface obliquely crosses the blur at a slant
    slant = np.clip((template.rays() * template.normals).sum(-1), 0.4, 1.0)
    blur = BLUR_SHARE * voxel
    blur = np.where(template.is_wall, _beside_a_step(blur, _marrow(field, template) - OUTSIDE_HU), blur) / slant
    # the walls of a template are edges as the scan shows them, its endplates are where the bone ends
    expected = np.where(template.is_wall, 0.0, blur)[:, None]
    seen = _resolved(template, voxel)[:, None]
    edge = -seen * np.clip(slope, 0.0, FULL_EDGE) / FULL_EDGE + FAR_COST * ((offsets - expected) / 6.0) ** 2
    soft = seen * SOFT_COST * LEVEL_MM / 0.5 * np.clip((MARROW_HU - field(positions)) / 100.0, -1.0, 1.0)
    cost = edge + np.cumsum(soft, axis=1) - soft
    for cap in template.caps:
        cost = cost + (offsets > expected + 0.25) * 3.0 * np.clip(cap.height(positions) + 0.5, 0.0, 1.0)
    level = minimum_closure(cost)
    radii = template.radii + offsets[level] - blur
    found = np.take_along_axis(slope, level[:, None], axis=1)[:, 0]
    return BodySurface(template, sphere().smoothed(np.maximum(radii, 1.0)), found)


def _marrow(field: HuField, template: BodyTemplate) -> float:
    """HU of the middle of a body."""
    return float(np.median(field(template.centre + 0.5 * template.rays() * template.radii[:, None])))


def _beside_a_step(blur: np.ndarray, step: float) -> np.ndarray:
    """How far (mm) outside a thin shell of ``SHELL`` on the edge of a step (HU) the steepest slope is seen.

    The slope of both through a Gaussian of SD s is (step + SHELL x / s²) exp(-x² / 2s²); ``blur`` is where it is
    steepest without a step, s itself.
    """
    less = blur * max(step, 0.0) / (2 * SHELL)
    return blur * (np.sqrt(1 + less**2) - less)


def _resolved(template: BodyTemplate, voxel: np.ndarray) -> np.ndarray:
    """How far (rays,), 0 to 1, the edge at an endplate can be told from that across the disc."""
    ends = template.centre + template.rays() * template.radii[:, None]
    room = np.min([np.full(len(voxel), np.inf), *(-cap.height(ends) for cap in template.caps)], axis=0)
    seen = np.clip((2 * room / voxel - HIDDEN_DISC) / (PLAIN_DISC - HIDDEN_DISC), 0.0, 1.0)
    return np.where(template.is_wall, 1.0, seen)


def _outward_drop(field: HuField, positions: np.ndarray, normals: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """HU lost per mm in the direction of the normals, over ``reach`` mm (rays,) to both sides."""
    step = (reach[:, None] * normals)[:, None]
    inner, outer = (np.clip(field(positions + sign * step), *EDGE_WINDOW_HU) for sign in (-1, 1))
    return (inner - outer) / (2 * reach[:, None])


def minimum_closure(cost: np.ndarray) -> np.ndarray:
    """The level (rays,) on each ray with the least sum of ``cost`` (rays, levels).

    Neighbouring rays are at most ``MAX_JUMP`` levels apart.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import breadth_first_order, maximum_flow

    rays, levels = cost.shape
    nodes = rays * levels
    whole = np.rint((cost - cost.min()) * SCALE).astype(np.int64)
    weight = np.diff(whole, axis=1, prepend=0)
    # the lowest level is always inside
    weight[:, 0] = -_FORBIDDEN
    ids = np.arange(nodes, dtype=np.int32).reshape(rays, levels)
    source, sink = nodes, nodes + 1
    starts, ends, capacities = [], [], []

    def arcs(start: np.ndarray, end: np.ndarray, capacity: np.ndarray | int) -> None:
        starts.append(start.ravel())
        ends.append(end.ravel())
        capacities.append(np.broadcast_to(capacity, start.shape).ravel())

    a, b = sphere().edges.T
    arcs(ids[:, 1:], ids[:, :-1], _FORBIDDEN)
    for one, other in ((a, b), (b, a)):
        arcs(ids[one][:, MAX_JUMP:], ids[other][:, :-MAX_JUMP], _FORBIDDEN)
        arcs(ids[one], ids[other], int(JUMP_COST * SCALE))
    flat, node = weight.ravel(), ids.ravel()
    arcs(np.full(np.count_nonzero(flat < 0), source), node[flat < 0], -flat[flat < 0])
    arcs(node[flat > 0], np.full(np.count_nonzero(flat > 0), sink), flat[flat > 0])
    graph = csr_matrix((np.concatenate(capacities).astype(np.int32),
                        (np.concatenate(starts), np.concatenate(ends))), shape=(nodes + 2, nodes + 2))
    flow = maximum_flow(graph, source, sink).flow
    left = graph - flow
    left.data = (left.data > 0).astype(np.int32)
    left.eliminate_zeros()
    inside = np.zeros(nodes + 2, bool)
    inside[breadth_first_order(left, source, return_predecessors=False)] = True
    return np.clip(inside[:nodes].reshape(rays, levels).sum(axis=1) - 1, 0, levels - 1)
