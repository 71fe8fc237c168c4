"""Ways to part people into those a model learns from and those it is judged on.  Nobody is ever in both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..errors import InputError
from ..statistics.bootstrap import resamples
from .inner_folds import inner_folds, strata_of
from .splits import derived_seed, drawn_share


@dataclass(frozen=True)
class OuterSplit:
    """``train`` and ``test`` are rows; a person in both raises ValueError, whatever made the split.

    ``train`` of a bootstrap sample may name a row several times.
    """

    repeat: int
    name: str
    train: np.ndarray
    test: np.ndarray
    people: np.ndarray

    def __post_init__(self) -> None:
        both = np.intersect1d(self.people[self.train], self.people[self.test])
        if len(both):
            raise ValueError(f"'{both[0]}' is in training and test of the split '{self.name}'")
        if not len(self.train) or not len(self.test):
            raise InputError(f"The split '{self.name}' leaves nobody on one side.")


class Rows(Protocol):
    """What a scheme looks at, such as a ``Dataset``: outcomes, people and centres (n each, or ``None``)."""

    outcome: np.ndarray
    people: np.ndarray
    centres: np.ndarray | None


class Scheme(Protocol):
    def splits(self, data: Rows, seed: int) -> list[OuterSplit]:
        """The same ``seed`` gives the same."""


@dataclass(frozen=True)
class CrossValidation:
    """``repeats`` × ``folds`` of whole people, outcomes spread evenly."""

    folds: int = 5
    repeats: int = 1

    def splits(self, data, seed):
        found = []
        for repeat in range(self.repeats):
            parts = inner_folds(data.outcome, self.folds, derived_seed(seed, 1, repeat), data.people)
            if len(parts) < self.folds:
                raise InputError(f"{self.folds} folds need as many people of each outcome; {len(parts)} are possible.")
            found += [OuterSplit(repeat, f"fold {number}", train, test, data.people)
                      for number, (train, test) in enumerate(parts, start=1)]
        return found


@dataclass(frozen=True)
class LeaveOnePersonOut:
    """As many splits as people: all that a very small table allows."""

    def splits(self, data, seed):
        return [OuterSplit(0, f"without {one}", np.flatnonzero(data.people != one), np.flatnonzero(data.people == one),
                           data.people) for one in dict.fromkeys(data.people)]


@dataclass(frozen=True)
class LeaveOneCentreOut:
    """As many splits as centres; a person of two centres is kept out of a training part that the other tests."""

    def splits(self, data, seed):
        centres = list(dict.fromkeys(_centres(data)))
        if len(centres) < 2:
            raise InputError("Leaving a centre out needs two centres at least.")
        return [_away(data, np.flatnonzero(data.centres == one), 0, f"without {one}") for one in centres]


@dataclass(frozen=True)
class CentreFolds:
    """``folds`` of whole centres."""

    folds: int = 5

    def splits(self, data, seed):
        centres = np.unique(_centres(data))
        if len(centres) < self.folds:
            raise InputError(f"{self.folds} folds of centres need as many centres; there are {len(centres)}.")
        parts = np.array_split(np.random.default_rng(derived_seed(seed, 2)).permutation(centres), self.folds)
        return [_away(data, np.flatnonzero(np.isin(data.centres, part)), 0, f"without {', '.join(sorted(part))}")
                for part in parts]


@dataclass(frozen=True)
class HoldOut:
    """``share`` of the people of each outcome is held out once; a person counts by the most frequent of the rows."""

    share: float = 0.3

    def splits(self, data, seed):
        if not 0 < self.share < 1:
            raise InputError(f"A share that is held out lies between 0 and 1, not at {self.share!r}.")
        people, place = np.unique(data.people, return_inverse=True)
        strata = strata_of(data.outcome)
        strata = np.zeros(len(people)) if strata is None else np.array(
            [_commonest(strata[place == at]) for at in range(len(people))])
        chosen = drawn_share(strata, self.share, derived_seed(seed, 3))
        return [OuterSplit(0, "hold-out", np.flatnonzero(~chosen[place]), np.flatnonzero(chosen[place]), data.people)]


@dataclass(frozen=True)
class External:
    """``rows`` are an external cohort (indices), all others are learned from."""

    rows: Sequence[int]

    def splits(self, data, seed):
        return [_away(data, np.asarray(self.rows, int), 0, "external")]


@dataclass(frozen=True)
class Bootstrap:
    """``samples`` of people drawn with replacement; those who were not drawn are tested (for .632+)."""

    samples: int = 100

    def splits(self, data, seed):
        strata = strata_of(data.outcome)
        _, first, place = np.unique(data.people, return_index=True, return_inverse=True)
        strata = np.zeros(len(data.people)) if strata is None else strata[first][place]
        found = []
        for number, drawn in enumerate(resamples(self.samples, derived_seed(seed, 4), strata, data.people)):
            rest = np.setdiff1d(np.arange(len(data.people)), drawn)
            found.append(OuterSplit(number, f"sample {number + 1}", drawn, rest, data.people))
        return found


def _away(data: Rows, test: np.ndarray, repeat: int, name: str) -> OuterSplit:
    """``test`` against everybody who is not in it."""
    train = np.flatnonzero(~np.isin(data.people, data.people[test]))
    return OuterSplit(repeat, name, train, test, data.people)


def _commonest(values: np.ndarray) -> object:
    found, counts = np.unique(values, return_counts=True)
    return found[counts.argmax()]


def _centres(data: Rows) -> np.ndarray:
    if data.centres is None:
        raise InputError("The table does not say from which centre a row is; it needs a column 'centre'.")
    return data.centres
