"""The scene ring: MRML on slicer-core, without Qt."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "library"))


@pytest.fixture(autouse=True)
def scene():
    """An empty scene for every test."""
    from runtime.scene import clear_scene, start_scene

    start_scene()
    clear_scene()
    yield
    clear_scene()
