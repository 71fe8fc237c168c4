"""Findings on a PET scan: are its values SUV, and whose?"""

from __future__ import annotations

from collections.abc import Iterator

from ..imaging.image import BoneImage
from ..imaging.suv import SUV
from .finding import Finding


def check_pet(image: BoneImage) -> Iterator[Finding]:
    """Findings on the unit of the values."""
    reading = image.reading
    if reading.value_unit == SUV:
        yield Finding("SUV", "note", f"Values are SUV by body weight: {reading.value_note or 'stated by the user'}.")
        return
    unit = f"in {reading.value_unit}" if reading.value_unit else "in a unit that the file does not state"
    reason = f" ({reading.value_note})" if reading.value_note else ""
    yield Finding("NOT_SUV", "warn", f"The values are {unit}{reason}; they cannot be compared between patients.",
                  "Load the DICOM series with dose, weight and times, or state that the values are SUV "
                  "(--pet-unit SUVbw on the command line).")
