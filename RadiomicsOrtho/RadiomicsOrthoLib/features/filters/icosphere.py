"""Points spread evenly over a sphere: an icosahedron whose edges are halved again and again."""

from __future__ import annotations

import itertools
import math

import numpy as np


def icosphere_vertices(subdivisions: int, radius: float) -> np.ndarray:
    """(n, 3) points on a sphere around 0: 12, 42, 162, … for 0, 1, 2 … subdivisions.

    Places and order are those of trimesh, which pyradiomics calls: the order in which 42
    numbers are summed shows in the last bits, and some points lie exactly on grid lines.
    """
    golden = (1 + math.sqrt(5)) / 2
    a, b = 1 / math.sqrt(1 + golden * golden), golden / math.sqrt(1 + golden * golden)
    vertices = np.array([[-a, b, 0], [a, b, 0], [-a, -b, 0], [a, -b, 0], [0, -a, b], [0, a, b],
                         [0, -a, -b], [0, a, -b], [b, 0, -a], [b, 0, a], [-b, 0, -a], [-b, 0, a]])
    near = np.linalg.norm(vertices[:, None] - vertices[None], axis=2) < 1.2  # an edge is 2a = 1.05 long
    faces = [face for face in itertools.combinations(range(12), 3)
             if all(near[p, q] for p, q in itertools.combinations(face, 2))]
    for _ in range(subdivisions):
        # one midpoint per edge, in the order of the edge's far end, then its near end
        edges = sorted({tuple(sorted(pair)) for face in faces for pair in itertools.combinations(face, 2)},
                       key=lambda edge: (edge[1], edge[0]))
        number = {edge: len(vertices) + n for n, edge in enumerate(edges)}
        vertices = np.vstack([vertices, vertices[np.array(edges)].mean(axis=1)])
        finer = []
        for p, q, r in faces:
            pq, qr, pr = (number[tuple(sorted(edge))] for edge in ((p, q), (q, r), (p, r)))
            finer += [(p, pq, pr), (pq, q, qr), (pr, qr, r), (pq, qr, pr)]
        faces = finer
        vertices = _on_sphere(vertices, radius)
    return vertices if subdivisions > 0 else _on_sphere(vertices, radius)


def _on_sphere(vertices: np.ndarray, radius: float) -> np.ndarray:
    length = np.sqrt(np.dot(vertices**2, [1, 1, 1]))
    return vertices + vertices / length[:, None] * (radius - length)[:, None]
