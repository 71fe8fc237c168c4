"""Trabecular bone as a thresholded Gaussian random field.

The field's waves have a preferred length, spread over a band and stretched along the load; what lies above a threshold
is bone, so that raising the threshold thins one and the same network (the idea of Cahn 1965, doi:10.1063/1.1695731).
Length, band and stretch are set so that intercept lengths come close to those of a human specimen (docs/simulation.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: standard deviation of the wave number, as a share of the preferred one
BAND = 0.55
#: how much longer waves are along the load (k, cranio-caudal) than across it
STRETCH = 1.13
#: preferred wave length over the mean distance of trabeculae along a line, at the bone fraction of that specimen
WAVE_PER_PERIOD = 0.675


@dataclass(frozen=True)
class Intercepts:
    """Mean lengths (mm) of test lines along (k, j, i) within bone and within marrow, by counting borders."""

    bone: tuple[float, float, float]
    marrow: tuple[float, float, float]


def trabecular_network(shape: tuple[int, int, int], spacing_mm: float, bone_fraction: float, period_mm: float,
                       generator: np.random.Generator) -> np.ndarray:
    """Bone as booleans (k, j, i) on cubes of ``spacing_mm``, of which ``bone_fraction`` are bone.

    ``period_mm`` is the mean distance of neighbouring trabeculae along a line across the load, where 23 % are bone; the
    same field with less bone has lost some of them.  ValueError for a fraction outside
    0 … 1, or voxels too coarse for the period.
    """
    if not 0 < bone_fraction < 1:
        raise ValueError(f"a bone volume fraction lies between 0 and 1, not at {bone_fraction}")
    field = gaussian_field(shape, spacing_mm, period_mm, generator)
    # the quantile gives the fraction exactly, whatever the field
    return field > np.quantile(field, 1 - bone_fraction)


def gaussian_field(shape: tuple[int, int, int], spacing_mm: float, period_mm: float,
                   generator: np.random.Generator) -> np.ndarray:
    """A Gaussian random field (k, j, i), periodic at the borders; the same ``generator`` state gives the same."""
    from scipy import fft

    if period_mm < 2.5 * spacing_mm:
        raise ValueError(f"voxels of {spacing_mm:g} mm are too coarse for a period of {period_mm:g} mm")
    noise = fft.rfftn(generator.standard_normal(shape, dtype=np.float32))
    steps = [fft.fftfreq(n, spacing_mm) for n in shape[:2]] + [fft.rfftfreq(shape[2], spacing_mm)]
    k, j, i = np.meshgrid(*(step.astype(np.float32) for step in steps), indexing="ij", sparse=True)
    wave = np.sqrt((k * STRETCH) ** 2 + j**2 + i**2)
    centre = 1 / (WAVE_PER_PERIOD * period_mm)
    # half of the exponent: this is the amplitude, its square the power
    amplitude = np.exp(-((wave - centre) / (BAND * centre)) ** 2 / 4)
    amplitude[0, 0, 0] = 0
    return fft.irfftn(noise * amplitude, shape)


def intercepts(bone: np.ndarray, spacing_mm: float) -> Intercepts:
    """Mean intercept lengths of ``bone`` (k, j, i), twice the share over the number of borders per length."""
    fraction, lengths = float(bone.mean()), []
    for axis in range(3):
        borders = np.count_nonzero(np.diff(bone, axis=axis)) / (bone.size * spacing_mm)
        lengths.append(2 / borders if borders else np.inf)
    return Intercepts(tuple(fraction * x for x in lengths), tuple((1 - fraction) * x for x in lengths))


def correlation(bone: np.ndarray, spacing_mm: float, distance_mm: float) -> float:
    """Two-point correlation across the load (mean of j and i): 1 at no distance, 0 where nothing is shared."""
    fraction, steps = float(bone.mean()), max(1, round(distance_mm / spacing_mm))
    both = [np.mean(np.take(bone, range(steps, bone.shape[axis]), axis)
                    & np.take(bone, range(bone.shape[axis] - steps), axis)) for axis in (1, 2)]
    return float((np.mean(both) - fraction**2) / (fraction * (1 - fraction)))
