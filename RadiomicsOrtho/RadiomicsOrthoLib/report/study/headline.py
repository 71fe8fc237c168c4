"""What came of a study, in a few lines: of what, title, value, and what the number means."""

from __future__ import annotations

from collections.abc import Iterable

from ...modelling.recipes.assessment import Assessment
from ...modelling.recipes.results import StudyResult
from ...statistics.estimate import Estimate

Line = tuple[str, str, str, str]

#: parts of a study
_LEFT_OUT, _COHORT = "people left out", "followed cohort"
#: what each number means
_AUC = ("Chance that someone with the event gets a higher prediction than someone without (0.5: no better than chance, "
        "1: always). Interval: the wider one of DeLong and of a bootstrap of whole subjects.")
_ROWS = "Rows of the table whose predictions were compared with what happened."
_SLOPE = "Slope of the calibration line in log odds: 1 is perfect, below 1 the predictions are too extreme."
_LARGE = "Calibration in the large, in log odds: 0 is perfect, above 0 the event is more frequent than predicted."
_BRIER = ("Mean squared difference of prediction and outcome (0: perfect); scaled: 1 is perfect, 0 no better than one "
          "number for all.")
_FIT = "On the people that the model was fitted to, which is too good; shown only to compare."
_DIFFERENCE = "Difference of the areas with DeLong's interval and test."
_CLASSES = "Mean of the areas of all pairs of classes (Hand and Till): 0.5 is chance, 1 is perfect."
_BEST = "The best of many is too good; the corrected area leaves out what picking the best adds."
_R2 = ("Share of the variance that is explained for people whom the fit had not seen; 1 is perfect, 0 no better than "
       "the mean.")
_R = "Pearson's correlation of predicted and observed numbers."
_RMSE = "Typical distance of prediction and observation, for people left out."
_FITTED = "Rows of the table that the model was fitted to and tested on in folds."
_FOLLOWED = "Rows of the table's own set 'validation' with a time of follow-up."
_HAZARD = ("Change of the hazard for each point of the score (0 to 100), adjusted for the clinical values; 1 is none.")
_ADDED = "Likelihood ratio test of the score beside the clinical values."
_AT = ("Chance that someone with the event by then has a higher risk than someone free of it, weighted for censoring, "
       "by Cox models that had not seen the person; interval of a bootstrap.")
_C = "Share of comparable pairs of people whose order is right (0.5: chance)."


def study_lines(result: StudyResult) -> tuple[Line, ...]:
    """The main model's figures of every part of the study: part, title, value, meaning."""
    found: list[Line] = []
    several = len(result.binary) > 1
    for task in result.binary.values():
        one = task.models[result.recipe.main]
        for part, figures in (("held-out part", one.test), ("cross-validation", one.internal)):
            if figures is not None:
                found += assessment_lines(figures, f"{task.title}, {part}" if several else part, brief=several)
        if not several:
            found.append(("the people of the fit", "AUC", f"{one.apparent:.3f}", _FIT))
        for pair in task.comparisons:
            first, second = (task.models[name].model.title for name in (pair.first, pair.second))
            part = f"{first} − {second}, {pair.part}"
            found += [(part, "Difference of AUC", _interval(pair.delong.difference), _DIFFERENCE),
                      (part, "DeLong's test", _p(pair.delong.p), _DIFFERENCE)]
    if result.classes:
        found += [("all classes", title, f"mean AUC {area:.3f}", _CLASSES)
                  for title, area in result.classes.areas.items()]
    found += _regression(result)
    found += _follow_up(result)
    for region, corrected in result.grid.corrected.items() if result.grid else ():
        best = result.grid.best(region)
        found += [(f"grid, {region}", "best of all", f"{best.auc:.3f} ({best.selector}, {best.estimator})", _BEST),
                  (f"grid, {region}", "corrected", _interval(corrected), _BEST)]
    return tuple(found)


def assessment_lines(one: Assessment, part: str, brief: bool = False) -> list[Line]:
    """AUC, rows, and unless ``brief`` calibration and Brier score of one part."""
    found: list[Line] = [(part, "AUC", _interval(one.honest_auc), _AUC),
                         (part, "Rows", f"{one.count}, {one.events} with the event", _ROWS)]
    if brief:
        return found
    if one.calibration:
        found += [(part, "Calibration slope", _interval(one.calibration.slope, 2), _SLOPE),
                  (part, "Calibration in the large", _interval(one.calibration.in_the_large, 2), _LARGE)]
    found.append((part, "Brier score", _minus(f"{one.brier:.3f}, scaled {one.scaled_brier:.3f}"), _BRIER))
    return found


def _regression(result: StudyResult) -> Iterable[Line]:
    one = result.regression
    if one is None:
        return
    unit = f" {result.recipe.outcome.unit}".rstrip()
    yield _LEFT_OUT, "R²", _interval(one.r2), _R2
    if one.r:
        yield _LEFT_OUT, "r", _interval(one.r), _R
    yield _LEFT_OUT, "Root mean square error", f"{one.rmse:.3g}{unit}", _RMSE
    yield _LEFT_OUT, "Rows", f"{len(one.outcome)}", _FITTED
    f = f", F({one.f.between}, {one.f.within}) {one.f.statistic:.1f}, {_p(one.f.p)}" if one.f else ""
    yield "the people of the fit", "R²", _minus(f"{one.apparent_r2:.3f}{f}"), _FIT


def _follow_up(result: StudyResult) -> Iterable[Line]:
    one = result.follow_up
    if one is None:
        return
    yield _COHORT, "Rows", f"{one.count}, {one.events} events", _FOLLOWED
    yield _COHORT, "Hazard ratio per point", _interval(one.adjusted), _HAZARD
    yield _COHORT, "Added to the clinical model", f"χ² {one.chi2:.2f}, {_p(one.p)}", _ADDED
    yield _COHORT, "C-index without, with the score", f"{one.clinical_c:.3f}, {one.combined_c:.3f}", _C
    if one.at_horizon:
        at = f"at {one.at_horizon.horizon:g} {result.recipe.follow_up.unit}"
        for name, area in one.at_horizon.areas.items():
            yield f"{_COHORT}, {at}", f"Area, {name}", _interval(area), _AT
        yield f"{_COHORT}, {at}", "Added to the area", _interval(one.at_horizon.added), _AT


def _interval(one: Estimate, digits: int = 3) -> str:
    return _minus(f"{one.value:.{digits}f} (95 % CI {one.lower:.{digits}f} to {one.upper:.{digits}f})")


def _minus(text: str) -> str:
    return text.replace("-", "−")


def _p(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p {p:.3f}"
