"""Arguments that several commands share: the image, the ROI and what is known of them."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from typing import TypeVar

from ..errors import InputError
from ..features.background import in_background
from ..features.engine import never_cancelled, no_progress
from ..features.semantic.answers import SemanticAnswers, load_answers
from ..features.semantic.catalogue import load_form
from ..imaging.image import BoneImage
from ..imaging.modality import MODALITIES
from ..imaging.segmentation_file import Segment, SegmentationFile, read_segmentation
from ..imaging.stated import StatedFacts, read_stated_image
from ..imaging.suv import SUV
from ..regions.from_file import choose_segment, roi_from_file, roi_of_segment, with_stated_anatomy
from ..regions.roi import COMPARTMENTS, LEVELS, SIDES, SITES, Roi

Result = TypeVar("Result")


def add_image_arguments(command: argparse.ArgumentParser, name: str = "image", **more: object) -> None:
    """``name`` is ``image`` for a positional argument, ``--image`` for an option; ``more`` as argparse takes it."""
    command.add_argument(name, metavar="IMAGE", **more,
                         help="NRRD, NIfTI or MHA file, DICOM folder or file, grey PNG or TIFF")
    command.add_argument("--series", help="which series of a DICOM folder (number or UID)")
    add_acquisition_arguments(command)


def add_acquisition_arguments(command: argparse._ActionsContainer) -> None:
    """What a person can say of a scan where the file does not."""
    command.add_argument("--modality", choices=MODALITIES[:-1], help="what the scan is, where the file does not say")
    command.add_argument("--spacing", type=pixel_size, metavar="MM", help="size of a pixel of a 2-D image, where the "
                         "file does not say: one number, or width,height")
    command.add_argument("--kvp", type=float, metavar="KV", help="tube voltage, where the file does not say")
    command.add_argument("--contrast", choices=("yes", "no"), help="contrast agent given, where the file does not say")
    command.add_argument("--field-strength", type=float, metavar="T", help="of an MR scanner, likewise")
    command.add_argument("--sequence", metavar="NAME", help="MR sequence (T1w, T2w, …), likewise")
    command.add_argument("--pet-unit", choices=(SUV,), help="the values of a PET file without DICOM header are SUV by "
                         "body weight")


def add_roi_arguments(command: argparse.ArgumentParser, name: str = "roi", several: bool = False,
                      **more: object) -> None:
    """``name`` is ``roi`` for a positional argument, ``--roi`` for an option; ``several``: segments may be more."""
    command.add_argument(name, metavar="ROI", **more, help="segmentation: .seg.nrrd, DICOM SEG or a label map on the "
                         "image's grid; a PNG or TIFF for a 2-D image")
    which = "which segment: its name, label value or level"
    if several:
        chosen = command.add_mutually_exclusive_group()
        chosen.add_argument("--segment", metavar="NAME", action="append", default=[], help=f"{which}; may be repeated")
        chosen.add_argument("--all-segments", action="store_true", help="every segment of the file, one row each")
    else:
        command.add_argument("--segment", metavar="NAME", help=which)
    command.add_argument("--site", choices=SITES[:-1], help="what bone it is, where the segment does not say")
    command.add_argument("--level", type=str.upper, choices=LEVELS, metavar="LEVEL",
                         help="vertebral level (L1), likewise")
    command.add_argument("--side", choices=SIDES, help="side of a femur, likewise")
    command.add_argument("--compartment", choices=COMPARTMENTS[:-1], help="what part was drawn, likewise")


def add_reference_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--reference-roi", metavar="FILE",
                         help="segmentation with the reference tissue, for a profile that normalises on one")
    command.add_argument("--reference-segment", metavar="NAME", help="which segment of it: its name or label value")


def reference_from(options: argparse.Namespace, image: BoneImage) -> Roi | None:
    """The reference region on the image's grid, or ``None`` where none is named.

    ``--reference-segment`` alone means a segment of the ROI's own file.
    """
    if options.reference_roi is None and options.reference_segment is None:
        return None
    segmentation = read_segmentation(options.reference_roi or options.roi, image.geometry, image.reading.file_grid)
    return roi_from_file(segmentation, options.reference_segment)


def add_answers_arguments(command: argparse.ArgumentParser, several: bool = False) -> None:
    """``several``: the answers are a list, with ``SEGMENT=`` before each file where there are several segments."""
    what = "answers to a form, see 'radiomics-ortho semantic'"
    if several:
        command.add_argument("--semantic", metavar="[SEGMENT=]ANSWERS.json", action="append", default=[],
                             help=f"{what}; with several segments one file for each that was read")
    else:
        command.add_argument("--semantic", metavar="ANSWERS.json", help=what)
    add_form_argument(command)


def add_form_argument(command: argparse.ArgumentParser) -> None:
    command.add_argument("--form", metavar="FORM.yaml", help="your own form, where the answers are to one")


def answers_from(options: argparse.Namespace) -> SemanticAnswers | None:
    """The answers that were given with ``--semantic``, checked and complete."""
    files = [options.semantic] if isinstance(options.semantic, str) else options.semantic or []
    if not files:
        if options.form is not None:
            raise InputError("A form (--form) is of use with answers to it only; give them with --semantic.")
        return None
    if len(files) > 1:
        raise InputError("Answers are about one region, and one is measured; give one file of answers.")
    return load_answers(files[0], load_form(options.form) if options.form else None)


def image_from(options: argparse.Namespace, modality: str = "unknown") -> BoneImage:
    """The scan, with what was stated on the command line.

    ``modality`` is what it is taken for where neither the file nor the command line says: that
    of a profile.  CT is never taken for granted: its values show whether they are HU.
    """
    return interruptible(lambda: read_stated_image(options.image, options.series, facts_from(options), modality))


def facts_from(options: argparse.Namespace) -> StatedFacts:
    """What the options of ``add_acquisition_arguments`` state."""
    contrast = None if options.contrast is None else options.contrast == "yes"
    return StatedFacts(options.modality, options.spacing, options.kvp, contrast, options.field_strength,
                       options.sequence, options.pet_unit)


def interruptible(work: Callable[[], Result]) -> Result:
    """What ``work`` returns; an interrupt (Ctrl-C) need not wait for compiled code to come back."""
    return in_background(lambda progress, cancelled: work(), no_progress, never_cancelled)


def pixel_size(text: str) -> tuple[float, float]:
    """``0.143`` or ``0.143,0.15`` (width, height of a pixel in mm)."""
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        values = []
    if len(values) not in (1, 2) or not all(math.isfinite(value) and value > 0 for value in values):
        raise argparse.ArgumentTypeError(f"'{text}' is no pixel size; give mm such as 0.143, or width,height")
    return values[0], values[-1]


def roi_from(options: argparse.Namespace, image: BoneImage) -> Roi:
    """The chosen segment on the image's grid, with the anatomy stated on the command line.

    Raises InputError if the segment itself states something else.
    """
    segmentation = segmentation_from(options, image)
    name = options.segment if isinstance(options.segment, str) else next(iter(options.segment or ()), None)
    return roi_of(options, segmentation, choose_segment(segmentation, name))


def segmentation_from(options: argparse.Namespace, image: BoneImage) -> SegmentationFile:
    return interruptible(lambda: read_segmentation(options.roi, image.geometry, image.reading.file_grid))


def roi_of(options: argparse.Namespace, segmentation: SegmentationFile, segment: Segment) -> Roi:
    """The same of a segment that is chosen already."""
    roi = roi_of_segment(segmentation, segment)
    stated = {name: getattr(options, name) for name in ("site", "level", "side", "compartment")
              if getattr(options, name) is not None}
    return with_stated_anatomy(roi, **stated)
