"""``scan IMAGE --out DIR``: regions, measurements and the cards of every model that applies, with one call."""

from __future__ import annotations

import argparse
import json
import re
from dataclasses import replace
from pathlib import Path

from ..errors import InputError
from ..imaging.calibration.calibration_file import calibration_json, read_calibration
from ..imaging.image import BoneImage
from ..imaging.segmentation_file import read_segmentation
from ..long_work import never_cancelled
from ..regions.proposal import Proposal, proposal_file
from ..regions.request import SITES
from ..regions.roi import LEVELS
from ..regions.trabecular import DEFAULT_DEPTH_MM
from ..report.files import write_folder
from ..report.scan_files import INDEX, RESULT, scan_files
from ..report.scan_index import measurement_text
from ..report.scan_pictures import scan_pictures
from ..workflow.chain import find_regions, score_scan
from ..workflow.given_regions import given_regions
from ..workflow.levelled_regions import SUGGESTED
from ..workflow.memory import Memory
from ..workflow.request import ANY, ScanRequest
from ..workflow.scan_result import ScanResult
from .info import print_findings
from .inputs import add_image_arguments, image_from, interruptible
from .output import ProgressBar
from .positions import position
from .report_options import add_report_arguments
from .score import clinical_from, print_card

REGIONS, STAGES = "regions.seg.nrrd", "stages.json"


def add_command(commands) -> None:
    command = commands.add_parser("scan", help="score a scan: find the bones, measure them, apply every model that "
                                  "fits")
    # a position may begin with a minus: ``--seed -12,30,5``
    command._negative_number_matcher = re.compile(r"^-[\d.]")  # noqa: SLF001 - argparse offers no public way
    add_image_arguments(command)
    command.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder for regions, cards and index; "
                         "in the folder of an earlier run only what changed is computed")
    command.add_argument("--site", choices=(*SITES, ANY), default=SITES[0], help=f"which bone; '{ANY}' takes "
                         "the first of them that is found (default %(default)s)")
    command.add_argument("--seed", type=position, metavar="R,A,S", help="a point inside the bone (RAS mm), where it is "
                         "not found by itself")
    command.add_argument("--roi", metavar="ROI", help="regions to take as they are, such as the corrected "
                         f"{REGIONS} of an earlier run; no bone is looked for then")
    command.add_argument("--level", type=str.upper, choices=LEVELS[:-1], metavar="LEVEL",
                         help="which vertebra the point lies in (without a point: which the lowest one is); the others "
                         "follow")
    command.add_argument("--model", action="append", default=[], metavar="ID", help="also apply this model, which "
                         "needs no scan or is simulated; repeatable")
    command.add_argument("--clinical", nargs="+", default=[], action="extend", metavar="key=value",
                         help="values that models ask for; ID:key=value where two of them mean different things by it")
    command.add_argument("--clinical-file", metavar="FILE.json", type=Path, help="the same as a JSON object")
    command.add_argument("--core-depth", type=float, default=DEFAULT_DEPTH_MM, metavar="MM",
                         help="how much is removed below the surface for a trabecular core (default %(default)s mm)")
    command.add_argument("--calibration", metavar="FILE.json", type=Path, help="how HU become densities, as written by "
                         "'calibrate': models of densities are then applied, too")
    add_report_arguments(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> dict:
    if options.roi and options.seed:
        raise InputError("--roi gives the regions, and --seed looks for them; leave one of them out.")
    request = ScanRequest(options.site, options.seed, options.level, clinical_from(options), tuple(options.model),
                          options.core_depth, calibration_json(read_calibration(options.calibration))
                          if options.calibration else "")
    image, memory, bar = image_from(options), Memory(_earlier(options.out, STAGES)), ProgressBar(options.json)
    try:
        regions = _given(options, image) if options.roi else find_regions(
            image, request, memory, lambda share, text: bar(0.8 * share, text), never_cancelled)
        found = score_scan(image, request, memory, regions, None, lambda share, text: bar(0.8 + 0.2 * share, text),
                           never_cancelled)
    finally:
        bar.close()
    files = scan_files(found.to_dict(), [(entry.card, entry.region) for entry in found.cards], options.language,
                       options.pdf, scan_pictures(image, regions, {entry.region for entry in found.cards},
                                              options.core_depth))
    written = options.out / REGIONS
    if not (options.roi and written.is_file() and written.samefile(options.roi)):
        # what is read is not written over
        files[REGIONS] = proposal_file(regions.regions, image.reading.file_grid or image.geometry)
    files[STAGES] = json.dumps(memory.kept(), allow_nan=False)
    write_folder(options.out, files)
    if not options.json:
        _print(found)
        print(f"Written to {options.out}: open {INDEX}; check the regions ({REGIONS}) before you rely on a number.")
    return found.to_dict()


def _earlier(folder: Path, name: str) -> dict[str, object]:
    """What the file ``name`` of an earlier run holds; nothing where it cannot be read."""
    try:
        found = json.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _given(options: argparse.Namespace, image: BoneImage) -> Proposal:
    """The regions of ``--roi``; the level that an earlier run in the same folder suggested still is suggested."""
    path = options.roi
    segmentation = interruptible(lambda: read_segmentation(path, image.geometry, image.reading.file_grid))
    suggested = next((region for region in _earlier(options.out, RESULT).get("regions", ())
                      if region["level_from"] == SUGGESTED), None)
    suggestion = suggested and {"number": suggested["body"], "level": suggested["place"]}
    return given_regions(segmentation, suggestion=suggestion)


def _print(found: ScanResult) -> None:
    for region in found.regions:
        amount = measurement_text(region.measurements) if region.complete else "cut off by the scan's edge"
        place = f" ({region.place}, {region.level_from})" if region.body and region.level_from != "unknown" else ""
        print(f"{region.name}{place}: {amount}")
    print_findings(found.findings)
    for remark in found.remarks:
        print(f"  {'left out' if remark.refused else 'note'}: {remark.sentence} {remark.remedy}".rstrip())
    # what was said of the scan, or with an earlier card, is not said again with each card
    said = list(found.findings)
    for entry in found.cards:
        print_card(replace(entry.card, findings=tuple(
            finding for finding in entry.card.findings if finding.severity != "note" and finding not in said)))
        said += entry.card.findings
    for offer in found.offers:
        print(f"{offer.title} ({offer.model}) needs: {', '.join(name for name, _, _ in offer.needs)} (--clinical)")
    for entry in found.not_applied:
        print(f"Not applied: {entry.model}. {entry.reason} {entry.remedy}".rstrip())
