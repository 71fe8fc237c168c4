"""The border of a mask as closed lines along the edges of its pixels: nothing is smoothed away."""

from __future__ import annotations

import numpy as np

#: steps along the pixel edges round a pixel, the pixel on the right hand
_EDGES = (((0, 0), (0, 1), (-1, 0)), ((0, 1), (1, 1), (0, 1)), ((1, 1), (1, 0), (1, 0)), ((1, 0), (0, 0), (0, -1)))


def outlines(mask: np.ndarray) -> list[np.ndarray]:
    """The closed borders of ``mask`` (row, column), holes included.

    Each is an array (n, 2) of corners in (row, column), where pixel (r, c) reaches from (r, c) to (r + 1, c + 1);
    only corners where the line turns are kept, and the first is not repeated at the end.
    """
    padded = np.pad(mask, 1)
    ways: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for start, end, neighbour in _EDGES:
        outside = ~np.roll(padded, (-neighbour[0], -neighbour[1]), (0, 1))
        for row, column in np.argwhere(padded & outside) - 1:
            ways.setdefault((int(row) + start[0], int(column) + start[1]), []).append(
                (int(row) + end[0], int(column) + end[1]))
    lines = []
    while ways:
        first = min(ways)
        line, heading = [first], (0, 0)
        while True:
            here = line[-1]
            # where two pixels touch at a corner two ways lead on: turn right, so that each keeps a border of its own
            nexts = sorted(ways[here], key=lambda to, here=here, heading=heading: _turn(heading, here, to))
            to = nexts[0]
            ways[here].remove(to)
            if not ways[here]:
                del ways[here]
            heading = (to[0] - here[0], to[1] - here[1])
            if to == first:
                break
            line.append(to)
        lines.append(_corners(np.array(line)))
    return lines


def _turn(heading: tuple[int, int], here: tuple[int, int], to: tuple[int, int]) -> int:
    """-1 for a right turn (rows grow downwards), 0 straight on, 1 for a left turn."""
    step = (to[0] - here[0], to[1] - here[1])
    return heading[0] * step[1] - heading[1] * step[0]


def _corners(line: np.ndarray) -> np.ndarray:
    before, after = line - np.roll(line, 1, 0), np.roll(line, -1, 0) - line
    return line[(before != after).any(1)]
