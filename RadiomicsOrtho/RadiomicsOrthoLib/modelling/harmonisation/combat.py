"""ComBat: location and scale of each feature on each scanner, shrunk towards what the scanner does to all features.

Johnson, Li and Rabinovic 2007 (doi:10.1093/biostatistics/kxj037), for images Fortin et al. 2018
(doi:10.1016/j.neuroimage.2017.11.024).  The published packages learn and apply in one step; here the two are apart, so
that a later patient is changed by what was learned before.  Parametric priors, as the default of neuroCombat.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...errors import InputError

#: own choice: below it a scanner's mean and spread are hardly known
SMALL = 20
_CHANGE, _ROUNDS = 1e-6, 1000
#: values are squared and added up
LARGEST = 1e100


@dataclass(frozen=True)
class Combat:
    """What was learned: ``mean``, ``slopes`` (covariates) and ``spread`` of each of ``features`` over all scanners.

    ``shift`` and ``scale`` (batches, features) are what each of ``batches`` adds and multiplies, in spreads; ``people``
    are the rows that each was learned from.
    """

    features: tuple[str, ...]
    batches: tuple[str, ...]
    covariates: tuple[str, ...]
    people: tuple[int, ...]
    mean: np.ndarray
    slopes: np.ndarray
    spread: np.ndarray
    shift: np.ndarray
    scale: np.ndarray

    def apply(self, x: np.ndarray, batch: Sequence[str], covariates: np.ndarray | None = None) -> np.ndarray:
        """``x`` (n, features) as if all had been measured on one scanner; missing values (NaN) stay missing.

        InputError for a scanner that was not learned, and for covariates (n, covariates) that lack.
        """
        number = {one: place for place, one in enumerate(self.batches)}
        unseen = next((str(one) for one in batch if str(one) not in number), None)
        if unseen is not None:
            raise InputError(f"Nothing was learned of the scanner '{unseen}', only of {', '.join(self.batches)}; its "
                             "patients cannot be harmonised until it is learned from training data with it.")
        design = covariate_matrix(covariates, len(x), self.covariates)
        place = np.array([number[str(one)] for one in batch], int)
        expected = self.mean + design @ self.slopes
        unit = (x - expected) / self.spread
        return (unit - self.shift[place]) / self.scale[place] * self.spread + expected

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know of what was learned."""
        small = [f"{name} ({count})" for name, count in zip(self.batches, self.people, strict=True) if count < SMALL]
        if not small:
            return ()
        return (f"Few rows of {', '.join(small)} were learned from: fewer than {SMALL} say little of a scanner.",)


def fit_combat(x: np.ndarray, batch: Sequence[str], features: Sequence[str], covariates: np.ndarray | None = None,
               names: Sequence[str] = ()) -> Combat:
    """Learn from ``x`` (n, features; NaN where missing) and the scanner of each row.

    ``covariates`` (n, c) are known of every patient, such as age and sex, and what they explain stays; the outcome must
    not be one of them, or it would be written into the features.  InputError for one scanner, a scanner with fewer than
    two values of a feature, and covariates that cannot be told from the scanners.
    """
    batch = np.asarray([str(one) for one in batch])
    batches = tuple(sorted(set(batch)))
    counts = tuple(int((batch == one).sum()) for one in batches)
    if len(batches) < 2:
        raise InputError(f"All rows are of the scanner '{batches[0]}'; there is nothing to harmonise.")
    lonely = next((one for one, count in zip(batches, counts, strict=True) if count < 2), None)
    if lonely is not None:
        raise InputError(f"Of the scanner '{lonely}' there is one row only; two are needed at least, and {SMALL} are "
                         "wanted.")
    if x.shape[1] < 2:
        raise InputError("ComBat learns what a scanner does from several features; two are needed at least.")
    member = (batch[:, np.newaxis] == np.array(batches)).astype(float)
    design = np.hstack([member, covariate_matrix(covariates, len(x), names)])
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise InputError("A covariate says the same as the scanners or as another covariate, so that their effects "
                         "cannot be told apart; leave it out.")
    extreme = np.flatnonzero((np.abs(np.where(np.isfinite(x), x, 0.0)) > LARGEST).any(axis=0))
    if len(extreme):
        raise InputError(f"The feature '{features[extreme[0]]}' has a value beyond {LARGEST:g}, whose square is no "
                         "number; correct it, or leave the feature out.")
    mean, slopes, spread = _over_all(x, design, member, features)
    unit = (x - mean - design[:, len(batches):] @ slopes) / np.where(spread > 0, spread, 1.0)
    # what does not vary within scanners has no spread to be shrunk with: its shift is what it is
    varies = spread > 0
    shift, scale = np.zeros((len(batches), x.shape[1])), np.ones((len(batches), x.shape[1]))
    for number, one in enumerate(batches):
        shift[number, ~varies] = np.nanmean(unit[batch == one][:, ~varies], axis=0)
        shift[number, varies], scale[number, varies] = _shrunk(unit[batch == one][:, varies])
    return Combat(tuple(features), batches, tuple(names), counts, mean, slopes, np.where(varies, spread, 1.0), shift,
                  np.sqrt(scale))


