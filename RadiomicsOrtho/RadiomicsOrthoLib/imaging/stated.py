"""A scan with what a person says of it where its file does not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import InputError
from .image import BoneImage
from .modality import MODALITIES
from .planar import with_pixel_size
from .readers import read_image


@dataclass(frozen=True)
class StatedFacts:
    """What a person states; ``None`` where nothing is said.

    ``spacing_mm`` is the size (width, height) of a pixel of a 2-D image, ``pet_unit`` the unit of PET values.
    """

    modality: str | None = None
    spacing_mm: tuple[float, float] | None = None
    kvp: float | None = None
    contrast: bool | None = None
    field_strength_t: float | None = None
    sequence: str | None = None
    pet_unit: str | None = None


def read_stated_image(path: str | Path, series: str | None, facts: StatedFacts,
                      usual_modality: str = "unknown") -> BoneImage:
    """The scan at ``path`` with ``facts``; InputError where it cannot be read, or its file says otherwise.

    ``usual_modality`` is what it is taken for where neither the file nor a person says: that of a profile.  CT is
    never taken for granted: its values show whether they are HU.
    """
    image = read_image(path, series)
    if facts.modality:
        image = image.with_modality(facts.modality)
    elif image.modality == "unknown" and usual_modality in MODALITIES and usual_modality != "CT":
        image = image.with_modality(usual_modality, "profile")
    if facts.spacing_mm:
        image = with_pixel_size(image, facts.spacing_mm)
    if facts.pet_unit:
        image = _with_pet_unit(image, facts.pet_unit)
    return replace(image, acquisition=image.acquisition.with_stated(
        kvp=facts.kvp, contrast_agent=facts.contrast, field_strength_t=facts.field_strength_t,
        sequence=facts.sequence))


def _with_pet_unit(image: BoneImage, unit: str) -> BoneImage:
    if image.modality != "PT":
        raise InputError("--pet-unit is for PET scans; state --modality PT if this is one.")
    known = image.reading.value_unit
    if known not in (None, unit):
        raise InputError(f"The file states values in {known}; they cannot be stated as {unit}.")
    return replace(image, reading=replace(image.reading, value_unit=unit))
