#!/usr/bin/env python3
"""Cases per hour of ``batch`` by its ways of working, start-up, memory over many cases, and what 5,000 CTs would take.

    python Testing/benchmarks/batch/run.py [--cases 12] [--long 200] [--no-write]

Generated scans: CTs of a lumbar spine whose bones are looked for, and scans with a mask whose features are extracted.
Wall time depends on what else the machine does, so the CPU time of all processes of a run is taken beside it, and the
projection is made of that.  Writes its section of ../RESULTS.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[2]
HEADING = "## Batch"
PROFILE = "ct-vertebra-trabecular"
MANY = 5000
for _folder in (REPOSITORY / "Testing", REPOSITORY / "Testing" / "library", REPOSITORY / "RadiomicsOrtho"):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))

import phantoms
from benchmarks.results_file import write_section
from spine_phantom import spine_phantom


@dataclass(frozen=True)
class Run:
    """Seconds of a whole run, and of its processors; the largest memory of a worker (MiB), and the machine's load.

    ``one`` is the same with a single case.
    """

    kind: str
    way: str
    cases: int
    wall: float
    cpu: float
    peak_mb: float
    load: float
    one: Run | None = None

    @property
    def each(self) -> float:
        """CPU seconds that a further case takes: the start of command and workers is not in it."""
        return (self.cpu - self.one.cpu) / (self.cases - 1)

    @property
    def start(self) -> float:
        """CPU seconds of everything but the cases."""
        return self.one.cpu - self.each


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=12, help="cases of each run")
    parser.add_argument("--long", type=int, default=200, help="cases of the long run")
    parser.add_argument("--no-write", action="store_true", help="print only, leave RESULTS.md as it is")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        searched, drawn = write_searched(folder / "searched"), write_drawn(folder / "drawn")
        ways = {"1 worker (loky)": ["--jobs", "1"], "2 workers (loky)": ["--jobs", "2"],
                "2 threads": ["--jobs", "2", "--backend", "threading"]}
        # what is compiled once on a machine is no part of a run
        measured(drawn, 2, "", "warm", [*ways["1 worker (loky)"], "--profile", PROFILE], folder)
        rows = []
        for kind, scans, extra in (("bones looked for", searched, []),
                                   ("mask given, features", drawn, ["--profile", PROFILE])):
            for way, options in ways.items():
                rows.append(compared(scans, arguments.cases, kind, way, [*options, *extra], folder))
            with cluster() as address:
                # workers of a cluster wait for many runs: their imports are no part of one
                measured(scans, 2, kind, "warm", ["--dask", address, *extra], folder)
                rows.append(compared(scans, arguments.cases, kind, "dask, 2 workers", ["--dask", address, *extra],
                                     folder))
        memory = long_run(write_drawn(folder / "many", 1.5), arguments.long, folder)
    text = report(rows, memory, arguments)
    print(text)
    if not arguments.no_write:
        write_section(text)
    return 0


def write_searched(folder: Path) -> list[str]:
    """Rows of a list: CTs of five lumbar bodies on a sacrum, 1 mm."""
    folder.mkdir()
    rows = []
    for number in range(3):
        image = spine_phantom(count=5, spacing=(1.0, 1.0, 1.0), sacrum=True, seed=number).image
        phantoms.write(image.array, image.geometry, folder / f"spine{number}.nii.gz")
        rows.append(f"{folder / f'spine{number}.nii.gz'},,")
    return rows


def write_drawn(folder: Path, spacing: float = 1.0) -> list[str]:
    """Rows of a list: scans of 120 × 120 × 80 mm with a vertebra as a mask."""
    folder.mkdir()
    rows = []
    for number in range(3):
        image, roi = phantoms.trunk(spacing=(spacing,) * 3, seed=number)
        phantoms.write(image.array, image.geometry, folder / f"scan{number}.nii.gz")
        mask = roi.mask[np.newaxis].astype(np.uint8)
        phantoms.write_seg_nrrd(folder / f"scan{number}.seg.nrrd", mask, image.geometry, [{"Name": "L1 vertebra"}])
        rows.append(f"{folder / f'scan{number}.nii.gz'},{folder / f'scan{number}.seg.nrrd'},")
    return rows


def compared(scans: list[str], count: int, kind: str, way: str, options: list[str], folder: Path) -> Run:
    """A run of ``count`` cases with that of one case beside it."""
    one = measured(scans, 1, kind, way, options, folder)
    found = replace(measured(scans, count, kind, way, options, folder), one=one)
    print(f"{kind}, {way}: {found.wall:.1f} s wall, {found.each:.2f} s of CPU for each case, {found.start:.1f} s to "
          "start", flush=True)
    return found


def measured(scans: list[str], count: int, kind: str, way: str, options: list[str], folder: Path) -> Run:
    """One run of ``count`` cases as a process of its own; CPU is that of it and its workers."""
    out = folder / f"out-{time.monotonic_ns()}"
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    others = _cpu_of_workers()
    begun = time.monotonic()
    run_batch(scans, count, options, folder, out)
    wall = time.monotonic() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime + _cpu_of_workers() - others
    events = [json.loads(line) for line in (out / "logs" / "batch.jsonl").read_text(encoding="utf-8").splitlines()]
    cases = [event for event in events if event["event"] == "case"]
    return Run(kind, way, count, wall, cpu, max(event["peak_mb"] for event in cases), os.getloadavg()[0])


def run_batch(scans: list[str], count: int, options: list[str], folder: Path, out: Path) -> None:
    lines = [f"c{number},{scans[number % len(scans)]}" for number in range(count)]
    table = folder / f"{out.name}.csv"
    table.write_text("case,image,mask,kvp,contrast,modality\n" + "".join(f"{line}120,no,CT\n" for line in lines),
                     encoding="utf-8")
    subprocess.run([sys.executable, "-m", "RadiomicsOrthoLib.cli", "batch", str(table), "--out", str(out), *options],
                   check=True, stdout=subprocess.DEVNULL,
                   env={**os.environ, "PYTHONPATH": str(REPOSITORY / "RadiomicsOrtho")})


_WORKERS: list[int] = []


@contextmanager
def cluster() -> Iterator[str]:
    """A dask cluster of two processes with one thread each, on this machine; the address of its scheduler."""
    from distributed import Client, LocalCluster

    os.environ["PYTHONPATH"] = str(REPOSITORY / "RadiomicsOrtho")
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50) as local:
        with Client(local) as client:
            _WORKERS[:] = client.run(os.getpid).values()
        yield local.scheduler_address
        _WORKERS.clear()


def _cpu_of_workers() -> float:
    """CPU seconds so far of the workers of a cluster, which are no children of the run."""
    ticks = 0
    for pid in _WORKERS:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def long_run(scans: list[str], count: int, folder: Path) -> dict[int, float]:
    """Number of cases that are done → largest memory of a worker so far (MiB), of two workers."""
    out = folder / "long"
    run_batch(scans, count, ["--jobs", "2", "--profile", PROFILE], folder, out)
    events = [json.loads(line) for line in (out / "logs" / "batch.jsonl").read_text(encoding="utf-8").splitlines()]
    peaks = [event["peak_mb"] for event in events if event["event"] == "case"]
    marks = sorted({number for number in (10, 50, 100, 150, count) if number <= count})
    return {number: max(peaks[:number]) for number in marks}


def report(rows: list[Run], memory: dict[int, float], arguments: argparse.Namespace) -> str:
    table = "\n".join(
        f"| {row.kind} | {row.way} | {row.wall:.1f} | {3600 * row.cases / row.wall:.0f} | {row.start:.1f} | "
        f"{row.each:.2f} | {row.peak_mb:.0f} | {row.load:.1f} |" for row in rows)
    marks = ", ".join(f"{peak:.0f} MiB after {number}" for number, peak in memory.items())
    projected = "\n".join(
        f"| {row.kind} | {row.each:.2f} | " + " | ".join(
            f"{(row.start + MANY * row.each / workers) / 3600:.2f}" for workers in (1, 2, 16)) + " |"
        for row in rows if row.way == "2 workers (loky)")
    return f"""{HEADING}

