"""Which tick labels of an axis are shown, and where, so that none overlaps another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ..scoring.nomogram import Axis, Tick
from .language import local
from .svg import text_width, wrap


@dataclass(frozen=True)
class Label:
    """``x`` is the middle of the text, ``tick_x`` its tick; ``tick`` is ``None`` for a label of a whole axis.

    A long text has several lines.
    """

    text: str
    x: float
    width: float
    tick_x: float
    above: bool
    tick: Tick | None

    @property
    def lines(self) -> list[str]:
        return self.text.split("\n")

    @property
    def slanted(self) -> bool:
        return abs(self.x - self.tick_x) > 0.5


def place_labels(axis: Axis, x_of: Callable[[float], float], size: float, bounds: tuple[float, float],
                 keep_clear: Iterable[float] = ()) -> list[Label]:
    """The labels of ``axis`` in text of ``size`` between the ``bounds``.

    A choice keeps every level whole (moved aside, and in several lines if it must be); other axes lose the
    labels for which there is no room, and those that would cover an x in ``keep_clear``.
    """
    labels = [_label(tick, x_of(tick.position), size) for tick in axis.ticks]
    gap = 0.7 * size
    if axis.labelling == "levels":
        return _place_levels(labels, gap, size, bounds)
    shown = _thin_regularly(labels, gap) if axis.labelling == "regular" else _thin_by_rank(labels, gap)
    if len(shown) < 2 <= len(labels):
        ends = sorted((labels[0], labels[-1]), key=lambda label: label.x)
        text = f"{ends[0].text}–{ends[1].text}"
        middle = 0.5 * (ends[0].x + ends[1].x)
        width = text_width(text, size)
        middle = min(max(middle, bounds[0] + 0.5 * width), bounds[1] - 0.5 * width)
        return [Label(text, middle, width, middle, False, None)]
    clear = list(keep_clear)
    return [label for label in shown if all(abs(label.x - x) > 0.5 * label.width + 0.25 * gap for x in clear)]


def spread(labels: Sequence[Label], gap: float, bounds: tuple[float, float]) -> list[Label]:
    """The labels, rising in x, moved as little as needed to stand ``gap`` apart between the bounds.

    Least squares under the order: the pool-adjacent-violators method.
    """
    offsets, offset = [], 0.0
    for label in labels:
        offsets.append(offset + 0.5 * label.width)
        offset += label.width + gap
    pools: list[tuple[float, int]] = []
    for label, at in zip(labels, offsets, strict=True):
        pools.append((label.x - at, 1))
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            (a, n), (b, m) = pools[-2:]
            pools[-2:] = [((a * n + b * m) / (n + m), n + m)]
    shifts = [shift for shift, count in pools for _ in range(count)]
    least, greatest = bounds[0], bounds[1] - (offset - gap)
    return [replace(label, x=min(max(shift, least), greatest) + at)
            for label, shift, at in zip(labels, shifts, offsets, strict=True)]


def _label(tick: Tick, x: float, size: float) -> Label:
    text = local(tick.label)
    return Label(text, x, text_width(text, size), x, tick.above, tick)


def _overlap(labels: Sequence[Label], gap: float) -> bool:
    ordered = sorted(labels, key=lambda label: label.x)
    return any(a.x + 0.5 * a.width + gap > b.x - 0.5 * b.width for a, b in pairwise(ordered))


def _thin_regularly(labels: Sequence[Label], gap: float) -> list[Label]:
    """Every label, or every 2nd, 5th, 10th … : those at multiples of the wider step."""
    step = labels[1].tick.value - labels[0].tick.value if len(labels) > 1 else 1.0
    for stride in (1, 2, 5, 10, 20, 50):
        shown = [label for label in labels if round(label.tick.value / step) % stride == 0]
        if not _overlap(shown, gap):
            return shown
    return []


def _thin_by_rank(labels: Sequence[Label], gap: float) -> list[Label]:
    shown: list[Label] = []
    for label in sorted(labels, key=lambda item: item.tick.rank):
        if not _overlap([*(other for other in shown if other.above == label.above), label], gap):
            shown.append(label)
    return sorted(shown, key=lambda label: label.x)


def _place_levels(labels: Sequence[Label], gap: float, size: float, bounds: tuple[float, float]) -> list[Label]:
    ordered = sorted(labels, key=lambda label: label.x)
    inside = all(bounds[0] <= a.x - 0.5 * a.width and a.x + 0.5 * a.width <= bounds[1] for a in ordered)
    if inside and not _overlap(ordered, gap):
        return ordered
    placed: list[Label] = []
    for side in (0, 1):
        row = [replace(label, above=bool(side)) for label in ordered[side::2]]
        room = bounds[1] - bounds[0] - gap * (len(row) - 1)
        if sum(label.width for label in row) > room:
            row = [_wrapped(label, share, size) for label, share in zip(row, _shares(row, room), strict=True)]
        placed += spread(row, gap, bounds)
    return placed


def _shares(labels: Sequence[Label], room: float) -> list[float]:
    """A width for each label: short ones keep theirs, the long ones share what is left alike."""
    shares = {}
    left, waiting = room, sorted(range(len(labels)), key=lambda index: labels[index].width)
    for count, index in enumerate(waiting):
        shares[index] = min(labels[index].width, left / (len(waiting) - count))
        left -= shares[index]
    return [shares[index] for index in range(len(labels))]


def _wrapped(label: Label, width: float, size: float) -> Label:
    lines = wrap(label.text, size, width)
    return replace(label, text="\n".join(lines), width=max(text_width(line, size) for line in lines))
