"""A segment scored: from nodes to the card, and back to nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.features.engine import Cancelled, CancelledError, Progress, never_cancelled, no_progress
from RadiomicsOrthoLib.features.profile import ExtractionProfile
from RadiomicsOrthoLib.features.semantic.answers import SemanticAnswers
from RadiomicsOrthoLib.imaging.calibration.calibration import DensityCalibration

from .extraction import features_of, roi_on
from .feature_engine import wait_for_engine
from .results import ScoredNodes

#: profile of the features beside a score, unless another one is chosen
DEFAULT_PROFILE = "ct-vertebra-trabecular"


def score_segment(volumeNode, segmentationNode, segmentId: str, modelId: str,
                  clinical: Mapping[str, str] | None = None, stated: Mapping[str, object] | None = None,
                  extractFeatures: bool = False, answers: SemanticAnswers | None = None, tableNode=None, textNode=None,
                  nomogramWidth: int = 380, progress: Progress = no_progress,
                  cancelled: Cancelled = never_cancelled, profile: ExtractionProfile | None = None,
                  referenceSegmentId: str = "", calibration: DensityCalibration | None = None) -> ScoredNodes:
    """Score a segment on a volume and write table and text node.

    ``stated`` holds acquisition facts by name that the file does not tell (``kvp`` in kV, ``contrast_agent``).
    ``profile`` is that of the features beside a score (default: the one for the trabecular core of vertebrae on CT),
    ``referenceSegmentId`` the segment on which it, or the model's own profile, normalises; ``calibration`` is for a
    model of densities.
    Raises RefusedError or InputError (CancelledError among them) with one sentence; the scene is then unchanged.
    """
    from RadiomicsOrthoLib.features.profile_file import load_profile
    from RadiomicsOrthoLib.models.catalogue import load_model
    from RadiomicsOrthoLib.report.brief_html import brief_html
    from RadiomicsOrthoLib.report.nomogram_svg import nomogram_svg
    from RadiomicsOrthoLib.report.region_views import region_views
    from RadiomicsOrthoLib.scoring.score import score_case

    from .results import card_table, card_text, features_provenance
    from .scan_results import write_one_score
    from .views import show_region
    from .volumes import bone_image

    image = bone_image(volumeNode)
    image = replace(image, acquisition=image.acquisition.with_stated(**(stated or {})))
    roi = roi_on(image, segmentationNode, segmentId, volumeNode)
    model = load_model(modelId)
    profile = profile or load_profile(DEFAULT_PROFILE)
    reference = roi_on(image, segmentationNode, referenceSegmentId, volumeNode) if referenceSegmentId else None
    of_model = reference if model.needs_features else None
    extractBeside = extractFeatures and not model.needs_features
    share = 0.3 if extractBeside else 1.0
    if model.needs_features:
        wait_for_engine(progress, cancelled)
    scored = score_case(image, roi, model, clinical, progress=lambda done, text: progress(share * done, text),
                        cancelled=cancelled, answers=answers, reference=of_model, calibration=calibration)
    features, featuresProblem = scored.features, ""
    if extractBeside:
        wait_for_engine(progress, cancelled)
        try:
            features, _ = features_of(image, roi, profile, reference, answers,
                                      lambda done, text: progress(share + (1 - share) * done, text), cancelled)
        except CancelledError:
            raise
        except InputError as error:
            # the score stands without them
            featuresProblem = str(error)
    show_region(volumeNode, scored.roi)
    svg = nomogram_svg(scored.card, width=nomogramWidth)
    table = card_table(scored.card, features, volumeNode, tableNode)
    features_provenance(features, table, volumeNode)
    text = card_text(scored.card, volumeNode, textNode)
    write_one_score(scored.card, segmentationNode.GetSegmentation().GetSegment(segmentId).GetName(), volumeNode)
    return ScoredNodes(scored.card, scored.roi, features, table, text, brief_html(scored.card.to_dict()), svg,
                       featuresProblem, region_views(image, scored.roi, roi), volume=volumeNode)


def score_entered(modelId: str, clinical: Mapping[str, str], tableNode=None, textNode=None,
                  nomogramWidth: int = 380) -> ScoredNodes:
    """Apply a model that needs no scan to entered values, and write table and text node.

    Raises RefusedError or InputError with one sentence; the scene is then unchanged.
    """
    from RadiomicsOrthoLib.models.catalogue import load_model
    from RadiomicsOrthoLib.report.brief_html import brief_html
    from RadiomicsOrthoLib.report.nomogram_svg import nomogram_svg
    from RadiomicsOrthoLib.scoring.clinical_score import score_clinical

    from .results import card_table, card_text, features_provenance

    card = score_clinical(load_model(modelId), clinical)
    svg = nomogram_svg(card, width=nomogramWidth)
    table = card_table(card, None, None, tableNode)
    # the table may be one that held features before
    features_provenance(None, table, None)
    text = card_text(card, None, textNode)
    return ScoredNodes(card, None, None, table, text, brief_html(card.to_dict()), svg)
