"""Logistic regression, cross-validation and DeLong again, with statsmodels and NumPy alone: nothing of this software.

    python independent_logistic.py TABLE.csv OUTCOME COLUMN...

prints the area of the fit itself and of ten random folds, for a person who wants to compare.
"""

from __future__ import annotations

import csv
import sys

import numpy as np
from scipy.stats import norm


def held_out(x: np.ndarray, y: np.ndarray, splits: list) -> np.ndarray:
    """Probabilities (n) for the rows of each test part, from a maximum-likelihood fit to its training part."""
    import statsmodels.api as sm

    found = np.full(len(y), np.nan)
    for train, test in splits:
        fit = sm.Logit(y[train], sm.add_constant(x[train])).fit(disp=0, method="newton", maxiter=200, tol=1e-12)
        found[test] = fit.predict(sm.add_constant(x[test], has_constant="add"))
    return found


def area_with_interval(y: np.ndarray, score: np.ndarray) -> tuple[float, float, float]:
    """The area by comparing every pair, and DeLong's 95 % interval from the mean of each person's pairs."""
    events, others = score[y == 1], score[y == 0]
    wins = (events[:, None] > others[None]) + 0.5 * (events[:, None] == others[None])
    area = wins.mean()
    variance = wins.mean(axis=1).var(ddof=1) / len(events) + wins.mean(axis=0).var(ddof=1) / len(others)
    reach = norm.ppf(0.975) * np.sqrt(variance)
    return float(area), float(max(area - reach, 0)), float(min(area + reach, 1))


def main(table: str, outcome: str, *columns: str) -> None:
    with open(table, encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if all(row[name] != "" for name in (outcome, *columns))]
    x = np.array([[float(row[name]) for name in columns] for row in rows])
    y = np.array([float(row[outcome]) for row in rows])
    order = np.random.default_rng(0).permutation(len(y))
    splits = [(np.setdiff1d(order, part), part) for part in np.array_split(order, 10)]
    for title, score in (("fit itself", held_out(x, y, [(order, order)])), ("ten folds", held_out(x, y, splits))):
        print(f"{title}: AUC {{:.4f}} ({{:.4f}} to {{:.4f}}), n = {len(y)}".format(*area_with_interval(y, score)))


if __name__ == "__main__":
    main(*sys.argv[1:])
