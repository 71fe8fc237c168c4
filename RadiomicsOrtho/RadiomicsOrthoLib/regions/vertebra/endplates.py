"""The two endplates beside a disc: planes fitted to the voxels through the scan's own blur.

Where a slice is as thick as a disc, its two endplates melt into one bright band that has no edge where the bone ends.
What the scan would show of two thin bright sheets with soft tissue between them is known, though: the fit compares that
with the voxels.  What the voxels leave open is decided by what endplates are like everywhere: the two of a disc are
nearly parallel, about equally dense and a fifth of a vertebra apart.  Voxels that no endplate explains (bony bridges,
nodes, gas) weigh little.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..sampling import HuField
from .column import STEP_MM, Column
from .spacing import expected_places

#: the voxels compared: an ellipse across the middle of the body (shares of half its depth), and so much of the
#: bodies above and below
ASIDE_SHARE, ALONG_SHARE, BODY_SHARE = 0.95, 0.75, 0.45
#: as many of them as are used, and the size (mm) of what counts as one independent observation
MOST_VOXELS, GRAIN_MM = 1500, 3.0
#: blur (SD, mm) beside that of the voxel: the scanner's and the endplate's own roughness
ROUGHNESS_MM = 1.0
#: an endplate's surface lies this far outside the middle of its bright sheet
HALF_SHEET_MM = 0.4
#: usual difference (HU) between model and voxel; more of it weighs less
TEXTURE_HU = 40.0
#: values beyond these are metal, gas or lung and say no more than that
WINDOW_HU = (-100.0, 600.0)
#: deviation of the marrow's HU from that seen further away, and of the two sheets' HU·mm from each other
MARROW_SD_HU, SHEETS_SD = 60.0, 150.0
#: by so many HU·mm the lower endplate of a body, with the bone next to it, is denser than the upper one of the body
#: below: measured here, chest CT and lumbar CT in thin slices 120 and 60.  That it is thicker was seen by micro-CT at
#: the discs L3 to L5 of 16 spines: Palepu et al., Int J Spine Surg 2019;13:361 (abstract)
SHEETS_APART = 100.0
#: the steepest tilt (tangent) against the column
STEEPEST = 0.6
#: how far an endplate may be sunk in its middle (mm)
HOLLOW_LIMITS_MM = (-2.0, 10.0)
#: places along the column from which the fit starts (mm)
STARTS_MM = (-2.5, 0.0, 2.5)
MOST_STEPS = 40
#: a disc may lie so far from where its voxels alone put it, in such steps (mm), while they fit no worse by than this
#: (sum of squares); against the even spacing of all discs that counts by half, because bone is not the model
DRIFT_MM, DRIFT_STEP_MM, DRIFT_MISFIT, DOUBT = 4.5, 0.75, 25.0, 2.0
#: their misfit is drawn through in steps of this (mm)
PLACE_STEP_MM = 0.25
#: how closely (mm) a disc is held at such a place
HELD_SD_MM = 0.1
#: discs above and below to which a disc is compared
NEIGHBOURS = 3


@dataclass(frozen=True)
class Plane:
    """A plane through ``point`` with the unit vector ``normal``, which points out of the body (RAS mm)."""

    point: np.ndarray
    normal: np.ndarray

    def height(self, positions: np.ndarray) -> np.ndarray:
        """Signed distance (…) in mm, positive outside."""
        return (positions - self.point) @ self.normal


@dataclass(frozen=True)
class Endplate(Plane):
    """The plane of an endplate's rim, and a bowl in it.

    ``sunk_mm`` is the depth of the bowl in its middle, ``bowl`` (2, 3) has the axes of its elliptic border, each
    divided by the square of its length.
    """

    sunk_mm: float
    bowl: np.ndarray

    def sunk(self, positions: np.ndarray) -> np.ndarray:
        """How far (…) in mm the bowl lies below the rim at positions (…, 3)."""
        return self.sunk_mm * np.clip(1 - (((positions - self.point) @ self.bowl.T) ** 2).sum(axis=-1), 0.0, 1.0)


@dataclass(frozen=True)
class DiscEndplates:
    """The endplates beside a disc: ``under`` is that of the body below it, ``over`` that of the body above it.

    Both normals point into the disc; ``middle`` is the plane half way between them, its normal points up.
    """

    under: Endplate
    over: Endplate
    middle: Plane

    @property
    def gap_mm(self) -> float:
        """Mean thickness of the disc."""
        return float(self.under.height(self.over.point)) + (self.under.sunk_mm + self.over.sunk_mm) / 2


def disc_endplates(field: HuField, column: Column, discs: np.ndarray) -> tuple[DiscEndplates | None, ...]:
    """The endplates beside each disc (indices along the column); ``None`` where the scan shows too little."""
    spacing = np.diff(discs) * STEP_MM
    seen = [_voxels(field, column, float(disc), spacing[max(n - 1, 0)], spacing[min(n, len(spacing) - 1)])
            for n, disc in enumerate(discs)]
    alone = [None if voxels is None else _fitted(voxels, _Expected()) for voxels in seen]
    likes, drifted = [], []
    for n, voxels in enumerate(seen):
        near = [alone[m] for m in range(max(0, n - NEIGHBOURS), min(len(seen), n + NEIGHBOURS + 1))
                if m != n and alone[m] is not None]
        likes.append(_Expected.like(near) if len(near) > 1 else _Expected())
        drifted.append(voxels and _drifted(voxels, likes[n], _fitted(voxels, likes[n], alone[n])))
    places, misfits = zip(*(_misfit_along(fits) for fits in drifted), strict=True)
    expected = expected_places([disc * STEP_MM + place for disc, place in zip(discs, places, strict=True)],
                               [misfit / DOUBT for misfit in misfits])
    found = []
    for disc, place, voxels, like, fits in zip(discs, expected, seen, likes, drifted, strict=True):
        found.append(voxels and _planes(voxels, _held(voxels, like, fits, place - disc * STEP_MM)))
    return tuple(found)


@dataclass(frozen=True)
class _Expected:
    """What a disc is like before its voxels are looked at; each ``_sd`` is the usual deviation from it.

    ``tilt`` are the coronal and sagittal slopes against the column, ``unparallel_sd`` those of one endplate against
    the other; ``gap`` is the distance of the sheets as a share of the spacing of the discs, ``disc`` in HU, ``sheet``
    in HU·mm, ``hollow`` in mm.
    """

    tilt: tuple[float, float] = (0.0, 0.0)
    tilt_sd: float = 0.4
    unparallel_sd: tuple[float, float] = (0.12, 0.18)
    gap: float = 0.22
    gap_sd: float = 0.10
    disc: float = 85.0
    disc_sd: float = 40.0
    sheet: float = 300.0
    sheet_sd: float = 150.0
    hollow: float = 1.0
    hollow_sd: float = 1.0

    @classmethod
    def like(cls, neighbours: list[_Fit]) -> _Expected:
        """A disc like its neighbours: what a thick slice hides is seldom unlike them."""
        x = np.median([fit.x for fit in neighbours], axis=0)
        return cls(tilt=((x[1] + x[4]) / 2, (x[2] + x[5]) / 2), tilt_sd=0.08, unparallel_sd=(0.06, 0.09),
                   gap=float(np.median([fit.gap for fit in neighbours])), gap_sd=0.06,
                   disc=x[8], disc_sd=20.0, sheet=(x[9] + x[10]) / 2, sheet_sd=60.0)


@dataclass(frozen=True)
class _Voxels:
    """Voxels around a disc: ``local`` (n, 3) right, front and up of it in mm, and ``hu`` (n,).

    ``weight`` is that of one voxel, ``extent`` (3, 3) the sides of a voxel in that frame, whose origin and axes are
    ``centre`` and ``frame``; ``reach`` and ``half`` are how far the voxels reach down and up, and aside and along.
    """

    local: np.ndarray
    hu: np.ndarray
    weight: float
    extent: np.ndarray
    centre: np.ndarray
    frame: np.ndarray
    reach: tuple[float, float]
    half: np.ndarray

    @property
    def spacing(self) -> float:
        """Mean distance to the next discs in mm."""
        return (self.reach[1] - self.reach[0]) / (2 * BODY_SHARE)


def _voxels(field: HuField, column: Column, disc: float, below: float, above: float) -> _Voxels | None:
    centre, frame = column.at(disc)
    depth = float(np.interp(disc, np.arange(len(column)), column.half_depth))
    half = np.array([ASIDE_SHARE * depth, ALONG_SHARE * depth])
    low, high = -BODY_SHARE * below, BODY_SHARE * above
    geometry = field.geometry
    corners = np.array([[x, y, z] for x in (-half[0], half[0]) for y in (-half[1], half[1]) for z in (low, high)])
    reach = geometry.to_kji(centre + corners @ frame)
    first = np.maximum(np.floor(reach.min(axis=0)).astype(int), 0)
    last = np.minimum(np.ceil(reach.max(axis=0)).astype(int) + 1, geometry.shape)
    if np.any(first >= last):
        return None
    kji = np.stack(np.meshgrid(*map(np.arange, first, last), indexing="ij"), -1).reshape(-1, 3)
    local = (geometry.to_ras(kji) - centre) @ frame.T
    near = (((local[:, :2] / half) ** 2).sum(axis=1) < 1) & (local[:, 2] > low) & (local[:, 2] < high)
    kji, local = kji[near], local[near]
    extent = frame @ np.asarray(geometry.direction).reshape(3, 3) * np.asarray(geometry.spacing)
    # both sides of the disc must be seen
    beyond = float(np.linalg.norm(extent[2])) / 2
    if not len(kji) or local[:, 2].min() - beyond > 0.5 * low or local[:, 2].max() + beyond < 0.5 * high:
        return None
    spacing = np.asarray(geometry.spacing)
    independent = len(kji) * np.prod(spacing / np.maximum(spacing, GRAIN_MM))
    if len(kji) > MOST_VOXELS:
        chosen = np.random.default_rng(0).choice(len(kji), MOST_VOXELS, replace=False)
        kji, local = kji[chosen], local[chosen]
    hu = np.clip(field.array[tuple(kji.T)].astype(float), *WINDOW_HU)
    weight = float(np.sqrt(min(1.0, independent / len(kji))))
    return _Voxels(local, hu, weight, extent, centre, frame, (low, high), half)


@dataclass(frozen=True)
class _Fit:
    """Unknowns ``x`` (see ``_Misfit``) and the misfit that they leave.

    ``place`` is that between the endplates (mm above the disc's in the chain), ``gap`` their
    distance as a share of the spacing of the discs.
    """

    place: float
    gap: float
    misfit: float
    x: np.ndarray

    def moved(self, up: float) -> np.ndarray:
        """The unknowns with both endplates ``up`` mm higher."""
        return self.x + up * np.isin(_UNKNOWNS, ("under", "over"))


def _fitted(voxels: _Voxels, expected: _Expected, first: _Fit | None = None) -> _Fit:
    """What explains the voxels best, sought from several starts and from ``first``."""
    gap, misfit = expected.gap * voxels.spacing, _Misfit(voxels, expected)
    starts = [np.array([start - gap / 2, *expected.tilt, start + gap / 2, *expected.tilt, *misfit.marrow,
                        expected.disc, *2 * [expected.sheet], *2 * [expected.hollow]]) for start in STARTS_MM]
    if first is not None:
        starts.append(first.x)
    return min((_least_squares(misfit, start) for start in starts), key=lambda fit: fit.misfit)


def _drifted(voxels: _Voxels, expected: _Expected, best: _Fit) -> list[_Fit]:
    """``best`` and what explains the voxels best with the disc below and above it, as far as they allow."""
    fits = [best]
    for step in (-DRIFT_STEP_MM, DRIFT_STEP_MM):
        last = best
        while abs(last.place + step - best.place) <= DRIFT_MM and last.misfit < best.misfit + DRIFT_MISFIT:
            last = _least_squares(_Misfit(voxels, expected, last.place + step), last.moved(step))
            fits.append(last)
    return sorted(fits, key=lambda fit: fit.place)


def _misfit_along(fits: list[_Fit] | None) -> tuple[np.ndarray, np.ndarray]:
    """Places (mm above the disc's in the chain) and the misfit there; the chain's place if nothing is seen."""
    from scipy.interpolate import PchipInterpolator

    if fits is None:
        return np.zeros(1), np.zeros(1)
    # two fits may end at one place: the better one counts
    least = {fit.place: fit.misfit for fit in sorted(fits, key=lambda fit: -fit.misfit)}
    at, misfit = np.array(sorted(least.items())).T
    if len(at) < 2:
        return at, misfit
    best = at[misfit.argmin()]
    steps = np.arange(np.ceil((at[0] - best) / PLACE_STEP_MM), np.floor((at[-1] - best) / PLACE_STEP_MM) + 1)
    places = best + PLACE_STEP_MM * steps
    return places, PchipInterpolator(at, misfit)(places)


def _held(voxels: _Voxels, expected: _Expected, fits: list[_Fit], place: float) -> np.ndarray:
    """The unknowns of the best fit with the middle of the disc at ``place``."""
    near = min(fits, key=lambda fit: abs(fit.place - place))
    return _least_squares(_Misfit(voxels, expected, place), near.moved(place - near.place)).x


def _least_squares(misfit: _Misfit, x: np.ndarray) -> _Fit:
    """The least sum of squares and where it lies, from ``x`` downhill (Levenberg and Marquardt) within limits."""
    low, high = misfit.voxels.reach
    lowest = np.array([low, -STEEPEST, -STEEPEST] * 2 + [-150.0] * 3 + [0.0] * 2 + [HOLLOW_LIMITS_MM[0]] * 2)
    highest = np.array([high, STEEPEST, STEEPEST] * 2 + [600.0, 600.0, 300.0] + [2000.0] * 2
                       + [HOLLOW_LIMITS_MM[1]] * 2)
    x = np.clip(x, lowest, highest)
    damping, residuals = 1e-2, misfit.residuals(x)
    cost = residuals @ residuals
    for _ in range(MOST_STEPS):
        slopes = misfit.jacobian(x)
        square, slope = slopes.T @ slopes, slopes.T @ residuals
        while damping < 1e6:
            step = np.linalg.solve(square + damping * np.diag(np.diag(square)), -slope)
            ahead = np.clip(x + step, lowest, highest)
            residuals_ahead = misfit.residuals(ahead)
            cost_ahead = residuals_ahead @ residuals_ahead
            if cost_ahead < cost:
                break
            damping *= 4
        else:
            break
        gained, x, residuals, cost = cost - cost_ahead, ahead, residuals_ahead, cost_ahead
        damping = max(damping / 5, 1e-6)
        if gained < 1e-5 * cost:
            break
    gap = (x[3] - x[0] + (x[11] + x[12]) / 2) / misfit.voxels.spacing
    return _Fit(float(x[0] + x[3]) / 2, float(gap), float(cost), x)


def _planes(voxels: _Voxels, x: np.ndarray) -> DiscEndplates:
    planes = []
    bowl = voxels.frame[:2] / voxels.half[:, None]
    for (height, aside, along), out, sunk in ((x[:3], 1.0, x[11]), (x[3:6], -1.0, x[12])):
        normal = np.array([-aside, -along, 1.0]) / np.sqrt(1 + aside**2 + along**2) @ voxels.frame
        rim = voxels.centre + height * voxels.frame[2] + out * HALF_SHEET_MM * normal
        planes.append(Endplate(rim, out * normal, float(sunk), bowl))
    middle = planes[0].normal - planes[1].normal
    return DiscEndplates(*planes, Plane((planes[0].point + planes[1].point) / 2, middle / np.linalg.norm(middle)))


class _Misfit:
    """What the model leaves unexplained, and how that changes with the unknowns.

    The unknowns are height, coronal and sagittal slope of the lower and the upper sheet, HU of the marrow below and
    above and of the disc, HU·mm of both sheets, and their hollows.  ``held`` is where the middle of the disc is to
    lie (mm), if that is not left to the voxels; ``marrow`` is that of the voxels away from the disc.
    """

    def __init__(self, voxels: _Voxels, like: _Expected, held: float | None = None) -> None:
        self.voxels = voxels
        (low, high), up = voxels.reach, voxels.local[:, 2]
        self.marrow = marrow = [float(np.median(voxels.hu[side] if side.any() else voxels.hu))
                                for side in (up < 0.6 * low, up > 0.6 * high)]
        rows = []

        def expect(value: float, deviation: float, **unknowns: float) -> None:
            row = np.zeros(len(_UNKNOWNS))
            for name, factor in unknowns.items():
                row[_UNKNOWNS.index(name)] = factor
            rows.append((row / deviation, value / deviation))

        expect(like.gap * voxels.spacing, like.gap_sd * voxels.spacing, over=1, under=-1, over_hollow=0.5,
               under_hollow=0.5)
        for axis, value, apart in zip(("aside", "along"), like.tilt, like.unparallel_sd, strict=True):
            expect(0.0, apart, **{f"over_{axis}": 1, f"under_{axis}": -1})
            expect(value, like.tilt_sd, **{f"over_{axis}": 0.5, f"under_{axis}": 0.5})
        expect(marrow[0], MARROW_SD_HU, marrow_below=1)
        expect(marrow[1], MARROW_SD_HU, marrow_above=1)
        expect(like.disc, like.disc_sd, disc=1)
        expect(SHEETS_APART, SHEETS_SD, sheet_over=1, sheet_under=-1)
        for side, denser in (("under", -SHEETS_APART / 2), ("over", SHEETS_APART / 2)):
            expect(like.sheet + denser, like.sheet_sd, **{f"sheet_{side}": 1})
            expect(like.hollow, like.hollow_sd, **{f"{side}_hollow": 1})
        if held is not None:
            expect(held, HELD_SD_MM, under=0.5, over=0.5)
        self.expected, self.values = np.array([row for row, _ in rows]), np.array([value for _, value in rows])

    def residuals(self, x: np.ndarray) -> np.ndarray:
        odd = (self._model(x)[0] - self.voxels.hu) / TEXTURE_HU
        # hardly grows with what no endplate explains
        tamed = np.sign(odd) * np.sqrt(np.log1p(odd**2))
        return np.concatenate([self.voxels.weight * tamed, self.expected @ x - self.values])

    def jacobian(self, x: np.ndarray) -> np.ndarray:
        model, slopes = self._model(x)
        odd = (model - self.voxels.hu) / TEXTURE_HU
        tamed = np.sqrt(np.log1p(odd**2))
        steep = np.where(np.abs(odd) > 1e-4, np.abs(odd) / np.maximum((1 + odd**2) * tamed, 1e-9), 1.0)
        return np.concatenate([(self.voxels.weight * steep / TEXTURE_HU)[:, None] * slopes, self.expected])

    def _model(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """HU (n,) that the scan would show, and their slopes (n, 13)."""
        from scipy.special import ndtr

        right, front, up = self.voxels.local.T
        disc = x[8]
        bowl = 1 - ((self.voxels.local[:, :2] / self.voxels.half) ** 2).sum(axis=1)
        model, slopes = np.full(len(up), disc), np.empty((len(up), len(_UNKNOWNS)))
        slopes[:, 8] = 1.0
        for n, sign in ((0, -1.0), (1, 1.0)):
            height, aside, along = x[3 * n:3 * n + 3]
            marrow, sheet = x[6 + n], x[9 + n]
            flat = 1 / np.sqrt(1 + aside**2 + along**2)
            normal = np.array([-aside, -along, 1.0]) * flat
            extent = np.sort(np.abs(normal @ self.voxels.extent))
            blur, slice_mm = np.sqrt((extent[:2] ** 2).sum() / 12 + ROUGHNESS_MM**2), max(extent[2], 0.1)
            # positive within the marrow
            depth = sign * (up - height - aside * right - along * front) * flat - x[11 + n] * bowl
            # sheet and edge of the marrow as seen through a slice that averages over its thickness
            ends = (depth[:, None] + np.array([-0.5, 0.5]) * slice_mm) / blur
            normals, shares = np.exp(-0.5 * ends**2) / np.sqrt(2 * np.pi), ndtr(ends)
            bell = (shares[:, 1] - shares[:, 0]) / slice_mm
            bent = (normals[:, 1] - normals[:, 0]) / (slice_mm * blur)
            share = np.diff(ends * shares + normals, axis=1)[:, 0] * blur / slice_mm
            model += (marrow - disc) * share + sheet * bell
            by_depth = (marrow - disc) * bell + sheet * bent
            moved = -sign * flat * by_depth
            slopes[:, 3 * n], slopes[:, 3 * n + 1], slopes[:, 3 * n + 2] = moved, moved * right, moved * front
            slopes[:, 6 + n], slopes[:, 9 + n], slopes[:, 11 + n] = share, bell, -by_depth * bowl
            slopes[:, 8] -= share
        return model, slopes


_UNKNOWNS = ("under", "under_aside", "under_along", "over", "over_aside", "over_along", "marrow_below", "marrow_above",
             "disc", "sheet_under", "sheet_over", "under_hollow", "over_hollow")
