#!/usr/bin/env python3
"""The one command a developer needs.  It uses the standard library only.

    python3 dev.py demo         from a real CT to a score card, into demo-output/
    python3 dev.py test         all tests, one summary line at the end
    python3 dev.py lint         the style rules
    python3 dev.py bench        the benchmarks
    python3 dev.py audit        packages in .venv with known vulnerabilities
    python3 dev.py cmake-lists  bring the file lists of the CMake files up to date
    python3 dev.py translations bring the translation file of the panels up to date

Each command makes and repairs the virtual environment `.venv` by itself.
Exit code: 0 done, 1 failed, 2 something is missing that you can put right.
"""

# This file starts on any Python from 3.8 on, so that an old one can say what is wrong.
from __future__ import annotations

import argparse
import contextlib
import ctypes
import hashlib
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Iterator, NamedTuple

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP_NAME = "radiomics-ortho.json"
SUPPORTED = ((3, 13), (3, 12), (3, 11))

RINGS = {
    "library": ROOT / "Testing" / "library",
    "scene": ROOT / "Testing" / "scene",
    "widgets": ROOT / "Testing" / "widgets",
    "runtime": ROOT / "Testing" / "runtime" / "tests",
}
RING_TIMEOUT_S = 1200
PROJECT = "radiomics-ortho"


class Stop(Exception):
    """Ends the program with one sentence for the person at the terminal."""

    def __init__(self, sentence: str, code: int = 2) -> None:
        super().__init__(sentence)
        self.code = code


# --- what the terminal shows ---------------------------------------------------------------------


def say(text: str = "") -> None:
    try:
        print(text, flush=True)
    except BrokenPipeError:  # nobody reads any more (`| head`): go on silently, an installation must not stop half-way
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - kept until the end of the process


def run_logged(title: str, command: list[str], log: Path, env: dict[str, str] | None = None) -> None:
    """Run a long step: its title and time on the terminal, its output in the log, the log's end if it fails."""
    start = time.monotonic()
    live = sys.stdout.isatty()
    tail: list[str] = []
    with log.open("a", encoding="utf-8", errors="replace") as file:
        file.write(f"\n$ {' '.join(command)}\n")
        try:
            process = subprocess.Popen(
                command, cwd=ROOT, env=env or child_environment(), stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", errors="replace",
            )
        except OSError as error:
            raise Stop(f"{command[0]} could not be started: {error}.", 1) from error
        assert process.stdout is not None
        for line in process.stdout:
            file.write(line)
            tail = [*tail[-24:], line.rstrip()]
            if live:  # one line that keeps changing shows that it is alive
                print(f"\r  {f'{title} ... {line.strip()}'[:76]:<76}", end="", flush=True)
        code = process.wait()
    if live:
        print(f"\r{'':<78}\r", end="")
    say(f"  {title}: {'done' if code == 0 else 'FAILED'} in {time.monotonic() - start:.0f} s")
    if code != 0:
        say("\n".join(f"    {line}" for line in tail))
        raise Stop(f"{title} failed; everything it printed is in {log}.", 1)


def child_environment(**extra: str) -> dict[str, str]:
    """The environment of every child: nothing leaks into `.venv`, and nothing opens a window."""
    env = dict(os.environ)
    for name in ("PYTHONHOME", "PYTHONPATH", "PIP_USER", "PIP_TARGET", "PIP_PREFIX"):
        env.pop(name, None)
    env.update(PYTHONNOUSERSITE="1", PYTHONUTF8="1", PIP_DISABLE_PIP_VERSION_CHECK="1", **extra)
    return env


