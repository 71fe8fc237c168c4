"""A script that stands in for TotalSegmentator: the same arguments, and labels that are prepared."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import numpy as np
import phantoms
from RadiomicsOrthoLib.imaging.geometry import Geometry

_SCRIPT = '''#!{python}
"""Stands in for TotalSegmentator: checks its arguments like the real one and writes labels that lie beside it."""
import argparse, json, os, pathlib, shutil, sys, time
here = pathlib.Path(__file__).resolve().parent
parser = argparse.ArgumentParser()
parser.add_argument("-i", type=pathlib.Path)
parser.add_argument("-o", type=pathlib.Path)
parser.add_argument("-ml", "--ml", action="store_true")
parser.add_argument("-ta", "--task", default="total")
parser.add_argument("-f", "--fast", action="store_true")
parser.add_argument("-rs", "--roi_subset", nargs="+")
parser.add_argument("--version", action="version", version="2.18.0")
given = parser.parse_args()
assert given.i.is_file() and given.ml and given.task == "total"
home = pathlib.Path(os.environ["TOTALSEG_HOME_DIR"])
(here / "seen.json").write_text(json.dumps({{
    "roi_subset": given.roi_subset, "fast": given.fast, "weights": os.environ.get("TOTALSEG_WEIGHTS_PATH"),
    "config": json.loads((home / "config.json").read_text()), "input": str(given.i)}}))
(here / "alive.txt").write_text(str(os.getpid()))
mode = (here / "mode.txt").read_text()
if mode == "fail":
    print("RuntimeError: no weights could be downloaded", file=sys.stderr)
    sys.exit(1)
if mode == "hang":
    time.sleep(600)
if mode == "write":
    shutil.copy(here / "answer.nii.gz", given.o)
'''


def installed(folder: Path) -> Path:
    """The folder, with the command in it; put it on the PATH."""
    folder.mkdir(parents=True)
    script = folder / "TotalSegmentator"
    script.write_text(_SCRIPT.format(python=sys.executable), encoding="utf-8")
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return folder


def told(folder: Path, mode: str, labels: np.ndarray | None = None, geometry: Geometry | None = None) -> Path:
    """What the command is to do: ``write`` the labels, ``fail``, ``hang``, or ``nothing``."""
    (folder / "mode.txt").write_text(mode, encoding="utf-8")
    if labels is not None:
        phantoms.write(labels, geometry, folder / "answer.nii.gz")
    return folder
