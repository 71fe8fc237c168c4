"""All that is computed of one case: regions, measurements, features, cards."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..errors import InputError, RefusedError
from ..features.checked_region import checked_region
from ..features.engine import load_engine
from ..features.extraction import extract_all
from ..features.provenance import provenance_list
from ..features.table import REGION_COLUMNS, feature_row
from ..features.vector import FeatureVector
from ..imaging.calibration.calibration_file import calibration_json, read_calibration
from ..imaging.image import BoneImage
from ..imaging.segmentation_file import read_segmentation
from ..imaging.stated import read_stated_image
from ..models.bundle import ModelBundle
from ..quality.finding import Finding, refusals
from ..quality.image_checks import check_image
from ..regions.from_file import choose_segment
from ..regions.proposal import Proposal, proposal_file
from ..report.scan_files import RESULT, scan_files
from ..report.scan_pictures import scan_pictures
from ..workflow.chain import find_regions, score_scan
from ..workflow.given_regions import given_regions
from ..workflow.levelled_regions import ScanRegion, levelled_regions
from ..workflow.memory import Memory
from ..workflow.request import ScanRequest
from ..workflow.scan_result import ScanResult
from .case import BatchCase
from .case_list import clinical_of
from .settings import BatchSettings

#: how a case ended
DONE, REFUSED, FAILED = "done", "refused", "failed"
SCORED, NEEDS_VALUES, NOT_APPLIED = "scored", "needs values", "not applied"
REGIONS, PROVENANCE = "regions.seg.nrrd", "features.provenance.json"
_CUT_OFF = "The scan cuts it off, so it is not measured."


@dataclass(frozen=True)
class CaseResult:
    """How a case ended, its rows of the tables (without the columns of the case), and its files.

    ``reason`` (one sentence) says why there are no rows.
    """

    status: str
    reason: str = ""
    features: Sequence[Mapping[str, object]] = ()
    scores: Sequence[Mapping[str, object]] = ()
    files: Mapping[str, str | bytes] = field(default_factory=dict)


def compute(case: BatchCase, settings: BatchSettings, models: Sequence[ModelBundle]) -> CaseResult:
    """What ``case`` gives; why it gives nothing is said in the result, and only a lack of memory is raised."""
    try:
        return _compute(case, settings, models)
    except MemoryError:
        raise
    except RefusedError as error:
        return CaseResult(REFUSED, sentence_of(case, error))
    except InputError as error:
        if _lacks_memory(error.__context__):
            raise MemoryError from error
        return CaseResult(FAILED, sentence_of(case, error))
    except OSError as error:
        return CaseResult(FAILED, f"A file of the case cannot be read: {error.strerror or 'unknown error'}.")
    except Exception as error:
        if _lacks_memory(error):
            raise MemoryError from error
        return CaseResult(FAILED, sentence_of(case, f"Internal fault: {type(error).__name__}: {error}. Please report "
                                            "it."))


def _lacks_memory(error: BaseException | None) -> bool:
    """Libraries tell it each in their own words."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or any(word in text for word in ("alloc", "can't start new thread",
                                                                           "cannot allocate", "out of memory"))


def sentence_of(case: BatchCase, error: object) -> str:
    """One line that names files as the list does: results do not depend on where they were computed."""
    text = " ".join(str(error).split())
    for written in (case.image, case.mask, case.calibration):
        if written:
            text = text.replace(str(case.path(written)), written)
    return text.replace(f"{case.folder}{os.sep}", "")


def _compute(case: BatchCase, settings: BatchSettings, models: Sequence[ModelBundle]) -> CaseResult:
    profile = settings.profile
    image = read_stated_image(case.path(case.image), case.series, case.facts,
                              profile.modality if profile else "unknown")
    calibration = calibration_json(read_calibration(case.path(case.calibration))) if case.calibration else ""
    request = ScanRequest(case.site or settings.site, case.seed, case.level, clinical_of(case, models, settings.wanted),
                          settings.wanted, settings.core_depth_mm, calibration)
    memory = Memory()
    proposal = regions_of_mask(case, image) if case.mask else find_regions(image, request, memory)
    regions = levelled_regions(proposal, request.level, request.seed)
    if case.mask and case.level and not any(region.roi.level for region in regions):
        raise InputError("The level cannot be given to one of several regions; name the segments by their levels.")
    found = score_scan(image, request, memory, proposal, models)
    files: dict[str, str | bytes] = {RESULT: json.dumps(found.to_dict(), ensure_ascii=False, allow_nan=False) + "\n"}
    if profile is None:
        rows = _measured(found, regions)
    else:
        named = _extracted(image, regions, found.findings, settings)
        rows = [_feature_row(region, vector, profile.id) for region, (_, vector) in zip(regions, named, strict=True)]
        files[PROVENANCE] = json.dumps(provenance_list(named), ensure_ascii=False, allow_nan=False) + "\n"
    if not case.mask:
        files[REGIONS] = proposal_file(proposal.regions, image.reading.file_grid or image.geometry)
    if settings.cards:
        shown = {entry.region for entry in found.cards}
        files |= scan_files(found.to_dict(), [(entry.card, entry.region) for entry in found.cards], settings.language,
                            settings.pdf, scan_pictures(image, proposal, shown, settings.core_depth_mm))
    return CaseResult(DONE, "", rows, _score_rows(found), files)


