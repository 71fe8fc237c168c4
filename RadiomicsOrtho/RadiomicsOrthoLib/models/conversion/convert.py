"""A fitted scikit-learn model and its card become the files of a bundle, proven equal on rows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...errors import InputError
from ..bundle import ModelBundle, ModelInput, bundle_from_dict, input_from_dict
from ..check_vectors import CHECK_TOLERANCE
from ..transform import Column
from ..writing import bundle_content
from .bundle_json import entries_of, inputs_in_use
from .card_file import ConversionCard, read_card
from .estimators import converted
from .onnx_file import to_onnx
from .preprocessing import Category, Item, NotConvertibleError, through
from .rows import Row, generated_rows, read_rows
from .skops_file import read_skops

#: how far single precision in an ONNX file may be off
ONNX_TOLERANCE = 1e-5
#: rows that become check vectors, spread over all that were compared
VECTORS = 24
#: given rows that become people of reference for a model whose inputs do not add up
BACKGROUND = 100
#: searches that hold the model that they found
SEARCHES = ("GridSearchCV", "RandomizedSearchCV", "HalvingGridSearchCV", "HalvingRandomSearchCV")


@dataclass(frozen=True)
class Fitted:
    """A model of scikit-learn with the inputs that its columns are, in their order."""

    model: object
    inputs: tuple[ModelInput, ...]
    items: tuple[Item, ...]

    @property
    def is_classifier(self) -> bool:
        return hasattr(self.model, "classes_")


def convert(path: Path, card_path: Path, rows_path: Path | None = None) -> dict[str, bytes]:
    """The files of the bundle made of the ``.skops`` file ``path``; InputError where that cannot be done.

    First as numbers that a reader can follow (a sum or trees), otherwise as an ONNX file.  What
    was compared, and how far it was off, stands in ``training_provenance`` → ``conversion``.
    """
    card = read_card(card_path)
    fitted = fitted_of(read_skops(path), card, path)
    all_inputs = _inputs(card)
    rows = read_rows(rows_path, all_inputs) if rows_path else generated_rows(all_inputs)
    origin = f"rows of {rows_path.name}" if rows_path else "rows generated within the ranges of the inputs"
    expected = predictions(fitted, rows, card)
    try:
        entries, parts = entries_in_json(fitted, [item["name"] for item in card.entries["inputs"]])
        tolerance, form = CHECK_TOLERANCE, "JSON"
    except NotConvertibleError as reason:
        entries, parts = to_onnx(fitted, str(reason), path)
        tolerance, form = ONNX_TOLERANCE, "ONNX"
    used = inputs_in_use(entries)
    kept, left_out = _kept_inputs(card, used)
    data = {**card.entries, "inputs": kept, **entries}
    bundle = _bundle(data, parts, path)
    worst = _largest_deviation(bundle, rows, expected, tolerance, path)
    names = {item["name"] for item in kept if item.get("source") != "derived"}
    vectors = [_vector(bundle, {k: v for k, v in rows[at].items() if k in names}, expected[at], tolerance, at, origin)
               for at in _spread(len(rows), VECTORS)]
    if not bundle.estimator.terms and rows_path and "background" not in data:
        data["background"] = background_of(bundle, rows, f"Rows of {rows_path.name}")
    provenance = {"conversion": {
        "from": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "form": form,
        "estimator": description(fitted.model), "packages": _packages(), "compared": f"{len(rows)} {origin}",
        "largest_deviation": worst, "tolerance": tolerance, "inputs_left_out": left_out,
        **({"probability_of_class": str(fitted.model.classes_[1]),
            "classes": [str(c) for c in fitted.model.classes_]} if fitted.is_classifier else {})}}
    stated = card.entries.get("training_provenance")
    provenance = {"stated": stated, **provenance} if stated else provenance
    return bundle_content({**data, "training_provenance": provenance, "check_vectors": vectors}, parts)


def fitted_of(model, card: ConversionCard, path: Path) -> Fitted:
    """The model with its inputs; InputError where card and model do not fit each other."""
    model = estimator_of(model, path)
    known = _inputs(card)
    names = getattr(model, "feature_names_in_", None)
    count = getattr(model, "n_features_in_", None)
    if names is not None:
        by_name = {item.key: item for item in known} | {item.name: item for item in known}
        missing = [str(name) for name in names if str(name) not in by_name]
        if missing:
            raise InputError(f"The model was made with '{missing[0]}', which is neither name nor key of an input "
                             "of the card.")
        inputs = [by_name[str(name)] for name in names]
    else:
        inputs = [item for item in known if not item.recorded]
        if count is None or count != len(inputs):
            raise InputError(f"The model was made with {count} inputs without names; the card lists {len(inputs)}.")
    if hasattr(model, "classes_"):
        _check_classes(model, card)
    return Fitted(model, tuple(inputs), tuple(_item(item, card) for item in inputs))


def estimator_of(model, path: Path):
    """The estimator itself, where a search for it was stored; InputError for what is none."""
    if type(model).__name__ in SEARCHES:
        model = model.best_estimator_
    if not hasattr(model, "predict"):
        raise InputError(f"'{path}' holds a {type(model).__name__}, which is no fitted estimator.")
    return model


def entries_in_json(fitted: Fitted, order: Sequence[str]) -> tuple[dict, dict[str, bytes]]:
    """The entries of ``model.json`` and the parts; NotConvertibleError if the model has no such form."""
    model, items = fitted.model, list(fitted.items)
    if type(model).__name__ == "Pipeline":
        names = [item.name for item in fitted.inputs]
        for _, step in model.steps[:-1]:
            items = through(step, items, names)
            names = []
        model = model.steps[-1][1]
    while type(model).__name__ in ("RFE", "RFECV"):
        # a selection with the estimator that it selected for
        items, model = through(model, items), model.estimator_
    categories = [item.input for item in items if isinstance(item, Category)]
    if categories:
        raise NotConvertibleError(f"the choice '{categories[0]}' reaches the estimator without being encoded")
    return entries_of(converted(model, len(items)), items, order)


def predictions(fitted: Fitted, rows: Sequence[Row], card: ConversionCard) -> list[float]:
    """What scikit-learn itself says of ``rows``: the probability of the second class, or the value."""
    import warnings

    import numpy as np

    columns = {item.name: _numbers(item, [_with_derived(fitted, row) for row in rows], card) for item in fitted.inputs}
    names = getattr(fitted.model, "feature_names_in_", None)
    if names is None and all(array.dtype == float for array in columns.values()):
        table = np.column_stack(list(columns.values()))
    else:
        try:
            import pandas
        except ImportError:
            raise InputError("This model was made with a table of named columns; converting it needs the Python "
                             "package pandas.") from None
        table = pandas.DataFrame(dict(zip([str(n) for n in names], columns.values(), strict=True))
                                 if names is not None else columns)
        table = table if names is not None else table.to_numpy(dtype=object)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = fitted.model.predict_proba(table)[:, 1] if fitted.is_classifier else \
                np.ravel(fitted.model.predict(table))
    except AttributeError:
        raise InputError(f"The {type(fitted.model).__name__} gives no probabilities; calibrate it with "
                         "CalibratedClassifierCV(…, ensemble=False).") from None
    except Exception as error:  # noqa: BLE001 - whatever scikit-learn says of its own model
        reason = " ".join(str(error).split())[:200]
        raise InputError(f"scikit-learn cannot compute with this model ({reason}).") from None
    if len(found) != len(rows) or not np.isfinite(found).all():
        raise InputError("scikit-learn gives no finite number for every row, so the model cannot be checked.")
    return [float(value) for value in found]


def description(model) -> str:
    """``Pipeline(StandardScaler, LogisticRegression)``."""
    name = type(model).__name__
    if name == "Pipeline":
        return f"Pipeline({', '.join(description(step) for _, step in model.steps)})"
    if name == "ColumnTransformer":
        return f"ColumnTransformer({', '.join(description(part) for _, part, _ in model.transformers_)})"
    return model if isinstance(model, str) else name


def _inputs(card: ConversionCard) -> list[ModelInput]:
    try:
        return [input_from_dict(item) for item in card.entries["inputs"]]
    except KeyError as error:
        raise InputError(f"An input of the card lacks the entry {error}.") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise InputError(f"The inputs of the card are not consistent: {error}.") from None


def _item(item: ModelInput, card: ConversionCard) -> Item:
    if not item.choices:
        return Column(item.name)
    codes = card.codes.get(item.name)
    return Column(item.name, (), codes) if codes else Category(item.name, tuple(item.choices))


def _check_classes(model, card: ConversionCard) -> None:
    classes = [str(found) for found in model.classes_]
    if len(classes) != 2:
        raise InputError(f"The model tells {len(classes)} classes apart; only two can be converted.")
    if card.positive_class and card.positive_class != classes[1]:
        raise InputError(f"The probability of this model is that of the class '{classes[1]}', the card wants "
                         f"'{card.positive_class}'; train it with the classes in the other order.")


def _numbers(item: ModelInput, rows: Sequence[Row], card: ConversionCard):
    """The column of one input as scikit-learn is to see it."""
    import numpy as np

    values = [row[item.name] for row in rows]
    if item.name in card.codes:
        return np.array([card.codes[item.name][str(value)] for value in values], dtype=float)
    if not item.choices:
        return np.array(values, dtype=float)
    try:
        return np.array([float(value) for value in values], dtype=float)
    except ValueError:
        return np.array(values, dtype=object)


def _with_derived(fitted: Fitted, row: Row) -> Row:
    found = dict(row)
    for item in fitted.inputs:
        if item.derived:
            found[item.name] = item.derived.of(item.title, found)
    return found


def _kept_inputs(card: ConversionCard, used: set[str]) -> tuple[list[Mapping], list[str]]:
    """The inputs that the estimator, a derived value or a class needs; and the names of the others."""
    needed = set(used)
    for item in reversed(_inputs(card)):
        if item.derived and item.name in needed:
            needed |= item.derived.names
    for output_class in card.entries["output"].get("classes", ()):
        if isinstance(output_class["upper"], dict):
            needed.add(output_class["upper"]["input"])
    kept = [item for item in card.entries["inputs"] if item["name"] in needed or item.get("recorded")]
    return kept, [item["name"] for item in card.entries["inputs"] if item not in kept]


def _bundle(data: Mapping, parts: Mapping[str, bytes], path: Path) -> ModelBundle:
    try:
        return bundle_from_dict(data, "0" * 64, parts)
    except KeyError as error:
        raise InputError(f"The card lacks the entry {error}.") from None
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise InputError(f"'{path}' and its card do not make a model: {error}.") from None


def _largest_deviation(bundle: ModelBundle, rows: Sequence[Row], expected: Sequence[float], tolerance: float,
                       path: Path) -> float:
    """How far the bundle is off, relative to outputs above 1; InputError if it is off at all."""
    worst = 0.0
    for number, (row, value) in enumerate(zip(rows, expected, strict=True), start=1):
        got = bundle.estimator.output(bundle.with_derived(row))
        deviation = abs(got - value) / max(1.0, abs(value))
        if not deviation <= tolerance:
            raise InputError(f"'{path}' was converted, but row {number} gives {got:g} instead of {value:g}; it is not "
                             "imported. Please report it.")
        worst = max(worst, deviation)
    return worst


def _vector(bundle: ModelBundle, row: Row, value: float, tolerance: float, at: int, origin: str) -> dict:
    found = bundle.class_of(bundle.estimator.output(bundle.with_derived(row)), row)
    return {"inputs": dict(row), "output": value, **({"class": found.id} if found else {}),
            **({"tolerance": tolerance * max(1.0, abs(value))} if tolerance != CHECK_TOLERANCE else {}),
            "source": f"scikit-learn, number {at + 1} of the {origin}"}


def background_of(bundle: ModelBundle, rows: Sequence[Row], title: str) -> dict:
    """The ``background`` of ``model.json``: what an explanation compares a person with."""
    names = bundle.estimator.input_names
    chosen = [bundle.with_derived(rows[at]) for at in _spread(len(rows), BACKGROUND)]
    return {"title": title, "inputs": list(names), "rows": [[row[name] for name in names] for row in chosen]}


def _spread(count: int, wanted: int) -> list[int]:
    """So many of ``count`` places, evenly."""
    return sorted({round(at * (count - 1) / (wanted - 1)) for at in range(wanted)})


def _packages() -> dict[str, str]:
    import importlib.metadata

    return {name: importlib.metadata.version(name) for name in ("scikit-learn", "skops")}
