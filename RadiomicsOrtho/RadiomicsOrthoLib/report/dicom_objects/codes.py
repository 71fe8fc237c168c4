"""Coded concepts of the DICOM objects: standard ones where they exist, else this project's own, 99RADORTHO.

Standard codes are taken by name from the dictionaries of pydicom (DICOM PS3.16, SNOMED CT, LOINC, UCUM).  Own codes
have values of at most 16 characters and are documented in docs/report.md.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from ...features.ibsi.identifiers import title_of

if TYPE_CHECKING:
    from highdicom.sr.coding import CodedConcept

OWN_SCHEME = "99RADORTHO"
OWN_SCHEME_NAME = "RadiomicsOrtho, codes that no standard has"
#: a code's meaning holds at most this many characters (PS3.5, LO)
LONGEST_MEANING = 64
_PARTS = {"whole-body": "RO-WHOLE", "trabecular": "RO-TRABECULAR", "axial-ellipse": "RO-ELLIPSE",
          "mid-slab": "RO-SLAB", "femoral-head": "RO-HEAD", "femoral-neck": "RO-NECK",
          "trochanteric": "RO-TROCHANTER", "intertrochanteric": "RO-INTERTROCH", "cortical": "RO-CORTICAL",
          "csf": "RO-CSF", "unknown": "RO-PART-UNKNOWN"}
_TRUST = {"published": "RO-PUBLISHED", "trained here": "RO-TRAINED-HERE", "simulated": "RO-SIMULATED"}
#: ending of a measurement's name -> statistic of its value, by keyword of pydicom's SNOMED dictionary
_STATISTICS = {"mean": "Mean", "median": "Median", "sd": "StandardDeviation", "p10": "TenthPercentile",
               "p90": "NinetiethPercentile"}


def own(value: str, meaning: str) -> CodedConcept:
    from highdicom.sr.coding import CodedConcept

    return CodedConcept(value, OWN_SCHEME, cut(meaning, LONGEST_MEANING))


def cut(text: str, length: int) -> str:
    """``text``, ended with dots where it is longer than a DICOM element may be.

    PS3.5 counts characters, but some readers count bytes, so neither may be more than ``length``.
    """
    if len(text.encode()) <= length:
        return text
    return text.encode()[:length - 3].decode(errors="ignore").rstrip() + "..."


def hashed(kind: str, text: str) -> str:
    """An own code value for a name that is too long for one: ``RO-F-0123456789``."""
    return f"RO-{kind}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def part_code(compartment: str) -> CodedConcept:
    return own(_PARTS[compartment], compartment.replace("-", " ").capitalize())


def trust_code(trust: str) -> CodedConcept:
    return own(_TRUST[trust], trust.capitalize())


def feature_code(name: str) -> CodedConcept:
    """A radiomics feature: IBSI's identifier for a feature by its definitions, an own code for any other."""
    from highdicom.sr.coding import CodedConcept

    try:
        found = title_of(name)
    except (KeyError, ValueError):
        return own(hashed("F", name), name)
    return CodedConcept(found.ibsi_id, "IBSI", cut(found.title, LONGEST_MEANING))


def measurement_codes(name: str) -> tuple[CodedConcept, CodedConcept | None] | None:
    """(quantity, statistic) of a measurement of a region; ``None`` for one that has no code."""
    from pydicom.sr.codedict import codes

    statistic, _, ending = name.partition("_")
    if name == "volume_ml":
        return codes.SCT.Volume, None
    quantities = {"hu": codes.DCM.AttenuationCoefficient, "suv": codes.DCM.Suvbw,
                  "intensity": own("RO-INTENSITY", "Signal intensity"),
                  "mgcc": own("RO-VBMD", "Volumetric bone mineral density")}
    if statistic not in _STATISTICS or ending not in quantities:
        return None
    return quantities[ending], getattr(codes.SCT, _STATISTICS[statistic])


def unit_code(unit: str) -> CodedConcept:
    """UCUM of a unit as this project writes it; what UCUM does not know becomes an annotation."""
    from highdicom.sr.coding import CodedConcept
    from pydicom.sr.codedict import codes

    known = {"": codes.UCUM.NoUnits, "HU": codes.UCUM.HounsfieldUnit, "%": codes.UCUM.Percent,
             "mm": codes.UCUM.Millimeter, "mm²": codes.UCUM.SquareMillimeter, "mL": CodedConcept("ml", "UCUM", "ml"),
             "mg/cm³": codes.UCUM.MilligramsPerCubicCentimeter, "years": CodedConcept("a", "UCUM", "year"),
             "SUVbw": codes.UCUM.StandardizedUptakeValueBodyWeight}
    if unit in known:
        return known[unit]
    plain = "".join(character for character in unit if character.isascii() and character not in "{}[] ")
    return CodedConcept(f"{{{plain[:14] or 'unit'}}}", "UCUM", unit)
