"""The launcher: which Python it takes, when `.venv` is stale, what it asks the system for, how it counts."""

from __future__ import annotations

import ast
import itertools
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path, PureWindowsPath

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
import dev

HERE = dev.Interpreter("/usr/bin/python3.12", (3, 12))


# --- it can explain itself to an old Python ---


def test_source_parses_on_python_3_8_and_uses_the_standard_library_only() -> None:
    tree = ast.parse((ROOT / "dev.py").read_text(encoding="utf-8"), feature_version=(3, 8))
    imported = {
        alias.name.split(".")[0]
        for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in ([ast.alias(node.module or "")] if isinstance(node, ast.ImportFrom) else node.names)
    }
    assert imported <= sys.stdlib_module_names


def test_help_of_every_command_needs_no_environment() -> None:
    for command in ([], ["demo"], ["test"], ["lint"], ["bench"], ["cmake-lists"], ["translations"]):
        result = subprocess.run(
            [sys.executable, str(ROOT / "dev.py"), *command, "-h"], capture_output=True, text=True, check=True
        )
        assert "usage: dev.py" in result.stdout


def test_no_command_prints_help_and_exits_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main([]) == 2
    assert "usage: dev.py" in capsys.readouterr().out


# --- the interpreter ---


def test_the_running_python_is_asked_first_then_the_newest() -> None:
    assert dev.interpreter_candidates(windows=False) == [
        [sys.executable], ["python3.13"], ["python3.12"], ["python3.11"],
    ]


def test_windows_asks_its_launcher() -> None:
    assert dev.interpreter_candidates(windows=True)[1:] == [["py", "-3.13"], ["py", "-3.12"], ["py", "-3.11"]]


def test_an_unfitting_python_is_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {sys.executable: dev.Interpreter("/usr/bin/python3", (3, 9)), "python3.12": HERE}
    monkeypatch.setattr(dev, "ask_interpreter", lambda command: answers.get(command[0]))
    monkeypatch.setattr(dev, "interpreter_candidates", lambda: [[sys.executable], ["python3.13"], ["python3.12"]])
    assert dev.find_interpreter() == HERE


def test_without_a_fitting_python_one_sentence_says_which_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev, "ask_interpreter", lambda command: None)
    with pytest.raises(dev.Stop, match=r"Python 3\.11, 3\.12 or 3\.13 .* install Python 3\.12") as stop:
        dev.find_interpreter()
    assert stop.value.code == 2


def test_a_command_that_does_not_exist_is_no_interpreter() -> None:
    assert dev.ask_interpreter(["no-such-python-here"]) is None


def test_inside_a_virtual_environment_the_python_below_it_counts() -> None:
    found = dev.ask_interpreter([sys.executable])
    assert found is not None
    assert found.version == sys.version_info[:2]
    assert Path(found.executable).resolve() == Path(sys._base_executable).resolve()


# --- .venv ---


def test_python_of_a_venv_on_each_system() -> None:
    assert dev.venv_python(PureWindowsPath("C:/Users/Lékař/ortho/.venv"), windows=True) == PureWindowsPath(
        "C:/Users/Lékař/ortho/.venv/Scripts/python.exe"
    )
    assert dev.venv_python(Path("/home/x/.venv"), windows=False) == Path("/home/x/.venv/bin/python")


PYPROJECT = """
[project]
dependencies = [
    "numpy>=1.26,<3",  # a reason
]
[project.optional-dependencies]
dev = ["pytest>=8"]
[tool.ruff]
line-length = 120
"""


@pytest.mark.parametrize("old, new, changes", [
    ("numpy>=1.26,<3", "numpy>=2,<3", True),
    ("pytest>=8", "pytest>=9", True),
    ("# a reason", "# another reason", False),
    ("line-length = 120", "line-length = 100", False),
    ("[project]", "# a comment\n\n[project]", False),
])
def test_requirements_hash_follows_the_packages_only(old: str, new: str, changes: bool) -> None:
    before, after = dev.requirements_hash(PYPROJECT), dev.requirements_hash(PYPROJECT.replace(old, new))
    assert (before != after) is changes


@pytest.fixture
def venv(tmp_path: Path) -> Path:
    folder = tmp_path / ".venv"
    folder.mkdir()
    dev.write_stamp(folder, (3, 12), "digest", {"demo", "dev"}, complete=True)
    return folder


