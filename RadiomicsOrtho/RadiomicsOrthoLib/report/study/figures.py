"""The figures of a study, each one SVG text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from ...modelling.recipes.assessment import CURVE, ROC_GRID, Assessment
from ...modelling.recipes.results import (
    RISKS,
    AtHorizon,
    BinaryResult,
    ClassesResult,
    FollowUpResult,
    GridResult,
    ModelResult,
    Null,
    RegressionResult,
)
from ..drawing import Drawing
from ..svg import to_svg, wrap
from .plot import COLOURS, GRID, INK, MUTED, SIZE, SMALL, Plot, bars, diverging, fitting, heat, tiles

MOST_FEATURES = 20


def flow_figure(steps: Sequence[str], width: float = 640) -> str:
    """The rows on their way into the study, one box below the other."""
    drawing, y = Drawing(), 12.0
    for number, step in enumerate(steps):
        lines = wrap(step, SIZE, width - 60)
        height = 17 * len(lines) + 16
        if number:
            drawing.line(width / 2, y, width / 2, y + 16, MUTED, 1.4)
            drawing.polygon([(width / 2 - 4, y + 11), (width / 2 + 4, y + 11), (width / 2, y + 17)], MUTED)
            y += 17
        drawing.rect(16, y, width - 32, height, "#f4f7f9", GRID)
        for at, line in enumerate(lines):
            drawing.text(width / 2, y + 20 + 17 * at, line, SIZE, INK, "middle")
        y += height
    return to_svg(drawing.finish(width, y + 12, "Who is in the study"))


def roc_figure(title: str, assessed: Mapping[str, Assessment]) -> str:
    """Curves with their pointwise 95 % bands (the band of the first two only, or nothing could be seen)."""
    plot = Plot(title, (0, 1), (0, 1), "1 − specificity (%)", "sensitivity (%)", percent="xy")
    for number, one in enumerate(list(assessed.values())[:2]):
        plot.band(ROC_GRID, one.band.lower, one.band.upper, COLOURS[number])
    plot.line([0, 1], [0, 1], MUTED, dashed=True, width=1)
    for number, (name, one) in enumerate(assessed.items()):
        area = one.honest_auc
        plot.line(ROC_GRID, one.band.sensitivity, COLOURS[number % len(COLOURS)],
                  f"{name}: {area.value:.3f} ({area.lower:.3f} to {area.upper:.3f})")
    return plot.svg()


def calibration_figure(title: str, name: str, one: Assessment) -> str:
    """Observed against predicted shares in groups of like prediction, with exact intervals."""
    plot = Plot(title, (0, 1), (0, 1), "predicted (%)", "observed (%), exact 95 % interval", percent="xy")
    plot.line([0, 1], [0, 1], MUTED, dashed=True, width=1)
    for group in one.groups:
        plot.whisker(group.predicted, group.observed.lower, group.observed.upper, COLOURS[0])
    plot.line([group.predicted for group in one.groups], [group.observed.value for group in one.groups], COLOURS[0],
              f"{name}, {len(one.groups)} groups of like prediction", 1.2)
    plot.points([group.predicted for group in one.groups], [group.observed.value for group in one.groups], COLOURS[0],
                4)
    return plot.svg()


def decision_figure(title: str, assessed: Mapping[str, Assessment]) -> str:
    """Net benefit against the threshold, beside acting on everybody and on nobody."""
    first = next(iter(assessed.values()))
    share = first.events / first.count
    top = max(float(max(one.net_benefit.max() for one in assessed.values())), share) * 1.15
    plot = Plot(title, (0, 0.8), (-0.25 * top, top), "threshold probability (%)", "net benefit per person",
                percent="x", x_ticks=(0, 0.2, 0.4, 0.6, 0.8))
    plot.line(CURVE, first.net_benefit_all, MUTED, "acting on everybody", 1.4, dashed=True)
    plot.line([0, 0.8], [0, 0], INK, "acting on nobody", 1.2)
    for number, (name, one) in enumerate(assessed.items()):
        plot.line(CURVE, one.net_benefit, COLOURS[number % len(COLOURS)], name)
    return plot.svg()


def stability_figure(result: ModelResult | RegressionResult) -> str:
    """In which share of the fits of the cross-validation each feature was kept."""
    final = set(result.fitted.kept) if result.fitted else set()
    rows = [(name, share, COLOURS[0] if name in final else "#9bb4c4")
            for name, share in list(result.kept_share.items())[:MOST_FEATURES]]
    return bars(f"Kept in the fits of the cross-validation{_first(len(result.kept_share))}", rows,
                "share of fits (dark: kept in the final fit)", (0, 1), note=lambda value: f"{100 * value:.0f} %")


def weights_figure(result: ModelResult | RegressionResult, unit: str) -> str:
    """Coefficients per standard deviation in ``unit``, or importance, of the final fit."""
    weights = sorted(result.fitted.weights.items(), key=lambda item: -abs(item[1]))
    title = "Coefficients per standard deviation" if result.fitted.linear else "Importance"
    rows = [(name, value, COLOURS[0] if value >= 0 else COLOURS[1]) for name, value in weights[:MOST_FEATURES]]
    return bars(f"{title} of the final fit{_first(len(weights))}", rows, unit,
                digits=_digits(value for _, value in weights))


def _first(count: int) -> str:
    return f", first {MOST_FEATURES} of {count}" if count > MOST_FEATURES else ""


def _digits(values: Iterable[float]) -> int:
    """So many that the greatest of ``values`` shows two figures."""
    greatest = max(map(abs, values), default=1.0)
    return 2 if greatest >= 0.1 or greatest == 0 else int(np.ceil(-np.log10(greatest))) + 1


def confusion_figure(title: str, classes: Sequence[str], matrix: np.ndarray) -> str:
    """Truth in rows, prediction in columns; shares of a row give the shade."""
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    texts = [[f"{count} ({100 * share:.0f} %)" for count, share in zip(*row, strict=True)]
             for row in zip(matrix, shares, strict=True)]
    return tiles(title, [f"truly {name}" for name in classes], [f"called {name}" for name in classes], matrix, texts,
                 [[heat(share, 0, 1) for share in row] for row in shares], width=430, cell=44)


def correlation_figure(names: Sequence[str], values: np.ndarray) -> str:
    """Correlations between the features that were kept."""
    found = np.corrcoef(values.T) if len(names) > 1 else np.ones((1, 1))
    found = np.nan_to_num(found)
    numbers = [str(at + 1) for at in range(len(names))]
    texts = [[f"{value:.1f}".replace("-", "−") if len(names) <= 16 else "" for value in row] for row in found]
    return tiles("Correlation of the features that were kept", [f"{at + 1}  {name}" for at, name in enumerate(names)],
                 numbers, found, texts, [[diverging(value) for value in row] for row in found], width=760, cell=24,
                 legend="Pearson's r in the development part; blue positive, orange negative.")


def heat_figure(names: Sequence[str], values: np.ndarray, outcome: np.ndarray, classes: Sequence[str]) -> str:
    """The kept features (rows) of every row of the table (columns), standardised, sorted by ``outcome``.

    ``outcome`` are places in ``classes``, or numbers where ``classes`` are titles of its parts of equal count.
    """
    order = np.argsort(outcome, kind="stable")
    known = np.array_equal(np.unique(outcome), np.arange(len(classes)))
    shares = [float((outcome == code).mean()) for code in range(len(classes))] if known else \
        [1 / len(classes)] * len(classes)
    ends = np.cumsum(shares)
    scaled = (values - values.mean(axis=0)) / np.where(values.std(axis=0) > 0, values.std(axis=0), 1)
    drawing, width, label = Drawing(), 760.0, 300.0
    each, cell, top = (width - label - 28) / len(order), 18.0, 58.0
    drawing.text(12, 20, "Features that were kept, by outcome", SIZE, INK, bold=True)
    span = width - label - 28
    for number, (name, end, share) in enumerate(zip(classes, ends, shares, strict=True)):
        start = end - share
        drawing.rect(label + 16 + span * start, 40, span * share - 2, 10, COLOURS[number % len(COLOURS)])
        drawing.text(label + 16 + span * (start + end) / 2, 36, name, SMALL, INK, "middle")
    for row, name in enumerate(names):
        y = top + row * cell
        drawing.text(label + 8, y + 13, fitting(name, label - 4), SMALL, INK, "end")
        for at, person in enumerate(order):
            drawing.rect(label + 16 + at * each, y, each + 0.05, cell - 1, diverging(float(scaled[person, row]) / 2.5))
    bottom = top + len(names) * cell
    drawing.text(12, bottom + 18, "Standard deviations from the mean: blue above, orange below, full colour at 2.5.",
                 SMALL, MUTED)
    return to_svg(drawing.finish(width, bottom + 30, "Heat map of the features that were kept"))


def null_figure(null: Null) -> str:
    """The observed area among those of outcomes that were dealt out anew."""
    counts, edges = np.histogram(null.areas, bins=np.linspace(0, 1, 41))
    plot = Plot("Is it more than chance?", (0, 1), (0, max(1.0, 1.15 * counts.max())), "area under the ROC curve",
                "permuted outcomes")
    for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True):
        if count:
            plot.bar(low, high, count, "#9bb4c4")
    plot.line([null.observed] * 2, [0, counts.max()], COLOURS[1],
              f"observed {null.observed:.3f}; p {null.p:.3g} of {len(null.areas)} permutations")
    return plot.svg()


def scatter_figure(found: RegressionResult, title: str, unit: str) -> str:
    """Observed against predicted numbers of people left out, first repeat."""
    predicted = found.predicted[0]
    low, high = (float(f([found.outcome, predicted])) for f in (np.min, np.max))
    reach = 0.05 * (high - low)
    plot = Plot(title, (low - reach, high + reach), (low - reach, high + reach), f"predicted ({unit})",
                f"observed ({unit})")
    plot.line([low, high], [low, high], MUTED, "equal", 1, dashed=True)
    slope, start = np.polyfit(predicted, found.outcome, 1)
    ends = np.array([predicted.min(), predicted.max()])
    plot.line(ends, start + slope * ends, COLOURS[1], f"least squares: slope {slope:.2f} (1 is perfect)", 1.6)
    plot.points(predicted, found.outcome, COLOURS[0], 3)
    return plot.svg()


def survival_figure(found: FollowUpResult, unit: str) -> str:
    """Share with the event by thirds of the score (1 − Kaplan and Meier)."""
    end, curves = event_by_thirds(found)
    top = max(float(share[-1]) for _, _, share in curves) * 1.25 or 0.01
    plot = Plot("Event by thirds of the score", (0, end), (0, top), f"time ({unit})", "share with the event (%)",
                percent="y")
    for (name, time, share), colour in zip(curves, (COLOURS[2], COLOURS[4], COLOURS[1]), strict=True):
        plot.line(time, share, colour, f"{name} third")
    return plot.svg()


def event_by_thirds(found: FollowUpResult) -> tuple[float, list[tuple[str, list[float], list[float]]]]:
    """The end of the time, and name, times and shares with the event of the low, middle and high third."""
    cuts = np.quantile(found.score, [1 / 3, 2 / 3])
    place = np.searchsorted(cuts, found.score, side="right")
    end = float(np.quantile(found.time, 0.95))
    return end, [(name, *_cumulative(found.time[place == third], found.event[place == third], end))
                 for third, name in enumerate(("low", "middle", "high"))]


def horizon_figure(found: AtHorizon, unit: str) -> str:
    """Net benefit of acting on a risk of the event by the horizon."""
    top = 1.15 * max(float(np.nanmax(curve)) for curve in (*found.net_benefit.values(), found.net_benefit_all))
    top = max(top, 1e-3)
    plot = Plot(f"Decision curve, risk at {found.horizon:g} {unit}", (0, float(RISKS[-1])), (-0.5 * top, top),
                "threshold risk (%)", "net benefit per person", percent="x")
    plot.line(RISKS, found.net_benefit_all, MUTED, "acting on everybody", 1.4, dashed=True)
    plot.line([0, float(RISKS[-1])], [0, 0], INK, "acting on nobody", 1.2)
    for number, (name, curve) in enumerate(found.net_benefit.items()):
        known = np.isfinite(curve)
        plot.line(RISKS[known], curve[known], COLOURS[number], f"Cox model of {name}")
    return plot.svg()


def _cumulative(time: np.ndarray, event: np.ndarray, end: float) -> tuple[list[float], list[float]]:
    """Steps of 1 − Kaplan–Meier until ``end``."""
    x, y, free = [0.0], [0.0], 1.0
    for moment in np.unique(time[event & (time <= end)]):
        free *= 1 - (event & (time == moment)).sum() / (time >= moment).sum()
        x += [float(moment)] * 2
        y += [y[-1], 1 - free]
    return [*x, end], [*y, y[-1]]


def grid_figure(found: GridResult, region: str) -> str:
    """Areas of all combinations in one region, a row for each estimator; a dash where one was not possible."""
    cells = [cell for cell in found.cells if cell.region == region]
    selectors = list(dict.fromkeys(cell.selector for cell in cells))
    names = list(dict.fromkeys(cell.estimator for cell in cells))
    area = {(cell.selector, cell.estimator): cell.auc for cell in cells}
    values = np.array([[area[selector, name] for selector in selectors] for name in names])
    return tiles(f"AUC in cross-validation: {region}", names, selectors, values,
                 [["–" if np.isnan(value) else f"{value:.2f}" for value in row] for row in values],
                 [["#ffffff" if np.isnan(value) else heat(value, 0.5, 1.0) for value in row] for row in values],
                 width=900, cell=20)


def models_of(result: BinaryResult, test: bool) -> dict[str, Assessment]:
    """Title → figures of one part."""
    return {one.model.title: one.test if test else one.internal for one in result.models.values()}


def confusions(found: ClassesResult) -> list[str]:
    return [confusion_figure(title, found.classes, matrix) for title, matrix in found.confusion.items()]
