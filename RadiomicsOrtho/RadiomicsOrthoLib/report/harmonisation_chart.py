"""Scanners before and after a harmonisation: all rows along two axes, and feature by feature."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .drawing import Drawing
from .svg import text_width, to_svg

#: told apart also by those who see few colours (Okabe and Ito 2008)
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#000000", "#f0e442")
INK, MUTED, GRID = "#222222", "#666666", "#dddddd"
WIDTH, PANEL, MARGIN, SIZE = 760.0, 344.0, 24.0, 13.0
ROW = 20.0


def harmonisation_svg(before: np.ndarray, after: np.ndarray, shares: np.ndarray, batch: Sequence[str],
                      features: Sequence[str], apart: np.ndarray) -> str:
    """``before`` and ``after`` (n, 2) on the same axes with their ``shares`` (2); ``apart`` (features, 2) as η².

    ``features`` are the names of the rows of ``apart``, those that lay furthest apart first.
    """
    out = Drawing()
    names = sorted(set(batch))
    colours = {name: COLOURS[place % len(COLOURS)] for place, name in enumerate(names)}
    out.text(MARGIN, 28, "Scanners before and after harmonisation", 17, INK, bold=True)
    y = _legend(out, {name: sum(one == name for one in batch) for name in names}, colours, 52)
    both = np.vstack([before, after])
    low, high = both.min(axis=0), both.max(axis=0)
    for number, (title, points) in enumerate((("before", before), ("after", after))):
        left = MARGIN + number * (PANEL + MARGIN)
        _panel(out, left, y + 20, title, points, low, high, [colours[one] for one in batch])
    y += PANEL + 44
    out.text(MARGIN, y, "Axes: the two directions in which the features differ most before "
             f"({100 * shares[0]:.0f} % and {100 * shares[1]:.0f} % of their variance).", SIZE, MUTED)
    y = _features(out, features, apart, y + 38)
    return to_svg(out.finish(WIDTH, y + MARGIN, "Scanners before and after harmonisation"))


def _legend(out: Drawing, counts: dict[str, int], colours: dict[str, str], y: float) -> float:
    x = MARGIN
    for name, count in counts.items():
        text = f"{name if len(name) <= 40 else name[:39] + '…'} (n = {count})"
        width = 24 + text_width(text, SIZE)
        if x + width > WIDTH - MARGIN and x > MARGIN:
            x, y = MARGIN, y + ROW
        out.circle(x + 6, y - 4, 5, colours[name], colours[name])
        out.text(x + 16, y, text, SIZE, INK)
        x += width + 10
    return y


def _panel(out: Drawing, left: float, top: float, title: str, points: np.ndarray, low: np.ndarray, high: np.ndarray,
           colours: Sequence[str]) -> None:
    out.rect(left, top, PANEL, PANEL - 20, "#ffffff", GRID)
    out.text(left + 8, top + 18, title, SIZE, INK, bold=True)
    span = np.where(high > low, high - low, 1.0)
    inner = np.array([PANEL - 24, PANEL - 68])
    places = (points - low) / span * inner
    for (x, y), colour in zip(places, colours, strict=True):
        out.circle(left + 12 + x, top + PANEL - 34 - y, 3, colour, "#ffffff", 0.6)


def _features(out: Drawing, features: Sequence[str], apart: np.ndarray, y: float) -> float:
    """Each feature as a line from before (hollow) to after (filled)."""
    out.text(MARGIN, y, "Share of a feature's variance that lies between scanners (η²)", SIZE, INK, bold=True)
    out.circle(WIDTH - 190, y - 4, 4.5, "#ffffff", INK, 1.4)
    out.text(WIDTH - 180, y, "before", SIZE, INK)
    out.circle(WIDTH - 106, y - 4, 4.5, INK, INK)
    out.text(WIDTH - 96, y, "after", SIZE, INK)
    left, right = MARGIN + 330, WIDTH - MARGIN - 10
    end = y + 14 + ROW * len(features)
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        x = left + share * (right - left)
        out.line(x, y + 12, x, end, GRID)
        out.text(x, end + 16, f"{share:g}", SIZE - 1, MUTED, "middle")
    for number, (name, (before, after)) in enumerate(zip(features, apart, strict=True)):
        row = y + 26 + ROW * number
        out.text(left - 12, row + 4, name if len(name) <= 46 else "…" + name[-45:], SIZE - 1.5, INK, "end")
        first, second = (left + min(max(share, 0.0), 1.0) * (right - left) for share in (before, after))
        out.line(first, row, second, row, MUTED, 1.2)
        out.circle(first, row, 4.5, "#ffffff", INK, 1.4)
        out.circle(second, row, 4.5, INK, INK)
    return end + 20
