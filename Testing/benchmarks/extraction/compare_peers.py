#!/usr/bin/env python3
"""Our engine beside pyradiomics and its peers, on the same scans, as whole processes, interleaved in one run.

    python Testing/benchmarks/extraction/compare_peers.py --peer mirp=/venvs/mirp/bin/python \\
        --scan "CT, L1=ct.nii.gz,labels.nii.gz,31" [--rois 5 30 100] [--rounds 2] [--limit 900]

``--peer NAME=PYTHON`` names an adapter (``peers/peer_NAME.py``) and the Python in which that peer is
installed; repeat it.  pyradiomics and ours run in this Python unless named too.  ``--scan`` adds a real
scan: title, image, label map, label.  Two works: ``all`` (original, LoG 1–5 mm, coif1 wavelet: 1,316
features) for those that can filter such a scan, ``original`` (107 features) for everybody.

A feature of pyradiomics counts as equal within 1e-6: by name where the peer has pyradiomics' names,
otherwise by value, each value of the peer being used once.  A peer that fails is a row with its reason.
Writes its section of ../RESULTS.md.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent)]
HEADING = "## Extraction: peers"
OURS, REFERENCE = "radiomicsortho", "pyradiomics"
#: title, whether its names are pyradiomics', and whether it can do all the work on voxels that are not cubes
PEERS = {
    OURS: ("RadiomicsOrtho, fast engine", True, True),
    REFERENCE: ("pyradiomics, uncropped", True, True),
    "pyradiomics_cropped": ("pyradiomics, preCrop", True, True),
    "flash_radiomics": ("flash-radiomics", True, True),
    "fastrad": ("fastrad", True, False),
    "numpyradiomics": ("numpyradiomics", True, False),
    "mirp": ("mirp", False, False),
    "pictologics": ("pictologics", False, True),
    "nyxus": ("nyxus", False, False),
    "pysera": ("PySERA", False, False),
}
#: these compile when they run first
COMPILED = {OURS, "pictologics"}
WORKS = {"all": "original, LoG 1–5 mm and coif1 wavelet: 1,316 features",
         "original": "original image: 107 features"}
DISTRIBUTIONS = {OURS: None, REFERENCE: "pyradiomics-bhklab", "pyradiomics_cropped": None,
                 "flash_radiomics": "flash-radiomics"}


@dataclass
class Row:
    """One engine on one scan: best of its runs, its last values, or why there are none."""

    wall: float = math.inf
    cpu: float = math.inf
    peak_mb: float = math.inf
    values: dict[str, float] = field(default_factory=dict)
    problem: str = ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=PYTHON", help=f"of {', '.join(PEERS)}")
    parser.add_argument("--scan", action="append", default=[], metavar="TITLE=IMAGE,LABELS,LABEL")
    parser.add_argument("--rois", type=float, nargs="*", default=[5, 30, 100], help="mL, in a generated CT")
    parser.add_argument("--slices", type=int, default=200, help="of the generated CT")
    parser.add_argument("--rounds", type=int, default=2, help="processes per engine, work and scan")
    parser.add_argument("--limit", type=float, default=900, help="seconds after which a process is ended")
    parser.add_argument("--works", nargs="+", choices=WORKS, default=list(WORKS))
    parser.add_argument("--no-write", action="store_true", help="print only, leave RESULTS.md as it is")
    parser.add_argument("--write-scans", metavar="FOLDER", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.write_scans:
        write_scans(arguments.write_scans, arguments)
        return 0
    pythons = {OURS: sys.executable, REFERENCE: sys.executable, "pyradiomics_cropped": sys.executable}
    for entry in arguments.peer:
        name, _, python = entry.partition("=")
        if name not in PEERS or not Path(python).exists():
            parser.error(f"--peer {entry}: a name of {', '.join(PEERS)}, and a Python that exists")
        pythons[name] = python
    pythons = {name: pythons[name] for name in PEERS if name in pythons}
    with tempfile.TemporaryDirectory() as folder:
        # in a process of its own: on Linux a child's peak memory begins with its parent's
        subprocess.run([sys.executable, __file__, *sys.argv[1:], "--write-scans", folder], check=True)
        scans = json.loads((Path(folder) / "scans.json").read_text(encoding="utf-8"))
        tables = {work: {title: compare(work, title, *map(Path, files), pythons, arguments)
                         for title, files in scans.items()} for work in arguments.works}
    text = report(tables, pythons, arguments)
    print(text)
    if not arguments.no_write:
        from results_file import write_section

        write_section(text)
    return 0


# --- scans ---------------------------------------------------------------------------------------


def write_scans(folder: Path, arguments: argparse.Namespace) -> None:
    """Every scan and its mask as ``.nrrd`` and ``.nii``, and their list in ``scans.json``."""
    import run
    import SimpleITK as sitk

    scans = {}
    if arguments.rois:
        image = str(run.write_scan(folder, arguments.slices)).removesuffix(".nrrd")
        masks = {volume: str(run.write_mask(folder, arguments.slices, volume)).removesuffix(".nrrd")
                 for volume in arguments.rois}
        for path in (image, *masks.values()):
            sitk.WriteImage(sitk.ReadImage(f"{path}.nrrd"), f"{path}.nii")
        scans |= {f"generated CT, {volume:g} mL": [image, mask] for volume, mask in masks.items()}
    for number, entry in enumerate(arguments.scan):
        title, _, files = entry.partition("=")
        image_path, labels_path, label = files.split(",")
        image, labels = sitk.ReadImage(image_path), sitk.ReadImage(labels_path)
        mask = sitk.Cast(labels == int(label), sitk.sitkUInt8)
        # the same grid to the last bit, where a format rounded it
        mask.CopyInformation(image)
        paths = [str(folder / f"scan-{number}"), str(folder / f"region-{number}")]
        for written, path in zip((image, mask), paths, strict=True):
            for suffix in (".nrrd", ".nii"):
                sitk.WriteImage(written, path + suffix)
        scans[title] = paths
    (folder / "scans.json").write_text(json.dumps(scans), encoding="utf-8")


# --- measuring -----------------------------------------------------------------------------------


def compare(work: str, title: str, image: Path, mask: Path, pythons: Mapping[str, str],
            arguments: argparse.Namespace) -> dict[str, Row]:
    """Each engine's row; they take turns, and each round begins with another one."""
    names = [name for name in pythons if work == "original" or PEERS[name][2]]
    rows = {name: Row() for name in names}
    for name in COMPILED & set(names):
        # not counted: fills the cache of compiled kernels
        run_adapter(name, pythons[name], work, image, mask, Row(), arguments.limit)
    for number in range(arguments.rounds):
        turn = number % len(names)
        for name in (*names[turn:], *names[:turn]):
            row = rows[name]
            if not row.problem:
                run_adapter(name, pythons[name], work, image, mask, row, arguments.limit)
                print(f"{work:9s} {title:28s} {name:20s} {row.wall:8.2f} s wall {row.cpu:8.2f} s CPU "
                      f"{row.peak_mb:7.0f} MB {row.problem}", file=sys.stderr, flush=True)
    return rows


