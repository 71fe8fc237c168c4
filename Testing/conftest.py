"""Paths and fixtures shared by all test rings."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# a shell that starts the tests in the background has them ignore Ctrl-C, and so the programs that are interrupted here
signal.signal(signal.SIGINT, signal.default_int_handler)

TESTING = Path(__file__).resolve().parent
# models and keys of the person who runs the tests are none of theirs
os.environ["RADIOMICS_ORTHO_MODELS"] = ""
os.environ["RADIOMICS_ORTHO_TRUST"] = str(TESTING / "no-trusted-keys")
REPOSITORY = TESTING.parent

for _folder in (TESTING, REPOSITORY / "RadiomicsOrtho", REPOSITORY / "RadiomicsOrthoSegment"):
    if _folder.is_dir() and str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))


@pytest.fixture(autouse=True)
def no_slot_errors() -> Iterator[None]:
    """Fail a test in which a slot or an observer raised: Qt and VTK only print it.

    Looks only where a test has started the runtime, so that the library ring
    imports none of it.
    """
    errors = _slot_error_log()
    errors.clear()
    yield
    errors = _slot_error_log()
    texts = list(errors)
    errors.clear()
    if texts:
        pytest.fail("exception in a slot or observer:\n" + "\n".join(texts), pytrace=False)


def _slot_error_log() -> list[str]:
    module = sys.modules.get("runtime.callback_errors")
    return module.log if module is not None else []


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the test data beside the checkout; skips where there is none."""
    folder = Path(os.environ.get("RADIOMICS_ORTHO_DATA", REPOSITORY.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"test data not found: {folder} (set RADIOMICS_ORTHO_DATA)")
    return folder
