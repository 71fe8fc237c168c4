"""Image and mask before and after each step (manual 5.1, "Diagnostic features"): where preprocessing deviates.

Unlike the features, these look at the whole scan.
"""

from __future__ import annotations

import numpy as np

from ...imaging.box import Box
from ..filters.voxels import Poll
from .preparation import aligned_grid, intensities, resegmented
from .settings import IbsiSettings


def diagnostics(values: np.ndarray, mask: np.ndarray, spacing_kji: tuple[float, float, float],
                settings: IbsiSettings, poll: Poll = lambda: None) -> dict[str, float]:
    """Value by IBSI tag for a scan and its mask, both (k, j, i); intensities in the unit of the image, mm."""
    grid = aligned_grid(values.shape, spacing_kji, settings)
    whole = Box.whole(grid.shape)
    poll()
    new_values = intensities(values, grid, whole, settings)
    poll()
    new_mask = grid.interpolate_mask(mask, whole, settings.partial_volume)
    poll()
    kept = resegmented(new_values, new_mask, settings)
    return (_of_image(values, spacing_kji, "init_img") | _of_image(new_values, grid.spacing, "interp_img")
            | _of_masks(values, mask, mask, "init_roi") | _of_masks(new_values, new_mask, new_mask, "interp_roi")
            | _of_masks(new_values, kept, new_mask, "reseg_roi"))


def _of_image(values: np.ndarray, spacing_kji: tuple[float, float, float], stage: str) -> dict[str, float]:
    found = {f"img_dim_{axis}": n for axis, n in zip("zyx", values.shape, strict=True)}
    found |= {f"vox_dim_{axis}": size for axis, size in zip("zyx", spacing_kji, strict=True)}
    found |= {"mean_int": values.mean(dtype=np.float64), "min_int": values.min(), "max_int": values.max()}
    return {f"{name}_{stage}": float(value) for name, value in found.items()}


def _of_masks(values: np.ndarray, intensity: np.ndarray, morphological: np.ndarray, stage: str) -> dict[str, float]:
    found: dict[str, float] = {f"int_mask_dim_{axis}": n for axis, n in zip("zyx", intensity.shape, strict=True)}
    for name, mask in (("int", intensity), ("morph", morphological)):
        found |= {f"{name}_mask_bb_dim_{axis}": n for axis, n in zip("zyx", Box.around(mask).shape, strict=True)}
        found[f"{name}_mask_vox_count"] = np.count_nonzero(mask)
    inside = values[intensity].astype(np.float64)
    found |= {"int_mask_mean_int": inside.mean(), "int_mask_min_int": inside.min(), "int_mask_max_int": inside.max()}
    return {f"{name}_{stage}": float(value) for name, value in found.items()}
