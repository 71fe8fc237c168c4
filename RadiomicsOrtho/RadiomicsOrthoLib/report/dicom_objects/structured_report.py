"""The score and the measurements as a DICOM Structured Report: template TID 1500, one group TID 1411 for the region."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...features.measurements import MEASUREMENTS
from ...imaging.dicom_series import DicomSeries
from ...regions.roi import Roi
from ...regions.terminology import SIDES
from ...scoring.card import ScoreCard
from ..wording import interval_text, number_text, output_text, with_unit
from .codes import (
    OWN_SCHEME,
    OWN_SCHEME_NAME,
    cut,
    feature_code,
    hashed,
    measurement_codes,
    own,
    part_code,
    trust_code,
    unit_code,
)
from .identity import MANUFACTURER, PRODUCT, Identity
from .segmentation import bone_code, label_of

if TYPE_CHECKING:
    from highdicom.seg import Segmentation
    from highdicom.sr import Comprehensive3DSR, Measurement, QualitativeEvaluation, TextContentItem


def structured_report(card: ScoreCard, roi: Roi, series: DicomSeries, segments: Segmentation,
                      identity: Identity) -> Comprehensive3DSR:
    """The card as a TID 1500 report in English about the first segment of ``segments``."""
    import highdicom as hd
    from highdicom import sr
    from pydicom.sr.codedict import codes

    device = sr.ObserverContext(codes.DCM.Device, sr.DeviceObserverIdentifyingAttributes(
        uid=identity.uid("device"), name=PRODUCT, manufacturer_name=MANUFACTURER, model_name=PRODUCT))
    laterality = None
    if roi.side:
        scheme, value, meaning = SIDES[roi.side]
        laterality = sr.CodedConcept(value, scheme, meaning)
    group = sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=sr.TrackingIdentifier(identity.uid("region"), cut(label_of(roi), 64)),
        referenced_segment=sr.ReferencedSegment(
            segments.SOPClassUID, segments.SOPInstanceUID, 1,
            source_series=sr.SourceSeriesForSegmentation(series.headers[0].SeriesInstanceUID)),
        finding_type=bone_code(roi), finding_sites=[sr.FindingSite(bone_code(roi), laterality)],
        algorithm_id=sr.AlgorithmIdentification(
            card.model.title, card.model.version, [f"id={card.model.id}", f"sha256={card.model.sha256}"],
            manufacturer=MANUFACTURER),
        measurements=[*_score(card), *_measurements(card), *_features(card)],
        qualitative_evaluations=list(_evaluations(card)))
    report = sr.MeasurementReport(
        observation_context=sr.ObservationContext(observer_device_context=device),
        procedure_reported=_procedure(series.modality), imaging_measurements=[group],
        title=codes.DCM.ImagingMeasurementReport)
    report[0].ContentSequence.extend(_comments(card))
    scheme = hd.coding_schemes.CodingSchemeIdentificationItem(OWN_SCHEME, name=OWN_SCHEME_NAME,
                                                              responsible_organization=MANUFACTURER)
    arguments = identity.series("score", 1)
    # highdicom names these itself
    for name in ("content_date", "content_time"):
        arguments.pop(name)
    document = sr.Comprehensive3DSR(evidence=[*series.headers, segments], content=report[0], is_complete=True,
                                    is_final=False, is_verified=False, coding_schemes=[scheme], **arguments)
    return identity.settle(document)


def _procedure(modality: str):
    from pydicom.sr.codedict import codes

    return {"CT": codes.LN.CTUnspecifiedBodyRegion, "MR": codes.cid100.MRIUnspecifiedBodyRegion}.get(
        modality, codes.SCT.ImagingProcedure)


def _score(card: ScoreCard) -> Iterator[Measurement]:
    """The value, and the ends of its interval as its least and greatest."""
    from highdicom import sr
    from pydicom.sr.codedict import codes

    factor, unit = (100.0, "%") if card.model.is_probability else (1.0, card.model.output_unit)
    method = own(hashed("M", card.model.id), card.model.output_title)
    ends = zip((codes.SCT.Minimum, codes.SCT.Maximum), card.interval or (), strict=False)
    for statistic, value in ((None, card.value), *ends):
        yield sr.Measurement(codes.SCT.Score, factor * value, unit_code(unit), method=method, derivation=statistic)


def _measurements(card: ScoreCard) -> Iterator[Measurement]:
    from highdicom import sr

    for name, value in card.measurements.items():
        found = measurement_codes(name)
        if found:
            yield sr.Measurement(found[0], float(value), unit_code(MEASUREMENTS[name][1]), derivation=found[1])


def _features(card: ScoreCard) -> Iterator[Measurement]:
    """The radiomics features that the model uses; all others are in ``features.csv``."""
    from highdicom import sr

    keys = {item.name: item.key or item.name for item in card.model.inputs}
    for item in card.inputs:
        if item.source == "feature" and not isinstance(item.value, str):
            yield sr.Measurement(feature_code(keys[item.name]), float(item.value), unit_code(item.unit))


def _evaluations(card: ScoreCard) -> Iterator[QualitativeEvaluation]:
    from highdicom import sr

    if card.output_class:
        value = own(hashed("C", f"{card.model.id} {card.output_class.id}"), card.output_class.title)
        yield sr.QualitativeEvaluation(own("RO-CLASS", "Class of the score"), value)
    yield sr.QualitativeEvaluation(own("RO-TRUST", "Trust level of the model"), trust_code(card.model.trust))
    if card.compartment != "none":
        yield sr.QualitativeEvaluation(own("RO-PART", "Part of the bone that was measured"),
                                       part_code(card.compartment))


def _comments(card: ScoreCard) -> Iterator[TextContentItem]:
    """What has no code: notice, result in words, inputs, findings."""
    from pydicom.sr.codedict import codes

    result = f"{card.model.title}, {card.place}: {output_text(card.model, card.value)}"
    if card.interval:
        result += f" ({interval_text(card)}). {card.interval_reason}"
    choices = {item.name: item.choices or {} for item in card.model.inputs}
    inputs = "; ".join(f"{item.title}: {choices[item.name].get(item.value, item.value)}" if isinstance(item.value, str)
                       else f"{item.title}: {with_unit(number_text(item.value), item.unit)}" for item in card.inputs)
    texts = [card.to_dict()["notice"], result, *([card.output_class.sentence] if card.output_class else []),
             f"Inputs: {inputs}.", f"Intended use: {card.model.card['intended_use']}",
             f"Population: {card.model.card['population']}"]
    for text in texts:
        yield _text(codes.DCM.Comment, text)
    for finding in card.findings:
        yield _text(codes.DCM.Finding, f"{finding.severity}: {finding.sentence} {finding.remedy}".strip())


def _text(name, text: str) -> TextContentItem:
    from highdicom import sr

    return sr.TextContentItem(name, text, sr.RelationshipTypeValues.CONTAINS)