def covariate_matrix(covariates: np.ndarray | None, rows: int, names: Sequence[str]) -> np.ndarray:
    """(rows, covariates); InputError where a value is missing."""
    found = np.empty((rows, 0)) if covariates is None else np.asarray(covariates, float)
    if found.shape != (rows, len(names)):
        raise InputError(f"The harmonisation needs {', '.join(names) or 'no covariate'} of each of {rows} rows.")
    if not np.isfinite(found).all():
        column = int(np.flatnonzero(~np.isfinite(found).all(axis=0))[0])
        raise InputError(f"The covariate '{names[column]}' is missing for a row, or is none of those learned; fill "
                         "it, or leave the row out.")
    return found


def _over_all(x: np.ndarray, design: np.ndarray, member: np.ndarray,
              features: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, slopes and spread of each feature, the effect of scanners taken out; no spread is 0."""
    count, batches = x.shape[1], member.shape[1]
    mean, slopes, spread = np.empty(count), np.empty((design.shape[1] - batches, count)), np.empty(count)
    for feature in range(count):
        known = np.isfinite(x[:, feature])
        if member[known].sum(axis=0).min() < 2:
            raise InputError(f"The feature '{features[feature]}' has fewer than two values on a scanner; leave it out.")
        coefficients = np.linalg.lstsq(design[known], x[known, feature], rcond=None)[0]
        residual = x[known, feature] - design[known] @ coefficients
        mean[feature] = member[known].mean(axis=0) @ coefficients[:batches]
        slopes[:, feature] = coefficients[batches:]
        spread[feature] = np.sqrt(np.mean(residual**2))
    # rounding leaves a little of a column that is constant
    return mean, slopes, np.where(spread > 1e-12 * np.abs(mean), spread, 0.0)


def _shrunk(unit: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Shift and variance (features) of one scanner's ``unit`` (n, features), by empirical Bayes.

    The posterior means depend on each other and are found by turns.
    """
    if unit.shape[1] < 2:
        raise InputError("Fewer than two features vary within scanners; there is nothing to learn from.")
    known = np.isfinite(unit)
    count = known.sum(axis=0)
    values = np.where(known, unit, 0.0)
    mean = values.sum(axis=0) / count
    variance = (np.where(known, unit - mean, 0.0) ** 2).sum(axis=0) / (count - 1)
    variance = np.where(variance > 0, variance, 1.0)
    centre, width = mean.mean(), mean.var(ddof=1)
    middle, dispersion = variance.mean(), variance.var(ddof=1)
    if width <= 0 or dispersion <= 0:
        # all features alike: the prior is that very value
        return np.full_like(mean, centre) if width <= 0 else mean, variance
    alpha, beta = (2 * dispersion + middle**2) / dispersion, (middle * dispersion + middle**3) / dispersion
    shift, scale = mean, variance
    for _ in range(_ROUNDS):
        new_shift = (width * count * mean + scale * centre) / (width * count + scale)
        squares = (np.where(known, unit - new_shift, 0.0) ** 2).sum(axis=0)
        new_scale = (0.5 * squares + beta) / (count / 2 + alpha - 1)
        change = max(np.abs(new_shift - shift).max(), np.abs(new_scale - scale).max())
        shift, scale = new_shift, new_scale
        if change < _CHANGE:
            return shift, scale
    raise InputError("The harmonisation does not settle; is a feature extreme on one scanner?")
