"""Tables of the shared test data, read as columns."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest


def columns(shared_data: Path, name: str) -> dict[str, np.ndarray]:
    """Column name → array, of numbers where all entries are; skips where the table is absent."""
    path = shared_data / "tables" / name
    if not path.is_file():
        pytest.skip(f"table not found: {path.name}")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = {}
    for key in rows[0]:
        texts = [row[key] for row in rows]
        try:
            found[key] = np.array([float(text) for text in texts])
        except ValueError:
            found[key] = np.array(texts)
    return found
