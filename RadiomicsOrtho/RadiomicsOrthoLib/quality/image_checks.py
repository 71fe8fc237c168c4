"""Findings on the scan as a whole."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..imaging.image import BoneImage
from .finding import Finding

#: air in a CT on the HU scale; a fixed share of it shows that -1000 means air
AIR_HU = (-1100, -800)
MIN_AIR_SHARE = 0.001
FAT_HU = (-150, -30)
MIN_FAT_SHARE = 0.01
#: interpolating slices this far apart beside the in-plane spacing invents texture
MAX_ANISOTROPY = 3.0
SAMPLE = 2_000_000


def check_image(image: BoneImage) -> Iterator[Finding]:
    """Findings on modality, HU scale and voxel size."""
    sample = _sample(image.array)
    if sample.size == 0 or sample.min() == sample.max():
        yield Finding("NO_INTENSITY_VARIATION", "refuse", "The image has no intensity variation.",
                      "Load the scan again; nothing can be measured on a constant image.")
        return
    if np.issubdtype(image.array.dtype, np.floating):
        bad = int(image.array.size - np.count_nonzero(np.isfinite(image.array)))
        if bad:
            yield Finding("NON_FINITE_IMAGE", "warn", f"The image has {bad} non-finite voxels (NaN or infinite).",
                          "They must not lie in the region.")
    if image.modality in ("CT", "unknown"):
        yield from _check_hu_scale(image, sample)
    yield from _check_voxels(image)


def _check_hu_scale(image: BoneImage, sample: np.ndarray) -> Iterator[Finding]:
    air, fat = _share(sample, AIR_HU), _share(sample, FAT_HU)
    if air < MIN_AIR_SHARE and fat < MIN_FAT_SHARE:
        yield Finding(
            "NOT_HU", "refuse",
            f"The values do not look like HU: no air near -1000 and no fat near -100 (values {sample.min():.0f} to "
            f"{sample.max():.0f}).",
            "Give a CT with its rescale slope and intercept applied; MR and density maps have no HU.")
        return
    if image.modality == "unknown":
        yield Finding("MODALITY_ASSUMED_CT", "note", "The file does not state its modality; its values look like "
                      "HU, so it is taken as a CT.")
    if air < MIN_AIR_SHARE:
        yield Finding("HU_SCALE_UNCHECKED", "warn", "The scan shows no air, so its HU scale could not be checked.",
                      "Use the uncropped scan if there is one.")


def _check_voxels(image: BoneImage) -> Iterator[Finding]:
    i, j, k = image.spacing
    size = f"{i:.3g} × {j:.3g} × {k:.3g} mm"
    if max(i, j, k) > MAX_ANISOTROPY * min(i, j, k):
        yield Finding("ANISOTROPIC_VOXELS", "warn", f"Voxels are elongated ({size}); texture across slices is mostly "
                      "interpolated.", "Use thin slices for texture features if the scanner kept them.")


def _sample(array: np.ndarray) -> np.ndarray:
    """At most ``SAMPLE`` finite values, evenly spread."""
    flat = array.reshape(-1)[::max(1, array.size // SAMPLE)]
    return flat[np.isfinite(flat)] if np.issubdtype(flat.dtype, np.floating) else flat


def _share(values: np.ndarray, bounds: tuple[float, float]) -> float:
    return float(np.mean((values >= bounds[0]) & (values < bounds[1])))
