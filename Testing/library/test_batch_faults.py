"""What ``docs/batch.md`` promises when things go wrong, tried: the tables are those of an undisturbed run.

Runs are processes of their own.  What they have begun is seen in their folder ``unfinished``, with the number of the
process that does it; so a fault comes when it should, and no test waits for a time.
"""

import contextlib
import csv
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from batch_cohort import add_dicom_case, begin, events, tables, write_cohort
from RadiomicsOrthoLib.batch import workers
from RadiomicsOrthoLib.batch.folder_lock import locked
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.features.fast_engine import WARM_UP
from RadiomicsOrthoLib.features.profile_file import load_profile

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are killed by signals")
HERE = ("--backend", "threading")
PROFILE = ("--profile", "ct-vertebra-trabecular")
PATIENCE_S = 120


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cohort")
    write_cohort(folder, 4)
    add_dicom_case(folder)
    return folder / "list.csv"


@pytest.fixture(scope="module")
def undisturbed(cohort, tmp_path_factory):
    """The tables of a run to which nothing happened; it also compiles what the others then load."""
    load_profile(PROFILE[1])
    WARM_UP.wait()
    out = tmp_path_factory.mktemp("undisturbed") / "out"
    assert main(["batch", str(cohort), "--out", str(out), *PROFILE, *HERE]) == 3
    return tables(out)


def call(cohort, out, *more):
    return ("batch", cohort, "--out", out, *PROFILE, *more)


def begun(out: Path, case: str = "*") -> list[tuple[str, int]]:
    """(case, process) of what is being computed."""
    found = (path.name.rpartition(".") for path in (out / "unfinished").glob(f"{case}.*"))
    return [(case, int(token.partition("-")[0])) for case, _, token in found if token.partition("-")[0].isdigit()]


