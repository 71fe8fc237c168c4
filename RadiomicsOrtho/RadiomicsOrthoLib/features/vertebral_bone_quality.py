"""The vertebral bone quality ratio (VBQ): signal of the bodies L1-L4 over that of the cerebrospinal fluid at L3, on T1.

Ehresman et al., Spine J 2020: median signal of L1-L4, midsagittal, without cortex, endplates and vein, divided by the
signal of the fluid.  A ratio, no density: it differs between field strengths (1.5 T 2.77 ± 0.49, 3 T 2.20 ± 0.43 in
2,400 people without fracture; doi:10.1186/s13018-023-04268-5), so this module knows no threshold; a site sets its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ..imaging.image import BoneImage
from ..regions.roi import Roi
from ..regions.trabecular import DEFAULT_DEPTH_MM, trabecular_core

LEVELS = ("L1", "L2", "L3", "L4")
FLUID_LEVEL = "L3"
#: half the thickness of the midsagittal part of a body that counts; at least the slice in its middle
HALF_SLAB_MM = 2.5
DEFINITION = ("median over L1 to L4 of the median signal of each body in its midsagittal part, more than "
              f"{DEFAULT_DEPTH_MM:g} mm below its surface, divided by the mean signal of the cerebrospinal fluid at "
              f"{FLUID_LEVEL}")
NO_THRESHOLD = ("No threshold is given: VBQ differs between field strengths (1.5 T 2.77 ± 0.49, 3 T 2.20 ± 0.43 in "
                "2,400 people; doi:10.1186/s13018-023-04268-5), so each site sets its own.")


@dataclass(frozen=True)
class BoneQuality:
    """The ratio with what it is made of: the signal of each body by level, and that of the fluid (both without unit).

    ``regions`` are the voxels that were measured.
    """

    value: float
    signals: Mapping[str, float]
    csf_mean: float
    csf_sd: float
    regions: tuple[Roi, ...]

    def to_dict(self) -> dict[str, object]:
        """JSON-ready."""
        return {"vbq": self.value, "body_signals": dict(self.signals), "csf_mean": self.csf_mean,
                "csf_sd": self.csf_sd, "definition": DEFINITION, "threshold": None, "threshold_note": NO_THRESHOLD}


def vertebral_bone_quality(image: BoneImage, bodies: Sequence[Roi], csf: Roi) -> BoneQuality:
    """The ratio of an MR from whole bodies (or their cores) with their levels and a region of fluid, on its grid.

    Raises InputError if the scan is not known to be T1 without contrast agent as far as is known, a level is missing
    or there twice, the fluid has no signal or is named as that of another level, or a region lies on another grid.
    """
    check_scan(image)
    by_level: dict[str, Roi] = {}
    for body in bodies:
        if body.level in by_level:
            raise InputError(f"There are two regions of {body.level}; name one body for each level.")
        if body.level in LEVELS:
            by_level[body.level] = body
    if missing := [level for level in LEVELS if level not in by_level]:
        raise InputError(f"VBQ needs the bodies {', '.join(LEVELS)}; {', '.join(missing)} "
                         f"{'is' if len(missing) == 1 else 'are'} missing.")
    if csf.level not in (None, FLUID_LEVEL):
        raise InputError(f"The region of cerebrospinal fluid is named as fluid at {csf.level}; VBQ takes it at "
                         f"{FLUID_LEVEL}: draw it there, or correct its name.")
    if not all(image.geometry.same_place(roi.geometry) for roi in (*by_level.values(), csf)):
        raise InputError("Region and scan do not have the same grid; draw the regions on this scan.")
    parts = [_midsagittal_core(by_level[level]) for level in LEVELS]
    signals = {part.level: float(np.median(image.array[part.mask])) for part in parts}
    fluid = image.array[csf.mask].astype(np.float64)
    if fluid.size < 2 or not (np.isfinite(fluid.mean()) and fluid.mean() > 0):
        raise InputError(f"The region of cerebrospinal fluid holds no signal; draw it in the fluid at {FLUID_LEVEL}.")
    return BoneQuality(float(np.median(list(signals.values())) / fluid.mean()), signals, float(fluid.mean()),
                       float(fluid.std(ddof=1)), (*parts, csf))


def check_scan(image: BoneImage) -> None:
    """InputError if an image is not known to be one that the ratio is defined on."""
    if image.modality != "MR":
        raise InputError(f"The scan is {image.modality}; VBQ is a ratio of signals on T1-weighted MR.")
    weighting = image.acquisition.weighting
    if weighting != "T1w":
        what = "T2-weighted; a ratio on T2 is another quantity" if weighting else "of unknown weighting"
        raise InputError(f"The scan is {what}; VBQ is defined on T1 (state it with --sequence T1w if it is).")
    if image.acquisition.contrast_agent:
        raise InputError("Contrast agent was given; VBQ is defined on T1 without it.")


def _midsagittal_core(body: Roi) -> Roi:
    core = body if body.compartment == "trabecular" else trabecular_core(body)
    places = np.argwhere(core.mask)
    right = body.geometry.to_ras(places)[:, 0]
    middle = float(np.median(body.geometry.to_ras(np.argwhere(body.mask))[:, 0]))
    away = np.abs(right - middle)
    places = places[away <= max(HALF_SLAB_MM, float(away.min()))]
    mask = np.zeros_like(core.mask)
    mask[tuple(places.T)] = True
    return core.with_mask(mask, made_by=f"{core.made_by}; midsagittal part")
