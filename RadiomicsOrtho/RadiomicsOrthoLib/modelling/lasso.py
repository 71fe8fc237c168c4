"""The LASSO for a yes-or-no outcome: the fit, the path of its penalties, and which of them is chosen."""

from __future__ import annotations

import numpy as np

#: scikit-learn's C from where the first feature enters, in this many steps up to this factor
STEPS, FACTOR = 10, 60.0


def fit_lasso(x: np.ndarray, outcome: np.ndarray, c: float) -> tuple[float, np.ndarray]:
    """Intercept and coefficients (k) on the scale of ``x`` (n, k), of which columns are standardised first."""
    from sklearn import config_context
    from sklearn.linear_model import LogisticRegression

    mean, spread = x.mean(axis=0), x.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    # liblinear penalises the constant too; as a column of 100 its coefficient is small and hardly penalised
    model = LogisticRegression(C=c, l1_ratio=1.0, solver="liblinear", intercept_scaling=100.0, tol=1e-8, max_iter=50000,
                               random_state=0)
    with config_context(assume_finite=True, skip_parameter_validation=True):
        model.fit((x - mean) / spread, outcome)
    coefficients = model.coef_[0] / spread
    return float(model.intercept_[0] - coefficients @ mean), coefficients


def one_standard_error(losses: np.ndarray) -> int:
    """The first step of ``losses`` (steps, folds) that is within one standard error of the best (Breiman 1984)."""
    mean = losses.mean(axis=1)
    best = int(np.argmin(mean))
    reach = losses[best].std(ddof=1) / np.sqrt(losses.shape[1])
    return int(np.flatnonzero(mean <= mean[best] + reach + 1e-12)[0])


def penalty_path(x: np.ndarray, outcome: np.ndarray, steps: int = STEPS) -> np.ndarray:
    """Values of C from just above where the first feature enters."""
    spread = x.std(axis=0)
    scaled = (x - x.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    # below this no gradient of the loss at "no feature" is as steep as the penalty
    entry = 1 / np.abs(scaled.T @ (outcome - outcome.mean())).max()
    return entry * np.geomspace(1.05, FACTOR, steps)
