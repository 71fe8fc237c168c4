"""Nomogram geometry: an additive model as axes that a person can read with a ruler.

The rules are those of R's ``rms::nomogram``: an input's contribution above its least
contribution, times a scale that gives the widest input 100 points.  Two forms exist:

* ``points``: a Points axis, one axis per input, Total points, and the outcome;
* ``bands``: one axis of the output with the model's classes and cut-offs, for a model
  of one input and identity link (such as a mean HU), whose points would say nothing, for a
  sum that is cut to whole numbers, and for a model that does not add.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ..models.bundle import ModelBundle, ModelInput, OutputClass, Threshold
from ..models.columns_estimator import ColumnsEstimator
from ..models.estimator import AdditiveEstimator, GreatestEstimator
from ..models.spline import SplineTerm
from ..models.terms import (
    CurveTerm,
    FactorTerm,
    FractionalPolynomialTerm,
    PointsRange,
    PointsTerm,
    Term,
    TransformedTerm,
)

#: what draws itself: an estimator that is not stratified
Equation = AdditiveEstimator | GreatestEstimator | ColumnsEstimator
MAX_POINTS = 100.0
TICKS = 10
#: straight pieces by which a smooth curve is drawn
CURVE_PIECES = 200
POINTS, TOTAL, LINEAR_PREDICTOR, OUTCOME = "@points", "@total", "@linear-predictor", "@outcome"

#: probabilities worth a tick, the most telling first
PROBABILITIES = (0.5, 0.1, 0.9, 0.01, 0.99, 0.05, 0.95, 0.2, 0.8, 0.3, 0.7, 0.02, 0.98,
                 0.001, 0.999, 0.4, 0.6, 0.005, 0.995, 0.002, 0.998)


@dataclass(frozen=True)
class Tick:
    """``position`` is in the unit of its axis's scale; labels of a low ``rank`` go last when room is short.

    ``above`` puts the label over the line: where a curve runs back on itself, its rising
    and falling stretches stand on different sides.
    """

    value: float | str
    label: str
    position: float
    rank: int = 0
    above: bool = False


@dataclass(frozen=True)
class Axis:
    """One axis from ``start`` to ``end``.

    ``scale`` says what positions count: ``points`` (0–100), ``total`` (total points) or
    ``value`` (the output itself).  ``labelling``: ``regular`` (equal steps: every 2nd or
    5th may be labelled), ``ranked`` (uneven) or ``levels`` (a choice: no label may go).
    ``values`` are the least and the greatest input value drawn; ``None`` for other axes.
    """

    key: str
    title: str
    unit: str
    scale: str
    start: float
    end: float
    ticks: tuple[Tick, ...]
    labelling: str = "regular"
    values: tuple[float, float] | None = None


@dataclass(frozen=True)
class Band:
    """A class of the output, from ``start`` to ``end`` on the outcome axis."""

    output_class: OutputClass
    start: float
    end: float


@dataclass(frozen=True)
class Cutoff:
    """A published threshold; ``position`` is ``None`` when it lies outside the outcome axis."""

    threshold: Threshold
    position: float | None


@dataclass(frozen=True)
class Outcome:
    """What the model's output is called, and how it is divided.

    ``extent`` is what its axis covers where that does not follow from the terms.
    """

    title: str = ""
    unit: str = ""
    classes: tuple[OutputClass, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    extent: tuple[float, float] = (0.0, 1.0)


@dataclass(frozen=True)
class Nomogram:
    """``linear predictor = total / scale + origin``; ``minima`` are the least contributions per input.

    In the form ``bands`` there is only the outcome axis, in units of the output.
    """

    form: str
    estimator: Equation
    axes: tuple[Axis, ...]
    bands: tuple[Band, ...]
    cutoffs: tuple[Cutoff, ...]
    scale: float
    origin: float
    minima: Mapping[str, float]

    def axis(self, key: str) -> Axis:
        return next(axis for axis in self.axes if axis.key == key)

    def outcome_position(self, output: float) -> float:
        """Where an output (a probability is 0–1) stands on the outcome axis, kept on the axis."""
        axis = self.axis(OUTCOME)
        at = output if self.form == "bands" else _place_outcome(self.estimator, output, self._place)
        return min(max(at, axis.start), axis.end)

    def position(self, name: str, value: float | str) -> float:
        """Where a value of an input stands, kept on its axis; that is the outcome axis in the form ``bands``."""
        term = next(term for term in self.estimator.terms if term.input == name)
        if self.form == "bands":
            return self.outcome_position(self.estimator.outcome(self.estimator.intercept + term.contribution(value)))
        axis = self.axis(name)
        return min(max((term.contribution(value) - self.minima[name]) * self.scale, axis.start), axis.end)

    @property
    def movable(self) -> frozenset[str]:
        """The inputs whose marker can be moved along an axis: all, or the only one of bands."""
        names = [term.input for term in self.estimator.terms]
        alone = len(names) == 1 and isinstance(self.estimator, AdditiveEstimator)
        return frozenset(names if self.form == "points" or alone else ())

    def _place(self, linear_predictor: float) -> float:
        return (linear_predictor - self.origin) * self.scale


@dataclass(frozen=True)
class Mark:
    """The patient on one axis: ``amount`` as computed, ``position`` as drawn, kept on the axis.

    ``side`` of a folded axis, on which two values share a position: 1 above the line, -1 below; else 0.
    """

    value: float | str
    amount: float
    position: float
    clamped: bool
    side: int = 0


def pretty(lo: float, hi: float, n: int = 5) -> tuple[float, ...]:
    """About ``n`` intervals of 1, 2, 5 or 10 × 10^k that cover ``lo`` to ``hi``, as R's ``pretty()``."""
    if not (math.isfinite(lo) and math.isfinite(hi) and lo <= hi and n >= 0):
        raise ValueError(f"pretty needs a finite rising range, not {lo} to {hi} in {n}")
    bias, bias_of_5, fewest = 1.5, 2.75, n // 3
    size = max(abs(lo), abs(hi))
    if hi - lo < size * (1 + 1 / (1 + bias)) * max(1, n) * 3 * 2.0**-52 or size == 0:
        cell = (size if size <= 10 else 9 + size / 10) if size else 1.0
        cell *= 0.75 / max(1, fewest)
    else:
        cell = (hi - lo) / max(1, n)
    exponent = math.floor(math.log10(cell))
    base, factor = 10.0**exponent, 1
    for larger, weight in ((2, bias), (5, bias_of_5), (10, bias)):
        if larger * base - cell >= weight * (cell - factor * base):
            break
        factor = larger

    def multiple(k: int) -> float:
        # one rounding only, so that three steps of 0.1 are 0.3
        return k * factor * 10.0**exponent if exponent >= 0 else k * factor / 10.0**-exponent

    slack = 1e-10
    unit = factor * base
    first, last = math.floor(lo / unit + slack), math.ceil(hi / unit - slack)
    # rounding may leave an end uncovered when the range is tiny beside its values
    while first * unit > lo + slack * unit:
        first -= 1
    while last * unit < hi - slack * unit:
        last += 1
    missing = fewest - (last - first)
    if missing > 0:     # only where lo and hi are all but equal
        small, large = missing // 2, missing - missing // 2
        first, last = (first - large, last + small) if first >= 0 else (first - small, last + large)
    return tuple(multiple(k) for k in range(first, last + 1))


