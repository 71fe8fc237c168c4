"""What a method proposes on a scan: regions that a person checks before they count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from ..imaging.geometry import Geometry
from ..imaging.segmentation_writer import WrittenSegment, seg_nrrd
from .origin import BODY_TAG, PROPOSED_TAG, fingerprint
from .roi import Roi
from .terminology import COLOURS, COMPARTMENT_TAG, MADE_BY_TAG, has_code, segment_name, terminology_entry


@dataclass(frozen=True)
class Remark:
    """Something a person should know about a proposal: a stable upper-case ``code``, one sentence, a remedy.

    ``refused`` says that what the remark is about was left out and not measured.
    """

    code: str
    sentence: str
    remedy: str = ""
    refused: bool = False

    def to_dict(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True)
class ProposedRegion:
    """A region, with its own name and colour where those of its anatomy do not tell it from its neighbours.

    ``body`` is the number of the vertebral body that it belongs to, 1 for the uppermost; ``None`` for other bones.
    """

    roi: Roi
    name: str = ""
    colour: tuple[float, float, float] | None = None
    body: int | None = None

    @property
    def title(self) -> str:
        """Its own name, or else that of its anatomy."""
        return self.name or segment_name(self.roi.site, self.roi.level, self.roi.side, self.roi.compartment)

    def written(self, grid: Geometry | None = None) -> WrittenSegment:
        """As it goes into a file: on ``grid``, where the file's is another one than the region's."""
        roi = self.roi
        proposed = fingerprint(roi.mask, (grid or roi.geometry).ijk_to_ras)
        tags = {COMPARTMENT_TAG: roi.compartment, MADE_BY_TAG: roi.made_by, PROPOSED_TAG: proposed}
        if self.body is not None:
            tags[BODY_TAG] = str(self.body)
        if has_code(roi.site, roi.compartment):
            tags["TerminologyEntry"] = terminology_entry(roi.site, roi.level, roi.side, roi.compartment)
        return WrittenSegment(roi.mask, self.title, self.colour or COLOURS[roi.compartment], tags)


@dataclass(frozen=True)
class Proposal:
    """Regions in anatomical order, a JSON-ready summary of what was measured on them, and remarks."""

    regions: tuple[ProposedRegion, ...]
    summary: Mapping[str, object] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """JSON-ready: the summary, the segments and the remarks."""
        segments = [{"name": written.name, "site": region.roi.site, "level": region.roi.level,
                     "side": region.roi.side, "compartment": region.roi.compartment,
                     **_size(region.roi), "made_by": region.roi.made_by}
                    for region, written in ((region, region.written()) for region in self.regions)]
        return {**self.summary, "segments": segments, "remarks": [remark.to_dict() for remark in self.remarks]}


def proposal_file(regions: Sequence[ProposedRegion], geometry: Geometry) -> bytes:
    """The regions as the content of a ``.seg.nrrd`` file on the image's grid."""
    return seg_nrrd([region.written(geometry) for region in regions], geometry)


def _size(roi: Roi) -> dict[str, float]:
    """A 2-D image has no volume."""
    return {"volume_ml": roi.volume_ml} if roi.geometry.plane_axis is None else {"pixel_count": roi.voxel_count}
