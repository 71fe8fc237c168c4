"""ROI protocols at a volume node: which ones fit it, and the window they ask for."""

from __future__ import annotations

import logging

import numpy as np
import slicer
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.regions.protocols.catalogue import load_protocols
from RadiomicsOrthoLib.regions.protocols.protocol import Protocol, Window

from .volumes import known_modality

#: as many voxels are enough for percentiles
_SAMPLE = 1_000_000


def protocols_at_hand() -> tuple[Protocol, ...]:
    """All protocols; refused files of a site's own are named in the application's log."""
    protocols, refused = load_protocols()
    for sentence in refused:
        logging.warning(sentence)
    return protocols


def fitting_first(protocols: tuple[Protocol, ...], volumeNode, site: str = "") -> tuple[Protocol, ...]:
    """``protocols``, those for the scan's modality and the bone first, then those for the bone."""
    return tuple(sorted(protocols, key=lambda one: (not fits(one, volumeNode, site), bool(site) and one.site != site)))


def fits(protocol: Protocol, volumeNode, site: str = "") -> bool:
    """Whether a protocol is made for this scan and bone; what is not known speaks against none."""
    modality = known_modality(volumeNode)[0] if volumeNode else "unknown"
    return modality in (*protocol.modalities, "unknown") and site in (protocol.site, "")


def apply_window(volumeNode, window: Window) -> tuple[float, float]:
    """Show the volume with the protocol's window; returns width and level as set.

    InputError if the volume has no display or no voxels.
    """
    display = volumeNode.GetDisplayNode()
    if volumeNode.GetImageData() is None or display is None:
        raise InputError(f"The volume '{volumeNode.GetName()}' cannot be shown; load the scan again.")
    if window.percentiles is None:
        width, level = float(window.width), float(window.level)
    else:
        values = slicer.util.arrayFromVolume(volumeNode).ravel()
        low, high = np.percentile(values[:: max(1, values.size // _SAMPLE)], window.percentiles)
        # a scan of one value still needs a window
        width, level = max(float(high - low), 1e-6), float(low + high) / 2
    display.AutoWindowLevelOff()
    display.SetWindowLevel(width, level)
    return width, level
