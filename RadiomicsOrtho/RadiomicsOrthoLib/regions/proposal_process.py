"""A proposal made in a process of its own, so that no window waits for it."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np

from ..child_process import ChildProcess, told, write_whole
from ..errors import InputError
from ..imaging.geometry import Geometry
from ..imaging.image import BoneImage
from .proposal import Proposal
from .proposal_files import packed, unpacked
from .request import ProposalRequest, propose

_IMAGE, _TASK, _RESULT, _MASKS = "image.npy", "task.json", "result.json", "masks.npz"
#: how long the child may take to end the programs that it has started
_GRACE_S = 1.0


class ProposalProcess(ChildProcess):
    """One proposal at a time.  ``python`` is the interpreter to start; not for use by several threads."""

    def __init__(self, python: str | None = sys.executable) -> None:
        super().__init__(python, __name__, _GRACE_S)
        self._geometry: Geometry | None = None

    def start(self, image: BoneImage, request: ProposalRequest) -> None:
        """Begin; returns as soon as the scan is written for the child.

        Raises InputError if there is no interpreter to start, or no room for the scan.
        """
        task = {"geometry": asdict(image.geometry), "modality": image.modality, "request": request.to_dict()}

        def fill(folder: Path) -> None:
            np.save(folder / _IMAGE, image.array)
            (folder / _TASK).write_text(json.dumps(task), encoding="utf-8")

        self.begin(fill)
        self._geometry = image.geometry

    def result(self) -> Proposal:
        """What was proposed, once it no longer runs; the folder is removed.

        Raises InputError with the method's sentence where it proposes nothing, RuntimeError where it failed.
        """
        with self.finished() as folder:
            found = json.loads((folder / _RESULT).read_text(encoding="utf-8"))
            if "refused" in found:
                raise InputError(found["refused"])
            with np.load(folder / _MASKS) as masks:
                return unpacked(found, masks, self._geometry)


def work(folder: str) -> None:
    """What the child does: read the task, propose, write the result."""
    place = Path(folder)
    task = json.loads((place / _TASK).read_text(encoding="utf-8"))
    image = BoneImage(np.load(place / _IMAGE), Geometry(**{
        name: tuple(values) for name, values in task["geometry"].items()}), task["modality"])
    with told(place) as (progress, cancelled):
        try:
            result, masks = packed(propose(image, ProposalRequest.from_dict(task["request"]), progress, cancelled))
        except InputError as error:
            result, masks = {"refused": str(error)}, {}
    np.savez(place / _MASKS, **masks)
    write_whole(place / _RESULT, json.dumps(result, allow_nan=False))
