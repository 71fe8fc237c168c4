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


def derived_seed(seed: int, *numbers: int) -> int:
    """A seed of its own for each numbered part of a seeded computation."""
    return int(np.random.SeedSequence([seed, *numbers]).generate_state(1)[0] % 2**31)
