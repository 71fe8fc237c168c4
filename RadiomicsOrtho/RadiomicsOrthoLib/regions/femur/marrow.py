"""From the shell of bone to the whole bone: marrow darker than bone is filled in."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from .nearness import bridged, within
from .patch import Patch

#: gaps of the cortex that are bridged, smallest first (mm, as a radius): only what is then enclosed is filled
_GAPS_MM = (1.5, 3.5, 6.0)
#: pits of the surface up to this radius (mm) are pores of a thin cortex, not its shape
_PORE_MM = 3.0
#: neighbours within one slice (k, j, i) with k the slice
_IN_PLANE = np.array([np.zeros((3, 3)), [[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.zeros((3, 3))], bool)


def filled(shell: np.ndarray, patch: Patch, gaps_mm: tuple[float, ...] = _GAPS_MM) -> np.ndarray:
    """``shell`` (k, j, i) with its marrow.

    Gaps of growing size are closed, and only the holes that this encloses in at least two
    of the three slice directions are taken, so that hollows of the surface stay outside.
    """
    found = ndimage.find_objects(shell.astype(np.uint8), max_label=1)[0]
    if found is None:
        return shell.copy()
    margin = int(np.ceil((max(gaps_mm) + 2) / patch.step))
    data = ndimage.find_objects(patch.inside.astype(np.uint8), max_label=1)[0]
    box = tuple(slice(max(part.start - 1, there.start), min(part.stop + 1, there.stop))
                for part, there in zip(found, data, strict=True))
    inside = patch.inside[box]
    bone = _with_caps(shell[box], margin, max(gaps_mm) / patch.step)
    shell_only = bone.copy()
    for gap in gaps_mm:
        radius = gap / patch.step
        closed = bridged(shell_only, radius) | bone
        holes = _enclosed(closed)
        if holes.any():
            # what was bridged belongs to the bone only where it borders the marrow
            bone |= ndimage.binary_dilation(holes, iterations=int(np.ceil(radius)) + 1, mask=closed)
    result = np.zeros_like(shell)
    result[box] = bone[(slice(margin, -margin),) * 3] & inside
    return result


def trimmed(filled_bone: np.ndarray, sure: np.ndarray, thickness_mm: float, patch: Patch) -> np.ndarray:
    """``filled_bone`` without the frayed edges that are thinner than ``thickness_mm`` and not ``sure`` bone."""
    radius = 0.5 * thickness_mm / patch.step
    # beyond the data the bone goes on; it must not be rounded off there
    solid = filled_bone | ~patch.inside
    core = ~within(~solid, radius)
    return (within(core, radius) & filled_bone) | (sure & filled_bone)


def without_blurred_rim(femur: np.ndarray, patch: Patch, soft_hu: float = 50.0, depth_mm: float = 2.0) -> np.ndarray:
    """``femur`` up to half the height between soft tissue and the densest bone within 2 mm.

    A fixed threshold lies outside of a thick cortex by half the blur, and on a thin one
    it does not; half the local height is right for both.  At most ``depth_mm`` is taken off.
    """
    values = np.nan_to_num(patch.values, nan=-1000.0)
    reach = 2 * int(np.ceil(2.0 / patch.step)) + 1
    half = 0.5 * (ndimage.maximum_filter(values, reach) + soft_hu)
    dim = values < half
    beyond = ~patch.inside
    femur = without_cavities(femur)
    kept = femur.copy()
    for _ in range(max(round(depth_mm / patch.step), 1)):
        # where the scan ends, no surface is
        rim = kept & ~ndimage.binary_erosion(kept | beyond, border_value=1)
        kept &= ~(rim & dim)
    # where the cortex is thinner than a voxel, marrow was taken off through it
    radius = _PORE_MM / patch.step
    return without_cavities(bridged(kept | beyond, radius) & femur)


def without_cavities(bone: np.ndarray) -> np.ndarray:
    """``bone`` (k, j, i) with every hollow that it encloses on all sides."""
    box = ndimage.find_objects(bone.astype(np.uint8), max_label=1)[0]
    if box is None:
        return bone.copy()
    outside, _ = ndimage.label(~np.pad(bone[box], 1))
    result = bone.copy()
    result[box] = (outside != outside[0, 0, 0])[1:-1, 1:-1, 1:-1]
    return result


def _with_caps(bone: np.ndarray, margin: int, radius: float) -> np.ndarray:
    """``bone`` in a frame of ``margin`` voxels; where it runs into a face, a solid cap keeps its marrow enclosed."""
    framed = np.pad(bone, margin)
    for axis in range(3):
        for end in (0, -1):
            face = np.take(bone, end, axis=axis)
            if face.any():
                cap = np.pad(_solid(face, radius), margin)
                planes = np.moveaxis(framed, axis, 0)
                planes[:margin] |= cap if end == 0 else False
                planes[-margin:] |= cap if end == -1 else False
    return framed


def _solid(face: np.ndarray, radius: float) -> np.ndarray:
    """A cut ring of bone (a plane) as a filled disc."""
    wide = int(np.ceil(radius)) + 1
    framed = np.pad(face, wide)
    near = ndimage.distance_transform_edt(~framed) <= radius
    closed = (ndimage.distance_transform_edt(near) > radius) | framed
    return ndimage.binary_fill_holes(closed)[wide:-wide, wide:-wide]


def _enclosed(closed: np.ndarray) -> np.ndarray:
    """Voxels in holes of the slices along at least two axes."""
    votes = np.zeros(closed.shape, np.uint8)
    for axis in range(3):
        labels, _ = ndimage.label(~closed, np.moveaxis(_IN_PLANE, 0, axis))
        open_labels = np.zeros(labels.max() + 1, bool)
        for other in {0, 1, 2} - {axis}:
            for end in (0, -1):
                open_labels[np.take(labels, end, axis=other)] = True
        open_labels[0] = True
        votes += ~open_labels[labels]
    return votes >= 2
