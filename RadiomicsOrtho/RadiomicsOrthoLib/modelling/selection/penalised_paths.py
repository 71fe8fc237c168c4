"""The path of penalised models of each kind of outcome: their penalties, fits and the loss of people left out.

A fit is (intercept, coefficients) on standardised columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ..lasso import fit_lasso, penalty_path
from ..task import CLASSIFICATION, SURVIVAL, event_and_time

Fit = tuple[np.ndarray, np.ndarray]
#: of the strongest penalty: where the path of linear and Cox models ends (glmnet goes to 0.01 or further)
WEAKEST = 0.01


class Path(Protocol):
    def penalties(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """From just above what any column withstands, to weak."""

    def fit(self, x: np.ndarray, y: np.ndarray, penalties: np.ndarray) -> list[Fit]:
        """One fit for each penalty."""

    def loss(self, x: np.ndarray, y: np.ndarray, test: np.ndarray, train: np.ndarray, fit: Fit) -> float:
        """Of ``fit`` on the rows ``test``; ``x`` and ``y`` are all rows."""


def path_of(task: str, y: np.ndarray, l1_ratio: float, steps: int) -> Path:
    if task == SURVIVAL:
        return CoxPath(l1_ratio, steps)
    if task == CLASSIFICATION:
        two = len(np.unique(y)) == 2
        return LogisticLassoPath(steps) if two and l1_ratio == 1 else LogisticNetPath(l1_ratio, steps)
    return LinearPath(l1_ratio, steps)


@dataclass(frozen=True)
class LogisticLassoPath:
    """Two classes, all of the penalty on absolute values: scikit-learn with liblinear, exact and without chance."""

    steps: int

    def penalties(self, x, y):
        entering = penalty_path(x, _events(y), self.steps - 1)
        # first the model of no column, which a rule must be able to choose
        return np.concatenate([entering[:1] / 1.06, entering])

    def fit(self, x, y, penalties):
        # C is a price for each row: a fold with fewer rows has the same balance with a greater one
        return [fit_lasso(x, _events(y), c) for c in penalties]

    def loss(self, x, y, test, train, fit):
        predictor = fit[0] + x[test] @ fit[1]
        events = y[test] == np.unique(y)[1]
        return float(np.mean(np.logaddexp(0, predictor) - events * predictor))


@dataclass(frozen=True)
class LogisticNetPath:
    """Any number of classes and mixture of penalties: scikit-learn with saga, each step starting from the last."""

    l1_ratio: float
    steps: int

    def penalties(self, x, y):
        entry = max(1 / np.abs(x.T @ ((y == one) - np.mean(y == one))).max() for one in np.unique(y))
        return entry / max(self.l1_ratio, 0.05) * np.geomspace(0.99, 60.0, self.steps)

    def fit(self, x, y, penalties):
        import warnings

        from sklearn.exceptions import ConvergenceWarning
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(l1_ratio=self.l1_ratio, solver="saga", tol=1e-4, max_iter=500, warm_start=True,
                                   random_state=0)
        fits = []
        with warnings.catch_warnings():
            # a weak penalty on many columns may need more; the loss on people left out judges what was reached
            warnings.simplefilter("ignore", ConvergenceWarning)
            for c in penalties:
                model.set_params(C=float(c)).fit(x, y)
                fits.append((model.intercept_.copy(), model.coef_.copy()))
        return fits

    def loss(self, x, y, test, train, fit):
        from scipy.special import logsumexp

        classes, place = np.unique(y, return_inverse=True)
        predictor = fit[0] + x[test] @ fit[1].T
        if len(classes) == 2:
            predictor = np.column_stack([np.zeros(len(test)), predictor[:, 0]])
        return float(np.mean(logsumexp(predictor, axis=1) - predictor[np.arange(len(test)), place[test]]))


@dataclass(frozen=True)
class LinearPath:
    """A number: scikit-learn's coordinate descent; the loss is the mean square."""

    l1_ratio: float
    steps: int

    def penalties(self, x, y):
        entry = np.abs(x.T @ (y - y.mean())).max() / (len(y) * self.l1_ratio)
        return max(entry, 1e-12) * np.geomspace(1.0, WEAKEST, self.steps)

    def fit(self, x, y, penalties):
        from sklearn.linear_model import enet_path

        coefficients = enet_path(x, y - y.mean(), l1_ratio=self.l1_ratio, alphas=penalties, max_iter=20000)[1]
        return [(y.mean(), one) for one in coefficients.T]

    def loss(self, x, y, test, train, fit):
        return float(np.mean((y[test] - fit[0] - x[test] @ fit[1]) ** 2))


@dataclass(frozen=True)
class CoxPath:
    """A time until an event: scikit-survival's Coxnet.

    The loss of a fold is that of Verweij and van Houwelingen 1993 (doi:10.1002/sim.4780122407): how much less likely
    all rows are than the training rows alone, for each event left out.
    """

    l1_ratio: float
    steps: int

    def penalties(self, x, y):
        return self._model().fit(x, y).alphas_

    def fit(self, x, y, penalties):
        found = self._model(list(penalties)).fit(x, y)
        coefficients = {float(alpha): one for alpha, one in zip(found.alphas_, found.coef_.T, strict=True)}
        # the path may end early, where nothing is left to explain
        last = found.coef_.T[-1]
        return [(0.0, coefficients.get(float(alpha), last)) for alpha in penalties]

    def loss(self, x, y, test, train, fit):
        risk = x @ fit[1]
        events = max(int(event_and_time(y[test])[0].sum()), 1)
        return -(partial_log_likelihood(y, risk) - partial_log_likelihood(y[train], risk[train])) / events

    def _model(self, alphas: Sequence[float] | None = None):
        from sksurv.linear_model import CoxnetSurvivalAnalysis

        return CoxnetSurvivalAnalysis(l1_ratio=self.l1_ratio, n_alphas=self.steps, alphas=alphas,
                                      alpha_min_ratio=WEAKEST, max_iter=100000)


def partial_log_likelihood(y: np.ndarray, risk: np.ndarray) -> float:
    """Cox's, with ties as Breslow 1974; ``risk`` (n) is the linear predictor."""
    event, time = event_and_time(y)
    order = np.argsort(-time, kind="stable")
    event, time, risk = event[order], time[order], risk[order]
    last = np.searchsorted(-time, -time, side="right") - 1
    at_risk = np.logaddexp.accumulate(risk)[last]
    return float((risk - at_risk)[event].sum())


def _events(y: np.ndarray) -> np.ndarray:
    return y == np.unique(y)[1]
