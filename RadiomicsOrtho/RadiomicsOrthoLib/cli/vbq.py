"""``vbq IMAGE ROI [--out DIR]``: the vertebral bone quality ratio of a lumbar T1, from its bodies and fluid; its card.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from .. import RESEARCH_USE_ONLY
from ..errors import InputError
from ..features.provenance import provenance_of
from ..features.vertebral_bone_quality import (
    LEVELS,
    NO_THRESHOLD,
    BoneQuality,
    check_scan,
    vertebral_bone_quality,
)
from ..imaging.image import BoneImage
from ..imaging.segmentation_file import read_segmentation
from ..models.catalogue import load_model
from ..quality.finding import most_severe_first, raise_refusals
from ..quality.gate import inspect
from ..quality.image_checks import check_image
from ..regions.from_file import roi_of_segment
from ..regions.lumbar_mr.csf import csf_region
from ..regions.lumbar_mr.csf_proposal import csf_roi
from ..regions.roi import Roi
from ..report.files import card_files, write_folder
from ..report.html import Picture
from ..report.region_views import region_views
from ..scoring.vbq_score import MODEL_ID, score_vbq
from .info import print_findings
from .inputs import add_image_arguments, image_from
from .output import check_output
from .report_options import add_report_arguments

_PARTS = ("whole-body", "trabecular", "unknown")


def add_command(commands) -> None:
    command = commands.add_parser("vbq", help="measure the vertebral bone quality ratio on lumbar T1-weighted MR")
    add_image_arguments(command)
    command.add_argument("roi", metavar="ROI", help="segmentation with the bodies L1 to L4 and, where it is drawn, the "
                         "cerebrospinal fluid at L3 (it is looked for otherwise)")
    command.add_argument("-o", "--output", type=Path, metavar="vbq.json", help="also write it with its provenance")
    command.add_argument("--out", type=Path, metavar="DIR", help=f"folder for the card of the model '{MODEL_ID}' with "
                         "its report; the field strength must be known")
    command.add_argument("--threshold", type=float, metavar="X", help="of this site, measured at the same field "
                         "strength: gives the card a class")
    add_report_arguments(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> dict:
    if options.output:
        check_output(options.output, (".json",))
    if options.threshold is not None and options.out is None:
        raise InputError("--threshold gives the card its class; name a folder for the card with --out.")
    image = image_from(options, "MR")
    # before the fluid is looked for, whose signal depends on it
    check_scan(image)
    bodies, csf = _regions(image, options.roi)
    of_image = tuple(check_image(image))
    raise_refusals(of_image)
    found = vertebral_bone_quality(image, bodies, csf)
    findings = list(of_image)
    # what is measured: a sagittal stack often ends within the sides of the bodies, which does not matter here
    for part in found.regions[:-1]:
        findings += [finding for finding in inspect(image, part, of_image) if finding not in findings]
    raise_refusals(findings)
    findings = most_severe_first(findings)
    sha256 = image.voxel_hash()
    result = {**found.to_dict(), "notice": RESEARCH_USE_ONLY, "provenance": [
        provenance_of(image, region, findings=findings, image_sha256=sha256) for region in found.regions]}
    card = score_vbq(load_model(MODEL_ID), image, found, findings, options.threshold) if options.out else None
    if card:
        result["card"] = card.to_dict()
        files = card_files(card, _views(image, found), language=options.language, pdf=options.pdf)
        write_folder(options.out, files)
    if options.output:
        write_folder(options.output.parent, {
            options.output.name: json.dumps(result, indent=2, ensure_ascii=False, allow_nan=False) + "\n"})
    if not options.json:
        signals = ", ".join(f"{level} {signal:.4g}" for level, signal in found.signals.items())
        print(f"VBQ {found.value:.2f} ({signals}; cerebrospinal fluid {found.csf_mean:.4g} ± {found.csf_sd:.2g})")
        if card and card.output_class:
            print(f"  {card.output_class.title}: {card.output_class.sentence}")
        else:
            print(f"  {NO_THRESHOLD}")
        print_findings(findings)
        print(f"  {RESEARCH_USE_ONLY}")
        if card:
            print(f"Written to {options.out}: {', '.join(files)}")
    return result


def _views(image: BoneImage, found: BoneQuality) -> dict[str, Picture]:
    """The sagittal slice through the middle of what was measured."""
    mask = np.logical_or.reduce([region.mask for region in found.regions])
    views = region_views(image, found.regions[0].with_mask(mask))
    return {title: view for title, view in views.items() if title.startswith("Sagittal")}


def _regions(image: BoneImage, path: str) -> tuple[list[Roi], Roi]:
    """The bodies L1 to L4, whole ones rather than their cores, and the fluid: drawn, or else looked for."""
    segmentation = read_segmentation(path, image.geometry, image.reading.file_grid)
    rois = [roi_of_segment(segmentation, segment) for segment in segmentation.segments]
    fluids = [roi for roi in rois if roi.compartment == "csf"]
    if len(fluids) > 1:
        raise InputError(f"'{path}' holds {len(fluids)} regions of cerebrospinal fluid; keep one.")
    bodies = []
    for level in LEVELS:
        parts = {part: [roi for roi in rois if (roi.site, roi.level, roi.compartment) == ("vertebra", level, part)]
                 for part in _PARTS}
        bodies += next((found for found in parts.values() if found), [])
    if fluids:
        return bodies, fluids[0]
    found = csf_region(image, {body.level: body.mask for body in bodies if body.compartment != "trabecular"})
    return bodies, csf_roi(image, found)
