"""From image types to filtered images on the ROI's bounding box."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from ...imaging.box import Box
from .settings import FilterSettings
from .voxels import Poll, Voxels

#: (name of the filtered image as pyradiomics writes it, values on the box)
Images = Iterator[tuple[str, np.ndarray]]


@dataclass(frozen=True)
class Region:
    """What a filter is asked for: values on ``box`` of ``voxels``, for a ROI ``mask`` on that box."""

    voxels: Voxels
    box: Box
    mask: np.ndarray
    spacing_kji: tuple[float, float, float]


@dataclass(frozen=True)
class FilterJob:
    """One filter run: ``images`` computes and yields its ``count`` images when it is called.

    ``effort`` says which of two runs takes longer.
    """

    image_type: str
    title: str
    images: Callable[[Poll], Images]
    count: int = 1
    effort: float = 0.0


def support(image_types: Iterable[str], settings: FilterSettings, spacing_kji: tuple[float, float, float],
            box_shape: tuple[int, int, int]) -> tuple[int, int, int]:
    """Voxels (k, j, i) around a box that some of the image types read."""
    margins = [0.0, 0.0, 0.0]

    def reach(distance: Iterable[float]) -> None:
        margins[:] = map(max, margins, distance)

    for image_type in image_types:
        if image_type == "LoG":
            from .laplacian_of_gaussian import margins_of

            for sigma in settings.log_sigma_mm:
                reach(margins_of(sigma, spacing_kji, box_shape))
        elif image_type == "Wavelet":
            from .wavelet import margin_of

            reach((margin_of(settings.wavelet, settings.wavelet_start_level + settings.wavelet_levels),) * 3)
        elif image_type == "Gradient":
            from .gradient import SUPPORT_VOXELS

            reach((SUPPORT_VOXELS,) * 3)
        elif image_type == "LBP2D":
            reach((math.ceil(settings.lbp2d_radius),) * 3)
        elif image_type == "LBP3D":
            from .local_binary_pattern_3d import margin_of as margin_on_sphere

            reach((margin_on_sphere(settings.lbp3d_radius),) * 3)
    return tuple(int(margin) for margin in margins)


def filter_jobs(image_type: str, region: Region, settings: FilterSettings, plane_dimension: int | None,
                largest: float, lbp2d_axis: int = 0) -> list[FilterJob]:
    """The runs that make the images of one type, in pyradiomics' order; nothing is computed yet.

    ``plane_dimension`` is the axis across the planes of a 2-D analysis (0 = k), or ``None``.
    ``largest`` is max |value| over the whole image, for the types that scale with it.
    ``lbp2d_axis`` is the axis across the planes of LBP2D, which has planes in a 3-D analysis too.
    """
    voxels, box, spacing = region.voxels, region.box, region.spacing_kji

    def one(name: str, compute: Callable[[Poll], np.ndarray], effort: float = 0.0) -> FilterJob:
        return FilterJob(image_type, name, lambda poll: iter([(name, compute(poll))]), effort=effort)

    if image_type == "Original":
        return [one("original", lambda poll: voxels.crop(box, poll))]
    if image_type == "LoG":
        from .laplacian_of_gaussian import laplacian_of_gaussian, log_is_possible, log_name

        def log(sigma: float, poll: Poll) -> np.ndarray:
            # where pyradiomics leaves the image out, it is there without a value
            if not log_is_possible(voxels.shape, spacing, sigma):
                return np.full(box.shape, np.nan)
            return laplacian_of_gaussian(voxels, box, spacing, sigma, poll)

        return [one(log_name(sigma), functools.partial(log, sigma), sigma) for sigma in settings.log_sigma_mm]
    if image_type == "Wavelet":
        from .wavelet import wavelet_images

        parts = 8 if plane_dimension is None else 4
        return [FilterJob(image_type, "wavelet", lambda poll: wavelet_images(
            voxels, box, settings.wavelet, settings.wavelet_start_level, settings.wavelet_levels,
            plane_dimension, poll), settings.wavelet_levels * (parts - 1) + 1, effort=2.0)]
    if image_type == "Gradient":
        from .gradient import gradient_magnitude

        return [one("gradient", lambda poll: gradient_magnitude(voxels, box, spacing, settings.gradient_use_spacing,
                                                                poll))]
    if image_type == "LBP2D":
        from .local_binary_pattern_2d import local_binary_pattern_2d

        return [one("lbp-2D", lambda poll: local_binary_pattern_2d(
            voxels, box, settings.lbp2d_radius, settings.lbp2d_samples, settings.lbp2d_method,
            lbp2d_axis, poll))]
    if image_type == "LBP3D":
        from .local_binary_pattern_3d import local_binary_pattern_3d

        return [FilterJob(image_type, "lbp-3D", lambda poll: iter(local_binary_pattern_3d(
            voxels, box, region.mask, settings.lbp3d_levels, settings.lbp3d_radius, settings.lbp3d_subdivisions,
            poll)), settings.lbp3d_levels + 1, effort=3.0)]
    from . import intensity

    change = {"Square": intensity.square, "SquareRoot": intensity.square_root, "Logarithm": intensity.logarithm,
              "Exponential": intensity.exponential}[image_type]
    return [one(image_type.lower(), lambda poll: change(voxels.crop(box, poll), largest))]
