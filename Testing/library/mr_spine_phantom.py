"""A generated spine as MR shows it: the tissues of the CT phantom, each as bright as a sequence makes it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.image import BoneImage
from spine_phantom import AIR, ARCH, CANAL, CORTEX, DISC, FAT, MARROW, MUSCLE, SpinePhantom, spine_phantom

#: HU of the CT phantom → brightness, from air to cortex
TISSUES = (AIR, FAT, CANAL, MUSCLE, DISC, MARROW, ARCH, CORTEX)
WEIGHTINGS = {"T1": (4, 230, 40, 70, 75, 130, 30, 12), "T2": (4, 200, 260, 45, 140, 90, 25, 10)}


def mr_spine_phantom(weighting="T2", coil=0.8, noise=3.0, seed=5, **spine) -> SpinePhantom:
    """``coil`` is the natural logarithm by which the back is brighter than the belly, 70 mm away."""
    ct = spine_phantom(noise=0.0, marrow=MARROW, **{"sacrum": True, "sacral_tilt": 60.0, "lordosis_mm": 20.0, **spine})
    values = np.interp(ct.image.array, TISSUES, WEIGHTINGS[weighting]).astype(np.float32)
    front = ct.image.geometry.to_ras(np.stack([np.zeros(values.shape[1:]), *np.indices(values.shape[1:])], -1))[..., 1]
    values *= np.exp(-coil * (front - front.mean()) / 70.0).astype(np.float32)
    values += np.random.default_rng(seed).normal(0, noise, values.shape)
    image = BoneImage(np.abs(values).round().astype(np.int16), ct.image.geometry, "MR")
    return replace(ct, image=image)


def stored_sagittally(phantom: SpinePhantom) -> SpinePhantom:
    """The same scan with its slices along left-right, rows to the feet and columns to the back."""
    old = phantom.image.geometry
    turned = [np.ascontiguousarray(array.transpose(2, 0, 1)[::-1, ::-1, ::-1])
              for array in (phantom.image.array, phantom.labels)]
    k, j, i = old.shape
    corner = old.to_ras(np.array([k - 1, j - 1, i - 1]))
    axes = np.asarray(old.direction).reshape(3, 3)
    # new i runs along old -j, new j along old -k, new k along old -i
    direction = np.stack([-axes[:, 1], -axes[:, 2], -axes[:, 0]], axis=1)
    spacing = (old.spacing[1], old.spacing[2], old.spacing[0])
    geometry = Geometry(turned[0].shape, spacing, tuple(float(x) for x in corner), tuple(direction.ravel()))
    return replace(phantom, image=BoneImage(turned[0], geometry, "MR"), labels=turned[1])
