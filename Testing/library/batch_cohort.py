"""A generated cohort on the disk: small scans of a vertebra with masks, in several formats, and broken ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import phantoms
from dicom_ct import write_ct_series
from RadiomicsOrthoLib.imaging.geometry import Geometry

LIBRARY_PARENT = Path(__file__).resolve().parents[2] / "RadiomicsOrtho"
TABLES = ("features.csv", "scores.csv", "failures.csv", "provenance.json")
HEADER = "case,image,mask,level,kvp,contrast,modality,age,weight,outcome"


def write_cohort(folder: Path, good: int = 4, formats: tuple[str, ...] = (".nrrd", ".nii.gz")) -> Path:
    """``good`` cases that can be measured, then one damaged, one missing and one with an empty region: the list."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [HEADER]
    for number in range(good):
        image, roi = phantoms.trunk(spacing=(3.0, 3.0, 3.0), core_hu=110 + 15 * number, seed=number)
        name = f"scan{number}{formats[number % len(formats)]}"
        phantoms.write(image.array, image.geometry, folder / name)
        _write_mask(folder / f"scan{number}.seg.nrrd", roi.mask, image.geometry)
        lines.append(f"p{number},{name},scan{number}.seg.nrrd,,120,no,CT,{60 + number},{55 + number},{number % 2}")
    (folder / "damaged.nii.gz").write_bytes(b"no scan at all")
    _write_mask(folder / "empty.seg.nrrd", np.zeros_like(roi.mask), image.geometry)
    lines += ["damaged,damaged.nii.gz,scan0.seg.nrrd,,,,,70,60,1", "gone,gone.nrrd,,,,,,71,60,0",
              "empty,scan0.nrrd,empty.seg.nrrd,L1,120,no,CT,72,60,0"]
    (folder / "list.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "list.csv"


def add_dicom_case(folder: Path) -> None:
    """One more case, as a DICOM folder."""
    image, roi = phantoms.trunk(spacing=(3.0, 3.0, 3.0), seed=31)
    write_ct_series(folder / "series", image)
    _write_mask(folder / "series.seg.nrrd", roi.mask, image.geometry)
    with (folder / "list.csv").open("a", encoding="utf-8") as file:
        file.write("dicom,series,series.seg.nrrd,,,no,,64,70,1\n")


def tables(out: Path) -> dict[str, bytes]:
    """Name → content of the results that must be equal, however they came about."""
    return {name: (out / name).read_bytes() for name in TABLES}


def begin(*arguments: object, **environment: str) -> subprocess.Popen:
    """The command as a process of its own, in a group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "RadiomicsOrthoLib.cli", *map(str, arguments)], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join((str(LIBRARY_PARENT), os.environ.get("PYTHONPATH", ""))),
             **environment})


def events(out: Path) -> list[dict]:
    """What the log of a run says."""
    path = out / "logs" / "batch.jsonl"
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


def _write_mask(path: Path, mask: np.ndarray, geometry: Geometry) -> None:
    phantoms.write_seg_nrrd(path, mask[np.newaxis].astype(np.uint8), geometry, [{"Name": "L1 vertebra"}])
