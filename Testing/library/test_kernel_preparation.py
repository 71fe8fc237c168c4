"""The kernels are compiled by another process, whose state can be asked, waited for and ended."""

import subprocess
import sys
from pathlib import Path

import pytest
from RadiomicsOrthoLib.features.engine import CancelledError
from RadiomicsOrthoLib.features.kernel_preparation import KernelPreparation

LIBRARY = Path(__file__).resolve().parents[2] / "RadiomicsOrtho"


def test_it_fills_the_cache_that_this_program_reads():
    """One small kernel is taken out of the cache; the child puts it back."""
    from RadiomicsOrthoLib.features.kernels import discretise

    preparation = KernelPreparation()
    preparation.start()
    preparation.wait()
    assert preparation.state == "ready", preparation.reason
    folder = Path(discretise._find_bins.stats.cache_path)
    before = {path.name for path in folder.glob("discretise.*.nb?")}
    assert len(before) >= 2
    for path in folder.glob("discretise.*.nb?"):
        path.unlink()
    again = KernelPreparation()
    again.start()
    again.wait()
    assert again.state == "ready" and {path.name for path in folder.glob("discretise.*.nb?")} == before


def test_waiting_tells_the_time_and_can_be_cancelled_while_the_child_goes_on():
    preparation = KernelPreparation()
    assert preparation.state == "idle" and preparation.seconds == 0
    preparation.start()
    told = []
    with pytest.raises(CancelledError):
        preparation.wait(cancelled=lambda: len(told) > 2, waiting=told.append)
    assert told == sorted(told) and told[0] >= 0 and preparation.state == "running"
    preparation.stop()
    assert preparation.state == "idle" and preparation.seconds == 0
    preparation.wait()


def test_starting_again_after_a_stop_or_twice_at_once_is_one_run():
    preparation = KernelPreparation()
    preparation.start()
    first = preparation._process
    preparation.start()
    assert preparation._process is first
    preparation.stop()
    preparation.start()
    assert preparation.state == "running" and preparation._process is not first
    preparation.stop()
    assert first.returncode is not None


@pytest.mark.parametrize(("python", "words"), [
    (None, "no Python interpreter"), ("/does/not/exist", "/does/not/exist"), (sys.executable, "broken kernel")])
def test_a_failure_says_why_and_can_be_tried_again(monkeypatch, python, words):
    from RadiomicsOrthoLib.features import kernel_preparation

    monkeypatch.setattr(kernel_preparation, "_CHILD", "raise SystemError('broken kernel')")
    preparation = KernelPreparation(python)
    for _ in range(2):
        preparation.start()
        preparation.wait()
        assert preparation.state == "failed" and words in preparation.reason


def test_the_child_ends_with_its_program():
    code = ("import sys; from RadiomicsOrthoLib.features.kernel_preparation import KernelPreparation as K; "
            "k = K(); k.start(); print(k._process.pid)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=LIBRARY)
    child = Path("/proc") / done.stdout.strip()
    if not Path("/proc").is_dir():
        pytest.skip("processes are looked up in /proc, which this system has not")
    assert not child.exists() and done.stderr == ""
