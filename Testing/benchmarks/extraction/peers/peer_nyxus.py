"""nyxus: a feature library for microscopy that reads NIfTI volumes; its definitions and bins are its own."""

from __future__ import annotations

import os
from pathlib import Path

from adapter import ending, main


def extract(work: str, image: Path, mask: Path) -> dict:
    from nyxus import Nyxus3D

    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    engine = Nyxus3D(["*3D_ALL*"], n_feature_calc_threads=threads)
    table = engine.featurize_files([ending(image, ".nii")], [ending(mask, ".nii")], False)
    return table.iloc[0].to_dict()


if __name__ == "__main__":
    main(extract)
