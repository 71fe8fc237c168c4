"""Plain measurements of the voxels inside a ROI, on the scan's own grid.

They need no radiomics engine and no resampling: the mean HU of a published threshold is
the mean of the voxels themselves.
"""

from __future__ import annotations

import numpy as np

from ..imaging.image import BoneImage
from ..regions.roi import Roi

#: name -> (title, unit); the unit of intensities is the image's own (HU on CT)
MEASUREMENTS = {
    "mean_hu": ("Mean attenuation", "HU"),
    "median_hu": ("Median attenuation", "HU"),
    "sd_hu": ("Standard deviation", "HU"),
    "p10_hu": ("10th percentile", "HU"),
    "p90_hu": ("90th percentile", "HU"),
    "volume_ml": ("Volume", "mL"),
    "voxel_count": ("Voxels", ""),
}


def measure(image: BoneImage, roi: Roi) -> dict[str, float]:
    """Every entry of ``MEASUREMENTS`` for a non-empty ROI on the image's grid."""
    values = image.array[roi.mask].astype(np.float64)
    p10, median, p90 = np.percentile(values, (10, 50, 90))
    return {
        "mean_hu": float(values.mean()),
        "median_hu": float(median),
        "sd_hu": float(values.std(ddof=1)) if values.size > 1 else 0.0,
        "p10_hu": float(p10),
        "p90_hu": float(p90),
        "volume_ml": roi.volume_ml,
        "voxel_count": float(values.size),
    }
