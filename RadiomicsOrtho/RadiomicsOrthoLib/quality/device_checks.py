"""Findings on radiographs, DXA and ultrasound images: their values depend on the device and its processing."""

from __future__ import annotations

from collections.abc import Iterator

from ..imaging.acquisition import ACQUISITION_FACTS
from ..imaging.image import BoneImage
from .finding import Finding

_DEVICE = ("manufacturer", "scanner_model", "software")


def check_device(image: BoneImage) -> Iterator[Finding]:
    """A note if device or software are unknown: results of different ones must not be pooled."""
    missing = [ACQUISITION_FACTS[name][0].lower() for name in _DEVICE if getattr(image.acquisition, name) is None]
    if missing:
        yield Finding("DEVICE_UNKNOWN", "note", f"The file does not state the {' and '.join(missing)}, on which "
                      "grey values depend.", "Keep images of different devices apart.")
