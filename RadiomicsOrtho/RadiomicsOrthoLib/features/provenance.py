"""What a value depends on, written down beside it."""

from __future__ import annotations

import importlib.metadata
import sys
from collections.abc import Callable

from .. import __version__
from ..imaging.image import BoneImage
from ..regions.roi import Roi

_LIBRARIES = ("numpy", "scipy", "SimpleITK")


def provenance_of(image: BoneImage, roi: Roi, source_roi: Roi | None = None,
                  poll: Callable[[], object] = lambda: None) -> dict:
    """Versions, voxel hashes and geometry; no file names, patient identity or dates.

    ``roi`` is what was measured, ``source_roi`` what it was derived from.  ``poll`` is called every slice and may
    raise to stop.
    """
    entry = {
        "software": {"radiomics-ortho": __version__, **library_versions(_LIBRARIES)},
        "image": {"format": image.source, "modality": image.modality, **image.reading.to_dict(),
                  "sha256": image.voxel_hash(poll),
                  "size_ijk": list(image.geometry.shape[::-1]), "spacing_mm": [float(s) for s in image.spacing],
                  "origin_ras_mm": [float(x) for x in image.geometry.origin],
                  "direction_ras": [float(x) for x in image.geometry.direction]},
        "roi": _region(image, roi, poll),
    }
    if source_roi is not None and source_roi is not roi:
        entry["source_roi"] = _region(image, source_roi, poll)
    return entry


def _region(image: BoneImage, roi: Roi, poll: Callable[[], object]) -> dict:
    """A 2-D region has an area if the size of its pixels is known, and no volume."""
    entry = {"sha256": roi.voxel_hash(poll), "made_by": roi.made_by, "voxels": roi.voxel_count}
    if roi.geometry.plane_axis is None:
        return entry | {"volume_ml": roi.volume_ml}
    return entry | ({"area_mm2": roi.area_mm2} if image.reading.knows_millimetres else {})


def library_versions(names: tuple[str, ...]) -> dict[str, str]:
    versions = {}
    for name in names:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            # the Slicer application may carry a library without its package metadata, or lack it
            module = sys.modules.get(name)
            versions[name] = str(getattr(module, "__version__", "unknown")) if module else "not used"
    return versions
