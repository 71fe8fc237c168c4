"""A scan scored with one click: the chain of the library on nodes, beside the application."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import slicer
import vtk
from RadiomicsOrthoLib import RESEARCH_USE_ONLY
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.features.measurements import MEASUREMENTS
from RadiomicsOrthoLib.imaging.modality import TITLES
from RadiomicsOrthoLib.regions.request import SITES
from RadiomicsOrthoLib.resources import resource_folder

from .dependencies import ensure
from .edits import fingerprint_of
from .interpreter import python_program
from .job import VolumeJob
from .result_nodes import mark_result, result_node
from .results import ScoredNodes, card_table, card_text, features_provenance
from .saving import ReportChoice
from .scan_results import REGIONS, write_scan_results
from .segment_boxes import lies_on, packed_bones
from .segments import anatomy_of_segment, check_same_transform
from .table_columns import About, fill_table
from .tags import segments_of
from .views import show_segment
from .volumes import bone_image, known_modality

if TYPE_CHECKING:
    from RadiomicsOrthoLib.workflow.request import ScanRequest
    from RadiomicsOrthoLib.workflow.scan_process import ScanOutcome
    from RadiomicsOrthoLib.workflow.scan_result import ScanResult

__all__ = ["OneClick", "lies_on", "show_segment"]

#: marks the text node with everything that a scan gave, and with what a next run need not compute again
SCAN_ATTRIBUTE = "RadiomicsOrtho.Scan"
#: kind of that node among the results
SCAN = "scan"
#: the columns of the table of regions, before those of ``MEASUREMENTS``
_REGION_COLUMNS = {
    "Region": About(meaning="Name of the segment"),
    "Place": About(meaning="Level or side of the bone"),
    "Level from": About(meaning="Who named the level: a person, the program's suggestion, or nobody yet")}


class OneClick(VolumeJob):
    """One scan at a time."""

    def __init__(self) -> None:
        from RadiomicsOrthoLib.workflow.scan_process import ScanProcess

        super().__init__(ScanProcess(python_program()))

    def start(self, volumeNode, segmentationNode, request: ScanRequest, stated: Mapping[str, object] | None = None,
              textNode=None) -> bool:
        """Begin; True if bones are looked for, False if those of ``segmentationNode`` are taken as they are.

        ``stated`` holds acquisition facts by name that the file does not tell, ``textNode`` is what an earlier run
        wrote.  Packages that are missing are installed after asking.  Raises InputError with one sentence where scan
        or segmentation do not allow it.
        """
        reason = reason_not_ready(volumeNode)
        if reason:
            raise InputError(reason)
        ensure(str(resource_folder() / "requirements-regions.txt"), "Radiomics Ortho")
        image = bone_image(volumeNode)
        image = replace(image, acquisition=image.acquisition.with_stated(**(stated or {})))
        given = next((bones for site in request.sites
                      if (bones := packed_bones(segmentationNode, volumeNode, site)) is not None), None)
        if given is not None:
            check_same_transform(segmentationNode, volumeNode)
        self._process.start(image, request, memory_of(textNode), given)
        self._volumeId = volumeNode.GetID()
        return given is None

    def outcome(self) -> tuple[ScanOutcome, object]:
        """What came of it, and its volume node, once it no longer runs; InputError if the volume is gone."""
        return self._process.outcome(), self._volumeNode()


def reason_not_ready(volumeNode) -> str:
    """Why a volume cannot be scored with one click, in the user's words; empty if it can."""
    imageData = volumeNode.GetImageData() if volumeNode is not None else None
    if imageData is None:
        return "Load a CT and choose it as the volume."
    modality = known_modality(volumeNode)[0]
    if modality not in ("CT", "unknown"):
        return f"One click scores a CT; this scan is a {TITLES[modality]}: choose a segment and a model below."
    if min(imageData.GetDimensions()) < 2:
        return "One click scores a 3-D scan; this is a single slice."
    return ""


