"""Values that are computed from other inputs, such as the body mass index from weight and height."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from .finite import finite
from .terms import CurveTerm


@dataclass(frozen=True)
class Product:
    """``factor × Π input^power``."""

    powers: Mapping[str, float]
    factor: float = 1.0

    def of(self, values: Mapping[str, float | str]) -> float:
        above = math.prod(float(values[name]) ** power for name, power in self.powers.items() if power > 0)
        below = math.prod(float(values[name]) ** -power for name, power in self.powers.items() if power < 0)
        # one division, so that 24 of 30 mm is exactly 80 %
        return self.factor * above / below


@dataclass(frozen=True)
class DerivedValue:
    """``offset + Σ products + Σ curves``; a curve is straight between its knots and flat beyond."""

    products: tuple[Product, ...]
    offset: float = 0.0
    curves: tuple[CurveTerm, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """The inputs that it is computed from."""
        return frozenset([*(name for product in self.products for name in product.powers),
                          *(curve.input for curve in self.curves)])

    def of(self, title: str, values: Mapping[str, float | str]) -> float:
        """The value; ``ValueError`` where it has none (a division by zero), which ``title`` names."""
        try:
            found = self.offset + sum(product.of(values) for product in self.products) \
                + sum(curve.contribution(values[curve.input]) for curve in self.curves)
        except (ZeroDivisionError, OverflowError):
            found = math.nan
        if isinstance(found, complex) or not math.isfinite(found):
            given = ", ".join(f"{name} = {values[name]}" for name in sorted(self.names))
            raise ValueError(f"{title} has no value at {given}")
        return found


def derived_from_dict(data: Mapping) -> DerivedValue:
    """Read the ``derived`` part of an input."""
    products = tuple(Product({str(name): finite(power) for name, power in product["powers"].items()},
                             finite(product.get("factor", 1.0))) for product in data["products"])
    if not all(product.powers for product in products) or not products:
        raise ValueError("a derived value needs products of inputs")
    curves = tuple(CurveTerm(curve["input"], tuple((finite(x), finite(y)) for x, y in curve["knots"]))
                   for curve in data.get("curves", ()))
    return DerivedValue(products, finite(data.get("offset", 0.0)), curves)
