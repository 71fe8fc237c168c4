"""``extract IMAGE ROI --profile P``: a row of features with its provenance, or one row per segment."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from ..features.checked_region import checked_region
from ..features.engine import DEFAULT_ENGINE, load_engine
from ..features.extraction import RegionToMeasure, extract_features
from ..features.profile_file import load_profile, profile_names
from ..features.provenance import provenance_document, provenance_json
from ..features.reporting.checklist import checklist
from ..features.semantic.answers import SemanticAnswers, add_answers
from ..features.standardisation.standardise import check_reference
from ..features.table import feature_row
from ..quality.finding import Finding
from ..regions.from_file import choose_segment
from ..regions.trabecular import DEFAULT_DEPTH_MM
from ..report.files import write_folder
from ..report.reporting import REPORTING_FORMATS, reporting_text
from ..report.tables import features_csv
from .extract_several import check_several, extract_several
from .info import print_findings
from .inputs import (
    add_answers_arguments,
    add_image_arguments,
    add_reference_arguments,
    add_roi_arguments,
    answers_from,
    image_from,
    interruptible,
    reference_from,
    roi_of,
    segmentation_from,
)
from .output import ProgressBar, check_output
from .semantic import print_answers


def add_command(commands) -> None:
    command = commands.add_parser("extract", help="extract radiomics features of a region, or of several")
    add_image_arguments(command)
    add_roi_arguments(command, several=True)
    add_reference_arguments(command)
    add_answers_arguments(command, several=True)
    command.add_argument("--profile", required=True, metavar="P",
                         help=f"extraction profile: {', '.join(profile_names())}, or a YAML file")
    command.add_argument("--engine", default=DEFAULT_ENGINE, help="extraction engine: fast (default) or pyradiomics")
    command.add_argument("--core-depth", type=float, default=DEFAULT_DEPTH_MM, metavar="MM",
                         help="how much is removed below the surface for a trabecular core (default %(default)s mm)")
    command.add_argument("-o", "--output", required=True, metavar="features.csv", type=Path)
    command.add_argument("--reporting", choices=REPORTING_FORMATS, metavar="FORMAT",
                         help="also write the items of the IBSI's reporting guideline, as far as they are known, "
                         f"beside the features: {', '.join(REPORTING_FORMATS)}")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> dict:
    several = options.all_segments or len(options.segment) > 1
    check_output(options.output, (".csv",))
    if several:
        check_several(options)
    profile, engine = load_profile(options.profile), load_engine(options.engine)
    answers = None if several else answers_from(options)
    image = image_from(options, profile.modality)
    segmentation = segmentation_from(options, image)

    def region_of(segment, answers: SemanticAnswers | None, of_image: Sequence[Finding] | None) -> RegionToMeasure:
        return checked_region(image, roi_of(options, segmentation, segment), profile, options.core_depth, answers,
                              of_image)

    if several:
        return extract_several(options, image, segmentation, profile, engine, region_of)
    segment = choose_segment(segmentation, options.segment[0] if options.segment else None)
    reference = reference_from(options, image)
    check_reference(profile.standardisation, profile.id, image, reference)
    found = interruptible(lambda: region_of(segment, answers, None))
    region, findings = found.roi, found.findings
    vector = extract_features(image, region, profile, engine, ProgressBar(options.json), source_roi=found.source_roi,
                              reference=reference, findings=findings)
    count, undefined = len(vector.values), ", ".join(vector.failures)
    if answers:
        vector = add_answers(vector, answers)
    sidecar = options.output.with_suffix(".provenance.json").name
    files = {options.output.name: features_csv([feature_row(vector, region)]), sidecar: provenance_json(vector)}
    if options.reporting:
        reporting = options.output.with_suffix(f".reporting.{options.reporting}").name
        files[reporting] = reporting_text(provenance_document(vector), options.reporting)
    write_folder(options.output.parent, files)
    if not options.json:
        print(f"{count} features of {region.place} ({region.size_text}, profile {profile.id}) "
              f"written to {options.output}; provenance in {sidecar}")
        if options.reporting:
            open_items = [item.number for item in checklist(provenance_document(vector)) if item.state == "open"]
            print(f"  reporting items in {reporting}; open: {', '.join(open_items)}")
        if undefined:
            print(f"  not defined on this region: {undefined}")
        if answers:
            print_answers(answers)
        print_findings(findings)
    return {"features": dict(vector.values), "categories": dict(vector.categories), "failures": dict(vector.failures),
            "provenance": provenance_document(vector), "output": str(options.output)}
