"""Where the lumbar spine ends: S1 has wings of bone at its sides where a lumbar body has a wall.

The limits were set on one CT (S1 0.66 of the wall seen and 0.26 bone beside it, L1 to L5 0.90 to 1.00 and at most
0.01) and are this project's own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..sampling import HuField
from .sphere import sphere
from .surface import BodySurface

#: slope (HU/mm) from which a ray counts as meeting a wall
WALL_EDGE = 15.0
#: bone beside the body: HU, and how far from the wall it is looked for (mm)
BONE_HU, BESIDE_MM = 130.0, (6.0, 24.0)
#: share of a lateral wall below which there is hardly one, and below which wings decide
MISSING_WALL, DOUBTFUL_WALL = 0.75, 0.87
#: share of bone beside the body: suspicious, and plain wings
SOME_WING, CLEAR_WING = 0.10, 0.20
#: the sacrum leans forward: how much its axis points to the front (sine)
FORWARD_LEAN = 0.15


@dataclass(frozen=True)
class SideSigns:
    """Share of the lateral wall with an edge, share of bone beside it (lesser side), and the axis' forward lean."""

    wall: float
    wing: float
    lean: float

    @property
    def sacral(self) -> bool:
        if self.lean < FORWARD_LEAN:
            return False
        return self.wall < MISSING_WALL or self.wing > CLEAR_WING \
            or (self.wall < DOUBTFUL_WALL and self.wing > SOME_WING)


def side_signs(field: HuField, surface: BodySurface) -> SideSigns:
    """What the sides of a body look like."""
    template, directions = surface.template, sphere().directions
    lateral = template.is_wall & (np.abs(directions[:, 0]) > 1.2 * np.abs(directions[:, 1])) \
        & (directions[:, 1] > -0.3 * np.abs(directions[:, 0]))
    wall = float(np.mean(surface.edge[lateral] > WALL_EDGE))
    wings = []
    for side in (-1, 1):
        # beside the front three quarters, where no transverse process reaches
        box = np.stack(np.meshgrid(side * (template.half_width + np.arange(BESIDE_MM[0], BESIDE_MM[1] + 0.1, 2.0)),
                                   template.half_depth * np.arange(-0.5, 0.51, 0.125),
                                   template.height * np.arange(-0.3, 0.31, 0.1), indexing="ij"), -1)
        wings.append(float(np.mean(field(template.centre + box @ template.frame) > BONE_HU)))
    return SideSigns(wall, min(wings), float(template.frame[2, 1]))
