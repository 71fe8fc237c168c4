"""The tables of a study: rows for the page and for CSV files."""

from __future__ import annotations

from collections.abc import Iterable

from ...modelling.recipes.results import BinaryResult, ModelResult, StudyResult
from ...statistics.estimate import Estimate
from .checklists import Answer

Rows = list[dict[str, object]]


def performance_rows(result: StudyResult) -> Rows:
    """One row for each task, model and part."""
    found: Rows = []
    for task in result.binary.values():
        for one in task.models.values():
            parts = [("cross-validation", one.internal), *([("held-out part", one.test)] if one.test else [])]
            for part, figures in parts:
                accuracy, line = figures.accuracy, figures.calibration
                row: dict[str, object] = {
                    "task": task.title, "model": one.model.title, "part": part, "rows": figures.count,
                    "events": figures.events, **_estimate("auc_delong", figures.auc),
                    **_estimate("auc_subjects", figures.auc_subjects)}
                for name in ("sensitivity", "specificity", "positive_predictive_value", "negative_predictive_value",
                             "accuracy"):
                    row |= _estimate(name, getattr(accuracy, name))
                row |= {"true_positive": accuracy.true_positive, "false_positive": accuracy.false_positive,
                        "true_negative": accuracy.true_negative, "false_negative": accuracy.false_negative,
                        "brier": figures.brier, "scaled_brier": figures.scaled_brier}
                row |= _estimate("calibration_slope", line.slope if line else None)
                row |= _estimate("calibration_in_the_large", line.in_the_large if line else None)
                chi2, freedom, p = figures.hosmer_lemeshow or (None, None, None)
                found.append(row | {"hosmer_lemeshow_chi2": chi2, "hosmer_lemeshow_df": freedom, "hosmer_lemeshow_p": p,
                                    "auc_of_the_fit_itself": one.apparent if part == "cross-validation" else None})
    if result.regression:
        one = result.regression
        found.append({"task": result.recipe.outcome.title, "model": one.model.title, "part": "cross-validation",
                      "rows": len(one.outcome), **_estimate("r", one.r), **_estimate("r2", one.r2), "rmse": one.rmse,
                      "fit_r": one.apparent_r and one.apparent_r.value, "fit_r2": one.apparent_r2,
                      "fit_adjusted_r2": one.adjusted_r2,
                      **{f"fit_{name}": one.f and getattr(one.f, part) for name, part in
                         (("f", "statistic"), ("df1", "between"), ("df2", "within"), ("p", "p"))}})
    return found


def comparison_rows(result: StudyResult) -> Rows:
    """One row for each comparison of two models."""
    found: Rows = []
    for task in result.binary.values():
        for one in task.comparisons:
            nri, idi = one.reclassified
            found.append({"task": task.title, "first": task.models[one.first].model.title,
                          "second": task.models[one.second].model.title, "part": one.part,
                          **_estimate("auc_difference", one.delong.difference), "delong_z": one.delong.statistic,
                          "delong_p": one.delong.p, **_estimate("difference_by_subjects", one.by_subjects),
                          **_estimate("nri", nri.estimate), "nri_p": nri.p, **_estimate("idi", idi.estimate),
                          "idi_p": idi.p})
    return found


def feature_rows(result: StudyResult) -> Rows:
    """Features of the final fits and of the folds: share of fits that kept them, weight in the final fit."""
    found: Rows = []
    for task in result.binary.values():
        for one in task.models.values():
            found += [{"task": task.title, "model": one.model.title, **row} for row in _features(one)]
    if result.regression:
        one = result.regression
        weights = one.fitted.weights
        found += [{"task": result.recipe.outcome.title, "model": one.model.title, "feature": name,
                   "kept_in_fits": share,
                   "in_final_fit": name in one.fitted.kept, "weight": weights.get(name)}
                  for name, share in one.kept_share.items()]
    return found


def _features(one: ModelResult) -> Rows:
    weights = one.fitted.weights if one.fitted else {}
    kept = set(one.fitted.kept) if one.fitted else set()
    names = list(dict.fromkeys([*weights, *one.kept_share]))
    return [{"feature": name, "kept_in_fits": one.kept_share.get(name), "in_final_fit": name in kept or name in weights,
             "weight": weights.get(name)} for name in names]


def prediction_rows(result: StudyResult) -> Rows:
    """What was predicted for rows that a fit had not seen; rows are numbered, nobody is named."""
    found: Rows = []
    for task in result.binary.values():
        parts = [("cross-validation", "internal_predictions"), ("held-out part", "test_predictions")]
        for part, attribute in parts:
            models = {one.model.id: getattr(one, attribute) for one in task.models.values()}
            first = next(iter(models.values()))
            if first is None:
                continue
            for at in range(len(first.outcome)):
                found.append({"task": task.title, "part": part, "number": at + 1, "event": int(first.outcome[at]),
                              **{name: round(float(one.probability[:, at].mean()), 6) for name, one in models.items()}})
    return found


def followed_rows(result: StudyResult) -> Rows:
    """Figures of a followed cohort, one to a row."""
    one = result.follow_up
    if one is None:
        return []
    figures = {"hazard_ratio_per_point": one.alone, "hazard_ratio_per_point_adjusted": one.adjusted}
    if one.at_horizon:
        figures |= {f"area_at_{one.at_horizon.horizon:g}_{name.replace(' ', '_')}": area
                    for name, area in one.at_horizon.areas.items()} | {"area_added_by_score": one.at_horizon.added}
    numbers = {"people": one.count, "events": one.events, "median_time": one.median_time,
               "likelihood_ratio_chi2": one.chi2, "likelihood_ratio_p": one.p, "c_index_clinical": one.clinical_c,
               "c_index_clinical_and_score": one.combined_c}
    return [{"figure": name, "value": value, "lower": None, "upper": None} for name, value in numbers.items()] + [
        {"figure": name, "value": area.value, "lower": area.lower, "upper": area.upper}
        for name, area in figures.items()]


def grid_rows(result: StudyResult) -> Rows:
    return [{"region": cell.region, "selection": cell.selector, "classifier": cell.estimator,
             "auc": None if cell.failed else cell.auc, "accuracy": None if cell.failed else cell.accuracy,
             "failed": cell.failed} for cell in (result.grid.cells if result.grid else ())]


def baseline_rows(result: StudyResult) -> Rows:
    return [{"": row.title, "all": row.everybody, **dict(zip(result.baseline_groups, row.groups, strict=True)),
             "standardised difference": row.difference} for row in result.baseline]


def answer_rows(answers: Iterable[Answer]) -> Rows:
    return [{"item": one.item.number, "topic": one.item.topic, "weight": one.item.weight or None, "state": one.state,
             "reason": one.reason} for one in answers]


def main_model(result: StudyResult) -> tuple[BinaryResult, ModelResult] | None:
    """The main model in the first task."""
    task = result.main
    return (task, task.models[result.recipe.main]) if task else None


def _estimate(name: str, one: Estimate | None) -> dict[str, float | None]:
    return {name: one and one.value, f"{name}_lower": one and one.lower, f"{name}_upper": one and one.upper}
