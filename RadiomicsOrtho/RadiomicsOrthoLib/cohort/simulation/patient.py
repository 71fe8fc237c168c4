"""Who is simulated: age, sex, density, structure and outcome, drawn from stated distributions.

The distributions are chosen, not measured: they make a cohort in which density, structure and age matter, so that a
model has something to find.  Nothing follows from them for real people.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

SEXES = ("female", "male")
AGES = (50.0, 85.0)
#: mean density (mg/cm³) at 50 years, its change per year, and the spread between people
DENSITY = {"female": (140.0, -1.8), "male": (140.0, -1.0)}
DENSITY_SD = 24.0
DENSITY_LIMITS = (30.0, 230.0)
#: mean distance of trabeculae (mm), its spread, and how it grows as density falls (mm per mg/cm³ below 120)
PERIOD, PERIOD_SD, PERIOD_PER_DENSITY = 1.2, 0.2, 0.001
#: marrow (HU) at 50 years, its change per year as it turns to fat, and the spread
MARROW, MARROW_PER_YEAR, MARROW_SD = -20.0, -0.6, 10.0
#: log odds of the outcome: at 65 years, 110 mg/cm³ and 1.2 mm, and for each step away
LOG_ODDS, PER_25_DENSITY, PER_TENTH_PERIOD, PER_DECADE = -0.6, -0.7, 0.7, 0.5


@dataclass(frozen=True)
class VirtualPatient:
    """The truth about one virtual person.

    ``density`` (mg/cm³) is that of the trabecular compartment, ``period`` (mm) the distance of trabeculae, ``marrow``
    in HU, half sizes and height of the body in mm; ``risk`` is the true probability of ``fracture``.
    """

    name: str
    seed: int
    age: float
    sex: str
    density: float
    period: float
    marrow: float
    half_width: float
    half_depth: float
    height: float
    risk: float
    fracture: bool


def virtual_patients(count: int, seed: int) -> tuple[VirtualPatient, ...]:
    """``count`` people; the first ones are the same for every count."""
    return tuple(_draw(f"virtual-{number + 1:04d}", int(child.generate_state(1)[0]))
                 for number, child in enumerate(np.random.SeedSequence(seed).spawn(count)))


def _draw(name: str, seed: int) -> VirtualPatient:
    generator = np.random.default_rng(seed)
    sex = SEXES[int(generator.integers(2))]
    age = round(float(generator.uniform(*AGES)), 1)
    start, per_year = DENSITY[sex]
    density = float(np.clip(start + per_year * (age - AGES[0]) + generator.normal(0, DENSITY_SD), *DENSITY_LIMITS))
    period = PERIOD + PERIOD_PER_DENSITY * (120 - density) + generator.normal(0, PERIOD_SD)
    size = generator.normal(1.0, 0.05) * (1.0 if sex == "female" else 1.1)
    odds = (LOG_ODDS + PER_25_DENSITY * (density - 110) / 25 + PER_TENTH_PERIOD * (period - PERIOD) / 0.1
            + PER_DECADE * (age - 65) / 10)
    risk = 1 / (1 + math.exp(-odds))
    return VirtualPatient(
        name, seed, age, sex, density, float(np.clip(period, 0.7, 2.0)),
        float(MARROW + MARROW_PER_YEAR * (age - AGES[0]) + generator.normal(0, MARROW_SD)),
        20.0 * size, 15.0 * size, 26.0 * size, risk, bool(generator.random() < risk))