def draws_bands(estimator: Equation) -> bool:
    """Whether the form is ``bands``: a nomogram's points would say nothing, or would not be true."""
    if not estimator.is_additive:
        return True
    # a sum that is cut to whole numbers does not lie where its points add up
    return estimator.truncates or (len(estimator.terms) == 1 and estimator.link == "identity")


def build_nomogram(model: ModelBundle, ranges: Mapping[str, tuple[float, float]] | None = None,
                   values: Mapping[str, float | str] | None = None) -> Nomogram:
    """The nomogram of a model; ``ranges`` (input → least, greatest) go before the model's own ranges.

    ``values`` of a person choose the equation (such as that of the sex) and hold bounds that a site has set.
    """
    unit = "%" if model.is_probability else model.output_unit
    equation = model.estimator.stratum(values or {})
    outcome = Outcome(model.output_title, unit, model.classes_for(values or {}), model.thresholds,
                      model.output_range if isinstance(equation, ColumnsEstimator) else (0.0, 1.0))
    return estimator_nomogram(equation, model.inputs, ranges, outcome)


def estimator_nomogram(estimator: Equation, inputs: Iterable[ModelInput] = (),
                       ranges: Mapping[str, tuple[float, float]] | None = None,
                       outcome: Outcome | None = None) -> Nomogram:
    """The nomogram of one equation; inputs without metadata are called by their names."""
    outcome = outcome or Outcome()
    if isinstance(estimator, ColumnsEstimator):
        return _bands(estimator, outcome, *outcome.extent, {})
    known = {item.name: item for item in inputs}
    scales = [_contributions(term, known.get(term.input), ranges or {}) for term in estimator.terms]
    minima = {s.term.input: min(s.extent) for s in scales}
    maxima = [max(s.extent) for s in scales]
    if isinstance(estimator, GreatestEstimator):
        return _bands(estimator, outcome, max(minima.values()), max(maxima), minima)
    origin = estimator.intercept + math.fsum(minima.values())
    if draws_bands(estimator):
        greatest = estimator.intercept + math.fsum(maxima)
        return _bands(estimator, outcome, estimator.outcome(origin), estimator.outcome(greatest), minima)

    span = max(max(s.extent) - min(s.extent) for s in scales)
    scale = MAX_POINTS / span if span > 0 else 1.0      # a model in which no input counts is still drawn
    # a score's own points are another scale than those of the drawing
    names = ("Nomogram points", "Total on this scale") if estimator.is_points else ("Points", "Total points")
    axes = [Axis(POINTS, names[0], "", "points", 0.0, MAX_POINTS, _regular_ticks(pretty(0, MAX_POINTS, TICKS)))]
    for item in scales:
        least = minima[item.term.input]
        ticks = tuple(Tick(t.value, t.label, (t.position - least) * scale, t.rank, t.above) for t in item.ticks)
        end = (max(item.extent) - least) * scale
        axes.append(Axis(item.term.input, item.title, item.unit, "points", 0.0, end, ticks,
                         item.labelling, item.values))
    total = pretty(0, sum(axis.end for axis in axes[1:]) or 1.0, TICKS)
    axes.append(Axis(TOTAL, names[1], "", "total", 0.0, total[-1], _regular_ticks(total)))
    lowest, highest = origin, total[-1] / scale + origin

    def place(linear_predictor: float) -> float:
        return (linear_predictor - origin) * scale

    if estimator.link == "identity":
        ticks = _inside(_regular_ticks(pretty(lowest, highest, TICKS), place), total[-1])
        labelling = "regular"
    else:
        lp_ticks = _inside(_regular_ticks(pretty(lowest, highest, TICKS), place), total[-1])
        axes.append(Axis(LINEAR_PREDICTOR, "Linear predictor", "", "total", 0.0, total[-1], lp_ticks))
        ticks, labelling = _probability_ticks(estimator, lowest, highest, place), "ranked"
    axes.append(Axis(OUTCOME, outcome.title or "Output", outcome.unit, "total", 0.0, total[-1], ticks, labelling))
    return Nomogram("points", estimator, tuple(axes),
                    *_divisions(outcome, 0.0, total[-1], lambda y: _place_outcome(estimator, y, place)),
                    scale, origin, minima)


