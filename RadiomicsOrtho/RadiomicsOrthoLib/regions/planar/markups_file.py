"""Points of a Slicer markups file (``.mrk.json``), such as a closed curve."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from ...errors import InputError

#: of Slicer's schema markups-schema-v1.0.3: which way the axes point
_TO_RAS = {"LPS": np.array([-1.0, -1.0, 1.0]), "RAS": np.array([1.0, 1.0, 1.0])}
#: more than any file of points
MAX_BYTES = 20_000_000


def read_points(path: str | Path) -> list[tuple[float, float, float]]:
    """The control points of the only markup in the file, RAS mm; points that were not placed are left out.

    Raises InputError if it is no such file, or holds several markups.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"There is no file '{path}'.")
    if path.stat().st_size > MAX_BYTES:
        raise InputError(f"'{path}' is too large for a file of points.")
    try:
        markups = json.loads(path.read_text(encoding="utf-8"))["markups"]
        if len(markups) != 1:
            raise InputError(f"'{path}' holds {len(markups)} markups; save the one that is meant on its own.")
        flip = _TO_RAS[markups[0].get("coordinateSystem", "LPS")]
        points = [np.asarray(point["position"], float) for point in markups[0]["controlPoints"]
                  if point.get("positionStatus", "defined") == "defined"]
        if not all(point.shape == (3,) and np.all(np.isfinite(point)) for point in points):
            raise ValueError("a position has three numbers")
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError, AttributeError):
        raise InputError(f"'{path}' is no markups file of Slicer (.mrk.json).") from None
    return [tuple(float(x) for x in flip * point) for point in points]
