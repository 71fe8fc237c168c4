#!/usr/bin/env python3
"""Extraction as whole processes: pyradiomics uncropped, pyradiomics cropped, ours.

    python Testing/benchmarks/extraction/run.py [--rois 5 30 100] [--rounds 3] [--slices 200]

Work: 1,316 features (original 107, LoG 1–5 mm 465, coif1 wavelet 744), bin width 25 HU, of one ROI
in a generated CT.  Each measurement is a fresh process that reads scan and mask from disk; the
engines take turns, so that a busy spell of the machine meets all of them.  Values are compared:
equal means a relative difference of at most 1e-6.  Writes its section of ../RESULTS.md.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import process

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[2]
HEADING = "## Extraction"

SPACING_MM = (0.7, 0.7, 1.0)
IN_PLANE = 512
SIGMAS_MM = [1.0, 2.0, 3.0, 4.0, 5.0]
LARGE_SLICES = 400
#: what a correct crop must leave around the ROI for σ = 5 mm
CROP_MM = 60.0
ENGINES = {
    "pyradiomics": "pyradiomics 3.1.4, uncropped (as SlicerRadiomics runs it)",
    "pyradiomics-cropped": f"pyradiomics 3.1.4, preCrop with {CROP_MM:g} mm",
    "fast": "RadiomicsOrtho fast engine",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rois", type=float, nargs="+", default=[5, 30, 100], help="ROI volumes in mL")
    parser.add_argument("--rounds", type=int, default=3, help="processes per engine and ROI")
    parser.add_argument("--slices", type=int, default=200)
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--regions", type=int, default=16, help="of one large scan (several.py); 0 leaves that out")
    parser.add_argument("--no-write", action="store_true", help="print only, leave RESULTS.md as it is")
    parser.add_argument("--worker", nargs=4, metavar=("ENGINE", "IMAGE", "MASK", "OUT"), help=argparse.SUPPRESS)
    parser.add_argument("--write-scan", metavar="FOLDER", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.worker:
        work(*arguments.worker)
        return 0
    if arguments.write_scan:
        write_scan(Path(arguments.write_scan), arguments.slices)
        for volume in arguments.rois:
            write_mask(Path(arguments.write_scan), arguments.slices, volume)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        # in a process of its own: on Linux a child's peak memory begins with its parent's
        subprocess.run([sys.executable, __file__, "--write-scan", folder, "--slices", str(arguments.slices), "--rois",
                        *map(str, arguments.rois)], check=True)
        tables = [measure(Path(folder), volume, arguments) for volume in arguments.rois]
        stages = profile_stages(Path(folder), arguments)
        large = measure_large_scan(Path(folder), arguments.regions) if arguments.regions else []
    text = report(tables, stages, large, arguments)
    print(text)
    if not arguments.no_write:
        sys.path.insert(0, str(HERE.parent))
        from results_file import write_section

        write_section(text)
    return 0


# --- one process ---------------------------------------------------------------------------------


def work(engine: str, image_path: str, mask_path: str, out: str) -> None:
    """Read, extract, write name → value and the seconds of the extraction alone."""
    extract = fast(image_path, mask_path) if engine == "fast" else pyradiomics(engine, image_path, mask_path)
    begin = time.perf_counter()
    values = extract()
    seconds = time.perf_counter() - begin
    Path(out).write_text(json.dumps({"values": values, "seconds": seconds}), encoding="utf-8")


def fast(image_path: str, mask_path: str) -> Callable[[], dict[str, float]]:
    from RadiomicsOrthoLib.features.fast_engine import FastEngine, extract
    from RadiomicsOrthoLib.imaging.readers import read_image
    from RadiomicsOrthoLib.imaging.segmentation_file import read_segmentation
    from RadiomicsOrthoLib.regions.from_file import roi_from_file

    engine = FastEngine()  # loads its kernels while the scan is read
    image = read_image(Path(image_path))
    roi = roi_from_file(read_segmentation(Path(mask_path), image.geometry))
    return lambda: extract(image, roi, fast_settings(), engine.threads)


def fast_settings():
    from RadiomicsOrthoLib.features.fast_engine import FastSettings
    from RadiomicsOrthoLib.features.filters.settings import FilterSettings

    return FastSettings(image_types=("Original", "LoG", "Wavelet"),
                        filters=FilterSettings(log_sigma_mm=tuple(SIGMAS_MM)))


def pyradiomics(engine: str, image_path: str, mask_path: str) -> Callable[[], dict[str, float]]:
    import logging

    import SimpleITK as sitk
    from radiomics.featureextractor import RadiomicsFeatureExtractor
    from RadiomicsOrthoLib.features.pyradiomics_engine import real_value

    logging.getLogger("radiomics").setLevel(logging.ERROR)
    crop = {}
    if engine == "pyradiomics-cropped":
        crop = {"preCrop": True, "padDistance": math.ceil(CROP_MM / min(SPACING_MM))}
    extractor = RadiomicsFeatureExtractor(binWidth=25, **crop)
    extractor.enableImageTypes(Original={}, LoG={"sigma": SIGMAS_MM}, Wavelet={})
    image, mask = sitk.ReadImage(image_path), sitk.ReadImage(mask_path)
    return lambda: {name: real_value(value) for name, value in extractor.execute(image, mask).items()
                    if not name.startswith("diagnostics")}


# --- the scan ------------------------------------------------------------------------------------


def write_scan(folder: Path, slices: int) -> Path:
    """A generated trunk: fat, muscle and a spine with trabecular texture, in noise; int16 HU."""
    import SimpleITK as sitk
    from scipy.ndimage import gaussian_filter

    generator = np.random.default_rng(3)
    shape = (slices, IN_PLANE, IN_PLANE)
    array = np.empty(shape, np.int16)
    j, i = np.ogrid[:IN_PLANE, :IN_PLANE]
    radius = np.hypot(j - IN_PLANE / 2, i - IN_PLANE / 2) * SPACING_MM[0]
    mean = np.where(radius < 165, np.where(radius < 140, np.where(radius < 45, 150.0, 50.0), -100.0), -1000.0)
    texture = gaussian_filter(generator.normal(0, 1, (slices, 160, 160)), (1.0, 1.2, 1.2))
    texture *= 60 / texture.std()
    corner = (IN_PLANE - 160) // 2
    for k in range(slices):
        plane = mean + generator.normal(0, 18, mean.shape)
        plane[corner:corner + 160, corner:corner + 160] += texture[k]
        array[k] = np.clip(plane, -1024, 3071).round()
    path = folder / f"image-{slices}.nrrd"
    image = sitk.GetImageFromArray(array)
    image.SetSpacing(SPACING_MM)
    sitk.WriteImage(image, str(path))
    return path


def body(slices: int, volume_ml: float) -> np.ndarray:
    """An ellipsoid of ``volume_ml`` with the proportions of a vertebral body, bool (slices, in plane, in plane)."""
    scale = (volume_ml * 1000 / (4 / 3 * math.pi * 1.3 * 1.0 * 0.8)) ** (1 / 3)
    half_mm = (0.8 * scale, 1.0 * scale, 1.3 * scale)  # k, j, i
    k, j, i = (((np.arange(n) - n // 2 + 0.25) * step / half) ** 2 for n, step, half
               in zip((slices, IN_PLANE, IN_PLANE), SPACING_MM[::-1], half_mm, strict=True))
    return k[:, None, None] + j[None, :, None] + i[None, None, :] <= 1


def write_mask(folder: Path, slices: int, volume_ml: float) -> Path:
    import SimpleITK as sitk

    path = folder / f"mask-{volume_ml:g}.nrrd"
    image = sitk.GetImageFromArray(body(slices, volume_ml).astype(np.uint8))
    image.SetSpacing(SPACING_MM)
    sitk.WriteImage(image, str(path), useCompression=True)
    return path


# --- measuring -----------------------------------------------------------------------------------


def measure(folder: Path, volume_ml: float, arguments: argparse.Namespace) -> dict:
    image, mask = folder / f"image-{arguments.slices}.nrrd", folder / f"mask-{volume_ml:g}.nrrd"
    runs: dict[str, list[dict]] = {engine: [] for engine in arguments.engines}
    values: dict[str, dict] = {}
    if "fast" in runs:
        run("fast", image, mask, folder)  # fills the cache of compiled kernels; not counted
    for number in range(arguments.rounds):
        # each round begins with another engine
        for engine in (*arguments.engines[number % len(runs):], *arguments.engines[:number % len(runs)]):
            measured, values[engine] = run(engine, image, mask, folder)
            runs[engine].append(measured)
            print(f"{volume_ml:g} mL  {engine:20s} {measured['wall']:7.2f} s wall  {measured['cpu']:7.2f} s CPU  "
                  f"{measured['peak_mb']:7.0f} MB", file=sys.stderr, flush=True)
    reference = values.get("pyradiomics", next(iter(values.values())))
    return {"volume": volume_ml, "rounds": arguments.rounds,
            "engines": {engine: {key: min(entry[key] for entry in found) for key in ("wall", "cpu", "peak_mb")}
                        | {"equal": count_equal(values[engine], reference), "of": len(reference),
                           "inside": min(entry["inside"] for entry in found)}
                        for engine, found in runs.items()}}


def run(engine: str, image: Path, mask: Path, folder: Path) -> tuple[dict, dict]:
    """One whole process: seconds, CPU seconds, peak memory, and its values."""
    out = folder / "values.json"
    command = [sys.executable, str(HERE / "run.py"), "--worker", engine, str(image), str(mask), str(out)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(
        [str(REPOSITORY / "RadiomicsOrtho"), *filter(None, [os.environ.get("PYTHONPATH")])])}
    measured = process.measure(command, environment)
    if measured.problem:
        raise SystemExit(f"{engine} failed ({measured.problem}); run it alone: {' '.join(command)}")
    found = json.loads(out.read_text(encoding="utf-8"))
    return ({"wall": measured.wall, "cpu": measured.cpu, "peak_mb": measured.peak_mb, "inside": found["seconds"]},
            found["values"])


def count_equal(values: dict[str, float], reference: dict[str, float]) -> int:
    return sum(name in values and abs(values[name] - expected) <= max(1e-6 * abs(expected), 1e-9)
               for name, expected in reference.items())


STAGES = """
import sys, time
begin = time.perf_counter()
from pathlib import Path
from RadiomicsOrthoLib.features import fast_engine as fast
from RadiomicsOrthoLib.features.filters.settings import FilterSettings
from RadiomicsOrthoLib.imaging.readers import read_image
from RadiomicsOrthoLib.regions.roi import Roi
image, mask = read_image(Path(sys.argv[1])), read_image(Path(sys.argv[2]))
roi = Roi(mask.array.astype(bool), mask.geometry)
print("imports, reading", time.perf_counter() - begin)
settings = fast.FastSettings(image_types=("Original", "LoG", "Wavelet"),
                             filters=FilterSettings(log_sigma_mm=(1.0, 2.0, 3.0, 4.0, 5.0)))
