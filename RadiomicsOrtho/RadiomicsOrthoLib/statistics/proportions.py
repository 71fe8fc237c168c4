"""Proportions with intervals that keep inside 0 … 1, and what a yes-or-no test gets right."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from .estimate import Estimate, binary_outcome, normal_quantile


def clopper_pearson(successes: int, trials: int, confidence: float = 0.95) -> Estimate:
    """The exact interval of Clopper and Pearson 1934 (doi:10.1093/biomet/26.4.404), from quantiles of the beta law.

    ValueError for counts that are not whole or not in order.
    """
    from scipy.stats import beta

    k, n = _counts(successes, trials)
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, not at {confidence}")
    tail = (1 - confidence) / 2
    lower = 0.0 if k == 0 else float(beta.ppf(tail, k, n - k + 1))
    upper = 1.0 if k == n else float(beta.ppf(1 - tail, k + 1, n - k))
    return Estimate(k / n, lower, upper, confidence)


def wilson(successes: int, trials: int, confidence: float = 0.95) -> Estimate:
    """The score interval of Wilson 1927 (doi:10.1080/01621459.1927.10502953), shorter and not exact."""
    k, n = _counts(successes, trials)
    z = normal_quantile(confidence)
    share = k / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return Estimate(share, 0.0 if k == 0 else centre - reach, 1.0 if k == n else centre + reach, confidence)


@dataclass(frozen=True)
class Accuracy:
    """Counts of a test against the outcome, and what follows from them, each with its exact interval.

    A share of nothing (no positive test, say) is ``None``.
    """

    true_positive: int
    false_positive: int
    true_negative: int
    false_negative: int
    confidence: float = 0.95

    @property
    def sensitivity(self) -> Estimate | None:
        return self._share(self.true_positive, self.false_negative)

    @property
    def specificity(self) -> Estimate | None:
        return self._share(self.true_negative, self.false_positive)

    @property
    def positive_predictive_value(self) -> Estimate | None:
        return self._share(self.true_positive, self.false_positive)

    @property
    def negative_predictive_value(self) -> Estimate | None:
        return self._share(self.true_negative, self.false_negative)

    @property
    def accuracy(self) -> Estimate | None:
        return self._share(self.true_positive + self.true_negative, self.false_positive + self.false_negative)

    def _share(self, right: int, wrong: int) -> Estimate | None:
        return clopper_pearson(right, right + wrong, self.confidence) if right + wrong else None


def accuracy_of(outcome: np.ndarray, positive: np.ndarray, confidence: float = 0.95) -> Accuracy:
    """Counts of the yes-or-no test ``positive`` (n, booleans) against ``outcome`` (n)."""
    events, test = binary_outcome(outcome, positive)
    if not set(np.unique(test)) <= {0.0, 1.0}:
        raise ValueError("a test is yes or no")
    test = test == 1
    return Accuracy(int((test & events).sum()), int((test & ~events).sum()), int((~test & ~events).sum()),
                    int((~test & events).sum()), confidence)


def _counts(successes: int, trials: int) -> tuple[int, int]:
    if successes != int(successes) or trials != int(trials) or not 0 <= successes <= trials or trials < 1:
        raise ValueError(f"{successes} of {trials} is no proportion")
    return int(successes), int(trials)
