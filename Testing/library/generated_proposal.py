"""A made-up proposal of vertebral bodies: bricks one below the other, without any method."""

from __future__ import annotations

import numpy as np
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.regions.proposal import Proposal, ProposedRegion, Remark
from RadiomicsOrthoLib.regions.roi import Roi
from RadiomicsOrthoLib.regions.terminology import segment_name

GRID = Geometry((60, 30, 32), (1.0, 1.0, 1.0), (-16.0, -15.0, 5.0))
METHOD = "bricks, version 1"
#: thickness of a body and of what lies between two (voxels)
BODY, DISC = 8, 3


def brick_scan() -> BoneImage:
    """A CT of muscle, fat and air in which the bricks of five bodies are brighter."""
    values = np.full(GRID.shape, 40, np.int16)
    values[:, :3], values[:, 3:6] = -1000, -100
    for number in range(1, 6):
        values[brick(number)] = 200
    return BoneImage(values, GRID, "CT")


def brick(number: int, shift: int = 0) -> tuple[slice, slice, slice]:
    """The voxels (k, j, i) of a body, 1 for the uppermost."""
    top = GRID.shape[0] - 2 - (number - 1) * (BODY + DISC)
    return slice(top - BODY, top), slice(8 + shift, 22 + shift), slice(8, 24)


def brick_proposal(numbers=(1, 2, 3, 4, 5), suggested: str | None = "L5", cut: int | None = 1, cores: bool = False,
                   shift: int = 0) -> Proposal:
    """Bodies at the bricks ``numbers``, counted from 1 in the proposal; ``cut`` is incomplete.

    ``suggested`` is the level that the lowest probably has.
    """
    regions, entries, remarks = [], [], []
    for count, number in enumerate(numbers, 1):
        mask = np.zeros(GRID.shape, bool)
        mask[brick(number, shift)] = True
        complete = number != cut
        roi = Roi(mask, GRID, "vertebra", compartment="whole-body", made_by=METHOD)
        name = f"vertebra {count} body" + ("" if complete else " (incomplete)")
        colour = ((0.9, 0.8, 0.6), (0.7, 0.5, 0.4))[count % 2]
        regions.append(ProposedRegion(roi, name, colour, count))
        entry = {"number": count, "level": None, "complete": complete, "heights": None, "genant": None}
        if complete:
            entry["heights"] = {"anterior_mm": 20.0 + number, "middle_mm": 21.0, "posterior_mm": 25.0}
            entry["genant"] = {"suggested_grade": 1 if number == 3 else 0, "deformity": "wedge", "loss": 0.2}
            if cores:
                core = np.zeros(GRID.shape, bool)
                core[tuple(slice(part.start + 2, part.stop - 2) for part in brick(number, shift))] = True
                title = segment_name("vertebra", None, None, "trabecular").replace("vertebra", f"vertebra {count}")
                regions.append(ProposedRegion(roi.with_mask(core, compartment="trabecular"), title, None, count))
        else:
            remarks.append(Remark("BODY_INCOMPLETE", f"vertebra {count} is cut off by the scan's edge.",
                                  "Leave it out.", refused=True))
        entries.append(entry)
    suggestion = suggested and {"number": len(numbers), "level": suggested, "reason": "it lies on the sacrum"}
    return Proposal(tuple(regions), {"site": "vertebra", "method": METHOD, "level_suggestion": suggestion,
                                     "bodies": entries}, tuple(remarks))
