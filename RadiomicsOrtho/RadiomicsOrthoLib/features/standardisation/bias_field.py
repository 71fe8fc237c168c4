"""Bias field of the coil: N4 (Tustison et al., IEEE Trans Med Imaging 2010;29:1310-1320) on the region's surroundings.

N4 models the MR signal as tissue times a smooth field.  On CT there is no such field, and dividing by one falsifies HU.
"""

from __future__ import annotations

import contextlib
import math
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from ...errors import InputError
from ...imaging.box import Box
from ...imaging.sitk import simpleitk
from ..filters.voxels import Poll

METHODS = ("n4",)
#: voxels of the working grid; one iteration on so many takes about 0.1 s, and the cancel button waits for its end
_MOST_WORKING_VOXELS = 30_000
#: samples that a cubic spline of one span needs along an axis
_FEWEST_SAMPLES = 4
_SPLINE_ORDER = 3
#: SimpleITK's number of threads is one for the whole program
_THREADS_LOCK = threading.Lock()


@dataclass(frozen=True)
class BiasFieldCorrection:
    """How the field is estimated; what the literature leaves open is this project's choice.

    margin_mm
        The estimate sees the box around region and reference region, grown by this.
    working_mm
        Blocks of about this size are averaged first: the field is smooth, and log intensities are noisy.
    fitting_levels
        One spline span across the box, halved from level to level.  Two levels leave spans of about 60 mm around a
        vertebral body: more would follow the anatomy.
    iterations, convergence
        Most iterations of a level; a level ends when the field changes by less than this share (coefficient of
        variation).  SimpleITK's defaults.
    """

    method: str = "n4"
    margin_mm: float = 30.0
    working_mm: float = 4.0
    fitting_levels: int = 2
    iterations: int = 50
    convergence: float = 0.001

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ValueError(f"bias_correction: method must come from {', '.join(METHODS)}")
        for name, lowest, highest in (("margin_mm", 0, 500), ("working_mm", 0.1, 50), ("convergence", 1e-9, 1)):
            value = getattr(self, name)
            if not (_is_number(value) and lowest <= value <= highest):
                raise ValueError(f"bias_correction: {name} is a number from {lowest:g} to {highest:g}")
        for name, highest in (("fitting_levels", 6), ("iterations", 1000)):
            value = getattr(self, name)
            if not (isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= highest):
                raise ValueError(f"bias_correction: {name} is a whole number from 1 to {highest}")


@dataclass(frozen=True)
class BiasField:
    """Logarithm of the field (k, j, i) at the centres of blocks of ``steps`` voxels from ``first`` on.

    Outside it goes on as at its border.
    """

    log_values: np.ndarray
    first: tuple[int, int, int]
    steps: tuple[int, int, int]
    iterations: tuple[int, ...]

    def corrected(self, array: np.ndarray, poll: Poll) -> np.ndarray:
        """The scan (k, j, i) without the field, float32."""
        taps = [_cubic_taps(size, first, step, count) for size, first, step, count in
                zip(array.shape, self.first, self.steps, self.log_values.shape, strict=True)]
        result = np.empty(array.shape, np.float32)
        for k, plane in enumerate(array):
            poll()
            field = _weighted(self.log_values, *(part[:, k:k + 1] for part in taps[0]), axis=0)[0]
            field = _weighted(_weighted(field, *taps[1], axis=0), *taps[2], axis=1)
            result[k] = plane * np.exp(-field)
        return result


def estimate_bias_field(array: np.ndarray, spacing_kji: tuple[float, float, float], around: Box,
                        settings: BiasFieldCorrection, poll: Poll,
                        report: Callable[[float], None] = lambda share: None) -> BiasField:
    """The field in the box ``around`` grown by the margin.

    All voxels above 0 count (N4 takes logarithms).  Inside a trunk a foreground mask, as for a head in air, would
    leave out the dark half of the tissue: on lumbar MR with a field put on, Otsu's mask left most of the field in
    place, all positive voxels a tenth to a fifth of it.  Bit for bit the same whatever the number of processors.
    """
    box = around.grown([math.ceil(settings.margin_mm / spacing) for spacing in spacing_kji], array.shape)
    steps = _steps(box.shape, spacing_kji, settings.working_mm)
    values = _block_means(array[box.slices], steps, poll)
    usable = values > 0
    if np.count_nonzero(usable) < _FEWEST_SAMPLES ** 2:
        raise InputError("The bias field cannot be estimated: almost no voxel around the region is above 0; check that "
                         "this is the MR scan itself.")
    log_field, iterations = _n4(values, usable, settings, poll, report)
    return BiasField(log_field, box.lower, steps, iterations)


