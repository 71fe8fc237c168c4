"""``score`` with several segments: a card for each region, and one for the patient by the model's own rule."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence

from ..errors import InputError
from ..features.semantic.answers import SemanticAnswers
from ..imaging.image import BoneImage
from ..imaging.segmentation_file import Segment, SegmentationFile
from ..models.bundle import ModelBundle
from ..regions.from_file import choose_segment
from ..regions.roi import Roi
from ..report.files import write_folder
from ..report.html import Picture
from ..report.patient_files import patient_files, region_folders
from ..report.region_views import region_views
from ..report.wording import interval_text, output_text
from ..scoring.card import ScoreCard
from ..scoring.patient import ScoredRegion, patient_card
from ..scoring.score import Scored
from .dicom_out import DicomCase, DicomExport
from .extract_several import DONE_IN_PART, answers_by_segment, chosen_segments

#: a region and the answers about it → its card; RefusedError where there is none
ScoreOf = Callable[[Roi, SemanticAnswers | None], Scored]


def check_several(options: argparse.Namespace) -> None:
    """InputError for what can be said of one region only."""
    for name in ("level", "side"):
        if getattr(options, name) is not None:
            raise InputError(f"--{name} is that of one region; name the segments by theirs (such as 'L1 body'), or "
                             "score one at a time.")


def score_several(options: argparse.Namespace, image: BoneImage, model: ModelBundle, segmentation: SegmentationFile,
                  roi_of: Callable[[Segment], Roi], score_of: ScoreOf, print_card: Callable[[ScoreCard], None],
                  dicom: DicomExport | None = None) -> dict:
    """Score the chosen segments; InputError if all are refused.

    The card of the patient lies in the folder itself, those of the regions in folders by the names of their segments.
    """
    segments = chosen_segments(options, segmentation)
    answers = answers_by_segment(options, segmentation, segments)
    left_out = _left_out(options, segmentation, segments)
    drawn = {segment.name: roi_of(segment) for segment in segments}
    regions = [_scored(name, roi, answers.get(name), left_out.get(name, ""), score_of) for name, roi in drawn.items()]
    if all(region.scored is None for region in regions):
        raise InputError(f"None of the {len(regions)} regions can be scored; '{regions[0].name}': "
                         f"{regions[0].refused}")
    patient, refusal = None, ""
    try:
        patient = patient_card(model, regions)
    except InputError as error:
        refusal = str(error)
    pictures = {region.name: region_views(image, region.scored.roi, drawn[region.name])
                for region in regions if region.scored}
    files = patient_files(patient, regions, pictures, options.language, options.pdf)
    objects = dicom.objects(_dicom_cases(regions, pictures)) if dicom else {}
    write_folder(options.out, files)
    if dicom:
        dicom.write(objects)
    if not options.json:
        for region in regions:
            print(_line(region))
        if patient:
            print_card(patient)
        print(f"Written to {options.out}: {', '.join(sorted({name.split('/')[0] for name in files}))}")
        if objects:
            print(f"Written to {options.dicom_out}, with the patient's identity: {', '.join(objects)}")
    refused = [region for region in regions if region.scored is None]
    for region in refused:
        sys.stderr.write(f"No card for '{region.name}': {region.refused}\n")
    if refusal:
        sys.stderr.write(f"{refusal}\n")
    # a model without a rule for patients has none broken
    in_part = bool(refused) or (patient is None and model.patient_rule is not None)
    return {"patient": patient.to_dict() if patient else None, "patient_refused": refusal,
            "regions": [_result(region) for region in regions], "exit_code": DONE_IN_PART if in_part else 0}


def _scored(name: str, roi: Roi, answers: SemanticAnswers | None, left_out: str, score_of: ScoreOf) -> ScoredRegion:
    try:
        return ScoredRegion(name, roi.place, score_of(roi, answers), left_out=left_out)
    except InputError as error:
        return ScoredRegion(name, roi.place, None, str(error), left_out)


def _dicom_cases(regions: Sequence[ScoredRegion],
                 pictures: Mapping[str, Mapping[str, Picture]]) -> dict[str, DicomCase]:
    """The cards of the regions: a DICOM report is about one of them."""
    folders = region_folders([region.name for region in regions])
    return {f"{folders[region.name]}/": DicomCase(region.scored.card, region.scored.roi, pictures[region.name])
            for region in regions if region.scored}


def _left_out(options: argparse.Namespace, segmentation: SegmentationFile,
              segments: Sequence[Segment]) -> Mapping[str, str]:
    """Name of a segment → why a reader leaves it out."""
    found: dict[str, str] = {}
    for text in options.leave_out:
        name, separator, reason = text.partition("=")
        if not separator or not reason.strip():
            raise InputError(f"Write why, as in --leave-out \"{name.strip() or segments[0].name}=fracture\".")
        segment = choose_segment(segmentation, name.strip())
        if segment not in segments:
            raise InputError(f"The segment '{name.strip()}' is not among those to be scored.")
        found[segment.name] = reason.strip()
    return found


def _line(region: ScoredRegion) -> str:
    if region.scored is None:
        return f"{region.name}: refused"
    card = region.scored.card
    interval = f" ({interval_text(card)})" if card.interval else ""
    reached = f", {card.output_class.title}" if card.output_class else ""
    return f"{region.name}: {output_text(card.model, card.value)}{interval}{reached}"


def _result(region: ScoredRegion) -> dict:
    entry = {"segment": region.name, "place": region.place, "left_out": region.left_out}
    return {**entry, "card": region.scored.card.to_dict()} if region.scored else {**entry, "refused": region.refused}