def wait_for(what, process: subprocess.Popen | None = None):
    """What ``what()`` gives as soon as it gives something; the test fails if ``process`` ends before."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        if process is not None and process.poll() is not None:
            pytest.fail(f"the run ended with {process.returncode}: {process.communicate()}")
        time.sleep(0.002)
    return pytest.fail("nothing came in two minutes")


def ended(process: subprocess.Popen) -> tuple[int, str, str]:
    out, error = process.communicate(timeout=PATIENCE_S)
    return process.returncode, out, error


def alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    return True


def test_a_worker_that_is_killed_costs_nothing(cohort, undisturbed, tmp_path):
    out = tmp_path / "out"
    process = begin(*call(cohort, out, "--jobs", "2"))
    _, worker = wait_for(lambda: begun(out), process)[0]
    os.kill(worker, signal.SIGKILL)
    code, _, error = ended(process)
    assert code == 3 and "worker process was lost" in error
    assert [event for event in events(out) if event["event"] == "worker lost"]
    assert tables(out) == undisturbed and not list((out / "unfinished").iterdir())


@contextlib.contextmanager
def dask_workers(count: int):
    """The address of a dask scheduler of this process with workers that nobody starts again, each a process."""
    distributed = pytest.importorskip("distributed", reason="dask.distributed is an extra of its own")
    with distributed.LocalCluster(n_workers=0, processes=False, protocol="tcp", dashboard_address=None,
                                  silence_logs=50) as cluster:
        command = [sys.executable, "-m", "distributed.cli.dask_worker", cluster.scheduler_address, "--no-nanny",
                   "--nthreads", "1", "--no-dashboard"]
        workers = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={
            **os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}) for _ in range(count)]
        try:
            with distributed.Client(cluster) as client:
                client.wait_for_workers(count, timeout=PATIENCE_S)
            yield cluster.scheduler_address
        finally:
            for worker in workers:
                worker.kill()
                worker.wait()


@contextlib.contextmanager
def killer(out: Path, case: str, run: int):
    """Meanwhile whoever begins ``case`` is killed, but not the ``run`` itself, which writes the row that says so."""
    over, killed = threading.Event(), set()

    def kill_each_time():
        while not over.wait(0.001):
            for worker in {pid for _, pid in begun(out, case)} - {run} - killed:
                killed.add(worker)
                os.kill(worker, signal.SIGKILL)

    thread = threading.Thread(target=kill_each_time)
    thread.start()
    try:
        yield killed
    finally:
        over.set()
        thread.join()


def test_a_case_that_ends_its_worker_each_time_is_a_failed_row(cohort, undisturbed, tmp_path):
    out = tmp_path / "out"
    process = begin(*call(cohort, out, "--jobs", "2"))
    with killer(out, "p1", process.pid):
        code, _, _ = ended(process)
    assert code == 3
    before = undisturbed["features.csv"].decode().splitlines()
    after = (out / "features.csv").read_text(encoding="utf-8").splitlines()
    different = [(one, other) for one, other in zip(before, after, strict=True) if one != other]
    assert len(different) == 1 and different[0][1].startswith("p1,p1,")
    assert "The worker process ended while it computed this case" in different[0][1]
    # it is only the row that says so: with --retry-failed it is computed
    assert main([str(word) for word in call(cohort, out, *HERE, "--resume", "--retry-failed")]) == 3
    assert tables(out) == undisturbed


def test_a_case_that_ends_the_workers_of_a_cluster_is_a_failed_row_and_the_run_ends(cohort, undisturbed, tmp_path,
                                                                                    monkeypatch, capsys):
    """Dask gives the work of a lost worker to the next one, and waits for ever where none is left."""
    monkeypatch.setattr(workers, "_WORKER_SECONDS", 1)
    out = tmp_path / "out"
    with dask_workers(2) as address:
        with killer(out, "p1", os.getpid()) as killed:
            code = main([str(word) for word in call(cohort, out, "--dask", address)])
        assert code == 3 and len(killed) == 2, capsys.readouterr().err
        failed = {row["case"]: row["reason"] for row in rows(out / "failures.csv")}
        assert "The worker process ended while it computed this case" in failed["p1"]
        assert set(failed) == {"p1", "damaged", "gone", "empty"}
        # nobody is left
        capsys.readouterr()
        assert main([str(word) for word in call(cohort, out, "--dask", address, "--resume", "--retry-failed")]) == 2
        assert "has no workers; start some" in capsys.readouterr().err
    assert main([str(word) for word in call(cohort, out, *HERE, "--resume", "--retry-failed")]) == 3
    assert tables(out) == undisturbed


def test_a_run_that_is_killed_goes_on_and_its_workers_do_not(cohort, undisturbed, tmp_path):
    out = tmp_path / "out"
    process = begin(*call(cohort, out, "--jobs", "2"))
    _, worker = wait_for(lambda: begun(out), process)[0]
    process.kill()
    ended(process)
    wait_for(lambda: not alive(worker))
    assert not (out / "features.csv").exists()
    # the lock file is there still, and locks nothing
    assert (out / ".lock").exists()
    code, _, error = ended(begin(*call(cohort, out, "--resume")))
    assert code == 3, error
    assert tables(out) == undisturbed and not list((out / "unfinished").iterdir())


def test_an_interrupt_ends_the_workers_and_says_how_to_go_on(cohort, undisturbed, tmp_path):
    out = tmp_path / "out"
    process = begin(*call(cohort, out, "--jobs", "2"))
    _, worker = wait_for(lambda: begun(out), process)[0]
    # as a terminal does it: to all of them
    os.killpg(process.pid, signal.SIGINT)
    code, _, error = ended(process)
    assert code == 2 and "continue with --resume" in error.strip().splitlines()[-1] and "Traceback" not in error
    wait_for(lambda: not alive(worker))
    assert main([str(word) for word in call(cohort, out, *HERE, "--resume")]) == 3
    assert tables(out) == undisturbed


def test_a_second_run_in_the_same_folder_is_refused(cohort, undisturbed, tmp_path, capsys):
    out = tmp_path / "out"
    process = begin(*call(cohort, out))
    wait_for(lambda: begun(out), process)
    assert main([str(word) for word in call(cohort, out, *HERE, "--resume")]) == 2
    error = capsys.readouterr().err
    assert f"process {process.pid} on" in error and len(error.strip().splitlines()) == 1
    assert main([str(word) for word in call(cohort, out, *HERE, "--shard", "1/2")]) == 2
    assert main([str(word) for word in call(cohort, out, *HERE, "--merge")]) == 2
    assert ended(process)[0] == 3 and tables(out) == undisturbed


def test_a_lock_of_a_dead_process_locks_nothing_and_parts_share(tmp_path):
    lock = tmp_path / ".lock"
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    lock.write_text(f"process {dead.pid} on here\n", encoding="utf-8")
    with locked(lock), pytest.raises(InputError, match=f"process {os.getpid()} on"), locked(lock, shared=True):
        pass
    with locked(lock, shared=True), locked(lock, shared=True), pytest.raises(InputError), locked(lock):
        pass


@contextlib.contextmanager
def small_disk(folder: Path, size: str):
    """A disk of ``size`` at ``folder``; the test is skipped where none can be mounted."""
    folder.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("a small disk is mounted by root on Linux only")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=False,
                             capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted here: {mounted.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_ends_the_run_and_nothing_half_written_counts(cohort, undisturbed, tmp_path):
    disk = tmp_path / "disk"
    with small_disk(disk, "160k"):
        out = disk / "out"
        code, _, error = ended(begin(*call(cohort, out, "--jobs", "2")))
        assert code == 2 and "No space left" in error and "--resume" in error and "Traceback" not in error
        assert not (out / "features.csv").exists() and not list((out / "unfinished").iterdir())
        kept = {path.name: path.stat().st_mtime_ns for path in (out / "cases").glob("*/result.json")}
        subprocess.run(["mount", "-o", "remount,size=20m", str(disk)], check=True)
        assert ended(begin(*call(cohort, out, "--resume")))[0] == 3
        assert tables(out) == undisturbed
        assert kept.items() <= {path.name: path.stat().st_mtime_ns for path in
                                (out / "cases").glob("*/result.json")}.items()


def test_a_quota_is_told_like_a_full_disk(cohort, undisturbed, tmp_path):
    """Without a disk of one's own: no file may grow beyond some blocks (as with a quota, after some have been kept)."""
    limited = ("import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000)); "
               "from RadiomicsOrthoLib.cli.main import main; sys.exit(main(sys.argv[1:]))")
    out = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-c", limited, *map(str, call(cohort, out, *HERE))], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    code, _, error = ended(process)
    assert code == 2 and "File too large" in error and "Traceback" not in error, error
    assert not (out / "features.csv").exists()
    assert main([str(word) for word in call(cohort, out, *HERE, "--resume")]) == 3
    assert tables(out) == undisturbed


