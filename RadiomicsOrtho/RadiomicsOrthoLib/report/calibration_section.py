"""The section of a report that says how HU became densities."""

from __future__ import annotations

from collections.abc import Mapping

from ..scoring.card import ScoreCard
from .html_parts import section, table
from .language import local, tr
from .svg import escape
from .wording import number_text


def calibration_section(card: ScoreCard) -> str:
    """Method, equation, error and what it rests on; empty for a card without calibration."""
    found = card.calibration
    if not found:
        return ""
    apart = escape(tr("; numbers of another material must not be compared"))
    material = f'<strong>{escape(found["equivalent"])}</strong>{apart}'
    rows = [[tr("Method"), escape(f'{local(found["method_title"])}{tr(": ")}{local(found["source"])}')],
            [tr("Equivalent material"), material]]
    if found["from_unit"] == "HU":
        rows.append([tr("Equation"), escape(f'mg/cm³ = {_equation(found["curve"])}')])
    error = tr("not known") if found["error"] is None else \
        tr("± {error} mg/cm³ at this region ({meaning})", error=number_text(found["error"], 2),
           meaning=local(found["error_meaning"]))
    rows.append([tr("Error"), escape(error)])
    if found["slope_se"] is not None:
        rows.append([tr("Standard errors"), escape(tr(
            "slope {slope} mg/cm³ per HU, offset {offset} mg/cm³; SD of the rods about the line {residual} mg/cm³",
            slope=number_text(found["slope_se"], 2), offset=number_text(found["offset_se"], 2),
            residual=number_text(found["residual_sd"], 2)))])
    if found["r_squared"] is not None:
        rows.append([tr("Fit"), f'R² {found["r_squared"]:.5f}'])
    if found["effective_energy_kev"] is not None:
        rows.append([tr("Effective energy"), f'{number_text(found["effective_energy_kev"])} keV'])
    return section(tr("Density calibration"), table(rows, kind="facts") + _samples(found))


def _equation(curve: Mapping[str, float]) -> str:
    parts = [number_text(curve["offset"])]
    for name, factor in (("slope", "HU"), ("curvature", "HU²")):
        if curve[name]:
            parts.append(f'{"−" if curve[name] < 0 else "+"} {number_text(abs(curve[name]))} · {factor}')
    return " ".join(parts)


def _samples(found: Mapping) -> str:
    if not found["samples"]:
        return ""
    head = (tr("Rod"), tr("Mean ± SD, HU"), tr("Voxels"), tr("Density, mg/cm³"), tr("Off by, mg/cm³")) \
        if found["method"] == "rods" else \
        (tr("Tissue"), tr("Mean ± SD, HU"), tr("Voxels"), "μ/ρ, cm²/g", tr("Off by, cm²/g"))
    rows = [[escape(local(one["name"].replace("_", " "))),
             f'{number_text(one["mean_hu"])} ± {number_text(one["sd_hu"], 3)}', str(one["voxels"]),
             number_text(one["reference"]), number_text(one["residual"], 2)] for one in found["samples"]]
    return table(rows, head)