def _n4(values: np.ndarray, usable: np.ndarray, settings: BiasFieldCorrection, poll: Poll,
        report: Callable[[float], None]) -> tuple[np.ndarray, tuple[int, ...]]:
    """Logarithm of the field on the working grid, and the iterations of each level.

    The filter runs one iteration at a time on what the last one left: N4 adds up what each iteration finds, so this
    gives the field of one long run, but can be stopped, which the filter itself cannot.
    """
    sitk = simpleitk()
    flat = values.shape[0] == 1
    if flat:
        values, usable = values[0], usable[0]
    mask = sitk.GetImageFromArray(usable.astype(np.uint8))
    field, iterations = np.zeros(values.shape), []
    for level in range(settings.fitting_levels):
        for iteration in range(settings.iterations):
            poll()
            report((level + iteration / settings.iterations) / settings.fitting_levels)
            remaining = sitk.GetImageFromArray((values * np.exp(-field)).astype(np.float32))
            found = _one_iteration(sitk, remaining, mask, 2 ** level + _SPLINE_ORDER)
            field += found
            change = np.exp(found[usable])
            if change.std(ddof=1) < settings.convergence * change.mean():
                break
        iterations.append(iteration + 1)
    return (field[None] if flat else field), tuple(iterations)


def _one_iteration(sitk: ModuleType, image: object, mask: object, control_points: int) -> np.ndarray:
    n4 = sitk.N4BiasFieldCorrectionImageFilter()
    n4.SetMaximumNumberOfIterations([1])
    n4.SetNumberOfControlPoints([control_points] * image.GetDimension())
    with _one_thread(sitk):
        n4.Execute(image, mask)
        return sitk.GetArrayFromImage(n4.GetLogBiasFieldAsImage(image)).astype(np.float64)


@contextlib.contextmanager
def _one_thread(sitk: ModuleType) -> Iterator[None]:
    """The filter's sums depend on the number of threads, and its inner filters take the program's, not its own."""
    with _THREADS_LOCK:
        before = sitk.ProcessObject.GetGlobalDefaultNumberOfThreads()
        sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
        try:
            yield
        finally:
            sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(before)


def _steps(shape: tuple[int, ...], spacing_kji: tuple[float, ...], working_mm: float) -> tuple[int, int, int]:
    """Voxels per block along (k, j, i); coarser where there would be too many blocks, finer where too few."""
    while True:
        steps = [max(1, min(round(working_mm / spacing), size // _FEWEST_SAMPLES))
                 for size, spacing in zip(shape, spacing_kji, strict=True)]
        if math.prod(size // step for size, step in zip(shape, steps, strict=True)) <= _MOST_WORKING_VOXELS:
            return tuple(steps)
        working_mm *= 1.1


def _block_means(values: np.ndarray, steps: tuple[int, int, int], poll: Poll) -> np.ndarray:
    """Mean of each block, float64; what is left over at the far sides is left out."""
    counts = [size // step for size, step in zip(values.shape, steps, strict=True)]
    means = np.empty(counts)
    for k in range(counts[0]):
        poll()
        slab = values[k * steps[0]:(k + 1) * steps[0], :counts[1] * steps[1], :counts[2] * steps[2]]
        means[k] = slab.reshape(steps[0], counts[1], steps[1], counts[2], steps[2]).mean(axis=(0, 2, 4),
                                                                                         dtype=np.float64)
    return means


def _cubic_taps(size: int, first: int, step: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Four samples (4, size) around each of ``size`` voxels, and their weights: a Catmull-Rom spline.

    Voxels before the first sample or behind the last take that sample's value.
    """
    place = np.clip((np.arange(size) - first - (step - 1) / 2) / step, 0, count - 1)
    below = np.floor(place)
    t = place - below
    weights = np.stack([-t + 2 * t ** 2 - t ** 3, 2 - 5 * t ** 2 + 3 * t ** 3, t + 4 * t ** 2 - 3 * t ** 3,
                        t ** 3 - t ** 2]) / 2
    samples = np.clip(below.astype(int) + np.arange(-1, 3)[:, None], 0, count - 1)
    return samples, weights


def _weighted(values: np.ndarray, samples: np.ndarray, weights: np.ndarray, axis: int) -> np.ndarray:
    shape = [1] * values.ndim
    shape[axis] = -1
    return sum(np.take(values, samples[tap], axis=axis) * weights[tap].reshape(shape) for tap in range(4))


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
