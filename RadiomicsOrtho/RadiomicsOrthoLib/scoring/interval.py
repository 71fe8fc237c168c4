"""How far a score moves with the depth of the core and with the error of the density calibration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..errors import InputError
from ..features.measurements import measure
from ..imaging.calibration.calibration import DensityCalibration
from ..imaging.image import BoneImage
from ..models.bundle import ModelBundle
from ..quality.finding import Finding
from ..regions.roi import Roi
from ..regions.trabecular import trabecular_core

#: how much shallower and deeper the core is cut to see how far the result depends on it
CORE_DEPTH_UNCERTAINTY_MM = 1.0
#: measurements that an error of the calibration shifts
SHIFTED = ("mean_mgcc", "median_mgcc", "p10_mgcc", "p90_mgcc")
UNKNOWN = "No error of measurement is known for this way of drawing the region."

Interval = tuple[tuple[float, float] | None, str]


def score_interval(image: BoneImage, roi: Roi, model: ModelBundle, values: Mapping[str, float | str],
                   depth_mm: float | None, calibration: DensityCalibration | None = None,
                   mean_hu: float | None = None) -> Interval:
    """Least and greatest output, in its unit, and what they mean; ``None`` where nothing is known of the error.

    ``roi`` is the region as it was drawn, ``depth_mm`` the depth of a core that was derived from it (``None`` for a
    drawn one), ``calibration`` makes densities of the scan's HU, of which the measured region's mean is ``mean_hu``.
    """
    if model.needs_features:
        return None, UNKNOWN
    moved = [dict(values)]
    sentences = []
    if depth_mm is not None:
        for depth in (depth_mm - CORE_DEPTH_UNCERTAINTY_MM, depth_mm + CORE_DEPTH_UNCERTAINTY_MM):
            try:
                found = measure(image, trabecular_core(roi, depth), calibration)
            except InputError:
                return None, f"No core of {depth:g} mm can be made to see how far the result depends on its depth."
            moved.append({**values, **{item.name: found[item.key] for item in model.inputs
                                       if item.source == "measurement"}})
        sentences.append(f"Range when the core is cut {CORE_DEPTH_UNCERTAINTY_MM:g} mm shallower or deeper")
    error = _calibration_error(calibration, mean_hu)
    if error:
        moved = [_shifted(model, one, step) for one in moved for step in (-error, error)] + moved
        sentences.append(f"{'widened by' if sentences else 'Range within'} ±{error:.2g} mg/cm³ of the calibration "
                         f"({calibration.error_meaning})")
    if not sentences:
        return None, UNKNOWN
    outputs = [model.estimator.output(model.with_derived(one)) for one in moved]
    return (min(outputs), max(outputs)), f"{', '.join(sentences)}; not a confidence interval."


def _calibration_error(calibration: DensityCalibration | None, mean_hu: float | None) -> float | None:
    if calibration is None:
        return None
    return calibration.error_at(0.0 if mean_hu is None else mean_hu)


def _shifted(model: ModelBundle, values: Mapping[str, float | str], step: float) -> dict[str, float | str]:
    keys = {item.name for item in model.inputs if item.source == "measurement" and item.key in SHIFTED}
    return {name: value + step if name in keys else value for name, value in values.items()}


def check_class(model: ModelBundle, value: float, values: Mapping[str, float | str],
                interval: tuple[float, float] | None) -> Iterator[Finding]:
    """A finding if the interval reaches into another class."""
    own = model.class_of(value, values)
    if interval is None or own is None:
        return
    others = [found.title for found in dict.fromkeys(model.class_of(end, values) for end in interval) if found != own]
    if others:
        unit = f" {model.output_unit}" if model.output_unit else ""
        yield Finding("CLASS_NOT_FIRM", "warn", f"The range of {interval[0]:.3g} to {interval[1]:.3g}{unit} reaches "
                      f"another class ({'; '.join(others)}).", "Do not rest on the class; look at the region.")
