"""Femur and acetabulum apart: the head's surface where they face each other, a watershed where they meet."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ...imaging.sitk import simpleitk
from .directions import unit
from .patch import Patch
from .surface import HeadSurface

#: bone against muscle, vessels and marrow fat, with the partial volume of thin cortex
BONE_HU = 160.0
#: within this of the head's surface the two bones can touch (mm)
_JOINT_REACH_MM = 25.0
#: bone this far outside the head's surface, and not towards the neck, is pelvis (mm)
_PELVIS_GAP_MM = 3.5
#: cosine to the neck's direction below which the head, not the neck, is met
_HEAD_SIDE = 0.3
_FEMUR, _PELVIS, _NEITHER = 1, 2, 3


def neck_direction(patch: Patch, surface: HeadSurface, side: str) -> np.ndarray:
    """Unit vector (RAS) from the head's centre into the neck: the middle of the bone just outside the head.

    Looked for laterally and not upwards, where the roof of the acetabulum is.
    """
    lateral = 1.0 if side == "right" else -1.0
    centre, radius = surface.sphere.centre, surface.sphere.radius
    reach = np.arange(radius + 5, radius + 13.1, 1.0)
    density = np.clip(patch.sample(centre + surface.directions[:, None, :] * reach[None, :, None]) - 100, 0, 500)
    density = np.nan_to_num(density).mean(axis=1)
    allowed = (surface.directions[:, 0] * lateral > 0.35) & (surface.directions[:, 2] < 0.3)
    # hip extended, mean anteversion: outwards, downwards and a little backwards
    axis = unit(np.array([0.8 * lateral, -0.2, -0.55]))
    for cosine in (0.35, 0.6, 0.7, 0.75, 0.75, 0.75):
        weight = density * allowed * (surface.directions @ axis > cosine)
        if weight.sum() <= 0:
            break
        axis = unit(weight @ surface.directions)
    return axis


def separate(patch: Patch, surface: HeadSurface, neck: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(femur, femur with thin cortex, inside of the head): masks (k, j, i), the marrow below the head not filled.

    ``patch`` is the smoothed scan; ``neck`` the unit vector from the head into the neck.
    """
    values = np.nan_to_num(patch.values, nan=-1000.0)
    bone = values > BONE_HU
    box, rho, towards_neck, edge = _joint_box(patch, surface, neck)
    labels = _joint_labels(values[box], bone[box], rho, towards_neck, edge)
    pelvis = np.zeros_like(bone)
    pelvis[box] = labels == _PELVIS
    femur = bone & ~pelvis
    head = (rho < edge - 1.0) & (rho < surface.sphere.radius + 2)
    head &= ((towards_neck < 0.75) | (rho < 0.8 * surface.sphere.radius)) & ~np.isnan(patch.values[box])
    femur[box] |= head
    core = np.zeros_like(bone)
    core[box] = head
    # thin bridges (capsule, calcified labrum) must not pull the pelvis along
    femur[box] &= ~((towards_neck < _HEAD_SIDE) & (rho > edge))
    femur = connected_to(femur, patch.to_kji(surface.sphere.centre))
    pelvic_side = pelvis.copy()
    pelvic_side[box] |= (towards_neck < _HEAD_SIDE) & (rho > edge - 0.5)
    return femur, _with_thin_cortex(femur, values, pelvic_side, patch.step), core


def _joint_box(patch: Patch, surface: HeadSurface, neck: np.ndarray):
    """The box round the joint, and in it: distance from the head's centre, cosine to the neck, surface distance."""
    reach = surface.sphere.radius + _JOINT_REACH_MM
    centre = patch.to_kji(surface.sphere.centre)
    half = reach / patch.step
    box = tuple(slice(max(int(c - half), 0), min(int(c + half) + 2, size))
                for c, size in zip(centre, patch.values.shape, strict=True))
    offsets = [part[tuple(slice(None) if size == 1 else cut for size, cut in zip(part.shape, box, strict=True))]
               for part in patch.offsets_from(surface.sphere.centre)]
    r, a, s = np.broadcast_arrays(*offsets)
    vectors = np.stack([r, a, s], axis=-1)
    rho = np.linalg.norm(vectors, axis=-1)
    directed = vectors / np.maximum(rho, 1e-3)[..., None]
    edge = np.full(rho.shape, surface.sphere.radius, np.float32)
    near = (rho > 5) & (rho < reach)
    edge[near] = surface.radius_towards(directed[near])
    return box, rho, directed @ neck.astype(np.float32), edge


