"""Findings on an MR scan: what its values depend on must be known (they are in no unit)."""

from __future__ import annotations

from collections.abc import Iterator

from ..imaging.image import BoneImage
from .finding import Finding


def check_mr(image: BoneImage) -> Iterator[Finding]:
    """Findings on sequence and field strength."""
    facts = image.acquisition
    if facts.sequence is None:
        yield Finding("MR_SEQUENCE_UNKNOWN", "warn", "The file does not state the MR sequence (T1-weighted, "
                      "T2-weighted, …); values of different sequences cannot be compared.",
                      "Load the DICOM series, or state it (--sequence on the command line).")
    if facts.field_strength_t is None:
        yield Finding("FIELD_STRENGTH_UNKNOWN", "warn", "The file does not state the field strength; values of 1.5 T "
                      "and 3 T must not be pooled.", "Load the DICOM series, or state it (--field-strength on the "
                      "command line).")
