"""Arguments of the commands that write a report: its language."""

from __future__ import annotations

import argparse

from ..report.language import ENGLISH, LANGUAGES


def add_report_arguments(command: argparse.ArgumentParser) -> None:
    names = ", ".join(f"{code}: {name}" for code, (name, _) in LANGUAGES.items())
    command.add_argument("--language", choices=LANGUAGES, default=ENGLISH,
                         help=f"of report and nomogram ({names}); card.json is always English")
