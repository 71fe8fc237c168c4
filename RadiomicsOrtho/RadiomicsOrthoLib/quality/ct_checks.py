"""Findings on a CT, and on a scan of unknown modality that may be one: are the values HU, and how were they made?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..imaging.acquisition import ACQUISITION_FACTS
from ..imaging.image import BoneImage
from .finding import Finding
from .kernel import is_sharp

#: air in a CT on the HU scale; a fixed share of it shows that -1000 means air
AIR_HU = (-1100, -800)
MIN_AIR_SHARE = 0.001
FAT_HU = (-150, -30)
MIN_FAT_SHARE = 0.01
#: tube voltage at which the HU limits of bone that are in use were published (Pickhardt 2013, QCT and others)
USUAL_KVP = 120.0


def check_hu_scale(image: BoneImage, sample: np.ndarray) -> Iterator[Finding]:
    """Findings on the HU scale from a sample of the scan's values."""
    air, fat = _share(sample, AIR_HU), _share(sample, FAT_HU)
    if air < MIN_AIR_SHARE and fat < MIN_FAT_SHARE:
        sentence = ("The values do not look like HU: no air near -1000 and no fat near -100 (values "
                    f"{sample.min():.4g} to {sample.max():.4g})")
        if image.modality == "unknown":
            yield Finding("NOT_HU", "refuse", f"{sentence}, and the file does not say which modality the scan is.",
                          "State the modality (--modality MR, XR, DXA, PT or US on the command line; in Slicer, such a "
                          "word in the volume's name); a CT needs its rescale slope and intercept applied.")
        else:
            yield Finding("NOT_HU", "refuse", f"{sentence}.", "Give a CT with its rescale slope and intercept applied; "
                          "MR and density maps have no HU.")
        return
    if image.modality == "unknown":
        yield Finding("MODALITY_ASSUMED_CT", "note", "The file does not state its modality; its values look like "
                      "HU, so it is taken as a CT.")
    if air < MIN_AIR_SHARE:
        yield Finding("HU_SCALE_UNCHECKED", "warn", "The scan shows no air, so its HU scale could not be checked.",
                      "Use the uncropped scan if there is one.")


def check_ct_facts(image: BoneImage) -> Iterator[Finding]:
    """Findings on tube voltage and reconstruction kernel."""
    facts = image.acquisition
    missing = [ACQUISITION_FACTS[name][0].lower() for name in ("kvp", "kernel") if getattr(facts, name) is None]
    if missing:
        yield Finding("CT_FACTS_UNKNOWN", "note", f"The file does not state the {' and '.join(missing)}, on which HU "
                      "and texture depend.", "Load the DICOM series, and keep scans of different ones apart.")
    if facts.kvp is not None and facts.kvp != USUAL_KVP:
        yield Finding("KVP_UNUSUAL", "note", f"The scan was made at {facts.kvp:g} kV; the HU of bone fall as the "
                      f"voltage rises, and published limits hold at {USUAL_KVP:g} kV.",
                      "Do not compare with scans of another voltage.")
    if facts.kernel is not None and is_sharp(facts.kernel):
        yield Finding("SHARP_KERNEL", "warn", f"The reconstruction kernel ({facts.kernel}) is a sharp one; it raises "
                      "noise and edges, and with them texture.", "Use the reconstruction with a soft kernel if there "
                      "is one, and never mix kernels.")


def check_not_a_ct(image: BoneImage, sample: np.ndarray) -> Iterator[Finding]:
    """A refusal if the file did not say that the scan is no CT, but its values are those of one."""
    if image.reading.modality_from != "file" and _share(sample, AIR_HU) >= MIN_AIR_SHARE \
            and _share(sample, FAT_HU) >= MIN_FAT_SHARE:
        yield Finding("LOOKS_LIKE_CT", "refuse", f"The scan was taken as {image.modality}, but its values look like HU "
                      "(air near -1000 and fat near -100).", "State the modality that it is, or choose a profile for "
                      "CT.")


def _share(values: np.ndarray, bounds: tuple[float, float]) -> float:
    return float(np.mean((values >= bounds[0]) & (values < bounds[1])))