def run_adapter(name: str, python: str, work: str, image: Path, mask: Path, row: Row, limit: float) -> None:
    """One whole process; ``row`` keeps the best of its runs."""
    from process import measure

    out = image.parent / "values.json"
    out.unlink(missing_ok=True)
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    if name == OURS:
        environment["PYTHONPATH"] = str(HERE.parents[2] / "RadiomicsOrtho")
    found = measure([python, str(HERE / "peers" / f"peer_{name}.py"), work, str(image), str(mask), str(out)],
                    environment, limit)
    row.problem = found.problem or ("" if out.exists() else "wrote no values")
    if row.problem:
        return
    row.wall, row.cpu = min(row.wall, found.wall), min(row.cpu, found.cpu)
    row.peak_mb = min(row.peak_mb, found.peak_mb)
    row.values = json.loads(out.read_text(encoding="utf-8"))


# --- equal values --------------------------------------------------------------------------------


def same(value: float, expected: float) -> bool:
    return abs(value - expected) <= max(1e-6 * abs(expected), 1e-9)


def equal_by_name(values: Mapping[str, float], reference: Mapping[str, float]) -> int:
    """Names are compared by their letters and digits: ``total_energy`` is ``TotalEnergy``."""

    def plain(name: str) -> str:
        return re.sub(r"[^a-z0-9]", "", name.lower())

    found = {plain(name): value for name, value in values.items()}
    return sum(plain(name) in found and same(found[plain(name)], expected) for name, expected in reference.items())


