"""Positions on the command line: right, anterior, superior in mm, as Slicer shows them."""

from __future__ import annotations

import argparse
import math

from ..regions.planar.markups_file import read_points


def position(text: str) -> tuple[float, float, float]:
    """``R,A,S`` in mm as three numbers."""
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        values = ()
    if len(values) != 3 or not all(math.isfinite(value) for value in values):
        raise argparse.ArgumentTypeError(f"'{text}' is no position; give three numbers such as -12.5,30,104")
    return values


def positions(text: str) -> list[tuple[float, float, float]]:
    """``R,A,S;R,A,S;…`` as a list, or the points of a markups file of Slicer."""
    if text.lower().endswith(".json"):
        return read_points(text)
    # a semicolon at the end does no harm
    return [position(part) for part in text.strip().strip(";").split(";")]
