"""The size of a pixel of a 2-D DICOM image: at the bone, at the detector, or unknown.

A radiograph is a shadow, larger than the bone.  DICOM tells the two sizes apart (PS3.3 10.7,
Basic Pixel Spacing Calibration Macro): Imager Pixel Spacing is measured at the detector, Pixel
Spacing holds at the bone where it was calibrated, and may repeat the detector's where it was not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .dicom_header import numbers_of, text_of

if TYPE_CHECKING:
    from pydicom import Dataset

#: PS3.3 C.8.5.5.1.15: the unit of a region's physical deltas
_CENTIMETRES = 3
#: PS3.3 C.8.5.5.1.1: a region that shows the body in two dimensions
_TWO_DIMENSIONAL = 1


def pixel_size(header: Dataset, modality: str) -> tuple[tuple[float, float] | None, str]:
    """Pixel size (i, j) in mm, and who says so (``SPACING_SOURCES`` of ``reading``)."""
    if modality == "US":
        found = _ultrasound_regions(header) or _rows_columns(header, "PixelSpacing")
        return (found, "file") if found else (None, "missing")
    spacing, imager = _rows_columns(header, "PixelSpacing"), _rows_columns(header, "ImagerPixelSpacing")
    if modality in ("CT", "MR", "PT", "DXA") and spacing:
        return spacing, "file"
    if spacing:
        # without a statement, a size that differs from the detector's can only be a calibrated one
        calibrated = text_of(header, "PixelSpacingCalibrationType") or (imager and not np.allclose(spacing, imager))
        return spacing, "calibrated" if calibrated else "detector"
    at_detector = imager or _rows_columns(header, "NominalScannedPixelSpacing")
    return (at_detector, "detector") if at_detector else (None, "missing")


def _rows_columns(header: Dataset, keyword: str) -> tuple[float, float] | None:
    """DICOM's (between rows, between columns) as (i, j)."""
    found = numbers_of(header, keyword)
    if len(found) != 2 or not all(np.isfinite(found)) or min(found) <= 0:
        return None
    return found[1], found[0]


def _ultrasound_regions(header: Dataset) -> tuple[float, float] | None:
    """The scale that all two-dimensional regions of an ultrasound image share (PS3.3 C.8.5.5)."""
    scales = set()
    for region in header.get("SequenceOfUltrasoundRegions") or ():
        if numbers_of(region, "RegionSpatialFormat") != (_TWO_DIMENSIONAL,):
            continue
        units = numbers_of(region, "PhysicalUnitsXDirection") + numbers_of(region, "PhysicalUnitsYDirection")
        deltas = numbers_of(region, "PhysicalDeltaX") + numbers_of(region, "PhysicalDeltaY")
        if units != (_CENTIMETRES, _CENTIMETRES) or len(deltas) != 2 or 0 in deltas:
            return None
        scales.add(tuple(round(abs(delta) * 10, 6) for delta in deltas))
    return scales.pop() if len(scales) == 1 else None
