"""Every file of a module must be listed in its CMakeLists.txt, or it is missing from the installed extension."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
import dev

# Kept apart from dev.module_files on purpose: a kind of file that dev.py forgets is noticed here.
PACKAGED = {".py", ".ui", ".png", ".svg", ".json", ".yaml", ".yml", ".xml", ".txt", ".csv", ".html", ".css", ".ts"}


def listed(module: str, variable: str) -> list[str]:
    text = (ROOT / module / "CMakeLists.txt").read_text(encoding="utf-8")
    block = re.search(rf"set\({variable}\n(.*?)\n  \)", text, re.DOTALL)
    assert block, f"{module}/CMakeLists.txt does not set {variable}"
    lines = (line.split("#")[0].strip() for line in block[1].splitlines())
    return [line for line in lines if line]


def all_listed(module: str) -> list[str]:
    return listed(module, "MODULE_PYTHON_SCRIPTS") + listed(module, "MODULE_PYTHON_RESOURCES")


@pytest.mark.parametrize("module", dev.MODULES)
def test_everything_listed_exists(module: str) -> None:
    missing = [name for name in all_listed(module) if not (ROOT / module / name).is_file()]
    assert not missing, f"{module}/CMakeLists.txt lists files that do not exist; run python3 dev.py cmake-lists"


@pytest.mark.parametrize("module", dev.MODULES)
def test_every_file_is_listed(module: str) -> None:
    folder = ROOT / module
    on_disk = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.suffix in PACKAGED and "__pycache__" not in path.parts and path.name != "CMakeLists.txt"
    }
    unlisted = sorted(on_disk - set(all_listed(module)))
    assert not unlisted, f"{module}/CMakeLists.txt lacks files; run python3 dev.py cmake-lists"


@pytest.mark.parametrize("module", dev.MODULES)
def test_scripts_are_python_and_resources_are_resources(module: str) -> None:
    assert all(name.endswith(".py") for name in listed(module, "MODULE_PYTHON_SCRIPTS"))
    assert f"{module}.py" in listed(module, "MODULE_PYTHON_SCRIPTS")
    assert f"Resources/Icons/{module}.png" in listed(module, "MODULE_PYTHON_RESOURCES")


@pytest.mark.parametrize("module", dev.MODULES)
def test_no_file_is_listed_twice(module: str) -> None:
    assert len(all_listed(module)) == len(set(all_listed(module)))


def test_modules_do_not_overwrite_each_other() -> None:
    """An installed extension puts all its scripted modules in one folder."""
    first, second = (set(all_listed(module)) for module in dev.MODULES)
    assert not first & second


def test_slicer_adds_each_module_once() -> None:
    top = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
    for module in dev.MODULES:
        assert top.count(f"add_subdirectory({module})") == 1
        assert module in (ROOT / "Testing" / "Python" / "CMakeLists.txt").read_text(encoding="utf-8")


# --- the helper that rewrites the lists ---


def test_module_files_skips_what_is_not_packaged(tmp_path: Path) -> None:
    for name in ("M.py", "CMakeLists.txt", "MLib/a.py", "MLib/__pycache__/a.pyc", "MLib/table.csv",
                 "Resources/x.png", "Resources/helper.py", ".hidden/y.py", "Resources/.DS_Store"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    scripts, resources = dev.module_files(tmp_path)
    assert scripts == ["M.py", "MLib/a.py"]
    assert resources == ["MLib/table.csv", "Resources/helper.py", "Resources/x.png"]


def test_with_lists_changes_only_the_marked_lines() -> None:
    text = "\n".join([
        "set(A", f"  {dev.LIST_BEGIN}", "  old.py", f"  {dev.LIST_END}", "  )",
        "set(B", f"  {dev.LIST_BEGIN}", f"  {dev.LIST_END}", "  )", "rest()", "",
    ])
    once = dev.with_lists(text, ["a.py", "b.py"], ["x.png"])
    assert [line.strip() for line in once.splitlines()] == [
        "set(A", dev.LIST_BEGIN, "a.py", "b.py", dev.LIST_END, ")",
        "set(B", dev.LIST_BEGIN, "x.png", dev.LIST_END, ")", "rest()",
    ]
    assert dev.with_lists(once, ["a.py", "b.py"], ["x.png"]) == once


def test_the_pip_package_takes_every_resource_folder_that_the_library_reads():
    import tomllib

    taken = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    taken = taken["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    folders = {path.name for path in (ROOT / "RadiomicsOrtho" / "Resources").iterdir() if path.is_dir()}
    of_slicer = {"Icons", "SampleData", "Translations", "UI"}
    assert {Path(path).name for path in taken if "/Resources/" in path} == folders - of_slicer
