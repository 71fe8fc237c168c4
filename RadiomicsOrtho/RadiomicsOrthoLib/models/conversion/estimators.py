"""Fitted estimators of scikit-learn in the JSON of a bundle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..trees import Tree
from .preprocessing import NotConvertibleError
from .skops_file import tree_of, tree_of_predictor

#: their output is coef_ · x + intercept_
LINEAR_REGRESSORS = ("LinearRegression", "Ridge", "RidgeCV", "Lasso", "LassoCV", "ElasticNet", "ElasticNetCV", "Lars",
                     "LarsCV", "LassoLars", "LassoLarsCV", "LassoLarsIC", "BayesianRidge", "ARDRegression",
                     "HuberRegressor", "SGDRegressor", "LinearSVR", "TheilSenRegressor", "OrthogonalMatchingPursuit")
#: the probability of their second class is 1 / (1 + exp(−(coef_ · x + intercept_)))
LOGISTIC = ("LogisticRegression", "LogisticRegressionCV", "LinearDiscriminantAnalysis", "SGDClassifier")
#: linear, with a decision value that is no probability; only a calibration makes one of it
DECIDERS = ("LinearSVC", "RidgeClassifier", "RidgeClassifierCV", "Perceptron")
TREES = ("DecisionTreeClassifier", "DecisionTreeRegressor", "ExtraTreeClassifier", "ExtraTreeRegressor")
FORESTS = ("RandomForestClassifier", "RandomForestRegressor", "ExtraTreesClassifier", "ExtraTreesRegressor")
BOOSTED = ("GradientBoostingClassifier", "GradientBoostingRegressor")
HISTOGRAM = ("HistGradientBoostingClassifier", "HistGradientBoostingRegressor")


@dataclass(frozen=True)
class Converted:
    """An estimator as JSON says it: ``coefficients`` per column for a sum, or ``trees``."""

    link: str
    intercept: float = 0.0
    coefficients: tuple[float, ...] = ()
    trees: tuple[Tree, ...] = ()
    mean: bool = False
    single_precision: bool = False
    calibration: dict | None = field(default=None)


def converted(model, columns: int) -> Converted:
    """The fitted ``model`` of ``columns`` numbers; of two classes the second counts.

    Raises NotConvertibleError for an estimator that has no form in JSON, or has other than two classes.
    """
    kind = type(model).__name__
    classes = getattr(model, "classes_", None)
    if classes is not None and len(classes) != 2:
        raise NotConvertibleError(f"{kind} with {len(classes)} classes")
    found = _converted(model, kind, columns)
    if found.coefficients and len(found.coefficients) != columns:
        raise NotConvertibleError(f"{kind} of {len(found.coefficients)} numbers, and {columns} reach it")
    for tree in found.trees:
        tree.check(columns)
    return found


def _converted(model, kind: str, columns: int) -> Converted:
    if kind in LINEAR_REGRESSORS:
        return _linear(model, "identity")
    if kind in LOGISTIC:
        if kind == "SGDClassifier" and model.loss != "log_loss":
            raise NotConvertibleError("a SGDClassifier that gives no probability")
        if kind == "LogisticRegression" and getattr(model, "multi_class", "auto") == "multinomial":
            raise NotConvertibleError("a multinomial LogisticRegression")
        return _linear(model, "logit")
    if kind in DECIDERS:
        raise NotConvertibleError(f"{kind}, which gives no probability without a CalibratedClassifierCV")
    if kind == "CalibratedClassifierCV":
        return _calibrated(model, columns)
    if kind in TREES:
        return Converted(_probability(model), trees=_outputs([model.tree_], model), mean=True, single_precision=True)
    if kind in FORESTS:
        return Converted(_probability(model), trees=_outputs([tree.tree_ for tree in model.estimators_], model),
                         mean=True, single_precision=True)
    if kind in BOOSTED:
        return _boosted(model, kind)
    if kind in HISTOGRAM:
        return _histogram(model, kind)
    raise NotConvertibleError(kind)


def _linear(model, link: str) -> Converted:
    import numpy as np

    coefficients = np.atleast_2d(model.coef_)
    if len(coefficients) != 1:
        raise NotConvertibleError(f"{type(model).__name__} with several outputs")
    intercept = float(np.ravel(model.intercept_)[0])
    return Converted(link, intercept, tuple(float(c) for c in coefficients[0]))


def _probability(model) -> str:
    return "probability" if hasattr(model, "classes_") else "identity"


def _outputs(trees: Sequence, model) -> tuple[Tree, ...]:
    if getattr(model, "n_outputs_", 1) != 1:
        raise NotConvertibleError(f"{type(model).__name__} with several outputs")
    return tuple(tree_of(tree, output=1 if hasattr(model, "classes_") else None) for tree in trees)


def _boosted(model, kind: str) -> Converted:
    import math

    rate = float(model.learning_rate)
    trees = tuple(tree_of(stage[0].tree_, scale=rate) for stage in model.estimators_)
    first = model.init_
    name = type(first).__name__ if not isinstance(first, str) else first
    if kind == "GradientBoostingClassifier":
        if model.loss != "log_loss" or name not in ("DummyClassifier", "zero"):
            raise NotConvertibleError(f"a {kind} with its own start or loss")
        share = 0.5 if name == "zero" else float(first.class_prior_[1])
        return Converted("logit", math.log(share / (1 - share)), trees=trees, single_precision=True)
    if name not in ("DummyRegressor", "zero"):
        raise NotConvertibleError(f"a {kind} with its own start")
    start = 0.0 if name == "zero" else float(first.constant_.ravel()[0])
    return Converted("identity", start, trees=trees, single_precision=True)


def _histogram(model, kind: str) -> Converted:
    import numpy as np

    if model.is_categorical_ is not None:
        raise NotConvertibleError(f"a {kind} with categories of its own")
    if kind == "HistGradientBoostingRegressor" and model.loss not in ("squared_error", "absolute_error", "quantile"):
        raise NotConvertibleError(f"a {kind} with the loss {model.loss}")
    if any(len(stage) != 1 for stage in model._predictors):  # noqa: SLF001 - scikit-learn keeps its trees there
        raise NotConvertibleError(f"a {kind} with several trees per step")
    trees = tuple(tree_of_predictor(stage[0]) for stage in model._predictors)  # noqa: SLF001
    start = float(np.ravel(model._baseline_prediction)[0])  # noqa: SLF001
    return Converted("logit" if kind == "HistGradientBoostingClassifier" else "identity", start, trees=trees)


def _calibrated(model, columns: int) -> Converted:
    """One classifier with one calibrator; several are averaged, which no single formula does."""
    if len(model.calibrated_classifiers_) != 1:
        raise NotConvertibleError("a CalibratedClassifierCV of several classifiers (fit it with ensemble=False)")
    one = model.calibrated_classifiers_[0]
    base, calibrator = one.estimator, one.calibrators[0]
    base = getattr(base, "estimator", base) if type(base).__name__ == "FrozenEstimator" else base
    kind = type(base).__name__
    found = _linear(base, "identity") if kind in (*LOGISTIC, *DECIDERS) else converted(base, columns)
    if found.link == "logit":
        # scikit-learn calibrates the decision value, which is the linear predictor
        found = Converted("identity", found.intercept, trees=found.trees, single_precision=found.single_precision)
    name = type(calibrator).__name__
    if name == "_SigmoidCalibration":
        calibration = {"kind": "platt", "slope": -float(calibrator.a_), "intercept": -float(calibrator.b_)}
    elif name == "IsotonicRegression":
        calibration = {"kind": "isotonic", "points": _points(calibrator)}
    else:
        raise NotConvertibleError(f"a calibration of the kind {name}")
    return Converted(found.link, found.intercept, found.coefficients, found.trees, found.mean, found.single_precision,
                     calibration)


def _points(calibrator) -> list[list[float]]:
    points = [[float(x), float(y)] for x, y in zip(calibrator.X_thresholds_, calibrator.y_thresholds_, strict=True)]
    if not calibrator.increasing_ or calibrator.out_of_bounds != "clip":
        raise NotConvertibleError("an isotonic calibration that falls or refuses values")
    return points
