"""A model of the catalogue, ready to be fitted."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ...errors import InputError
from ..inner_folds import InnerFolds
from ..task import CLASSIFICATION, REGRESSION
from .catalogue import ESTIMATORS, EstimatorKind

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator

#: parameters of ours, beside those of the class
OWN = ("tune", "probability", "folds")
FOLDS = 5


def estimator(name: str, seed: int, **parameters: object) -> BaseEstimator:
    """The model ``name`` with the parameters of its class; whatever it draws at random, it draws from ``seed``.

    ``tune`` is a mapping of parameters to the values that ``folds`` inner folds (5) choose from.  ``probability:
    False`` leaves out the calibration that gives, for example, a support vector machine its probabilities and costs as
    many fits.  Inner folds keep a person's rows together (``inner_folds``).  InputError for what is unknown, and for a
    missing package.
    """
    if name not in ESTIMATORS:
        raise InputError(f"The model '{name}' is unknown; there are {', '.join(ESTIMATORS)}.")
    kind = ESTIMATORS[name]
    kind_class = _class(kind)
    takes = _parameters(kind_class, kind)
    own = {key: parameters.pop(key) for key in OWN if key in parameters}
    tune = _tune(kind, own.get("tune"), takes)
    unknown = next((key for key in parameters if key not in takes), None)
    if unknown is not None:
        raise InputError(f"The model '{name}' has no parameter '{unknown}'; it has {', '.join((*takes, *OWN))}.")
    random = {"random_state": seed} if "random_state" in takes else {}
    model = kind_class(**kind.presets, **{**random, **kind.defaults, **parameters})
    _check(kind, model)
    prefix = ""
    if kind.range:
        from sklearn.pipeline import Pipeline
        from sklearn.preprocessing import MinMaxScaler

        model, prefix = Pipeline([("range", MinMaxScaler()), ("model", model)]), "model__"
    folds = InnerFolds(_folds(kind, own.get("folds", FOLDS)), seed)
    if tune:
        model = _tuned(model, {prefix + key: values for key, values in tune.items()}, kind, folds)
    if kind.task == CLASSIFICATION and not kind.probability and own.get("probability", True):
        from sklearn.calibration import CalibratedClassifierCV

        model = CalibratedClassifierCV(model, cv=folds, ensemble=False)
    return model


def _class(kind: EstimatorKind) -> type:
    module, name = kind.place.split(":")
    try:
        return getattr(importlib.import_module(module, __package__), name)
    except Exception as error:
        # XGBoost raises an error of its own where its library (on a Mac: libomp) is missing
        package = module.partition(".")[0] or "scikit-survival"
        if not isinstance(error, ImportError) and package != "xgboost":
            raise
        raise InputError(f"The model '{kind.name}' needs the package {package.replace('sksurv', 'scikit-survival')}, "
                         "which is missing or does not start here; install it with: pip install "
                         "\"radiomics-ortho[train]\".") from None


def _parameters(kind_class: type, kind: EstimatorKind) -> tuple[str, ...]:
    """What may be set: also of a class that takes its parameters as ``**kwargs``."""
    if kind_class.__module__.startswith("xgboost"):
        names = list(kind_class().get_params())
    else:
        names = list(inspect.signature(kind_class.__init__).parameters)
    return tuple(name for name in names if name not in {"self", "n_jobs", "verbose", *kind.presets})


def _tune(kind: EstimatorKind, tune: object, takes: tuple[str, ...]) -> dict[str, list]:
    if tune is None:
        return {}
    if not isinstance(tune, Mapping) or not all(isinstance(values, list | tuple) and values
                                                for values in tune.values()):
        raise InputError(f"What the model '{kind.name}' tunes is a list of values for each parameter, not {tune!r}.")
    unknown = next((key for key in tune if key not in takes), None)
    if unknown is not None:
        raise InputError(f"The model '{kind.name}' has no parameter '{unknown}' to tune; it has {', '.join(takes)}.")
    return {str(key): list(values) for key, values in tune.items()}


def _tuned(model: BaseEstimator, tune: Mapping[str, list], kind: EstimatorKind, folds: InnerFolds) -> BaseEstimator:
    from sklearn.model_selection import GridSearchCV

    if kind.task == CLASSIFICATION:
        scoring = "neg_log_loss" if kind.probability else None
    else:
        # of a survival model its own score: the concordance
        scoring = "neg_mean_squared_error" if kind.task == REGRESSION else None
    return GridSearchCV(model, dict(tune), scoring=scoring, cv=folds, error_score="raise")


def _folds(kind: EstimatorKind, folds: object) -> int:
    if isinstance(folds, bool) or not isinstance(folds, int) or folds < 2:
        raise InputError(f"The model '{kind.name}' needs two inner folds at least, not {folds!r}.")
    return folds


def _check(kind: EstimatorKind, model: BaseEstimator) -> None:
    """InputError for a parameter of the wrong kind, before anything is fitted."""
    try:
        # scikit-learn's classes check in fit; asking now names the model
        if hasattr(model, "_validate_params") and getattr(model, "_parameter_constraints", None):
            model._validate_params()  # noqa: SLF001
    except ValueError as error:
        raise InputError(f"The model '{kind.name}': {error}") from None