def action(venv: Path, works: dev.Interpreter | None = HERE, wanted: tuple[int, int] | None = None,
           digest: str = "digest", extras: tuple[str, ...] = ("demo",)) -> str:
    return dev.venv_state(venv, works, wanted, digest, set(extras)).action


def test_a_complete_venv_is_left_alone(venv: Path) -> None:
    assert action(venv) == "none"
    assert action(venv, wanted=(3, 12)) == "none"


def test_no_venv_is_created(tmp_path: Path) -> None:
    assert action(tmp_path / "absent") == "create"


def test_a_venv_made_by_someone_else_is_not_deleted(tmp_path: Path) -> None:
    (tmp_path / "pyvenv.cfg").touch()
    assert action(tmp_path) == "set aside"


def test_a_broken_interpreter_is_rebuilt(venv: Path) -> None:
    assert action(venv, works=None) == "rebuild"


def test_another_python_is_rebuilt(venv: Path) -> None:
    assert action(venv, works=dev.Interpreter("/usr/bin/python3.13", (3, 13))) == "rebuild"
    assert action(venv, wanted=(3, 13)) == "rebuild"


def test_an_interrupted_installation_is_rebuilt(venv: Path) -> None:
    dev.write_stamp(venv, (3, 12), "digest", {"demo"}, complete=False)
    assert action(venv) == "rebuild"


def test_a_moved_folder_is_rebuilt(venv: Path) -> None:
    assert action(venv.rename(venv.with_name("moved"))) == "rebuild"


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", json.dumps({"location": 1})])
def test_a_damaged_stamp_is_rebuilt(venv: Path, text: str) -> None:
    (venv / dev.STAMP_NAME).write_text(text)
    assert action(venv) == "rebuild"


def test_new_requirements_and_new_extras_are_installed_on_top(venv: Path) -> None:
    assert action(venv, digest="other") == "install"
    assert action(venv, extras=("demo", "docs")) == "install"


