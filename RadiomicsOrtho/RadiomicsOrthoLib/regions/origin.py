"""Whether a proposed region still is what was proposed, or was edited by hand since."""

from __future__ import annotations

import hashlib
from itertools import permutations

import numpy as np

from ..imaging.box import tight_box

#: the segment tag with the fingerprint of the voxels that were proposed
PROPOSED_TAG = "RadiomicsOrtho.Proposed"
#: the segment tag with a vertebral body's number in its proposal, 1 for the uppermost
BODY_TAG = "RadiomicsOrtho.Body"
#: what stands behind the origin of a region that was edited
EDITED = ", edited"
_EMPTY = "empty"
#: share of a voxel by which a region may seem to move by rounding in file headers
_PLACE_TOLERANCE = 0.25
#: rows: right, anterior, superior, a little askew, so that a scan turned by 45 degrees leaves no choice to rounding
_DIRECTIONS = np.array([[1.0, 0.03, 0.05], [-0.03, 1.0, 0.07], [-0.05, -0.07, 1.0]])


def fingerprint(mask: np.ndarray, ijk_to_ras: np.ndarray) -> str:
    """128 bits of the SHA-256 of a region's shape, and where the centre of its box lies (RAS mm).

    ``mask`` is boolean (k, j, i) on a grid of the 4×4 matrix ``ijk_to_ras`` (mm).  What the grid shows besides, and
    the order and direction in which its axes are stored, do not count: Slicer turns left-handed scans, and crops.
    """
    box = tight_box(mask)
    if box is None:
        return _EMPTY
    upright = _upright(mask[box], ijk_to_ras)
    digest = hashlib.sha256(repr(upright.shape).encode())
    digest.update(np.packbits(upright))
    centre = [(part.start + part.stop - 1) / 2 for part in box[::-1]]
    place = ijk_to_ras[:3, :3] @ centre + ijk_to_ras[:3, 3]
    return f"{digest.hexdigest()[:32]}@{','.join(f'{value:.4f}' for value in place)}"


def is_changed(proposed: str, mask: np.ndarray, ijk_to_ras: np.ndarray) -> bool:
    """True if a region's voxels are not those whose fingerprint is ``proposed``; shapes as for ``fingerprint``."""
    shape, _, place = proposed.partition("@")
    shape_now, _, place_now = fingerprint(mask, ijk_to_ras).partition("@")
    if shape != shape_now or bool(place) != bool(place_now):
        return True
    if not place:
        return False
    apart = np.subtract(*(np.array(text.split(","), float) for text in (place, place_now)))
    return bool(np.abs(apart).max() > _PLACE_TOLERANCE * np.linalg.norm(ijk_to_ras[:3, :3], axis=0).min())


def origin(made_by: str, proposed: str, mask: np.ndarray, ijk_to_ras: np.ndarray) -> str:
    """How a region came about: ``made_by``, with ``, edited`` if the voxels are not those that were ``proposed``.

    Without a fingerprint nothing is known of edits, and ``made_by`` stands.
    """
    return with_edit(made_by, is_changed(proposed, mask, ijk_to_ras)) if proposed else made_by


def with_edit(made_by: str, edited: bool) -> str:
    """``made_by`` marked as edited, or not."""
    plain = made_by.removesuffix(EDITED)
    return plain + EDITED if edited else plain


def _upright(mask: np.ndarray, ijk_to_ras: np.ndarray) -> np.ndarray:
    """``mask`` (k, j, i) with its axes in the order right, anterior, superior, each running that way."""
    axes = ijk_to_ras[:3, :3] / np.linalg.norm(ijk_to_ras[:3, :3], axis=0)
    along = _DIRECTIONS @ axes
    order = max(permutations(range(3)), key=lambda order: sum(abs(along[row, order[row]]) for row in range(3)))
    turned = mask.transpose([2 - column for column in order])
    return np.flip(turned, [row for row in range(3) if along[row, order[row]] < 0])