def ask(command: list[str]) -> str | None:
    """What a short command prints; None when it cannot start or fails."""
    try:
        return subprocess.run(
            command, check=True, timeout=60, env=child_environment(),
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8", errors="replace",
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None


def offscreen_environment() -> dict[str, str]:
    env = child_environment(QT_QPA_PLATFORM="offscreen")
    if sys.platform == "linux":  # otherwise VTK looks for an X server first, and warns
        env.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")
    return env


# --- the interpreter -----------------------------------------------------------------------------


class Interpreter(NamedTuple):
    executable: str
    version: tuple[int, int]


def interpreter_candidates(windows: bool = os.name == "nt") -> list[list[str]]:
    """Commands that may start a fitting Python: the one that runs this first."""
    commands = [[sys.executable]]
    for major, minor in SUPPORTED:
        commands.append(["py", f"-{major}.{minor}"] if windows else [f"python{major}.{minor}"])
    return commands


def ask_interpreter(command: list[str]) -> Interpreter | None:
    """What a command starts; None when it starts nothing, or a Python for 32 bits.

    Inside a virtual environment the Python below it counts, because `.venv` may be rebuilt.
    """
    question = (
        "import json, sys; "
        "print(json.dumps([getattr(sys, '_base_executable', sys.executable), sys.version_info[:2], sys.maxsize]))"
    )
    try:
        executable, version, maxsize = json.loads((ask([*command, "-c", question]) or "").splitlines()[-1])
    except (ValueError, IndexError):
        return None
    return Interpreter(executable, (version[0], version[1])) if maxsize > 2**32 else None


def find_interpreter() -> Interpreter:
    for command in interpreter_candidates():
        found = ask_interpreter(command)
        if found and found.version in SUPPORTED:
            return found
    raise Stop(
        f"Python 3.11, 3.12 or 3.13 (64 bits) is needed and this is {platform.python_version()}: "
        "install Python 3.12, then run the same command again."
    )


# --- the virtual environment ---------------------------------------------------------------------


def venv_python(venv: Path, windows: bool = os.name == "nt") -> Path:
    return venv / "Scripts" / "python.exe" if windows else venv / "bin" / "python"


def requirements_hash(pyproject: str) -> str:
    """Changes when what must be installed changes, and not when a tool's settings or a comment do."""
    kept, relevant = [], True
    for raw in pyproject.splitlines():
        line = raw.split(" #")[0].strip()
        if re.fullmatch(r"\[[\w.\"-]+\]", line):
            relevant = not line.startswith(("[tool.ruff", "[tool.pytest"))
        if relevant and line and not line.startswith("#"):
            kept.append(line)
    return hashlib.sha256("\n".join(kept).encode()).hexdigest()


class VenvState(NamedTuple):
    action: str  # "none", "install" (on top), "create", "rebuild" or "set aside" (it is not ours)
    reason: str = ""


def venv_state(
    venv: Path, works: Interpreter | None, wanted: tuple[int, int] | None, digest: str, extras: set[str]
) -> VenvState:
    """What has to be done to `.venv`.  `works`: what its Python answered; `wanted`: None means any supported one."""
    if not venv.exists():
        return VenvState("create", "there is none yet")
    try:
        stamp = json.loads((venv / STAMP_NAME).read_text(encoding="utf-8"))
        location, complete = stamp["location"], stamp["complete"]
        installed_digest, installed_extras = stamp["requirements"], set(stamp["extras"])
        built_for = tuple(stamp["python"])
    except FileNotFoundError:
        return VenvState("set aside", "it was not made by dev.py")
    except (OSError, ValueError, KeyError, TypeError):
        return VenvState("rebuild", "its stamp cannot be read")
    if location != str(venv.resolve()):
        return VenvState("rebuild", "the folder was moved")
    if not complete:
        return VenvState("rebuild", "an earlier installation was interrupted")
    if works is None:
        return VenvState("rebuild", "its Python does not start")
    if works.version != built_for or works.version not in SUPPORTED:
        return VenvState("rebuild", "its Python has another version now")
    if wanted and works.version != wanted:
        return VenvState("rebuild", f"it has Python {dotted(works.version)}, and this is {dotted(wanted)}")
    if installed_digest != digest:
        return VenvState("install", "pyproject.toml asks for other packages")
    if not extras <= installed_extras:
        return VenvState("install", "this command needs more packages")
    return VenvState("none")


def dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version)


def write_stamp(venv: Path, version: tuple[int, int], digest: str, extras: set[str], complete: bool) -> None:
    stamp = {
        "location": str(venv.resolve()), "python": list(version), "requirements": digest,
        "extras": sorted(extras), "complete": complete,
    }
    (venv / STAMP_NAME).write_text(json.dumps(stamp, indent=1), encoding="utf-8")


