"""What a model asks of a case: facts of the scan and of the region, from the scan itself or from provenance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..imaging.image import BoneImage
from ..regions.roi import Roi


@dataclass(frozen=True)
class ScanFacts:
    """``unit`` is that of the values, ``spacing`` in mm, ``kvp`` in kV (``None``: unknown); a 2-D image ``is_flat``."""

    modality: str
    unit: str
    is_flat: bool
    spacing: tuple[float, float, float]
    kvp: float | None

    @classmethod
    def of(cls, image: BoneImage) -> ScanFacts:
        return cls(image.modality, image.unit, image.geometry.plane_axis is not None, image.spacing,
                   image.acquisition.kvp)

    @classmethod
    def from_provenance(cls, provenance: Mapping) -> ScanFacts:
        """From what was written beside features (``KeyError`` where it is no such document)."""
        image = provenance["image"]
        return cls(image["modality"], image["unit"], 1 in image["size_ijk"], tuple(image["spacing_mm"]),
                   provenance["acquisition"]["known"].get("kvp"))


@dataclass(frozen=True)
class RegionFacts:
    """Anatomy of the region that was measured."""

    site: str
    level: str | None
    compartment: str

    @classmethod
    def of(cls, roi: Roi) -> RegionFacts:
        return cls(roi.site, roi.level, roi.compartment)

    @classmethod
    def from_provenance(cls, provenance: Mapping) -> RegionFacts:
        roi = provenance["roi"]
        return cls(roi["site"], roi["level"], roi["compartment"])
