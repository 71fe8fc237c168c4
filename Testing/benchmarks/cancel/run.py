#!/usr/bin/env python3
"""From the request to cancel to the return, at many moments of every way of extracting.

    python Testing/benchmarks/cancel/run.py [--moments 40] [--roi 100] [--slices 200]

One ROI in a generated CT.  Each way runs once to its end, then again and again with a request at evenly spread and at
random moments of that time.  Two times are taken: until the caller is free again, which the user waits, and until the
threads left behind have stopped too.  The command is started as a process of its own and interrupted (Ctrl-C), from
its first import on, reading included; there the time is that until the process has ended.  Writes its section of
../RESULTS.md.
"""

from __future__ import annotations

import argparse
import platform
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[2]
HEADING = "## Cancel"
#: what the user is promised
PROMISE_S = 0.2
for _folder in (REPOSITORY / "Testing", REPOSITORY / "RadiomicsOrtho", HERE.parent / "extraction"):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))

from benchmarks.extraction.run import write_mask, write_scan
from benchmarks.results_file import write_section


@dataclass(frozen=True)
class Row:
    """Seconds from requests at ``moments`` of a run that takes ``whole`` seconds."""

    way: str
    whole: float
    waits: list[float]
    leftovers: list[float]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moments", type=int, default=40, help="requests for each way")
    parser.add_argument("--roi", type=float, default=100.0, help="volume in mL")
    parser.add_argument("--slices", type=int, default=200)
    parser.add_argument("--no-write", action="store_true", help="print only, leave RESULTS.md as it is")
    arguments = parser.parse_args()
    # in the background of a shell interrupts are ignored, and children would inherit that
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        scan, mask = write_scan(folder, arguments.slices), write_mask(folder, arguments.slices, arguments.roi)
        rows = [measured(way, run, arguments.moments) for way, run in ways(scan, mask).items()]
        rows += [interrupted(way, scan, mask, folder, profile, max(8, arguments.moments // 3))
                 for way, profile in (("command, fast engine, Ctrl-C", "ct-vertebra-trabecular"),
                                      ("command, IBSI, Ctrl-C", "ibsi-ct-3d"))]
    text = report(rows, arguments)
    print(text)
    if not arguments.no_write:
        write_section(text)
    return 0


def ways(scan: Path, mask: Path) -> dict[str, Callable]:
    """Words → ``run(cancelled)`` for every way of extracting that promises to stop."""
    from RadiomicsOrthoLib.features.engine import no_progress
    from RadiomicsOrthoLib.features.extraction import extract_features
    from RadiomicsOrthoLib.features.fast_engine import FastEngine
    from RadiomicsOrthoLib.features.filters.settings import IMAGE_TYPES, FilterSettings
    from RadiomicsOrthoLib.features.profile_file import load_profile
    from RadiomicsOrthoLib.imaging.readers import read_image
    from RadiomicsOrthoLib.imaging.segmentation_file import read_segmentation
    from RadiomicsOrthoLib.models.catalogue import load_model
    from RadiomicsOrthoLib.regions.from_file import roi_from_file
    from RadiomicsOrthoLib.scoring.score import score_case

    image = replace(read_image(scan), modality="CT")
    roi = replace(roi_from_file(read_segmentation(mask, image.geometry)), site="vertebra", level="L1")
    engine = FastEngine()
    fast, ibsi = load_profile("ct-vertebra-trabecular"), load_profile("ibsi-ct-3d")
    filters = FilterSettings(log_sigma_mm=(1.0, 2.0, 3.0, 4.0, 5.0))

    def extraction(profile) -> Callable:
        return lambda cancelled: extract_features(image, roi, profile, engine, no_progress, cancelled)

    return {
        "fast, original + LoG 1–5 mm + wavelet, scan's grid": extraction(replace(
            fast, resample_mm=None, image_types=("Original", "LoG", "Wavelet"), filters=filters)),
        "fast, all image types, 1 mm": extraction(replace(fast, image_types=IMAGE_TYPES, filters=filters)),
        "IBSI, original, 1 mm": extraction(ibsi),
        "IBSI, original + LoG 1–5 mm + wavelet, rotation invariant, 1 mm, cubic": extraction(replace(
            ibsi, interpolator="bspline", image_types=("Original", "LoG", "Wavelet"), filters=filters,
            ibsi=replace(ibsi.ibsi, wavelet_rotation_invariant=True))),
        "score of a model (gate, core, measurements)": lambda cancelled: score_case(
            image, roi, load_model("pickhardt-2013-l1-hu"), cancelled=cancelled),
    }


def measured(way: str, run: Callable, moments: int) -> Row:
    from RadiomicsOrthoLib.features.engine import CancelledError

    run(lambda: False)
    begun = time.perf_counter()
    run(lambda: False)
    whole = time.perf_counter() - begun
    waits, leftovers = [], []
    for moment in spread(whole, moments):
        request = time.perf_counter() + moment
        try:
            run(lambda request=request: time.perf_counter() >= request)
        except CancelledError:
            waits.append(time.perf_counter() - request)
            for thread in [t for t in threading.enumerate() if t.name.startswith("features")]:
                thread.join()
            leftovers.append(time.perf_counter() - request)
    row = Row(way, whole, waits, leftovers)
    print(line_of(row), file=sys.stderr)
    return row


def interrupted(way: str, scan: Path, mask: Path, folder: Path, profile: str, moments: int) -> Row:
    command = [sys.executable, "-c", "from RadiomicsOrthoLib.cli.command import command; command()",
               "extract", str(scan), str(mask), "--profile", profile, "--level", "L1", "-o",
               str(folder / "out" / "features.csv")]

    def start() -> subprocess.Popen:
        return subprocess.Popen(command, cwd=REPOSITORY / "RadiomicsOrtho", stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL)

    start().wait()
    begun = time.perf_counter()
    start().wait()
    whole = time.perf_counter() - begun
    waits = []
    for moment in spread(whole, moments):
        process = start()
        time.sleep(moment)
        if process.poll() is None:
            request = time.perf_counter()
            process.send_signal(signal.SIGINT)
            process.wait()
            waits.append(time.perf_counter() - request)
    row = Row(way, whole, waits, [])
    print(line_of(row), file=sys.stderr)
    return row


def spread(whole: float, moments: int) -> list[float]:
    """Half of the moments evenly over the time, half at random."""
    evenly = (np.arange(moments - moments // 2) + 0.5) / (moments - moments // 2)
    return [*(evenly * whole), *np.random.default_rng(11).uniform(0, whole, moments // 2)]


def report(rows: list[Row], arguments: argparse.Namespace) -> str:
    import os

    load = f"; load {os.getloadavg()[0]:.1f} at the end" if hasattr(os, "getloadavg") else ""
    machine = (f"`Testing/benchmarks/cancel/run.py`, {time.strftime('%Y-%m-%d')}, {os.cpu_count()} "
               f"{platform.machine()} cores, {platform.system()}, Python {platform.python_version()}{load}.")
    work = (f"Generated CT of 512×512×{arguments.slices} voxels, one ROI of {arguments.roi:g} mL. From the request to "
            f"the return (promised: {PROMISE_S} s), at evenly spread and random moments of a run. *Stopped* is when "
            "the last thread left behind has ended too. pyradiomics is left out: its C code stops for nobody.")
    titles = ("way", "whole run s", "requests", "wait, median s", "wait, longest s", "stopped, longest s",
              f"waits above {PROMISE_S} s")
    lines = [HEADING, "", machine, "", work, "", f"| {' | '.join(titles)} |", "|---" * len(titles) + "|"]
    lines += [line_of(row) for row in rows]
    return "\n".join(lines) + "\n"


def line_of(row: Row) -> str:
    stopped = f"{max(row.leftovers):.3f}" if row.leftovers else "–"
    return (f"| {row.way} | {row.whole:.2f} | {len(row.waits)} | {np.median(row.waits):.3f} | "
            f"{max(row.waits):.3f} | {stopped} | {sum(w > PROMISE_S for w in row.waits)} |")



if __name__ == "__main__":
    sys.exit(main())
