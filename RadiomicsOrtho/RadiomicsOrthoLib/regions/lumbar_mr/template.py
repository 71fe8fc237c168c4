"""The usual shape of a lumbar body: round in front, flat behind, waisted, between two tilted endplates.

Its exponents and waist are the mean of the reference bodies of three training scans of the MR model.
"""

from __future__ import annotations

import numpy as np

from ..vertebra.endplates import Plane
from ..vertebra.sphere import sphere
from ..vertebra.template import BodyTemplate

#: exponent of the super-ellipse of the wall: nearly an ellipse in front, nearly a box behind
FRONT_EXPONENT, REAR_EXPONENT = 2.1, 3.2
#: by this share the wall is narrower at mid-height than at the endplates
WAIST = 0.08
#: exponent by which wall and endplates are joined with a rounded rim
RIM_EXPONENT = 10.0
_FARTHEST_MM, _HALVINGS, _STEP_MM = 70.0, 20, 0.05


def waisted(centre: np.ndarray, axes: np.ndarray, half_width: float, half_depth: float,
            endplates: tuple[Plane, Plane], caps: tuple[Plane, ...]) -> BodyTemplate:
    """A template of the given measures; ``half_depth`` and ``half_width`` at mid-height."""
    height = [max(-plane.height(centre), 2.0) for plane in endplates]
    tilts = [axes @ plane.normal for plane in endplates]

    def level(points: np.ndarray) -> np.ndarray:
        """1 on the surface, less inside; ``points`` (…, 3) are right, front, up."""
        ends = [np.maximum(points @ tilt, 0.0) / h for tilt, h in zip(tilts, height, strict=True)]
        waist = 1.0 + WAIST * np.minimum(np.maximum(*ends), 1.0) ** 2
        across, along = np.abs(points[..., 0]) / (half_width * waist), np.abs(points[..., 1]) / (half_depth * waist)
        exponent = np.where(points[..., 1] > 0, FRONT_EXPONENT, REAR_EXPONENT)
        wall = (across**exponent + along**exponent) ** (1 / exponent)
        return (wall**RIM_EXPONENT + sum(end**RIM_EXPONENT for end in ends)) ** (1 / RIM_EXPONENT)

    directions = sphere().directions
    low, high = np.zeros(len(directions)), np.full(len(directions), _FARTHEST_MM)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        inside = level(directions * middle[:, None]) < 1
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    surface = directions * low[:, None]
    slope = np.stack([level(surface + step) - level(surface - step) for step in _STEP_MM * np.eye(3)], -1)
    local = slope / np.linalg.norm(slope, axis=-1, keepdims=True)
    is_wall = np.abs(local[:, 2]) < 0.7
    return BodyTemplate(centre, axes, low, local @ axes, is_wall, endplates, caps, half_width, half_depth)
