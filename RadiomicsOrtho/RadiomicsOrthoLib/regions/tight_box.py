"""The box around what a mask holds."""

from __future__ import annotations

import numpy as np


def tight_box(array: np.ndarray) -> tuple[slice, slice, slice] | None:
    """Slices (k, j, i) of the smallest box with everything but 0 and ``False``; ``None`` if there is nothing."""
    box = []
    inner = array
    for axis in range(3):
        filled = np.flatnonzero(inner.any(axis=tuple(n for n in range(3) if n != axis)))
        if not filled.size:
            return None
        box.append(slice(int(filled[0]), int(filled[-1]) + 1))
        # what is left of a scan is small
        inner = inner[(slice(None),) * axis + (box[-1],)]
    return tuple(box)
