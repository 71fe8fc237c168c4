"""Charts of a study as chart nodes for Slicer's plot views: the points are those of its report."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .curve_chart import CURVE_COLOURS, GREY, Curve, write_chart


def write_study_chart(chart: Mapping, kind: str):
    """The chart node of ``chart`` (as ``results.json`` of a study has it), in place of an earlier one of ``kind``.

    Bands are 95 % intervals, drawn as dashed lines: Slicer's plots do not fill.
    """
    ranges = tuple(None if ends is None else (ends[0], ends[1]) for ends in chart["ranges"])
    return write_chart(f"{kind} {chart['name']}", chart["title"], tuple(chart["axes"]),
                       [_curve(one) for one in chart["curves"]], None, ranges)


def _curve(one: Mapping) -> Curve:
    colour = GREY if one["colour"] is None else CURVE_COLOURS[one["colour"] % len(CURVE_COLOURS)]
    return Curve(one["name"], _numbers(one["x"]), _numbers(one["y"]), colour, one["style"],
                 tuple(one.get("labels", ())))


def _numbers(values: list) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in values], float)
