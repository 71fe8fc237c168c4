"""What estimators have in common that do not add up contributions: columns in, one number out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from ..errors import InputError
from .calibration import Calibration
from .links import checked, outcome
from .transform import Column

Values = Mapping[str, float | str]
#: links of such estimators
LINKS = ("identity", "logit", "probability")


@dataclass(frozen=True)
class ColumnsEstimator(ABC):
    """An estimator of ``columns`` in their order.

    It has no terms and therefore no nomogram: no input has a share of its own.
    """

    columns: tuple[Column, ...]
    link: str = "identity"
    calibration: Calibration = field(default_factory=Calibration)

    terms: ClassVar[tuple] = ()
    is_additive: ClassVar[bool] = False
    is_points: ClassVar[bool] = False

    def __post_init__(self) -> None:
        if not self.columns:
            raise ValueError("an estimator needs at least one input")

    @abstractmethod
    def raw(self, numbers: Sequence[float]) -> float:
        """The result for the numbers of the columns."""

    @property
    def input_names(self) -> tuple[str, ...]:
        """The inputs that it uses, in the order of the columns."""
        return tuple(dict.fromkeys(column.input for column in self.columns))

    def stratum(self, values: Values) -> ColumnsEstimator:
        """The estimator that holds for this person: itself."""
        return self

    def unused(self, values: Values) -> frozenset[str]:
        """Inputs without meaning for this person: none."""
        return frozenset()

    def contributions(self, values: Values) -> dict[str, float]:
        """Shares of the inputs: there are none."""
        return {}

    def linear_predictor(self, values: Values) -> float:
        """The result before calibration and link."""
        numbers = [column.number(values[column.input]) for column in self.columns]
        try:
            return self.raw(numbers)
        except ValueError as error:
            raise InputError(f"The model gives no number for these values ({error}); check them.") from None

    def output(self, values: Values) -> float:
        result = self.linear_predictor(values)
        try:
            return self.outcome(result)
        except ValueError as error:
            raise InputError(f"The model gives no number for these values ({error}); check them.") from None

    def outcome(self, linear_predictor: float) -> float:
        """The result through calibration and link."""
        result = outcome(self.link, self.calibration.predictor(linear_predictor))
        return checked(self.link, self.calibration.output(result))


@dataclass(frozen=True)
class ElsewhereEstimator(ColumnsEstimator):
    """An estimator whose part is not at hand, as on a score card: it can be shown, and computes nothing."""

    def raw(self, numbers: Sequence[float]) -> float:
        raise InputError("Only the model itself can compute this; its file is not at hand.")
