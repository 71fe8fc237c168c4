"""A Cox model with the penalty of an elastic net, at one strength."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.base import BaseEstimator


class CoxNet(BaseEstimator):
    """scikit-survival's Coxnet at the penalty ``alpha``, so that it can be tuned as any other; ``l1_ratio`` 1 is LASSO.

    ``coef_`` (features) may be all 0, and then everybody has the same risk.
    """

    def __init__(self, alpha: float = 0.1, l1_ratio: float = 1.0, max_iter: int = 100000):
        self.alpha = alpha
        self.l1_ratio = l1_ratio
        self.max_iter = max_iter

    def fit(self, X, y):
        with warnings.catch_warnings():
            # a penalty that leaves nothing is one of the answers
            warnings.filterwarnings("ignore", "all coefficients are zero")
            self.model_ = self._model().fit(X, y)
        self.coef_ = self.model_.coef_[:, 0]
        return self

    def predict(self, X) -> np.ndarray:
        """Risks (n): linear predictors."""
        return self.model_.predict(X)

    def predict_survival_function(self, X, **options):
        return self.model_.predict_survival_function(X, **options)

    def score(self, X, y) -> float:
        """The concordance."""
        return self.model_.score(X, y)

    def _model(self):
        from sksurv.linear_model import CoxnetSurvivalAnalysis

        return CoxnetSurvivalAnalysis(alphas=[self.alpha], l1_ratio=self.l1_ratio, max_iter=self.max_iter,
                                      fit_baseline_model=True)