def test_nothing_leaks_into_the_venv(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTHONPATH", "PYTHONHOME", "PIP_USER"):
        monkeypatch.setenv(name, "1")
    env = dev.child_environment()
    assert not {"PYTHONPATH", "PYTHONHOME", "PIP_USER"} & set(env)
    assert env["PYTHONNOUSERSITE"] == "1"


@pytest.mark.parametrize("system, machine, packaged", [
    ("linux", "x86_64", True), ("linux", "aarch64", False), ("darwin", "arm64", True),
    ("darwin", "x86_64", False), ("win32", "AMD64", True),
])
def test_platforms_without_slicer_core_are_told_so(system: str, machine: str, packaged: bool) -> None:
    dev.check_platform({"dev"}, system, machine)
    if packaged:
        dev.check_platform({"demo"}, system, machine)
    else:
        with pytest.raises(dev.Stop, match=f"no package for {system} on {machine}"):
            dev.check_platform({"demo"}, system, machine)


# --- system packages ---


def test_apt_command() -> None:
    assert dev.apt_command(["gcc", "libegl1"], sudo=False) == (
        "apt-get update && apt-get install -y --no-install-recommends gcc libegl1"
    )
    assert dev.apt_command(["gcc"], sudo=True).count("sudo apt-get") == 2


def test_without_root_the_one_command_is_printed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(dev.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(dev.os, "geteuid", lambda: 1000, raising=False)
    with pytest.raises(dev.Stop, match="sudo apt-get install -y --no-install-recommends libegl1") as stop:
        dev.install_packages("OpenGL", ["libegl1"], tmp_path / "log")
    assert stop.value.code == 2


def test_without_apt_the_packages_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(dev.shutil, "which", lambda name: None)
    with pytest.raises(dev.Stop, match="correspond to Debian's libegl1"):
        dev.install_packages("OpenGL", ["libegl1"], tmp_path / "log")


def test_as_root_the_packages_are_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    commands = []
    monkeypatch.setattr(dev.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(dev.os, "geteuid", lambda: 0, raising=False)
    monkeypatch.setattr(dev, "run_logged", lambda title, command, log, env: commands.append((command, env)))
    dev.install_packages("OpenGL", ["libegl1"], tmp_path / "log")
    [(command, env)] = commands
    assert command == ["sh", "-c", dev.apt_command(["libegl1"], sudo=False)]
    assert env["DEBIAN_FRONTEND"] == "noninteractive"


@pytest.mark.parametrize("executable, headers", [("/usr/bin/python3.11", True), ("/usr/local/bin/python3.11", False)])
def test_only_debian_python_needs_a_package_for_its_headers(
    executable: str, headers: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked, works = [], iter([False, True])
    monkeypatch.setattr(dev.sys, "platform", "linux")
    monkeypatch.setattr(dev, "ask_module", lambda *_: False)
    monkeypatch.setattr(dev, "compiler_works", lambda base: next(works))
    monkeypatch.setattr(dev, "loads", lambda library: True)
    monkeypatch.setattr(dev, "install_packages", lambda purpose, packages, log: asked.extend(packages))
    dev.ensure_compiler(dev.Interpreter(executable, (3, 11)), tmp_path / "python", tmp_path / "log", qt=True)
    assert asked == ["gcc", "libc6-dev", *(["python3.11-dev"] if headers else [])]


@pytest.mark.parametrize("qt", [True, False])
def test_one_command_asks_for_everything(qt: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked, works = [], iter([False, True])
    monkeypatch.setattr(dev.sys, "platform", "linux")
    monkeypatch.setattr(dev, "ask_module", lambda *_: False)
    monkeypatch.setattr(dev, "compiler_works", lambda base: next(works))
    monkeypatch.setattr(dev, "loads", lambda library: False)
    monkeypatch.setattr(dev, "install_packages", lambda purpose, packages, log: asked.extend(packages))
    dev.ensure_compiler(HERE, tmp_path / "python", tmp_path / "log", qt)
    assert set(dev.OPENGL_PACKAGES) <= set(asked)
    assert (set(dev.QT_PACKAGES) <= set(asked)) is qt


def test_a_library_that_does_not_exist_does_not_load() -> None:
    assert not dev.loads("libno-such-library.so.7")


def test_libraries_that_are_there_are_not_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = []
    monkeypatch.setattr(dev.sys, "platform", "linux")
    monkeypatch.setattr(dev, "install_packages", lambda purpose, packages, log: asked.append(packages))
    monkeypatch.setattr(dev, "library_problem", lambda python, code: "")
    dev.ensure_libraries(tmp_path, qt=True)
    assert asked == []

    problems = {dev.OPENGL_CHECK: iter([""]), dev.QT_CHECK: iter(["libGL.so.1: cannot open", ""])}
    monkeypatch.setattr(dev, "library_problem", lambda python, code: next(problems[code]))
    dev.ensure_libraries(tmp_path, qt=True)
    assert asked == [list(dev.QT_PACKAGES)]


def test_a_check_that_kills_its_process_is_a_problem() -> None:
    assert dev.library_problem(Path(sys.executable), "pass") == ""
    assert "nothing" in dev.library_problem(Path(sys.executable), "import nothing_of_that_name")
    assert "exit code" in dev.library_problem(Path(sys.executable), "import os; os.kill(os.getpid(), 9)")


# --- long steps ---


def test_a_failed_step_shows_the_end_of_its_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = "print('first'); [print('line', i) for i in range(40)]; raise SystemExit(3)"
    with pytest.raises(dev.Stop, match="everything it printed is in") as stop:
        dev.run_logged("a step", [sys.executable, "-c", code], tmp_path / "log")
    shown = capsys.readouterr().out
    assert "a step: FAILED" in shown
    assert "line 39" in shown and "first" not in shown
    assert "first" in (tmp_path / "log").read_text()
    assert stop.value.code == 1


@pytest.mark.skipif(not hasattr(os, "wait4"), reason="this system does not measure a child's memory")
def test_peak_memory_is_that_of_the_child() -> None:
    command = [sys.executable, "-c", "x = bytearray(200 * 2**20); raise SystemExit(2)"]
    code, peak = dev.run_measured(command, dict(os.environ))
    assert code == 2
    # Linux counts the memory of the parent before the start as well; a wrong unit would be a factor of 1024.
    assert peak is not None and 200 * 2**20 < peak < 16 * 2**30


# --- counting tests ---


def report(tmp_path: Path, *cases: str) -> Path:
    file = tmp_path / "report.xml"
    body = "".join(f'<testcase classname="m" name="t{i}">{case}</testcase>' for i, case in enumerate(cases))
    file.write_text(f"<testsuites><testsuite>{body}</testsuite></testsuites>")
    return file


def test_report_is_counted(tmp_path: Path) -> None:
    file = report(tmp_path, "", "", "<failure/>", "<error/>", '<skipped message="no display"/>')
    assert dev.read_report(file, 1) == dev.RingResult(2, 2, [("no display", "m.t4")])


def test_a_crash_after_the_last_test_is_a_failure(tmp_path: Path) -> None:
    assert dev.read_report(report(tmp_path, ""), -11).failed == 1


def test_a_crash_before_the_report_is_a_failure(tmp_path: Path) -> None:
    assert dev.read_report(tmp_path / "absent.xml", -11).failed == 1


def test_a_ring_without_tests_is_a_failure(tmp_path: Path) -> None:
    assert dev.run_ring(Path(sys.executable), tmp_path, [], selected=False).failed == 1
    assert dev.read_report(report(tmp_path), 5).failed == 1
    assert dev.read_report(report(tmp_path), 5, selected=True).failed == 0


def test_a_ring_that_hangs_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "test_hangs.py").write_text("import time\n\n\ndef test_it():\n    time.sleep(600)\n")
    monkeypatch.setattr(dev, "RING_TIMEOUT_S", 3)
    result = dev.run_ring(Path(sys.executable), tmp_path, ["-c", os.devnull], selected=False)
    assert result.failed == 1 and "stopped after 3 s" in result.note


def test_the_last_line_is_the_summary(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    results = iter([dev.RingResult(3, 0, []), dev.RingResult(2, 1, [("no display", "m.t")])])
    monkeypatch.setattr(dev, "ensure_venv", lambda extras: Path(sys.executable))
    monkeypatch.setattr(dev, "ensure_libraries", lambda python, qt: None)
    monkeypatch.setattr(dev, "run_ring", lambda *_, **__: next(results))
    assert dev.main(["test", "library", "scene"]) == 1
    output = capsys.readouterr().out
    assert output.splitlines()[-1] == "5 passed, 1 failed, 1 skipped"
    assert "  no display: m.t\n" in output


def test_skips_are_told_by_reason() -> None:
    skipped = [("no data", "a"), ("no display", "b"), *(("no data", name) for name in "cde")]
    assert dev.skip_lines(skipped) == ["  no data: a, c and 2 more", "  no display: b"]


def test_an_unknown_ring_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert dev.main(["test", "libary"]) == 2
    assert "no ring 'libary'" in capsys.readouterr().err


def test_options_for_the_demo_are_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    commands = []
    monkeypatch.setattr(dev, "ensure_venv", lambda extras: Path("python"))
    monkeypatch.setattr(dev, "ensure_libraries", lambda python, qt: None)
    monkeypatch.setattr(dev, "run_measured", lambda command, env: (commands.append(command), (0, None))[1])
    assert dev.main(["demo", "--image", "a.nrrd", "--roi", "b.seg.nrrd"]) == 0
    assert commands[0][2:] == ["--out", "demo-output", "--image", "a.nrrd", "--roi", "b.seg.nrrd"]


def test_every_extra_that_is_named_is_defined() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    files = [ROOT / "README.md", *(ROOT / "docs").glob("*.md"),
             *(ROOT / "RadiomicsOrtho" / "RadiomicsOrthoLib").rglob("*.py")]
    texts = [*itertools.chain(*project["optional-dependencies"].values()),
             *(path.read_text(encoding="utf-8") for path in files)]
    named = {extra for text in texts for group in re.findall(r"radiomics-ortho\[([\w,]+)\]", text)
             for extra in group.split(",")}
    assert len(named) > 5
    assert named - set(project["optional-dependencies"]) == set()


def test_an_audit_names_what_was_not_looked_up() -> None:
    safe, own = {"name": "numpy", "version": "2", "vulns": []}, {"name": "radiomics-ortho", "skip_reason": "not found"}
    bad = {"name": "old", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["1.1"]}, {"id": "CVE-2"}]}
    unknown = {"name": "private", "skip_reason": "not found"}
    assert dev.audit_result([safe, own]) == (["1 packages looked up, 0 known vulnerabilities"], 0)
    lines, code = dev.audit_result([safe, bad, unknown])
    assert code == 1 and lines[:3] == ["old 1: CVE-1, fixed in 1.1", "old 1: CVE-2, no fixed version yet",
                                       "2 packages looked up, 2 known vulnerabilities"]
    lines, code = dev.audit_result([unknown])
    assert code == 2 and "NOT looked up" in lines[-1] and "private" in lines[-1]