def patient_marks(nomogram: Nomogram, values: Mapping[str, float | str], output: float | None = None
                  ) -> dict[str, Mark]:
    """Where the patient stands on each axis, by axis key.

    A value beyond its axis keeps its true points and output; only its drawing stops at
    the end of the axis, with ``clamped`` set.  In the form ``bands`` an ``output`` that is
    known is not computed again: the file of a model may not be at hand.
    """
    estimator = nomogram.estimator
    if nomogram.form == "bands":
        output = estimator.output(values) if output is None else output
        return {OUTCOME: _mark(nomogram.axis(OUTCOME), output, output)}
    linear_predictor = estimator.linear_predictor(values)
    output = estimator.outcome(linear_predictor)
    marks: dict[str, Mark] = {}
    for term in estimator.terms:
        axis, value = nomogram.axis(term.input), values[term.input]
        points = (term.contribution(value) - nomogram.minima[term.input]) * nomogram.scale
        # a curve is flat beyond its knots: there the points do not tell that the axis was left
        beyond = axis.values is not None and not axis.values[0] <= float(value) <= axis.values[1]
        marks[term.input] = replace(_mark(axis, value, points, beyond), side=_side(axis, value))
    total = (linear_predictor - nomogram.origin) * nomogram.scale
    for axis in nomogram.axes:
        if axis.scale == "total":
            value = {TOTAL: total, LINEAR_PREDICTOR: linear_predictor, OUTCOME: output}[axis.key]
            marks[axis.key] = _mark(axis, value, total)
    return marks


