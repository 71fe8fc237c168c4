"""Findings on the scan as a whole."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..imaging.image import BoneImage
from .ct_checks import check_ct_facts, check_hu_scale, check_not_a_ct
from .device_checks import check_device
from .finding import Finding
from .mr_checks import check_mr
from .pet_checks import check_pet
from .planar_checks import check_pixel_size

#: what is asked of a modality beside what is asked of every image
_BY_MODALITY = {"MR": check_mr, "PT": check_pet, "XR": check_device, "DXA": check_device, "US": check_device}

#: interpolating slices this far apart beside the in-plane spacing invents texture
MAX_ANISOTROPY = 3.0
#: thin cortex and trabeculae are lost in thicker slices (multi-centre advice for HU of bone; from memory)
MAX_SLICE_MM = 3.0
#: slices this much farther apart than they are thick leave tissue out
MAX_GAP = 1.1
SAMPLE = 2_000_000


def check_image(image: BoneImage) -> Iterator[Finding]:
    """Findings on the values, by the rules of the image's modality, and on voxel size."""
    sample = _sample(image.array)
    if sample.size == 0 or sample.min() == sample.max():
        yield Finding("NO_INTENSITY_VARIATION", "refuse", "The image has no intensity variation.",
                      "Load the scan again; nothing can be measured on a constant image.")
        return
    if np.issubdtype(image.array.dtype, np.floating):
        bad = int(image.array.size - np.count_nonzero(np.isfinite(image.array)))
        if bad:
            yield Finding("NON_FINITE_IMAGE", "warn", f"The image has {bad} non-finite voxels (NaN or infinite).",
                          "They must not lie in the region.")
    if image.calibration is not None:
        # densities: nothing can be said of the HU that they were
        yield from check_ct_facts(image)
    elif image.modality in ("CT", "unknown"):
        of_scale = tuple(check_hu_scale(image, sample))
        yield from of_scale
        if not any(finding.code == "NOT_HU" for finding in of_scale):
            yield from check_ct_facts(image)
    else:
        yield from check_not_a_ct(image, sample)
        yield from _BY_MODALITY[image.modality](image)
    yield from _check_reading(image)
    if image.geometry.plane_axis is None:
        yield from _check_voxels(image)
    else:
        yield from check_pixel_size(image)


def _check_reading(image: BoneImage) -> Iterator[Finding]:
    """Findings on what the file did not say and on what the reader changed."""
    who = {"stated": "stated by the user", "profile": "taken from the profile", "name": "taken from the volume's name"}
    if image.reading.modality_from != "file":
        yield Finding("MODALITY_NOT_IN_FILE", "note", f"The modality {image.modality} was "
                      f"{who[image.reading.modality_from]}; the file does not state it.")
    if image.reading.inverted:
        yield Finding("GREY_SCALE_INVERTED", "note", "The file stores bright as dark; dark and bright were exchanged, "
                      "so that more is brighter.")
    if image.reading.lossy:
        yield Finding("LOSSY_COMPRESSION", "warn", "The image was compressed with loss, which falsifies texture.",
                      "Use the original image of the device or archive.")


def _check_voxels(image: BoneImage) -> Iterator[Finding]:
    """One finding on the size of a voxel at most, and one on gaps between slices."""
    i, j, k = image.spacing
    size = f"{i:.3g} × {j:.3g} × {k:.3g} mm"
    coarsest = max(i, j, k)
    if coarsest > MAX_ANISOTROPY * min(i, j, k):
        yield Finding("ANISOTROPIC_VOXELS", "warn", f"Voxels are elongated ({size}); texture across slices is mostly "
                      "interpolated.", "Use thin slices for texture features if the scanner kept them.")
    elif coarsest > MAX_SLICE_MM * (1 + 1e-3):
        yield Finding("COARSE_SLICES", "warn", f"Voxels are coarse ({size}): cortex, endplates and marrow blur into "
                      "one another.", f"Use a reconstruction with slices of at most {MAX_SLICE_MM:g} mm if there is "
                      "one.")
    thickness = image.acquisition.details.get("slice_thickness_mm")
    if isinstance(thickness, float) and coarsest > MAX_GAP * thickness:
        yield Finding("SLICE_GAP", "note", f"Slices are {thickness:.3g} mm thick and {coarsest:.3g} mm apart: what "
                      "lies between them was not imaged.", "Volumes and shapes are interpolated across the gaps.")


def _sample(array: np.ndarray) -> np.ndarray:
    """At most ``SAMPLE`` finite values, evenly spread."""
    flat = array.reshape(-1)[::max(1, array.size // SAMPLE)]
    return flat[np.isfinite(flat)] if np.issubdtype(flat.dtype, np.floating) else flat
