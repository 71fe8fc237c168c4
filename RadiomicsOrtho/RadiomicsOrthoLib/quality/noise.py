"""How noisy is a CT round a region?

Measured as the global noise level of Christianson, Winslow, Frush, Samei, AJR 2015;205:W93-W99: the most frequent
standard deviation of small neighbourhoods in soft tissue.  Theirs is of a whole scan; this is of a region's
surroundings.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import ndimage

from ..imaging.image import BoneImage
from ..regions.roi import Roi
from ..regions.trabecular import bounding_box
from .finding import Finding

#: above this, noise spreads one value over several bins of the 25 HU that are usual in radiomics (this project's own)
NOISY_HU = 35.0
#: soft tissue, as in the paper
SOFT_TISSUE_HU = (0.0, 100.0)
#: width of a neighbourhood, in the slice, and how far round the region it is looked for
WIDTH_MM = 6.0
SURROUNDINGS_MM = 30.0
#: a neighbourhood with a voxel beyond these holds an edge to lung or bone
_EDGE_HU = (-300.0, 400.0)
#: fewer neighbourhoods say nothing
MIN_PLACES = 500
_BIN_HU = 0.5


def noise_hu(image: BoneImage, roi: Roi) -> float | None:
    """SD of noise in HU in the soft tissue round ``roi``; ``None`` where there is too little of it."""
    spacing = roi.geometry.spacing_kji
    box = tuple(slice(max(part.start - int(SURROUNDINGS_MM / s), 0), part.stop + int(SURROUNDINGS_MM / s))
                for part, s in zip(bounding_box(roi.mask), spacing, strict=True))
    values = np.clip(np.nan_to_num(image.array[box].astype(np.float32), nan=-1024.0), -1024.0, 3071.0)
    across = int(np.argmax(spacing)) if roi.geometry.plane_axis is None else roi.geometry.plane_axis
    # neighbourhoods lie in the slices: across them the tissue changes
    size = [1 if axis == across else max(3, round(WIDTH_MM / s)) for axis, s in enumerate(spacing)]
    count = float(np.prod(size))
    mean = ndimage.uniform_filter(values, size)
    variance = (ndimage.uniform_filter(values * values, size) - mean * mean) * count / (count - 1)
    soft = (mean > SOFT_TISSUE_HU[0]) & (mean < SOFT_TISSUE_HU[1]) \
        & (ndimage.minimum_filter(values, size) > _EDGE_HU[0]) & (ndimage.maximum_filter(values, size) < _EDGE_HU[1])
    if np.count_nonzero(soft) < MIN_PLACES:
        return None
    spread = np.sqrt(np.maximum(variance[soft], 0.0))
    frequency, edges = np.histogram(spread, bins=np.arange(0.0, 200.0, _BIN_HU))
    return float(edges[ndimage.gaussian_filter1d(frequency.astype(float), 2.0).argmax()] + _BIN_HU / 2)


def check_noise(image: BoneImage, roi: Roi) -> Iterator[Finding]:
    """A warning if noise decides texture."""
    noise = noise_hu(image, roi)
    if noise is not None and noise > NOISY_HU:
        yield Finding("NOISY_SCAN", "warn", f"The scan is noisy near the region (SD {noise:.0f} HU in soft tissue); "
                      "texture shows the noise more than the bone.", "Rely on the mean only, or use a reconstruction "
                      "with thicker slices or a softer kernel.")
