"""Decision curves: the net benefit of acting on a prediction (Vickers and Elkin 2006, doi:10.1177/0272989X06295361).

Positive is a prediction of at least the threshold, as in dcurves.
"""

from __future__ import annotations

import numpy as np

from .estimate import binary_outcome, probabilities


def net_benefit(outcome: np.ndarray, predicted: np.ndarray, thresholds: np.ndarray, prevalence: float | None = None,
                harm: float = 0.0) -> np.ndarray:
    """True positives minus weighed false positives per person, at each of ``thresholds`` (t, inside 0 … 1).

    One false positive weighs threshold / (1 − threshold).  ``prevalence`` replaces the sample's where cases were
    chosen by outcome; ``harm`` is what the test itself costs.
    """
    events, predicted = binary_outcome(outcome, predicted)
    probabilities(predicted)
    thresholds = _checked(thresholds)
    positive = predicted >= thresholds[:, np.newaxis]
    sensitivity, fall_out = positive[:, events].mean(axis=1), positive[:, ~events].mean(axis=1)
    share = _prevalence(events, prevalence)
    return sensitivity * share - fall_out * (1 - share) * thresholds / (1 - thresholds) - harm


def net_benefit_of_all(outcome: np.ndarray, thresholds: np.ndarray, prevalence: float | None = None) -> np.ndarray:
    """The net benefit of acting on everybody; on nobody it is 0."""
    share = _prevalence(binary_outcome(outcome)[0], prevalence)
    thresholds = _checked(thresholds)
    return share - (1 - share) * thresholds / (1 - thresholds)


def interventions_avoided(outcome: np.ndarray, predicted: np.ndarray, thresholds: np.ndarray,
                          prevalence: float | None = None) -> np.ndarray:
    """By how many per person the prediction spares acting on everybody, at no loss of true positives."""
    thresholds = _checked(thresholds)
    gain = net_benefit(outcome, predicted, thresholds, prevalence) - net_benefit_of_all(outcome, thresholds, prevalence)
    return gain / (thresholds / (1 - thresholds))


def _prevalence(events: np.ndarray, given: float | None) -> float:
    if given is not None and not 0 < given < 1:
        raise ValueError(f"a prevalence lies between 0 and 1, not at {given}")
    return float(events.mean()) if given is None else given


def _checked(thresholds: np.ndarray) -> np.ndarray:
    thresholds = np.atleast_1d(np.asarray(thresholds, float))
    if not np.all((thresholds > 0) & (thresholds < 1)):
        raise ValueError("thresholds lie between 0 and 1")
    return thresholds
