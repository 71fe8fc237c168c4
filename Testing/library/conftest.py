"""What several tests of the library begin with."""

from __future__ import annotations

from pathlib import Path

import generated
import pytest
from RadiomicsOrthoLib.models.catalogue import MODEL_PATH_VARIABLE
from RadiomicsOrthoLib.models.trust_store import TRUST_PATH_VARIABLE


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The site's folder of models, which does not exist yet; keys lie beside it."""
    monkeypatch.setenv(MODEL_PATH_VARIABLE, str(tmp_path / "site" / "models"))
    monkeypatch.setenv(TRUST_PATH_VARIABLE, str(tmp_path / "site" / "trust"))
    return tmp_path / "site" / "models"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return generated.write_files(tmp_path / "given", generated.clinical_files())
