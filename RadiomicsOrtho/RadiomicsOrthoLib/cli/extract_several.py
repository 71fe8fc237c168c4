"""``extract`` with several segments: one table with a row per region, refused ones included."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence

from ..errors import InputError
from ..features.engine import Engine
from ..features.extraction import RegionToMeasure, extract_all
from ..features.profile import ExtractionProfile
from ..features.provenance import provenance_document, provenance_list
from ..features.semantic.answers import SemanticAnswers, add_answers, load_answers
from ..features.semantic.catalogue import load_form
from ..features.table import feature_row
from ..features.vector import FeatureVector
from ..imaging.image import BoneImage
from ..imaging.segmentation_file import Segment, SegmentationFile
from ..quality.finding import Finding
from ..quality.image_checks import check_image
from ..regions.from_file import anatomy_of, choose_segment
from ..report.files import write_folder
from ..report.tables import features_csv
from .info import print_findings
from .inputs import reference_from
from .output import ProgressBar

#: exit code where some regions are in the table and others were refused
DONE_IN_PART = 3
#: a segment, the answers about it and the findings on the scan → what is measured; RefusedError where nothing is
RegionOf = Callable[[Segment, SemanticAnswers | None, Sequence[Finding]], RegionToMeasure]


def check_several(options: argparse.Namespace) -> None:
    """InputError for what can be said of one region only."""
    for name in ("level", "side"):
        if getattr(options, name) is not None:
            raise InputError(f"--{name} is that of one region; name the segments by theirs (such as 'L1 body'), or "
                             "extract one at a time.")
    if options.reporting:
        raise InputError("--reporting is about one region; extract that one alone.")
    if options.form is not None and not options.semantic:
        raise InputError("A form (--form) is of use with answers to it only; give them with --semantic.")


def extract_several(options: argparse.Namespace, image: BoneImage, segmentation: SegmentationFile,
                    profile: ExtractionProfile, engine: Engine, region_of: RegionOf) -> dict:
    """Measure the chosen segments; a refused one has a row that says why.  InputError if all are refused."""
    segments = chosen_segments(options, segmentation)
    answers = answers_by_segment(options, segmentation, segments)
    reference = reference_from(options, image)
    of_image = tuple(check_image(image))
    bar = ProgressBar(options.json)
    try:
        found = extract_all(image, [lambda segment=segment: region_of(segment, answers.get(segment.name), of_image)
                                    for segment in segments], profile, engine, bar, reference=reference)
    finally:
        bar.close()
    refused = [(segment.name, error) for segment, error in zip(segments, found, strict=True)
               if isinstance(error, InputError)]
    if len(refused) == len(segments):
        name, error = refused[0]
        raise InputError(f"None of the {len(segments)} regions can be measured; '{name}': {error}")
    named = [(segment.name, _with_answers(one, answers.get(segment.name)))
             for segment, one in zip(segments, found, strict=True)]
    rows = [{"segment": segment.name, "refused": "", **feature_row(one)} if isinstance(one, FeatureVector) else
            {"segment": segment.name, "refused": str(one), **anatomy_of(segment.name, segment.tags),
             "profile": profile.id} for segment, (_, one) in zip(segments, named, strict=True)]
    document = provenance_list(named)
    sidecar = options.output.with_suffix(".provenance.json").name
    write_folder(options.output.parent, {
        options.output.name: features_csv(rows),
        sidecar: json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"})
    if not options.json:
        measured = len(segments) - len(refused)
        print(f"{measured} of {len(segments)} regions (profile {profile.id}) written to {options.output}; "
              f"provenance in {sidecar}")
        _print_regions(named)
    for name, error in refused:
        sys.stderr.write(f"Left out, '{name}': {error}\n")
    return {"regions": [_result(name, one) for name, one in named], "output": str(options.output),
            "exit_code": DONE_IN_PART if refused else 0}


def chosen_segments(options: argparse.Namespace, segmentation: SegmentationFile) -> list[Segment]:
    chosen = [choose_segment(segmentation, name) for name in options.segment]
    if options.all_segments:
        # the tissue that gives the scale is no region to be measured
        of_file = options.reference_segment is not None and options.reference_roi is None
        reference = choose_segment(segmentation, options.reference_segment) if of_file else None
        chosen = [segment for segment in segmentation.segments if segment != reference]
        if not chosen:
            raise InputError("The file has the reference segment only; nothing is left to measure.")
    names = [segment.name for segment in chosen]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InputError(f"The segment '{twice}' is there twice; each row of the table needs a name of its own.")
    return chosen


def answers_by_segment(options: argparse.Namespace, segmentation: SegmentationFile,
                       segments: Sequence[Segment]) -> dict[str, SemanticAnswers]:
    """Name of a segment → the answers about it."""
    form = load_form(options.form) if options.form else None
    found: dict[str, SemanticAnswers] = {}
    for text in options.semantic:
        name, separator, path = text.partition("=")
        if not separator:
            raise InputError(f"Answers are about one region; write which, as in --semantic {segments[0].name}={text}.")
        segment = choose_segment(segmentation, name)
        if segment not in segments:
            raise InputError(f"There are answers about the segment '{name}', which is not to be measured; choose it "
                             "with --segment or leave them out.")
        if segment.name in found:
            raise InputError(f"There are two files of answers about the segment '{name}'; give one.")
        found[segment.name] = load_answers(path, form)
    return found


def _with_answers(found: FeatureVector | InputError, answers: SemanticAnswers | None) -> FeatureVector | InputError:
    return add_answers(found, answers) if answers and isinstance(found, FeatureVector) else found


def _result(name: str, found: FeatureVector | InputError) -> dict:
    if not isinstance(found, FeatureVector):
        return {"segment": name, "refused": str(found)}
    return {"segment": name, "features": dict(found.values), "categories": dict(found.categories),
            "failures": dict(found.failures), "provenance": provenance_document(found)}


def _print_regions(named: Sequence[tuple[str, FeatureVector | InputError]]) -> None:
    """One line per measured region, then each finding once."""
    of: dict[Finding, list[str]] = {}
    measured = [(name, vector) for name, vector in named if isinstance(vector, FeatureVector)]
    for name, vector in measured:
        undefined = f"; not defined: {', '.join(vector.failures)}" if vector.failures else ""
        print(f"  {name}: {len(vector.values)} features, {_size(vector.provenance['roi'])}{undefined}")
        for finding in vector.provenance["findings"]:
            of.setdefault(Finding(**finding), []).append(name)
    for finding, names in of.items():
        print_findings([finding], "" if len(names) == len(measured) else f"{', '.join(names)}: ")


def _size(region: Mapping) -> str:
    return f"{region['volume_ml']:.3g} mL" if "volume_ml" in region else f"{region['voxels']} pixels"
