"""Cortical and trabecular bone of the femur."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from .nearness import squared_steps
from .patch import Patch

#: bone nearer to the surface than this is not called trabecular; as for the core of a vertebra
TRABECULAR_DEPTH_MM = 3.0
#: the thickest cortex of the proximal shaft (mm); denser bone deeper inside is no cortex
_CORTEX_DEPTH_MM = 9.0


def compartments(femur: np.ndarray, region: np.ndarray, patch: Patch) -> dict[str, np.ndarray]:
    """Cortical and trabecular part of ``region`` (k, j, i), a part of the whole bone ``femur``.

    Cortical: hangs together with the surface and is denser than half-way between the
    marrow inside and the densest cortex.  Trabecular: at least ``TRABECULAR_DEPTH_MM``
    below the bone's surface and not cortical.  What lies between belongs to neither:
    at a CT's resolution it is a mixture.  A rule of this project, not a published one.
    """
    depth = squared_steps(~femur, _CORTEX_DEPTH_MM / patch.step)
    values = np.nan_to_num(patch.values, nan=-1000.0)
    deep = region & (depth > (TRABECULAR_DEPTH_MM / patch.step) ** 2)
    if not deep.any():
        return {}
    inner = np.median(values[deep])
    dense = np.percentile(values[region], 98)
    limit = 0.5 * (max(inner, 0.0) + dense)
    shell = femur & (depth <= (_CORTEX_DEPTH_MM / patch.step) ** 2) & (values > limit)
    surface = femur & (depth <= 4)
    cortical = ndimage.binary_propagation(shell & surface, mask=shell) & region
    trabecular = deep & ~ndimage.binary_dilation(cortical)
    return {"cortical": cortical, "trabecular": ndimage.binary_opening(trabecular)}
