"""How well risks tell who has the event earlier: concordance, areas and errors at a time (lifelines, scikit-survival).

Both packages belong to the extra ``train``; everything else here needs NumPy and SciPy only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .bootstrap import bootstrap_interval
from .estimate import Estimate


@dataclass(frozen=True)
class AtTimes:
    """A figure at each of ``times``; ``mean`` weights them by how many events lie between."""

    times: tuple[float, ...]
    values: tuple[float, ...]
    mean: float


def concordance(event: np.ndarray, time: np.ndarray, risk: np.ndarray) -> float:
    """Harrell's C: how often of two people the one with the greater ``risk`` has the event earlier; ties count half.

    ValueError where no two people can be compared.
    """
    from lifelines.utils import concordance_index

    event, time, risk = _checked(event, time, risk)
    try:
        return float(concordance_index(time, -risk, event))
    except ZeroDivisionError:
        raise ValueError("no two people can be compared: nobody was seen longer than one with the event") from None


def concordance_interval(event: np.ndarray, time: np.ndarray, risk: np.ndarray, people: Sequence | None = None,
                         repeats: int = 1000, seed: int = 0, confidence: float = 0.95) -> Estimate:
    """Harrell's C with the percentile interval of a bootstrap of whole people, drawn within those with the event."""
    event, time, risk = _checked(event, time, risk)
    if people is None:
        strata = event
    else:
        _, first, place = np.unique(np.asarray(people), return_index=True, return_inverse=True)
        strata = event[first][place]
    return bootstrap_interval(concordance, event, time, risk, strata=strata, clusters=people, repeats=repeats,
                              seed=seed, confidence=confidence)


def areas_at(event: np.ndarray, time: np.ndarray, risk: np.ndarray, times: Sequence[float],
             censored_as: tuple[np.ndarray, np.ndarray] | None = None) -> AtTimes:
    """Cumulative/dynamic areas: who had the event by each of ``times`` against who was still free of it.

    Uno et al. 2007 (doi:10.1198/016214507000000149), weighted for censoring, which is taken from ``censored_as``
    (event, time of the training people) or from the people themselves.  ValueError for a time outside the follow-up.
    """
    from sksurv.metrics import cumulative_dynamic_auc

    event, time, risk = _checked(event, time, risk)
    own = _structured(event, time)
    known = own if censored_as is None else _structured(*censored_as)
    values, mean = cumulative_dynamic_auc(known, own, risk, np.asarray(times, float))
    return AtTimes(tuple(map(float, times)), tuple(map(float, values)), float(mean))


def area_interval_at(event: np.ndarray, time: np.ndarray, risk: np.ndarray, horizon: float,
                     other: np.ndarray | None = None, repeats: int = 500, seed: int = 0) -> Estimate:
    """:func:`areas_at` ``horizon`` with the percentile interval of a bootstrap of people, within those with the event.

    With ``other`` (n) the area of ``risk`` less that of ``other``, on the same samples.
    """
    def difference(e: np.ndarray, t: np.ndarray, one: np.ndarray, two: np.ndarray) -> float:
        first = areas_at(e, t, one, [horizon]).mean
        return first if other is None else first - areas_at(e, t, two, [horizon]).mean

    event, time, risk = _checked(event, time, risk)
    return bootstrap_interval(difference, event, time, risk, risk if other is None else np.asarray(other, float),
                              strata=event, repeats=repeats, seed=seed)


def net_benefit_at(event: np.ndarray, time: np.ndarray, predicted: np.ndarray, thresholds: np.ndarray,
                   horizon: float) -> np.ndarray:
    """Net benefit per person of acting on a ``predicted`` risk (n) of the event by ``horizon``, at each threshold.

    Those with the event by then are counted by Kaplan and Meier among those acted on, which is right for censored
    people (Vickers et al. 2008, doi:10.1186/1472-6947-8-53); NaN where nobody acted on was seen until then.
    """
    event, time, predicted = _checked(event, time, predicted)
    found = []
    for threshold in np.atleast_1d(thresholds):
        chosen = predicted >= threshold
        share = _event_by(event[chosen], time[chosen], horizon) if chosen.any() else 0.0
        found.append(chosen.mean() * (share - (1 - share) * threshold / (1 - threshold)))
    return np.array(found)


def _event_by(event: np.ndarray, time: np.ndarray, horizon: float) -> float:
    """1 − Kaplan and Meier's share without the event at ``horizon``; NaN where nobody was seen until then."""
    if time.max() < horizon:
        return float("nan")
    moments = np.unique(time[event & (time <= horizon)])
    return float(1 - np.prod([1 - (event & (time == moment)).sum() / (time >= moment).sum() for moment in moments]))


def brier_at(event: np.ndarray, time: np.ndarray, free: np.ndarray, times: Sequence[float],
             censored_as: tuple[np.ndarray, np.ndarray] | None = None) -> AtTimes:
    """Mean squared error of ``free`` (n, times), the probability to be free of the event, weighted for censoring.

    Graf et al. 1999, Stat Med 18:2529.
    """
    from sksurv.metrics import brier_score, integrated_brier_score

    event, time, free = np.asarray(event, bool), np.asarray(time, float), np.asarray(free, float)
    own = _structured(event, time)
    known = own if censored_as is None else _structured(*censored_as)
    values = brier_score(known, own, free, np.asarray(times, float))[1]
    mean = integrated_brier_score(known, own, free, np.asarray(times, float)) if len(times) > 1 else values[0]
    return AtTimes(tuple(map(float, times)), tuple(map(float, values)), float(mean))


def _structured(event: np.ndarray, time: np.ndarray) -> np.ndarray:
    from sksurv.util import Surv

    return Surv.from_arrays(np.asarray(event, bool), np.asarray(time, float))


def _checked(event: np.ndarray, time: np.ndarray, risk: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    event, time, risk = np.asarray(event, bool), np.asarray(time, float), np.asarray(risk, float)
    if not event.shape == time.shape == risk.shape or event.ndim != 1:
        raise ValueError("events, times and risks of one length are needed")
    if not np.isfinite(time).all() or not np.isfinite(risk).all() or (time <= 0).any():
        raise ValueError("times must be above 0, and risks numbers")
    return event, time, risk
