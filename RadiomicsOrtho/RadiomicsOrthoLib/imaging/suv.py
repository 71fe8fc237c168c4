"""PET values as standardised uptake values by body weight (SUVbw).

    SUVbw = activity concentration [Bq/mL] · body weight [g] / dose left when the scan began [Bq]

The steps are those of the vendor-neutral pseudo-code in QIBA's FDG-PET/CT profile (version 1.13, 2016,
appendix G) for Units (0054,1001) BQML, CNTS with Philips' private factor, and GML.  Where a fact that
they ask for is missing, the values stay what they are and are not called SUV.  Beyond them: the start
may have a date (Radiopharmaceutical Start DateTime), and Decay Correction ADMIN needs no decay, because
such values are corrected to the start of administration (DICOM PS3.3 C.8.9.1.1.5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from .dicom_header import numbers_of, text_of
from .image import BoneImage

if TYPE_CHECKING:
    from pydicom import Dataset

SUV = "SUVbw"
_UNITS = {"BQML": "Bq/mL", "CNTS": "counts", "GML": "g/mL", "PROPCNTS": "proportional counts", "CPS": "counts/s"}
#: smaller doses than a mouse is given: the file holds MBq where DICOM asks for Bq
_MIN_DOSE_BQ = 1e5
#: after so many half-lives nothing is left to measure: one of the times is wrong
_MAX_HALF_LIVES = 10


@dataclass(frozen=True)
class SuvFactor:
    """By what values are multiplied to be SUVbw, and how that was found."""

    factor: float
    how: str


def to_suv(image: BoneImage, headers: Sequence[Dataset]) -> BoneImage:
    """``image`` in SUVbw if the headers of its slices allow it, else in its own unit with the reason."""
    units = text_of(headers[0], "Units")
    try:
        found = suv_factor(headers)
    except ValueError as reason:
        return replace(image, reading=replace(image.reading, value_unit=_UNITS.get(units, units or None),
                                              value_note=f"not SUV: {reason}"))
    array = image.array if found.factor == 1.0 else image.array.astype(np.float32) * np.float32(found.factor)
    return replace(image, array=array, reading=replace(image.reading, value_unit=SUV, value_note=found.how))


def suv_factor(headers: Sequence[Dataset]) -> SuvFactor:
    """The factor for all slices of one PET series; ``ValueError`` with the reason where there is none.

    The rescale slope, which may differ from slice to slice, is applied to the values already.
    """
    first = headers[0]
    corrections = text_of(first, "CorrectedImage").split("\\")
    decay = text_of(first, "DecayCorrection")
    if "ATTN" not in corrections or "DECY" not in corrections or decay not in ("START", "ADMIN"):
        raise ValueError("the file does not state correction for attenuation and decay")
    units = text_of(first, "Units")
    if units == "GML":
        kind = text_of(first, "SUVType")
        if kind not in ("", "BW"):
            raise ValueError(f"the values are SUV by {kind}, not by body weight")
        return SuvFactor(1.0, "the file holds SUV by body weight")
    if units == "CNTS":
        private = _private_number(first, 0x7053, "Philips PET Private Group", 0x00)
        if not private or private <= 0:
            raise ValueError("the values are counts without a factor to SUV")
        return SuvFactor(private, "counts × the factor that Philips scanners write (7053,xx00)")
    if units != "BQML":
        raise ValueError(f"the values are {_UNITS.get(units, units) or 'in a unit that is not stated'}, not Bq/mL")
    dose, half_life, weight = _dose(first), _positive(_drug(first), "RadionuclideHalfLife", "half-life"), \
        _positive(first, "PatientWeight", "body weight")
    seconds = 0.0 if decay == "ADMIN" else _seconds_since_injection(headers)
    if not 0 <= seconds <= _MAX_HALF_LIVES * half_life:
        raise ValueError(f"the scan began {seconds / 60:.0f} min after the injection, which is not plausible")
    left = dose * 2.0 ** (-seconds / half_life)
    when = "at the injection" if decay == "ADMIN" else f"{seconds / 60:.1f} min after the injection"
    return SuvFactor(weight * 1000.0 / left, f"Bq/mL × body weight / dose left {when} (QIBA)")


def _drug(header: Dataset) -> Dataset:
    found = header.get("RadiopharmaceuticalInformationSequence") or ()
    if len(found) != 1:
        raise ValueError("the file does not state the injected drug")
    return found[0]


def _dose(header: Dataset) -> float:
    dose = _positive(_drug(header), "RadionuclideTotalDose", "injected dose")
    if dose < _MIN_DOSE_BQ:
        raise ValueError(f"an injected dose of {dose:g} Bq is not plausible; it may be in MBq")
    return dose


def _positive(header: Dataset, keyword: str, title: str) -> float:
    found = numbers_of(header, keyword)
    if len(found) != 1 or not (np.isfinite(found[0]) and found[0] > 0):
        raise ValueError(f"the file does not state the {title}")
    return found[0]


def _seconds_since_injection(headers: Sequence[Dataset]) -> float:
    scan = _scan_start(headers)
    drug = _drug(headers[0])
    stated = _moment(text_of(drug, "RadiopharmaceuticalStartDateTime"))
    if stated is not None:
        return (scan - stated).total_seconds()
    start = _moment(scan.strftime("%Y%m%d") + text_of(drug, "RadiopharmaceuticalStartTime"), time_needed=True)
    if start is None:
        raise ValueError("the file does not state the time of injection")
    if start > scan:
        # a time without a date: the injection was before midnight
        start -= timedelta(days=1)
    return (scan - start).total_seconds()


def _scan_start(headers: Sequence[Dataset]) -> datetime:
    """The moment to which the values are corrected for decay."""
    series = _moment(text_of(headers[0], "SeriesDate") + text_of(headers[0], "SeriesTime"), time_needed=True)
    acquired = [_moment(text_of(header, "AcquisitionDate") + text_of(header, "AcquisitionTime"), time_needed=True)
                for header in headers]
    if series is None or None in acquired:
        raise ValueError("the file does not state when the scan began")
    if series <= min(acquired):
        return series
    # a processed series has a later time of its own; General Electric keeps the first one
    kept = _moment(_private_text(headers[0], 0x0009, "GEMS_PETD_01", 0x0D))
    if kept is None:
        raise ValueError("the series was processed later, and when the scan began is not stated")
    return kept


def _moment(text: str, time_needed: bool = False) -> datetime | None:
    """A DICOM date and time (``YYYYMMDDHHMMSS.FFFFFF``); the zone is left out, all times of a scan share it."""
    digits = text.split("&", maxsplit=1)[0].split("+", maxsplit=1)[0].split(".", maxsplit=1)[0].strip()
    if len(digits) < (12 if time_needed else 14):
        return None
    try:
        return datetime.strptime(digits[:14].ljust(14, "0"), "%Y%m%d%H%M%S")
    except ValueError:
        return None


def _private_text(header: Dataset, group: int, creator: str, element: int) -> str:
    try:
        value = header.private_block(group, creator)[element].value
    except KeyError:
        return ""
    return value.decode("ascii", "replace").strip("\0 ") if isinstance(value, bytes) else str(value)


def _private_number(header: Dataset, group: int, creator: str, element: int) -> float | None:
    try:
        return float(_private_text(header, group, creator, element))
    except ValueError:
        return None
