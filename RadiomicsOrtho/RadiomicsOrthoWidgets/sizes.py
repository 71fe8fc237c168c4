"""Sizes that follow the user's font, and with it the resolution of the screen."""

import qt


def lines(widget, count: float) -> int:
    """Height of so many lines of text in ``widget``."""
    return int(count * qt.QFontMetrics(widget.font).lineSpacing())


def letters(widget, count: float) -> int:
    """Width of so many letters of common width in ``widget``."""
    return int(count * qt.QFontMetrics(widget.font).averageCharWidth())
