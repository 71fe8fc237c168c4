"""A score in a cohort that was followed: hazard ratio per point, and what it adds to a clinical Cox model (Hong et
al.)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ...errors import InputError
from ...statistics.estimate import Estimate
from ...statistics.logistic import likelihood_ratio_test
from .learners import Fitted
from .matrix import EQUALS, StudyData
from .recipe import Recipe
from .results import FollowUpResult

if TYPE_CHECKING:
    import pandas

SCORE = "score"


def follow_up_study(recipe: Recipe, data: StudyData, fitted: Fitted) -> FollowUpResult:
    """``fitted`` learned from the development part alone; its probability × 100 is the score of the followed cohort."""
    plan, rows = recipe.follow_up, np.flatnonzero(data.held_out)
    time = data.people.columns[plan.time][rows]
    event = data.people.columns[plan.event][rows] == "1"
    known = np.isfinite(time) & (time > 0)
    if known.sum() < 20 or event[known].sum() < 5:
        raise InputError(f"The followed cohort has {int(event[known].sum())} events among {int(known.sum())} people "
                         f"with a "
                         f"time in the column '{plan.time}'; a Cox model needs 5 events at least.")
    rows, time, event = rows[known], time[known], event[known]
    score = 100 * fitted.predict(data.frame.iloc[rows])[:, 1]
    columns = [name for name in data.frame.columns if name.partition(EQUALS)[0] in plan.clinical]
    clinical = data.frame.iloc[rows][columns].fillna(data.frame.iloc[rows][columns].median())
    alone = cox(clinical[[]].assign(**{SCORE: score}), time, event)
    without, both = cox(clinical, time, event), cox(clinical.assign(**{SCORE: score}), time, event)
    chi2, p = likelihood_ratio_test(without.log_likelihood_, both.log_likelihood_, 1)
    return FollowUpResult(
        len(rows), int(event.sum()), float(np.median(time)), score, time, event, *hazard_ratio(alone),
        *hazard_ratio(both), chi2, 1, p, float(without.concordance_index_), float(both.concordance_index_),
        plan.horizon,
        _at_horizon(plan.horizon, time, event,
                    {"clinical values": without.predict_log_partial_hazard(clinical).to_numpy(),
                                                "clinical values and score": both.predict_log_partial_hazard(
                                                    clinical.assign(**{SCORE: score})).to_numpy(), "score": score}),
        _mean_sd(score[event]), _mean_sd(score[~event]))


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


def _at_horizon(horizon: float | None, time: np.ndarray, event: np.ndarray,
                scores: dict[str, np.ndarray]) -> dict[str, float]:
    """Areas at the horizon: cumulative cases against those still free of it, weighted for censoring (Uno et al.
    2007)."""
    if horizon is None or not ((time <= horizon) & event).any() or not (time > horizon).any():
        return {}
    from sksurv.metrics import cumulative_dynamic_auc
    from sksurv.util import Surv

    outcome = Surv.from_arrays(event, time)
    return {name: float(cumulative_dynamic_auc(outcome, outcome, score, [horizon])[0][0])
            for name, score in scores.items()}


def _mean_sd(values: np.ndarray) -> tuple[float, float]:
    return float(values.mean()), float(values.std(ddof=1))
