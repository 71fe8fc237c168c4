"""Arguments of the commands that write a report: its language and formats."""

from __future__ import annotations

import argparse

from ..report.language import ENGLISH, LANGUAGES


def add_language_argument(command: argparse.ArgumentParser) -> None:
    names = ", ".join(f"{code}: {name}" for code, (name, _) in LANGUAGES.items())
    command.add_argument("--language", choices=LANGUAGES, default=ENGLISH,
                         help=f"of report and nomogram ({names}); card.json is always English")


def add_report_arguments(command: argparse.ArgumentParser) -> None:
    add_language_argument(command)
    command.add_argument("--pdf", action="store_true", help="write report.pdf, too (needs reportlab: "
                         "pip install 'radiomics-ortho[pdf]')")
