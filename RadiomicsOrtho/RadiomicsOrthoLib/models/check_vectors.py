"""The check vectors of a bundle: inputs with the output that they must give, run whenever a model is loaded."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .finite import finite

if TYPE_CHECKING:
    from .bundle import ModelBundle

CHECK_TOLERANCE = 1e-9
#: a source that prints fewer digits than this says nothing of an implementation
COARSEST_TOLERANCE = 1e-3


@dataclass(frozen=True)
class CheckResult:
    """One vector as it came out; ``fault`` is empty if it is as it must be."""

    number: int
    inputs: Mapping[str, float | str]
    expected: float
    got: float
    tolerance: float
    source: str
    fault: str

    @property
    def deviation(self) -> float:
        return self.got - self.expected


def run_check_vectors(bundle: ModelBundle) -> tuple[CheckResult, ...]:
    """Every vector in turn; ``KeyError`` or ``ValueError`` on one that cannot be read."""
    return tuple(_run(bundle, number, vector)
                 for number, vector in enumerate(bundle.card.get("check_vectors") or (), start=1))


def _run(bundle: ModelBundle, number: int, vector: Mapping) -> CheckResult:
    values = bundle.with_derived(vector["inputs"])
    got, expected = bundle.estimator.output(values), float(vector["output"])
    tolerance = _tolerance(vector, expected)
    fault = ""
    if not math.isclose(got, expected, rel_tol=CHECK_TOLERANCE, abs_tol=tolerance):
        fault = f"check vector {number} gives {got!r} instead of {expected!r}"
    elif "class" in vector:
        found = bundle.class_of(got, values)
        if found is None or found.id != vector["class"]:
            fault = (f"check vector {number} falls into class {found.id if found else None!r} instead of "
                     f"{vector['class']!r}")
    return CheckResult(number, vector["inputs"], expected, got, tolerance, vector.get("source", ""), fault)


def _tolerance(vector: Mapping, expected: float) -> float:
    tolerance = finite(vector.get("tolerance", CHECK_TOLERANCE))
    if not 0 <= tolerance <= COARSEST_TOLERANCE * max(1.0, abs(expected)):
        raise ValueError(f"a tolerance of {tolerance:g} checks nothing")
    return tolerance
