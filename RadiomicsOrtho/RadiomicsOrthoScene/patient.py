"""One value for the patient from several segments, by the rule of the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from RadiomicsOrthoLib.errors import InputError, RefusedError
from RadiomicsOrthoLib.features.engine import Cancelled, CancelledError, Progress, never_cancelled, no_progress
from RadiomicsOrthoLib.features.semantic.answers import SemanticAnswers
from RadiomicsOrthoLib.imaging.calibration.calibration import DensityCalibration
from RadiomicsOrthoLib.models.bundle import ModelBundle

from .extraction import roi_on
from .feature_engine import wait_for_engine
from .results import ScoredNodes
from .segments import anatomy_of_segment


def has_patient_rule(model: ModelBundle | None) -> bool:
    """Whether several regions give another value than one of them."""
    return model is not None and model.patient_rule is not None and model.patient_rule.rule != "single"


def segments_for_patient(segmentationNode, segmentId: str, model: ModelBundle) -> tuple[str, ...]:
    """Ids of the segments that the model's rule counts: of the same bone and part as the chosen one."""
    segmentation = segmentationNode.GetSegmentation() if segmentationNode else None
    chosen = segmentation.GetSegment(segmentId) if segmentation and segmentId else None
    if chosen is None or model.patient_rule is None:
        return ()
    wanted, found = anatomy_of_segment(chosen), []
    for other in segmentation.GetSegmentIDs():
        anatomy = anatomy_of_segment(segmentation.GetSegment(other))
        place = anatomy["level"] or (f"{anatomy['side']} femur" if anatomy["side"] else None)
        if place and (anatomy["site"], anatomy["compartment"]) == (wanted["site"], wanted["compartment"]) \
                and (not model.patient_rule.places or place in model.patient_rule.places):
            found.append(other)
    return tuple(found)


def segments_wanted(node, model: ModelBundle | None) -> tuple[str, ...]:
    """The same for a parameter node that asks for the patient's value; empty where it does not."""
    if not (node.forPatient and has_patient_rule(model)):
        return ()
    return segments_for_patient(node.segmentation, node.segmentId, model)


def score_patient(volumeNode, segmentationNode, segmentId: str, modelId: str,
                  clinical: Mapping[str, str] | None = None, stated: Mapping[str, object] | None = None,
                  answersOf: Callable[[str], SemanticAnswers | None] = lambda segmentId: None, tableNode=None,
                  textNode=None, nomogramWidth: int = 380, progress: Progress = no_progress,
                  cancelled: Cancelled = never_cancelled, calibration: DensityCalibration | None = None,
                  ) -> ScoredNodes:
    """Score the segments that the rule of the model counts, and write table and text node of the patient's card.

    ``answersOf`` gives the reader's answers about a segment by its id; the other arguments are those of
    ``score_segment``.  Raises RefusedError or InputError (CancelledError among them) with one sentence, also where too
    few regions remain; the scene is then unchanged.
    """
    from RadiomicsOrthoLib.models.catalogue import load_model
    from RadiomicsOrthoLib.report.brief_html import brief_html
    from RadiomicsOrthoLib.report.nomogram_svg import nomogram_svg
    from RadiomicsOrthoLib.report.region_views import region_views
    from RadiomicsOrthoLib.scoring.patient import ScoredRegion, patient_card
    from RadiomicsOrthoLib.scoring.score import score_case

    from .results import card_table, card_text, features_provenance
    from .scan_results import write_one_score
    from .views import show_region
    from .volumes import bone_image

    model = load_model(modelId)
    chosen = segments_for_patient(segmentationNode, segmentId, model)
    if not chosen:
        raise InputError("No segment has a level or side that the model counts; name the segments by theirs.")
    image = bone_image(volumeNode)
    image = replace(image, acquisition=image.acquisition.with_stated(**(stated or {})))
    if model.needs_features:
        wait_for_engine(progress, cancelled)
    regions, pictures = [], {}
    for done, one in enumerate(chosen):
        def tell(share: float, text: str, done: int = done) -> None:
            progress((done + share) / len(chosen), text)

        name = segmentationNode.GetSegmentation().GetSegment(one).GetName()
        roi = roi_on(image, segmentationNode, one, volumeNode)
        try:
            scored = score_case(image, roi, model, clinical, progress=tell, cancelled=cancelled,
                                answers=answersOf(one), calibration=calibration)
        except CancelledError:
            raise
        except RefusedError as refusal:
            if len(chosen) == 1:
                raise
            regions.append(ScoredRegion(name, roi.place, None, str(refusal)))
            continue
        regions.append(ScoredRegion(name, roi.place, scored))
        pictures[name] = region_views(image, scored.roi, roi)
    card = patient_card(model, regions)
    counted = next(region for region in regions if region.name == card.patient["counted"][0]["segment"])
    show_region(volumeNode, counted.scored.roi)
    table = card_table(card, None, volumeNode, tableNode)
    features_provenance(None, table, volumeNode)
    text = card_text(card, volumeNode, textNode)
    write_one_score(card, ", ".join(entry["segment"] for entry in card.patient["counted"]), volumeNode)
    return ScoredNodes(card, counted.scored.roi, None, table, text, brief_html(card.to_dict()),
                       nomogram_svg(card, width=nomogramWidth), regions=tuple(regions), regionPictures=pictures,
                       volume=volumeNode)
