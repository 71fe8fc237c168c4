"""A score in a followed cohort: hazard ratio per point, and what it adds to a clinical Cox model (Hong et al.)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...errors import InputError
from ...statistics.estimate import Estimate
from ...statistics.logistic import likelihood_ratio_test
from ...statistics.survival import area_interval_at, net_benefit_at
from ..inner_folds import inner_folds
from ..splits import derived_seed
from ..task import survival_outcome
from .learners import Fitted
from .matrix import EQUALS, StudyData
from .recipe import Recipe
from .results import RISKS, AtHorizon, FollowUpResult

if TYPE_CHECKING:
    import pandas

SCORE = "score"
#: of a Cox model for risks of people whom it has not seen, and the least events for them
FOLDS, LEAST = 5, 5


def follow_up_study(recipe: Recipe, data: StudyData, fitted: Fitted) -> FollowUpResult:
    """``fitted`` learned from the development part alone; its probability × 100 is the score of the followed cohort."""
    plan, rows = recipe.follow_up, np.flatnonzero(data.held_out)
    time = data.people.columns[plan.time][rows]
    event = data.people.columns[plan.event][rows] == "1"
    known = np.isfinite(time) & (time > 0)
    if known.sum() < 20 or event[known].sum() < 5:
        raise InputError(f"The followed cohort has {int(event[known].sum())} events among {int(known.sum())} people "
                         f"with a time in the column '{plan.time}'; a Cox model needs 5 events at least.")
    rows, time, event = rows[known], time[known], event[known]
    score = 100 * fitted.predict(data.frame.iloc[rows])[:, 1]
    if np.ptp(score) == 0:
        raise InputError("The score is the same for everybody of the followed cohort: the model learned nothing from "
                         "its features, and a score without differences has no hazard ratio.")
    columns = [name for name in data.frame.columns if name.partition(EQUALS)[0] in plan.clinical]
    clinical = data.frame.iloc[rows][columns].fillna(data.frame.iloc[rows][columns].median())
    alone = cox(clinical[[]].assign(**{SCORE: score}), time, event)
    without, both = cox(clinical, time, event), cox(clinical.assign(**{SCORE: score}), time, event)
    chi2, p = likelihood_ratio_test(without.log_likelihood_, both.log_likelihood_, 1)
    return FollowUpResult(
        len(rows), int(event.sum()), float(np.median(time)), score, time, event, *hazard_ratio(alone),
        *hazard_ratio(both), chi2, 1, p, float(without.concordance_index_), float(both.concordance_index_),
        _at_horizon(recipe, time, event, clinical, score), _mean_sd(score[event]), _mean_sd(score[~event]))


def cox(columns: pandas.DataFrame, time: np.ndarray, event: np.ndarray):
    """A Cox model by lifelines (ties after Efron); InputError where it does not converge."""
    from lifelines import CoxPHFitter
    from lifelines.exceptions import ConvergenceError

    try:
        return CoxPHFitter().fit(columns.reset_index(drop=True).assign(_time=time, _event=event), "_time", "_event")
    except ConvergenceError:
        raise InputError("The Cox model does not converge: a column separates those with the event from the others, or "
                         "two columns say the same.") from None


def hazard_ratio(fitted) -> tuple[Estimate, float]:
    """The hazard ratio per point of the score with its 95 % interval, and its p (Wald)."""
    row = fitted.summary.loc[SCORE]
    return (Estimate(float(row["exp(coef)"]), float(row["exp(coef) lower 95%"]), float(row["exp(coef) upper 95%"])),
            float(row["p"]))


def _at_horizon(recipe: Recipe, time: np.ndarray, event: np.ndarray, clinical: pandas.DataFrame,
                score: np.ndarray) -> AtHorizon | None:
    """Risks at the horizon from Cox models that had not seen the person, with areas and net benefit.

    ``None`` without a horizon, or with fewer than five events before it or people seen beyond it.
    """
    horizon, plan = recipe.follow_up.horizon, recipe.validation
    if horizon is None or min(((time <= horizon) & event).sum(), (time > horizon).sum()) < LEAST:
        return None
    columns = {"clinical values": clinical, "clinical values and score": clinical.assign(**{SCORE: score}),
               "score": clinical[[]].assign(**{SCORE: score})}
    risks = {name: _held_out_risk(frame, time, event, horizon, plan.seed) for name, frame in columns.items()}
    repeats = plan.bootstrap // 2
    without, both = risks["clinical values"], risks["clinical values and score"]
    # ranked by the score itself: that of a Cox model of the score alone differs between folds
    ranked = risks | {"score": score}
    return AtHorizon(
        horizon, {name: area_interval_at(event, time, risk, horizon, None, repeats, plan.seed)
                  for name, risk in ranked.items()},
        area_interval_at(event, time, both, horizon, without, repeats, plan.seed),
        {name: net_benefit_at(event, time, risk, RISKS, horizon) for name, risk in risks.items()},
        net_benefit_at(event, time, np.ones(len(time)), RISKS, horizon))


def _held_out_risk(columns: pandas.DataFrame, time: np.ndarray, event: np.ndarray, horizon: float,
                   seed: int) -> np.ndarray:
    """The risk (n) of the event by ``horizon``, by Cox models of folds that had not seen the person."""
    found = np.empty(len(time))
    for train, test in inner_folds(survival_outcome(event, time), FOLDS, derived_seed(seed, 13),
                                   np.asarray(columns.index)):
        fitted = cox(columns.iloc[train], time[train], event[train])
        free = fitted.predict_survival_function(columns.iloc[test].reset_index(drop=True), times=[horizon])
        found[test] = 1 - free.to_numpy()[0]
    return found


def _mean_sd(values: np.ndarray) -> tuple[float, float]:
    return float(values.mean()), float(values.std(ddof=1))