def test_a_file_that_cannot_be_read_is_a_failed_row(tmp_path):
    cohort, out = write_cohort(tmp_path / "cohort", 2), tmp_path / "out"
    scan = cohort.parent / "scan1.nii.gz"
    scan.rename(cohort.parent / "kept")
    if os.geteuid() == 0:
        # root may read everything; this file the system itself cannot
        if not Path("/proc/self/mem").exists():
            pytest.skip("there is no file here that root cannot read")
        scan.symlink_to("/proc/self/mem")
    else:
        scan.write_bytes(b"")
        scan.chmod(0)
    assert main(["batch", str(cohort), "--out", str(out), *HERE]) == 3
    failed = {row["case"]: row["reason"] for row in rows(out / "failures.csv")}
    assert failed["p1"] and "fault" not in failed["p1"] and set(failed) == {"p1", "damaged", "gone", "empty"}
    scan.unlink()
    (cohort.parent / "kept").rename(scan)
    assert main(["batch", str(cohort), "--out", str(out), *HERE, "--resume"]) == 3
    assert "p1" not in {row["case"] for row in rows(out / "failures.csv")}


def test_a_file_that_vanishes_meanwhile_is_a_failed_row(tmp_path):
    cohort, out = write_cohort(tmp_path / "cohort", 3), tmp_path / "out"
    process = begin(*call(cohort, out))
    wait_for(lambda: begun(out, "p0"), process)
    scan = cohort.parent / "scan2.nrrd"
    content = scan.read_bytes()
    scan.unlink()
    assert ended(process)[0] == 3
    assert "There is no file 'scan2.nrrd'" in {row["case"]: row["reason"] for row in rows(out / "failures.csv")}["p2"]
    scan.write_bytes(content)
    assert main([str(word) for word in call(cohort, out, *HERE, "--resume")]) == 3
    assert "p2" not in {row["case"] for row in rows(out / "failures.csv")}


def test_the_clock_decides_nothing(cohort, undisturbed, tmp_path, monkeypatch):
    out, hours = tmp_path / "out", iter(range(10**6, 0, -1))
    # a clock that is set back by an hour each time somebody looks
    monkeypatch.setattr(time, "time", lambda: 3600.0 * next(hours))
    monkeypatch.setattr(time, "time_ns", lambda: 3600 * 10**9 * next(hours))
    assert main([str(word) for word in call(cohort, out, *HERE)]) == 3
    for path in out.rglob("*"):
        os.utime(path, (4e9, 4e9))
    assert main([str(word) for word in call(cohort, out, *HERE, "--resume")]) == 3
    assert tables(out) == undisturbed
    assert all(path.stat().st_mtime == 4e9 for path in (out / "cases").glob("*/result.json"))


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is limited on Linux only")
def test_a_case_that_needs_more_memory_than_there_is_is_a_failed_row(tmp_path):
    cohort, out = write_cohort(tmp_path / "cohort", 2), tmp_path / "out"
    # without a byte of it on the disk: 1.6 GB of zeros
    side = 930
    head = (f"NRRD0004\ntype: short\ndimension: 3\nspace: left-posterior-superior\nsizes: {side} {side} {side}\n"
            "space directions: (1,0,0) (0,1,0) (0,0,1)\nendian: little\nencoding: raw\nspace origin: (0,0,0)\n\n")
    with (cohort.parent / "huge.nrrd").open("wb") as file:
        file.write(head.encode())
        file.truncate(len(head) + 2 * side**3)
    cohort.write_text(cohort.read_text().replace("gone.nrrd", "huge.nrrd"))
    code, _, error = ended(begin("batch", cohort, "--out", out, "--jobs", "2", "--memory", "0.6"))
    assert code == 3, error
    failed = {row["case"]: row["reason"] for row in rows(out / "failures.csv")}
    assert set(failed) == {"damaged", "gone", "empty"}
    assert "not memory enough" in failed["gone"] or "ran out of memory" in failed["gone"]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
