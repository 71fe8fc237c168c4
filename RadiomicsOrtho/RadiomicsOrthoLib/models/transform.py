"""From the value of an input to the number that an estimator sees: ordered steps for each column."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import InputError
from .finite import finite

Values = Mapping[str, float | str]


@dataclass(frozen=True)
class Centre:
    """``x − by``."""

    by: float

    def of(self, x: float) -> float:
        return x - self.by


@dataclass(frozen=True)
class Scale:
    """``x / by``."""

    by: float

    def __post_init__(self) -> None:
        if self.by == 0:
            raise ValueError("a transform cannot scale by 0")

    def of(self, x: float) -> float:
        return x / self.by


@dataclass(frozen=True)
class Clip:
    """``x``, held between ``low`` and ``high``."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ValueError("a transform clips between two rising numbers")

    def of(self, x: float) -> float:
        return min(max(x, self.low), self.high)


@dataclass(frozen=True)
class Log:
    """``ln(x + offset)``; values without a logarithm are refused, not replaced."""

    offset: float = 0.0

    def of(self, x: float) -> float:
        if not x + self.offset > 0:
            raise ValueError(f"{x:g} has no logarithm here")
        return math.log(x + self.offset)


Step = Centre | Scale | Clip | Log


@dataclass(frozen=True)
class Column:
    """One number for the estimator: the ``input``, or what a choice counts in ``levels``, through ``steps``."""

    input: str
    steps: tuple[Step, ...] = ()
    levels: Mapping[str, float] | None = None

    @property
    def is_straight(self) -> bool:
        """Whether equal steps of the value are equal steps of the number."""
        return all(isinstance(step, (Centre, Scale)) for step in self.steps)

    def number(self, value: float | str) -> float:
        """What the estimator sees of ``value``; InputError if it has no number."""
        no_number = f"The model has no number for {self.input} = {value}"
        try:
            x = float(value) if self.levels is None else self.levels[str(value)]
            for step in self.steps:
                x = step.of(x)
        except (ValueError, OverflowError) as error:
            raise InputError(f"{no_number} ({error}); check the value.") from None
        if not math.isfinite(x):
            raise InputError(f"{no_number}; check the value.")
        return x


def columns_from_dict(data: list) -> tuple[Column, ...]:
    """Read the ``transform`` of ``model.json``; ``ValueError`` or ``KeyError`` says what is wrong."""
    if not isinstance(data, list):
        raise ValueError("the entry 'transform' must be a list")
    return tuple(Column(entry["input"], tuple(_step(step) for step in entry.get("steps", ())),
                        {str(k): finite(v) for k, v in entry["levels"].items()} if "levels" in entry else None)
                 for entry in data)


def column_dict(column: Column) -> dict:
    """The entry of ``model.json`` that :func:`columns_from_dict` reads."""
    found: dict = {"input": column.input}
    if column.levels is not None:
        found["levels"] = dict(column.levels)
    if column.steps:
        found["steps"] = [_step_dict(step) for step in column.steps]
    return found


def _step(data: Mapping) -> Step:
    if not isinstance(data, dict) or len(data) != 1:
        raise ValueError("a step of a transform is one of centre, scale, clip and log")
    (kind, value), = data.items()
    if kind == "centre":
        return Centre(finite(value))
    if kind == "scale":
        return Scale(finite(value))
    if kind == "clip":
        low, high = value
        return Clip(finite(low), finite(high))
    if kind == "log":
        return Log(finite(value["offset"]))
    raise ValueError(f"the step {kind!r} of a transform is unknown (centre, scale, clip, log)")


def _step_dict(step: Step) -> dict:
    if isinstance(step, Clip):
        return {"clip": [step.low, step.high]}
    if isinstance(step, Log):
        return {"log": {"offset": step.offset}}
    return {"centre" if isinstance(step, Centre) else "scale": step.by}
