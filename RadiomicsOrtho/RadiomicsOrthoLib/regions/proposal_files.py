"""A proposal as JSON and packed masks, to pass it between processes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..imaging.geometry import Geometry
from .proposal import Proposal, ProposedRegion, Remark
from .roi import Roi


def packed(proposal: Proposal) -> tuple[dict, dict[str, np.ndarray]]:
    """The proposal without its masks, JSON-ready, and the bits of each mask inside its box."""
    regions, masks = [], {}
    for number, region in enumerate(proposal.regions):
        roi = region.roi
        box = roi.box_slices()
        masks[str(number)] = np.packbits(roi.mask[box])
        regions.append({"site": roi.site, "level": roi.level, "side": roi.side, "compartment": roi.compartment,
                        "made_by": roi.made_by, "name": region.name, "colour": region.colour, "body": region.body,
                        "box": [[part.start, part.stop] for part in box]})
    remarks = [remark.to_dict() for remark in proposal.remarks]
    return {"regions": regions, "summary": proposal.summary, "remarks": remarks}, masks


def unpacked(found: Mapping, masks: Mapping[str, np.ndarray], geometry: Geometry) -> Proposal:
    """The proposal on ``geometry`` whose :func:`packed` parts these are."""
    regions = []
    for number, packed_region in enumerate(found["regions"]):
        entry = dict(packed_region)
        # zeros: pages that are never written to take no memory
        mask = np.zeros(geometry.shape, bool)
        box = tuple(slice(*ends) for ends in entry.pop("box"))
        shape = mask[box].shape
        mask[box] = np.unpackbits(masks[str(number)], count=int(np.prod(shape))).reshape(shape)
        outside = {name: entry.pop(name) for name in ("name", "colour", "body")}
        outside["colour"] = outside["colour"] and tuple(outside["colour"])
        regions.append(ProposedRegion(Roi(mask, geometry, **entry), **outside))
    return Proposal(tuple(regions), found["summary"], tuple(Remark(**remark) for remark in found["remarks"]))
