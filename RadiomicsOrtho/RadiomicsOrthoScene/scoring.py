"""A segment scored: from nodes to the card, and back to nodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.features.engine import Cancelled, CancelledError, Progress, never_cancelled, no_progress
from RadiomicsOrthoLib.features.semantic.answers import SemanticAnswers
from RadiomicsOrthoLib.features.vector import FeatureVector
from RadiomicsOrthoLib.regions.roi import Roi
from RadiomicsOrthoLib.scoring.card import ScoreCard

#: profile of the features that are extracted beside a score
FEATURES_PROFILE = "ct-vertebra-trabecular"


@dataclass(frozen=True)
class ScoredNodes:
    """A card with its nodes and renderings, as the panel shows it.

    ``featuresProblem`` says why features that were asked for are missing; empty if they are not.
    """

    card: ScoreCard
    roi: Roi
    features: FeatureVector | None
    table: object
    text: object
    briefHtml: str
    nomogramSvg: str
    featuresProblem: str = ""


def score_segment(volumeNode, segmentationNode, segmentId: str, modelId: str,
                  clinical: Mapping[str, str] | None = None, stated: Mapping[str, object] | None = None,
                  extractFeatures: bool = False, answers: SemanticAnswers | None = None, tableNode=None, textNode=None,
                  nomogramWidth: int = 380, progress: Progress = no_progress,
                  cancelled: Cancelled = never_cancelled) -> ScoredNodes:
    """Score a segment on a volume and write table and text node.

    ``stated`` holds acquisition facts by name that the file does not tell (``kvp`` in kV, ``contrast_agent``).
    Raises RefusedError or InputError (CancelledError among them) with one sentence; the scene is then unchanged.
    """
    from RadiomicsOrthoLib.features.engine import load_engine
    from RadiomicsOrthoLib.features.extraction import extract_features
    from RadiomicsOrthoLib.features.profile_file import load_profile
    from RadiomicsOrthoLib.features.semantic.answers import add_answers
    from RadiomicsOrthoLib.models.catalogue import load_model
    from RadiomicsOrthoLib.report.brief_html import brief_html
    from RadiomicsOrthoLib.report.nomogram_svg import nomogram_svg
    from RadiomicsOrthoLib.scoring.score import score_case

    from .results import card_table, card_text, features_provenance
    from .segments import roi_of_segment
    from .views import show_region
    from .volumes import bone_image

    image = bone_image(volumeNode)
    image = replace(image, acquisition=image.acquisition.with_stated(**(stated or {})))
    roi = roi_of_segment(segmentationNode, segmentId, volumeNode)
    model = load_model(modelId)
    extractBeside = extractFeatures and not model.needs_features
    share = 0.3 if extractBeside else 1.0
    if model.needs_features:
        _wait_for_engine(progress, cancelled)
    scored = score_case(image, roi, model, clinical, progress=lambda done, text: progress(share * done, text),
                        cancelled=cancelled, answers=answers)
    features, featuresProblem = scored.features, ""
    if extractBeside:
        _wait_for_engine(progress, cancelled)
        try:
            features = extract_features(image, scored.roi, load_profile(FEATURES_PROFILE), load_engine(),
                                        lambda done, text: progress(share + (1 - share) * done, text), cancelled, roi,
                                        findings=scored.card.findings)
            features = add_answers(features, answers) if answers else features
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
    return ScoredNodes(scored.card, scored.roi, features, table, text, brief_html(scored.card.to_dict()), svg,
                       featuresProblem)


def _wait_for_engine(progress: Progress, cancelled: Cancelled) -> None:
    """Until the kernels are compiled; a failure there shows in the extraction itself."""
    from .feature_engine import preparation

    if preparation().state == "idle":
        preparation().start()
    preparation().wait(cancelled, lambda seconds: progress(
        0.0, f"preparing the feature engine, once on this computer ({seconds:.0f} s so far)"))
