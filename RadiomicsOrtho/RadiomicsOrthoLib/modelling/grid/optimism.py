"""How much of the best score is the picking.

The bootstrap is that of Tsamardinos, Greasidou and Borboudakis 2018 (BBC-CV, doi:10.1007/s10994-018-5714-4): people's
held-out predictions are drawn with replacement, the best combination is picked on those drawn and judged on the others.
It needs no further fit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ...statistics.bootstrap import resamples
from ...statistics.estimate import Estimate
from ..dataset import Dataset
from ..inner_folds import strata_of
from ..splits import derived_seed
from .fits import Fit
from .measures import AREA, AREAS, score_of

Combination = tuple[str, str]


def corrected_best(data: Dataset, parts: Sequence[np.ndarray], fits: Mapping[Combination, Sequence[Fit]], measure: str,
                   samples: int, seed: int) -> Estimate:
    """The score of picking the best of ``fits`` (each by test part), with a percentile interval of ``samples``.

    People are drawn within outcomes.  Scores are means over test parts, as in the grid: predictions of two fits are not
    on one scale.
    """
    drawn = _drawn(data, samples, seed)
    left_out = (drawn == 0).astype(int)
    inside, outside = (np.array([_mean(_scores(data, parts, one, measure, weights)) for one in fits.values()])
                       for weights in (drawn, left_out))
    # a sample in which nothing can be judged says nothing
    usable = np.isfinite(inside).any(axis=0)
    inside, outside = inside[:, usable], outside[:, usable]
    picked = np.nanargmax(np.round(inside, 12), axis=0)
    found = outside[picked, np.arange(len(picked))]
    found = found[np.isfinite(found)]
    lower, upper = np.quantile(found, [0.025, 0.975])
    return Estimate(float(found.mean()), float(lower), float(upper))


def interval_of(data: Dataset, parts: Sequence[np.ndarray], fits: Sequence[Fit], measure: str, samples: int,
                seed: int) -> Estimate:
    """The mean score of ``fits``, one for each of ``parts``, with a percentile interval over people drawn anew."""
    everybody = np.ones((1, len(data)), int)
    value = _mean(_scores(data, parts, fits, measure, everybody))[0]
    found = _mean(_scores(data, parts, fits, measure, _drawn(data, samples, seed)))
    lower, upper = np.quantile(found[np.isfinite(found)], [0.025, 0.975])
    return Estimate(float(value), float(lower), float(upper))


def _drawn(data: Dataset, samples: int, seed: int) -> np.ndarray:
    """(samples, n): how often each row is in a bootstrap sample of people, drawn within outcomes."""
    strata = strata_of(data.outcome)
    _, first, place = np.unique(data.people, return_index=True, return_inverse=True)
    strata = np.zeros(len(data)) if strata is None else strata[first][place]
    return np.array([np.bincount(rows, minlength=len(data))
                     for rows in resamples(samples, derived_seed(seed, 7), strata, data.people)])


def _scores(data: Dataset, parts: Sequence[np.ndarray], fits: Sequence[Fit], measure: str,
            weights: np.ndarray) -> np.ndarray:
    """(parts, samples) for ``weights`` (samples, n) of the rows."""
    return np.array([_part(data.outcome[rows], fit.score, measure, weights[:, rows])
                     for rows, fit in zip(parts, fits, strict=True)])


def _part(y: np.ndarray, score: np.ndarray, measure: str, weights: np.ndarray) -> np.ndarray:
    if measure == AREA:
        return weighted_areas(y == 1, score, weights)
    if measure == AREAS:
        return _mean(np.array([weighted_areas(y == one, score[:, one], weights) for one in range(score.shape[1])]))
    found = []
    for one in weights:
        chosen = np.repeat(np.arange(len(y)), one)
        found.append(score_of(y[chosen], score[chosen], measure) if len(chosen) > 1 else np.nan)
    return np.array(found)


def weighted_areas(events: np.ndarray, score: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Areas under the ROC curve (samples) for ``weights`` (samples, n); NaN where an outcome has no weight."""
    positive = np.flatnonzero(events)
    negative = np.flatnonzero(~events)[np.argsort(score[~events], kind="stable")]
    against, drawn = score[negative], weights[:, positive]
    # weight of those without the event up to each place of their order; ties count half
    below = np.zeros((len(weights), len(negative) + 1))
    np.cumsum(weights[:, negative], axis=1, out=below[:, 1:])
    twice = below[:, np.searchsorted(against, score[positive], "left")]
    twice += below[:, np.searchsorted(against, score[positive], "right")]
    total = drawn.sum(axis=1) * below[:, -1]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0, np.einsum("ij,ij->i", drawn, twice) / 2 / total, np.nan)


def _mean(scores: np.ndarray) -> np.ndarray:
    """Over the first axis, of those that are numbers."""
    known = np.isfinite(scores)
    count = known.sum(axis=0)
    return np.where(count > 0, np.where(known, scores, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)
