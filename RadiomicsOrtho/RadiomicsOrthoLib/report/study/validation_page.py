"""The report of a frozen model on another table."""

from __future__ import annotations

from collections.abc import Sequence

from ... import RESEARCH_USE_ONLY, __version__
from ...modelling.recipes.validate import ExternalValidation
from ..html_parts import bullets, checked_svg, page, section, table
from ..svg import escape
from ..tables import features_csv
from . import figures as draw
from . import results_file
from .page import STYLE, interval, p_text

SIMULATED = "SIMULATED: virtual people; every figure is about the simulation."


def validation_files(found: ExternalValidation, simulated: bool, notes: Sequence[str] = ()) -> dict[str, str]:
    """Name → content: the page with ``notes`` first, figures and predictions (rows are numbered, nobody is named)."""
    title, one = found.bundle.title, found.assessment
    figures = {"flow": draw.flow_figure(found.flow), "roc": draw.roc_figure("ROC", {title: one}),
               "calibration": draw.calibration_figure("Calibration", title, one),
               "decision": draw.decision_figure("Decision curve", {title: one})}
    accuracy = one.accuracy
    rows = [["AUC (wider of DeLong and bootstrap of subjects)", interval(one.honest_auc)],
            ["Rows, with the event", f"{one.count}, {one.events}"]]
    for name in ("sensitivity", "specificity", "positive_predictive_value", "negative_predictive_value", "accuracy"):
        share = getattr(accuracy, name)
        rows.append([escape(name.replace("_", " ").capitalize() + " (exact)"),
                     "—" if share is None else interval(share)])
    rows.append(["Brier score, scaled", f"{one.brier:.3f}, {one.scaled_brier:.3f}".replace("-", "−")])
    if one.calibration:
        rows += [["Calibration slope (1 is perfect)", interval(one.calibration.slope)],
                 ["Calibration in the large (0 is perfect)", interval(one.calibration.in_the_large)]]
    if one.hosmer_lemeshow:
        chi2, freedom, p = one.hosmer_lemeshow
        rows.append(["Hosmer–Lemeshow", f"χ² {chi2:.2f}, {freedom} df, p {p_text(p)}"])
    word = "SIMULATED – " if simulated else ""
    centres = table(([escape(name), f"{area:.3f}", f"{events} of {count}"]
                     for name, (area, events, count) in found.by_centre.items()),
                    ("Centre", "AUC", "with the event"), "facts")
    outside = bullets(f"{name}: {count} rows outside the training range" for name, count in found.outside.items())
    pictures = "".join(f"<figure>{checked_svg(figures[name])}</figure>" for name in ("roc", "calibration", "decision"))
    sections = [
        section("Read this first", bullets(notes), "warning") if notes else "",
        section("In short", table(rows, kind="facts"), "result"),
        section("Who is in it", f'<div class="wide">{checked_svg(figures["flow"])}</div>'),
        section("Figures", f'<div class="study-figures">{pictures}</div>'),
        section("By centre", centres), section("Values outside the training range", outside),
        section("The model", table([["Model", escape(title)],
                                    ["Identity", escape(f"{found.bundle.id} {found.bundle.version}")],
                                    ["SHA-256", f'<span class="hash">{escape(found.bundle.sha256)}</span>'],
                                    ["What was learned here", "nothing: all of it is frozen"]],
                                   kind="facts"))]
    html = page(f"{word}External validation: {title}", f"{word}External validation", title, [s for s in sections if s],
                f"{RESEARCH_USE_ONLY} radiomics-ortho {__version__}.", STYLE)
    predictions = [{"number": at + 1, "event": int(event), "probability": float(f"{p:.9g}")}
                   for at, (event, p) in enumerate(zip(found.predictions.outcome, found.predictions.probability[0],
                                                       strict=True))]
    return {"report.html": html, "predictions.csv": features_csv(predictions),
            results_file.NAME: results_file.validation_results(found, simulated, notes),
            **{f"figures/{name}.svg": svg for name, svg in figures.items()}}
