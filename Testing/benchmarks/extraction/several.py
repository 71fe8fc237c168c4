#!/usr/bin/env python3
"""The vertebrae of one CT on one thread and on several: how much faster the second is.

    python Testing/benchmarks/extraction/several.py [--regions 16] [--slices 400] [--rounds 3]

Work: vectors with measurements, 1,316 features (as in ``run.py``) and provenance of each of 16 bodies of 10 mL, by
``extract_all``.  One process reads scan and label map once; then one thread and all processors take turns, warm.
All values must be the same.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[2] / "RadiomicsOrtho")]
BODY_ML = 10.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--regions", type=int, default=16)
    parser.add_argument("--slices", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", metavar="FOLDER", type=Path, help="only write the scan and its labels there")
    parser.add_argument("--files", nargs=2, metavar=("IMAGE", "LABELS"), help="instead of a generated scan")
    arguments = parser.parse_args()
    if arguments.write:
        print(*write_files(arguments.write, arguments.slices, arguments.regions), sep="\n")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        files = arguments.files or write_files(Path(folder), arguments.slices, arguments.regions)
        print("\n".join(report(*map(Path, files), arguments.rounds)))
    return 0


def write_files(folder: Path, slices: int, regions: int) -> tuple[Path, Path]:
    import run
    import SimpleITK as sitk

    image = folder / f"image-{slices}.nrrd"
    if not image.exists():
        run.write_scan(folder, slices)
    labels = np.zeros((slices, run.IN_PLANE, run.IN_PLANE), np.uint8)
    body = run.body(slices // regions, BODY_ML)
    for number in range(regions):
        start = number * (slices // regions)
        labels[start:start + len(body)][body] = number + 1
    path = folder / f"labels-{regions}.nrrd"
    written = sitk.GetImageFromArray(labels)
    written.SetSpacing(run.SPACING_MM)
    sitk.WriteImage(written, str(path), useCompression=True)
    return image, path


def report(image_path: Path, labels_path: Path, rounds: int) -> list[str]:
    """Lines of a table: threads, wall and CPU seconds, how many times faster."""
    import run
    from RadiomicsOrthoLib.features.extraction import RegionToMeasure, extract_all
    from RadiomicsOrthoLib.features.fast_engine import WARM_UP, FastEngine, processors
    from RadiomicsOrthoLib.features.filters.settings import FilterSettings
    from RadiomicsOrthoLib.features.profile import ExtractionProfile
    from RadiomicsOrthoLib.imaging.readers import read_image
    from RadiomicsOrthoLib.imaging.segmentation_file import read_segmentation
    from RadiomicsOrthoLib.regions.from_file import roi_from_file

    WARM_UP.wait()
    image = read_image(image_path)
    segmentation = read_segmentation(labels_path, image.geometry)
    regions = [lambda name=segment.name: RegionToMeasure(roi_from_file(segmentation, name))
               for segment in segmentation.segments]
    profile = ExtractionProfile(
        "benchmark", "1.0.0", "Benchmark", "CT", "vertebra", "whole-body", bin_width=25.0,
        image_types=("Original", "LoG", "Wavelet"), filters=FilterSettings(log_sigma_mm=tuple(run.SIGMAS_MM)))
    counts = (1, max(2, processors()))
    runs: dict[int, list[tuple[float, float]]] = {count: [] for count in counts}
    values = {}
    for number in range(rounds):
        for threads in counts[::-1] if number % 2 else counts:
            wall, cpu = time.perf_counter(), time.process_time()
            vectors = extract_all(image, regions, profile, FastEngine(threads))
            runs[threads].append((time.perf_counter() - wall, time.process_time() - cpu))
            values[threads] = [dict(vector.values) for vector in vectors]
    if values[counts[0]] != values[counts[1]]:
        raise SystemExit("the values depend on the number of threads")
    best = {count: [min(column) for column in zip(*found, strict=True)] for count, found in runs.items()}
    scan = "×".join(map(str, image.geometry.shape[::-1]))
    what = (f"{len(regions)} bodies of {BODY_ML:g} mL in one CT of {scan} voxels, all values equal, warm, best of "
            f"{rounds}, load of the machine {os.getloadavg()[0]:.1f}:")
    return [what, "", "| threads | wall s | CPU s | times faster |", "|---|---|---|---|",
            *(f"| {count} | {wall:.2f} | {cpu:.2f} | {best[1][0] / wall:.2f} |" for count, (wall, cpu) in best.items())]


if __name__ == "__main__":
    sys.exit(main())
