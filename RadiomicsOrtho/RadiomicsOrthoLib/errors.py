"""Errors that a person is meant to read."""

from __future__ import annotations


class InputError(Exception):
    """Input that cannot be used, or a result that must not be given.

    The message is one sentence that says what is wrong and what to do.  The command
    line prints it and ends with exit code 2; Slicer shows it in a message box.
    """


class RefusedError(InputError):
    """The quality gate, or a model's applicability rule, refuses a number.

    ``findings`` holds every finding, the refusing ones first.
    """

    def __init__(self, findings: tuple) -> None:
        refusing = [finding for finding in findings if finding.severity == "refuse"]
        self.findings = tuple(refusing) + tuple(f for f in findings if f.severity != "refuse")
        first = refusing[0]
        more = f" ({len(refusing) - 1} more in the findings)" if len(refusing) > 1 else ""
        # sentence and remedy joined, so that a terminal shows one sentence
        remedy = f"; {first.remedy[:1].lower()}{first.remedy[1:]}" if first.remedy else "."
        super().__init__(f"{first.sentence.rstrip('.')}{remedy}{more}")
