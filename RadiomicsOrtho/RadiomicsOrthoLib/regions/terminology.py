"""SNOMED CT codes of the bones, as DICOM segmentations and Slicer's segments carry them.

Codes as in the DICOM mapping that TotalSegmentator publishes (facts).
"""

from __future__ import annotations

CATEGORY = ("SCT", "123037004", "Anatomical Structure")
VERTEBRA = ("SCT", "51282000", "Vertebra")
FEMUR = ("SCT", "71341001", "Femur")
#: CID 7153 of DICOM PS3.16, as Slicer's terminology of DICOM's master list has it
CEREBROSPINAL_FLUID = ("SCT", "65216001", "Cerebrospinal Fluid")
SIDES = {"left": ("SCT", "7771000", "Left"), "right": ("SCT", "24028007", "Right")}
LEVELS = {
    "C1": "14806007", "C2": "39976000", "C3": "113205007", "C4": "5329002", "C5": "36978003", "C6": "36054005",
    "C7": "87391001", "T1": "64864005", "T2": "53733008", "T3": "1626008", "T4": "73071006", "T5": "56401006",
    "T6": "45296009", "T7": "62487009", "T8": "11068009", "T9": "82687006", "T10": "7610001", "T11": "12989004",
    "T12": "23215003", "L1": "66794005", "L2": "14293000", "L3": "36470004", "L4": "11994002", "L5": "49668003",
    "S1": "65985001",
}
#: the segment tag that says which part of the bone was drawn; SNOMED codes name whole bones only
COMPARTMENT_TAG = "RadiomicsOrtho.Compartment"
#: the segment tag that says how the region came about
MADE_BY_TAG = "RadiomicsOrtho.MadeBy"
_CONTEXT = "Segmentation category and type - DICOM master list"
_REGION_CONTEXT = "Anatomic codes - DICOM master list"


def type_code(site: str, level: str | None, compartment: str = "unknown") -> tuple[str, str, str]:
    """(scheme, value, meaning) of the bone, the general code where no level has one, or of what is no bone.

    ``ValueError`` for a site without a code.
    """
    if compartment == "csf":
        return CEREBROSPINAL_FLUID
    if site == "vertebra":
        return ("SCT", LEVELS[level], f"{level} vertebra") if level in LEVELS else VERTEBRA
    if site == "proximal-femur":
        return FEMUR
    raise ValueError(f"there is no code for the site {site!r}")


def has_code(site: str, compartment: str) -> bool:
    """Whether a region of this anatomy has a code of its own."""
    return site != "unknown" or compartment == "csf"


def terminology_entry(site: str, level: str | None = None, side: str | None = None,
                      compartment: str = "unknown") -> str:
    """Slicer's terminology entry: context~category~type~modifier~region context~region~modifier."""
    modifier = SIDES[side] if side else ("", "", "")
    codes = ["^".join(code) for code in (CATEGORY, type_code(site, level, compartment), modifier)]
    return "~".join([_CONTEXT, *codes, _REGION_CONTEXT, "^^", "^^"])


_FEMUR_PARTS = {"unknown": "proximal femur", "whole-body": "proximal femur", "femoral-head": "femoral head",
                "femoral-neck": "femoral neck", "trochanteric": "trochanteric region",
                "intertrochanteric": "intertrochanteric region", "cortical": "proximal femur cortical bone",
                "trabecular": "proximal femur trabecular core"}


def segment_name(site: str, level: str | None = None, side: str | None = None, compartment: str = "unknown") -> str:
    """A name that people read and that states the anatomy: ``L1 trabecular core``."""
    if compartment == "csf":
        return f"CSF at {level}" if level else "CSF"
    if site == "vertebra":
        bone = level or "vertebra"
        part = {"trabecular": "trabecular core", "whole-body": "body", "axial-ellipse": "axial ellipse",
                "mid-slab": "mid slab"}.get(compartment, "")
    else:
        part = _FEMUR_PARTS.get(compartment, f"proximal femur {compartment} region")
        return f"{side} {part}" if side else part
    return f"{bone} {part}".strip()


#: display colours (0-1) that differ in brightness too, so that they can be told apart in grey
COLOURS = {"whole-body": (0.945, 0.839, 0.569), "trabecular": (0.835, 0.369, 0.0),
           "axial-ellipse": (0.337, 0.706, 0.914), "mid-slab": (0.941, 0.894, 0.259),
           "femoral-head": (0.6, 0.831, 0.6), "cortical": (0.6, 0.6, 0.6),
           "femoral-neck": (0.0, 0.447, 0.698), "trochanteric": (0.0, 0.62, 0.451),
           "intertrochanteric": (0.8, 0.475, 0.655), "csf": (0.667, 0.867, 1.0), "unknown": (0.945, 0.839, 0.569)}
