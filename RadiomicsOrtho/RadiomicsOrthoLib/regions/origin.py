"""Whether a proposed region still is what was proposed, or was edited by hand since."""

from __future__ import annotations

import hashlib

import numpy as np

from ..errors import InputError
from .roi import bounding_box

#: the segment tag with the fingerprint of the voxels that were proposed
PROPOSED_TAG = "RadiomicsOrtho.Proposed"
#: the segment tag with a vertebral body's number in its proposal, 1 for the uppermost
BODY_TAG = "RadiomicsOrtho.Body"
#: what stands behind the origin of a region that was edited
EDITED = ", edited"
_EMPTY = "empty"


def fingerprint(mask: np.ndarray) -> str:
    """128 bits of the SHA-256 of a mask's shape, whatever grid it is cut out of; the place does not count."""
    try:
        inner = mask[bounding_box(mask)]
    except InputError:
        return _EMPTY
    digest = hashlib.sha256(repr(inner.shape).encode())
    digest.update(np.packbits(inner))
    return digest.hexdigest()[:32]


def origin(made_by: str, proposed: str, mask: np.ndarray) -> str:
    """How a region came about: ``made_by``, with ``, edited`` if the voxels are not those that were ``proposed``.

    Without a fingerprint nothing is known of edits, and ``made_by`` stands.
    """
    return with_edit(made_by, fingerprint(mask) != proposed) if proposed else made_by


def with_edit(made_by: str, edited: bool) -> str:
    """``made_by`` marked as edited, or not."""
    plain = made_by.removesuffix(EDITED)
    return plain + EDITED if edited else plain
