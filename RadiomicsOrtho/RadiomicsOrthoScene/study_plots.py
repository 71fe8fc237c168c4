"""ROC, calibration and decision curves of a study as charts for Slicer's plot views."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .curve_chart import CURVE_COLOURS, DASHED, DOTTED, GREY, LINE, POINTS, Curve, write_chart

#: resamples behind the interval of a decision curve, and their seed: a chart is the same each time
REPEATS, SEED = 300, 0
_PER_CENT = (0.0, 100.0)


def study_plots(outcome: np.ndarray, predictions: Mapping[str, np.ndarray], thresholds: np.ndarray | None = None,
                prevalence: float | None = None, groups: int = 10, kind: str = "study") -> dict[str, object]:
    """The chart nodes ``roc``, ``calibration`` and ``decision`` of one study, in place of earlier ones of ``kind``.

    ``outcome`` (n) is 0 or 1; ``predictions`` hold probabilities (n, 0 … 1) by the name of the model.  ``thresholds``
    are those of the decision curve (default: 1 % to 99 % of the highest prediction); ``prevalence`` replaces the
    sample's there.  Bands are 95 % intervals, for up to two models, drawn as dashed lines: Slicer's plots do not fill.
    ValueError where an outcome or a prediction cannot be used, before any node is written.
    """
    if not predictions:
        raise ValueError("there is no prediction to plot")
    curves = {"roc": roc_curves(outcome, predictions), "calibration": calibration_curves(outcome, predictions, groups),
              "decision": decision_curves(outcome, predictions, thresholds, prevalence)}
    titles = {"roc": ("Receiver operating characteristic (ROC)", ("1 \u2212 specificity (%)", "Sensitivity (%)")),
              "calibration": ("Calibration", ("Predicted probability (%)", "Observed frequency (%)")),
              "decision": ("Decision curve", ("Threshold probability (%)", "Net benefit (per 100 people)"))}
    ends = {"roc": (_PER_CENT, _PER_CENT), "calibration": (_PER_CENT, _PER_CENT),
            "decision": (None, _benefit_ends(curves["decision"]))}
    return {name: write_chart(f"{kind} {name}", *titles[name], found, None, ends[name])
            for name, found in curves.items()}


def roc_curves(outcome: np.ndarray, predictions: Mapping[str, np.ndarray]) -> list[Curve]:
    """Each curve with its area and DeLong's interval, and point by point the exact interval of its sensitivity."""
    from RadiomicsOrthoLib.statistics.proportions import clopper_pearson
    from RadiomicsOrthoLib.statistics.roc import delong, roc_curve

    found = [Curve("no information", np.array([0.0, 100.0]), np.array([0.0, 100.0]), GREY, DOTTED)]
    events = int(np.sum(outcome))
    for (name, predicted), colour in _coloured(predictions):
        curve, area = roc_curve(outcome, predicted), delong(outcome, predicted)
        x, y = 100 * (1 - curve.specificity), 100 * curve.sensitivity
        found.append(Curve(f"{name}: AUC {area.value:.2f} (95 % CI {area.lower:.2f} to {area.upper:.2f})", x, y,
                           colour, LINE, tuple(f"above {value:.3g}" for value in curve.thresholds)))
        if len(predictions) <= 2:
            bounds = [clopper_pearson(round(share * events), events) for share in curve.sensitivity]
            found += _band(name, x, 100 * np.array([one.lower for one in bounds]),
                           100 * np.array([one.upper for one in bounds]), colour)
    return found


