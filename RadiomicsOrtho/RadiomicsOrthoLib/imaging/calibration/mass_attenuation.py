"""Mass attenuation coefficients of tissues and of the materials that bone is compared with.

μ/ρ in cm²/g with coherent scattering, from the tables of Hubbell and Seltzer (NIST, NISTIR 5632; tissues as composed in
ICRU report 44) and, for K2HPO4, hydroxyapatite and triglyceride, from the mixture rule of XCOM.  All were recomputed
from elemental cross sections and agree within one unit of the last digit.
"""

from __future__ import annotations

import numpy as np

ENERGIES_KEV = (30.0, 40.0, 50.0, 60.0, 80.0, 100.0, 150.0, 200.0)
TISSUES = ("adipose", "air", "blood", "cortical_bone", "skeletal_muscle")
_TABLE = {
    "adipose": (0.3063, 0.2396, 0.2123, 0.1974, 0.1800, 0.1688, 0.1500, 0.1368),
    "air": (0.3538, 0.2485, 0.2080, 0.1875, 0.1662, 0.1541, 0.1356, 0.1233),
    "blood": (0.3852, 0.2715, 0.2278, 0.2057, 0.1827, 0.1695, 0.1492, 0.1358),
    "cortical_bone": (1.331, 0.6655, 0.4242, 0.3148, 0.2229, 0.1855, 0.1480, 0.1309),
    "skeletal_muscle": (0.3783, 0.2685, 0.2262, 0.2048, 0.1823, 0.1693, 0.1492, 0.1358),
    "water": (0.3756, 0.2683, 0.2269, 0.2059, 0.1837, 0.1707, 0.1505, 0.1370),
    "triglyceride": (0.2815, 0.2293, 0.2072, 0.1945, 0.1789, 0.1683, 0.1499, 0.1369),
    "K2HPO4": (1.975, 0.9327, 0.5573, 0.3890, 0.2508, 0.1972, 0.1480, 0.1283),
    "HA": (2.099, 0.9877, 0.5867, 0.4067, 0.2589, 0.2019, 0.1501, 0.1297),
}


def mass_attenuation(material: str, energy_kev: np.ndarray | float) -> np.ndarray | float:
    """μ/ρ (cm²/g) of a material of the table at 30 to 200 keV, straight between its entries."""
    return np.interp(energy_kev, ENERGIES_KEV, _TABLE[material])
