"""The tables of a batch, made of what is kept of its cases, in the order of the list."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from ..report.tables import csv_lines
from .case import BatchCase
from .computation import DONE, FAILED, REFUSED
from .durable import write_durably
from .folder import BatchFolder

FEATURES, SCORES, FAILURES = "features.csv", "scores.csv", "failures.csv"
#: a case that nothing was computed of yet
MISSING = "not computed"
#: as ``extract`` names them
_FEATURE_COLUMNS = ("segment", "refused", "level_from", "site", "level", "side", "compartment", "profile")
_SCORE_COLUMNS = ("model", "version", "segment", "place", "status", "value", "unit", "lower", "upper", "class",
                  "findings", "reason")
_FAILURE_COLUMNS = ("case", "line", "status", "segment", "reason")
Row = Mapping[str, object]


def write_tables(folder: BatchFolder, cases: Sequence[BatchCase], wanted: Sequence[str]) -> dict[str, str]:
    """Write the three tables; name → SHA-256 of each.

    Cases are read one by one: tables may be larger than the memory.  ``wanted`` are the models of which every case
    has a row, whatever became of it.
    """
    carried = list(dict.fromkeys(name for case in cases for name in case.carried))
    features = dict.fromkeys(_FEATURE_COLUMNS)
    for _, found in _results(folder, cases):
        for row in found["features"]:
            features.update(dict.fromkeys(row))
    head = list(dict.fromkeys(("subject", "case", *carried)))
    return {name: _written(folder.path / name, rows, columns) for name, rows, columns in (
        (FEATURES, _rows(folder, cases, _feature_rows), [*head, *(name for name in features if name not in head)]),
        (SCORES, _rows(folder, cases, lambda found: _score_rows(found, wanted)), [*head, *_SCORE_COLUMNS]),
        (FAILURES, _failure_rows(folder, cases), _FAILURE_COLUMNS))}


def counts(folder: BatchFolder, cases: Iterable[BatchCase]) -> dict[str, int]:
    """How many cases ended how."""
    found = dict.fromkeys((DONE, REFUSED, FAILED, MISSING), 0)
    for _, result in _results(folder, cases):
        found[result["status"]] += 1
    return found


def first_failure(folder: BatchFolder, cases: Iterable[BatchCase]) -> tuple[str, str] | None:
    """(case, reason) of the first case that gave nothing."""
    return next(((case.id, found["reason"]) for case, found in _results(folder, cases)
                 if found["status"] in (REFUSED, FAILED)), None)


def _results(folder: BatchFolder, cases: Iterable[BatchCase]) -> Iterator[tuple[BatchCase, dict]]:
    for case in cases:
        yield case, folder.result_of(case) or {"status": MISSING, "reason": "It was not computed yet.", "features": [],
                                               "scores": []}


def _rows(folder: BatchFolder, cases: Iterable[BatchCase], of: Callable[[dict], Iterable[Row]]) -> Iterator[Row]:
    for case, found in _results(folder, cases):
        for row in of(found):
            # without a column that says who it is, each case is a person of its own
            yield {"subject": case.id, "case": case.id, **case.carried, **row}


def _feature_rows(found: dict) -> Iterable[Row]:
    return found["features"] if found["status"] == DONE else [{"refused": found["reason"]}]


def _score_rows(found: dict, wanted: Sequence[str]) -> Iterable[Row]:
    if found["status"] == DONE:
        return found["scores"]
    return [_ending(found) | {"model": model} for model in wanted or ("",)]


def _failure_rows(folder: BatchFolder, cases: Iterable[BatchCase]) -> Iterator[Row]:
    for case, found in _results(folder, cases):
        entry = {"case": case.id, "line": case.line}
        if found["status"] != DONE:
            yield entry | _ending(found)
        for row in found["features"]:
            if row["refused"]:
                yield entry | {"status": REFUSED, "segment": row["segment"], "reason": row["refused"]}


def _ending(found: dict) -> dict[str, object]:
    return {"status": found["status"], "reason": found["reason"]}


def _written(path: Path, rows: Iterable[Row], columns: Sequence[str]) -> str:
    digest = hashlib.sha256()

    def lines() -> Iterator[str]:
        for line in csv_lines(rows, columns):
            digest.update(line.encode("utf-8"))
            yield line

    write_durably(path, lines())
    return digest.hexdigest()
