"""Facts of an acquisition that no score asks for but a publication does (IBSI's reporting guideline)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

#: name -> title, unit, DICOM tag as SimpleITK writes it
ACQUISITION_DETAILS = {
    "tube_current_ma": ("Tube current", "mA", "0018|1151"),
    "exposure_mas": ("Exposure", "mAs", "0018|1152"),
    "slice_thickness_mm": ("Slice thickness", "mm", "0018|0050"),
    "receive_coil": ("Receive coil", "", "0018|1250"),
    "scanning_sequence": ("Scanning sequence", "", "0018|0020"),
    "sequence_variant": ("Sequence variant", "", "0018|0021"),
    "scan_options": ("Scan options", "", "0018|0022"),
    "acquisition_type": ("MR acquisition type", "", "0018|0023"),
    "repetition_time_ms": ("Repetition time", "ms", "0018|0080"),
    "echo_time_ms": ("Echo time", "ms", "0018|0081"),
    "inversion_time_ms": ("Inversion time", "ms", "0018|0082"),
    "averages": ("Averages", "", "0018|0083"),
    "echo_train_length": ("Echo train length", "", "0018|0091"),
    "flip_angle_deg": ("Flip angle", "°", "0018|1314"),
    "reconstruction_method": ("PET reconstruction", "", "0054|1103"),
    "attenuation_correction": ("Attenuation correction", "", "0054|1101"),
    "scatter_correction": ("Scatter correction", "", "0054|1105"),
}
DETAIL_TAGS = tuple(tag for _, _, tag in ACQUISITION_DETAILS.values())
#: automatic exposure control changes these from slice to slice
VARYING_TAGS = ("0018|1151", "0018|1152")
_NUMBERS = {name for name, (_, unit, _) in ACQUISITION_DETAILS.items() if unit} | {"averages", "echo_train_length"}


def details_of(slices: Sequence[Mapping[str, str]]) -> dict[str, float | str]:
    """The details that the tags of a series' slices state; what varies from slice to slice becomes ``"110 to 340"``."""
    found: dict[str, float | str] = {}
    for name, (_, _, tag) in ACQUISITION_DETAILS.items():
        texts = list(dict.fromkeys(tags[tag] for tags in slices if tags.get(tag)))
        if not texts:
            continue
        if name not in _NUMBERS:
            found[name] = ", ".join(text.replace("\\", " ") for text in texts)
            continue
        numbers = sorted({number for number in map(_number, texts) if number is not None})
        if numbers:
            found[name] = numbers[0] if len(numbers) == 1 else f"{numbers[0]:g} to {numbers[-1]:g}"
    return found


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    # scanners write 0 where they mean nothing
    return number if math.isfinite(number) and number > 0 else None
