"""Gradient magnitude, as ITK's GradientMagnitudeImageFilter: central differences in mm."""

from __future__ import annotations

import numpy as np

from ...imaging.box import Box
from .voxels import Poll, Voxels

#: a central difference reads one neighbour
SUPPORT_VOXELS = 1


def gradient_magnitude(voxels: Voxels, box: Box, spacing_kji: tuple[float, float, float], use_spacing: bool,
                       poll: Poll) -> np.ndarray:
    """|∇x| per mm (per voxel without ``use_spacing``) on ``box``, float32 (float64 for float64 images).

    At the image's border the edge voxel is repeated.
    """
    import SimpleITK as sitk

    outer = box.grown(SUPPORT_VOXELS, voxels.shape)
    image = sitk.GetImageFromArray(np.ascontiguousarray(voxels.crop(outer, poll)))
    image.SetSpacing(tuple(float(s) for s in spacing_kji[::-1]))
    poll()
    # the view holds no reference to the image: the image needs a name of its own
    response = sitk.GradientMagnitude(image, useImageSpacing=use_spacing)
    return sitk.GetArrayViewFromImage(response)[box.within(outer).slices].copy()
