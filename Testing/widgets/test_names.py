"""Every Slicer, Qt and CTK name in shipped code exists in the recorded application."""

from pathlib import Path

import pytest
from runtime.static_names import check_file

REPOSITORY = Path(__file__).resolve().parents[2]
FILES = [*sorted((REPOSITORY / "RadiomicsOrtho").glob("*.py")),
         *sorted((REPOSITORY / "RadiomicsOrthoSegment").glob("*.py")),
         *sorted((REPOSITORY / "RadiomicsOrtho" / "RadiomicsOrthoScene").glob("*.py")),
         *sorted((REPOSITORY / "RadiomicsOrtho" / "RadiomicsOrthoWidgets").glob("*.py")),
         *sorted(REPOSITORY.glob("RadiomicsOrtho*/Resources/UI/*.ui"))]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_names_exist(path):
    assert check_file(path) == []


def test_all_kinds_of_files_were_found():
    assert {path.suffix for path in FILES} == {".py", ".ui"} and len(FILES) >= 8
