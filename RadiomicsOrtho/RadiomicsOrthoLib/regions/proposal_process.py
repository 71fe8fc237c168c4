"""A proposal made in a process of its own, so that no window waits for it.

A thread would not do: Slicer's main thread keeps Python's lock while it waits for the mouse.  A process can also be
ended at once, whatever it is doing.  The scan and the regions travel through a folder of the system's temporary
directory, which is removed at the end.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..imaging.geometry import Geometry
from ..imaging.image import BoneImage
from .proposal import Proposal, ProposedRegion, Remark
from .request import ProposalRequest, propose
from .roi import Roi

_PACKAGE_FOLDER = Path(__file__).parents[2]
_CHILD = ("import sys; sys.path.insert(0, sys.argv[1]); "
          "from RadiomicsOrthoLib.regions.proposal_process import work; work(sys.argv[2])")
_IMAGE, _TASK, _PROGRESS, _RESULT, _MASKS, _MESSAGES = (
    "image.npy", "task.json", "progress.txt", "result.json", "masks.npz", "messages.txt")
#: a file that asks the child to end, and how long it may take to end what it has started itself
_STOP, _STOP_S = "stop", 1.0
#: the last line of the progress lies within these bytes of its end
_TAIL_BYTES = 1000


class ProposalProcess:
    """One proposal at a time.  ``python`` is the interpreter to start; not for use by several threads."""

    def __init__(self, python: str | None = sys.executable) -> None:
        self._python = python
        self._process: subprocess.Popen | None = None
        self._folder: Path | None = None
        self._geometry: Geometry | None = None

    @property
    def running(self) -> bool:
        """True while it works; asking costs next to nothing."""
        return self._process is not None and self._process.poll() is None

    @property
    def progress(self) -> tuple[float, str]:
        """How far it is (0 to 1), and what it is doing."""
        try:
            with (self._folder / _PROGRESS).open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - _TAIL_BYTES))
                lines = file.read().decode("utf-8", "replace").split("\n")
        except (OSError, TypeError):
            return 0.0, "Starting"
        # what stands behind the last line break is not written to its end yet
        share, _, text = (lines[-2] if len(lines) > 1 else "0 Starting").partition(" ")
        return float(share), text

    def start(self, image: BoneImage, request: ProposalRequest) -> None:
        """Begin; returns as soon as the scan is written for the child.

        Raises InputError if there is no interpreter to start, or no room for the scan.
        """
        if self.running:
            raise RuntimeError("a proposal is being made already")
        self.stop()
        if self._python is None:
            raise InputError("No Python interpreter was found beside this application; install Slicer again.")
        self._geometry = image.geometry
        task = {"geometry": asdict(image.geometry), "modality": image.modality, "request": request.to_dict()}
        flags = getattr(subprocess, "CREATE_NO_WINDOW", 0)
        atexit.register(self.stop)
        try:
            self._folder = Path(tempfile.mkdtemp(prefix="radiomics-ortho-"))
            np.save(self._folder / _IMAGE, image.array)
            (self._folder / _TASK).write_text(json.dumps(task), encoding="utf-8")
            with (self._folder / _MESSAGES).open("wb") as messages:
                self._process = subprocess.Popen(
                    [self._python, "-c", _CHILD, str(_PACKAGE_FOLDER), str(self._folder)], creationflags=flags,
                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=messages)
        except OSError as error:
            self.stop()
            raise InputError(f"The work could not be started ({error.strerror or error}); free some space on the "
                             "system's disk and try again.") from None

    def result(self) -> Proposal:
        """What was proposed, once it no longer runs; the folder is removed.

        Raises InputError with the method's sentence where it proposes nothing, RuntimeError where it failed.
        """
        if self._process is None or self.running:
            raise RuntimeError("there is no result")
        try:
            if self._process.returncode != 0:
                raise RuntimeError(f"the work ended with code {self._process.returncode}: {self._last_message()}")
            found = json.loads((self._folder / _RESULT).read_text(encoding="utf-8"))
            if "refused" in found:
                raise InputError(found["refused"])
            return self._unpacked(found)
        finally:
            self.stop()

    def stop(self) -> None:
        """End the child if it runs, and forget what it did."""
        if self._process is not None:
            if self.running:
                self._end()
            self._process.wait()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._process = self._folder = None
        atexit.unregister(self.stop)

    def _end(self) -> None:
        """Ask first: a child that is killed leaves the programs behind that it runs."""
        try:
            (self._folder / _STOP).touch()
            self._process.wait(_STOP_S)
        except (OSError, subprocess.TimeoutExpired):
            self._process.kill()

    def _unpacked(self, found: dict) -> Proposal:
        regions = []
        with np.load(self._folder / _MASKS) as masks:
            for number, entry in enumerate(found["regions"]):
                # zeros: pages that are never written to take no memory
                mask = np.zeros(self._geometry.shape, bool)
                box = tuple(slice(*ends) for ends in entry.pop("box"))
                shape = mask[box].shape
                mask[box] = np.unpackbits(masks[str(number)], count=int(np.prod(shape))).reshape(shape)
                outside = {name: entry.pop(name) for name in ("name", "colour", "body")}
                outside["colour"] = outside["colour"] and tuple(outside["colour"])
                regions.append(ProposedRegion(Roi(mask, self._geometry, **entry), **outside))
        return Proposal(tuple(regions), found["summary"], tuple(Remark(**remark) for remark in found["remarks"]))

    def _last_message(self) -> str:
        lines = (self._folder / _MESSAGES).read_text(encoding="utf-8", errors="replace").splitlines()
        return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


def work(folder: str) -> None:
    """What the child does: read the task, propose, write the result.

    The result is moved into its place when it is whole.
    """
    place = Path(folder)
    task = json.loads((place / _TASK).read_text(encoding="utf-8"))
    image = BoneImage(np.load(place / _IMAGE), Geometry(**{
        name: tuple(values) for name, values in task["geometry"].items()}), task["modality"])
    with (place / _PROGRESS).open("w", encoding="utf-8", newline="\n") as file:
        def progress(fraction: float, text: str) -> None:
            file.write(f"{fraction:.4f} {' '.join(text.split())}\n")
            file.flush()

        try:
            result, masks = _packed(propose(image, ProposalRequest.from_dict(task["request"]), progress,
                                            (place / _STOP).exists))
        except InputError as error:
            result, masks = {"refused": str(error)}, {}
    np.savez(place / _MASKS, **masks)
    unfinished = place / f"{_RESULT}.part"
    unfinished.write_text(json.dumps(result, allow_nan=False), encoding="utf-8")
    unfinished.replace(place / _RESULT)


def _packed(proposal: Proposal) -> tuple[dict, dict[str, np.ndarray]]:
    """The proposal without its masks, JSON-ready, and the bits of each mask inside its box."""
    regions, masks = [], {}
    for number, region in enumerate(proposal.regions):
        roi = region.roi
        box = roi.box_slices()
        masks[str(number)] = np.packbits(roi.mask[box])
        regions.append({"site": roi.site, "level": roi.level, "side": roi.side, "compartment": roi.compartment,
                        "made_by": roi.made_by, "name": region.name, "colour": region.colour, "body": region.body,
                        "box": [[part.start, part.stop] for part in box]})
    remarks = [remark.to_dict() for remark in proposal.remarks]
    return {"regions": regions, "summary": proposal.summary, "remarks": remarks}, masks
