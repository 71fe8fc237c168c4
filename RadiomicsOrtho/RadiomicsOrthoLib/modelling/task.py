"""What an outcome is: classes, a number, or a time until an event."""

from __future__ import annotations

import numpy as np

CLASSIFICATION, REGRESSION, SURVIVAL = "classification", "regression", "survival"
TASKS = (CLASSIFICATION, REGRESSION, SURVIVAL)
AUTO = "auto"


def task_of(y: np.ndarray, task: str = AUTO) -> str:
    """``task``, or what ``y`` looks like: structured (event, time) → survival, broken numbers → regression.

    Whole numbers are taken for classes; an outcome such as a count needs its task said.
    """
    from sklearn.utils.multiclass import type_of_target

    if task != AUTO:
        return task
    if np.asarray(y).dtype.names:
        return SURVIVAL
    kind = type_of_target(y)
    if kind == "unknown":
        raise ValueError("Unknown label type: the outcome is neither classes nor numbers")
    return CLASSIFICATION if kind in ("binary", "multiclass") else REGRESSION


def event_and_time(y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Booleans and times (n each) of a structured outcome, whose first field is the event (as scikit-survival)."""
    event, time = y.dtype.names[:2]
    return np.asarray(y[event], bool), np.asarray(y[time], float)


def survival_outcome(event: np.ndarray, time: np.ndarray) -> np.ndarray:
    """The structured array (n) that scikit-survival and the selectors here take; ValueError for times not above 0."""
    found = np.empty(len(event), dtype=[("event", bool), ("time", float)])
    found["event"], found["time"] = np.asarray(event, bool), np.asarray(time, float)
    if not np.all(np.isfinite(found["time"])) or np.any(found["time"] <= 0):
        raise ValueError("a survival time is a number above 0")
    return found
