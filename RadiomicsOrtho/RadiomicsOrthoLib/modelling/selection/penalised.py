"""LASSO and elastic net: a penalty that leaves few coefficients, chosen in inner folds.

Tibshirani 1996 (doi:10.1111/j.2517-6161.1996.tb02080.x), Zou and Hastie 2005 (doi:10.1111/j.1467-9868.2005.00503.x).
The rule ``1se`` takes the strongest penalty within a standard error of the best (Breiman et al. 1984), as glmnet's
lambda.1se; ``min`` the best.
"""

from __future__ import annotations

import numpy as np

from ..inner_folds import inner_folds
from ..lasso import one_standard_error
from ..task import AUTO, TASKS
from .base import FeatureSelector, check_choice, check_count, check_share, standardised
from .penalised_paths import path_of

RULES = ("min", "1se")


class PenalisedSelector(FeatureSelector):
    """Keeps the columns with a coefficient in a logistic, linear or Cox model of the standardised columns.

    ``l1_ratio`` is 1 for the LASSO and less for an elastic net.  After ``fit``: ``penalties_`` from strong to weak,
    ``losses_`` (steps, folds) of people left out, ``step_`` the one that was chosen and ``coef_`` (features, or
    classes × features) on the scale of standardised columns.
    """

    tasks = TASKS

    def __init__(self, rule: str = "min", l1_ratio: float = 1.0, folds: int = 10, steps: int = 20, seed: int = 0,
                 task: str = AUTO):
        self.rule = rule
        self.l1_ratio = l1_ratio
        self.folds = folds
        self.steps = steps
        self.seed = seed
        self.task = task

    def check(self) -> None:
        check_choice(self.rule, "rule", RULES)
        check_share(self.l1_ratio, "l1_ratio")
        for name, least in (("folds", 2), ("steps", 2)):
            check_count(getattr(self, name), name)
            if getattr(self, name) < least:
                raise ValueError(f"{name} is {least} at least")

    def _choose(self, x, y, task, people):
        path = path_of(task, y, self.l1_ratio, self.steps)
        scaled = standardised(x)
        self.penalties_ = path.penalties(scaled, y)
        splits = inner_folds(y, self.folds, self.seed, people)
        self.losses_ = np.empty((len(self.penalties_), len(splits)))
        for number, (train, test) in enumerate(splits):
            mean, spread = x[train].mean(axis=0), x[train].std(axis=0)
            part = (x - mean) / np.where(spread > 0, spread, 1.0)
            fits = path.fit(part[train], y[train], self.penalties_)
            self.losses_[:, number] = [path.loss(part, y, test, train, fit) for fit in fits]
        self.step_ = one_standard_error(self.losses_) if self.rule == "1se" else \
            int(np.argmin(np.round(self.losses_.mean(axis=1), 12)))
        fits = path.fit(scaled, y, self.penalties_)
        self.coef_ = fits[self.step_][1]
        self._strengths = [np.abs(np.atleast_2d(fit[1])).max(axis=0) for fit in fits]
        return self._strengths[self.step_] > 0

    def _best(self, x, y):
        """The first that any penalty lets in."""
        entered = next((strength for strength in self._strengths if np.any(strength > 0)), self._strengths[-1])
        return int(np.argmax(entered))


class ElasticNetSelector(PenalisedSelector):
    """The same with half of the penalty on squares, which keeps features that go together together."""

    def __init__(self, rule: str = "min", l1_ratio: float = 0.5, folds: int = 10, steps: int = 20, seed: int = 0,
                 task: str = AUTO):
        super().__init__(rule, l1_ratio, folds, steps, seed, task)
