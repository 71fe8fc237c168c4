"""Numbers as JSON holds them: not all are numbers, and not all are finite."""

from __future__ import annotations

import sys


def finite(number: object) -> float:
    """``number`` as a float; ``ValueError`` if it is none, or not finite."""
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        raise ValueError(f"{number!r} is not a finite number")
    # a whole number of a thousand digits is valid JSON, and no float
    if not -sys.float_info.max <= number <= sys.float_info.max:
        raise ValueError(f"{str(number)[:40]} is not a finite number")
    return float(number)
