"""A radiomics score by LASSO, and beside it a few clinical numbers in one logistic model (as Wang et al. 2023).

The score is linear in the features that the LASSO keeps.  What the logistic model sees of it in training are scores
from fits that did not contain the person, so that the score does not look better there than it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from .card_text import training_range
from .design import LinearPart, design_matrix, rounded, terms
from .lasso import fit_lasso, one_standard_error, penalty_path
from .ridge import fit_ridge, log_loss, predict, reference_probability
from .splits import folds
from .training_data import Columns, TrainingData

SCORE = "rad_score"
INNER_FOLDS = 5
#: the logistic model has few columns and needs hardly a penalty
WEAK_PENALTY = 10.0


@dataclass(frozen=True)
class RadScore:
    """``intercept + Σ coefficient × feature`` over the features that were kept.

    Its mean is 0 and its standard deviation 1 among the people of the fit: the LASSO's own scale depends on how strong
    its penalty is, and would not be the same in the next fit.
    """

    intercept: float
    coefficients: Mapping[str, float]

    def of(self, columns: Columns) -> np.ndarray:
        rows = len(next(iter(columns.values())))
        return self.intercept + sum((value * np.asarray(columns[name], float)
                                     for name, value in self.coefficients.items()), np.zeros(rows))


@dataclass(frozen=True)
class FittedRadScore:
    """``logistic`` holds the intercept and the coefficients of the score and of ``clinical``."""

    score: RadScore
    clinical: tuple[LinearPart, ...]
    intercept: float
    logistic: np.ndarray
    c: float
    candidates: int
    events_per_coefficient: float
    held_out: np.ndarray

    def probability(self, columns: Columns) -> np.ndarray:
        return predict(self._design(self.score, columns), self.intercept, self.logistic)

    def estimator(self) -> dict:
        parts = (LinearPart(SCORE), *self.clinical)
        return {"link": "logit", "intercept": rounded(self.intercept), "terms": terms(parts, self.logistic)}

    def inputs(self, columns: Columns) -> list[dict]:
        """The features, and the score that is derived from them; InputError if none was kept."""
        if not self.score.coefficients:
            raise InputError("No feature says anything about the outcome in this table; there is no score.")
        written = self._written()
        features = [{"name": name, "title": name, "source": "feature", "key": name,
                     "training_range": training_range(columns[name])} for name in written.coefficients]
        score = written.of(columns)
        derived = {"offset": written.intercept,
                   "products": [{"powers": {name: 1}, "factor": value} for name, value in written.coefficients.items()]}
        return [*features, {"name": SCORE, "title": "Rad-score", "source": "derived", "derived": derived,
                            "training_range": training_range(score),
                            "axis_range": [float(np.floor(score.min())), float(np.ceil(score.max()))]}]

    def describe(self) -> dict:
        return {"kind": "LASSO logistic regression, then logistic regression with the score", "c": self.c,
                "candidate_features": self.candidates, "kept_features": len(self.score.coefficients),
                "events_per_candidate": float(f"{self.events_per_coefficient:.3g}")}

    def reference_probability(self, estimator: Mapping, columns: Columns) -> np.ndarray:
        coefficients = [term["coefficient"] for term in estimator["terms"]]
        return reference_probability(self._design(self._written(), columns), estimator["intercept"], coefficients)

    def _written(self) -> RadScore:
        """The score with its coefficients as they are written."""
        return RadScore(rounded(self.score.intercept),
                        {name: rounded(value) for name, value in self.score.coefficients.items()})

    def _design(self, score: RadScore, columns: Columns) -> np.ndarray:
        return np.column_stack([score.of(columns), design_matrix(self.clinical, columns)])


@dataclass(frozen=True)
class RadScoreLogistic:
    """Chooses among the columns whose names begin with ``prefix``; all ``clinical`` numbers stay.

    The penalty has the least loss in inner folds; with ``simplest`` it is the strongest within a standard error of it.
    """

    prefix: str
    clinical: tuple[LinearPart, ...]
    simplest: bool = False
    inner_folds: int = INNER_FOLDS

    def fit(self, data: TrainingData, seed: int) -> FittedRadScore:
        features = [name for name in data.columns if name.startswith(self.prefix)]
        x = np.column_stack([np.asarray(data.columns[name], float) for name in features])
        path = penalty_path(x, data.outcome)
        scores, losses = np.empty((len(path), len(data))), np.empty((len(path), self.inner_folds))
        for number, (train, test) in enumerate(folds(data, self.inner_folds, seed)):
            for step, c in enumerate(path):
                intercept, coefficients = fit_lasso(x[train], data.outcome[train], c * len(data) / len(train))
                losses[step, number] = log_loss(data.outcome[test], predict(x[test], intercept, coefficients),
                                                np.ones(len(test)))
                start, factors = standardised(x[train], coefficients)
                scores[step, test] = start + x[test] @ factors
        step = one_standard_error(losses) if self.simplest else int(np.argmin(losses.mean(axis=1)))
        start, factors = standardised(x, fit_lasso(x, data.outcome, path[step])[1])
        kept = {name: float(value) for name, value in zip(features, factors, strict=True) if value != 0}
        clinical = design_matrix(self.clinical, data.columns)
        honest = np.column_stack([scores[step], clinical])
        constant, logistic = fit_ridge(honest, data.outcome, data.weights, WEAK_PENALTY)
        rarer = min(data.events, len(data) - data.events)
        return FittedRadScore(RadScore(start, kept), self.clinical, constant, logistic, float(f"{path[step]:.6g}"),
                              len(features), rarer / (len(features) + len(self.clinical)),
                              predict(honest, constant, logistic))


def standardised(x: np.ndarray, coefficients: np.ndarray) -> tuple[float, np.ndarray]:
    """Constant and factors (k) of the score with mean 0 and standard deviation 1 over ``x`` (n, k)."""
    raw = x @ coefficients
    spread = raw.std()
    factors = coefficients / spread if spread > 0 else np.zeros(len(coefficients))
    return float(-x.mean(axis=0) @ factors), factors
