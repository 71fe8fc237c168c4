"""A fitted chain as a model bundle can say it: a sum of terms, trees, or an ONNX file."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...errors import InputError
from ...models.bundle import ModelInput
from ...models.conversion.bundle_json import entries_of
from ...models.conversion.estimators import converted
from ...models.conversion.preprocessing import NotConvertibleError
from ...models.transform import Centre, Column, Scale
from .learners import CLINICAL, FEATURES, MODEL, SCORE, Fitted
from .matrix import EQUALS
from .recipe import Recipe

#: how far a sum may be off before it is taken for none, in units of the predictor
STRAIGHT = 1e-6
ONNX_TOLERANCE = 1e-4


@dataclass(frozen=True)
class Expression:
    """``entries`` of ``model.json`` (transform, estimator, calibration) and its ``parts``; ``inputs`` by name.

    ``derived`` is the score that features become first; ``form`` says which of the three it is.
    """

    form: str
    entries: Mapping
    parts: Mapping[str, bytes]
    inputs: tuple[str, ...]
    derived: Mapping | None = None
    tolerance: float = 1e-9


def express(fitted: Fitted, frame, recipe: Recipe) -> Expression:
    """``fitted`` on columns of ``frame`` (the rows it learned from); NotConvertibleError says what the format lacks."""
    for name in (*fitted.learner.features, *fitted.learner.clinical):
        if ":" in name:
            raise NotConvertibleError("the table has several regions side by side, and the scoring side measures one; "
                                      "train on the rows of one region for a bundle")
    straight = _sum(fitted, frame, recipe)
    return straight or _columns(fitted, frame)


def _sum(fitted: Fitted, frame, recipe: Recipe) -> Expression | None:
    """The linear predictor as a sum, if it is one: checked on all rows of ``frame``."""
    identity = not hasattr(fitted.chain, "predict_proba")
    if fitted.scorer is not None:
        features = list(fitted.learner.features)
        start, factors = _affine(fitted.scorer.values, frame[features])
        scored = fitted.learner.with_score(frame, fitted.scorer.values(frame[features]))
        derived = {"offset": start, "products": [{"powers": {name: 1}, "factor": value}
                                                 for name, value in factors.items()]}
    else:
        scored, derived = frame[[*fitted.learner.features, *fitted.learner.clinical]], None

    def predictor(rows) -> np.ndarray:
        if identity:
            return np.asarray(fitted.chain.predict(rows), float)
        p = np.clip(fitted.chain.predict_proba(rows)[:, 1], 1e-300, 1 - 1e-16)
        return np.log(p) - np.log1p(-p)

    found = _affine(predictor, scored)
    if found is None or (derived is not None and not derived["products"]):
        return None
    intercept, factors = found
    if not factors:
        raise NotConvertibleError("no input counts in it")
    estimator = {"link": "identity" if identity else "logit", "intercept": intercept, "terms": _terms(factors, recipe)}
    names = tuple(dict.fromkeys([*(product for entry in (derived or {"products": []})["products"]
                                   for product in entry["powers"]), *(term["input"] for term in estimator["terms"])]))
    return Expression("sum", {"estimator": estimator}, {}, names, derived, 1e-7)


def _affine(function: Callable, frame) -> tuple[float, dict[str, float]] | None:
    """Constant and factors by column of ``function``, or ``None`` where it is not straight on the rows of ``frame``."""
    x = frame.fillna(frame.median())
    base, spread = x.median(), x.std().replace(0.0, 1.0)
    names = list(x.columns)
    probes = np.repeat(base.to_numpy()[np.newaxis], 1 + len(names), axis=0)
    probes[np.arange(1, 1 + len(names)), np.arange(len(names))] += spread.to_numpy()
    values = function(type(x)(probes, columns=names))
    if not np.all(np.isfinite(values)):
        return None
    factors = (values[1:] - values[0]) / spread.to_numpy()
    # what a selection dropped is 0 but for rounding
    factors[np.abs(values[1:] - values[0]) < 1e-11 * max(1.0, np.abs(values).max())] = 0.0
    constant = float(values[0] - factors @ base.to_numpy())
    deviation = np.abs(function(x) - (constant + x.to_numpy() @ factors))
    if deviation.max() > STRAIGHT:
        return None
    return constant, {name: float(value) for name, value in zip(names, factors, strict=True) if value}


def _terms(factors: Mapping[str, float], recipe: Recipe) -> list[dict]:
    """Terms of numbers, and one for each choice with all its levels."""
    choices = {one.spec.name: list(one.spec.choices) for one in recipe.clinical if one.spec.choices}
    found: dict[str, dict] = {}
    for name, value in factors.items():
        owner, _, key = name.partition(EQUALS)
        if owner in choices and key:
            term = found.setdefault(owner, {"input": owner, "kind": "factor",
                                            "levels": dict.fromkeys(choices[owner], 0.0)})
            term["levels"][key] = value
        else:
            found[name] = {"input": name, "kind": "linear", "coefficient": value}
    return list(found.values())


def _columns(fitted: Fitted, frame) -> Expression:
    """Trees or ONNX of the numbers that reach the estimator."""
    if fitted.scorer is not None:
        raise NotConvertibleError("a score that is no sum")
    items = [*_items(fitted, FEATURES), *_items(fitted, CLINICAL)]
    model = fitted.chain.named_steps[MODEL]
    order = list(dict.fromkeys(item.input for item in items))
    try:
        if type(model).__name__ == "XGBClassifier":
            from .xgboost_trees import converted_xgboost

            example = np.asarray(fitted.chain[:-1].transform(
                frame.iloc[:1][[*fitted.learner.features, *fitted.learner.clinical]]), float)[0]
            found = converted_xgboost(model, example)
        else:
            found = converted(model, len(items))
        entries, parts = entries_of(found, items, order)
        return Expression("trees", entries, parts, tuple(dict.fromkeys(c["input"] for c in entries["transform"])),
                          tolerance=1e-5)
    except NotConvertibleError as reason:
        return _onnx(model, items, order, str(reason))


def _onnx(model, items: Sequence[Column], order: Sequence[str], reason: str) -> Expression:
    from ...models.conversion.convert import Fitted as ToConvert
    from ...models.conversion.onnx_file import to_onnx

    inputs = tuple(ModelInput(item.input, item.input, "", "feature", item.input) for item in items)
    try:
        with warnings.catch_warnings():
            # skl2onnx reads attributes that scikit-learn will drop one day
            warnings.simplefilter("ignore")
            entries, parts = to_onnx(ToConvert(model, inputs, tuple(items)), reason, Path(type(model).__name__))
    except InputError as error:
        raise NotConvertibleError(str(error).rstrip(".")) from None
    return Expression("ONNX", entries, parts, tuple(order), tolerance=ONNX_TOLERANCE)


def _items(fitted: Fitted, part: str) -> list[Column]:
    """The columns of one part as they reach the model: input, centred, scaled."""
    front = fitted.chain.named_steps["columns"].named_transformers_
    if part not in front:
        return []
    steps = front[part]
    scaler = steps.named_steps.get("scale")
    place = {name: at for at, name in enumerate(scaler.feature_names_in_)} if scaler is not None else {}
    found = []
    for name in steps.get_feature_names_out():
        if name not in place:
            raise NotConvertibleError("components of all features (PCA) before an estimator that is no sum")
        at = place[name]
        owner, _, key = str(name).partition(EQUALS)
        standard = (Centre(float(scaler.mean_[at])), Scale(float(scaler.scale_[at])))
        found.append(Column(owner, standard, {key: 1.0} if key else None))
    return found


def with_levels(entries: dict, recipe: Recipe) -> dict:
    """Columns of choices with a number for every key (0 for those that they do not count)."""
    choices = {one.spec.name: list(one.spec.choices) for one in recipe.clinical if one.spec.choices}
    for column in entries.get("transform", ()):
        if "levels" in column:
            column["levels"] = {key: column["levels"].get(key, 0.0) for key in choices[column["input"]]}
    return entries


__all__ = ["SCORE", "Expression", "express", "with_levels"]
