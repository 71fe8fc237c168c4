"""From shares of body and core to single bodies, in order from foot to head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...imaging.geometry import Geometry
from ...imaging.image import BoneImage
from ...long_work import Cancelled, Progress
from .grid import VOXEL_MM, NetworkGrid, from_network, network_grid, scan_box, to_network
from .network import body_and_core

#: a lumbar or lower thoracic body of an adult has some 15 to 60 mL; a child's or a squashed one less
SMALLEST_BODY_ML = 4.0
SMALLEST_CORE_ML = 0.4
#: from centre to centre; lumbar and lower thoracic bodies of adults are 30 to 45 mm apart
MOST_STEP_MM = 60.0


@dataclass(frozen=True)
class Body:
    """One vertebral body: its mask (k, j, i) on the scan's grid, and whether the scan cuts it."""

    mask: np.ndarray
    cut: bool
    sureness: float
    """Of the model the mean share of body in the mask's voxels, 0.5 to 1; of one click the score of its edges.

    No probability of being right.
    """


def find_bodies(image: BoneImage, progress: Progress, cancelled: Cancelled) -> list[Body]:
    """All bodies that the model sees on a lumbar MR, from foot to head; empty where it sees none."""
    directions = np.asarray(image.geometry.direction, float).reshape(3, 3).T[::-1]
    grid = network_grid(image.array.shape, image.geometry.spacing_kji, directions)
    body, core = body_and_core(to_network(image.array, grid), progress, cancelled)
    return longest_row(bodies_from_shares(body, core, grid), image.geometry)


def longest_row(bodies: Sequence[Body], geometry: Geometry) -> list[Body]:
    """Of bodies in order those that follow each other without a gap: what lies apart, as in the pelvis, is none."""
    rows: list[list[Body]] = []
    last = None
    for body in bodies:
        centre = geometry.to_ras(np.argwhere(body.mask)).mean(axis=0)
        if last is None or np.linalg.norm(centre - last) > MOST_STEP_MM:
            rows.append([])
        rows[-1].append(body)
        last = centre
    return max(rows, key=len, default=[])


def bodies_from_shares(body: np.ndarray, core: np.ndarray, grid: NetworkGrid) -> list[Body]:
    """Bodies on the scan's grid from the shares (lr, si, ap) on the network's.

    The core parts two bodies that touch: every body voxel belongs to the core that is nearest to it.
    """
    from scipy import ndimage

    voxel_ml = VOXEL_MM ** 3 / 1000
    cores, count = ndimage.label(core > 0.5)
    sizes = ndimage.sum_labels(core > 0.5, cores, np.arange(1, count + 1)) * voxel_ml
    kept = [n + 1 for n in range(count) if sizes[n] >= SMALLEST_CORE_ML]
    if not kept:
        return []
    nearest = ndimage.distance_transform_edt(~np.isin(cores, kept), return_distances=False, return_indices=True)
    owner = cores[tuple(nearest)]
    found = []
    for value in kept:
        mine = owner == value
        coarse = mine & (body > 0.5)
        if np.count_nonzero(coarse) * voxel_ml < SMALLEST_BODY_ML:
            continue
        box = scan_box(ndimage.find_objects(coarse.astype(np.uint8))[0], grid)
        share = from_network(body, grid, box)
        # one half on the way between two owners: the border runs smoothly between coarse voxels
        part = _largest_part((share > 0.5) & (from_network(mine, grid, box) > 0.5))
        part = ndimage.binary_fill_holes(part)
        mask = grid.empty_mask()
        grid.turned(mask)[box] = part
        height = box[1].start + ndimage.center_of_mass(part)[1]
        found.append((height, Body(mask, _is_cut(part, box, grid), round(float(share[part].mean()), 3))))
    return [body for _, body in sorted(found, key=lambda pair: pair[0])]


def _largest_part(mask: np.ndarray) -> np.ndarray:
    from scipy import ndimage

    parts, count = ndimage.label(mask)
    if count < 2:
        return mask
    return parts == 1 + int(np.argmax(np.bincount(parts.ravel())[1:]))


def _is_cut(part: np.ndarray, box: tuple[slice, ...], grid: NetworkGrid) -> bool:
    """Touches the upper, lower, front or rear face; at the sides a sagittal stack often ends within bodies."""
    for axis in (1, 2):
        lowest, highest = part.take(0, axis), part.take(-1, axis)
        if (box[axis].start == 0 and lowest.any()) or (box[axis].stop == grid.shape[axis] and highest.any()):
            return True
    return False
