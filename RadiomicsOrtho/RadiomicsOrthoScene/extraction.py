"""What features are extracted with: profile, reference segment, and what is stated of the scan; and the extraction."""

from __future__ import annotations

import importlib.util
import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import slicer
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.features.engine import Cancelled, Progress, never_cancelled, no_progress
from RadiomicsOrthoLib.features.profile import ExtractionProfile
from RadiomicsOrthoLib.features.profile_choice import (
    fitting_profiles,
    on_grid_of,
    shipped_profiles,
    with_profiles_modality,
)
from RadiomicsOrthoLib.features.profile_file import load_profile
from RadiomicsOrthoLib.features.semantic.answers import SemanticAnswers
from RadiomicsOrthoLib.features.standardisation.normalisation import ReferenceNormalisation
from RadiomicsOrthoLib.features.vector import FeatureVector
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.imaging.modality import MODALITIES
from RadiomicsOrthoLib.regions.roi import Roi

from .feature_engine import wait_for_engine
from .results import ScoredNodes
from .segments import anatomy_of_segment, roi_of_segment
from .volume_facts import reading_of, stated_pixel_size
from .volumes import bone_image, geometry_of, known_modality, known_weighting

if TYPE_CHECKING:
    from RadiomicsOrthoLib.features.extraction import RegionToMeasure

#: in place of a model's id: extract features and score nothing
FEATURES_ONLY = "features-only"
#: a user's own profile files, separated as in PATH, in the application's settings
PROFILES_SETTING = "RadiomicsOrtho/Profiles"


@dataclass(frozen=True)
class ScanFacts:
    """What is known of a volume: modality and who says so, whether it is a 2-D image, and the size of its pixels."""

    modality: str = "unknown"
    modality_from: str = "file"
    weighting: str = ""
    is_planar: bool = False
    knows_millimetres: bool = True
    stated_pixel_mm: float = 0.0

    @property
    def modalities_to_state(self) -> tuple[str, ...]:
        """The modalities that a person may state: none, if the file does; a radiograph may be a DXA image."""
        if self.modality_from != "file" or self.modality == "unknown":
            return MODALITIES[:-1]
        return ("XR", "DXA") if self.modality == "XR" else ()

    @property
    def asks_for_pixel_size(self) -> bool:
        return self.is_planar and (not self.knows_millimetres or self.stated_pixel_mm > 0)


def scan_facts(volumeNode) -> ScanFacts:
    """The facts of a volume, without looking at its voxels; those of an unknown one where it cannot be used."""
    imageData = volumeNode.GetImageData() if volumeNode is not None else None
    if imageData is None or imageData.GetNumberOfPoints() == 0:
        return ScanFacts()
    modality, source = known_modality(volumeNode)
    weighting = known_weighting(volumeNode) if modality == "MR" else ""
    try:
        geometry = geometry_of(volumeNode, tuple(imageData.GetDimensions()[::-1]))
    except InputError:
        return ScanFacts(modality, source, weighting)
    reading = reading_of(volumeNode, modality, source, geometry)
    stated = stated_pixel_size(volumeNode)
    return ScanFacts(modality, source, weighting, geometry.plane_axis is not None,
                     reading.knows_millimetres or stated > 0, stated)


class ExtractionChoices:
    """Reads what a parameter node chooses.

    The node has ``inputVolume``, ``segmentation``, ``segmentId``, ``featureProfile`` (id of a profile, empty: the most
    fitting one) and ``referenceSegmentId``.
    """

    def __init__(self) -> None:
        self._own: tuple[ExtractionProfile, ...] | None = None

    def profiles(self) -> tuple[ExtractionProfile, ...]:
        """Those that ship and the user's own (read once); refused ones are named in the application's log.

        None while the package that reads them is not installed: it is, at the latest, when they are used.
        """
        if importlib.util.find_spec("yaml") is None:
            return ()
        if self._own is None:
            own = []
            for path in _own_places():
                try:
                    own.append(load_profile(path))
                except InputError as error:
                    logging.warning(str(error))
            self._own = tuple(own)
        return (*shipped_profiles(), *self._own)

    def add_own_profile(self, path: str) -> ExtractionProfile:
        """Take a user's own profile into the list, now and in later sessions; InputError if it is refused."""
        profile = load_profile(path)
        if any(other.id == profile.id and other != profile for other in self.profiles()):
            raise InputError(f"There is already another profile '{profile.id}'; give this one another id.")
        slicer.app.userSettings().setValue(PROFILES_SETTING, os.pathsep.join(dict.fromkeys((*_own_places(), path))))
        self._own = None
        return profile

    def profiles_for(self, node, facts: ScanFacts) -> tuple[ExtractionProfile, ...]:
        """Those that fit the scan and the region, the most fitting first."""
        anatomy = _anatomy(node.segmentation, node.segmentId)
        return fitting_profiles(self.profiles(), facts.modality, anatomy.get("site", "unknown"),
                                anatomy.get("compartment", "unknown"), facts.weighting)

    def profile_of(self, node, facts: ScanFacts) -> ExtractionProfile | None:
        """The chosen profile if it fits, else the first that does; ``None`` if none does."""
        fitting = self.profiles_for(node, facts)
        return next((profile for profile in fitting if profile.id == node.featureProfile),
                    fitting[0] if fitting else None)

    def references_for(self, node) -> tuple[tuple[str, str], ...]:
        """(id, name) of the other segments, fluid first."""
        if not node.segmentation:
            return ()
        segmentation = node.segmentation.GetSegmentation()
        others = [(segmentId, segmentation.GetSegment(segmentId)) for segmentId in segmentation.GetSegmentIDs()
                  if segmentId != node.segmentId]
        others.sort(key=lambda pair: anatomy_of_segment(pair[1])["compartment"] != "csf")
        return tuple((segmentId, segment.GetName()) for segmentId, segment in others)

    def problem(self, node, facts: ScanFacts) -> str:
        """Why features cannot be extracted as chosen; empty if they can."""
        profile = self.profile_of(node, facts)
        if not self.profiles():
            return ""
        if profile is None:
            return "No extraction profile fits this scan and region; state the modality, or open a profile of your own."
        if needs_reference(profile) and not self.reference_of(node, facts):
            return f"Choose the reference segment for the profile '{profile.id}': {profile.normalise.tissue}."
        return ""

    def reference_of(self, node, facts: ScanFacts) -> str:
        """The id of the chosen reference segment where the profile asks for one; else empty."""
        profile = self.profile_of(node, facts)
        if profile is None or not needs_reference(profile):
            return ""
        return node.referenceSegmentId if node.referenceSegmentId in dict(self.references_for(node)) else ""


