"""Areas under the ROC curve of an outcome with several classes."""

from __future__ import annotations

from itertools import combinations

import numpy as np

from .estimate import Estimate
from .roc import auc, delong


def pairwise_areas(outcome: np.ndarray, probability: np.ndarray,
                   confidence: float = 0.95) -> dict[tuple[int, int], Estimate]:
    """Of each pair of classes (a, b) the area of p(b) / (p(a) + p(b)) among their people, with DeLong's interval.

    ``outcome`` (n) are classes 0 … k − 1, ``probability`` (n, k).  A person to whom both classes are impossible counts
    half.  ValueError where a class has fewer than two people.
    """
    outcome, probability = _checked(outcome, probability)
    found = {}
    for first, second in combinations(range(probability.shape[1]), 2):
        pair = np.isin(outcome, (first, second))
        both = probability[pair][:, [first, second]].sum(axis=1)
        score = np.where(both > 0, probability[pair, second] / np.where(both > 0, both, 1.0), 0.5)
        found[first, second] = delong(outcome[pair] == second, score, confidence)
    return found


def one_vs_rest_areas(outcome: np.ndarray, probability: np.ndarray, confidence: float = 0.95) -> tuple[Estimate, ...]:
    """The area of each class against all others, with DeLong's interval; their plain mean is the macro average."""
    outcome, probability = _checked(outcome, probability)
    return tuple(delong(outcome == one, probability[:, one], confidence) for one in range(probability.shape[1]))


def hand_till(outcome: np.ndarray, probability: np.ndarray) -> float:
    """M of Hand and Till 2001 (doi:10.1023/A:1010920819831): the mean over pairs of both classes' areas among them."""
    outcome, probability = _checked(outcome, probability)
    found = []
    for first, second in combinations(range(probability.shape[1]), 2):
        pair = np.isin(outcome, (first, second))
        found += [auc(outcome[pair] == one, probability[pair, one]) for one in (first, second)]
    return float(np.mean(found))


def macro_area(outcome: np.ndarray, probability: np.ndarray) -> float:
    """The mean area of the classes against all others, of those that occur; NaN where only one does."""
    areas = [auc(outcome == one, probability[:, one]) for one in range(probability.shape[1])
             if 0 < (outcome == one).sum() < len(outcome)]
    return float(np.mean(areas)) if areas else float("nan")


def confusion(outcome: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """(classes, classes) counts: rows are what people have, columns what they were called."""
    found = np.zeros((classes, classes), int)
    np.add.at(found, (np.asarray(outcome, int), np.asarray(predicted, int)), 1)
    return found


def _checked(outcome: np.ndarray, probability: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    outcome, probability = np.asarray(outcome), np.asarray(probability, float)
    if probability.ndim != 2 or len(probability) != len(outcome):
        raise ValueError(f"probabilities of the shape {probability.shape} do not fit {len(outcome)} outcomes")
    if not set(np.unique(outcome)) <= set(range(probability.shape[1])):
        raise ValueError("classes are numbered as the columns of the probabilities")
    return outcome.astype(int), probability
