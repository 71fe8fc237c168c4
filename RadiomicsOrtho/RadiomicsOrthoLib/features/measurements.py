"""Plain measurements of the voxels inside a ROI, on the scan's own grid.

They need no radiomics engine and no resampling: the mean HU of a published threshold is
the mean of the voxels themselves.  A name ends in its unit, so that HU never stand in one
column with the arbitrary values of MR.
"""

from __future__ import annotations

import numpy as np

from ..imaging.calibration.calibration import DensityCalibration
from ..imaging.calibration.unit import DENSITY_UNIT
from ..imaging.image import BoneImage
from ..imaging.suv import SUV
from ..regions.roi import Roi

_STATISTICS = {"mean": "Mean", "median": "Median", "sd": "Standard deviation", "p10": "10th percentile",
               "p90": "90th percentile"}
#: unit of the image -> (ending of the names, what is measured)
_ENDINGS = {"HU": ("hu", "attenuation"), SUV: ("suv", "SUV"), DENSITY_UNIT: ("mgcc", "density")}
_OTHER = ("intensity", "intensity")
#: name -> (title, unit)
MEASUREMENTS = {
    f"{name}_{ending}": (f"{title} {what}" if name in ("mean", "median") else title, unit)
    for unit, (ending, what) in (*_ENDINGS.items(), ("", _OTHER)) for name, title in _STATISTICS.items()
} | {
    "volume_ml": ("Volume", "mL"),
    "area_mm2": ("Area", "mm²"),
    "voxel_count": ("Voxels", ""),
}


def measure(image: BoneImage, roi: Roi, calibration: DensityCalibration | None = None) -> dict[str, float]:
    """Those entries of ``MEASUREMENTS`` that the image has, for a non-empty ROI on its grid.

    A 2-D image has an area in place of a volume, and none where the size of its pixels is unknown.  With
    ``calibration`` the values are densities, as those of ``calibrated(image, calibration)`` are.
    """
    box = roi.box.slices
    values = image.array[box][roi.mask[box]].astype(np.float64)
    if calibration and calibration.from_unit == image.unit:
        values = calibration.curve(values)
    p10, median, p90 = np.percentile(values, (10, 50, 90))
    found = {"mean": float(values.mean()), "median": float(median),
             "sd": float(values.std(ddof=1)) if values.size > 1 else 0.0, "p10": float(p10), "p90": float(p90)}
    ending, _ = _ENDINGS.get(DENSITY_UNIT if calibration else image.unit, _OTHER)
    entries = {f"{name}_{ending}": value for name, value in found.items()}
    if roi.geometry.plane_axis is None:
        entries["volume_ml"] = roi.volume_ml
    elif image.reading.knows_millimetres:
        entries["area_mm2"] = roi.area_mm2
    return entries | {"voxel_count": float(values.size)}
