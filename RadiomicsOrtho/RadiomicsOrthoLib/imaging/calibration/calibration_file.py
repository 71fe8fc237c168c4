"""A density calibration as a JSON file: ``Resources/Schemas/calibration.schema.json``."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from ...errors import InputError
from .calibration import METHOD_TITLES, Curve, DensityCalibration, Sample
from .unit import DENSITY_UNIT

SCHEMA = "radiomics-ortho-calibration/1"
MAX_BYTES = 1024 * 1024
#: mg/cm³ between a curve and the samples that it was fitted to, as rounding may leave it
MAX_DIFFERENCE = 1e-3
_NUMBERS = ("r_squared", "residual_sd", "stated_error", "effective_energy_kev")


def calibration_to_dict(calibration: DensityCalibration) -> dict:
    """JSON-ready; ``calibration_from_dict`` gives the same calibration back."""
    return {
        "schema": SCHEMA, "method": calibration.method, "method_title": METHOD_TITLES[calibration.method],
        "equivalent": calibration.equivalent, "unit": DENSITY_UNIT, "from_unit": calibration.from_unit,
        "source": calibration.source, "curve": calibration.curve.to_dict(),
        **{name: getattr(calibration, name) for name in _NUMBERS},
        "slope_se": calibration.slope_se, "offset_se": calibration.offset_se,
        "covariance": None if calibration.covariance is None else list(calibration.covariance),
        "degrees_of_freedom": calibration.degrees_of_freedom,
        "error_meaning": calibration.error_meaning,
        "samples": [asdict(sample) | {"centre_ras_mm": sample.centre_ras_mm and list(sample.centre_ras_mm)}
                    for sample in calibration.samples],
        "left_out": {name: curve.to_dict() for name, curve in calibration.alternatives.items()},
        "scan": dict(calibration.scan),
    }


def calibration_json(calibration: DensityCalibration) -> str:
    """The same as the text of a file."""
    return json.dumps(calibration_to_dict(calibration), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def read_calibration(path: str | Path) -> DensityCalibration:
    """Raises InputError with one sentence for a file that is not there, no such JSON, or not plausible."""
    path = Path(path)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"'{path}' is too large for a calibration.")
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"Cannot read the calibration '{path}': {error.strerror}.") from None
    except UnicodeDecodeError:
        text = ""
    return calibration_from_json(text, f"'{path}'")


def calibration_from_json(text: str, name: str = "The text") -> DensityCalibration:
    """The calibration in the text of a file; ``name`` is what the sentence of an InputError calls it."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise InputError(f"{name} is no JSON file; 'radiomics-ortho calibrate' writes calibrations.") from None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise InputError(f"{name} is no density calibration of this version; make one with 'radiomics-ortho "
                         "calibrate'.")
    try:
        found = calibration_from_dict(data)
        _check_samples(found)
        return found
    except InputError as error:
        raise InputError(f"{name} is refused as a calibration: {error}") from None
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise InputError(f"{name} is damaged as a calibration ({error}); make it again.") from None


def calibration_from_dict(data: Mapping) -> DensityCalibration:
    """``KeyError``, ``ValueError`` or ``TypeError`` on defects, InputError for what is not plausible."""
    if data["unit"] != DENSITY_UNIT:
        raise ValueError(f"its unit is not {DENSITY_UNIT}")
    covariance, freedom = data["covariance"], data["degrees_of_freedom"]
    if (covariance is None) != (freedom is None):
        raise ValueError("covariance and degrees of freedom belong together")
    if covariance is not None and (len(covariance) != 3 or covariance[0] < 0 or covariance[2] < 0 or freedom < 1):
        raise ValueError("its covariance is none")
    return DensityCalibration(
        data["method"], data["equivalent"], _curve(data["curve"]), str(data["source"]),
        tuple(map(_sample, data["samples"])),
        covariance=None if covariance is None else tuple(map(_number, covariance)),
        degrees_of_freedom=None if freedom is None else int(freedom),
        alternatives={str(name): _curve(curve) for name, curve in data["left_out"].items()},
        scan=dict(data["scan"]),
        **{name: None if data[name] is None else _number(data[name]) for name in _NUMBERS})


def _check_samples(calibration: DensityCalibration) -> None:
    """``ValueError`` unless the curve is the one of the rods or tissues that stand beside it."""
    from .rods import MIN_RODS
    from .tissues import MIN_TISSUES, fit_tissues

    curve, samples = calibration.curve, calibration.samples
    if len(samples) < {"rods": MIN_RODS, "internal": MIN_TISSUES}.get(calibration.method, 0):
        raise ValueError("its rods or tissues are not all there")
    if calibration.method == "rods":
        off = [curve(one.mean_hu) - one.reference - one.residual for one in samples]
    elif calibration.method == "internal":
        fitted = fit_tissues({one.name: one.mean_hu for one in samples}, calibration.equivalent).curve
        off = [curve(hu) - fitted(hu) for hu in (-100.0, 0.0, 100.0, 300.0)]
    else:
        off = []
    if any(abs(difference) > MAX_DIFFERENCE for difference in off):
        raise ValueError("its curve is not that of its rods or tissues")


def _sample(one: Mapping) -> Sample:
    return Sample(str(one["name"]), _number(one["mean_hu"]), _number(one["sd_hu"]), int(one["voxels"]),
                  _number(one["reference"]), _number(one["residual"]), _point(one["centre_ras_mm"]))


def _point(data: object) -> tuple[float, float, float] | None:
    if data is None:
        return None
    if not isinstance(data, list) or len(data) != 3:
        raise ValueError(f"{data!r} is no position")
    return tuple(map(_number, data))


def _curve(data: Mapping) -> Curve:
    return Curve(_number(data["offset"]), _number(data["slope"]), _number(data["curvature"]))


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise ValueError(f"{value!r} is no number")
    return float(value)
