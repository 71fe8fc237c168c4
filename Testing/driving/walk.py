"""What both walks share: numbered states with pictures, what a scene holds, what was started, an edit of a region."""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

TESTING = Path(__file__).resolve().parents[1]
for _folder in (TESTING, TESTING / "library", TESTING.parent / "RadiomicsOrtho"):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))

import numpy as np
import slicer
from runtime import scene as plain_scene

#: real scans, where they lie beside the checkout: name of the folder of pictures -> file, bone
REAL_SCANS = {"real-spine": ("ct_spine_ts/ct.nii.gz", "vertebra"),
              "real-femur": ("ct_femur_sts/STS_020_complete.nii.gz", "proximal-femur")}


@dataclass(frozen=True)
class Case:
    """A scan to walk with: ``bone`` is what one click looks for in it."""

    name: str
    image: Any
    bone: str


def generated_cases() -> tuple[Case, ...]:
    """A lumbar spine on a sacrum, and a right hip."""
    from femur_phantom import hip
    from spine_phantom import spine_phantom

    spine = spine_phantom(count=5, spacing=(2.0, 2.0, 2.0), sacrum=True, noise=8.0).image
    return Case("spine", spine, "vertebra"), Case("femur", hip().image, "proximal-femur")


def real_cases() -> Iterator[Case]:
    """The real scans that are there, one after the other."""
    from RadiomicsOrthoLib.imaging.readers import read_image

    data = Path(os.environ.get("RADIOMICS_ORTHO_DATA", TESTING.parents[1] / "shared" / "data"))
    for name, (path, bone) in REAL_SCANS.items():
        if (data / path).is_file():
            yield Case(name, read_image(data / path), bone)
        else:
            print(f"No {name}: {data / path} is not there.")


class Walk:
    """Keeps the names of the states in their order, and the pictures that were taken in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.states: list[str] = []
        self.started = Started()

    def reached(self, state: str, take: Callable[[Path], object] | None = None) -> None:
        """A state is reached; ``take(path)`` takes its picture."""
        self.states.append(state)
        print(f"{self.folder.name}: {len(self.states):2d} {state}", flush=True)
        if take is not None:
            take(self.folder / f"{len(self.states):02d}-{state}.png")


class Started:
    """Remembers the programs that are started, to see that none is left behind."""

    def __init__(self) -> None:
        self._processes: list[subprocess.Popen] = []

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        processes = self._processes

        class Remembered(subprocess.Popen):
            def __init__(self, *arguments: Any, **options: Any) -> None:
                super().__init__(*arguments, **options)
                processes.append(self)

        with mock.patch.object(subprocess, "Popen", Remembered):
            yield

    @property
    def count(self) -> int:
        return len(self._processes)

    @property
    def alive(self) -> list:
        """What still runs."""
        return [process.args for process in self._processes if process.poll() is None]


def contents(*ignored: str) -> dict[str, str]:
    """What a user would lose or find changed in the scene: nodes with texts, cells, voxels and settings.

    Nodes of the classes ``ignored`` are left out.
    """
    from RadiomicsOrthoScene.edits import fingerprint_of
    from RadiomicsOrthoScene.tags import segments_of

    found = {}
    for node in slicer.util.getNodesByClass("vtkMRMLNode"):
        kind, content = node.GetClassName(), ""
        if node.IsA("vtkMRMLTextNode"):
            content = node.GetText()
        elif node.IsA("vtkMRMLTableNode"):
            content = str([[node.GetCellText(row, column) for column in range(node.GetNumberOfColumns())]
                           for row in range(node.GetNumberOfRows())])
        elif node.IsA("vtkMRMLSegmentationNode"):
            content = str([(segment.GetName(), fingerprint_of(segment)) for segment in segments_of(node).values()])
        elif node.IsA("vtkMRMLScalarVolumeNode"):
            content = str(int(slicer.util.arrayFromVolume(node).astype(np.int64).sum()))
        elif node.IsA("vtkMRMLScriptedModuleNode"):
            content = str({name: node.GetParameter(name) for name in node.GetParameterNames()})
        if kind not in ignored:
            found[node.GetID()] = f"{kind} {node.GetName()} {content}"
    return found


def views_picture(volume, segmentation, segment_id: str = "") -> Callable[[Path], object]:
    """Takes the slice views and the 3-D view at a segment, or in the middle of all."""
    from runtime.offscreen import RenderingUnavailable, render_views

    def take(path: Path) -> None:
        ids = [segment_id] if segment_id else list(segmentation.GetSegmentation().GetSegmentIDs())
        focus = np.mean([segmentation.GetSegmentCenterRAS(name) for name in ids], axis=0)
        try:
            render_views(volume, segmentation, focus, path)
        except RenderingUnavailable as error:
            print(f"No {path.name}: {error}")

    return take


def save_and_reopen(path: Path) -> None:
    """Save the scene, close it, and open what was saved."""
    plain_scene.save_scene(path)
    slicer.mrmlScene.Clear()
    plain_scene.load_scene(path)


def walk_all(description: str, drive: Callable[[Path, Case, Path | None], object]) -> None:
    """``drive`` with every scan that the command line asks for; with a batch of two cases where scans are generated."""
    from batch_cohort import write_cohort

    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where the pictures and files go")
    parser.add_argument("--real", action="store_true", help="also with the real scans beside the checkout")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        cohort = write_cohort(Path(place), 2)
        for case in generated_cases():
            drive(options.folder / case.name, case, cohort)
        for case in real_cases() if options.real else ():
            drive(options.folder / case.name, case, None)
