"""Reading what TotalSegmentator wrote: one file of all labels, or a folder with a file for each class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...errors import InputError
from ...imaging.image import BoneImage
from ...imaging.nifti_label_names import label_names
from ...imaging.segmentation_file import read_segmentation
from .classes import CLASSES, TASKS, bone_of

_ENDINGS = (".nii.gz", ".nii")


@dataclass(frozen=True)
class BoneLabels:
    """Labels (k, j, i) on a scan's grid, and which bone each value is (``L1``, ``left femur``, ``sacrum``).

    ``named_by`` says where the names are from.
    """

    array: np.ndarray
    bones: Mapping[int, str]
    named_by: str

    def value_of(self, bone: str) -> int | None:
        return next((value for value, name in self.bones.items() if name == bone), None)


def read_labels(path: str | Path, image: BoneImage, task: str | None = None) -> BoneLabels:
    """The bones in a NIfTI or ``.seg.nrrd`` file of labels, or in a folder of masks.

    Names come from the file where it has some; else from the classes of ``task`` (``total`` if it is not stated).
    Raises InputError for another grid than the scan's, and where no bone is named.
    """
    path = Path(path)
    if task is not None and task not in TASKS:
        raise InputError(f"There is no list of classes for the task '{task}'; there are: {', '.join(TASKS)}.")
    labels = _from_folder(path, image) if path.is_dir() else _from_file(path, image, task)
    if not labels.bones:
        raise InputError(f"'{path}' names no vertebra, sacrum or femur; give a file of TotalSegmentator, and its task "
                         "with --labels-task if it is not 'total'.")
    return labels


def _from_folder(folder: Path, image: BoneImage) -> BoneLabels:
    files = sorted(file for file in folder.iterdir() if file.name.lower().endswith(_ENDINGS))
    named = {bone: file for file in files if (bone := bone_of(file.name.split(".")[0])) is not None}
    array = np.zeros(image.geometry.shape, np.uint8)
    bones = {}
    for value, (bone, file) in enumerate(named.items(), start=1):
        try:
            segmentation = read_segmentation(file, image.geometry, image.reading.file_grid)
        except InputError as error:
            if "is empty" in str(error):
                # TotalSegmentator writes a file for each class, also for those that are not there
                continue
            raise
        array[segmentation.labels[0] > 0] = value
        bones[value] = bone
    return BoneLabels(array, bones, "the names of the files")


def _from_file(path: Path, image: BoneImage, task: str | None) -> BoneLabels:
    segmentation = read_segmentation(path, image.geometry, image.reading.file_grid)
    array = segmentation.labels[0]
    if any(segment.layer for segment in segmentation.segments):
        # Slicer puts overlapping segments into layers; a bone overlaps no other
        array = np.zeros(image.geometry.shape, np.uint8)
        bones = {}
        for value, segment in enumerate(segmentation.segments, start=1):
            if (bone := bone_of(segment.name)) is not None:
                array[segmentation.mask(segment)] = value
                bones[value] = bone
        return BoneLabels(array, bones, "the names of the segments")
    values = {segment.label: segment.name for segment in segmentation.segments}
    own = {value: bone for value, name in values.items() if (bone := bone_of(name)) is not None}
    if own:
        return BoneLabels(array, own, "the names of the segments")
    table = label_names(path) if task is None else {}
    if table:
        return BoneLabels(array, {value: bone for value in values if (bone := bone_of(table.get(value, "")))},
                          "the file's table of labels")
    known = CLASSES[task or "total"]
    return BoneLabels(array, {value: known[value] for value in values if value in known},
                      f"the classes of the task {task or 'total'}")