`Testing/benchmarks/batch/run.py --cases {arguments.cases} --long {arguments.long}`, {datetime.now(UTC):%Y-%m-%d}, \
{os.cpu_count()} {platform.machine()} cores, {platform.system()}, Python {platform.python_version()}.

*CPU* is that of all processes of a run: *start* what command, workers and tables take (a run of one case less that \
case), *each* what a further case takes ((run of {arguments.cases} − run of one) / {arguments.cases - 1}); *load* is \
that of the machine at the end: above the number of cores, other work took part of the wall time. Bones are looked for \
in generated CTs of five lumbar bodies (1 mm); features ({PROFILE}) are those of a vertebra in 120 × 120 × 80 mm (1 mm).

| {arguments.cases} cases | way | wall, s | cases per hour, wall | start, CPU s | each, CPU s | memory of a worker, \
MiB | load |
|---|---|---|---|---|---|---|---|
{table}

Memory over {arguments.long} cases (masks, 1.5 mm) on two workers, the largest that either had so far: {marks}.

Projected to {MANY:,} CTs: `hours = (start + {MANY:,} × each / workers) / 3,600`, one worker for each core of an \
otherwise idle machine.

| case | each, CPU s | 1 worker, h | 2 workers, h | 16 workers, h |
|---|---|---|---|---|
{projected}
"""


if __name__ == "__main__":
    sys.exit(main())
