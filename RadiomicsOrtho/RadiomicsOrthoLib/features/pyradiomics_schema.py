"""What may stand in a pyradiomics parameter file: its parts, its settings and their kinds (``paramSchema.yaml``)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from ..errors import InputError
from .filters.settings import IMAGE_TYPES, LARGEST_RADIUS, LBP2D_METHODS, WHOLE_NUMBERS
from .kernels.settings import WEIGHTING_NORMS

SECTIONS = ("imageType", "featureClass", "setting", "voxelSetting")


def section(name: str, value: object) -> Mapping:
    """A part of the file; an empty one for a name without a value."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InputError(f"The part {name} of the parameter file holds entries by name, not {value!r}.")
    return value


def checked_image_types(asked: Mapping) -> dict[str, dict]:
    """Image type → its own settings; the original image where none is asked for."""
    if unknown := [str(name) for name in asked if name not in IMAGE_TYPES]:
        raise InputError(f"imageType has the unknown type {', '.join(unknown)}; there are {', '.join(IMAGE_TYPES)}.")
    found = {name: checked(f"imageType: {name}", section(f"imageType: {name}", own)) for name, own in asked.items()}
    return found or {"Original": {}}


def checked(where: str, settings: Mapping) -> dict:
    """The settings that have a value, each of the kind that pyradiomics wants; ``interpolator`` may have none."""
    found = {}
    for name, value in settings.items():
        if name not in KINDS:
            raise InputError(f"{where} has the unknown entry {name}; pyradiomics ignores or refuses it, so check its "
                             "spelling.")
        words, fits = KINDS[name]
        if value is not None and not fits(value):
            raise InputError(f"{where}: {name} is {words}, not {value!r}.")
        if value is not None or name == "interpolator":
            found[name] = value
    return found


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    # comparisons, because a whole number in YAML may be too large to be a float
    return isinstance(value, (int, float)) and not isinstance(value, bool) and -1e300 < value < 1e300


Kind = tuple[str, Callable[[object], bool]]


def _whole(lowest: int, highest: int | None = None) -> Kind:
    if highest is not None:
        return f"a whole number from {lowest} to {highest}", lambda v: _is_whole(v) and lowest <= v <= highest
    return f"a whole number from {lowest} up", lambda v: _is_whole(v) and v >= lowest


def _one_of(names: tuple) -> Kind:
    return f"one of {', '.join(str(name) for name in names)}", lambda v: v in names


def _list_of(words: str, fits: Callable[[object], bool]) -> Kind:
    return f"a list of {words}", lambda v: isinstance(v, list) and bool(v) and all(fits(one) for one in v)


_FLAG: Kind = ("true or false", lambda v: isinstance(v, bool))
_POSITIVE: Kind = ("a number above 0", lambda v: _is_number(v) and v > 0)
_RADIUS: Kind = (f"a number above 0, at most {LARGEST_RADIUS}", lambda v: _is_number(v) and 0 < v <= LARGEST_RADIUS)
_TEXT: Kind = ("a name", lambda v: isinstance(v, str))
#: setting -> what it is, in words, and whether a value is that
KINDS: dict[str, Kind] = {
    "minimumROIDimensions": _whole(1, 3), "minimumROISize": _whole(1), "geometryTolerance": _POSITIVE,
    "correctMask": _FLAG, "additionalInfo": _FLAG, "label": _whole(1), "label_channel": _whole(0),
    "binWidth": _POSITIVE, "binCount": _whole(2, 1024), "normalize": _FLAG, "normalizeScale": _POSITIVE,
    "removeOutliers": _POSITIVE,
    "resampledPixelSpacing": ("a list of three sizes in mm, or 0 to keep an axis", lambda v: isinstance(v, list)
                              and len(v) == 3 and all(_is_number(one) and one >= 0 for one in v)),
    "interpolator": ("a name such as sitkBSpline, or its number", lambda v: _is_whole(v) or isinstance(v, str)),
    "padDistance": _whole(0, 999), "distances": _list_of("whole numbers from 1 up", lambda v: _is_whole(v) and v >= 1),
    "force2D": _FLAG, "force2Ddimension": _whole(0, 2),
    "resegmentRange": ("a list of one or two numbers", lambda v: isinstance(v, list) and len(v) in (1, 2)
                       and all(_is_number(one) or one in (math.inf, -math.inf) for one in v)),
    "resegmentMode": _one_of(("absolute", "relative", "sigma")), "resegmentShape": _FLAG, "preCrop": _FLAG,
    "sigma": _list_of("numbers of mm above 0", lambda v: _is_number(v) and v > 0),
    "start_level": _whole(*WHOLE_NUMBERS["wavelet_start_level"]), "level": _whole(*WHOLE_NUMBERS["wavelet_levels"]),
    "wavelet": _TEXT, "gradientUseSpacing": _FLAG,
    "lbp2DRadius": _RADIUS, "lbp2DSamples": _whole(*WHOLE_NUMBERS["lbp2d_samples"]),
    "lbp2DMethod": _one_of(LBP2D_METHODS), "lbp3DLevels": _whole(*WHOLE_NUMBERS["lbp3d_levels"]),
    "lbp3DIcosphereRadius": _RADIUS, "lbp3DIcosphereSubdivision": _whole(*WHOLE_NUMBERS["lbp3d_subdivisions"]),
    "voxelArrayShift": ("a whole number", _is_whole), "symmetricalGLCM": _FLAG,
    "weightingNorm": _one_of(tuple(norm for norm in WEIGHTING_NORMS if norm)), "gldm_a": _whole(0)}
