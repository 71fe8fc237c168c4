"""What a value depends on, written down beside it."""

from __future__ import annotations

import functools
import importlib.metadata
import json
import sys
from collections.abc import Callable, Iterable

from .. import __version__
from ..errors import InputError, RefusedError
from ..imaging.image import BoneImage
from ..quality.finding import Finding
from ..regions.roi import Roi
from .engine import Engine
from .profile import ExtractionProfile
from .vector import FeatureVector

SCHEMA = "radiomics-ortho-provenance/1"
LIST_SCHEMA = "radiomics-ortho-provenance-list/1"
_LIBRARIES = ("numpy", "scipy", "SimpleITK")


def provenance_of(image: BoneImage, roi: Roi, source_roi: Roi | None = None,
                  poll: Callable[[], object] = lambda: None, findings: Iterable[Finding] = (),
                  image_sha256: str | None = None) -> dict:
    """Versions, voxel hashes, geometry, acquisition and findings; no file names, patient identity or dates.

    ``roi`` is what was measured, ``source_roi`` what it was derived from.  ``poll`` is called every slice and may
    raise to stop.  ``image_sha256`` is the scan's voxel hash, where it is known already.
    """
    entry = {
        "schema": SCHEMA,
        "software": {"radiomics-ortho": __version__, **library_versions(_LIBRARIES)},
        "image": {"format": image.source, "modality": image.modality, "unit": image.unit, **image.reading.to_dict(),
                  "sha256": image_sha256 or image.voxel_hash(poll),
                  "size_ijk": list(image.geometry.shape[::-1]), "spacing_mm": [float(s) for s in image.spacing],
                  "origin_ras_mm": [float(x) for x in image.geometry.origin],
                  "direction_ras": [float(x) for x in image.geometry.direction]},
        "acquisition": image.acquisition.to_dict(image.modality),
        "roi": _region(image, roi, poll),
    }
    if source_roi is not None and source_roi is not roi:
        entry["source_roi"] = _region(image, source_roi, poll)
    return entry | {"findings": [finding.to_dict() for finding in findings]}


def extraction_record(profile: ExtractionProfile, engine: Engine) -> dict:
    """Engine with its libraries, and the profile with its hash and every setting that decides a value."""
    return {"engine": {"name": engine.name, "version": engine.version},
            "profile": {"id": profile.id, "version": profile.version, "definitions": profile.definitions,
                        "sha256": profile.hash(), "settings": profile.settings()}}


def provenance_document(vector: FeatureVector) -> dict:
    """What is written beside the values of a vector: ``Resources/Schemas/provenance.schema.json``."""
    return {**vector.provenance, "failures": dict(vector.failures)}


def provenance_json(vector: FeatureVector) -> str:
    """The same as the text of a file."""
    return json.dumps(provenance_document(vector), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def provenance_list(found: Iterable[tuple[str, FeatureVector | InputError]]) -> dict:
    """The provenance of several regions by segment, and why a region has none.

    What is written beside a table of several regions: ``Resources/Schemas/provenance-list.schema.json``.
    """
    return {"schema": LIST_SCHEMA, "regions": [
        {"segment": segment, "provenance": provenance_document(one)} if isinstance(one, FeatureVector) else
        {"segment": segment, "refused": str(one), "findings": [finding.to_dict() for finding in one.findings]
         if isinstance(one, RefusedError) else []} for segment, one in found]}


def _region(image: BoneImage, roi: Roi, poll: Callable[[], object]) -> dict:
    """A 2-D region has an area if the size of its pixels is known, and no volume."""
    entry = {"site": roi.site, "level": roi.level, "side": roi.side, "compartment": roi.compartment,
             "made_by": roi.made_by, "sha256": roi.voxel_hash(poll), "voxels": roi.voxel_count}
    if roi.geometry.plane_axis is None:
        return entry | {"volume_ml": roi.volume_ml}
    return entry | ({"area_mm2": roi.area_mm2} if image.reading.knows_millimetres else {})


def library_versions(names: tuple[str, ...]) -> dict[str, str]:
    versions = {}
    for name in names:
        try:
            versions[name] = _installed_version(name)
        except importlib.metadata.PackageNotFoundError:
            # the Slicer application may carry a library without its package metadata, or lack it
            module = sys.modules.get(name)
            versions[name] = str(getattr(module, "__version__", "unknown")) if module else "not used"
    return versions


@functools.cache
def _installed_version(name: str) -> str:
    # milliseconds of pure Python, in which no other thread's region gets on
    return importlib.metadata.version(name)
