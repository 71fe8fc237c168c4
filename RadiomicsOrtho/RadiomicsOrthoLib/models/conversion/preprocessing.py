"""Fitted transformers of scikit-learn as columns: what each number that reaches the estimator is, of which input."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from ..transform import Centre, Clip, Column, Log, Scale, Step


class NotConvertibleError(Exception):
    """This part of a model has no form in JSON; the message says which one."""


@dataclass(frozen=True)
class Category:
    """A choice before it is encoded; ``levels`` maps what the model was trained with to the key of the choice."""

    input: str
    levels: tuple[str, ...]


Item = Column | Category
#: their ``get_support`` tells which columns stay
SELECTORS = ("SelectKBest", "SelectPercentile", "SelectFpr", "SelectFdr", "SelectFwe", "GenericUnivariateSelect",
             "SelectFromModel", "RFE", "RFECV", "VarianceThreshold", "SequentialFeatureSelector")


def through(transformer, items: Sequence[Item], names: Sequence[str] | None = None) -> list[Item]:
    """What ``transformer`` makes of ``items``; ``names`` are the columns of the table that it was fitted to.

    Raises NotConvertibleError for a transformer that has no form in JSON.
    """
    if transformer is None or (isinstance(transformer, str) and transformer == "passthrough"):
        return list(items)
    kind = type(transformer).__name__
    if kind == "Pipeline":
        items = list(items)
        for _, step in transformer.steps:
            items = through(step, items, names)
            names = None
        return items
    if kind == "ColumnTransformer":
        return _column_transformer(transformer, items, names)
    if kind in SELECTORS:
        return [item for item, kept in zip(items, transformer.get_support(), strict=True) if kept]
    if kind in _ENCODERS:
        return _ENCODERS[kind](transformer, items)
    if kind in _NUMERIC:
        return _NUMERIC[kind](transformer, [_column(item) for item in items])
    raise NotConvertibleError(f"the step {kind}")


def _column(item: Item) -> Column:
    if isinstance(item, Category):
        raise NotConvertibleError(f"the choice '{item.input}' reaches a step for numbers")
    return item


def _add(items: Sequence[Column], *steps: Callable[[int], Step | None]) -> list[Item]:
    """``items``, each with the steps that the functions give for its position."""
    return [replace(item, steps=(*item.steps, *(found for step in steps if (found := step(at)) is not None)))
            for at, item in enumerate(items)]


def _standard(scaler, items: Sequence[Column]) -> list[Item]:
    centred = scaler.with_mean and scaler.mean_ is not None
    return _add(items, lambda at: Centre(float(scaler.mean_[at])) if centred else None,
                lambda at: None if scaler.scale_ is None else Scale(float(scaler.scale_[at])))


def _min_max(scaler, items: Sequence[Column]) -> list[Item]:
    low, high = map(float, scaler.feature_range)
    return _add(items, lambda at: Centre(-float(scaler.min_[at] / scaler.scale_[at])),
                lambda at: Scale(float(1 / scaler.scale_[at])), lambda at: Clip(low, high) if scaler.clip else None)


def _max_abs(scaler, items: Sequence[Column]) -> list[Item]:
    return _add(items, lambda at: Scale(float(scaler.scale_[at])))


def _robust(scaler, items: Sequence[Column]) -> list[Item]:
    return _add(items, lambda at: None if scaler.center_ is None else Centre(float(scaler.center_[at])),
                lambda at: None if scaler.scale_ is None else Scale(float(scaler.scale_[at])))


def _imputer(imputer, items: Sequence[Column]) -> list[Item]:
    # a value that is there passes unchanged; one that is missing is refused when a score is made
    if imputer.indicator_ is not None or not _is_nan(imputer.missing_values):
        raise NotConvertibleError("a SimpleImputer that adds columns or replaces numbers")
    return [item for item, value in zip(items, imputer.statistics_, strict=True)
            if imputer.keep_empty_features or not _is_nan(value)]


def _function(transformer, items: Sequence[Column]) -> list[Item]:
    name = getattr(transformer.func, "__name__", None) if transformer.func is not None else "identity"
    if transformer.kw_args:
        raise NotConvertibleError("a FunctionTransformer with arguments")
    if name == "identity":
        return list(items)
    bases = {"log": 1.0, "log1p": 1.0, "log10": math.log(10), "log2": math.log(2)}
    if name not in bases:
        raise NotConvertibleError(f"a FunctionTransformer of {name}")
    return _add(items, lambda at: Log(1.0 if name == "log1p" else 0.0),
                lambda at: None if bases[name] == 1.0 else Scale(bases[name]))


_NUMERIC = {"StandardScaler": _standard, "MinMaxScaler": _min_max, "MaxAbsScaler": _max_abs, "RobustScaler": _robust,
            "SimpleImputer": _imputer, "FunctionTransformer": _function}


def _one_hot(encoder, items: Sequence[Item]) -> list[Item]:
    if getattr(encoder, "_infrequent_enabled", False):
        raise NotConvertibleError("a OneHotEncoder with rare categories")
    found: list[Item] = []
    for at, item in enumerate(items):
        keys = _keys(item, encoder.categories_[at])
        dropped = None if encoder.drop_idx_ is None else encoder.drop_idx_[at]
        found += [Column(item.input, (), {key: float(key == own) for key in keys})
                  for number, own in enumerate(keys) if number != dropped]
    return found


def _ordinal(encoder, items: Sequence[Item]) -> list[Item]:
    return [Column(item.input, (), {key: float(at) for at, key in enumerate(_keys(item, categories))})
            for item, categories in zip(items, encoder.categories_, strict=True)]


_ENCODERS = {"OneHotEncoder": _one_hot, "OrdinalEncoder": _ordinal}


def _keys(item: Item, categories: Sequence) -> list[str]:
    keys = [key_of(category) for category in categories]
    if not isinstance(item, Category):
        raise NotConvertibleError(f"the number '{item.input}' is encoded as a category; give it choices in the card")
    if set(keys) != set(item.levels):
        raise NotConvertibleError(f"the choices of '{item.input}' ({', '.join(item.levels)}) are not those that the "
                                  f"model was made with ({', '.join(keys)})")
    return keys


def key_of(category: object) -> str:
    """The key of a choice for a category as the model holds it: ``1.0`` and ``1`` are one."""
    if isinstance(category, (int, float)) or hasattr(category, "dtype"):
        try:
            return f"{float(category):.17g}"
        except ValueError:
            pass
    return str(category)


def _column_transformer(transformer, items: Sequence[Item], names: Sequence[str] | None) -> list[Item]:
    fitted = getattr(transformer, "feature_names_in_", None)
    known = list(fitted) if fitted is not None else list(names or [])
    found: list[Item] = []
    for _, part, columns in transformer.transformers_:
        if isinstance(part, str) and part == "drop":
            continue
        found += through(part, [items[at] for at in _positions(columns, known, len(items))])
    return found


def _positions(columns, names: Sequence[str], count: int) -> list[int]:
    if isinstance(columns, slice):
        return list(range(count))[columns]
    if isinstance(columns, (str, int)) or callable(columns):
        columns = [columns]
    columns = list(columns)
    if len(columns) == count and all(isinstance(c, (bool,)) or type(c).__name__ == "bool" for c in columns):
        return [at for at, chosen in enumerate(columns) if chosen]
    try:
        return [list(names).index(c) if isinstance(c, str) else range(count)[int(c)] for c in columns]
    except (ValueError, IndexError, TypeError):
        raise NotConvertibleError("a ColumnTransformer whose columns cannot be told") from None


def _is_nan(value: object) -> bool:
    return isinstance(value, float) and math.isnan(value)