def needs_reference(profile: ExtractionProfile) -> bool:
    return isinstance(profile.normalise, ReferenceNormalisation)


def roi_on(image: BoneImage, segmentationNode, segmentId: str, volumeNode) -> Roi:
    """The segment on the grid that is measured on; errors as of ``roi_of_segment``."""
    return on_grid_of(image, roi_of_segment(segmentationNode, segmentId, volumeNode))


def extract_segment(volumeNode, segmentationNode, segmentId: str, profile: ExtractionProfile,
                    referenceSegmentId: str = "", stated: Mapping[str, object] | None = None,
                    answers: SemanticAnswers | None = None, tableNode=None, progress: Progress = no_progress,
                    cancelled: Cancelled = never_cancelled) -> ScoredNodes:
    """Features of a segment without a score, with their table; the result has no card.

    Raises RefusedError or InputError (CancelledError among them) with one sentence; the scene is then unchanged.
    """
    from RadiomicsOrthoLib.report.brief_html import features_html

    from .results import features_provenance, features_table
    from .views import show_region

    image = with_profiles_modality(bone_image(volumeNode), profile)
    image = replace(image, acquisition=image.acquisition.with_stated(**(stated or {})))
    roi = roi_on(image, segmentationNode, segmentId, volumeNode)
    reference = roi_on(image, segmentationNode, referenceSegmentId, volumeNode) if referenceSegmentId else None
    features, region = features_of(image, roi, profile, reference, answers, progress, cancelled)
    show_region(volumeNode, region.roi)
    table = features_table(features, region.roi.place, volumeNode, tableNode)
    features_provenance(features, table, volumeNode)
    return ScoredNodes(None, region.roi, features, table, None,
                       features_html(features, region.roi, profile, region.findings), "")


def features_of(image: BoneImage, roi: Roi, profile: ExtractionProfile, reference: Roi | None,
                answers: SemanticAnswers | None, progress: Progress, cancelled: Cancelled,
                ) -> tuple[FeatureVector, RegionToMeasure]:
    """The features that ``profile`` measures of ``roi``, and the region that it measured with its findings."""
    from RadiomicsOrthoLib.features.checked_region import checked_region
    from RadiomicsOrthoLib.features.engine import load_engine
    from RadiomicsOrthoLib.features.extraction import extract_features
    from RadiomicsOrthoLib.features.semantic.answers import add_answers
    from RadiomicsOrthoLib.regions.trabecular import DEFAULT_DEPTH_MM

    region = checked_region(image, roi, profile, DEFAULT_DEPTH_MM, answers)
    wait_for_engine(progress, cancelled)
    features = extract_features(image, region.roi, profile, load_engine(), progress, cancelled, region.source_roi,
                                reference if needs_reference(profile) else None, region.findings)
    return (add_answers(features, answers) if answers else features), region


def _anatomy(segmentationNode, segmentId: str) -> dict[str, str | None]:
    segment = segmentationNode.GetSegmentation().GetSegment(segmentId) if segmentationNode and segmentId else None
    return anatomy_of_segment(segment) if segment else {}


def _own_places() -> tuple[str, ...]:
    return tuple(filter(None, str(slicer.app.userSettings().value(PROFILES_SETTING, "") or "").split(os.pathsep)))
