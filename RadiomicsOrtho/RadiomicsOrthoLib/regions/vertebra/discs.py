"""The chain of discs along the column: all at once, by dynamic programming over position and spacing.

No single sign is dependable everywhere.  A disc is darker than the endplates beside it
where slices are thin; where they are thick, thin thoracic discs and their endplates melt
into one bright band.  Pedicles spring from the upper half of a body at every level.  The
whole chain must explain all of them with spacings that change slowly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ..sampling import HuField
from .column import STEP_MM, Column

#: tilts of a disc in the frame of the column, in the sagittal and in the coronal plane (degrees)
SAGITTAL_TILTS = np.arange(-24, 25, 4)
CORONAL_TILTS = np.arange(-16, 17, 4)
#: radius of the patch that is averaged in a disc's plane, and the most of the half depth it may cover
PATCH_MM, PATCH_SHARE = 10.5, 0.75
#: brighter voxels count as this: a bony bridge or a calcified ligament must not tilt an endplate
DENSE_HU = 450.0
#: the darkest and the brightest share of a patch are left out: gas, or a bony bridge at its rim
PATCH_KEPT = (0.1, 0.8)
#: distance between discs, from cervical to tall lumbar levels (mm)
SPACINGS = np.arange(11, 49)
#: usual spacing as a multiple of half the body's depth, and the penalty (per squared log ratio) of another
SPACING_PER_HALF_DEPTH, UNUSUAL_SPACING = 1.7, 120.0
#: a valley deeper than this (HU), and than those at its ends, within a body speaks against it, with this weight
FAINT_VALLEY_HU, MISSED_DISC = 25.0, 1.0
#: a disc that shows neither as a valley nor as a band of this many HU costs as much as this many HU of them
PLAIN_SIGN_HU, NO_SIGN = 20.0, 40.0
#: penalty per squared log ratio of neighbouring spacings: a tenth costs 7, a quarter 40; a collapsed body costs no
#: more than the limit, above and below it, and the less the plainer its discs are seen (per HU of the fainter one)
UNEVEN_SPACING, MOST_UNEVEN, PLAINLY_UNEVEN = 800.0, 60.0, 0.4
#: discs below this spacing may show as bright bands
THIN_DISC_SPACING_MM, THIN_DISC_RANGE_MM = 32.0, 6.0
#: a disc of the finished chain is moved by at most this much (steps)
SETTLE = 3
#: what a further vertebra must bring to be believed
LEAST_SCORE = 40.0


@dataclass(frozen=True)
class DiscCues:
    """Signs of discs along the column, all (n,) at ``STEP_MM`` unless said otherwise.

    ``patches`` (n, sagittal, coronal) are mean HU in tilted planes, ``valley`` the depth of
    the best tilted valley (HU) and ``valley_tilt`` its indices (n, 2), ``band`` the surplus
    of a bright band, ``pedicles`` the mean HU beside the canal, ``core`` the mean HU in the
    level plane.
    """

    patches: np.ndarray
    valley: np.ndarray
    valley_tilt: np.ndarray
    band: np.ndarray
    pedicles: np.ndarray
    core: np.ndarray


def disc_cues(field: HuField, column: Column) -> DiscCues:
    """The signs of discs along the column."""
    patches = _tilted_patches(field, column)
    level = patches[:, len(SAGITTAL_TILTS) // 2, len(CORONAL_TILTS) // 2]
    steep = 10.0 * ((SAGITTAL_TILTS[:, None] / 24.0) ** 2 + (CORONAL_TILTS / 12.0) ** 2)
    depth = (_valley_depth(patches) - steep).reshape(len(column), -1)
    tilt = np.stack(np.unravel_index(depth.argmax(axis=1), steep.shape), -1)
    core = np.clip(level, -50.0, 350.0)
    return DiscCues(patches, np.clip(depth.max(axis=1), -50.0, 100.0), tilt, _band_surplus(core),
                    _pedicles(field, column), core)


@dataclass(frozen=True)
class DiscChain:
    """Indices (m,) along the column of the discs, from below upwards, and how well they explain it (0: not at all)."""

    discs: np.ndarray
    score: float


def disc_chain(column: Column, cues: DiscCues) -> DiscChain:
    """The chain of discs that explains the column best; empty if none convinces."""
    n, spacings = len(column), SPACINGS
    interval = _interval_scores(column, cues)
    uneven = UNEVEN_SPACING * np.log(spacings[:, None] / spacings[None, :]) ** 2
    # total[q, s]: best sum of a chain whose last disc is q, s apart from the one below
    total = np.full((n, len(spacings)), -np.inf)
    before = np.full((n, len(spacings)), -1)
    for q in range(n):
        for s, spacing in enumerate(spacings):
            below = q - spacing
            if below < 0 or not np.isfinite(interval[q, s]):
                continue
            plain = max(min(cues.valley[q], cues.valley[below]), 0.0)
            chained = total[below] - np.minimum(uneven[s], MOST_UNEVEN - PLAINLY_UNEVEN * plain)
            best = int(np.argmax(chained))
            if chained[best] > 0:
                total[q, s], before[q, s] = interval[q, s] + chained[best], best
            else:
                total[q, s] = interval[q, s]
    if not np.isfinite(total).any() or total.max() <= 0:
        return DiscChain(np.array([], int), 0.0)
    q, s = np.unravel_index(np.argmax(total), total.shape)
    score, discs = float(total[q, s]), [int(q)]
    while s >= 0:
        discs.append(discs[-1] - int(spacings[s]))
        s = before[discs[-2], s]
    return DiscChain(_settled(np.array(discs[::-1]), cues), score)


def _settled(discs: np.ndarray, cues: DiscCues) -> np.ndarray:
    """Each disc moved to the clearest place near it: what the even spacing of the chain had pulled away."""
    spacing = np.diff(discs).astype(float)
    local = np.convolve(np.concatenate([spacing[:1], spacing, spacing[-1:]]), [0.5, 0.5], mode="valid")
    settled = discs.copy()
    for n, (disc, apart) in enumerate(zip(discs, local, strict=True)):
        near = np.arange(max(0, disc - SETTLE), min(len(cues.valley), disc + SETTLE + 1))
        thin = np.clip((THIN_DISC_SPACING_MM - apart) / THIN_DISC_RANGE_MM, 0.0, 1.0)
        settled[n] = near[np.argmax(0.5 * cues.valley[near] + 0.5 * thin * cues.band[near])]
    return settled


def _interval_scores(column: Column, cues: DiscCues) -> np.ndarray:
    """Score (n, spacings) of a body between the disc at q and the one ``SPACINGS`` below it; -inf outside the scan."""
    n, spacings = len(column), SPACINGS
    thin = np.clip((THIN_DISC_SPACING_MM - spacings) / THIN_DISC_RANGE_MM, 0.0, 1.0)
    disc = 0.5 * cues.valley[:, None] + 0.5 * thin * cues.band[:, None]
    endplate = ndimage.maximum_filter1d(cues.patches.reshape(n, -1).max(axis=1), 11)
    core, pedicles = _running(cues.core), _running(cues.pedicles)
    half_depth = _running(column.half_depth)
    q = np.arange(n)[:, None]
    low = q - spacings
    ok = (low >= 3) & (q < n - 3) & column.inside[q] & column.inside[np.clip(low, 0, n - 1)]
    low = np.clip(low, 0, n - 1)

    def mean(running: np.ndarray, start: float, stop: float) -> np.ndarray:
        a = np.clip(np.rint(low + start * spacings).astype(int), 0, n - 1)
        b = np.clip(np.rint(low + stop * spacings).astype(int), a + 1, n)
        return (running[b] - running[a]) / (b - a)

    contrast = np.clip(np.minimum(endplate[q], endplate[low]) - mean(core, 0.3, 0.7), -80.0, 80.0)
    # pedicles spring from the upper half of a body
    phase = np.clip(mean(pedicles, 0.6, 0.95) - mean(pedicles, 0.08, 0.42), -120.0, 120.0)
    usual = SPACING_PER_HALF_DEPTH * mean(half_depth, 0.0, 1.0)
    unusual = UNUSUAL_SPACING * np.log(spacings / usual) ** 2
    inner = np.stack([_inner_valley(cues.valley, spacing) for spacing in spacings], -1)
    at_ends = np.minimum(cues.valley[q], cues.valley[low])
    missed = MISSED_DISC * np.clip(inner - np.maximum(at_ends, FAINT_VALLEY_HU), 0.0, None)
    sign = np.maximum(cues.valley[:, None], thin * cues.band[:, None])
    disc = disc - NO_SIGN * np.clip(1.0 - sign / PLAIN_SIGN_HU, 0.0, 1.0)
    ends = 0.5 * (disc + np.take_along_axis(disc, low, axis=0))
    score = ends + contrast + 0.5 * phase - unusual - missed - LEAST_SCORE
    return np.where(ok, score, -np.inf)


def _inner_valley(valley: np.ndarray, spacing: int) -> np.ndarray:
    """The deepest valley (n,) within the body that ends ``spacing`` above its lower disc, at each upper disc."""
    margin = int(np.ceil(0.15 * spacing))
    width = spacing - 2 * margin + 1
    deepest = ndimage.maximum_filter1d(valley, width, mode="nearest", origin=0)
    # the window's middle lies half a spacing below the upper disc
    return np.concatenate([np.full(spacing // 2, -50.0), deepest])[:len(valley)]


def _running(values: np.ndarray) -> np.ndarray:
    return np.concatenate([[0.0], np.cumsum(values, dtype=float)])


def _tilted_patches(field: HuField, column: Column) -> np.ndarray:
    grid = np.arange(-1.0, 1.01, 0.25)
    x, y = (values[np.hypot(*np.meshgrid(grid, grid)) <= 1.03] for values in np.meshgrid(grid, grid))
    radius = np.minimum(PATCH_MM, PATCH_SHARE * column.half_depth)
    kept = slice(int(PATCH_KEPT[0] * len(x)), int(np.ceil(PATCH_KEPT[1] * len(x))))
    patches = np.empty((len(column), len(SAGITTAL_TILTS), len(CORONAL_TILTS)), np.float32)
    flat = column.middle[:, None] + radius[:, None, None] * (
        x[:, None] * column.right[:, None] + y[:, None] * column.front[:, None])
    for a, sagittal in enumerate(np.tan(np.deg2rad(SAGITTAL_TILTS))):
        for b, coronal in enumerate(np.tan(np.deg2rad(CORONAL_TILTS))):
            rise = radius[:, None] * (y * sagittal + x * coronal)
            values = field(flat + rise[..., None] * column.up[:, None])
            values = np.sort(np.minimum(values, DENSE_HU), axis=1)
            patches[:, a, b] = values[:, kept].mean(axis=1)
    return patches


def _valley_depth(patches: np.ndarray) -> np.ndarray:
    """How much darker a plane is than the brightest parallel planes 2 to 7 mm above and below (the lesser of both)."""
    above, below = (np.full(patches.shape, -1e3, np.float32) for _ in range(2))
    for steps in range(2, 8):
        np.maximum(above[:-steps], patches[steps:], out=above[:-steps])
        np.maximum(below[steps:], patches[:-steps], out=below[steps:])
    return np.minimum(above, below) - ndimage.uniform_filter1d(patches, 3, axis=0)


def _band_surplus(core: np.ndarray) -> np.ndarray:
    """Mean within 5 mm minus half the means 8 to 13 mm above and below."""
    running = _running(core)
    n = len(core)
    at = np.arange(n)

    def mean(start: int, stop: int) -> np.ndarray:
        a, b = np.clip(at + start, 0, n), np.clip(at + stop, 0, n)
        return (running[b] - running[a]) / np.maximum(b - a, 1)

    return np.clip(mean(-5, 6) - 0.5 * (mean(-13, -7) + mean(8, 14)), -80.0, 80.0)


def _pedicles(field: HuField, column: Column) -> np.ndarray:
    """Mean HU of both sides of the canal, where pedicles and foramina take turns."""
    aside, along = np.meshgrid(np.arange(9.0, 17.0, 1.5), np.arange(-3.0, 9.1, 1.5))
    aside, along = aside.ravel()[:, None], along.ravel()[:, None]
    sides = [np.clip(field(column.canal[:, None] + sign * aside * column.right[:, None]
                           + along * column.front[:, None]), -50.0, 400.0).mean(axis=1) for sign in (-1, 1)]
    return ndimage.gaussian_filter1d(np.mean(sides, axis=0), 1.5 / STEP_MM)
