"""How noisy is a scan round a region?

Measured as the global noise level of Christianson, Winslow, Frush, Samei, AJR 2015;205:W93-W99: the most frequent
standard deviation of small neighbourhoods in soft tissue.  Theirs is of a whole CT; this is of a region's
surroundings, and on MR, where the paper has nothing, of tissue about as bright as the region.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import ndimage

from ..imaging.image import BoneImage
from ..regions.roi import Roi
from .finding import Finding

#: above this, noise spreads one value over several bins of the 25 HU that are usual in radiomics (this project's own)
NOISY_HU = 35.0
#: soft tissue, as in the paper
SOFT_TISSUE_HU = (0.0, 100.0)
#: a neighbourhood with a voxel beyond these holds an edge to lung or bone
_EDGE_HU = (-300.0, 400.0)
#: on MR: noise against the region's median, and which tissue counts as about as bright (shares; this project's own)
NOISY_SHARE = 0.15
LIKE_REGION = (0.5, 2.0)
#: width of a neighbourhood in the slice (three voxels at least), and how far round the region it is looked for
WIDTH_MM = {"CT": 6.0, "MR": 0.0}
SURROUNDINGS_MM = 30.0
#: fewer neighbourhoods say nothing
MIN_PLACES = 500
_BINS = 400


def noise_hu(image: BoneImage, roi: Roi) -> float | None:
    """SD of noise in HU in the soft tissue round ``roi`` of a CT; ``None`` where there is too little of it."""
    values = np.clip(_round_region(image, roi), -1024.0, 3071.0)
    size = _neighbourhood(roi, WIDTH_MM["CT"])
    mean = ndimage.uniform_filter(values, size)
    soft = (mean > SOFT_TISSUE_HU[0]) & (mean < SOFT_TISSUE_HU[1]) \
        & (ndimage.minimum_filter(values, size) > _EDGE_HU[0]) & (ndimage.maximum_filter(values, size) < _EDGE_HU[1])
    return _usual_spread(values, mean, size, soft, 200.0)


def noise_share(image: BoneImage, roi: Roi) -> float | None:
    """The same of an MR as a share of the region's median; ``None`` where it cannot be told."""
    box = roi.box_slices()
    median = float(np.median(image.array[box][roi.mask[box]]))
    if median <= 0:
        return None
    values = _round_region(image, roi) / np.float32(median)
    size = _neighbourhood(roi, WIDTH_MM["MR"])
    mean = ndimage.uniform_filter(values, size)
    return _usual_spread(values, mean, size, (mean > LIKE_REGION[0]) & (mean < LIKE_REGION[1]), 1.0)


def _round_region(image: BoneImage, roi: Roi) -> np.ndarray:
    """Values (k, j, i) of the region and its surroundings, float32, finite."""
    box = tuple(slice(max(part.start - int(SURROUNDINGS_MM / s), 0), part.stop + int(SURROUNDINGS_MM / s))
                for part, s in zip(roi.box_slices(), roi.geometry.spacing_kji, strict=True))
    return np.nan_to_num(image.array[box].astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)


def _neighbourhood(roi: Roi, width_mm: float) -> list[int]:
    """Its size in voxels (k, j, i): in the slice only, as tissue changes across thick ones."""
    spacing = roi.geometry.spacing_kji
    across = int(np.argmax(spacing)) if roi.geometry.plane_axis is None else roi.geometry.plane_axis
    return [1 if axis == across else max(3, round(width_mm / s)) for axis, s in enumerate(spacing)]


def _usual_spread(values: np.ndarray, mean: np.ndarray, size: list[int], places: np.ndarray,
                  highest: float) -> float | None:
    """The most frequent SD of neighbourhoods at ``places``; ``None`` if there are too few."""
    if np.count_nonzero(places) < MIN_PLACES:
        return None
    count = float(np.prod(size))
    variance = (ndimage.uniform_filter(values * values, size)[places] - mean[places] ** 2) * count / (count - 1)
    frequency, edges = np.histogram(np.sqrt(np.maximum(variance, 0.0)), bins=_BINS, range=(0.0, highest))
    place = int(ndimage.gaussian_filter1d(frequency.astype(float), 2.0).argmax())
    return float((edges[place] + edges[place + 1]) / 2)


def check_noise(image: BoneImage, roi: Roi, is_ct: bool) -> Iterator[Finding]:
    """A warning if noise decides texture."""
    if is_ct:
        noise = noise_hu(image, roi)
        if noise is not None and noise > NOISY_HU:
            yield Finding("NOISY_SCAN", "warn", f"The scan is noisy near the region (SD {noise:.0f} HU in soft "
                          "tissue); texture shows the noise more than the bone.", "Rely on the mean only, or use a "
                          "reconstruction with thicker slices or a softer kernel.")
    elif image.modality == "MR":
        share = noise_share(image, roi)
        if share is not None and share > NOISY_SHARE:
            yield Finding("NOISY_SCAN", "warn", f"The scan is noisy near the region (SD {share:.0%} of the region's "
                          "signal); texture shows the noise more than the bone.", "Rely on the mean only, or use a "
                          "sequence with more signal.")
