"""From the image types of a profile to IBSI-2's filters: names, reach and responses.

Names are built as pyradiomics builds them, so that a table reads alike under both definitions: ``log-sigma-1-5-mm-3D``,
``wavelet-LLH``, from the second level on ``wavelet2-LLH``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import product

import numpy as np

from ...errors import InputError
from ..filters.voxels import Poll
from ..profile import ExtractionProfile
from .response_maps import laplacian_of_gaussian, separable_wavelet

_UNEVEN_SPACING = 0.01
Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Filter:
    """A filter: ``respond(values, spacing_kji, poll)`` is its response on an array (k, j, i).

    It reads ``reach_mm`` around a voxel along k, j and i.
    """

    name: str
    reach_mm: Triple
    respond: Callable[[np.ndarray, Triple, Poll], np.ndarray]


def filters_of(profile: ExtractionProfile, spacing_kji: Triple) -> list[Filter]:
    """The filters that a profile asks for on a grid of this spacing (mm); ``Original`` is none.

    ``InputError`` where the voxels have sides of different length: IBSI-2 filters cubes, or squares in a slice.
    """
    wanted = [image_type for image_type in profile.image_types if image_type != "Original"]
    sides = spacing_kji[1:] if profile.ibsi.filter_dimension == "2D" else spacing_kji
    if wanted and max(sides) > (1 + _UNEVEN_SPACING) * min(sides):
        shown = " × ".join(f"{side:.3g}" for side in reversed(sides))
        raise InputError(f"The filters of the IBSI need voxels with sides of one length, not {shown} mm; give "
                         "resample_mm in the profile, or filter in slices (filter_dimension: 2D).")
    makers = {"LoG": _log_filters, "Wavelet": _wavelet_filters}
    return [made for image_type in wanted for made in makers[image_type](profile, spacing_kji)]


def _log_filters(profile: ExtractionProfile, spacing_kji: Triple) -> Iterator[Filter]:
    from ..filters.laplacian_of_gaussian import log_name

    options = profile.ibsi
    for sigma in profile.filters.log_sigma_mm:
        def respond(values: np.ndarray, spacing: Triple, poll: Poll, sigma_mm: float = sigma) -> np.ndarray:
            return laplacian_of_gaussian(values, spacing, sigma_mm, options.log_cutoff_sigmas, options.filter_boundary,
                                         options.filter_dimension == "2D", poll)

        reach = options.log_cutoff_sigmas * sigma
        yield Filter(log_name(sigma).replace("3D", options.filter_dimension),
                     _reach(profile, (reach,) * 3, spacing_kji), respond)


def _wavelet_filters(profile: ExtractionProfile, spacing_kji: Triple) -> Iterator[Filter]:
    import pywt

    options, filters = profile.ibsi, profile.filters
    directions = 2 if options.filter_dimension == "2D" else 3
    passes = ["".join(letters) for letters in product("LH", repeat=directions)]
    if options.wavelet_rotation_invariant:
        # turned, the passes along the axes change places
        passes = ["L" * (directions - high) + "H" * high for high in range(directions + 1)]
    taps = pywt.Wavelet(filters.wavelet).dec_len
    last = filters.wavelet_start_level + filters.wavelet_levels
    # level n reads 2^(n−1) times as far as the first
    voxels = (taps // 2 + 1) * (2 ** last - 1)
    reach = _reach(profile, tuple(voxels * side for side in spacing_kji), spacing_kji)
    for level in range(filters.wavelet_start_level + 1, last + 1):
        # as in pyradiomics the approximation comes last, and only of the last level
        for path in (*passes[1:], *(passes[:1] if level == last else ())):
            name = f"wavelet-{path}" if level == 1 else f"wavelet{level}-{path}"
            yield Filter(name, reach, partial(_wavelet_response, profile, path, level))


def _wavelet_response(profile: ExtractionProfile, passes: str, level: int, values: np.ndarray, _: Triple,
                      poll: Poll) -> np.ndarray:
    return separable_wavelet(values, profile.filters.wavelet, passes, level, profile.ibsi.filter_boundary,
                             profile.ibsi.wavelet_rotation_invariant, poll)


def _reach(profile: ExtractionProfile, reach_mm: Triple, spacing_kji: Triple) -> Triple:
    if profile.ibsi.filter_boundary == "periodic":
        # the opposite end of the image is next door
        return (math.inf,) * 3
    # a voxel more than the rounding of a kernel's size needs
    along_k = 0.0 if profile.ibsi.filter_dimension == "2D" else reach_mm[0] + spacing_kji[0]
    return along_k, reach_mm[1] + spacing_kji[1], reach_mm[2] + spacing_kji[2]
