"""The chain: scan → acquisition check → regions → gate and measurements → models that apply → cards.

Each stage is kept in a :class:`.memory.Memory` under what it depends on: an edited region is checked, measured and
scored again and its neighbours are not; a clinical value computes again the cards of the models that ask for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from .. import __version__
from ..errors import InputError, RefusedError
from ..features.measurements import measure
from ..imaging.calibration.calibration import DensityCalibration
from ..imaging.calibration.calibration_file import calibration_from_json
from ..imaging.image import BoneImage
from ..long_work import Cancelled, CancelledError, Progress, never_cancelled, no_progress
from ..models.bundle import ModelBundle
from ..models.catalogue import load_catalogue, load_model
from ..quality.finding import Finding, most_severe_first, raise_refusals, refusals
from ..quality.gate import inspect_with_core
from ..quality.image_checks import check_image
from ..regions.proposal import Proposal
from ..regions.request import ProposalRequest, propose
from ..regions.trabecular import METHOD as CORE_METHOD
from ..regions.trabecular import trabecular_core
from ..scoring.card_file import card_from_dict
from ..scoring.clinical_score import score_clinical
from ..scoring.patient import ScoredRegion, patient_card
from ..scoring.score import Scored, score_case
from .levelled_regions import SUGGESTED, ScanRegion, levelled_regions
from .memory import Memory
from .model_choice import ModelChoice, calibration_for, choose_models, values_for
from .request import ANY, ScanRequest
from .scan_result import CardResult, NotApplied, Offer, RegionResult, ScanResult

#: the stages in their order
ACQUISITION, REGIONS, MEASUREMENT, CARD = STAGES = ("acquisition", "regions", "measurement", "card")
#: how far the work is when the regions are there, and when they are measured
_REGIONS_DONE, _MEASURED = 0.75, 0.9


def find_regions(image: BoneImage, request: ScanRequest, memory: Memory | None = None,
                 progress: Progress = no_progress, cancelled: Cancelled = never_cancelled) -> Proposal:
    """The regions of the scan, whole bones without levels.

    Raises RefusedError where the scan does not allow any, InputError where none are found (a point is then needed):
    what is said of each bone that was looked for stands in a line of its own.
    """
    memory = memory or Memory()
    image_key = _image_key(image)
    raise_refusals(_acquisition(image, image_key, memory))
    # a femur is not looked for on MR
    sites, said = request.sites[:1] if image.modality == "MR" else request.sites, []
    for done, site in enumerate(sites):
        asked = ProposalRequest(site, request.seed)
        part = partial(_part_of, progress, done, len(sites))
        try:
            return memory.object_of(REGIONS, {"image": image_key, "request": asked.to_dict()},
                                    partial(propose, image, asked, part, cancelled))
        except CancelledError:
            raise
        except InputError as error:
            said.append(str(error))
    raise InputError("\n".join(said))


def _part_of(progress: Progress, done: int, parts: int, share: float, text: str) -> None:
    progress((done + share) / parts, text)


def score_scan(image: BoneImage, request: ScanRequest, memory: Memory | None = None, given: Proposal | None = None,
               models: Sequence[ModelBundle] | None = None, progress: Progress = no_progress,
               cancelled: Cancelled = never_cancelled) -> ScanResult:
    """Everything that ``image`` gives; ``given`` regions are taken as they are, and none are looked for.

    ``models`` are those of the catalogue by default.  Raises RefusedError where the scan allows nothing, InputError
    where no region is found or a value is wrong, and CancelledError.  What one region or one model does not allow is
    said in the result.
    """
    memory = memory or Memory()
    progress(0.0, "checking the scan")
    image_key = _image_key(image)
    of_image = _acquisition(image, image_key, memory)
    raise_refusals(of_image)
    proposal = given if given is not None else find_regions(
        image, request, memory, lambda share, text: progress(_REGIONS_DONE * share, text), cancelled)
    regions = levelled_regions(proposal, request.level, request.seed)
    measured = []
    for done, region in enumerate(regions):
        _look(cancelled)
        progress(_REGIONS_DONE + (_MEASURED - _REGIONS_DONE) * done / len(regions), f"measuring {region.name}")
        measured.append(_measured(image, image_key, region, of_image, request.core_depth_mm, memory))
    calibration = calibration_from_json(request.calibration, "The calibration") if request.calibration else None
    choices = choose_models(_models(request) if models is None else models, image, regions, request.clinical,
                            request.models, calibration)
    cards, not_applied = [], [NotApplied(choice.model.id, choice.model.title, "", choice.reason, choice.remedy)
                              for choice in choices if choice.reason]
    # what was measured comes before what was entered
    ready = sorted((choice for choice in choices if choice.can_be_computed), key=lambda choice: not choice.regions)
    for done, choice in enumerate(ready):
        progress(_MEASURED + (1.0 - _MEASURED) * done / len(ready), f"applying {choice.model.id}")
        found = []
        for region in choice.regions or (None,):
            _look(cancelled)
            found.append(_card(image, image_key, region, choice.model, request, memory, cancelled, calibration))
        for one in _of_the_patient(choice, found):
            (cards if isinstance(one, CardResult) else not_applied).append(one)
    offers = tuple(_offer(choice) for choice in choices if choice.needs and not choice.reason)
    progress(1.0, "scored")
    site = regions[0].roi.site if request.site == ANY else request.site
    return ScanResult(site, of_image, tuple(measured), proposal.remarks, tuple(cards), offers,
                      tuple(not_applied))


def _models(request: ScanRequest) -> tuple[ModelBundle, ...]:
    """The catalogue; InputError if it lacks a model that is wanted."""
    models = load_catalogue()[0]
    for wanted in set(request.models) - {model.id for model in models}:
        load_model(wanted)
    return models


def _look(cancelled: Cancelled) -> None:
    if cancelled():
        raise CancelledError


def _image_key(image: BoneImage) -> dict[str, object]:
    """Everything of a scan that a result depends on."""
    return {"voxels": image.voxel_hash(), "modality": image.modality, "source": image.source,
            "reading": image.reading.to_dict(), "acquisition": image.acquisition.to_dict(image.modality),
            "software": __version__}


def _region_key(region: ScanRegion) -> dict[str, object]:
    """Everything of a region but what it is called: a level that is named later changes no measurement."""
    roi = region.roi
    return {"voxels": roi.voxel_hash(), "site": roi.site, "side": roi.side, "compartment": roi.compartment,
            "complete": region.complete}


def _acquisition(image: BoneImage, image_key: Mapping, memory: Memory) -> tuple[Finding, ...]:
    found = memory.json_of(ACQUISITION, {"image": image_key},
                           lambda: [finding.to_dict() for finding in check_image(image)])
    return tuple(Finding(**entry) for entry in found)


def _measured(image: BoneImage, image_key: Mapping, region: ScanRegion, of_image: Sequence[Finding], depth_mm: float,
              memory: Memory) -> RegionResult:
    def compute() -> dict[str, object]:
        if not region.complete:
            return {"findings": [], "measured": "", "measurements": {}}
        findings = [finding for finding in inspect_with_core(image, region.roi, of_image, depth_mm)
                    if finding not in of_image]
        part = _part_to_measure(image, region, depth_mm)
        measurements = {} if refusals(findings) or part is None else measure(image, part)
        return {"findings": [finding.to_dict() for finding in findings], "measurements": measurements,
                "measured": part.compartment if measurements else ""}

    found = memory.json_of(MEASUREMENT, {"image": image_key, "region": _region_key(region), "depth_mm": depth_mm,
                                         "core": CORE_METHOD}, compute)
    return RegionResult(region.name, region.roi.place, region.body, region.complete, region.level_from,
                        region.roi.volume_ml, found["measured"], found["measurements"],
                        tuple(Finding(**entry) for entry in found["findings"]))


def _part_to_measure(image: BoneImage, region: ScanRegion, depth_mm: float):
    """The trabecular core of a vertebra on CT; of others the region itself; ``None`` where there is no core."""
    roi = region.roi
    if image.modality not in ("CT", "unknown") or roi.site != "vertebra" \
            or roi.compartment not in ("whole-body", "unknown"):
        return roi
    try:
        return trabecular_core(roi, depth_mm)
    except InputError:
        return None


def _card(image: BoneImage, image_key: Mapping, region: ScanRegion | None, model: ModelBundle, request: ScanRequest,
          memory: Memory, cancelled: Cancelled, calibration: DensityCalibration | None) -> CardResult | NotApplied:
    """The card of a model on a region (or on entered values alone), or why there is none."""
    clinical, calibration = values_for(model, request.clinical), calibration_for(model, calibration)
    inputs = {"model": model.sha256, "signature": model.signature.to_dict(), "clinical": clinical,
              "software": __version__}
    if region is not None:
        inputs |= {"image": image_key, "region": _region_key(region), "level": region.roi.level,
                   "level_from": region.level_from, "grade": region.suggested_grade, "made_by": region.roi.made_by,
                   "depth_mm": request.core_depth_mm, "core": CORE_METHOD,
                   "calibration": request.calibration if calibration else ""}

    def compute() -> dict[str, object]:
        try:
            if region is None:
                return {"card": score_clinical(model, clinical).to_dict()}
            card = score_case(image, region.roi, model, clinical, request.core_depth_mm, cancelled=cancelled,
                              calibration=calibration).card
            findings = most_severe_first((*card.findings, *_region_findings(region)))
            return {"card": replace(card, findings=findings).to_dict()}
        except CancelledError:
            raise
        except RefusedError as refusal:
            return {"reason": str(refusal), "findings": [finding.to_dict() for finding in refusal.findings]}
        except InputError as error:
            return {"reason": str(error), "findings": []}

    found = memory.json_of(CARD, inputs, compute)
    if "card" in found:
        return CardResult(card_from_dict(found["card"]), region.name if region else "")
    return NotApplied(model.id, model.title, region.name if region else "", found["reason"], "",
                      tuple(Finding(**entry) for entry in found["findings"]))


def _of_the_patient(choice: ModelChoice, found: Sequence[CardResult | NotApplied]) -> list[CardResult | NotApplied]:
    """The cards of regions as they are, or the one of the patient where the model has a rule for several regions."""
    model = choice.model
    if model.patient_rule is None or not any(isinstance(one, CardResult) for one in found):
        return list(found)
    regions = [
        ScoredRegion(region.name, region.roi.place, Scored(one.card, region.roi, None)) if isinstance(one, CardResult)
        else ScoredRegion(region.name, region.roi.place, None, one.reason)
        for region, one in zip(choice.regions, found, strict=True)]
    try:
        card = patient_card(model, regions)
    except RefusedError as refusal:
        return [NotApplied(model.id, model.title, "", str(refusal), "", refusal.findings)]
    except InputError as error:
        return [NotApplied(model.id, model.title, "", str(error), "")]
    counted = ", ".join(entry["segment"] for entry in card.patient["counted"])
    return [CardResult(card, counted), *(one for one in found if isinstance(one, NotApplied))]


def _region_findings(region: ScanRegion) -> Iterator[Finding]:
    """What is known of a region besides its voxels, and weakens a score."""
    if region.level_from == SUGGESTED:
        yield Finding("LEVEL_SUGGESTED", "warn", f"No person named the levels; that this is {region.roi.level} was "
                      "counted from the body on the sacrum, taken for L5. Some people have four lumbar vertebrae, or "
                      "six.", "Count the ribs or the lumbar vertebrae and confirm a level.")
    if region.suggested_grade:
        yield Finding("FRACTURE_SUGGESTED", "warn", "The heights of this body suggest a fracture (Genant grade "
                      f"{region.suggested_grade}); a fractured body is denser than the bone was.",
                      "Read the grade yourself; do not count a fractured body.")


def _offer(choice: ModelChoice) -> Offer:
    return Offer(choice.model.id, choice.model.title, tuple((item.name, item.title, item.unit)
                                                            for item in choice.needs))
