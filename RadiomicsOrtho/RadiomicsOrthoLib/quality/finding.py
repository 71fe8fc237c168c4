"""One finding of the quality gate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from ..errors import RefusedError

SEVERITIES = ("refuse", "warn", "note")


@dataclass(frozen=True)
class Finding:
    """What was found on an image, a ROI or their fit to a model.

    ``code`` is stable and meant for programs (``METAL_IN_ROI``); ``sentence`` says what
    was found, ``remedy`` what to do about it.  ``severity`` is ``refuse`` (no number is
    given), ``warn`` (the number is shown with the finding) or ``note`` (for the record).
    """

    code: str
    severity: str
    sentence: str
    remedy: str = ""

    def __post_init__(self) -> None:
        if self.severity not in SEVERITIES:
            raise ValueError(f"severity must be one of {SEVERITIES}, not {self.severity!r}")
        if not self.code or self.code != self.code.upper():
            raise ValueError(f"a finding's code is upper case, not {self.code!r}")
        if not self.sentence:
            raise ValueError("a finding needs a sentence")

    def to_dict(self) -> dict[str, str]:
        return asdict(self)


def most_severe_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings ordered refuse, warn, note; equal severities keep their order."""
    return tuple(sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity)))


def raise_refusals(findings: Iterable[Finding]) -> None:
    """Raise RefusedError with all findings if one of them refuses."""
    findings = tuple(findings)
    if refusals(findings):
        raise RefusedError(findings)


def refusals(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(finding for finding in findings if finding.severity == "refuse")
