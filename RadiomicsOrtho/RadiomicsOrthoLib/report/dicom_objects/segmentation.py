"""The measured region as a DICOM Segmentation (PS3.3, A.51)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ... import __version__
from ...imaging.dicom_series import DicomSeries
from ...regions.roi import Roi
from ...regions.terminology import CATEGORY, SIDES, has_code, segment_name, type_code
from .codes import cut
from .identity import PRODUCT, Identity

if TYPE_CHECKING:
    from highdicom.seg import Segmentation
    from highdicom.sr.coding import CodedConcept

#: a segment's label, as other programs show it (PS3.5, LO)
_LONGEST = 64


def segmentation(roi: Roi, series: DicomSeries, identity: Identity) -> Segmentation:
    """``roi``, which lies on the grid of ``series``, as a binary segmentation of one segment."""
    import highdicom as hd
    from pydicom.sr.codedict import codes

    by_hand = roi.made_by == "manual"
    algorithm = None if by_hand else hd.AlgorithmIdentificationSequence(
        name=cut(roi.made_by, _LONGEST), version=__version__, family=codes.cid7162.MorphologicalOperations,
        source=PRODUCT)
    described = hd.seg.SegmentDescription(
        segment_number=1, segment_label=cut(label_of(roi), _LONGEST), segmented_property_category=_coded(CATEGORY),
        segmented_property_type=bone_code(roi),
        algorithm_type="MANUAL" if by_hand else "SEMIAUTOMATIC", algorithm_identification=algorithm,
        tracking_uid=identity.uid("region"), tracking_id=cut(label_of(roi), _LONGEST))
    if roi.side:
        described.SegmentedPropertyTypeCodeSequence[0].SegmentedPropertyTypeModifierCodeSequence = \
            [_coded(SIDES[roi.side])]
    found = hd.seg.Segmentation(
        source_images=list(series.headers), pixel_array=roi.mask.astype(np.uint8), segmentation_type="BINARY",
        segment_descriptions=[described], content_label="REGION", content_description="Measured region",
        omit_empty_frames=True, **identity.series("segmentation", 0))
    return identity.settle(found)


def label_of(roi: Roi) -> str:
    return segment_name(roi.site, roi.level, roi.side, roi.compartment) if has_code(roi.site, roi.compartment) \
        else "Region"


def bone_code(roi: Roi) -> CodedConcept:
    """The bone, or bone in general where the site is unknown."""
    from pydicom.sr.codedict import codes

    return _coded(type_code(roi.site, roi.level, roi.compartment)) if has_code(roi.site, roi.compartment) \
        else codes.SCT.Bone


def _coded(code: tuple[str, str, str]) -> CodedConcept:
    from highdicom.sr.coding import CodedConcept

    scheme, value, meaning = code
    return CodedConcept(value, scheme, meaning)