def calibration_curves(outcome: np.ndarray, predictions: Mapping[str, np.ndarray], groups: int = 10) -> list[Curve]:
    """Groups of like prediction with the exact interval of their frequency, and the fitted calibration line."""
    from RadiomicsOrthoLib.statistics.calibration import calibration_line, calibration_table
    from RadiomicsOrthoLib.statistics.logistic import logit

    found = [Curve("perfect", np.array([0.0, 100.0]), np.array([0.0, 100.0]), GREY, DOTTED)]
    for (name, predicted), colour in _coloured(predictions):
        table = calibration_table(outcome, predicted, groups)
        x = 100 * np.array([group.predicted for group in table])
        found.append(Curve(f"{name}, groups", x, 100 * np.array([group.observed.value for group in table]), colour,
                           POINTS, tuple(f"{group.events} of {group.count}" for group in table)))
        bars = np.array([[group.observed.lower, group.observed.upper, np.nan] for group in table])
        found.append(Curve(f"{name}, 95 % CI", np.repeat(x, 3), 100 * bars.ravel(), colour, LINE))
        if np.any(np.asarray(predicted) <= 0) or np.any(np.asarray(predicted) >= 1):
            # no line runs through a prediction of exactly 0 or 1
            continue
        line = calibration_line(outcome, predicted)
        at = np.linspace(float(np.min(predicted)), float(np.max(predicted)), 60)
        fitted = 1 / (1 + np.exp(-(line.intercept.value + line.slope.value * logit(at))))
        found.append(Curve(f"{name}: slope {line.slope.value:.2f}, intercept {line.intercept.value:.2f}", 100 * at,
                           100 * fitted, colour, LINE))
    return found


def decision_curves(outcome: np.ndarray, predictions: Mapping[str, np.ndarray], thresholds: np.ndarray | None = None,
                    prevalence: float | None = None) -> list[Curve]:
    """Net benefit per 100 people of each prediction, of acting on everybody and on nobody.

    Intervals are percentiles of resampled people.
    """
    from RadiomicsOrthoLib.statistics.bootstrap import resamples
    from RadiomicsOrthoLib.statistics.decision_curve import net_benefit, net_benefit_of_all

    if thresholds is None:
        highest = min(max(float(np.max(one)) for one in predictions.values()), 1.0)
        thresholds = highest * np.linspace(0.01, 0.99, 99)
    thresholds = np.asarray(thresholds, float)
    outcome, x = np.asarray(outcome), 100 * thresholds
    found = [Curve("nobody", x[[0, -1]], np.zeros(2), GREY, DOTTED),
             Curve("everybody", x, 100 * net_benefit_of_all(outcome, thresholds, prevalence), GREY, LINE)]
    for (name, predicted), colour in _coloured(predictions):
        found.append(Curve(name, x, 100 * net_benefit(outcome, predicted, thresholds, prevalence), colour, LINE))
        if len(predictions) <= 2:
            # within the outcomes where the prevalence is given, else with the sample's own chance
            strata = outcome if prevalence is not None else np.zeros(len(outcome))
            drawn = [net_benefit(outcome[people], np.asarray(predicted)[people], thresholds, prevalence)
                     for people in resamples(REPEATS, SEED, strata) if len(set(outcome[people])) == 2]
            low, high = np.percentile(drawn, (2.5, 97.5), axis=0)
            found += _band(name, x, 100 * low, 100 * high, colour)
    return found


def _coloured(predictions: Mapping[str, np.ndarray]):
    """(name, prediction) with its colour, the same in every chart."""
    return [(pair, CURVE_COLOURS[number % len(CURVE_COLOURS)]) for number, pair in enumerate(predictions.items())]


def _band(name: str, x: np.ndarray, low: np.ndarray, high: np.ndarray, colour) -> list[Curve]:
    """Both bounds as one curve, so that the legend names them once."""
    gap = [np.nan]
    return [Curve(f"{name}, 95 % CI", np.concatenate([x, gap, x]), np.concatenate([low, gap, high]), colour, DASHED)]


def _benefit_ends(curves) -> tuple[float, float]:
    """From a little below nothing to a little above the best: acting on everybody falls without end."""
    top = max((float(np.nanmax(curve.y)) for curve in curves), default=1.0)
    top = top if top > 0 else 1.0
    return -0.15 * top, 1.1 * top
