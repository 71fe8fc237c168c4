"""A chart of one value of every region, from above downwards."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from RadiomicsOrthoLib.report.wording import with_unit

from .curve_chart import GREY, LINE, POINTS, Curve, remove_chart, write_chart
from .level_values import LevelValue, Quantity
from .result_nodes import find_result

KIND = "levels"
#: attribute of the chart with the key of its quantity
QUANTITY_ATTRIBUTE = "RadiomicsOrtho.Quantity"
#: the chart's one series where values have no class
_ALL = "regions"


def write_level_chart(quantity: Quantity, volumeNode):
    """The chart of ``quantity`` in place of an earlier one, points in the colours of their classes.

    Slicer's plots number their axes; what stands behind the numbers is said in the axis's title, and at each point.
    """
    count = len(quantity.values)
    numbers = np.arange(1, count + 1, dtype=float)
    curves = []
    if count > 1 and quantity.is_of_levels:
        curves.append(Curve("from above", numbers, np.array([value.value for value in quantity.values]), GREY, LINE))
    curves += [_points(quantity.values, group) for group in dict.fromkeys(map(_group, quantity.values))]
    height = with_unit(quantity.title, f"({quantity.unit})" if quantity.unit else "")
    chart = write_chart(KIND, quantity.title, (_numbering(quantity), height), curves, volumeNode,
                        ((0.5, count + 0.5), _ends([value.value for value in quantity.values])))
    chart.SetLegendVisibility(any(value.meaning for value in quantity.values))
    chart.SetAttribute(QUANTITY_ATTRIBUTE, quantity.key)
    return chart


def _ends(values: Sequence[float]) -> tuple[float, float] | None:
    """From 0, so that small differences look small; as the points need where some lie below."""
    return (0.0, 1.15 * max(values)) if min(values) >= 0 < max(values) else None


def charted(volumeNode) -> str:
    """The key of the quantity in the chart of a volume; empty where there is no chart."""
    chart = find_result(f"{KIND} chart", volumeNode)
    return (chart.GetAttribute(QUANTITY_ATTRIBUTE) or "") if chart is not None else ""


def remove_level_chart(volumeNode) -> None:
    remove_chart(KIND, volumeNode)


def _group(value: LevelValue) -> tuple:
    """What is drawn in one colour: a class; values without classes are all drawn alike."""
    return (value.meaning, value.colour) if value.meaning else (_ALL, (0.0, 0.447, 0.698))


def _points(values: Sequence[LevelValue], group: tuple) -> Curve:
    chosen = [(number, value) for number, value in enumerate(values, 1) if _group(value) == group]
    return Curve(group[0], np.array([float(number) for number, _ in chosen]),
                 np.array([value.value for _, value in chosen]), group[1], POINTS,
                 tuple(f"{value.place or value.region}: {value.text}" for _, value in chosen))


def _numbering(quantity: Quantity) -> str:
    """What the numbers of the axis stand for: ``1 = T11 … 7 = L5``; names of parts are too long to stand there."""
    if not quantity.is_of_levels:
        return "Part (point at a mark for its name)"
    named = [f"{number} = {value.place}" for number, value in enumerate(quantity.values, 1)]
    return ", ".join(named) if len(named) <= 3 else f"{named[0]} \u2026 {named[-1]}"