def _joint_labels(values: np.ndarray, bone: np.ndarray, rho: np.ndarray, towards_neck: np.ndarray,
                  edge: np.ndarray) -> np.ndarray:
    """Watershed on the HU turned upside down, with a ridge on the head's surface."""
    sitk = simpleitk()
    markers = np.zeros(values.shape, np.uint8)
    head = rho < edge - 2.5
    markers[~bone & ~head] = _NEITHER
    markers[bone & (towards_neck < _HEAD_SIDE) & (rho > edge + _PELVIS_GAP_MM)] = _PELVIS
    # towards the neck everything near the neck's line is femur
    markers[bone & (towards_neck > 0.75)] = _FEMUR
    markers[head] = _FEMUR
    relief = -np.clip(values, -100, 900)
    ridge = np.clip((0.65 - towards_neck) / 0.25, 0, 1)
    relief = relief + 500 * ridge * np.exp(-0.5 * ((rho - edge - 0.8) / 1.2) ** 2)
    labels = sitk.MorphologicalWatershedFromMarkers(sitk.GetImageFromArray(relief.astype(np.float32)),
                                                    sitk.GetImageFromArray(markers), False, False)
    return sitk.GetArrayFromImage(labels)


def soft_tissue_limit(values: np.ndarray) -> float:
    """HU (100 to ``BONE_HU``) above which a voxel is no muscle: its mode plus 3.5 times the noise below it."""
    muscle = values[(values > -20) & (values < 120)]
    if muscle.size < 1000:
        return BONE_HU
    counts = np.histogram(muscle, bins=70, range=(-20, 120))[0]
    mode = -20 + 2 * (np.argmax(ndimage.gaussian_filter1d(counts.astype(float), 2)) + 0.5)
    # above the mode lie partly filled bone voxels, below it only noise and a little fat
    below = muscle[(muscle < mode) & (muscle > mode - 60)]
    noise = float(np.sqrt(np.mean((below - mode) ** 2)))
    return float(np.clip(mode + 3.5 * noise, 100, BONE_HU))


def _with_thin_cortex(femur: np.ndarray, values: np.ndarray, forbidden: np.ndarray, step: float) -> np.ndarray:
    """``femur`` with the neighbouring voxels that are brighter than soft tissue.

    Thin cortex in thick slices stays below ``BONE_HU``, for centimetres in old age; it is
    followed up to 12 mm from sure bone.
    """
    limit = soft_tissue_limit(values)
    if limit >= BONE_HU:
        return femur
    weak = (values > limit) & ~forbidden
    return ndimage.binary_dilation(femur, iterations=int(12 / step), mask=weak) | femur


def connected_to(mask: np.ndarray, kji: np.ndarray, opening: int = 1) -> np.ndarray:
    """The part of ``mask`` that hangs together with the voxel at ``kji``, bridges of one voxel cut."""
    seed = tuple(np.clip(np.round(kji).astype(int), 0, np.array(mask.shape) - 1))
    opened = ndimage.binary_opening(mask, iterations=opening) if opening else mask.copy()
    near = tuple(slice(max(n - 3, 0), n + 4) for n in seed)
    opened[near] |= mask[near]
    labels, _ = ndimage.label(opened)
    if labels[seed] == 0:
        return np.zeros_like(mask)
    part = labels == labels[seed]
    if opening:
        part = ndimage.binary_dilation(part, iterations=opening, mask=mask)
    return part
