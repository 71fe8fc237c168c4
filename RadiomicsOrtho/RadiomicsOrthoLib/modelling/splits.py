"""Splits of people into training and test that keep groups whole and outcomes in balance."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..errors import InputError
from .training_data import TrainingData


def folds(data: TrainingData, count: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(training, test) indices of ``count`` folds; no group is in both, events are spread evenly.

    InputError where there are fewer groups with an event, or without, than folds.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    for wanted, what in ((True, "with"), (False, "without")):
        if len(np.unique(data.groups[data.outcome == wanted])) < count:
            raise InputError(f"{count} folds need as many groups of people {what} the outcome.")
    splitter = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
    yield from splitter.split(np.zeros(len(data)), data.outcome, data.groups)


def drawn_share(strata: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Which people (n) are drawn: ``share`` of each of the ``strata`` (n); InputError where that is nobody or all."""
    generator = np.random.default_rng(seed)
    drawn = np.zeros(len(strata), bool)
    for stratum in np.unique(strata):
        members = generator.permutation(np.flatnonzero(strata == stratum))
        count = round(share * len(members))
        if not 0 < count < len(members):
            raise InputError(f"Holding out {100 * share:g} % leaves a part without people of one outcome; use "
                             "cross-validation alone.")
        drawn[members[:count]] = True
    return drawn


def derived_seed(seed: int, *numbers: int) -> int:
    """A seed of its own for each numbered part of a seeded computation."""
    return int(np.random.SeedSequence([seed, *numbers]).generate_state(1)[0] % 2**31)
