"""Columns ``dl_…`` of people by networks that have not seen them, also where later folds learn from those columns.

One network for each fold is not enough.  A study that is validated in folds learns, say in fold A, from columns of
people of B; if the network of B has seen A, the people of A have a part in what they are judged by.  So for each fold
A there is a set of columns of its own, in whose making nobody of A had a part: people of B get the network without A
and B, people of A the network without A.  K folds need K (K + 1) / 2 networks, and one on everybody for later
patients, which stands to the columns of all folds together as the network without A to those of A.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ...errors import InputError
from ...long_work import Cancelled, Progress, never_cancelled, no_progress
from ..inner_folds import inner_folds
from ..splits import derived_seed
from .alignment import rotation
from .training import TrainedNetwork, TrainingPlan, train_network

#: with two folds left out at a time, one must be left to learn from
MIN_FOLDS = 3


@dataclass(frozen=True)
class Columns:
    """``features`` (n, p) and ``probability`` (n) of every person, in the axes of one network."""

    features: np.ndarray
    probability: np.ndarray

    @property
    def table(self) -> np.ndarray:
        """(n, p + 1), the probability last."""
        return np.column_stack([self.features, self.probability])


@dataclass(frozen=True)
class CrossFitted:
    """``network`` learned from everybody; ``whole`` are columns of networks without the person's own fold.

    ``without`` has for each fold the columns in whose making that fold had no part; ``fold`` (n) counts from 1.
    ``agreement`` are the correlations of the rotations, ``trained`` all networks, ``network`` first.
    """

    network: TrainedNetwork
    fold: np.ndarray
    whole: Columns
    without: Mapping[int, Columns]
    agreement: tuple[float, ...]
    trained: tuple[TrainedNetwork, ...]


def deal_folds(outcome: np.ndarray, people: np.ndarray, count: int, seed: int) -> np.ndarray:
    """The fold (n; from 1) of each row: whole people, outcomes spread evenly; InputError where that cannot be."""
    if count < MIN_FOLDS:
        raise InputError(f"{MIN_FOLDS} folds at least: two are left out at a time, and the network learns from others.")
    parts = inner_folds(outcome, count, derived_seed(seed, 1), people)
    if len(parts) < count:
        raise InputError(f"{count} folds need as many people of each outcome; {len(parts)} are possible.")
    found = np.zeros(len(outcome), int)
    for number, (_, test) in enumerate(parts, start=1):
        found[test] = number
    return found


def cross_fit(crops: np.ndarray, outcome: np.ndarray, people: np.ndarray, fold: np.ndarray, plan: TrainingPlan,
              seed: int, progress: Progress = no_progress, cancelled: Cancelled = never_cancelled) -> CrossFitted:
    """Networks for every fold and every two, as the head of this module says.

    ``crops`` (n, k, j, i), ``outcome`` (n, 0 or 1), ``people`` (n), ``fold`` (n, from 1).  CancelledError on request.
    """
    numbers = [int(one) for one in np.unique(fold)]
    left_out = [(), *((one,) for one in numbers), *combinations(numbers, 2)]
    networks: dict[tuple[int, ...], TrainedNetwork] = {}
    for at, folds in enumerate(left_out):
        rows = np.flatnonzero(~np.isin(fold, folds))
        # all begin with the same weights, so that their filters stay alike
        networks[folds] = train_network(crops[rows], outcome[rows], people[rows], plan, seed,
                                        _share(progress, at, len(left_out)), cancelled)
    seen = {folds: network.encode(crops) for folds, network in networks.items()}
    agreement: list[float] = []

    def columns(main: tuple[int, ...]) -> Columns:
        """As a study without the folds ``main`` sees them."""
        features, probability = (part.copy() for part in seen[main])
        target = seen[main][0]
        for one in numbers:
            if one in main:
                continue
            other = tuple(sorted((*main, one)))
            rows, learned = fold == one, ~np.isin(fold, other)
            turned = rotation(seen[other][0][learned], target[learned])
            agreement.append(turned.agreement)
            features[rows], probability[rows] = turned(seen[other][0][rows]), seen[other][1][rows]
        return Columns(features, probability)

    whole = columns(())
    return CrossFitted(networks[()], fold, whole, {one: columns((one,)) for one in numbers}, tuple(agreement),
                       tuple(networks.values()))


def _share(progress: Progress, at: int, count: int) -> Callable[[float, str], None]:
    return lambda share, text: progress((at + share) / count, f"network {at + 1} of {count}, {text}")
