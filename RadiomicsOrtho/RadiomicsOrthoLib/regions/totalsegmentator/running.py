"""Running an installed TotalSegmentator as a process of its own."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...errors import InputError
from ...imaging.image import BoneImage
from ...imaging.readers import to_sitk
from ...imaging.sitk import simpleitk
from ...long_work import Cancelled, CancelledError, Progress, never_cancelled, no_progress
from .classes import class_names
from .label_file import BoneLabels, read_labels

NOT_INSTALLED = ("TotalSegmentator is not installed; install it with 'pip install TotalSegmentator' (a large download, "
                 "and its weights on first use), or give labels that it made elsewhere with --labels.")
#: how often the process is looked at (s)
_POLL_S = 0.2
#: a command that does not even say its version is none
_VERSION_TIMEOUT_S = 60
#: the scan goes uncompressed: it is read once
_INPUT, _OUTPUT, _HOME = "scan.nii", "labels.nii.gz", "home"


@dataclass(frozen=True)
class Installed:
    """A TotalSegmentator that can be started: the words of its command, and its version (empty if it does not say)."""

    command: tuple[str, ...]
    version: str = ""


def is_installed() -> bool:
    """True if there is one; quick, nothing is started."""
    return shutil.which("TotalSegmentator") is not None or importlib.util.find_spec("totalsegmentator") is not None


def find_installed() -> Installed | None:
    """The command on the PATH, else the package of this Python (in Slicer: of its extension); ``None`` without one."""
    command = shutil.which("TotalSegmentator")
    if command:
        return Installed((command,), _version((command,)))
    if importlib.util.find_spec("totalsegmentator") is None:
        return None
    try:
        version = importlib.metadata.version("TotalSegmentator")
    except importlib.metadata.PackageNotFoundError:
        version = ""
    return Installed((_python(), "-m", "totalsegmentator.bin.TotalSegmentator"), version)


def _python() -> str:
    """This Python's executable; inside Slicer ``sys.executable`` may be the application."""
    if Path(sys.executable).name.lower().startswith("python"):
        return sys.executable
    return shutil.which("PythonSlicer") or sys.executable


def _version(words: Sequence[str]) -> str:
    try:
        done = subprocess.run([*words, "--version"], capture_output=True, text=True, timeout=_VERSION_TIMEOUT_S,
                              check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    said = done.stdout.split()
    return said[-1] if done.returncode == 0 and said and said[-1][0].isdigit() else ""


def run_total(image: BoneImage, site: str, fast: bool = False, progress: Progress = no_progress,
              cancelled: Cancelled = never_cancelled,
              installed: Installed | None = None) -> tuple[BoneLabels, Installed]:
    """Labels of the task ``total`` for the bones of ``site``.

    The scan is written without any fact but voxels and grid into a temporary folder that is
    removed again.  TotalSegmentator's usage statistics are switched off for this run.  Raises InputError with one
    sentence if it is not there or fails, CancelledError (the process and its children are ended).
    """
    installed = installed or find_installed()
    if installed is None:
        raise InputError(NOT_INSTALLED)
    with tempfile.TemporaryDirectory(prefix="radiomics-ortho-") as name:
        folder = Path(name)
        progress(0.0, "writing the scan")
        values = np.nan_to_num(image.array, nan=-1024.0, posinf=3071.0, neginf=-1024.0) \
            if np.issubdtype(image.array.dtype, np.floating) else image.array
        simpleitk().WriteImage(to_sitk(values, image.geometry), str(folder / _INPUT))
        words = [*installed.command, "-i", str(folder / _INPUT), "-o", str(folder / _OUTPUT), "--ml", "--task", "total",
                 "--roi_subset", *class_names(site), *(["--fast"] if fast else [])]
        progress(0.05, "TotalSegmentator is at work")
        _run(words, _quiet_home(folder), folder, progress, cancelled)
        if not (folder / _OUTPUT).is_file():
            raise InputError("TotalSegmentator ended without writing labels; run it by itself to see why, and give its "
                             "file with --labels.")
        return read_labels(folder / _OUTPUT, image, None), installed


def _quiet_home(folder: Path) -> dict[str, str]:
    """The environment in which TotalSegmentator finds its weights and a configuration that sends no statistics."""
    environment = dict(os.environ)
    own = Path(environment.get("TOTALSEG_HOME_DIR") or Path.home() / ".totalsegmentator")
    environment.setdefault("TOTALSEG_WEIGHTS_PATH", str(own / "nnunet" / "results"))
    home = folder / _HOME
    home.mkdir()
    configuration = {"totalseg_id": "", "send_usage_stats": False, "prediction_counter": 0}
    (home / "config.json").write_text(json.dumps(configuration), encoding="utf-8")
    environment["TOTALSEG_HOME_DIR"] = str(home)
    return environment


def _run(words: Sequence[str], environment: dict[str, str], folder: Path, progress: Progress,
         cancelled: Cancelled) -> None:
    log = folder / "log.txt"
    with log.open("wb") as stream:
        try:
            # a group of its own: it starts processes that must end with it
            process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, env=environment,
                                       start_new_session=os.name != "nt")
        except OSError as error:
            reason = error.strerror or error
            raise InputError(f"TotalSegmentator cannot be started: {reason}; install it again.") from None
        started = time.monotonic()
        try:
            while process.poll() is None:
                if cancelled():
                    raise CancelledError
                time.sleep(_POLL_S)
                seconds = time.monotonic() - started
                # it says nothing that could be counted: half after five minutes
                progress(0.05 + 0.7 * seconds / (seconds + 300.0), f"TotalSegmentator is at work ({seconds:.0f} s)")
        finally:
            if process.poll() is None:
                _end(process)
    if process.returncode != 0:
        raise InputError(f"TotalSegmentator failed: {_last_words(log)}")


def _end(process: subprocess.Popen) -> None:
    if os.name == "nt":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        import signal

        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _last_words(log: Path) -> str:
    """The last line that it printed, as one sentence."""
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return f"{(lines[-1] if lines else 'it gave no reason')[:300].rstrip('.')}."
