"""Findings on 2-D images: the size of a pixel, and grey values at the end of their scale."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..imaging.image import BoneImage
from ..imaging.modality import TITLES
from ..regions.roi import Roi
from .finding import Finding

#: modalities that are shadows or echoes on a grey scale of their own, not slices
FLAT_MODALITIES = ("XR", "DXA", "US")
#: a larger part of a region at the end of the grey scale has lost its texture
MAX_SATURATED_SHARE = 0.01


def check_pixel_size(image: BoneImage) -> Iterator[Finding]:
    """Findings on who says how large a pixel is."""
    source = image.reading.spacing_from
    i, j = image.spacing[:2]
    size = f"{i:.4g} × {j:.4g} mm"
    if source == "missing":
        yield Finding("NO_PIXEL_SIZE", "warn", "The file does not state the size of a pixel, so nothing can be "
                      "measured in mm.", "Load the DICOM image, or state the size (--spacing on the command line, "
                      "Volumes in Slicer).")
    elif source == "detector":
        yield Finding("SIZE_AT_DETECTOR", "warn", f"The pixel size of {size} holds at the detector or film, not at the "
                      "bone, which is smaller than its shadow.", "If a marker of known size was imaged, state the "
                      "calibrated size (--spacing on the command line, Volumes in Slicer).")
    elif source == "stated":
        yield Finding("PIXEL_SIZE_STATED", "note", f"The pixel size of {size} was stated by the user.")
    elif source == "file" and (i, j) == (1.0, 1.0) and image.modality in FLAT_MODALITIES:
        yield Finding("PIXEL_SIZE_DOUBTFUL", "warn", "The file states pixels of exactly 1 × 1 mm, which converters "
                      "write where they know no size.", "State the true size (--spacing on the command line, "
                      "Volumes in Slicer).")


def check_saturation(image: BoneImage, roi: Roi) -> Iterator[Finding]:
    """A warning if part of the region lies at the darkest or brightest value of the whole image."""
    if image.modality not in FLAT_MODALITIES:
        return
    values = image.array[roi.mask]
    ends = float(np.mean((values <= image.array.min()) | (values >= image.array.max())))
    if ends > MAX_SATURATED_SHARE:
        yield Finding("SATURATED", "warn", f"{ends:.0%} of the region are as dark or as bright as this "
                      f"{TITLES[image.modality]} can be; texture is lost there.",
                      "Leave labels and burnt-out parts out of the region, or use another image.")
