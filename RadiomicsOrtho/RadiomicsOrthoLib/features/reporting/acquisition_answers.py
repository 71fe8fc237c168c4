"""Items 1 to 40: patient, acquisition, reconstruction, conversion; from the file and the region."""

from __future__ import annotations

from collections.abc import Callable

from .facts import Answer, Facts, by_software, does_not_apply

Answering = Callable[[Facts], Answer | None]


def region(facts: Facts) -> Answer | None:
    roi = facts.roi
    parts = [part for part in (roi["side"], roi["site"], roi["level"], roi["compartment"])
             if part not in (None, "unknown")]
    return Answer(", ".join(parts), "region") if parts else None


def contrast_agent(facts: Facts) -> Answer | None:
    found = facts.known("contrast_agent")
    if found is None:
        return None
    return Answer("given; which one is not recorded" if found.text == "True" else "none", found.source)


def scanner(facts: Facts) -> Answer | None:
    parts = [facts.known(name) for name in ("manufacturer", "scanner_model", "software")]
    stated = [part for part in parts if part]
    return Answer(", ".join(part.text for part in stated), stated[0].source) if stated else None


def modality(facts: Facts) -> Answer | None:
    if facts.modality == "unknown":
        return None
    said_by = {"stated": "user", "profile": "profile"}.get(facts.image.get("modality_from", "file"), "file")
    return Answer(facts.modality, said_by)


def scanning_sequence(facts: Facts) -> Answer | None:
    return facts.detail("scanning_sequence") or facts.known("sequence")


def resolution(facts: Facts) -> Answer | None:
    if facts.image.get("spacing_from") == "missing":
        return None
    (i, j, _), (columns, rows, _) = facts.image["spacing_mm"], facts.image["size_ijk"]
    return Answer(f"{i:.4g} × {j:.4g} mm, {columns} × {rows} pixels", "file")


def slice_spacing(facts: Facts) -> Answer | None:
    if facts.is_planar:
        return does_not_apply("a single image")
    return Answer(f"{facts.image['spacing_mm'][2]:.4g} mm", "file")


def slice_thickness(facts: Facts) -> Answer | None:
    return does_not_apply("a single image") if facts.is_planar else facts.detail("slice_thickness_mm", "mm")


def exposure(facts: Facts) -> Answer | None:
    found = facts.detail("exposure_mas", "mAs")
    return Answer(f"{found.text}, in all slices of the series", found.source) if found else None


def uptake(facts: Facts) -> Answer | None:
    parts = [facts.image.get("value_unit"), facts.image.get("value_note")]
    text = "; ".join(part for part in parts if part)
    return Answer(text, "file") if text else None


def other_conversions(facts: Facts) -> Answer:
    if facts.image.get("inverted"):
        return by_software("dark and bright exchanged, so that more is brighter (the file has them inverted)")
    return by_software("none beyond the rescaling that the file states")


def _detail(name: str, unit: str = "") -> Answering:
    return lambda facts: facts.detail(name, unit)


def _known(name: str, unit: str = "") -> Answering:
    return lambda facts: facts.known(name, unit)


ANSWERS: dict[str, Answering] = {
    "1": region, "4a": contrast_agent, "7": scanner, "8": modality,
    "14": _known("kvp", "kV"), "15": _detail("tube_current_ma", "mA"), "17": _detail("receive_coil"),
    "18a": scanning_sequence, "18b": _detail("sequence_variant"), "18c": _detail("scan_options"),
    "19": _detail("repetition_time_ms", "ms"), "20": _detail("echo_time_ms", "ms"),
    "21": _detail("echo_train_length"), "22": _detail("inversion_time_ms", "ms"), "23": _detail("flip_angle_deg", "°"),
    "24": _detail("acquisition_type"), "26": _detail("averages"), "27": _known("field_strength_t", "T"),
    "28": resolution, "29": slice_thickness, "30": slice_spacing,
    "31a": _known("kernel"), "31c": exposure, "32a": _detail("reconstruction_method"),
    "34a": _detail("attenuation_correction"), "34b": _detail("scatter_correction"),
    "38": uptake, "40": other_conversions,
}