def regions_of_mask(case: BatchCase, image: BoneImage) -> Proposal:
    """The segments that the list names, with the anatomy that it states; InputError where they do not fit."""
    segmentation = read_segmentation(case.path(case.mask), image.geometry, image.reading.file_grid)
    chosen = [choose_segment(segmentation, name) for name in case.segments]
    stated = {name: value for name in ("site", "side", "compartment") if (value := getattr(case, name))}
    alone = len(chosen or segmentation.segments) == 1
    if not alone and set(stated) - {"site"}:
        raise InputError("The side or part cannot be given to several regions; name the segments by it.")
    if alone and case.level:
        stated["level"] = case.level
    return given_regions(segmentation, chosen, stated=stated if alone else {})


def _measured(found: ScanResult, regions: Sequence[ScanRegion]) -> list[dict[str, object]]:
    """Plain measurements, one row for each region."""
    rows = []
    for region, result in zip(regions, found.regions, strict=True):
        refused = refusals(result.findings)
        reason = "" if result.measurements else _CUT_OFF if not result.complete else \
            refused[0].sentence if refused else "It has no part that can be measured."
        rows.append({**_head(region, reason), "compartment": result.measured or region.roi.compartment,
                     "profile": "", **result.measurements})
    return rows


def _extracted(image: BoneImage, regions: Sequence[ScanRegion], of_image: Sequence[Finding],
               settings: BatchSettings) -> list[tuple[str, FeatureVector | InputError]]:
    """The features of each region by its name, or why it has none."""
    of_image = tuple(of_image) or tuple(check_image(image))

    def measured(region: ScanRegion):
        if not region.complete:
            raise InputError(_CUT_OFF)
        return checked_region(image, region.roi, settings.profile, settings.core_depth_mm, None, of_image)

    found = extract_all(image, [lambda region=region: measured(region) for region in regions], settings.profile,
                        load_engine())
    return [(region.name, one) for region, one in zip(regions, found, strict=True)]


def _feature_row(region: ScanRegion, found: FeatureVector | InputError, profile: str) -> dict[str, object]:
    if isinstance(found, FeatureVector):
        return {**_head(region, ""), **feature_row(found)}
    return {**_head(region, str(found)), "profile": profile}


def _head(region: ScanRegion, reason: str) -> dict[str, object]:
    """What stands before the values, in one order whatever follows."""
    place = {name: getattr(region.roi, name, "") or "" for name in REGION_COLUMNS}
    return {"segment": region.name, "refused": reason, "level_from": region.level_from, **place}


def _score_rows(found: ScanResult) -> list[dict[str, object]]:
    rows = []
    for entry in found.cards:
        card = entry.card
        lower, upper = card.interval or (None, None)
        rows.append({"status": SCORED, "reason": "", "model": card.model.id, "version": card.model.version,
                     "segment": entry.region, "place": card.place, "value": card.value,
                     "unit": card.model.output_unit, "lower": lower, "upper": upper,
                     "class": card.output_class.id if card.output_class else "",
                     "findings": " ".join(finding.code for finding in card.findings if finding.severity != "note")})
    rows += [{"status": NEEDS_VALUES, "reason": f"It needs {', '.join(name for name, _, _ in offer.needs)}.",
              "model": offer.model} for offer in found.offers]
    rows += [{"status": NOT_APPLIED, "reason": f"{entry.reason} {entry.remedy}".strip(), "model": entry.model,
              "segment": entry.region,
              "findings": " ".join(finding.code for finding in entry.findings if finding.severity == "refuse")}
             for entry in found.not_applied]
    return rows