def equal_by_value(values: Mapping[str, float], reference: Mapping[str, float]) -> int:
    """Features for which a value of the peer fits that no other feature has taken."""
    left = list(values.values())
    count = 0
    for expected in reference.values():
        fitting = next((index for index, value in enumerate(left) if same(value, expected)), None)
        if fitting is not None:
            del left[fitting]
            count += 1
    return count


# --- report --------------------------------------------------------------------------------------


def report(tables: Mapping[str, Mapping[str, Mapping[str, Row]]], pythons: Mapping[str, str],
           arguments: argparse.Namespace) -> str:
    from run import machine

    command = "`Testing/benchmarks/extraction/compare_peers.py`"
    how = (f"Whole processes, interleaved, best of {arguments.rounds}, compiled kernels cached; bin width 25. "
           "The ratio is the engine's time over ours. Equal: pyradiomics' features that the engine gives to 1e-6, by "
           "name where it has pyradiomics' names, otherwise by value (each value used once: definitions that differ "
           "on purpose, as IBSI's, do not count as equal).")
    lines = [HEADING, "", f"{command}, {time.strftime('%Y-%m-%d', time.gmtime())}, {machine()}.", "", how, "",
             "Versions: " + ", ".join(f"{title(name)} {version_in(name, python)}" for name, python in pythons.items()
                                      if DISTRIBUTIONS.get(name, name)) + "."]
    for work, scans in tables.items():
        lines += ["", f"### {WORKS[work][0].upper()}{WORKS[work][1:]}", "",
                  "| scan | engine | wall s | CPU s | peak MB | wall ÷ ours | CPU ÷ ours | features | equal |",
                  "|---|---|---|---|---|---|---|---|---|"]
        for scan, rows in scans.items():
            lines += [table_row(scan, name, row, rows) for name, row in rows.items()]
    left_out = [title(name) for name in pythons if not PEERS[name][2]]
    if "all" in tables and left_out:
        lines += ["", ("Not in the first table, because they do not filter, or not voxels that are no cubes: "
                       f"{', '.join(left_out)}.")]
    return "\n".join(lines) + "\n"


def table_row(scan: str, name: str, row: Row, rows: Mapping[str, Row]) -> str:
    if row.problem:
        # a reason may hold a path of this machine
        reason = re.sub(r"(/[\w.+-]+)+/", "", row.problem).replace("|", "/")[:160]
        return f"| {scan} | {title(name)} | – | – | – | – | – | – | {reason} |"
    ours, reference = rows[OURS], rows.get(REFERENCE, Row()).values
    by_name = PEERS[name][1]
    equal = (equal_by_name if by_name else equal_by_value)(row.values, reference) if reference else 0
    counted = f"{equal} of {len(reference)} by {'name' if by_name else 'value'}" if reference else "–"
    ratios = (f"{row.wall / ours.wall:.1f} | {row.cpu / ours.cpu:.1f}" if name != OURS and not ours.problem
              else "– | –")
    return (f"| {scan} | {title(name)} | {row.wall:.2f} | {row.cpu:.2f} | {row.peak_mb:.0f} | {ratios} | "
            f"{len(row.values)} | {counted} |")


def title(name: str) -> str:
    return PEERS[name][0]


def version_in(name: str, python: str) -> str:
    """The version of a peer in its own Python."""
    script = f"from importlib.metadata import version; print(version({DISTRIBUTIONS.get(name, name)!r}))"
    done = subprocess.run([python, "-c", script], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "not installed"


if __name__ == "__main__":
    sys.exit(main())
