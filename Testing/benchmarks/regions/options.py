"""Options that the benchmarks of regions have in common, and where their scans lie."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

DATA = Path(os.environ.get("RADIOMICS_ORTHO_DATA", Path(__file__).resolve().parents[4] / "shared" / "data"))


def parser(doc: str, runs: int | None = None) -> argparse.ArgumentParser:
    """``--pictures`` and ``--no-write``; ``--runs`` (moved clicks) with this many unless told."""
    made = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    if runs is not None:
        made.add_argument("--runs", type=int, default=runs, help="moved clicks (default %(default)s)")
    made.add_argument("--pictures", type=Path, metavar="FOLDER", help="draw a picture of every case")
    made.add_argument("--no-write", action="store_true", help="print only, leave RESULTS.md as it is")
    return made
