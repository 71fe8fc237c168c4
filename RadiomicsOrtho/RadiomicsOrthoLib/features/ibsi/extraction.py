"""All IBSI features of one region."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import numpy as np

from ...imaging.image import BoneImage
from ...regions.roi import Roi
from ..engine import Cancelled, CancelledError, Progress, never_cancelled, no_progress
from ..kernels.level_region import LevelRegion
from . import histograms, local_intensity, morphology, statistics
from .dependence_texture import dependence_features
from .discretisation import grey_levels, level_array
from .distance_zone_texture import distance_zone_features
from .preparation import PreparedRegion, prepare
from .settings import IbsiSettings
from .texture import dimensionalities, shared_texture

#: prefix of a family's tags -> its name in the manual
FAMILIES = {
    "morph": "Morphology", "loc": "Local intensity", "stat": "Statistics", "ih": "Intensity histogram",
    "ivh": "Intensity volume histogram", "cm": "Co-occurrence matrix", "rlm": "Run length matrix",
    "szm": "Size zone matrix", "dzm": "Distance zone matrix", "ngt": "Neighbourhood grey tone difference matrix",
    "ngl": "Neighbouring grey level dependence matrix"}
_LEVEL_FAMILIES = {"ih", "cm", "rlm", "szm", "dzm", "ngt", "ngl"}


def ibsi_features(image: BoneImage, roi: Roi, settings: IbsiSettings, families: Iterable[str] = tuple(FAMILIES),
                  progress: Progress = no_progress, cancelled: Cancelled = never_cancelled) -> dict[str, float]:
    """Value by IBSI tag of the wanted ``FAMILIES``, in their order; NaN where a feature is undefined.

    ``cancelled`` is asked between the families, each of which takes up to half a second for 100 000 voxels.
    """
    if not image.geometry.same_place(roi.geometry):
        raise ValueError(f"image and region are not on one grid: {image.geometry.difference(roi.geometry)}")
    wanted = set(families)
    if unknown := wanted - set(FAMILIES):
        raise ValueError(f"unknown feature families: {', '.join(sorted(unknown))}")
    margin = local_intensity.RADIUS_MM if "loc" in wanted else 0.0
    region = prepare(image.array, roi.mask, image.geometry.spacing_kji, settings, margin)
    return region_features(region, settings, wanted, progress, cancelled)


def region_features(region: PreparedRegion, settings: IbsiSettings, families: Iterable[str],
                    progress: Progress = no_progress, cancelled: Cancelled = never_cancelled) -> dict[str, float]:
    """The same for a region that is prepared already."""
    wanted = set(families)
    calls: dict[str, Callable[[], dict[str, float]]] = {
        "morph": partial(morphology.morphology, region),
        "loc": partial(local_intensity.local_intensity, region),
        "stat": partial(statistics.intensity_statistics, region.inside),
        "ivh": partial(histograms.intensity_volume_histogram, region.inside, settings)}
    if wanted & _LEVEL_FAMILIES:
        levels = grey_levels(region.inside, settings.discretisation, settings.lower_bound)
        calls |= _level_calls(levels, region, settings)
    found: dict[str, float] = {}
    for number, family in enumerate(family for family in FAMILIES if family in wanted):
        if cancelled():
            raise CancelledError
        progress(number / len(wanted), FAMILIES[family].lower())
        found |= calls[family]()
    return found


def _level_calls(levels: np.ndarray, region: PreparedRegion,
                 settings: IbsiSettings) -> dict[str, Callable[[], dict[str, float]]]:
    """Of families that look at grey levels (voxels,)."""
    grid = level_array(levels, region.intensity)
    laid_out = LevelRegion.from_levels(grid)
    shapes = dimensionalities(settings.aggregations)
    calls = {family: partial(shared_texture, family, laid_out, settings.aggregations)
             for family in ("cm", "rlm", "szm", "ngt")}
    return calls | {
        "ih": partial(histograms.intensity_histogram, levels),
        "dzm": partial(distance_zone_features, grid, region.morphological, shapes),
        "ngl": partial(dependence_features, laid_out, shapes, settings.dependence_alpha)}