def ensure_venv(extras: set[str]) -> Path:
    """`.venv` with this project and the extras installed; returns its Python."""
    python = venv_python(VENV)
    digest = requirements_hash((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = sys.version_info[:2] if sys.version_info[:2] in SUPPORTED else None
    works = ask_interpreter([str(python)])
    state = venv_state(VENV, works, wanted, digest, extras)
    if state.action == "none":
        return python
    check_platform(extras)
    say(f"Preparing .venv ({state.reason})")
    base = works if works and state.action == "install" else find_interpreter()
    if state.action == "set aside":
        aside = VENV.with_name(f".venv-before-{time.strftime('%Y%m%d-%H%M%S')}")
        VENV.rename(aside)
        say(f"  your own .venv is now {aside.name}")
    if state.action == "rebuild":
        remove_folder(VENV)
    if state.action == "install":  # keep what an earlier command installed
        with contextlib.suppress(OSError, ValueError, KeyError):
            extras = extras | set(json.loads((VENV / STAMP_NAME).read_text(encoding="utf-8"))["extras"])
    VENV.mkdir(exist_ok=True)
    # First "not complete", last "complete": whatever interrupts this in between is noticed next time.
    write_stamp(VENV, base.version, digest, extras, complete=False)
    log = VENV / "install.log"
    if state.action != "install":
        create_venv(base, log)
    if "radiomics" in extras:
        ensure_compiler(base, python, log, qt="dev" in extras)
    target = f".[{','.join(sorted(extras))}]" if extras else "."
    title = f"install the packages for {' and '.join(sorted(extras))}"
    run_logged(title, [str(python), "-m", "pip", "install", "--editable", target], log)
    write_stamp(VENV, base.version, digest, extras, complete=True)
    return python


def create_venv(base: Interpreter, log: Path) -> None:
    """With Python's own pip where it ships one, else (Debian without python3-venv) with the pip that is there."""
    title = f"make .venv with Python {dotted(base.version)}"
    command = [base.executable, "-m", "venv", str(VENV)]
    if ask_module(base.executable, "ensurepip"):
        run_logged(title, command, log)
        return
    pip = pip_version(base.executable)
    if pip is None:
        raise Stop(
            "This Python has neither ensurepip nor pip: install one of them "
            f"(Debian, Ubuntu: apt-get install python{dotted(base.version)}-venv), then run the same command again."
        )
    if pip < (22, 3):  # the first one that can install into another environment
        raise Stop(
            f"This Python has pip {dotted(pip)} and no ensurepip, and pip 22.3 or later is needed: run "
            f"{base.executable} -m pip install --upgrade pip, then the same command again."
        )
    run_logged(title, [*command, "--without-pip"], log)
    python = str(venv_python(VENV))
    run_logged("install pip", [base.executable, "-m", "pip", "--python", python, "install", "pip"], log)


def ask_module(executable: str, name: str) -> bool:
    question = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({name!r}) is None)"
    return ask([executable, "-c", question]) is not None


def pip_version(executable: str) -> tuple[int, ...] | None:
    match = re.match(r"pip (\d+)\.(\d+)", ask([executable, "-m", "pip", "--version"]) or "")
    return (int(match[1]), int(match[2])) if match else None


def remove_folder(folder: Path) -> None:
    try:
        if folder.is_symlink() or folder.is_file():
            folder.unlink()
        else:
            shutil.rmtree(folder)
    except OSError as error:
        raise Stop(f"{folder} cannot be removed ({error}): close the programs that use it and try again.") from error


def check_platform(extras: set[str], system: str = sys.platform, machine: str = platform.machine()) -> None:
    """slicer-core has packages for three platforms; say so before anything is downloaded."""
    packaged = {"linux": ("x86_64",), "darwin": ("arm64",), "win32": ("AMD64", "x86_64")}
    if "demo" in extras and machine not in packaged.get(system, ()):
        raise Stop(
            f"slicer-core, which this command draws with, has no package for {system} on {machine}: "
            "use Linux on x86-64, Windows on x86-64 or macOS on Apple silicon."
        )


# --- system packages -----------------------------------------------------------------------------

# The smallest sets that made a bare Debian 12 and 13 pass the checks below.
COMPILER_PACKAGES = ("gcc", "libc6-dev")
OPENGL_PACKAGES = ("libegl1", "libgl1-mesa-dri")
QT_PACKAGES = ("libgl1", "libxkbcommon0", "libglib2.0-0", "libdbus-1-3", "libfontconfig1", "fonts-dejavu-core")

QT_LIBRARIES = ("libGL.so.1", "libxkbcommon.so.0", "libglib-2.0.so.0", "libdbus-1.so.3", "libfontconfig.so.1")

OPENGL_CHECK = """
from vtkmodules import vtkRenderingOpenGL2
from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindow, vtkWindowToImageFilter
window, renderer, picture = vtkRenderWindow(), vtkRenderer(), vtkWindowToImageFilter()
renderer.SetBackground(1, 1, 1)
window.SetOffScreenRendering(1)
window.SetSize(16, 16)
window.AddRenderer(renderer)
window.Render()
picture.SetInput(window)
picture.ReadFrontBufferOff()
picture.Update()
assert picture.GetOutput().GetScalarRange() == (255, 255), "the picture is wrong"
"""

QT_CHECK = """
from PySide6 import QtGui, QtSvg, QtUiTools, QtWidgets
application = QtWidgets.QApplication([])
label = QtWidgets.QLabel("Text")
label.resize(60, 20)
image = label.grab().toImage()
assert len({image.pixel(x, y) for x in range(60) for y in range(20)}) > 2, "no font is installed"
"""


def ensure_compiler(base: Interpreter, python: Path, log: Path, qt: bool) -> None:
    """pyradiomics has no wheels for Python 3.10 and later, so pip must compile its two C files.

    What ensure_libraries will miss later is asked for at once, so that nobody has to run two commands.
    """
    if ask_module(str(python), "radiomics") or compiler_works(base):
        return
    if sys.platform == "win32":
        return  # no cheap check there: pip says itself what is missing
    if sys.platform == "darwin":
        raise Stop("pyradiomics is compiled during installation, and that needs a compiler: xcode-select --install")
    packages = [*COMPILER_PACKAGES]
    if base.executable.startswith("/usr/bin/"):  # Debian's own Python; others bring their headers
        packages.append(f"python{dotted(base.version)}-dev")
    if not loads("libEGL.so.1"):
        packages.extend(OPENGL_PACKAGES)
    if qt and not all(loads(name) for name in QT_LIBRARIES):
        packages.extend(QT_PACKAGES)
    install_packages("system packages for pyradiomics and for drawing", packages, log)
    if not compiler_works(base):
        raise Stop(f"There is still no C compiler that finds the headers of {base.executable}; see {log}.")


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def compiler_works(base: Interpreter) -> bool:
    """Whether the compiler that setuptools will call finds Python.h and what that includes."""
    if sys.platform == "win32" or (sys.platform == "darwin" and ask(["xcode-select", "-p"]) is None):
        return False  # without Xcode's tools, calling cc on macOS opens a window
    question = "import sysconfig as s; print(s.get_config_var('CC') or 'cc', s.get_paths()['include'], sep='\\n')"
    compiler, include = (ask([base.executable, "-c", question]) or "cc\n.").splitlines()[:2]
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "probe.c"
        source.write_text("#include <Python.h>\n", encoding="utf-8")
        command = [*os.environ.get("CC", compiler).split(), "-fsyntax-only", f"-I{include}", str(source)]
        return ask(command) is not None


def ensure_libraries(python: Path, qt: bool) -> None:
    """The system libraries that the wheels of VTK and Qt expect; only Linux leaves them to the user."""
    if sys.platform != "linux":
        return
    checks = [("OpenGL without a screen, for VTK", OPENGL_CHECK, OPENGL_PACKAGES)]
    if qt:
        checks.append(("the libraries of Qt", QT_CHECK, QT_PACKAGES))
    missing = [check for check in checks if library_problem(python, check[1])]
    if not missing:
        return
    packages = [package for check in missing for package in check[2]]
    install_packages(" and ".join(check[0] for check in missing), packages, VENV / "install.log")
    for purpose, code, _ in missing:
        problem = library_problem(python, code)
        if problem:
            raise Stop(f"After installing {purpose}, the check still fails: {problem}", 1)


def library_problem(python: Path, code: str) -> str:
    """Empty when the code runs; it runs in a child because a missing library can end the process."""
    result = subprocess.run(
        [str(python), "-c", code], env=offscreen_environment(), check=False, timeout=300,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, encoding="utf-8", errors="replace",
    )
    if result.returncode == 0:
        return ""
    return (result.stderr.strip().splitlines() or [f"exit code {result.returncode}"])[-1]


def apt_command(packages: list[str], sudo: bool) -> str:
    prefix = "sudo " if sudo else ""
    return (
        f"{prefix}apt-get update && "
        f"{prefix}apt-get install -y --no-install-recommends {' '.join(packages)}"
    )


def install_packages(purpose: str, packages: list[str], log: Path) -> None:
    """As root on Debian or Ubuntu: install.  Otherwise: say the one command, and end."""
    apt = shutil.which("apt-get") is not None
    if apt and os.geteuid() == 0:
        env = child_environment(DEBIAN_FRONTEND="noninteractive")
        run_logged(f"install {purpose}", ["sh", "-c", apt_command(packages, sudo=False)], log, env)
        return
    if apt:
        command = apt_command(packages, sudo=True)
        raise Stop(f"Missing: {purpose}. Run this, then the same command again:\n\n  {command}")
    raise Stop(
        f"Missing: {purpose}. Install the packages of your system that correspond to Debian's "
        f"{' '.join(packages)}, then run the same command again."
    )


# --- commands ------------------------------------------------------------------------------------


def command_demo(arguments: argparse.Namespace) -> int:
    python = ensure_venv({"demo"})
    ensure_libraries(python, qt=False)
    command = [str(python), str(ROOT / "Testing" / "runtime" / "demo.py"), "--out", arguments.out, *arguments.rest]
    start = time.monotonic()
    code, peak = run_measured(command, offscreen_environment())
    memory = "not measured on this system" if peak is None else f"{peak / 2**30:.1f} GiB"
    say(f"Wall time {time.monotonic() - start:.0f} s, peak memory {memory}.")
    return code


def run_measured(command: list[str], env: dict[str, str]) -> tuple[int, int | None]:
    """Exit code and peak memory in bytes of one child (None on Windows)."""
    process = subprocess.Popen(command, env=env)
    if not hasattr(os, "wait4"):
        return process.wait(), None
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
    unit = 1 if sys.platform == "darwin" else 1024  # bytes on macOS, KiB elsewhere
    return (process.returncode if process.returncode >= 0 else 1), usage.ru_maxrss * unit


class RingResult(NamedTuple):
    passed: int
    failed: int
    skipped: list[tuple[str, str]]  # reason and test
    note: str = ""


def command_test(arguments: argparse.Namespace) -> int:
    unknown = [name for name in arguments.rings if name not in RINGS]
    if unknown:
        raise Stop(f"There is no ring {unknown[0]!r}; the rings are {', '.join(RINGS)}.")
    rings = arguments.rings or list(RINGS)
    python = ensure_venv({"demo", "dev", "radiomics"})
    ensure_libraries(python, qt=True)
    options = ["-k", arguments.k] if arguments.k else []
    results, lines = [], []
    for name in rings:
        say(f"\n=== {name}: {RINGS[name].relative_to(ROOT).as_posix()}")
        start = time.monotonic()
        result = run_ring(python, RINGS[name], [*options, *arguments.rest], selected=bool(arguments.k))
        note = f"  ({result.note})" if result.note else ""
        lines.append(
            f"{name:<8} {result.passed:>5} passed {result.failed:>4} failed {len(result.skipped):>4} skipped"
            f" {time.monotonic() - start:>6.1f} s{note}"
        )
        results.append(result)
    skipped = [entry for result in results for entry in result.skipped]
    say()
    if skipped:
        say("\n".join(["Skipped:", *skip_lines(skipped), ""]))
    say("\n".join(lines))
    failed = sum(result.failed for result in results)
    say(f"{sum(result.passed for result in results)} passed, {failed} failed, {len(skipped)} skipped")
    return 1 if failed else 0


def skip_lines(skipped: list[tuple[str, str]]) -> list[str]:
    """One line per reason, with the tests' names while they are few."""
    lines = []
    for reason in dict(skipped):  # in the order of their first appearance
        names = [name for other, name in skipped if other == reason]
        more = f" and {len(names) - 2} more" if len(names) > 3 else ""
        lines.append(f"  {reason}: {', '.join(names[:2] if more else names)}{more}")
    return lines


def run_ring(python: Path, folder: Path, options: list[str], selected: bool) -> RingResult:
    """One process per ring, because Qt and a plain scene must not share one."""
    if not any(folder.rglob("test_*.py")):
        return RingResult(0, 1, [], "there are no tests yet")
    with tempfile.TemporaryDirectory() as temporary:
        report = Path(temporary) / "report.xml"
        command = [str(python), "-m", "pytest", str(folder), "-q", f"--junitxml={report}", *options]
        process = subprocess.Popen(command, cwd=ROOT, env=offscreen_environment(), start_new_session=os.name != "nt")
        try:
            code = process.wait(timeout=RING_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            end_process(process)
            return RingResult(0, 1, [], f"stopped after {RING_TIMEOUT_S} s")
        except BaseException:
            end_process(process)
            raise
        return read_report(report, code, selected)


def end_process(process: subprocess.Popen) -> None:
    """End a child with everything it started."""
    with contextlib.suppress(OSError):
        if os.name == "nt":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def read_report(report: Path, code: int, selected: bool = False) -> RingResult:
    """Count from the report, and distrust it: a process that ends badly after its last test has failed too."""
    no_tests = 5  # pytest's exit code
    if code == no_tests and selected:
        return RingResult(0, 0, [], "no test has that name")
    try:
        cases = list(ET.parse(report).iter("testcase"))
    except (OSError, ET.ParseError):
        return RingResult(0, 1, [], f"ended with exit code {code} and no report")
    passed, failed, skipped = 0, 0, []
    for case in cases:
        outcome = {child.tag: child for child in case}
        if "failure" in outcome or "error" in outcome:
            failed += 1
        elif "skipped" in outcome:
            skipped.append((str(outcome["skipped"].get("message")), f"{case.get('classname')}.{case.get('name')}"))
        else:
            passed += 1
    if code != 0 and failed == 0:
        return RingResult(passed, 1, skipped, f"the tests ended with exit code {code}")
    return RingResult(passed, failed, skipped)


def command_lint(arguments: argparse.Namespace) -> int:
    python = ensure_venv({"dev"})
    return subprocess.run([str(python), "-m", "ruff", "check", *(arguments.rest or ["."])], cwd=ROOT,
                          env=child_environment(), check=False).returncode


def command_bench(arguments: argparse.Namespace) -> int:
    scripts = sorted((ROOT / "Testing" / "benchmarks").glob("*/run.py"))
    if not scripts:
        say("There is no benchmark yet.")
        return 0
    python = ensure_venv({"demo", "dev", "radiomics"})
    codes = []
    for script in scripts:
        say(f"\n=== {script.parent.name}")
        codes.append(subprocess.run([str(python), str(script), *arguments.rest], cwd=ROOT,
                                    env=offscreen_environment(), check=False).returncode)
    return 1 if any(codes) else 0


def command_audit(arguments: argparse.Namespace) -> int:
    """pip-audit, kept apart from `.venv`, looks up what is installed there."""
    python = ensure_venv({"demo", "dev"})
    auditor = ROOT / ".cache" / "audit"
    log = VENV / "audit.log"
    if ask([str(venv_python(auditor)), "-m", "pip_audit", "--version"]) is None:
        auditor.parent.mkdir(exist_ok=True)
        run_logged("make an environment for pip-audit", [str(python), "-m", "venv", "--clear", str(auditor)], log)
        run_logged("install pip-audit", [str(venv_python(auditor)), "-m", "pip", "install", "pip-audit>=2.7,<3"], log)
    site_packages = ask([str(python), "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"]) or ""
    done = subprocess.run(
        [str(venv_python(auditor)), "-m", "pip_audit", "--path", site_packages.strip(), "--format", "json",
         "--timeout", "15", *arguments.rest],
        check=False, env=child_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        encoding="utf-8", errors="replace",
    )
    try:
        lines, code = audit_result(json.loads(done.stdout)["dependencies"])
    except (ValueError, KeyError, TypeError):
        reason = (done.stderr.strip().splitlines() or ["no reason was given"])[-1]
        raise Stop(f"Nothing was audited: the list of known vulnerabilities could not be read ({reason}).") from None
    say("\n".join(lines))
    return code


def audit_result(packages: list[dict]) -> tuple[list[str], int]:
    """What to say of pip-audit's list, and the exit code: a package that was not looked up is not a safe one."""
    unknown = [package["name"] for package in packages if "skip_reason" in package and package["name"] != PROJECT]
    looked_up = [package for package in packages if "skip_reason" not in package]
    lines = [f"{package['name']} {package['version']}: {found['id']}, "
             + (f"fixed in {', '.join(found['fix_versions'])}" if found.get("fix_versions") else "no fixed version yet")
             for package in looked_up for found in package.get("vulns", [])]
    code = 1 if lines else 2 if unknown else 0
    lines.append(f"{len(looked_up)} packages looked up, {len(lines)} known vulnerabilities")
    if unknown:
        lines.append(f"NOT looked up, because the service does not know them or was not reached: {', '.join(unknown)}")
    return lines, code


# --- the file lists of the CMake files -----------------------------------------------------------

MODULES = ("RadiomicsOrtho", "RadiomicsOrthoSegment")
LIST_BEGIN = "# files: python3 dev.py cmake-lists"
LIST_END = "# end of files"


def module_files(module: Path) -> tuple[list[str], list[str]]:
    """Scripts and resources of a module folder: everything a packaged extension must contain."""
    scripts, resources = [], []
    for path in sorted(module.rglob("*")):
        name = path.relative_to(module).as_posix()
        hidden = any(part.startswith((".", "__pycache__")) for part in path.relative_to(module).parts)
        if not path.is_file() or hidden or path.name == "CMakeLists.txt" or path.suffix == ".pyc":
            continue
        (scripts if path.suffix == ".py" and not name.startswith("Resources/") else resources).append(name)
    return scripts, resources


def with_lists(text: str, scripts: list[str], resources: list[str]) -> str:
    """A CMakeLists.txt with both lists renewed: the first marked block holds scripts, the second resources."""
    blocks: Iterator[list[str]] = iter((scripts, resources))

    def block(match: re.Match[str]) -> str:
        return "".join(f"  {line}\n" for line in (LIST_BEGIN, *next(blocks), LIST_END))

    pattern = rf"^ *{re.escape(LIST_BEGIN)}\n.*?^ *{re.escape(LIST_END)}\n"
    return re.sub(pattern, block, text, flags=re.DOTALL | re.MULTILINE)


def command_cmake_lists(arguments: argparse.Namespace) -> int:
    for name in MODULES:
        file = ROOT / name / "CMakeLists.txt"
        scripts, resources = module_files(file.parent)
        file.write_bytes(with_lists(file.read_text(encoding="utf-8"), scripts, resources).encode())
        say(f"{name}: {len(scripts)} scripts, {len(resources)} resources")
    return 0


def command_translations(arguments: argparse.Namespace) -> int:
    script = ROOT / "Resources" / "update_translations.py"
    return subprocess.run([find_interpreter().executable, str(script), *arguments.rest], cwd=ROOT,
                          env=child_environment(), check=False).returncode


# --- the command line ----------------------------------------------------------------------------


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dev.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", metavar="command")

    demo = commands.add_parser(
        "demo", help="from a real CT to a score card",
        description="Runs the whole way on a public chest CT. Other options (--image FILE --roi FILE ...) "
        "go to Testing/runtime/demo.py, which explains them with --help.",
    )
    demo.add_argument("--out", default="demo-output", metavar="DIR", help="where the results go (default: demo-output)")
    demo.set_defaults(run=command_demo)

    test = commands.add_parser("test", help="all tests, or some rings", description="Runs the tests with pytest.")
    test.add_argument("rings", nargs="*", metavar="ring", help=f"any of {', '.join(RINGS)} (default: all)")
    test.add_argument("-k", metavar="EXPRESSION", help="only tests whose name matches")
    test.set_defaults(run=command_test)

    lint = commands.add_parser("lint", help="the style rules", description="Runs ruff; options go to ruff check.")
    lint.set_defaults(run=command_lint)

    bench = commands.add_parser("bench", help="the benchmarks", description="Runs Testing/benchmarks/*/run.py.")
    bench.set_defaults(run=command_bench)

    audit = commands.add_parser("audit", help="known vulnerabilities of the installed packages",
                                description="Runs pip-audit on .venv; needs the network. Options go to pip-audit.")
    audit.set_defaults(run=command_audit)

    lists = commands.add_parser(
        "cmake-lists", help="bring the file lists of the CMake files up to date",
        description="Rewrites the marked file lists in both modules' CMakeLists.txt.",
    )
    lists.set_defaults(run=command_cmake_lists)

    translations = commands.add_parser(
        "translations", help="bring the translation file of the panels up to date",
        description="Collects the texts of the panels; --missing prints those without Chinese translation.",
    )
    translations.set_defaults(run=command_translations)
    return parser


def main(argv: list[str] | None = None) -> int:
    parser = build_parser()
    arguments, arguments_rest = parser.parse_known_args(argv)
    if arguments.command is None:
        parser.print_help()
        return 2
    if arguments.command == "cmake-lists" and arguments_rest:
        parser.error(f"unrecognized arguments: {' '.join(arguments_rest)}")
    arguments.rest = arguments_rest
    try:
        return arguments.run(arguments)
    except Stop as stop:
        say()
        print(stop, file=sys.stderr)
        return stop.code
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