def needs_click(outcome: ScanOutcome) -> bool:
    """True if no bone was found, so that a person has to say where one is."""
    return outcome.result is None and outcome.proposal is None and not outcome.findings


def bones_seen(outcome: ScanOutcome) -> tuple[str, ...]:
    """What is said of bones that are in a scan and cannot be taken; empty where none were seen."""
    # to give a point is what everything else comes down to
    return tuple(line for line in outcome.problem.splitlines() if "--seed" not in line)


def memory_of(textNode) -> dict[str, object]:
    """What an earlier run need not compute again; nothing where the node is none of ours."""
    return _content(textNode).get("memory", {})


def scan_of(textNode) -> ScanResult | None:
    """What an earlier run gave; ``None`` where there is nothing, or something of another version."""
    from RadiomicsOrthoLib.workflow.scan_result import SCHEMA, ScanResult

    found = _content(textNode).get("scan", {})
    try:
        return ScanResult.from_dict(found) if found.get("schema") == SCHEMA else None
    except (KeyError, ValueError, TypeError, AttributeError):
        return None


def regions_key(segmentationNode) -> dict[str, list[str]]:
    """What tells the bones of a segmentation, as they are now, from others."""
    return {segmentId: [segment.GetName(), fingerprint_of(segment)]
            for segmentId, segment in segments_of(segmentationNode).items()
            if anatomy_of_segment(segment)["site"] != "unknown"}


def inputs_of(volumeNode, regions: Mapping[str, object], request: ScanRequest,
              stated: Mapping[str, object] | None = None) -> dict[str, object]:
    """Everything that a result depends on, by stage, to see what has changed since; ``regions`` is ``regions_key``."""
    from RadiomicsOrthoLib.workflow.request import ANY

    geometry = slicer.util.arrayFromVTKMatrix(_matrix_of(volumeNode)).round(4).ravel().tolist() if volumeNode else []
    return {"scan": [volumeNode.GetName() if volumeNode else "", geometry, dict(stated or {}),
                     known_modality(volumeNode)[0] if volumeNode else "",
                     *((request.site,) if request.site != ANY else ())],
            "regions": dict(regions), "values": [dict(request.clinical), sorted(request.models),
                                                      request.calibration]}


def changed_since(textNode, inputs: Mapping[str, object]) -> tuple[str, ...]:
    """Of ``scan``, ``regions`` and ``values`` those that are not what the stored result was made of."""
    stored = _content(textNode).get("inputs", {})
    return tuple(name for name, value in inputs.items() if stored.get(name) != value)


def write_scan(outcome: ScanOutcome, inputs: Mapping[str, object], volumeNode, tableNode=None,
               textNode=None) -> tuple[object, object]:
    """Table of the measured regions, and text with everything; nodes that are given are used again.

    The table of all scores, their provenance and the chart of the levels are written, too, beside the volume.

    ``inputs`` are those of ``inputs_of`` that the result was made of.
    """
    text = textNode or result_node("vtkMRMLTextNode", SCAN, "", volumeNode)
    text.SetName(f"{volumeNode.GetName()} scan")
    text.SetAttribute(SCAN_ATTRIBUTE, "1")
    text.SetText(json.dumps({"scan": outcome.result.to_dict(), "memory": dict(outcome.memory), "inputs": dict(inputs)},
                            allow_nan=False))
    mark_result(text, SCAN, volumeNode)
    table = _regions_table(outcome.result, volumeNode, tableNode)
    write_scan_results(outcome.result, volumeNode)
    return table, text


