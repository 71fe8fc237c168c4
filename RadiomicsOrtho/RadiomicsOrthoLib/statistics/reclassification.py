"""What a new model adds to an old one: net reclassification (NRI) and integrated discrimination (IDI).

Pencina et al. 2008 (doi:10.1002/sim.2929) and 2011 (doi:10.1002/sim.4085, without categories).  Both can favour a
useless predictor in a miscalibrated model (Hilden and Gerds 2014, doi:10.1002/sim.5804): show them beside the
likelihood-ratio test.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .estimate import Estimate, binary_outcome, normal_quantile, probabilities, two_sided


@dataclass(frozen=True)
class Improvement:
    """An improvement with its interval, z and two-sided p; ``of_events`` and ``of_others`` are its two parts."""

    estimate: Estimate
    of_events: float
    of_others: float
    z: float
    p: float


def net_reclassification(outcome: np.ndarray, old: np.ndarray, new: np.ndarray, cutoffs: Sequence[float] = (),
                         confidence: float = 0.95) -> Improvement:
    """NRI from ``old`` to ``new`` (n each): events that move up less those that move down, others the other way round.

    Categories are cut at ``cutoffs`` (a probability at the cut belongs above); without any, every change counts.
    """
    events, old, new = _checked(outcome, old, new)
    if cutoffs:
        old, new = (np.searchsorted(np.sort(np.asarray(cutoffs, float)), p, side="right") for p in (old, new))
    up, down = new > old, new < old
    of_events = float(up[events].mean() - down[events].mean())
    of_others = float(down[~events].mean() - up[~events].mean())
    moved = [float((up | down)[chosen].mean()) / int(chosen.sum()) for chosen in (events, ~events)]
    return _improvement(of_events, of_others, sum(moved), confidence)


def integrated_discrimination(outcome: np.ndarray, old: np.ndarray, new: np.ndarray,
                              confidence: float = 0.95) -> Improvement:
    """IDI: how much the mean prediction of events rises and that of others falls from ``old`` to ``new`` (n each)."""
    events, old, new = _checked(outcome, old, new)
    change = new - old
    variance = sum(float(change[chosen].var(ddof=1)) / int(chosen.sum()) for chosen in (events, ~events))
    return _improvement(float(change[events].mean()), float(-change[~events].mean()), variance, confidence)


def _improvement(of_events: float, of_others: float, variance: float, confidence: float) -> Improvement:
    value, error = of_events + of_others, math.sqrt(variance)
    reach = normal_quantile(confidence) * error
    z = value / error if error > 0 else 0.0
    return Improvement(Estimate(value, value - reach, value + reach, confidence), of_events, of_others, z, two_sided(z))


def _checked(outcome: np.ndarray, old: np.ndarray, new: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    events, old, new = binary_outcome(outcome, old, new)
    if min(events.sum(), (~events).sum()) < 2:
        raise ValueError("two people of each outcome at least are needed")
    return events, probabilities(old), probabilities(new)
