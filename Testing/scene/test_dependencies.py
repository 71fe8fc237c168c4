"""Missing packages are asked for once, through Slicer's own way, and never at import."""

import subprocess
import sys
import types

import pytest
from RadiomicsOrthoLib.errors import InputError


@pytest.fixture
def dependencies(monkeypatch):
    """The module under test, as a user would meet it (not under ``--testing``)."""
    import slicer
    from RadiomicsOrthoScene import dependencies

    monkeypatch.setattr(slicer.app, "testingEnabled", lambda: False, raising=False)
    monkeypatch.setattr(dependencies, "_declined", set())
    return dependencies


@pytest.fixture
def requirements(tmp_path):
    path = tmp_path / "requirements.txt"
    path.write_text("# a comment\nnumpy>=1.20\nnot-a-package-of-ours>=2  # missing\n")
    return str(path)


@pytest.fixture
def dialog(monkeypatch):
    """Slicer 5.10: no ``slicer.packaging``; the question and the installation are recorded."""
    import slicer

    log = types.SimpleNamespace(answer=True, asked=[], installed=[])
    monkeypatch.setitem(sys.modules, "slicer.packaging", None)
    monkeypatch.setattr(slicer.util, "confirmOkCancelDisplay",
                        lambda text, *a, **k: log.asked.append(text) or log.answer, raising=False)
    monkeypatch.setattr(slicer.util, "pip_install", log.installed.append, raising=False)
    return log


def test_what_is_there_is_not_asked_for(dependencies, dialog, tmp_path):
    path = tmp_path / "requirements.txt"
    path.write_text("numpy>=1.20\nPyYAML>=6\n")
    dependencies.ensure(str(path), "Us")
    assert dependencies.missing(str(path)) == [] and dialog.asked == []


def test_too_old_a_version_counts_as_missing(dependencies, tmp_path):
    path = tmp_path / "requirements.txt"
    path.write_text("numpy>=99.1\nscipy>=1.2.3rc1\n")
    assert dependencies.missing(str(path)) == ["numpy>=99.1"]


@pytest.mark.parametrize("answer", [True, False])
def test_slicer_5_10_asks_once(dependencies, dialog, requirements, answer):
    dialog.answer = answer
    for _ in range(2):
        with pytest.raises(InputError, match="Us needs the Python packages not-a-package-of-ours>=2"):
            dependencies.ensure(requirements, "Us")
    assert "not-a-package-of-ours>=2" in dialog.asked[0] and "numpy" not in dialog.asked[0]
    # an installation that changed nothing may be tried again; a "no" is a "no"
    assert len(dialog.asked) == (2 if answer else 1)
    assert dialog.installed == ([["not-a-package-of-ours>=2"]] * 2 if answer else [])


def test_a_failing_installation_is_one_sentence(dependencies, dialog, requirements, monkeypatch):
    import slicer

    def fail(wanted):
        raise subprocess.CalledProcessError(1, "pip")

    monkeypatch.setattr(slicer.util, "pip_install", fail, raising=False)
    with pytest.raises(InputError, match="could not be installed"):
        dependencies.ensure(requirements, "Us")


def test_nothing_is_installed_under_testing(dependencies, dialog, requirements, monkeypatch):
    import slicer

    monkeypatch.setattr(slicer.app, "testingEnabled", lambda: True, raising=False)
    with pytest.raises(InputError, match="not-a-package-of-ours"):
        dependencies.ensure(requirements, "Us")
    assert dialog.asked == [] and dialog.installed == []


@pytest.mark.parametrize("declined", [False, True])
def test_slicer_5_11_asks_and_installs_by_itself(dependencies, requirements, monkeypatch, declined):
    calls = []

    def pip_ensure(parsed, requester):
        calls.append((parsed, requester))
        if declined:
            raise RuntimeError("User declined")

    packaging = types.ModuleType("slicer.packaging")
    packaging.load_requirements = lambda path: f"parsed {path}"
    packaging.pip_ensure = pip_ensure
    monkeypatch.setitem(sys.modules, "slicer.packaging", packaging)
    for _ in range(2):
        with pytest.raises(InputError, match="Us needs the Python packages"):
            dependencies.ensure(requirements, "Us")
    assert calls == [(f"parsed {requirements}", "Us")] * (1 if declined else 2)


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-features.txt", "requirements-models-onnx.txt",
                                  "requirements-models-signed.txt"])
def test_the_shipped_requirements_follow_slicer_s_rules(dependencies, name):
    from RadiomicsOrthoLib.resources import resource_folder

    path = resource_folder() / name
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    assert lines and all(">=" in line and "==" not in line for line in lines)
    assert dependencies.missing(str(path)) == []


def test_packages_for_a_site_s_own_models_are_asked_for_only_where_there_are_such_models(tmp_path, monkeypatch, dialog,
                                                                                       dependencies):
    from RadiomicsOrthoScene import model_packages

    monkeypatch.setenv("RADIOMICS_ORTHO_MODELS", str(tmp_path))
    assert model_packages.requirementsOfModels() == []
    for name, part in (("plain", "trees.json"), ("signed", "signature.json"), ("network", "model.onnx")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.json").write_text("{}")
        (tmp_path / name / part).write_text("{}")
    names = [path.rsplit("requirements-", 1)[1] for path in model_packages.requirementsOfModels()]
    assert names == ["models-onnx.txt", "models-signed.txt"]
    monkeypatch.setattr(dependencies, "_isThere", lambda requirement: False)
    dialog.answer = False
    model_packages.ensureModelPackages()        # a "no" is no reason to stop: the others are still offered
    assert len(dialog.asked) == 2
