"""First-order and texture features of one image in one region."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ...imaging.box import Box
from .cooccurrence import cooccurrence_features
from .dependence import dependence_features
from .directions import half_directions
from .discretise import grey_levels
from .firstorder import firstorder_features
from .level_region import LevelRegion
from .matrices import neighbour_counts
from .neighbourhood import neighbourhood_features
from .run_length import run_length_features
from .settings import DEFAULT_SETTINGS, TextureSettings
from .zone_size import zone_size_features

#: in pyradiomics' order
TEXTURE_CLASSES = ("firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm")
_CUBIC_MM = (1.0, 1.0, 1.0)


def texture_features(values: np.ndarray, mask: np.ndarray, spacing_kji: tuple[float, float, float],
                     settings: TextureSettings = DEFAULT_SETTINGS,
                     classes: Iterable[str] = TEXTURE_CLASSES, deprecated: bool = False) -> dict[str, float]:
    """Features ``<class>_<Name>`` of the voxels of ``values`` (k, j, i) under a boolean ``mask`` of the same shape.

    The arrays may be any crop that holds the whole region.  ``values`` keep their number type: bin edges are computed
    in it, as in pyradiomics.  Spacing in mm.  ``deprecated`` adds StandardDeviation.
    """
    wanted = set(classes)
    if unknown := wanted - set(TEXTURE_CLASSES):
        raise ValueError(f"unknown feature classes: {', '.join(sorted(unknown))}")
    if values.shape != mask.shape or mask.dtype != bool:
        raise ValueError("the mask is a boolean array of the image's shape")
    box = Box.around(mask).slices
    mask = mask[box]
    inside = values[box][mask]
    if not np.isfinite(inside).all():
        raise ValueError("the region holds voxels without a finite value")
    region = LevelRegion.from_voxels(grey_levels(inside, settings), mask, margin=max(settings.distances))
    found: dict[str, float] = {}
    if "firstorder" in wanted:
        volume = float(np.prod(spacing_kji))
        found |= _prefixed("firstorder", firstorder_features(inside, region.counts, volume, settings, deprecated))
    return found | level_features(region, spacing_kji, settings, wanted)


def level_features(region: LevelRegion, spacing_kji: tuple[float, float, float], settings: TextureSettings,
                   classes: Iterable[str]) -> dict[str, float]:
    """Features ``<class>_<Name>`` of grey levels, whatever way they were discretised.

    By slice, a feature is the mean over the slices in which it is defined.
    """
    wanted = set(classes)
    if not settings.by_slice:
        return _region_features(region, spacing_kji, settings, wanted)
    parts = [_region_features(part, spacing_kji, settings, wanted)
             for part in region.slices(settings.force_2d_dimension)]
    found = {}
    for name in parts[0]:
        values = [part[name] for part in parts if not np.isnan(part[name])]
        found[name] = float(np.mean(values)) if values else np.nan
    return found


def _region_features(region: LevelRegion, spacing_kji: tuple[float, float, float], settings: TextureSettings,
                     wanted: set[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    if "glcm" in wanted:
        found |= _prefixed("glcm", cooccurrence_features(region, settings, spacing_kji))
    if "glrlm" in wanted:
        found |= _prefixed("glrlm", run_length_features(region, settings, spacing_kji))
    if "glszm" in wanted:
        found |= _prefixed("glszm", zone_size_features(region, settings))
    if wanted & {"gldm", "ngtdm"}:
        # both compare a voxel with the same neighbours
        directions = half_directions(region.box_shape, settings.distances, settings.plane_dimension)
        dependence, differences, alone = neighbour_counts(region, directions, settings.gldm_a)
        if "gldm" in wanted:
            found |= _prefixed("gldm", dependence_features(region, dependence))
        if "ngtdm" in wanted:
            found |= _prefixed("ngtdm", neighbourhood_features(region, differences, alone, settings))
    return found


def glcm_features(levels: np.ndarray, level_count: int | None = None, settings: TextureSettings = DEFAULT_SETTINGS,
                  spacing_kji: tuple[float, float, float] = _CUBIC_MM) -> dict[str, float]:
    """Co-occurrence features of integer grey levels (k, j, i) with 0 outside the region.

    ``level_count`` is the N_g of the normalised inverse differences, by default the highest level; the spacing in mm
    enters only through a weighting norm.  The other classes' functions take the same arguments.
    """
    return _class_features("glcm", levels, level_count, settings, spacing_kji)


def glrlm_features(levels: np.ndarray, level_count: int | None = None, settings: TextureSettings = DEFAULT_SETTINGS,
                   spacing_kji: tuple[float, float, float] = _CUBIC_MM) -> dict[str, float]:
    """Run-length features of integer grey levels (k, j, i) with 0 outside the region."""
    return _class_features("glrlm", levels, level_count, settings, spacing_kji)


def glszm_features(levels: np.ndarray, level_count: int | None = None, settings: TextureSettings = DEFAULT_SETTINGS,
                   spacing_kji: tuple[float, float, float] = _CUBIC_MM) -> dict[str, float]:
    """Size-zone features of integer grey levels (k, j, i) with 0 outside the region."""
    return _class_features("glszm", levels, level_count, settings, spacing_kji)


def gldm_features(levels: np.ndarray, level_count: int | None = None, settings: TextureSettings = DEFAULT_SETTINGS,
                  spacing_kji: tuple[float, float, float] = _CUBIC_MM) -> dict[str, float]:
    """Dependence features of integer grey levels (k, j, i) with 0 outside the region."""
    return _class_features("gldm", levels, level_count, settings, spacing_kji)


def ngtdm_features(levels: np.ndarray, level_count: int | None = None, settings: TextureSettings = DEFAULT_SETTINGS,
                   spacing_kji: tuple[float, float, float] = _CUBIC_MM) -> dict[str, float]:
    """Neighbouring grey-tone difference features of integer grey levels (k, j, i) with 0 outside the region."""
    return _class_features("ngtdm", levels, level_count, settings, spacing_kji)


def _class_features(name: str, levels: np.ndarray, level_count: int | None, settings: TextureSettings,
                    spacing_kji: tuple[float, float, float]) -> dict[str, float]:
    region = LevelRegion.from_levels(levels, level_count, margin=max(settings.distances))
    found = level_features(region, spacing_kji, settings, (name,))
    return {feature.removeprefix(f"{name}_"): value for feature, value in found.items()}


def compile_kernels() -> None:
    """Compile all texture kernels, or load them from the cache, by running each once.

    Takes seconds on a machine that has never done it, then a fraction of one.  Every kernel has a single signature,
    so nothing is left to compile for a real region.
    """
    values = np.arange(27.0).reshape(3, 3, 3)
    # two voxels on a diagonal: the only case that looks for lines with a gap
    corners = np.zeros((2, 3, 4), bool)
    corners[0, 0, 0] = corners[1, 2, 3] = True
    texture_features(values, values != 13, _CUBIC_MM, TextureSettings(bin_width=5))
    texture_features(np.zeros(corners.shape), corners, _CUBIC_MM, classes=("glrlm",))


def _prefixed(name: str, features: dict[str, float]) -> dict[str, float]:
    return {f"{name}_{feature}": value for feature, value in features.items()}
