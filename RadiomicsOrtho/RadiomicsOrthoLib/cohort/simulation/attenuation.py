"""From tissue to HU."""

from __future__ import annotations

import numpy as np

#: mineral (hydroxyapatite, mg/cm³) of bone tissue; a bone volume fraction of 0.1 is then 100 mg/cm³
TISSUE_DENSITY = 1000.0
#: HU per mg/cm³ of hydroxyapatite in water at these effective energies (keV), from NIST mass attenuation coefficients
HU_PER_DENSITY = {55.0: 1.93, 60.0: 1.66, 65.0: 1.48, 70.0: 1.33, 75.0: 1.20}
#: effective energies (keV) taken for tube voltages (kV)
EFFECTIVE_ENERGY = {100.0: 60.0, 120.0: 65.0, 140.0: 70.0}
#: HU of what is not bone and marrow
MUSCLE, DISC, CANAL, FAT, AIR = 55.0, 85.0, 15.0, -100.0, -1000.0
#: bone volume fractions of compact parts: the thin shell of a body with its holes, and the arch
SHELL_FRACTION, ARCH_FRACTION = 0.55, 0.45


def hu_per_density(kvp: float) -> float:
    """HU per mg/cm³ at a tube voltage (kV); ValueError for one without a known energy."""
    if kvp not in EFFECTIVE_ENERGY:
        raise ValueError(f"no effective energy is set for {kvp:g} kV")
    return HU_PER_DENSITY[EFFECTIVE_ENERGY[kvp]]


def bone_hu(fraction: np.ndarray | float, marrow: np.ndarray | float, kvp: float) -> np.ndarray:
    """HU of voxels of which ``fraction`` is bone tissue and the rest marrow (HU)."""
    return np.asarray(marrow) * (1 - np.asarray(fraction)) + np.asarray(fraction) * (
        TISSUE_DENSITY * hu_per_density(kvp))
