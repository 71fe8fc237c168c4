"""The widget ring: the modules' own panels on the Qt stand-ins, off-screen."""

import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
# generated images and regions
sys.path.insert(0, str(REPOSITORY / "Testing" / "library"))


@pytest.fixture(autouse=True)
def application():
    """Both modules loaded, an empty scene, no messages left from another test."""
    from runtime import harness

    harness.start_widgets()
    harness.reset()
    for name in ("RadiomicsOrtho", "RadiomicsOrthoSegment"):
        harness.load_module(REPOSITORY / name / f"{name}.py")
    yield harness
    harness.reset()


@pytest.fixture
def open_panel(application):
    """Opens a module's panel and closes it at the end."""
    opened = []

    def open_one(name):
        opened.append(application.open_widget(name))
        return opened[-1]

    yield open_one
    for widget in opened:
        application.close_widget(widget)
