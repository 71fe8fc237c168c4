"""From a scan to a scan with standardised intensities: bias field first, then the common scale."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ...errors import InputError
from ...imaging.box import Box
from ...imaging.image import BoneImage
from ...long_work import Cancelled, CancelledError, Progress, never_cancelled, no_progress
from ...regions.roi import Roi
from .bias_field import BiasFieldCorrection, estimate_bias_field
from .normalisation import ReferenceNormalisation, RobustNormalisation, reference_change, robust_change


@dataclass(frozen=True)
class Standardisation:
    """What a profile asks for; ``None`` leaves a step out."""

    bias_correction: BiasFieldCorrection | None = None
    normalisation: RobustNormalisation | ReferenceNormalisation | None = None

    @property
    def is_empty(self) -> bool:
        return self.bias_correction is None and self.normalisation is None


def check_reference(settings: Standardisation, profile_id: str, image: BoneImage, reference: Roi | None) -> None:
    """InputError if the reference region is missing, not needed, empty or on another grid."""
    wanted = isinstance(settings.normalisation, ReferenceNormalisation)
    if wanted and reference is None:
        raise InputError(f"The profile '{profile_id}' normalises on a reference region and none is given; draw "
                         f"{settings.normalisation.tissue} (command line: --reference-roi, --reference-segment).")
    if reference is None:
        return
    if not wanted:
        raise InputError(f"The profile '{profile_id}' uses no reference region; leave it out.")
    if not image.geometry.same_place(reference.geometry):
        difference = image.geometry.difference(reference.geometry)
        raise InputError(f"The reference region is not on the scan's grid ({difference}); draw it on this scan.")
    if not reference.mask.any():
        raise InputError("The reference region is empty; draw it first.")


def standardise(image: BoneImage, roi: Roi, settings: Standardisation, reference: Roi | None = None,
                progress: Progress = no_progress, cancelled: Cancelled = never_cancelled) -> tuple[BoneImage, dict]:
    """The scan with float32 values on its own grid, and what was found on the way, for the provenance.

    The very same scan comes back if nothing is asked for.  ``check_reference`` comes before.
    """
    record: dict = {}
    if settings.is_empty:
        return image, record

    def poll() -> None:
        if cancelled():
            raise CancelledError

    array, spacing = image.array, image.geometry.spacing_kji
    if settings.bias_correction is not None:
        if image.modality not in ("MR", "unknown"):
            raise InputError(f"The scan is {image.modality}; a bias field is corrected on MR only, because it would "
                             "falsify calibrated values.")
        around = Box.around(roi.mask if reference is None else roi.mask | reference.mask)
        field = estimate_bias_field(array, spacing, around, settings.bias_correction, poll,
                                    lambda share: progress(share, "correcting the bias field"))
        array = field.corrected(array, poll)
        record["bias_correction"] = {"method": settings.bias_correction.method, "iterations": list(field.iterations),
                                     "block_voxels_kji": list(field.steps)}
    if settings.normalisation is not None:
        progress(1.0, "normalising intensities")
        if isinstance(settings.normalisation, ReferenceNormalisation):
            change = reference_change(array, reference.mask, settings.normalisation)
            record["reference_roi"] = {"sha256": reference.voxel_hash(), "voxels": reference.voxel_count,
                                       "made_by": reference.made_by}
        else:
            change = robust_change(array, spacing, Box.around(roi.mask), settings.normalisation, poll)
        record["normalisation"] = {"method": settings.normalisation.method, "centre": change.centre,
                                   "factor": change.factor}
        array = change.apply(array, poll)
    return replace(image, array=np.ascontiguousarray(array)), record
