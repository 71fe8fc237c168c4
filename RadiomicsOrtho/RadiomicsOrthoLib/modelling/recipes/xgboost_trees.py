"""The trees of XGBoost as those of a model bundle."""

from __future__ import annotations

import json

import numpy as np

from ...models.conversion.estimators import Converted
from ...models.trees import LEAF, Tree


def converted_xgboost(model, example: np.ndarray) -> Converted:
    """A fitted ``XGBClassifier`` of two classes; ``example`` (columns) is any row, from which the constant is found."""
    booster = model.get_booster()
    names = booster.feature_names or [f"f{at}" for at in range(len(example))]
    place = {name: at for at, name in enumerate(names)}
    trees = tuple(_tree(json.loads(text), place) for text in booster.get_dump(dump_format="json"))
    margin = float(booster.inplace_predict(example[np.newaxis].astype(np.float32), predict_type="margin",
                                           validate_features=False)[0])
    row = [float(np.float32(value)) for value in example]
    return Converted("logit", margin - sum(tree.leaf_value(row) for tree in trees), trees=trees, single_precision=True)


def _tree(root: dict, place: dict[str, int]) -> Tree:
    """Nodes in the order in which they are met, parents first; ``place`` is the column of each name."""
    features, thresholds, left, right, values = [], [], [], [], []

    def add(node: dict) -> int:
        at = len(features)
        leaf = "leaf" in node
        # XGBoost goes left below the threshold, a bundle up to and including it: the next smaller float32
        threshold = 0.0 if leaf else float(np.nextafter(np.float32(node["split_condition"]), np.float32(-np.inf)))
        features.append(LEAF if leaf else place[node["split"]])
        thresholds.append(threshold)
        values.append(float(node["leaf"]) if leaf else 0.0)
        left.append(-1)
        right.append(-1)
        if not leaf:
            by_id = {child["nodeid"]: child for child in node["children"]}
            left[at] = add(by_id[node["yes"]])
            right[at] = add(by_id[node["no"]])
        return at

    add(root)
    return Tree(tuple(features), tuple(thresholds), tuple(left), tuple(right), tuple(values))
