"""The feature families of one prepared region, each a task of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

import numpy as np

from ..filters.voxels import Poll
from ..kernels.level_region import LevelRegion
from . import histograms, local_intensity, morphology, statistics
from .dependence_texture import dependence_features
from .discretisation import grey_levels, level_array
from .distance_zone_texture import distance_zone_features
from .identifiers import FAMILIES
from .preparation import PreparedRegion
from .settings import IbsiSettings
from .texture import dimensionalities, shared_texture

#: computes a family's values by tag
FamilyTask = Callable[[Poll], dict[str, float]]
_LEVEL_FAMILIES = {"ih", "cm", "rlm", "szm", "dzm", "ngt", "ngl"}
#: what a filtered image has: its region has the same shape, and a response is no intensity around a voxel
FILTERED_FAMILIES = tuple(family for family in FAMILIES if family not in ("morph", "loc"))


def family_tasks(region: PreparedRegion, settings: IbsiSettings, families: Iterable[str]) -> dict[str, FamilyTask]:
    """A task for each of the wanted ``FAMILIES``, in their order; values by IBSI tag, NaN where undefined.

    The tasks share the grey levels and may run at once.  ``ValueError`` for a family that does not exist.
    """
    wanted = set(families)
    if unknown := wanted - set(FAMILIES):
        raise ValueError(f"unknown feature families: {', '.join(sorted(unknown))}")
    tasks: dict[str, FamilyTask] = {
        "morph": partial(morphology.morphology, region),
        "loc": partial(local_intensity.local_intensity, region),
        "stat": lambda poll: statistics.intensity_statistics(region.inside),
        "ivh": lambda poll: histograms.intensity_volume_histogram(region.inside, settings)}
    if wanted & _LEVEL_FAMILIES:
        levels = grey_levels(region.inside, settings.discretisation, settings.lower_bound)
        tasks |= _level_tasks(levels, region, settings)
    return {family: tasks[family] for family in FAMILIES if family in wanted}


def region_features(region: PreparedRegion, settings: IbsiSettings, families: Iterable[str],
                    poll: Poll = lambda: None) -> dict[str, float]:
    """Value by IBSI tag of the wanted families, one after another."""
    found: dict[str, float] = {}
    for task in family_tasks(region, settings, families).values():
        poll()
        found |= task(poll)
    return found


def _level_tasks(levels: np.ndarray, region: PreparedRegion, settings: IbsiSettings) -> dict[str, FamilyTask]:
    """Of families that look at grey levels (voxels,)."""
    grid = level_array(levels, region.intensity)
    laid_out = LevelRegion.from_levels(grid)
    shapes = dimensionalities(settings.aggregations)
    tasks = {family: partial(shared_texture, family, laid_out, settings.aggregations)
             for family in ("cm", "rlm", "szm", "ngt")}
    return tasks | {
        "ih": lambda poll: histograms.intensity_histogram(levels),
        "dzm": partial(distance_zone_features, grid, region.morphological, shapes),
        "ngl": partial(dependence_features, laid_out, shapes, settings.dependence_alpha)}
