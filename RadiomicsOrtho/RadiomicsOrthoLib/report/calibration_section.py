"""The section of a report that says how HU became densities."""

from __future__ import annotations

from ..scoring.card import ScoreCard
from .html_parts import section, table
from .svg import escape
from .wording import number_text


def calibration_section(card: ScoreCard) -> str:
    """Method, equation, error and what it rests on; empty for a card without calibration."""
    found = card.calibration
    if not found:
        return ""
    material = f'<strong>{escape(found["equivalent"])}</strong>; numbers of another material must not be compared'
    rows = [["Method", f'{escape(found["method_title"])}: {escape(found["source"])}'],
            ["Equivalent material", material]]
    if found["from_unit"] == "HU":
        rows.append(["Equation", f"mg/cm³ = {escape(_equation(found['curve']))}"])
    error = "not known" if found["error"] is None else \
        f'± {number_text(found["error"], 2)} mg/cm³ at this region ({found["error_meaning"]})'
    rows.append(["Error", escape(error)])
    if found["slope_se"] is not None:
        rows.append(["Standard errors", escape(f'slope {number_text(found["slope_se"], 2)} mg/cm³ per HU, offset '
                                               f'{number_text(found["offset_se"], 2)} mg/cm³; SD of the rods about the '
                                               f'line {number_text(found["residual_sd"], 2)} mg/cm³')])
    if found["r_squared"] is not None:
        energy = "" if found["effective_energy_kev"] is None else \
            f'; effective energy {number_text(found["effective_energy_kev"])} keV'
        rows.append(["Fit", escape(f'R² {found["r_squared"]:.5f}{energy}')])
    return section("Density calibration", table(rows, kind="facts") + _samples(card))


def _equation(curve: dict) -> str:
    parts = [number_text(curve["offset"])]
    for name, factor in (("slope", "HU"), ("curvature", "HU²")):
        if curve[name]:
            parts.append(f'{"−" if curve[name] < 0 else "+"} {number_text(abs(curve[name]))} · {factor}')
    return " ".join(parts)


def _samples(card: ScoreCard) -> str:
    found = card.calibration
    if not found["samples"]:
        return ""
    rods = found["method"] == "rods"
    head = ("Rod", "Mean ± SD, HU", "Voxels", "Density, mg/cm³", "Off by, mg/cm³") if rods else \
        ("Tissue", "Mean ± SD, HU", "Voxels", "μ/ρ, cm²/g", "Off by, cm²/g")
    rows = [[escape(one["name"].replace("_", " ")), f'{number_text(one["mean_hu"])} ± {number_text(one["sd_hu"], 3)}',
             str(one["voxels"]), number_text(one["reference"]), number_text(one["residual"], 2)]
            for one in found["samples"]]
    return table(rows, head)
