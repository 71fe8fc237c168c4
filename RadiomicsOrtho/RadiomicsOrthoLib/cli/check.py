"""``check IMAGE ROI``: what the quality gate finds on a region, before anything is measured."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from ..imaging.image import BoneImage
from ..quality.finding import Finding, refusals
from ..quality.gate import inspect_with_core
from ..quality.image_checks import check_image
from ..regions.from_file import choose_segment
from ..regions.roi import Roi
from ..regions.trabecular import DEFAULT_DEPTH_MM
from .info import print_findings
from .inputs import add_image_arguments, add_roi_arguments, image_from, interruptible, roi_of, segmentation_from

#: with ``--strict``: a region that a score would refuse
REFUSED = 2


def add_command(commands) -> None:
    command = commands.add_parser("check", help="list what speaks against measuring a region, and what to do about it")
    add_image_arguments(command)
    add_roi_arguments(command, several=True)
    command.add_argument("--core-depth", type=float, default=DEFAULT_DEPTH_MM, metavar="MM",
                         help="depth below the surface of the trabecular core that is checked in a whole vertebra "
                         "(default %(default)s mm)")
    command.add_argument("--strict", action="store_true", help=f"end with exit code {REFUSED} if a region is refused")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> dict:
    image = image_from(options)
    segmentation = segmentation_from(options, image)
    segments = segmentation.segments if options.all_segments else \
        tuple(choose_segment(segmentation, name) for name in options.segment or [None])
    of_image = tuple(check_image(image))
    regions = []
    for segment in segments:
        roi = roi_of(options, segmentation, segment)
        found = interruptible(lambda roi=roi: inspect_with_core(image, roi, of_image, options.core_depth))
        regions.append(_region(image, roi, segment.name, found))
        if not options.json:
            of_region = [finding for finding in found if finding not in of_image]
            place = "" if (roi.level or roi.side or "") in segment.name and roi.site != "unknown" else f", {roi.place}"
            print(f"{segment.name}{place}: {roi.size_text}, {'refused' if refusals(found) else _verdict(of_region)}")
            print_findings(of_region)
    if not options.json and of_image:
        print(f"The scan: {_verdict(of_image)}")
        print_findings(of_image)
    result = {"findings": [finding.to_dict() for finding in of_image], "regions": regions}
    if options.strict and any(region["refused"] for region in regions):
        result["exit_code"] = REFUSED
    return result


def _region(image: BoneImage, roi: Roi, name: str, found: tuple[Finding, ...]) -> dict:
    planar = image.geometry.plane_axis is not None
    return {"segment": name, "site": roi.site, "level": roi.level, "side": roi.side, "compartment": roi.compartment,
            "voxel_count": roi.voxel_count, "volume_ml": None if planar else roi.volume_ml,
            "refused": bool(refusals(found)), "findings": [finding.to_dict() for finding in found]}


def _verdict(found: Sequence[Finding]) -> str:
    warnings = sum(finding.severity == "warn" for finding in found)
    return {0: "no warning", 1: "1 warning"}.get(warnings, f"{warnings} warnings")