def show_card(result: ScanResult, number: int, volumeNode, segmentationNode, tableNode=None,
              textNode=None) -> ScoredNodes:
    """Card ``number`` of a result as nodes, and its region in the slice views."""
    from RadiomicsOrthoLib.report.brief_html import brief_html
    from RadiomicsOrthoLib.report.nomogram_svg import nomogram_svg

    found = result.cards[number]
    card, beside = found.card, volumeNode if found.region else None
    table = card_table(card, None, beside, tableNode)
    # the table may be one that held features before
    features_provenance(None, table, beside)
    text = card_text(card, beside, textNode)
    segmentId = segment_of(segmentationNode, found.region)
    if segmentId:
        show_segment(segmentationNode, segmentId)
    return ScoredNodes(card, None, None, table, text, brief_html(card.to_dict()), nomogram_svg(card, 380))


def segment_of(segmentationNode, name: str) -> str:
    """The id of the segment of that name; empty if there is none."""
    return next((segmentId for segmentId, segment in segments_of(segmentationNode).items()
                 if name and segment.GetName() == name), "")


def hand_to_segment_module(volumeNode, segmentationNode) -> None:
    """Have Radiomics Ortho Segment show them when it is opened."""
    from slicer.util import getModuleLogic

    node = getModuleLogic("RadiomicsOrthoSegment").getParameterNode()
    node.inputVolume, node.segmentation = volumeNode, segmentationNode
    sites = {anatomy_of_segment(segment)["site"] for segment in segments_of(segmentationNode).values()} & set(SITES)
    if len(sites) == 1:
        node.proposalSite = sites.pop()


def hand_to_score_module(volumeNode, segmentationNode, segmentId: str) -> None:
    """Have Radiomics Ortho show them when it is opened."""
    from slicer.util import getModuleLogic

    node = getModuleLogic("RadiomicsOrtho").getParameterNode()
    node.inputVolume, node.segmentation = volumeNode, segmentationNode
    if segmentId:
        node.segmentId = segmentId
    elif segmentationNode is not None and node.segmentId not in segments_of(segmentationNode):
        node.segmentId = next(iter(segments_of(segmentationNode)), "")


def save_scan(result: ScanResult, folder: str, choice: ReportChoice | None = None) -> list[str]:
    """Write the overview and the files of every card into a folder; returns their names.

    ``choice`` says in which language, and whether as PDF too; DICOM objects are made of one score at a time.
    InputError where the folder cannot be written to, or a package is missing.
    """
    from pathlib import Path

    from RadiomicsOrthoLib.report.files import write_folder
    from RadiomicsOrthoLib.report.scan_files import scan_files

    choice = choice or ReportChoice()
    if choice.pdf:
        ensure(str(resource_folder() / "requirements-pdf.txt"), "Radiomics Ortho")
    files = scan_files(result.to_dict(), [(entry.card, entry.region) for entry in result.cards], choice.language,
                       choice.pdf)
    write_folder(Path(folder), files)
    return list(files)


def _content(textNode) -> dict:
    if textNode is None or not textNode.GetAttribute(SCAN_ATTRIBUTE):
        return {}
    try:
        found = json.loads(textNode.GetText() or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _matrix_of(volumeNode):
    matrix = vtk.vtkMatrix4x4()
    volumeNode.GetIJKToRASMatrix(matrix)
    return matrix


def _regions_table(result: ScanResult, volumeNode, tableNode):
    """One row for each region that was measured: one that was not has no number, and no row."""
    node = tableNode or result_node("vtkMRMLTableNode", REGIONS, "", volumeNode)
    node.SetName(f"{volumeNode.GetName()} regions")
    measured = [region for region in result.regions if region.measurements]
    names = dict.fromkeys(name for region in measured for name in region.measurements)
    fill_table(node, {
        "Region": [region.name for region in measured],
        "Place": [region.place if region.level_from != "unknown" or region.body is None else "" for region in measured],
        "Level from": [region.level_from if region.body else "" for region in measured],
        **{name: [region.measurements.get(name, float("nan")) for region in measured] for name in names},
    }, _REGION_COLUMNS | {name: About(*MEASUREMENTS[name]) for name in names if name in MEASUREMENTS})
    node.SetDescription(RESEARCH_USE_ONLY)
    mark_result(node, REGIONS, volumeNode)
    return node
