"""How well two outlines of one region agree."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace

import numpy as np

from ..errors import InputError
from ..imaging.geometry import Geometry
from .common_grid import overlap
from .roi import Roi
from .surface_elements import SurfaceElements, surface_elements

#: surface Dice counts a surface as the same within this distance where nothing else is asked for
DEFAULT_TOLERANCE_MM = 1.0
#: distances are rounded to this many decimals of a millimetre, so that rounding of positions decides nothing
_DECIMALS = 6

#: what each number means, for files that are read without this program
DEFINITIONS = {
    "dice": "twice the common volume over the sum of both volumes (Dice 1945)",
    "surface_dice": "share of both surfaces, by area, that lies within the tolerance of the other surface "
                    "(Nikolov 2021, doi:10.2196/26151)",
    "mean_distance_mm": "mean of the two mean distances between the surfaces, each weighted by area",
    "hausdorff_95_mm": "the larger of the two distances within which 95 % of one surface, by area, lies of the other",
    "hausdorff_mm": "largest distance from one surface to the other",
    "size_difference": "size of B less size of A; in percent of A",
}


@dataclass(frozen=True)
class RegionAgreement:
    """Agreement of region B with region A.

    Distances are in mm between surface elements (``regions.surface_elements``); they are ``None`` where the size of the
    pixels is unknown.  Sizes are in ``size_unit``: mL, or on 2-D images mm² (pixels where their size is unknown).
    ``overlap_spacing`` is the grid in mm (i, j, k) on which ``dice`` was taken; ``resampled`` says that A or B
    was brought there from another grid.
    """

    dice: float
    surface_dice: float | None
    mean_distance_mm: float | None
    hausdorff_95_mm: float | None
    hausdorff_mm: float | None
    size_a: float
    size_b: float
    size_unit: str
    tolerance_mm: float
    overlap_spacing: tuple[float, float, float]
    resampled: bool

    @property
    def size_difference(self) -> float:
        return self.size_b - self.size_a

    @property
    def size_difference_percent(self) -> float:
        return 100 * (self.size_b - self.size_a) / self.size_a

    def to_dict(self) -> dict[str, object]:
        """JSON-ready, with the differences."""
        return asdict(self) | {"overlap_spacing": list(self.overlap_spacing), "size_difference": self.size_difference,
                               "size_difference_percent": self.size_difference_percent}


def region_agreement(a: Roi, b: Roi, tolerance_mm: float = DEFAULT_TOLERANCE_MM, planar: bool = False,
                     knows_millimetres: bool = True) -> RegionAgreement:
    """Compare two regions, each on its own grid; their world positions (RAS mm) are what counts.

    ``planar`` says that both lie on a 2-D image: outlines are compared instead of surfaces.  Raises InputError if
    one of them or both are empty: agreement with nothing is not defined.
    """
    check_tolerance(tolerance_mm)
    _check_filled(a, b)
    box_a, box_b = _cropped(a), _cropped(b)
    shared = overlap(*box_a, *box_b)
    distances: dict[str, float | None] = dict.fromkeys(
        ("surface_dice", "mean_distance_mm", "hausdorff_95_mm", "hausdorff_mm"))
    if knows_millimetres:
        distances = surface_agreement(surface_elements(*box_a, planar), surface_elements(*box_b, planar), tolerance_mm)
    unit = "mL" if not planar else "mm²" if knows_millimetres else "pixels"
    of_voxel = {"mL": (a.geometry.voxel_volume_ml, b.geometry.voxel_volume_ml), "pixels": (1.0, 1.0),
                "mm²": tuple(math.prod(roi.geometry.spacing[:2]) for roi in (a, b))}[unit]
    return RegionAgreement(dice=shared.dice, **distances, size_a=a.voxel_count * of_voxel[0],
                           size_b=b.voxel_count * of_voxel[1], size_unit=unit, tolerance_mm=tolerance_mm,
                           overlap_spacing=shared.spacing, resampled=shared.resampled)


def check_tolerance(tolerance_mm: float) -> None:
    if not (math.isfinite(tolerance_mm) and tolerance_mm > 0):
        raise InputError(f"The tolerance of surface Dice must be a length above 0 mm, not {tolerance_mm:g}.")


def surface_agreement(a: SurfaceElements, b: SurfaceElements, tolerance_mm: float) -> dict[str, float]:
    """Surface Dice and the distances (mm) between two surfaces that each have an element.

    The mean is that of both directions (MASD of Maier-Hein et al. 2024, doi:10.1038/s41592-023-02151-z), the percentile
    and the maximum the larger of both.
    """
    from scipy.spatial import cKDTree

    there = np.round(cKDTree(b.positions).query(a.positions)[0], _DECIMALS)
    back = np.round(cKDTree(a.positions).query(b.positions)[0], _DECIMALS)
    close = a.areas[there <= tolerance_mm].sum() + b.areas[back <= tolerance_mm].sum()
    means = [float(np.average(distances, weights=areas)) for distances, areas in ((there, a.areas), (back, b.areas))]
    return {"surface_dice": float(close / (a.areas.sum() + b.areas.sum())), "mean_distance_mm": sum(means) / 2,
            "hausdorff_95_mm": max(_percentile(there, a.areas, 95), _percentile(back, b.areas, 95)),
            "hausdorff_mm": float(max(there.max(), back.max()))}


def _percentile(values: np.ndarray, weights: np.ndarray, percent: float) -> float:
    """The smallest of ``values`` that, with all below it, has that share of the weight."""
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order])
    place = np.searchsorted(reached, percent / 100 * reached[-1])
    return float(values[order][min(place, values.size - 1)])


def _check_filled(a: Roi, b: Roi) -> None:
    filled = {name: bool(roi.mask.any()) for name, roi in (("A", a), ("B", b))}
    if not any(filled.values()):
        raise InputError("The segment is empty in both files; there is nothing to compare.")
    for name, has_voxels in filled.items():
        if not has_voxels:
            raise InputError(f"The segment is empty in {name}; agreement with nothing is not defined.")


def _cropped(roi: Roi) -> tuple[np.ndarray, Geometry]:
    """The mask in its own tight box, with that box's grid."""
    box = roi.box_slices()
    mask = roi.mask[box]
    origin = tuple(float(x) for x in roi.geometry.to_ras([part.start for part in box]))
    return mask, replace(roi.geometry, shape=mask.shape, origin=origin)
