"""All IBSI features of a region under a profile: preparation, filters, families."""

from __future__ import annotations

import math
import threading
from dataclasses import replace
from functools import partial

import numpy as np

from ...errors import InputError
from ...imaging.image import BoneImage
from ...regions.roi import Roi
from ..engine import Cancelled, Progress, never_cancelled, no_progress
from ..filters.voxels import Poll
from ..profile import ExtractionProfile
from ..task_pool import TaskPool
from .diagnostics import diagnostics
from .families import FILTERED_FAMILIES, FamilyTask, family_tasks, region_features
from .from_profile import settings_of
from .identifiers import DIAGNOSTICS, FAMILIES, title_of
from .image_types import Filter, filters_of
from .local_intensity import RADIUS_MM
from .preparation import PreparedRegion, aligned_grid, prepare
from .settings import Discretisation, IbsiSettings

#: share of the work that is preparation, roughly
_PREPARATION = 0.1
#: bins of the intensity-volume histogram of a response, whose unit is arbitrary (manual 3.5)
_RESPONSE_BINS = Discretisation("fixed-number", 1000)


def extract(image: BoneImage, roi: Roi, profile: ExtractionProfile, threads: int = 1,
            progress: Progress = no_progress, cancelled: Cancelled = never_cancelled) -> dict[str, float]:
    """``<image>_<IBSI tag>`` → value of a profile with ``definitions: ibsi``; NaN where a feature is undefined.

    ``original_cm_joint_entr_3D_comb``, ``log-sigma-1-5-mm-3D_stat_mean``: see ``titles``.  Raises InputError for a
    region that leaves nothing to measure.
    """
    if roi.mask.shape != image.array.shape:
        raise InputError("Region and scan do not have the same grid; draw the region on this scan.")
    if roi.box is None:
        raise InputError("The region is empty; draw it first.")
    settings, spacing = settings_of(profile), image.geometry.spacing_kji
    grid = aligned_grid(image.array.shape, spacing, settings)
    filters = filters_of(profile, grid.spacing)
    reaches = [found.reach_mm for found in filters]
    if "loc" in profile.feature_classes:
        reaches.append((RADIUS_MM,) * 3)
    # not beyond the image, where a filter reads all of it
    margin = tuple(min(max(along), n * size) for along, n, size in
                   zip(zip(*reaches, strict=True), grid.shape, grid.spacing, strict=True)) if reaches else 0.0

    parts: dict[str, dict[str, float]] = {}
    done: list[str] = []
    reporting = threading.Lock()

    def begin(pool: TaskPool) -> None:
        region = prepare(image.array, roi.mask, spacing, settings, margin, pool.poll)
        pool.poll()
        tasks = _tasks(image, roi, profile, settings, region, filters)
        # the values come in this order, whatever the order of completion
        parts.update((title, {}) for title in tasks)
        pool.report(_PREPARATION, "the region is prepared")
        pool.add([partial(compute, title, task) for title, task in tasks.items()])

    def compute(title: str, task: FamilyTask, pool: TaskPool) -> None:
        parts[title] = task(pool.poll)
        with reporting:
            done.append(title)
            pool.report(_PREPARATION + (1 - _PREPARATION) * len(done) / len(parts), f"features of {title}")

    TaskPool(threads).run([begin], progress, cancelled)
    return {name: value for part in parts.values() for name, value in part.items()}


def _tasks(image: BoneImage, roi: Roi, profile: ExtractionProfile, settings: IbsiSettings, region: PreparedRegion,
           filters: list[Filter]) -> dict[str, FamilyTask]:
    """What is to be computed, by title: the families of the original image, then the filtered images."""
    tasks: dict[str, FamilyTask] = {}
    if "Original" in profile.image_types:
        wanted = [family for family in profile.feature_classes if family != DIAGNOSTICS]
        for family, task in family_tasks(region, settings, wanted).items():
            tasks[FAMILIES[family].lower()] = lambda poll, task=task: _named("original", task(poll))
        if DIAGNOSTICS in profile.feature_classes:
            tasks["diagnostics"] = lambda poll: _named("original", {
                f"{DIAGNOSTICS}_{name}": value for name, value in
                diagnostics(image.array, roi.mask, image.geometry.spacing_kji, settings, poll).items()})
    wanted = [family for family in profile.feature_classes if family in FILTERED_FAMILIES]
    for found in filters if wanted else ():
        tasks[found.name] = lambda poll, found=found: _named(
            found.name, _filtered_features(region, found, settings, wanted, poll))
    return tasks


def titles(names: list[str]) -> dict[str, dict[str, str]]:
    """Feature name → image, tag, family, title, identifiers and aggregation, for those of ``extract``."""
    return {name: {"image": name.partition("_")[0], **title_of(name.partition("_")[2]).to_dict()} for name in names}


def _filtered_features(region: PreparedRegion, found: Filter, settings: IbsiSettings, families: list[str],
                       poll: Poll) -> dict[str, float]:
    response = found.respond(region.values, region.spacing_kji, poll)
    # the mask is that of the unfiltered intensities (IBSI-2); a range of HU says nothing about responses
    of_response = replace(settings, range=None, outlier_sigma=None, ivh_discretisation=_RESPONSE_BINS)
    return region_features(replace(region, values=response), of_response, families, poll)


def _named(image: str, values: dict[str, float]) -> dict[str, float]:
    return {f"{image}_{tag}": float(value) if np.isfinite(value) else math.nan for tag, value in values.items()}
