"""A region as a small box of voxels, for networks: stated voxel size, extent and grey-value window."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ..imaging.geometry import Geometry
from ..imaging.image import BoneImage
from ..imaging.modality import MODALITIES
from ..regions.roi import Roi
from ..regions.sampling import HuField

CLEARED, KEPT = "cleared", "kept"
#: a window of the region's own values, for modalities without a scale of their own
OWN_WINDOW = "own"
OWN_PERCENTILES = (1.0, 99.0)
#: what a network may be given: more is no small box
MAX_VOXELS = 128**3
MIN_SIDE = 4
#: share of a region that its box must hold
MIN_INSIDE = 0.6


@dataclass(frozen=True)
class CropSettings:
    """How a box is cut: ``shape`` voxels (k, j, i) of ``spacing`` mm along S, A and R, around the region's centroid.

    ``window`` (lowest, highest value) becomes 0 to 1, or is ``own``: the region's 1st and 99th percentile.
    ``surroundings`` outside of the region are ``cleared`` to 0, or ``kept``.
    """

    shape: tuple[int, int, int] = (24, 32, 40)
    spacing: float = 1.2
    window: tuple[float, float] | str = (-200.0, 800.0)
    surroundings: str = CLEARED
    modality: str = "CT"

    def __post_init__(self) -> None:
        if len(self.shape) != 3 or min(self.shape) < 1 or math.prod(self.shape) > MAX_VOXELS \
                or sorted(self.shape)[1] < MIN_SIDE:
            raise ValueError(f"a box has three sides of at least {MIN_SIDE} voxels (one slice is allowed), and no more "
                             f"than {MAX_VOXELS} voxels in all, not {self.shape}")
        if not 0.05 <= self.spacing <= 20:
            raise ValueError(f"a voxel of a box measures 0.05 to 20 mm, not {self.spacing:g}")
        if self.surroundings not in (CLEARED, KEPT):
            raise ValueError(f"surroundings are {CLEARED} or {KEPT}, not {self.surroundings!r}")
        if self.modality not in MODALITIES[:-1]:
            raise ValueError(f"the modality is one of {', '.join(MODALITIES[:-1])}, not {self.modality!r}")
        if self.window == OWN_WINDOW:
            if self.modality == "CT":
                raise ValueError("CT has a scale of its own (HU); state its window in numbers")
        elif isinstance(self.window, str) or not self.window[0] < self.window[1]:
            raise ValueError(f"a window is two rising numbers or '{OWN_WINDOW}', not {self.window!r}")

    def to_dict(self) -> dict:
        window = self.window if isinstance(self.window, str) else list(self.window)
        return {"shape_kji": list(self.shape), "spacing_mm": self.spacing, "window": window,
                "surroundings": self.surroundings, "modality": self.modality}

    @classmethod
    def from_dict(cls, data: Mapping) -> CropSettings:
        """What ``to_dict`` gives; ``ValueError``, ``KeyError`` or ``TypeError`` where it is faulty."""
        window = data["window"]
        return cls(tuple(int(n) for n in data["shape_kji"]), float(data["spacing_mm"]),
                   window if isinstance(window, str) else (float(window[0]), float(window[1])), data["surroundings"],
                   data["modality"])


def roi_crop(image: BoneImage, roi: Roi, settings: CropSettings) -> np.ndarray:
    """The box (k, j, i), float32 from 0 to 1, its axes along S, A and R whatever the scan's.

    Trilinear; where voxels of the box are at least twice the scan's, those are averaged first.  InputError for another
    modality, an empty region, and a region of which the box holds less than 60 %.
    """
    # a file that does not say it may be CT, as everywhere: the gate has looked whether its values are HU
    if image.modality != settings.modality and (image.modality, settings.modality) != ("unknown", "CT"):
        raise InputError(f"The network is for {settings.modality}, and the scan is {image.modality}; state the "
                         "modality if the file does not say it.")
    if not image.geometry.same_place(roi.geometry):
        raise InputError("The region is not on the scan's grid; draw it on this scan.")
    inner = roi.box_slices()
    first = np.array([part.start for part in inner])
    centre = roi.geometry.to_ras(first + np.argwhere(roi.mask[inner]).mean(axis=0))
    places = _places(centre, settings)
    drawn = _sampled(roi.mask, roi.geometry, places, settings) >= 0.5
    held = drawn.sum() * settings.spacing**3 / (1000 * roi.volume_ml)
    if held < MIN_INSIDE:
        size = " × ".join(f"{n * settings.spacing:.0f}" for n in settings.shape[::-1])
        raise InputError(f"A box of {size} mm holds {100 * held:.0f} % of the region only; the network is for smaller "
                         "regions, or the box must be larger.")
    values = _sampled(image.array, image.geometry, places, settings)
    low, high = np.percentile(image.array[inner][roi.mask[inner]], OWN_PERCENTILES) \
        if isinstance(settings.window, str) else settings.window
    if not high > low:
        raise InputError("Every voxel of the region has the same value; choose another scan or region.")
    found = np.clip((values - low) / (high - low), 0, 1).astype(np.float32)
    return np.where(drawn, found, np.float32(0)) if settings.surroundings == CLEARED else found


def _places(centre: np.ndarray, settings: CropSettings) -> np.ndarray:
    """RAS mm (k, j, i, 3) of the voxels of the box."""
    axes = [(np.arange(n) - (n - 1) / 2) * settings.spacing for n in settings.shape]
    up, front, right = np.meshgrid(*axes, indexing="ij")
    return np.stack([right, front, up], axis=-1) + centre


def _sampled(array: np.ndarray, geometry: Geometry, places: np.ndarray, settings: CropSettings) -> np.ndarray:
    """``array`` at ``places``; only the part around them is looked at."""
    reach = geometry.to_kji(places[np.ix_((0, -1), (0, -1), (0, -1))].reshape(-1, 3))
    # the corners of the box bound it, however the scan is turned
    low = np.clip(np.floor(reach.min(axis=0)).astype(int) - 2, 0, np.array(geometry.shape) - 1)
    high = np.clip(np.ceil(reach.max(axis=0)).astype(int) + 3, low + 1, geometry.shape)
    part = array[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    grid = Geometry(part.shape, geometry.spacing, tuple(float(x) for x in geometry.to_ras(low)), geometry.direction)
    field = HuField.of(BoneImage(part, grid))
    coarse = settings.spacing >= 2 * min(geometry.spacing)
    return (field.coarse(settings.spacing / 2) if coarse else field)(places)