@dataclass(frozen=True)
class _Scale:
    """A term along its range: ``ticks`` and ``extent`` count contributions to the linear predictor."""

    term: Term
    title: str
    unit: str
    ticks: tuple[Tick, ...]
    extent: tuple[float, ...]
    labelling: str
    values: tuple[float, float] | None


def _contributions(term: Term, item: ModelInput | None, ranges: Mapping[str, tuple[float, float]]) -> _Scale:
    title, unit = (item.title, item.unit) if item else (term.input, "")
    if isinstance(term, FactorTerm):
        choices = (item.choices if item else None) or {}
        ticks = tuple(Tick(level, choices.get(level, level), share) for level, share in term.levels.items())
        return _Scale(term, title, unit, ticks, tuple(term.levels.values()), "levels", None)
    if isinstance(term, PointsTerm):
        ticks = tuple(Tick(r.points, range_label(lower, r), r.points)
                      for lower, r in zip((None, *term.ranges), term.ranges, strict=False))
        return _Scale(term, title, unit, ticks, tuple(r.points for r in term.ranges), "levels", None)
    values = pretty(*_range_of(term, item, ranges), TICKS)
    if isinstance(term, (FractionalPolynomialTerm, SplineTerm)) or (
            isinstance(term, TransformedTerm) and not term.is_straight):
        term = _as_curve(term, values[0], values[-1])
    ends = (values[0], values[-1])
    if isinstance(term, CurveTerm):
        inner = [x for x, _ in term.knots if ends[0] < x < ends[1]]
        extent = tuple(term.contribution(x) for x in (*ends, *inner))
        return _Scale(term, title, unit, _curve_ticks(term, values, inner), extent, "ranked", ends)
    ticks = _regular_ticks(values, term.contribution)
    return _Scale(term, title, unit, ticks, tuple(t.position for t in ticks), "regular", ends)


def range_label(lower: PointsRange | None, this: PointsRange) -> str:
    """``< 55``, ``55 – < 65``, ``≥ 75``, with the signs that the bounds need."""
    upper = "" if this.bound is None else f"{'≤' if this.includes_bound else '<'} {this.bound:g}"
    start = "" if lower is None else f"{'>' if lower.includes_bound else '≥'} {lower.bound:g}"
    return f"{start}, {upper}" if start and upper else start or upper


def _as_curve(term: FractionalPolynomialTerm | SplineTerm | TransformedTerm, low: float, high: float) -> CurveTerm:
    """The same by short straight pieces, whose turning points the axis can label."""
    xs = [low + (high - low) * i / CURVE_PIECES for i in range(CURVE_PIECES + 1)]
    return CurveTerm(term.input, tuple((x, term.contribution(x)) for x in xs))


def _range_of(term: Term, item: ModelInput | None, ranges: Mapping[str, tuple[float, float]]) -> tuple[float, float]:
    stated = (ranges.get(term.input), *((item.axis_range, item.training_range, item.valid_range) if item else ()))
    for pair in stated:
        if pair is not None:
            return pair
    if isinstance(term, CurveTerm):
        return term.knots[0][0], term.knots[-1][0]
    raise ValueError(f"the input {term.input!r} states no range, so its axis has no ends")


def _regular_ticks(values: Sequence[float], place=float) -> tuple[Tick, ...]:
    step = values[1] - values[0]
    return tuple(Tick(value, _label(value, step), place(value)) for value in values)


def _inside(ticks: Iterable[Tick], end: float) -> tuple[Tick, ...]:
    """The ticks between 0 and ``end``, placed there before."""
    slack = 1e-9 * end
    return tuple(tick for tick in ticks if -slack <= tick.position <= end + slack)


def _curve_ticks(term: CurveTerm, values: Sequence[float], knots: Sequence[float]) -> tuple[Tick, ...]:
    """Ticks at ``values`` and where the curve turns or levels off; stretches alternate between the sides of the line.

    Neighbouring values of equal contribution share one tick (``≤ 50``, ``60–70``, ``≥ 80``).
    """
    turns = {x for x in knots if _slope_sign(term, x, before=True) != _slope_sign(term, x, before=False)}
    step = values[1] - values[0]
    labels = {x: f"{x:g}".replace("-", "−") for x in turns} | {x: _label(x, step) for x in values}
    flats: list[list[float]] = []
    for x in sorted(labels):
        if flats and math.isclose(term.contribution(x), term.contribution(flats[-1][0]), abs_tol=1e-12):
            flats[-1].append(x)
        else:
            flats.append([x])
    ticks: list[Tick] = []
    heading = 0.0
    above = False
    for number, flat in enumerate(flats):
        first, last = flat[0], flat[-1]
        label = f"{labels[first]}–{labels[last]}" if len(flat) > 1 else labels[first]
        if len(flat) > 1 and last <= term.knots[0][0]:
            label = f"≤ {labels[last]}"
        elif len(flat) > 1 and first >= term.knots[-1][0]:
            label = f"≥ {labels[first]}"
        position = term.contribution(first)
        if ticks:
            change = position - ticks[-1].position
            above = above != (change * heading < 0)
            heading = change
        rank = 0 if number in (0, len(flats) - 1) or turns & set(flat) else _rank(first, step)
        ticks.append(Tick(first, label, position, rank, above))
    return tuple(ticks)


