"""A chain from a table of features to a prediction: everything it learns, it learns from the rows it is fitted to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..errors import InputError
from .estimators import ESTIMATORS, estimator
from .selection import selection_steps
from .selection.steps import leading_raw

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator
    from sklearn.pipeline import Pipeline

IMPUTE = ("median", "mean", "none")
SCALE = ("standard", "robust", "range", "none")
#: the name of the last step
MODEL = "model"


def chain(selection: Sequence[Mapping | str], model: str, seed: int, parameters: Mapping[str, object] | None = None,
          impute: str = "median", scale: str = "standard",
          before: Sequence[tuple[str, BaseEstimator]] = ()) -> Pipeline:
    """impute → selection on values as measured → scale → selection → model, as one Pipeline that passes frames.

    ``before`` are further steps at the very front, such as harmonisation.  Selection by variance or reproducibility
    comes before scaling if it is first in the list.  InputError for unknown names.
    """
    from sklearn.pipeline import Pipeline

    front = preparation(selection, seed, impute, scale, before, ESTIMATORS[model].task if model in ESTIMATORS else None)
    return Pipeline([*front, (MODEL, estimator(model, seed, **(parameters or {})))])


def preparation(selection: Sequence[Mapping | str], seed: int, impute: str = "median", scale: str = "standard",
                before: Sequence[tuple[str, BaseEstimator]] = (),
                task: str | None = None) -> list[tuple[str, BaseEstimator]]:
    """All steps of a chain but the model."""
    steps = selection_steps(selection, seed, *([task] if task else []))
    raw = leading_raw(selection)
    found = [*before, *_imputer(impute), *steps[:raw], *_scaler(scale), *steps[raw:]]
    for _, step in found:
        # frames keep the names of the features and whose row it is
        step.set_output(transform="pandas")
    return found


def _imputer(impute: str) -> list[tuple[str, BaseEstimator]]:
    from sklearn.impute import SimpleImputer

    if impute not in IMPUTE:
        raise InputError(f"Missing values are filled by {', '.join(IMPUTE)}, not '{impute}'.")
    # a feature that is missing in all of a fold stays as a constant, so that all folds have the same columns
    return [] if impute == "none" else [("impute", SimpleImputer(strategy=impute, keep_empty_features=True))]


def _scaler(scale: str) -> list[tuple[str, BaseEstimator]]:
    from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler

    if scale not in SCALE:
        raise InputError(f"Features are scaled by {', '.join(SCALE)}, not '{scale}'.")
    scalers = {"standard": StandardScaler, "robust": RobustScaler, "range": MinMaxScaler}
    return [] if scale == "none" else [("scale", scalers[scale]())]