begin = time.perf_counter()
fast.extract(image, roi, settings, fast.processors())
print("first extraction", time.perf_counter() - begin)
for threads in (1, fast.processors()):
    best = min(timed for timed in [
        (time.perf_counter(), fast.extract(image, roi, settings, threads), time.perf_counter()) for _ in range(3)
    ] for timed in [timed[2] - timed[0]])
    print(f"warm extraction {threads} thread(s)", best)
nothing = lambda: None
prepared = fast.prepare(image.array, image.geometry, roi.mask, settings.preprocessing, nothing)
work = fast._Work(prepared, settings, nothing)
begin = time.perf_counter(); work.shape(); print("shape", time.perf_counter() - begin)
spent = {}
features = 0.0
for job in work.jobs:
    begin = time.perf_counter(); images = list(job.images(nothing)); end = time.perf_counter()
    spent[job.image_type] = spent.get(job.image_type, 0.0) + end - begin
    for name, values in images:
        work.texture(job.image_type, name, values)
    features += time.perf_counter() - end
for name, seconds in spent.items():
    print("filter", name, seconds)
print("features of 14 images", features)
"""


def profile_stages(folder: Path, arguments: argparse.Namespace) -> dict[str, float]:
    """Where the fast engine's time goes, for the middle ROI, in one process."""
    if "fast" not in arguments.engines:
        return {}
    volume = sorted(arguments.rois)[len(arguments.rois) // 2]
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY / "RadiomicsOrtho")}
    done = subprocess.run([sys.executable, "-c", STAGES, str(folder / f"image-{arguments.slices}.nrrd"),
                           str(folder / f"mask-{volume:g}.nrrd")], env=environment, capture_output=True, text=True,
                          check=True)
    lines = [line.rsplit(" ", 1) for line in done.stdout.splitlines()]
    return {f"{volume:g} mL: {stage}": float(seconds) for stage, seconds in lines}


