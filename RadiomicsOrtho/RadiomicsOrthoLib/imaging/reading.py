"""How the numbers in a file became an image: what was taken from it, changed, or missing."""

from __future__ import annotations

from dataclasses import dataclass

from .geometry import Geometry

MODALITY_SOURCES = ("file", "stated", "profile", "name")
#: file: as the format defines it; calibrated: at the bone; detector: at the detector or film, so enlarged
SPACING_SOURCES = ("file", "calibrated", "detector", "stated", "missing")


@dataclass(frozen=True)
class Reading:
    """What a reader did; the quality gate turns it into findings.

    modality_from, spacing_from
        Who says so: one of ``MODALITY_SOURCES`` and ``SPACING_SOURCES``.
    value_unit
        Unit of PET values (``SUVbw``, ``Bq/mL``, …); ``None`` where the file does not say.
    value_note
        How PET values became that unit, or why they are no SUV.
    inverted
        Dark and bright were exchanged, so that more is brighter (DICOM MONOCHROME1, TIFF WhiteIsZero).
    lossy
        The file states lossy compression.
    file_grid
        The grid on which the file is shown elsewhere, if it is another one (a calibrated or stated pixel size): masks
        may lie on it.
    """

    modality_from: str = "file"
    spacing_from: str = "file"
    value_unit: str | None = None
    value_note: str = ""
    inverted: bool = False
    lossy: bool = False
    file_grid: Geometry | None = None

    def __post_init__(self) -> None:
        if self.modality_from not in MODALITY_SOURCES:
            raise ValueError(f"modality_from must be one of {MODALITY_SOURCES}, not {self.modality_from!r}")
        if self.spacing_from not in SPACING_SOURCES:
            raise ValueError(f"spacing_from must be one of {SPACING_SOURCES}, not {self.spacing_from!r}")

    @property
    def knows_millimetres(self) -> bool:
        return self.spacing_from != "missing"

    def to_dict(self) -> dict[str, object]:
        """For provenance: what is not simply as the file says."""
        usual = Reading()
        return {name: getattr(self, name) for name in ("modality_from", "spacing_from", "value_unit", "value_note",
                                                       "inverted", "lossy")
                if getattr(self, name) != getattr(usual, name)}
