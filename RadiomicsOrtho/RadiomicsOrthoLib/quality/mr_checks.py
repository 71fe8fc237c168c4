"""Findings on an MR scan: what its values depend on must be known (they are in no unit)."""

from __future__ import annotations

from collections.abc import Iterator

from ..imaging.image import BoneImage
from .finding import Finding

#: field strengths (T) of nearly all published MR radiomics of bone: 1.5 and 3 T, with what their magnets really have
USUAL_FIELD_T = ((1.4, 1.6), (2.8, 3.1))


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
    elif not any(low <= facts.field_strength_t <= high for low, high in USUAL_FIELD_T):
        yield Finding("FIELD_STRENGTH_UNUSUAL", "note", f"The scan was made at {facts.field_strength_t:g} T; values of "
                      "bone were published at 1.5 and 3 T.", "Compare it only with scans of the same field strength.")
