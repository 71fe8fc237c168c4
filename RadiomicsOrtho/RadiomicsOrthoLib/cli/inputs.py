"""Arguments that several commands share: the image, the ROI and what is known of them."""

from __future__ import annotations

import argparse
from dataclasses import replace

from ..errors import InputError
from ..features.semantic.answers import SemanticAnswers, load_answers
from ..features.semantic.catalogue import load_form
from ..imaging.image import BoneImage
from ..imaging.readers import read_image
from ..imaging.segmentation_file import read_segmentation
from ..regions.from_file import roi_from_file
from ..regions.roi import COMPARTMENTS, LEVELS, SIDES, SITES, Roi


def add_image_arguments(command: argparse.ArgumentParser, name: str = "image") -> None:
    """``name`` is ``image`` for a positional argument, ``--image`` for an option."""
    command.add_argument(name, metavar="IMAGE", help="NRRD, NIfTI or MHA file, or a DICOM folder")
    command.add_argument("--series", help="which series of a DICOM folder (number or UID)")
    command.add_argument("--kvp", type=float, metavar="KV", help="tube voltage, where the file does not say")
    command.add_argument("--contrast", choices=("yes", "no"), help="contrast agent given, where the file does not say")


def add_roi_arguments(command: argparse.ArgumentParser, name: str = "roi") -> None:
    """``name`` is ``roi`` for a positional argument, ``--roi`` for an option."""
    command.add_argument(name, metavar="ROI", help="segmentation: .seg.nrrd or a label map on the image's grid")
    command.add_argument("--segment", metavar="NAME", help="which segment: its name, label value or level")
    command.add_argument("--site", choices=SITES[:-1], help="what bone it is, where the segment does not say")
    command.add_argument("--level", choices=LEVELS, metavar="LEVEL", help="vertebral level (L1), likewise")
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
    return roi_from_file(read_segmentation(options.reference_roi or options.roi, image.geometry),
                         options.reference_segment)


def add_answers_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("--semantic", metavar="ANSWERS.json", help="answers to a form, see 'radiomics-ortho semantic'")
    add_form_argument(command)


def add_form_argument(command: argparse.ArgumentParser) -> None:
    command.add_argument("--form", metavar="FORM.yaml", help="your own form, where the answers are to one")


def answers_from(options: argparse.Namespace) -> SemanticAnswers | None:
    """The answers that were given with ``--semantic``, checked and complete."""
    if options.semantic is None:
        if options.form is not None:
            raise InputError("A form (--form) is of use with answers to it only; give them with --semantic.")
        return None
    return load_answers(options.semantic, load_form(options.form) if options.form else None)


def image_from(options: argparse.Namespace) -> BoneImage:
    """The scan, with the acquisition facts that were stated on the command line."""
    image = read_image(options.image, options.series)
    contrast = None if options.contrast is None else options.contrast == "yes"
    return replace(image, acquisition=image.acquisition.with_stated(kvp=options.kvp, contrast_agent=contrast))


def roi_from(options: argparse.Namespace, image: BoneImage) -> Roi:
    """The chosen segment on the image's grid, with the anatomy stated on the command line.

    Raises InputError if the segment itself states something else.
    """
    roi = roi_from_file(read_segmentation(options.roi, image.geometry), options.segment)
    stated = {name: getattr(options, name) for name in ("site", "level", "side", "compartment")
              if getattr(options, name) is not None}
    for name, value in stated.items():
        known = getattr(roi, name)
        if known not in (None, "unknown", value):
            raise InputError(f"The segment states the {name} '{known}'; it cannot be stated as '{value}': rename the "
                             "segment if it is wrong.")
    if stated.get("level"):
        stated.setdefault("site", "vertebra")
    if stated.get("side"):
        stated.setdefault("site", "proximal-femur")
    return replace(roi, **stated)
