"""`slicer.packaging` records calls; Slicer 5.10 does not have it."""

from __future__ import annotations

import importlib
import inspect

import pytest
from packaging.requirements import Requirement
from runtime import packaging_standin, scene

scene.start_scripted_modules()

import slicer


@pytest.fixture(autouse=True)
def fresh_log():
    packaging_standin.pip_calls.clear()
    yield
    packaging_standin.install_packaging()


def test_requirements_file(tmp_path):
    path = tmp_path / "requirements.txt"
    path.write_text("# heavy\nnumpy>=1.26\n\n--index-url x\nscikit-learn==1.5; python_version > '3'\n")
    names = [r.name for r in slicer.packaging.load_requirements(path)]
    assert names == ["numpy", "scikit-learn"]


def test_check_looks_at_versions():
    assert slicer.packaging.pip_check(Requirement("numpy>=1.20"))
    assert not slicer.packaging.pip_check(Requirement("numpy>=99"))
    assert not slicer.packaging.pip_check([Requirement("numpy"), Requirement("no-such-package-x")])
    assert slicer.packaging.pip_check(Requirement("no-such-package-x; sys_platform == 'none'"))
    with pytest.raises(TypeError):
        slicer.packaging.pip_check("numpy")


def test_ensure_records_only_what_is_missing():
    slicer.packaging.pip_ensure(
        [Requirement("numpy"), Requirement("no-such-package-x>=2")], requester="test")
    assert packaging_standin.pip_calls == [("pip_ensure", ("no-such-package-x>=2",))]


def test_pip_install_of_util_is_recorded():
    slicer.util.pip_install("some-package==1")
    assert packaging_standin.pip_calls == [("pip_install", ("some-package==1",))]


def test_keyword_names_are_those_of_slicer():
    assert list(inspect.signature(slicer.packaging.pip_ensure).parameters) == [
        "requirements", "constraints", "prompt_install", "prompt_restart", "requester",
        "skip_in_testing", "show_progress"]


def test_slicer_5_10_has_no_packaging():
    packaging_standin.remove_packaging()
    with pytest.raises(ImportError):
        importlib.import_module("slicer.packaging")
    assert not hasattr(slicer, "packaging")
