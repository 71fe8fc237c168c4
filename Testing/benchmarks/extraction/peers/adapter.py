"""What the adapters share: a command line, and files in, values out.

    PEERS_PYTHON peer_NAME.py WORK IMAGE MASK OUT

An adapter runs in the peer's own Python, so it imports nothing of this project.  ``WORK`` is
``all`` (original, LoG 1–5 mm, coif1 wavelet) or ``original``; IMAGE and MASK are paths without
ending, where ``.nrrd`` and ``.nii`` files lie; OUT receives a JSON object name → value.  Names are
pyradiomics' (``original_glcm_Contrast``) where the peer has them, otherwise its own.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

BIN_WIDTH = 25.0
SIGMAS_MM = [1.0, 2.0, 3.0, 4.0, 5.0]
WAVELET = "coif1"

Extract = Callable[[str, Path, Path], Mapping[str, object]]


def main(extract: Extract) -> None:
    """Run ``extract`` (work, image, mask) on the arguments and write its finite numbers."""
    work, image, mask, out = sys.argv[1:]
    found = {}
    for name, value in extract(work, Path(image), Path(mask)).items():
        try:
            number = float(value)
        except (TypeError, ValueError):
            continue
        if math.isfinite(number):
            found[str(name)] = number
    Path(out).write_text(json.dumps(found), encoding="utf-8")


def ending(path: Path, suffix: str) -> str:
    """``path`` with an ending, as text (its name may hold dots)."""
    return f"{path}{suffix}"


def read_arrays(image: Path, mask: Path):
    """Voxels (k, j, i), boolean mask and spacing (k, j, i) in mm, through SimpleITK."""
    import SimpleITK as sitk

    scan = sitk.ReadImage(ending(image, ".nrrd"))
    region = sitk.GetArrayFromImage(sitk.ReadImage(ending(mask, ".nrrd"))) > 0
    return sitk.GetArrayFromImage(scan), region, scan.GetSpacing()[::-1]
