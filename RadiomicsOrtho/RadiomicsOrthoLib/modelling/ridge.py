"""Logistic regression with a ridge penalty chosen by inner cross-validation (scikit-learn)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .design import Part, design_matrix, rounded, terms
from .splits import folds
from .training_data import Columns, TrainingData

#: scikit-learn's C, the inverse of the penalty on standardised columns
PENALTIES = (0.01, 0.1, 1.0, 10.0)
INNER_FOLDS = 5


@dataclass(frozen=True)
class FittedLogistic:
    """``intercept`` and ``coefficients`` on the scale of the inputs; ``penalty`` is the C that was chosen.

    ``events_per_coefficient`` counts the rarer outcome.
    """

    parts: tuple[Part, ...]
    intercept: float
    coefficients: np.ndarray
    penalty: float
    held_out: np.ndarray
    events_per_coefficient: float

    def probability(self, columns: Columns) -> np.ndarray:
        return predict(design_matrix(self.parts, columns), self.intercept, self.coefficients)

    def estimator(self) -> dict:
        """The additive estimator of ``model.json``, with rounded coefficients."""
        return {"link": "logit", "intercept": rounded(self.intercept),
                "terms": terms(self.parts, self.coefficients)}

    def inputs(self, columns: Columns) -> list[dict]:
        return []

    def describe(self) -> dict:
        return {"kind": "ridge logistic regression", "c": self.penalty, "coefficients": len(self.coefficients),
                "events_per_coefficient": float(f"{self.events_per_coefficient:.3g}")}

    def reference_probability(self, estimator: Mapping, columns: Columns) -> np.ndarray:
        """Probabilities by scikit-learn's own code for the coefficients that stand in ``estimator``."""
        written = [part.coefficients(term) for part, term in zip(self.parts, estimator["terms"], strict=True)]
        return reference_probability(design_matrix(self.parts, columns), estimator["intercept"],
                                     np.concatenate(written))


@dataclass(frozen=True)
class RidgeLogistic:
    """Columns are standardised with the weights of the training people; the constant is not penalised."""

    parts: tuple[Part, ...]
    penalties: Sequence[float] = PENALTIES
    inner_folds: int = INNER_FOLDS

    def fit(self, data: TrainingData, seed: int) -> FittedLogistic:
        x = design_matrix(self.parts, data.columns)
        held_out = np.empty((len(self.penalties), len(data)))
        for train, test in folds(data, self.inner_folds, seed):
            for number, penalty in enumerate(self.penalties):
                fit = fit_ridge(x[train], data.outcome[train], data.weights[train], penalty)
                held_out[number, test] = predict(x[test], *fit)
        losses = [log_loss(data.outcome, row, data.weights) for row in held_out]
        # of penalties as good as each other the strongest
        best = int(np.argmin(np.round(losses, 9)))
        intercept, coefficients = fit_ridge(x, data.outcome, data.weights, self.penalties[best])
        rarer = min(data.events, len(data) - data.events)
        return FittedLogistic(self.parts, intercept, coefficients, self.penalties[best], held_out[best],
                              rarer / x.shape[1])


def fit_ridge(x: np.ndarray, outcome: np.ndarray, weights: np.ndarray, penalty: float) -> tuple[float, np.ndarray]:
    """Intercept and coefficients (k) of ``outcome`` (n) on the columns of ``x`` (n, k), on their own scale."""
    from sklearn import config_context
    from sklearn.linear_model import LogisticRegression

    mean = np.average(x, axis=0, weights=weights)
    spread = np.sqrt(np.average((x - mean) ** 2, axis=0, weights=weights))
    spread[spread == 0] = 1.0
    # the exact Hessian: the same coefficients on every machine, to more digits than are written
    model = LogisticRegression(C=penalty, solver="newton-cholesky", tol=1e-10, max_iter=1000)
    with config_context(assume_finite=True, skip_parameter_validation=True):
        model.fit((x - mean) / spread, outcome, sample_weight=weights)
    coefficients = model.coef_[0] / spread
    return float(model.intercept_[0] - coefficients @ mean), coefficients


def predict(x: np.ndarray, intercept: float, coefficients: np.ndarray) -> np.ndarray:
    from scipy.special import expit

    return expit(intercept + x @ coefficients)


def reference_probability(x: np.ndarray, intercept: float, coefficients: Sequence[float]) -> np.ndarray:
    """What scikit-learn's own code makes of a design ``x`` (n, k) and given coefficients (k)."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression()
    model.classes_, model.n_features_in_ = np.array([0, 1]), x.shape[1]
    model.intercept_, model.coef_ = np.array([intercept]), np.asarray(coefficients, float)[np.newaxis]
    return model.predict_proba(x)[:, 1]


def log_loss(outcome: np.ndarray, probability: np.ndarray, weights: np.ndarray) -> float:
    """Weighted mean of −ln of the probability that was given to what happened."""
    given = np.where(outcome, probability, 1 - probability)
    return float(np.average(-np.log(np.maximum(given, 1e-15)), weights=weights))
