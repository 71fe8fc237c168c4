"""Missing packages are asked for once, through Slicer's own way, and never at import."""

import sys

import pytest
from RadiomicsOrthoLib.errors import InputError


@pytest.fixture
def requirements(tmp_path):
    path = tmp_path / "requirements.txt"
    path.write_text("# a comment\nnumpy>=1.20\nnot-a-package-of-ours>=2  # missing\n")
    return str(path)


def test_what_is_there_is_not_asked_for(tmp_path, monkeypatch):
    from RadiomicsOrthoScene import dependencies

    path = tmp_path / "requirements.txt"
    path.write_text("numpy>=1.20\nPyYAML>=6\n")
    monkeypatch.setattr("slicer.util.confirmOkCancelDisplay", lambda *a, **k: pytest.fail("asked"), raising=False)
    dependencies.ensure(str(path), "Us")
    assert dependencies.missing(str(path)) == []


@pytest.mark.parametrize("answer", [True, False])
def test_slicer_5_10_asks_and_installs(requirements, monkeypatch, answer):
    import slicer
    from RadiomicsOrthoScene import dependencies

    monkeypatch.setitem(sys.modules, "slicer.packaging", None)
    asked, installed = [], []
    monkeypatch.setattr(slicer.util, "confirmOkCancelDisplay", lambda text, *a, **k: asked.append(text) or answer,
                        raising=False)
    monkeypatch.setattr(slicer.util, "pip_install", installed.append, raising=False)
    with pytest.raises(InputError, match="Us needs the Python packages not-a-package-of-ours>=2"):
        dependencies.ensure(requirements, "Us")
    assert len(asked) == 1 and "not-a-package-of-ours>=2" in asked[0] and "numpy" not in asked[0]
    assert installed == ([["not-a-package-of-ours>=2"]] if answer else [])


def test_slicer_5_11_installs_by_itself(requirements, monkeypatch):
    import types

    from RadiomicsOrthoScene import dependencies

    calls = []
    packaging = types.ModuleType("slicer.packaging")
    packaging.load_requirements = lambda path: f"parsed {path}"
    packaging.pip_ensure = lambda parsed, requester: calls.append((parsed, requester))
    monkeypatch.setitem(sys.modules, "slicer.packaging", packaging)
    with pytest.raises(InputError, match="allow their installation"):
        dependencies.ensure(requirements, "Us")
    assert calls == [(f"parsed {requirements}", "Us")]


def test_the_shipped_requirements_follow_slicer_s_rules():
    from RadiomicsOrthoLib.resources import resource_folder
    from RadiomicsOrthoScene import dependencies

    path = resource_folder() / "requirements.txt"
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    assert lines and all(">=" in line and "==" not in line for line in lines)
    assert dependencies.missing(str(path)) == []