def _slope_sign(term: CurveTerm, x: float, before: bool) -> float:
    """Sign of the slope just before or just after the knot ``x``; 0 beyond the outer knots."""
    change = next((y1 - y0 for (x0, y0), (x1, y1) in pairwise(term.knots) if (x1 if before else x0) == x), 0.0)
    return math.copysign(1.0, change) if change else 0.0


def _probability_ticks(estimator: AdditiveEstimator, lowest: float, highest: float, place) -> tuple[Tick, ...]:
    least, greatest = estimator.outcome(lowest), estimator.outcome(highest)
    inside = [p for p in PROBABILITIES if least <= p <= greatest]
    if len(inside) < 3:
        # a narrow range of risks: even steps say more than the few round ones
        inside = [p for p in pretty(least, greatest, TICKS) if least <= p <= greatest and 0 < p < 1]
    rank = {p: number for number, p in enumerate(inside)}
    return tuple(Tick(p, f"{100 * p:.6g}", place(estimator.inverse_outcome(p)), rank[p]) for p in sorted(inside))


def _place_outcome(estimator: AdditiveEstimator, outcome: float, place) -> float:
    if estimator.link != "identity" and not 0 < outcome < 1:
        return -math.inf if outcome <= 0 else math.inf
    return place(estimator.inverse_outcome(outcome))


def _divisions(outcome: Outcome, start: float, end: float, place) -> tuple[tuple[Band, ...], tuple[Cutoff, ...]]:
    bands: list[Band] = []
    for output_class in outcome.classes:
        begin = bands[-1].end if bands else start
        upper = end if output_class.upper is None else min(max(place(output_class.upper), begin), end)
        bands.append(Band(output_class, begin, upper))
    places = [(threshold, place(threshold.value)) for threshold in outcome.thresholds]
    return tuple(bands), tuple(Cutoff(threshold, at if start <= at <= end else None) for threshold, at in places)


def _bands(estimator: Equation, outcome: Outcome, least: float, greatest: float,
           minima: Mapping[str, float]) -> Nomogram:
    values = pretty(least, greatest, TICKS)
    ticks = _regular_ticks(values)
    if estimator.link != "identity":
        ticks = tuple(replace(tick, label=f"{100 * tick.value:.6g}") for tick in ticks)
    axis = Axis(OUTCOME, outcome.title or "Output", outcome.unit, "value", values[0], values[-1], ticks)
    return Nomogram("bands", estimator, (axis,), *_divisions(outcome, values[0], values[-1], float),
                    1.0, least, minima)


def _side(axis: Axis, value: float | str) -> int:
    """On which side of a folded axis a value stands: that of the tick at which its stretch ends."""
    if axis.values is None or not any(tick.above for tick in axis.ticks):
        return 0
    end = next((tick for tick in axis.ticks if tick.value >= float(value)), axis.ticks[-1])
    return 1 if end.above else -1


def _mark(axis: Axis, value: float | str, amount: float, beyond: bool = False) -> Mark:
    slack = 1e-9 * (axis.end - axis.start)
    outside = not axis.start - slack <= amount <= axis.end + slack
    return Mark(value, amount, min(max(amount, axis.start), axis.end), outside or beyond)


def _rank(value: float, step: float) -> int:
    """0 for multiples of ten steps, then of five, of two, then the rest."""
    count = round(value / step)
    return next((rank for rank, part in enumerate((10, 5, 2)) if count % part == 0), 3)


def _label(value: float, step: float) -> str:
    """The value with as many decimals as its step needs, with a true minus sign."""
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    text = f"{value:.{decimals}f}" if decimals <= 6 and abs(value) < 1e9 else f"{value:.6g}"
    return "0" if float(text) == 0 else text.replace("-", "−")
