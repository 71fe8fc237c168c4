"""``score IMAGE ROI --model ID --out DIR``: the score card and its renderings; of several segments also the patient's.

A model that measures nothing on a scan is applied without IMAGE and ROI, to ``--clinical`` values alone.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from .. import RESEARCH_USE_ONLY
from ..errors import InputError
from ..features.engine import DEFAULT_ENGINE, load_engine
from ..features.semantic.answers import SemanticAnswers
from ..features.vector_file import read_vector
from ..imaging.calibration.calibration_file import read_calibration
from ..models.bundle import ModelBundle
from ..models.catalogue import load_model
from ..models.safe_json import parse_json
from ..quality.finding import raise_refusals
from ..regions.roi import Roi
from ..regions.trabecular import DEFAULT_DEPTH_MM
from ..report.files import card_files, write_folder
from ..report.region_views import region_views
from ..report.wording import interval_text, output_text
from ..scoring.applicability import check_scan
from ..scoring.card import ScoreCard
from ..scoring.case_facts import ScanFacts
from ..scoring.clinical_score import score_clinical
from ..scoring.score import Scored, score_case
from ..scoring.vector_score import score_vector
from .dicom_out import DicomCase, add_dicom_argument, dicom_export_from
from .info import print_findings
from .inputs import (
    add_answers_arguments,
    add_image_arguments,
    add_reference_arguments,
    add_roi_arguments,
    answers_from,
    image_from,
    reference_from,
    roi_from,
    roi_of,
    segmentation_from,
)
from .output import ProgressBar
from .report_options import add_report_arguments
from .score_several import check_several, score_several


def add_command(commands) -> None:
    command = commands.add_parser("score", help="apply a model to a region, or to entered values alone, and write "
                                  "its card")
    add_image_arguments(command, nargs="?")
    add_roi_arguments(command, nargs="?", several=True)
    add_reference_arguments(command)
    add_answers_arguments(command, several=True)
    command.add_argument("--leave-out", metavar="SEGMENT=REASON", action="append", default=[], help="of several "
                         "segments one that must not count for the patient, and why (a fracture)")
    command.add_argument("--model", required=True, metavar="ID", help="see 'radiomics-ortho models list'")
    command.add_argument("--clinical", nargs="+", default=[], action="extend", metavar="key=value",
                         help="values that the model asks for, see 'radiomics-ortho models show ID'; some models need "
                              "nothing else, then leave IMAGE and ROI out")
    command.add_argument("--clinical-file", metavar="FILE.json", type=Path, help="the same as a JSON object, for "
                         "models that ask for much; --clinical adds to it and goes before it")
    command.add_argument("--engine", default=DEFAULT_ENGINE, help="extraction engine: fast (default) or pyradiomics")
    command.add_argument("--core-depth", type=float, default=DEFAULT_DEPTH_MM, metavar="MM",
                         help="how much is removed below the surface for a trabecular core (default %(default)s mm)")
    command.add_argument("--calibration", metavar="FILE.json", type=Path, help="how the HU of the scan become "
                         "densities, for models of densities; see 'radiomics-ortho calibrate'")
    command.add_argument("--features", metavar="features.csv", type=Path, help="in place of IMAGE and ROI: features of "
                         "one region that 'extract' wrote, with their provenance beside them")
    command.add_argument("--out", metavar="DIR", type=Path, help="folder for card, report and nomogram; needed with "
                         "a scan")
    add_report_arguments(command)
    add_dicom_argument(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> dict:
    model, dicom = load_model(options.model), dicom_export_from(options)
    if not model.uses_scan:
        return _run_clinical(options, model)
    if options.features:
        return _run_vector(options, model)
    missing = [name for name, given in (("IMAGE", options.image), ("ROI", options.roi), ("--out", options.out))
               if given is None]
    if missing:
        raise InputError(f"The model '{model.id}' measures on a scan; give {', '.join(missing)}.")
    several = options.all_segments or len(options.segment) > 1
    if several:
        check_several(options)
    elif options.leave_out:
        raise InputError("--leave-out is about one of several segments; choose them with --segment.")
    answers = None if several else answers_from(options)
    calibration = read_calibration(options.calibration) if options.calibration else None
    image = image_from(options)
    # before the region is read: what is wrong with the scan is the better answer
    raise_refusals(check_scan(model, ScanFacts.of(image)))
    engine = load_engine(options.engine) if model.needs_features or options.engine != DEFAULT_ENGINE else None
    clinical, bar = clinical_from(options), ProgressBar(options.json)

    def scored_of(roi: Roi, answers: SemanticAnswers | None) -> Scored:
        return score_case(image, roi, model, clinical, options.core_depth, engine, bar, answers=answers,
                          reference=reference_from(options, image), calibration=calibration)

    if several:
        segmentation = segmentation_from(options, image)
        return score_several(options, image, model, segmentation,
                             lambda segment: roi_of(options, segmentation, segment), scored_of, print_card,
                             dicom)
    roi = roi_from(options, image)
    scored = scored_of(roi, answers)
    card = scored.card
    views = region_views(image, scored.roi, roi)
    files = card_files(card, views, scored.features, scored.roi, options.language, options.pdf)
    objects = dicom.objects({"": DicomCase(card, scored.roi, views)}) if dicom else {}
    write_folder(options.out, files)
    if dicom:
        dicom.write(objects)
    if not options.json:
        print_card(card)
        print(f"Written to {options.out}: {', '.join(files)}")
        if objects:
            print(f"Written to {options.dicom_out}, with the patient's identity: {', '.join(objects)}")
    return card.to_dict()


#: what says something of a scan or a region; without one it would be passed over in silence
_OF_A_SCAN = ("series", "modality", "spacing", "kvp", "contrast", "field_strength", "sequence", "pet_unit", "segment",
              "all_segments", "site", "level", "side", "compartment", "reference_roi", "reference_segment", "leave_out")


def _given(options: argparse.Namespace, names: Sequence[str]) -> str:
    """The first of the options that was given, as it is written; empty if none was."""
    given = [name for name in names if getattr(options, name) not in (None, [], False)]
    return f"--{given[0].replace('_', '-')}" if given else ""


def _run_clinical(options: argparse.Namespace, model: ModelBundle) -> dict:
    if options.image or options.roi or options.semantic or options.calibration or options.features:
        raise InputError(f"The model '{model.id}' uses no scan, region, answers, calibration or features; give its "
                         "values with --clinical.")
    given = _given(options, _OF_A_SCAN)
    if given:
        raise InputError(f"The model '{model.id}' uses no scan; leave {given} out.")
    return _finish(options, score_clinical(model, clinical_from(options)))


def _finish(options: argparse.Namespace, card: ScoreCard) -> dict:
    """Write and print a card for which no scan was read."""
    if options.pdf and not options.out:
        raise InputError("--pdf writes a file; say with --out where.")
    files = card_files(card, language=options.language, pdf=options.pdf) if options.out else {}
    if files:
        write_folder(options.out, files)
    if not options.json:
        print_card(card)
        if files:
            print(f"Written to {options.out}: {', '.join(files)}")
    return card.to_dict()


def _run_vector(options: argparse.Namespace, model: ModelBundle) -> dict:
    given = "IMAGE" if options.image else _given(options, (*_OF_A_SCAN, "semantic", "calibration"))
    if given:
        raise InputError(f"--features takes the place of the scan; leave {given} out.")
    return _finish(options, score_vector(model, read_vector(options.features), clinical_from(options)))


def clinical_from(options: argparse.Namespace) -> dict[str, str]:
    """The values of ``--clinical-file``, and those of ``--clinical`` over them."""
    stated = parse_clinical(options.clinical)
    if options.clinical_file is None:
        return stated
    try:
        found = parse_json(options.clinical_file.read_bytes())
    except OSError as error:
        raise InputError(f"Cannot read '{options.clinical_file}': {error.strerror}.") from None
    except ValueError as error:
        raise InputError(f"'{options.clinical_file}' is no sound JSON file ({error}).") from None
    if not isinstance(found, dict) or any(isinstance(v, bool) or not isinstance(v, (str, int, float))
                                          for v in found.values()):
        raise InputError(f"'{options.clinical_file}' must hold one object of names with numbers or texts; "
                         "write \"yes\", not true.")
    return {name: str(value) for name, value in found.items()} | stated


def parse_clinical(pairs: list[str]) -> dict[str, str]:
    """``["age=70", …]`` as a mapping; InputError for anything else."""
    values: dict[str, str] = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        if not separator or not name.strip():
            raise InputError(f"A clinical value is written key=value, not '{pair}'.")
        if name.strip() in values:
            raise InputError(f"The clinical value '{name.strip()}' is given twice.")
        values[name.strip()] = value.strip()
    return values


def print_card(card: ScoreCard) -> None:
    """The card in a few lines of text."""
    interval = f" ({interval_text(card)})" if card.interval else ""
    print(f"{card.model.title}, {card.place}: {output_text(card.model, card.value)}{interval}")
    if card.output_class:
        print(f"  {card.output_class.title} — {card.output_class.sentence}")
    if card.interval:
        print(f"  In brackets: {card.interval_reason[:1].lower()}{card.interval_reason[1:]}")
    print_findings(card.findings)
    if card.model.card.get("notice"):
        print(f"  Notice: {card.model.card['notice']}")
    print(f"  {RESEARCH_USE_ONLY}")
