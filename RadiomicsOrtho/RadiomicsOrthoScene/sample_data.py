"""Scans to try the modules on, in Slicer's module Sample Data.

``Resources/SampleData/samples.json`` lists them: public files at addresses that keep their content, each with its
SHA-256.  Slicer's own module downloads a file when the user clicks its picture, keeps it in Slicer's cache, and checks
it; here it becomes a scan, with the vertebrae as named segments where there is a file of labels.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import slicer
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.regions.roi import Roi
from RadiomicsOrthoLib.regions.totalsegmentator.classes import CLASSES, VERTEBRAE
from RadiomicsOrthoLib.resources import resource_folder

from .segments import add_segment, new_segmentation
from .volumes import geometry_of

#: label of the bodies in a file of bodies and discs
BODY_LABEL = 1
#: window and level (HU) in which bone and soft tissue are told apart
BONE_WINDOW = (700, 150)


def samples() -> list[dict[str, Any]]:
    """What is offered, as it stands in ``samples.json``."""
    return json.loads((resource_folder() / "SampleData" / "samples.json").read_text(encoding="utf-8"))


def load_sample(sample: Mapping[str, Any]):
    """The volume node and the segmentation node of a sample, downloaded if it is not in Slicer's cache.

    The segmentation is ``None`` where the sample has no labels.

    Raises InputError if a file cannot be had or is not the one that was published.
    """
    paths = download(sample)
    volume = slicer.util.loadVolume(str(paths["scan"]), {"name": sample["node"]})
    display = volume.GetDisplayNode()
    if display is not None:
        display.AutoWindowLevelOff()
        display.SetWindowLevel(*BONE_WINDOW)
    return volume, _bones(paths, volume, sample["node"]) if "vertebrae" in paths else None


def _bones(paths: Mapping[str, Path], volume, name: str):
    """The whole vertebrae of the label files as segments."""
    geometry = geometry_of(volume, slicer.util.arrayFromVolume(volume).shape)
    labels = _labels(paths["vertebrae"])
    bodies = _labels(paths["bodies"]) if "bodies" in paths else None
    segmentation = new_segmentation(volume, f"{name} bones")
    for value, level in CLASSES["total"].items():
        if level not in VERTEBRAE:
            continue
        mask = labels == value
        # the first and the last slice cut a vertebra off
        isWhole = mask.any() and not mask[[0, -1]].any()
        if bodies is not None:
            mask &= bodies == BODY_LABEL
        if isWhole:
            compartment = "unknown" if bodies is None else "whole-body"
            add_segment(segmentation, Roi(mask, geometry, "vertebra", level, None, compartment, "TotalSegmentator"),
                        volume)
    return segmentation


def download(sample: Mapping[str, Any]) -> dict[str, Path]:
    """Part of a sample (``scan``, ``vertebrae``, ``bodies``) to its file in Slicer's cache, its SHA-256 checked."""
    if "archive" not in sample:
        return {name: _fetched(part) for name, part in _parts(sample).items()}
    archive = _fetched(sample["archive"])
    with zipfile.ZipFile(archive) as file:
        for part in _parts(sample).values():
            content = file.read(part["member"])
            if hashlib.sha256(content).hexdigest() != part["sha256"]:
                raise _not_published(part["file"])
            (archive.parent / part["file"]).write_bytes(content)
    return {name: archive.parent / part["file"] for name, part in _parts(sample).items()}


def downloads_of(sample: Mapping[str, Any]) -> list[Mapping[str, str]]:
    """The files that a click downloads, each with ``uri``, ``file`` and ``sha256``."""
    return [sample["archive"]] if "archive" in sample else list(_parts(sample).values())


def _parts(sample: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    return {name: sample[name] for name in ("scan", "vertebrae", "bodies") if name in sample}


def _fetched(part: Mapping[str, str]) -> Path:
    import SampleData

    try:
        path = SampleData.SampleDataLogic().downloadFileIntoCache(part["uri"], part["file"], f"SHA256:{part['sha256']}")
    except (ValueError, OSError) as error:
        raise InputError(f"'{part['file']}' could not be downloaded ({error}); check the network, or try again later."
                         ) from None
    # Slicer deletes a file whose sum is wrong, and returns its path all the same
    if not Path(path).is_file() or hashlib.sha256(Path(path).read_bytes()).hexdigest() != part["sha256"]:
        raise _not_published(part["file"])
    return Path(path)


def _not_published(name: str) -> InputError:
    return InputError(f"'{name}' is not the file that was published: its SHA-256 differs, and nothing was loaded. "
                      "Try again; if it stays so, tell the developers.")


def _labels(path: Path):
    """The label values (k, j, i) of a file, on the voxels that Slicer gives to the scan."""
    node = slicer.util.loadVolume(str(path), {"labelmap": True, "show": False})
    values = slicer.util.arrayFromVolume(node).copy()
    slicer.mrmlScene.RemoveNode(node)
    return values
