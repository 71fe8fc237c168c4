"""Decision trees and their ensembles, as arrays of nodes that can be read and checked."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .columns_estimator import LINKS, ColumnsEstimator
from .finite import finite

MAX_TREES = 2000
MAX_NODES = 200_000
MAX_DEPTH = 64
#: in ``feature``: the node is a leaf
LEAF = -1


@dataclass(frozen=True)
class Tree:
    """Nodes in arrays of equal length; node 0 is the root.

    At an inner node a number ``≤ threshold`` of column ``feature`` goes ``left``, any other
    ``right``; children stand after their parent.  At a leaf ``feature`` is −1 and ``value`` counts.
    """

    feature: tuple[int, ...]
    threshold: tuple[float, ...]
    left: tuple[int, ...]
    right: tuple[int, ...]
    value: tuple[float, ...]

    def check(self, columns: int) -> None:
        """``ValueError`` unless every node but the root has one parent before it, and all can be reached."""
        count = len(self.feature)
        if not 0 < count <= MAX_NODES or {len(self.threshold), len(self.left), len(self.right),
                                          len(self.value)} != {count}:
            raise ValueError("the arrays of a tree must be of one length, and not empty")
        depth = [-1] * count
        depth[0] = 0
        for node, feature in enumerate(self.feature):
            if depth[node] < 0:
                raise ValueError(f"node {node} of a tree has no parent before it")
            if feature == LEAF:
                continue
            if not 0 <= feature < columns:
                raise ValueError(f"node {node} of a tree asks for column {feature}; there are {columns}")
            for child in (self.left[node], self.right[node]):
                if not node < child < count or depth[child] >= 0:
                    raise ValueError(f"node {node} of a tree has a child that is no later node of its own")
                depth[child] = depth[node] + 1
        if max(depth) > MAX_DEPTH:
            raise ValueError(f"a tree is deeper than {MAX_DEPTH} nodes")

    def leaf_value(self, numbers: Sequence[float]) -> float:
        node = 0
        while (feature := self.feature[node]) != LEAF:
            node = self.left[node] if numbers[feature] <= self.threshold[node] else self.right[node]
        return self.value[node]


@dataclass(frozen=True)
class TreesEstimator(ColumnsEstimator):
    """``intercept +`` the sum or mean of what the ``trees`` say.

    With ``single_precision`` the numbers are rounded to float32 before they are compared, as scikit-learn's
    trees and forests do.
    """

    trees: tuple[Tree, ...] = ()
    intercept: float = 0.0
    mean: bool = False
    single_precision: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.link not in LINKS:
            raise ValueError(f"link must be one of {LINKS}, not {self.link!r}")
        if not 0 < len(self.trees) <= MAX_TREES or sum(len(tree.feature) for tree in self.trees) > MAX_NODES:
            raise ValueError(f"a model of trees has 1 to {MAX_TREES} trees of {MAX_NODES} nodes together")
        for tree in self.trees:
            tree.check(len(self.columns))

    def raw(self, numbers: Sequence[float]) -> float:
        seen = [_single(number) for number in numbers] if self.single_precision else numbers
        total = math.fsum(tree.leaf_value(seen) for tree in self.trees)
        return self.intercept + (total / len(self.trees) if self.mean else total)


def _single(number: float) -> float:
    try:
        return struct.unpack("f", struct.pack("f", number))[0]
    except OverflowError:
        raise ValueError(f"{number:g} is too large for this model") from None


def trees_from_dict(data: Sequence[Mapping]) -> tuple[Tree, ...]:
    """Read the ``trees`` of an estimator; ``ValueError`` or ``KeyError`` says what is wrong."""
    if not isinstance(data, list):
        raise ValueError("the trees must be a list")
    return tuple(Tree(_whole(tree["feature"]), _numbers(tree["threshold"]), _whole(tree["left"]),
                      _whole(tree["right"]), _numbers(tree["value"])) for tree in data)


def trees_part(trees: Sequence[Tree]) -> bytes:
    """The part of a bundle that holds ``trees``."""
    return json.dumps({"trees": [vars(tree) for tree in trees]}, separators=(",", ":")).encode("ascii")


def _whole(numbers: list) -> tuple[int, ...]:
    if not isinstance(numbers, list) or set(map(type, numbers)) - {int}:
        raise ValueError("the nodes of a tree are counted in whole numbers")
    return tuple(numbers)


def _numbers(numbers: list) -> tuple[float, ...]:
    # fast for what is right; the parser lets only finite floats through
    if not isinstance(numbers, list) or set(map(type, numbers)) - {float}:
        return tuple(map(finite, numbers))
    return tuple(numbers)
