"""What the self-tests of the modules do with generated scans: one click, an edit, a saved scene, a list of cases."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import slicer

from .generated_case import generated_vertebra
from .one_click import OneClick
from .proposal_job import start_proposal

#: acquisition facts that no generated scan states
STATED = {"kvp": 120.0, "contrast_agent": False}
#: longest wait for a piece of work
WITHIN_S = 240.0


def finished(job):
    """What came of a job of this package, once it does not run any more; RuntimeError if it does not end."""
    end = time.monotonic() + WITHIN_S
    while job.running:
        if time.monotonic() > end:
            job.stop()
            raise RuntimeError(f"the work did not end within {WITHIN_S:g} s")
        slicer.app.processEvents()
        time.sleep(0.02)
    return job.outcome() if hasattr(job, "outcome") else job.result()


def one_click(volumeNode, segmentationNode=None, textNode=None):
    """The ``ScanOutcome`` of one click for any bone; ``textNode`` is what an earlier one wrote."""
    from RadiomicsOrthoLib.workflow.request import ANY, ScanRequest

    job = OneClick()
    job.start(volumeNode, segmentationNode, ScanRequest(ANY), STATED, textNode)
    return finished(job)[0]


def proposal_of(volumeNode, seed=None):
    """The proposal of vertebrae from a point (RAS mm), or without one; InputError where there is none."""
    return finished(start_proposal(volumeNode, None, "vertebra", seed))[0]


def cut_lowest_layer(segmentationNode, segmentId: str, volumeNode) -> None:
    """Take the lowest layer off a segment, as a person does with the eraser."""
    array = slicer.util.arrayFromSegmentBinaryLabelmap(segmentationNode, segmentId, volumeNode)
    array[array.any(axis=(1, 2)).argmax()] = 0
    slicer.util.updateSegmentBinaryLabelmapFromArray(array, segmentationNode, segmentId, volumeNode)


def save_and_reopen() -> None:
    """Save the scene as a file, close it, and open the file; RuntimeError if it cannot be saved."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "scene.mrb")
        if not slicer.util.saveScene(path):
            raise RuntimeError("the scene could not be saved")
        slicer.mrmlScene.Clear()
        slicer.util.loadScene(path)


def write_cases(folder: Path, attenuations: tuple[float, ...]) -> Path:
    """A list of cases, one of an L1 of each attenuation (HU), with scans and segmentations as files beside it."""
    lines = ["case,image,mask,kvp,contrast,modality"]
    for hu in attenuations:
        volume, segmentation, _segmentId = generated_vertebra(hu)
        for node, name in ((volume, f"{hu:g}.nrrd"), (segmentation, f"{hu:g}.seg.nrrd")):
            slicer.util.saveNode(node, str(folder / name))
        lines.append(f"L1-{hu:g},{hu:g}.nrrd,{hu:g}.seg.nrrd,120,no,CT")
    (folder / "list.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "list.csv"
