"""Columns of a table that stand in for others where one fold of a cross-fitted network is judged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas

#: ``dl_07_without_2`` stands in for ``dl_07`` where fold 2 is judged
_STAND_IN = re.compile(r"(?P<column>dl_\w+)_without_(?P<fold>\d+)")


@dataclass(frozen=True)
class NetworkFolds:
    """``fold`` (n) of each row, empty where no network learned from it.

    ``without`` has for each fold the columns (n rows) in whose making its people had no part; whoever judges a fold
    puts them in the place of those of the same name, for learning and for judging (``modelling.deep.cross_fitting``).
    """

    fold: np.ndarray
    without: Mapping[str, pandas.DataFrame]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.without)

    def splits(self, rows: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        """Training and test rows (indices) of each fold among ``rows``, in the order of ``names``."""
        return [(rows[self.fold[rows] != one], rows[self.fold[rows] == one]) for one in self.names]

    def take(self, rows: np.ndarray) -> NetworkFolds:
        return NetworkFolds(self.fold[rows], {name: frame.iloc[rows] for name, frame in self.without.items()})


def stand_in_name(column: str, fold: object) -> str:
    return f"{column}_without_{fold}"


def is_stand_in(name: str) -> bool:
    return _STAND_IN.fullmatch(name) is not None


def stand_ins(names: Iterable[str]) -> dict[str, dict[str, str]]:
    """Fold → column → the one that stands in for it there."""
    found: dict[str, dict[str, str]] = {}
    for name in names:
        if match := _STAND_IN.fullmatch(name):
            found.setdefault(match["fold"], {})[match["column"]] = name
    return found
