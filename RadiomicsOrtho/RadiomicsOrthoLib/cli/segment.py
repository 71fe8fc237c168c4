"""``segment IMAGE --site S --seed R,A,S -o out.seg.nrrd``: from one click to the bones, or from points to a region."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from ..imaging.image import BoneImage
from ..long_work import Cancelled, Progress, never_cancelled
from ..quality.finding import raise_refusals
from ..quality.image_checks import check_image
from ..regions.proposal import Proposal, proposal_file
from ..regions.request import MR_METHODS
from ..report.files import write_folder
from . import segment_femur, segment_planar, segment_totalsegmentator, segment_vertebra
from .inputs import add_image_arguments, image_from
from .output import ProgressBar, check_output
from .positions import position

ENDING = ".seg.nrrd"


@dataclass(frozen=True)
class SiteCommand:
    """How a site is segmented: its own arguments, the modality it takes, and the work."""

    add_arguments: Callable[[argparse.ArgumentParser], None]
    propose: Callable[[BoneImage, argparse.Namespace, Progress, Cancelled], Proposal]


#: ``--site`` → what does it
SITE_COMMANDS: Mapping[str, SiteCommand] = {
    "vertebra": SiteCommand(segment_vertebra.add_arguments, segment_vertebra.propose),
    "proximal-femur": SiteCommand(segment_femur.add_arguments, segment_femur.propose),
}


def add_command(commands) -> None:
    command = commands.add_parser("segment", help="propose bone regions from one click, or a region from points")
    # a position may begin with a minus: ``--seed -12,30,5``
    command._negative_number_matcher = re.compile(r"^-[\d.]")  # noqa: SLF001 - argparse offers no public way
    add_image_arguments(command)
    command.add_argument("--site", choices=tuple(SITE_COMMANDS), help="which bone")
    command.add_argument("--seed", type=position, metavar="R,A,S",
                         help="a point inside the bone: right, anterior, superior in mm, as Slicer shows it")
    command.add_argument("--auto", action="store_true", help="find the bone without a point, where that is possible")
    command.add_argument("--method", choices=("own", segment_totalsegmentator.METHOD, *MR_METHODS), default="own",
                         help="this project's own method (default), or TotalSegmentator's labels, checked; vertebrae "
                         "on MR: the learned model (default where onnxruntime is installed), or one-click by edges")
    command.add_argument("--summary", type=Path, metavar="summary.json",
                         help="also write what was measured: volumes, heights, completeness, remarks")
    command.add_argument("-o", "--output", required=True, metavar=f"out{ENDING}", type=Path)
    for site in SITE_COMMANDS.values():
        site.add_arguments(command)
    segment_planar.add_arguments(command)
    segment_totalsegmentator.add_arguments(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> dict:
    shape = segment_planar.shape_of(options)
    _check_options(options, shape)
    image = image_from(options)
    if shape is None and image.geometry.plane_axis is not None:
        raise InputError("The scan is a 2-D image, and bones are proposed in a volume only; give the region by points "
                         f"({', '.join(segment_planar.SHAPES)}).")
    raise_refusals(check_image(image))
    proposal = segment_planar.propose(image, options, shape) if shape else _propose_bones(image, options)
    result = {**proposal.to_dict(), "output": str(options.output)}
    # of a 2-D image Slicer may show another grid than the one that is measured on
    grid = image.reading.file_grid or image.geometry
    write_folder(options.output.parent, {options.output.name: proposal_file(proposal.regions, grid)})
    if options.summary:
        write_folder(options.summary.parent, {
            options.summary.name: json.dumps(result, indent=2, ensure_ascii=False, allow_nan=False) + "\n"})
    if not options.json:
        for region in proposal.regions:
            print(f"{region.written().name}: {region.roi.size_text}")
        for remark in proposal.remarks:
            print(f"  {'left out' if remark.refused else 'note'}: {remark.sentence} {remark.remedy}".rstrip())
        count = len(proposal.regions)
        print(f"{count} segment{'' if count == 1 else 's'} written to {options.output}; "
              f"check {'it' if count == 1 else 'them'} before you measure.")
    return result


def _propose_bones(image: BoneImage, options: argparse.Namespace) -> Proposal:
    bar = ProgressBar(options.json)
    try:
        own = SITE_COMMANDS[options.site].propose
        propose = segment_totalsegmentator.propose if segment_totalsegmentator.is_meant(options) else own
        return propose(image, options, bar, never_cancelled)
    finally:
        bar.close()


def _check_options(options: argparse.Namespace, shape: str | None) -> None:
    segment_totalsegmentator.check_options(options, shape)
    if shape is None and options.site is None:
        raise InputError(f"State the bone with --site {' or --site '.join(SITE_COMMANDS)}.")
    if shape is None and options.site == "proximal-femur":
        segment_femur.check_options(options)
    if options.method in MR_METHODS and (shape is not None or options.site != "vertebra"):
        raise InputError(f"--method {options.method} finds vertebrae on MR; leave it out for anything else.")
    # labels need no point; one may say which bone is meant
    nothing_needed = shape is not None or segment_totalsegmentator.is_meant(options)
    neither = options.seed is None and not options.auto
    if (options.seed is not None and options.auto) or (neither and not nothing_needed):
        raise InputError("Give either a point inside the bone with --seed R,A,S, or --auto." if options.seed is None
                         else "--seed and --auto exclude each other; give one of them.")
    check_output(options.output, (ENDING,))
    if options.summary:
        check_output(options.summary, (".json",))
