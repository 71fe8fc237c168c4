"""A converted estimator and its columns as the entries of ``model.json``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ..transform import Column, column_dict
from ..trees import LEAF, Tree, trees_part
from .estimators import Converted
from .preprocessing import NotConvertibleError

#: below this the nodes stand in ``model.json`` itself, where a reader finds them
INLINE_NODES = 64
TREES_PART = "trees.json"


def entries_of(found: Converted, columns: Sequence[Column], order: Sequence[str]) -> tuple[dict, dict[str, bytes]]:
    """``transform``, ``estimator`` and ``calibration``, and the parts; inputs stand in ``order``."""
    entries, parts = _trees(found, columns) if found.trees else (_sum(found, columns, order), {})
    if found.calibration:
        entries["calibration"] = found.calibration
    return entries, parts


def _sum(found: Converted, columns: Sequence[Column], order: Sequence[str]) -> dict:
    """Each input one term; what does not count is left out, as LASSO means it."""
    shares: dict[str, list[tuple[float, Column]]] = {}
    for coefficient, column in zip(found.coefficients, columns, strict=True):
        if coefficient:
            shares.setdefault(column.input, []).append((coefficient, column))
    terms, transform = [], []
    for name in (name for name in order if name in shares):
        own = shares[name]
        if own[0][1].levels is not None:
            levels = {level: sum(c * column.number(level) for c, column in own) for level in own[0][1].levels}
            terms.append({"input": name, "kind": "factor", "levels": levels})
        elif len(own) > 1:
            raise NotConvertibleError(f"the input '{name}' counts in several ways at once")
        else:
            terms.append({"input": name, "coefficient": own[0][0]})
            transform += [column_dict(own[0][1])] if own[0][1].steps else []
    if not terms:
        raise NotConvertibleError("no input counts in it")
    estimator = {"link": found.link, "intercept": found.intercept, "terms": terms}
    return ({"transform": transform} if transform else {}) | {"estimator": estimator}


def _trees(found: Converted, columns: Sequence[Column]) -> tuple[dict, dict[str, bytes]]:
    used = sorted({feature for tree in found.trees for feature in tree.feature if feature != LEAF})
    if not used:
        raise NotConvertibleError("no input counts in it")
    place = {feature: at for at, feature in enumerate(used)} | {LEAF: LEAF}
    trees = [replace(tree, feature=tuple(place[feature] for feature in tree.feature)) for tree in found.trees]
    estimator: dict = {"kind": "trees", "link": found.link, "combine": "mean" if found.mean else "sum",
                       "intercept": found.intercept, "single_precision": found.single_precision}
    parts: dict[str, bytes] = {}
    if sum(len(tree.feature) for tree in trees) <= INLINE_NODES:
        estimator["trees"] = [_tree_dict(tree) for tree in trees]
    else:
        estimator["part"] = TREES_PART
        parts[TREES_PART] = trees_part(trees)
    return {"transform": [column_dict(columns[feature]) for feature in used], "estimator": estimator}, parts


def _tree_dict(tree: Tree) -> dict:
    return {name: list(values) for name, values in vars(tree).items()}


def inputs_in_use(entries: Mapping) -> set[str]:
    """The inputs that the estimator of ``entries`` sees."""
    estimator = entries["estimator"]
    if "terms" in estimator:
        return {term["input"] for term in estimator["terms"]}
    return {column["input"] for column in entries["transform"]}
