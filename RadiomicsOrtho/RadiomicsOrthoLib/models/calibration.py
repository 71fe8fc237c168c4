"""Calibration: what is done to an estimator's result so that its probabilities agree with what happens.

* ``recalibration``: ``intercept + slope × linear predictor`` before the link (Cox DR, Biometrika
  1958;45:562; logistic recalibration in Steyerberg, Clinical Prediction Models, chapter 15);
* ``platt``: ``1 / (1 + exp(−(intercept + slope × result)))`` of a result that is no
  probability yet, or one that cannot be trusted (Platt 1999);
* ``isotonic``: straight between rising points of the result, flat beyond (Zadrozny and Elkan 2002).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .finite import finite

KINDS = ("recalibration", "platt", "isotonic")


@dataclass(frozen=True)
class Calibration:
    """``slope`` and ``intercept`` before the link, ``points`` (result, probability) after it; it may do nothing."""

    slope: float = 1.0
    intercept: float = 0.0
    points: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        if self.slope <= 0:
            raise ValueError("the slope of a calibration must be positive")
        xs, ys = [x for x, _ in self.points], [y for _, y in self.points]
        if self.points and (len(xs) < 2 or xs != sorted(set(xs)) or ys != sorted(ys) or ys[0] == ys[-1]):
            raise ValueError("the points of an isotonic calibration must be two or more and rise")
        if self.points and not 0 <= ys[0] <= ys[-1] <= 1:
            raise ValueError("an isotonic calibration gives probabilities, from 0 to 1")

    def predictor(self, linear_predictor: float) -> float:
        return self.intercept + self.slope * linear_predictor

    def inverse_predictor(self, calibrated: float) -> float:
        return (calibrated - self.intercept) / self.slope

    def output(self, result: float) -> float:
        """The result through ``points``."""
        return interpolate(self.points, result) if self.points else result

    def inverse_output(self, probability: float) -> float:
        """The least result with that probability; beyond the points the outer one."""
        if not self.points:
            return probability
        if probability <= self.points[0][1]:
            return self.points[0][0]
        for (x0, y0), (x1, y1) in pairwise(self.points):
            if y0 < probability <= y1:
                return x0 + (x1 - x0) * (probability - y0) / (y1 - y0)
        return self.points[-1][0]


def interpolate(points: Sequence[tuple[float, float]], x: float) -> float:
    """Straight between ``points`` in rising order, flat beyond."""
    if x <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in pairwise(points):
        if x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return points[-1][1]


def calibration_from_dict(data: Mapping | None, link: str) -> tuple[Calibration, str]:
    """Read the ``calibration`` of ``model.json`` after ``link``: the calibration, and the link that it leaves."""
    if data is None:
        return Calibration(), link
    kind = data["kind"]
    if kind not in KINDS:
        raise ValueError(f"calibration kind {kind!r} is unknown ({', '.join(KINDS)})")
    if kind == "isotonic":
        points = tuple((finite(x), finite(y)) for x, y in data["points"])
        return Calibration(points=points), "probability" if link == "identity" else link
    if kind == "platt":
        if link not in ("identity", "probability"):
            raise ValueError("a Platt calibration follows the link identity or probability; after another link it is a "
                             "recalibration")
        link = "logit"
    return Calibration(finite(data["slope"]), finite(data["intercept"])), link
