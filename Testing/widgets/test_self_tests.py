"""The self-tests that Slicer runs, unchanged."""

import sys

import pytest


@pytest.mark.parametrize("name", ["RadiomicsOrtho", "RadiomicsOrthoSegment"])
def test_the_module_s_own_self_test(application, name):
    tests = [method for method in dir(getattr(sys.modules[name], f"{name}Test")) if method.startswith("test_")]
    assert len(tests) >= 4
    application.run_self_test(name)