# --- report --------------------------------------------------------------------------------------


def measure_large_scan(folder: Path, regions: int) -> list[str]:
    """Peak memory of one large region, and several regions on one and on all processors."""
    subprocess.run([sys.executable, __file__, "--write-scan", folder, "--slices", str(LARGE_SLICES), "--rois", "100"],
                   check=True)
    image = folder / f"image-{LARGE_SLICES}.nrrd"
    measured, _ = run("fast", image, folder / "mask-100.nrrd", folder)
    script = [sys.executable, str(HERE / "several.py"), "--regions", str(regions), "--slices", str(LARGE_SLICES)]
    files = subprocess.run([*script, "--write", folder], check=True, capture_output=True, text=True).stdout.split()
    found = subprocess.run([*script, "--files", *files], check=True, capture_output=True, text=True).stdout
    peak = (f"Peak memory of the fast engine, {IN_PLANE}×{IN_PLANE}×{LARGE_SLICES} voxels and a ROI of 100 mL, the "
            f"scan included: {measured['peak_mb'] * 2**20 / 1e6:.0f} MB (10⁶ bytes).")
    return ["", peak, "", found.rstrip()]


def report(tables: list[dict], stages: dict[str, float], large: list[str], arguments: argparse.Namespace) -> str:
    day = time.strftime("%Y-%m-%d", time.gmtime())
    scan = f"{IN_PLANE}×{IN_PLANE}×{arguments.slices} voxels ({'×'.join(map(str, SPACING_MM))} mm)"
    work_done = (f"Generated CT of {scan}, one ellipsoidal ROI; 1,316 features (original 107, LoG 1–5 mm 465, coif1 "
                 f"wavelet 744), bin width 25. Whole processes, interleaved, best of {arguments.rounds}; our compiled "
                 "kernels are cached (a first start compiles them in the background).")
    lines = [HEADING, "", f"`Testing/benchmarks/extraction/run.py`, {day}, {machine()}.", "", work_done, "",
             "| ROI | engine | wall s | CPU s | peak MB | wall, ours is … times faster | features equal to 1e-6 |",
             "|---|---|---|---|---|---|---|"]
    for table in tables:
        ours = table["engines"].get("fast")
        for engine, found in table["engines"].items():
            ratio = f"{found['wall'] / ours['wall']:.1f}" if ours and engine != "fast" else "–"
            lines.append(f"| {table['volume']:g} mL | {ENGINES[engine]} | {found['wall']:.2f} | {found['cpu']:.2f} | "
                         f"{found['peak_mb']:.0f} | {ratio} | {found['equal']} of {found['of']} |")
    if stages:
        lines += ["", "Where our time goes:", "", "| stage | ms |", "|---|---|",
                  *(f"| {stage} | {1000 * seconds:.0f} |" for stage, seconds in stages.items())]
        lines += warm_ratios(tables, stages)
    return "\n".join(lines + large) + "\n"


def warm_ratios(tables: list[dict], stages: dict[str, float]) -> list[str]:
    """One process, everything imported and read: pyradiomics' seconds over ours."""
    lines = []
    for table in tables:
        warm = [seconds for stage, seconds in stages.items() if stage.startswith(f"{table['volume']:g} mL: warm")]
        theirs = table["engines"].get("pyradiomics")
        if warm and theirs:
            ratio = theirs["inside"] / min(warm)
            lines += ["", (f"In one process, {table['volume']:g} mL, without imports and reading: pyradiomics "
                      f"{theirs['inside']:.2f} s, ours warm {min(warm):.2f} s, {ratio:.0f} times faster.")]
    return lines


def machine() -> str:
    """The machine in general terms, and the versions that matter."""
    libraries = []
    for name in ("numpy", "scipy", "SimpleITK", "PyWavelets", "numba", "pyradiomics-bhklab"):
        try:
            libraries.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            libraries.append(f"no {name}")
    count = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    kind = platform.machine().replace("x86_64", "x86-64")
    return f"{count} {kind} cores, {platform.system()}, Python {platform.python_version()}, {', '.join(libraries)}"



if __name__ == "__main__":
    sys.exit(main())
