"""Colours that stand for values: of the classes of a model, and of attenuations.

The classes have the colours of their bands in the nomogram.  The scale of attenuations is viridis (van der Walt and
Smith, matplotlib 1.5): lightness rises evenly, and people who see colours less well tell its ends apart.
"""

from __future__ import annotations

import numpy as np

from ..models.bundle import ModelBundle, OutputClass
from .nomogram_sheet import band_tones

Colour = tuple[float, float, float]
#: attenuations (HU) at the ends of the scale: from fat in the marrow to dense trabecular bone; the same for every scan,
#: so that equal colours mean equal attenuations
HU_RANGE = (-50.0, 300.0)
#: viridis at every eighth of its length
_SCALE = ("#440154", "#472d7b", "#3b528b", "#2c728e", "#21918c", "#28ae80", "#5ec962", "#addc30", "#fde725")


def class_colour(model: ModelBundle, found: OutputClass | None) -> Colour | None:
    """The colour (red, green, blue in 0 … 1) of a class of ``model``; ``None`` without a class."""
    ids = [one.id for one in model.classes]
    if found is None or found.id not in ids:
        return None
    return rgb(band_tones(len(ids), model.lower_is_worse)[ids.index(found.id)])


def scale_colour(value: float, low: float, high: float) -> Colour:
    """The colour of ``value`` on a scale from ``low`` to ``high``; beyond the ends that of the nearer one."""
    share = (value - low) / (high - low) if high > low else 0.5
    anchors = np.array([rgb(one) for one in _SCALE])
    at = np.clip(share, 0.0, 1.0) * (len(anchors) - 1)
    return tuple(float(np.interp(at, range(len(anchors)), channel)) for channel in anchors.T)


def rgb(text: str) -> Colour:
    """``#rrggbb`` as red, green, blue in 0 … 1."""
    return tuple(int(text[start:start + 2], 16) / 255 for start in (1, 3, 5))


def triple_of(colour: Colour) -> str:
    """Red, green, blue in 0 … 1 as ``240 217 122``, of 255."""
    return " ".join(str(round(255 * part)) for part in colour)


def from_triple(text: str) -> Colour:
    """The reverse of ``triple_of``."""
    return tuple(int(part) / 255 for part in text.split())
