"""The values that an input can be tried out with."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ..models.bundle import ModelInput
from .nomogram import pretty

#: steps along an axis, so that a marker moves smoothly and numbers stay short
STEPS = 100


@dataclass(frozen=True)
class Adjustable:
    """An input that can be tried out: one of ``choices``, or a number from ``low`` to ``high`` by ``step``."""

    item: ModelInput
    choices: Mapping[str, str] | None = None
    low: float = 0.0
    high: float = 0.0
    step: float = 1.0

    @property
    def decimals(self) -> int:
        return max(0, -math.floor(math.log10(self.step) + 1e-9))

    @property
    def candidates(self) -> tuple[float | str, ...]:
        """Every value that a marker can take."""
        if self.choices is not None:
            return tuple(self.choices)
        first, last = math.ceil(self.low / self.step - 1e-9), math.floor(self.high / self.step + 1e-9)
        return tuple(round(number * self.step, self.decimals) for number in range(first, last + 1))


def adjustable(item: ModelInput, value: float | str) -> Adjustable:
    """What ``item`` can be, where this case has ``value``: its axis with this value."""
    if item.choices:
        return Adjustable(item, item.choices)
    own = float(value)
    stated = item.axis_range or item.training_range or item.valid_range or (min(0.0, own), max(0.0, own) or 1.0)
    ticks = pretty(*stated, 10)
    low, high = min(ticks[0], own), max(ticks[-1], own)
    if item.valid_range:
        low, high = max(low, item.valid_range[0]), min(high, item.valid_range[1])
    steps = pretty(0.0, high - low, STEPS)
    return Adjustable(item, None, low, high, max(1.0, round(steps[1])) if item.whole else steps[1])
