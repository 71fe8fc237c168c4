"""The charts of a study as points of curves, for programs that draw them themselves; the figures of its page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...modelling.recipes.assessment import CURVE, ROC_GRID, SURE, Assessment
from ...modelling.recipes.results import BinaryResult, FollowUpResult, GridResult, RegressionResult, StudyResult
from .figures import event_by_thirds, models_of

#: how a curve is drawn
LINE, DASHED, DOTTED, POINTS = "line", "dashed", "dotted", "points"
#: more curves than this with a band each could not be told apart
MOST_BANDS = 2
_PER_CENT = (0.0, 100.0)


@dataclass(frozen=True)
class ChartCurve:
    """Points ``x``, ``y`` (n each; NaN breaks a line); ``colour`` counts the models, ``None`` is grey.

    ``labels`` (n texts, or none) say what each point is.
    """

    name: str
    x: np.ndarray
    y: np.ndarray
    colour: int | None
    style: str = LINE
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chart:
    """Curves under a ``title``; ``axes`` are titles of x and y with units, ``ranges`` their ends (``None``: any)."""

    name: str
    title: str
    axes: tuple[str, str]
    ranges: tuple[tuple[float, float] | None, tuple[float, float] | None]
    curves: tuple[ChartCurve, ...]


def study_charts(result: StudyResult) -> tuple[Chart, ...]:
    """Every chart that the study has: by task ROC, calibration and decision curve of each part, then the others."""
    found: list[Chart] = []
    for number, task in enumerate(result.binary.values(), start=1):
        found += _task_charts(result, task, f"{number}")
    if result.regression:
        found.append(scatter_chart(result.regression, result.recipe.outcome.unit))
    if result.follow_up:
        found.append(survival_chart(result.follow_up, result.recipe.follow_up.unit))
    if result.grid:
        found += [grid_chart(result.grid, region) for region in result.grid.corrected]
    return tuple(found)


def _task_charts(result: StudyResult, task: BinaryResult, key: str) -> list[Chart]:
    main = task.models[result.recipe.main]
    found = []
    for test, part in ((False, "cross-validation"), (True, "held-out part")):
        assessed = main.test if test else main.internal
        if assessed is None:
            continue
        where = f"{task.title}, {part}"
        ending = f"{key}{'-test' if test else ''}"
        found += assessed_charts(models_of(task, test), main.model.title, where, ending)
    return found


def assessed_charts(assessed: Mapping[str, Assessment], main: str, where: str, ending: str) -> list[Chart]:
    """ROC and decision curves of all models (title → figures), calibration of the ``main`` one."""
    colour = list(assessed).index(main)
    top = 1.1 * max(*(100 * float(one.net_benefit.max()) for one in assessed.values()), 1.0)
    return [
        Chart(f"roc-{ending}", f"ROC: {where} (AUC with 95 % CI)", ("1 − specificity (%)", "Sensitivity (%)"),
              (_PER_CENT, _PER_CENT), tuple(_roc(assessed))),
        Chart(f"calibration-{ending}", f"Calibration: {where}", ("Predicted (%)", "Observed (%)"),
              (_PER_CENT, _PER_CENT), tuple(_calibration(assessed[main], main, colour))),
        Chart(f"decision-{ending}", f"Decision curve: {where}",
              ("Threshold probability (%)", "Net benefit (per 100 people)"), ((0.0, 100 * float(CURVE[-1])),
                                                                              (-0.15 * top, top)),
              tuple(_decision(assessed)))]


def _roc(assessed: Mapping[str, Assessment]) -> Iterable[ChartCurve]:
    yield ChartCurve("no information", np.array(_PER_CENT), np.array(_PER_CENT), None, DOTTED)
    x = 100 * ROC_GRID
    for number, (name, one) in enumerate(assessed.items()):
        area = one.honest_auc
        yield ChartCurve(f"{name}: AUC {area.value:.3f} ({area.lower:.3f} to {area.upper:.3f})", x,
                         100 * one.band.sensitivity, number)
        if number < MOST_BANDS:
            gap = [np.nan]
            yield ChartCurve("95 % CI", np.concatenate([x, gap, x]),
                             100 * np.concatenate([one.band.lower, gap, one.band.upper]), number, DASHED)


def _calibration(one: Assessment, name: str, colour: int) -> Iterable[ChartCurve]:
    yield ChartCurve("perfect", np.array(_PER_CENT), np.array(_PER_CENT), None, DOTTED)
    x = 100 * np.array([group.predicted for group in one.groups])
    yield ChartCurve(f"{name}, groups", x, 100 * np.array([g.observed.value for g in one.groups]),
                     colour, POINTS, tuple(f"{group.events} of {group.count}" for group in one.groups))
    bars = 100 * np.array([[group.observed.lower, group.observed.upper, np.nan] for group in one.groups])
    yield ChartCurve("95 % CI", np.repeat(x, 3), bars.ravel(), colour, LINE)
    if one.calibration:
        slope, start = one.calibration.slope, one.calibration.intercept
        at = np.linspace(SURE, 1 - SURE, 101)
        fitted = 1 / (1 + np.exp(-(start.value + slope.value * np.log(at / (1 - at)))))
        title = f"slope {slope.value:.2f} ({slope.lower:.2f} to {slope.upper:.2f})"
        yield ChartCurve(title, 100 * at, 100 * fitted, colour, DASHED)


def _decision(assessed: Mapping[str, Assessment]) -> Iterable[ChartCurve]:
    x = 100 * CURVE
    first = next(iter(assessed.values()))
    yield ChartCurve("acting on nobody", x[[0, -1]], np.zeros(2), None, DOTTED)
    yield ChartCurve("acting on everybody", x, 100 * first.net_benefit_all, None)
    for number, (name, one) in enumerate(assessed.items()):
        yield ChartCurve(name, x, 100 * one.net_benefit, number)


def scatter_chart(found: RegressionResult, unit: str) -> Chart:
    """Observed against predicted numbers of people left out, first repeat."""
    predicted = found.predicted[0]
    ends = np.array([np.min([found.outcome, predicted]), np.max([found.outcome, predicted])])
    slope, start = np.polyfit(predicted, found.outcome, 1)
    reach = np.array([predicted.min(), predicted.max()])
    behind = f" ({unit})" if unit else ""
    return Chart("scatter", "People left out: observed against predicted", (f"Predicted{behind}", f"Observed{behind}"),
                 (None, None), (
        ChartCurve("equal", ends, ends, None, DOTTED),
        ChartCurve(f"{found.model.title}: R² {found.r2.value:.3f}", predicted, found.outcome, 0, POINTS),
        ChartCurve(f"least squares: slope {slope:.2f} (1 is perfect)", reach, start + slope * reach, 1)))


def survival_chart(found: FollowUpResult, unit: str) -> Chart:
    """Share with the event over time, by thirds of the score."""
    _, curves = event_by_thirds(found)
    return Chart("survival", "Event by thirds of the score", (f"Time ({unit})", "Share with the event (%)"),
                 (None, None), tuple(ChartCurve(f"{name} third", np.array(x), 100 * np.array(y), number)
                                     for number, (name, x, y) in enumerate(curves)))


def grid_chart(found: GridResult, region: str) -> Chart:
    """The areas of all combinations in one region, the best first, and what picking the best adds."""
    cells = sorted((cell for cell in found.cells if cell.region == region and not cell.failed),
                   key=lambda cell: -cell.auc)
    ranks = np.arange(1, len(cells) + 1, dtype=float)
    ends = np.array([1.0, float(max(len(cells), 2))])
    corrected = found.corrected[region].value
    curves = [ChartCurve("each combination", ranks, np.array([cell.auc for cell in cells]), 0, POINTS,
                         tuple(f"{cell.selector}, {cell.estimator}" for cell in cells)),
              ChartCurve(f"the best less what picking it adds: {corrected:.3f}", ends, np.full(2, corrected), 1,
                         DASHED)]
    if region in found.nested:
        nested = found.nested[region].value
        curves.append(ChartCurve(f"picked inside each training part: {nested:.3f}", ends, np.full(2, nested), 2))
    return Chart(f"grid-{region}", f"All combinations: {region}", ("Rank", "AUC in cross-validation"), (None, None),
                 tuple(curves))


def charts_json(charts: Sequence[Chart]) -> list[dict]:
    """JSON-ready; a point that breaks a line is ``null``, numbers have five digits."""
    return [{"name": one.name, "title": one.title, "axes": list(one.axes),
             "ranges": [None if ends is None else [float(end) for end in ends] for ends in one.ranges],
             "curves": [{"name": curve.name, "style": curve.style, "colour": curve.colour, "x": _numbers(curve.x),
                         "y": _numbers(curve.y), **({"labels": list(curve.labels)} if curve.labels else {})}
                        for curve in one.curves]} for one in charts]


def _numbers(values: np.ndarray) -> list[float | None]:
    return [float(f"{value:.5g}") if np.isfinite(value) else None for value in values]
