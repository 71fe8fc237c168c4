"""The chain in a process of its own, so that no window waits for it, and a cancel is obeyed at once."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from ..child_process import ChildProcess, told, write_whole
from ..errors import InputError, RefusedError
from ..imaging.acquisition import Acquisition
from ..imaging.geometry import Geometry
from ..imaging.image import BoneImage
from ..imaging.reading import Reading
from ..quality.finding import Finding
from ..regions.proposal import Proposal
from ..regions.proposal_files import packed, unpacked
from .request import ScanRequest
from .scan_result import ScanResult

_IMAGE, _TASK, _GIVEN, _RESULT, _MASKS = "image.npy", "task.json", "given.npz", "result.json", "masks.npz"


@dataclass(frozen=True)
class ScanOutcome:
    """What a run gave: ``proposal`` is what was found, ``None`` if regions were given or nothing was found.

    Without ``result`` the ``problem`` (one sentence) and ``findings`` say why; ``memory`` goes into the next run.
    ``runs`` counts by stage what was computed, and not known from there.
    """

    proposal: Proposal | None
    result: ScanResult | None
    memory: Mapping[str, object]
    runs: Mapping[str, int]
    problem: str = ""
    findings: tuple[Finding, ...] = ()


class ScanProcess(ChildProcess):
    """One scan at a time.  ``python`` is the interpreter to start; not for use by several threads."""

    def __init__(self, python: str | None = sys.executable) -> None:
        super().__init__(python, __name__)
        self._geometry: Geometry | None = None

    def start(self, image: BoneImage, request: ScanRequest, memory: Mapping[str, object] | None = None,
              given: tuple[Mapping, Mapping[str, np.ndarray]] | None = None) -> None:
        """Begin; returns as soon as the scan is written for the child.

        ``given`` are regions to take as they are, as ``packed`` gives them; without them bones are looked for.

        Raises InputError if there is no interpreter to start, or no room for the scan.
        """
        regions, masks = given if given is not None else (None, {})
        task = {"geometry": asdict(image.geometry), "modality": image.modality, "source": image.source,
                "acquisition": asdict(image.acquisition), "reading": asdict(image.reading),
                "request": request.to_dict(), "memory": dict(memory or {}), "given": regions}

        def fill(folder: Path) -> None:
            np.save(folder / _IMAGE, image.array)
            np.savez(folder / _GIVEN, **masks)
            (folder / _TASK).write_text(json.dumps(task), encoding="utf-8")

        self.begin(fill)
        self._geometry = image.geometry

    def outcome(self) -> ScanOutcome:
        """What came of it, once it no longer runs; the folder is removed.  Raises RuntimeError where it failed."""
        with self.finished() as folder:
            found = json.loads((folder / _RESULT).read_text(encoding="utf-8"))
            proposal = None
            if found["proposal"]:
                with np.load(folder / _MASKS) as masks:
                    proposal = unpacked(found["proposal"], masks, self._geometry)
        result = ScanResult.from_dict(found["result"]) if found["result"] else None
        return ScanOutcome(proposal, result, found["memory"], found["runs"], found["problem"],
                           tuple(Finding(**entry) for entry in found["findings"]))


def work(folder: str) -> None:
    """What the child does: read the task, run the chain, write what came of it."""
    # only the child needs what this brings with it
    from .chain import find_regions, score_scan
    from .memory import Memory

    place = Path(folder)
    task = json.loads((place / _TASK).read_text(encoding="utf-8"))
    image, request, memory = _image(place, task), ScanRequest.from_dict(task["request"]), Memory(task["memory"])
    found = {"result": None, "problem": "", "findings": []}
    proposal, masks = None, {}
    with told(place) as (progress, cancelled):
        try:
            if task["given"] is None:
                proposal = find_regions(image, request, memory, lambda share, text: progress(0.8 * share, text),
                                        cancelled)
            else:
                with np.load(place / _GIVEN) as given:
                    regions = unpacked(task["given"], given, image.geometry)
            found["result"] = score_scan(
                image, request, memory, regions if proposal is None else proposal, None,
                progress if proposal is None else lambda share, text: progress(0.8 + 0.2 * share, text),
                cancelled).to_dict()
        except RefusedError as refusal:
            found |= {"problem": str(refusal), "findings": [finding.to_dict() for finding in refusal.findings]}
        except InputError as error:
            found["problem"] = str(error)
    if proposal is not None:
        found["proposal"], masks = packed(proposal)
    np.savez(place / _MASKS, **masks)
    found = {"proposal": None, **found, "memory": memory.kept(), "runs": dict(memory.runs)}
    write_whole(place / _RESULT, json.dumps(found, allow_nan=False))


def _image(place: Path, task: Mapping) -> BoneImage:
    reading = dict(task["reading"])
    reading["file_grid"] = reading["file_grid"] and _geometry(reading["file_grid"])
    acquisition = {name: tuple(value) if isinstance(value, list) else value
                   for name, value in task["acquisition"].items()}
    return BoneImage(np.load(place / _IMAGE), _geometry(task["geometry"]), task["modality"],
                     Acquisition(**acquisition), task["source"], Reading(**reading))


def _geometry(entry: Mapping) -> Geometry:
    return Geometry(**{name: tuple(values) for name, values in entry.items()})
