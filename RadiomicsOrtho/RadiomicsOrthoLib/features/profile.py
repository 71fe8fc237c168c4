"""The extraction profile: everything that decides a feature value."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import MISSING, Field, asdict, dataclass, field, fields
from pathlib import Path

from ..errors import InputError
from ..resources import resource_folder
from .filters.preprocessing import CROP_PATTERN, RESEGMENT_MODES, Normalisation
from .filters.settings import IMAGE_TYPES, FilterSettings
from .ibsi.identifiers import DIAGNOSTICS, FAMILIES
from .ibsi.options import IbsiOptions

SCHEMA = "radiomics-ortho-profile/1"
#: what a profile measures unless it says otherwise
FEATURE_CLASSES = ("shape", "firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm")
ALL_FEATURE_CLASSES = ("shape", "shape2D", *FEATURE_CLASSES[1:])
INTERPOLATORS = ("linear", "bspline")
#: whose definitions of preprocessing and features hold
DEFINITIONS = ("pyradiomics", "ibsi")
#: what IBSI defines: its families, and the image types of IBSI-2 that are offered
IBSI_FEATURE_CLASSES = tuple(FAMILIES)
IBSI_IMAGE_TYPES = ("Original", "LoG", "Wavelet")


@dataclass(frozen=True)
class ExtractionProfile:
    """Settings, named and versioned: equal profiles give comparable features.

    ``resample_mm`` is the voxel size (i, j, k) after resampling, or ``None`` for the
    scan's own grid.  ``resegment_hu`` keeps voxels inside the range only.  ``bin_width``
    is in the image's units (HU on CT).

    ``bin_count`` is a fixed number of bins in place of a width, ``bin_widths`` the width for
    single image types.  ``filters`` holds the parameters of the image types, ``crop`` what
    the filters see (``exact`` or ``pyradiomics-pad-N``), ``normalise`` z-scores before all
    else, ``force_2d`` the analysis in planes across ``force_2d_dimension`` (0 = k).

    ``definitions`` says whose features these are.  With ``ibsi`` the feature classes are IBSI's
    families, ``ibsi`` holds what only IBSI asks for, ``resample_mm`` may end in ``None`` (the
    slices stay), and without a bin width or count the intensities are grey levels already.
    """

    id: str
    version: str
    title: str
    modality: str
    site: str
    compartment: str
    bin_width: float | None = None
    resample_mm: tuple[float, float, float] | None = None
    interpolator: str = "bspline"
    resegment_hu: tuple[float, float] | None = None
    image_types: tuple[str, ...] = ("Original",)
    feature_classes: tuple[str, ...] = FEATURE_CLASSES
    notes: str = ""
    bin_count: int | None = None
    bin_widths: Mapping[str, float] = field(default_factory=dict)
    filters: FilterSettings = field(default_factory=FilterSettings)
    crop: str = "exact"
    normalise: Normalisation | None = None
    resegment_mode: str = "absolute"
    force_2d: bool = False
    force_2d_dimension: int = 0
    definitions: str = "pyradiomics"
    ibsi: IbsiOptions = field(default_factory=IbsiOptions)

    def __post_init__(self) -> None:
        if self.definitions not in DEFINITIONS:
            raise ValueError(f"definitions must come from {', '.join(DEFINITIONS)}")
        by_ibsi = self.definitions == "ibsi"
        self._check_ibsi(by_ibsi)
        stated = [value for value in (self.bin_width, self.bin_count) if value is not None]
        if len(stated) > 1 or not (stated or by_ibsi):
            raise ValueError("one of bin_width and bin_count must be given")
        widths = [width for width in (self.bin_width, *self.bin_widths.values()) if width is not None]
        if not all(math.isfinite(width) and width > 0 for width in widths):
            raise ValueError("bin_width must be a positive number")
        if self.bin_count is not None and not (isinstance(self.bin_count, int) and 2 <= self.bin_count <= 1024):
            raise ValueError("bin_count must be a whole number from 2 to 1024")
        # IBSI may keep the slices
        sizes = [size for axis, size in enumerate(self.resample_mm or ())
                 if not (by_ibsi and axis == 2 and size is None)]
        if self.resample_mm is not None and not (len(self.resample_mm) == 3 and all(
                size is not None and math.isfinite(size) and 0.01 <= size <= 20 for size in sizes)):
            raise ValueError("resample_mm must be three voxel sizes between 0.01 and 20 mm")
        if CROP_PATTERN.fullmatch(self.crop) is None:
            raise ValueError("crop must be 'exact' or 'pyradiomics-pad-N'")
        if self.force_2d_dimension not in (0, 1, 2):
            raise ValueError("force_2d_dimension must be 0 (k), 1 (j) or 2 (i)")
        if "LoG" in self.image_types and not self.filters.log_sigma_mm:
            raise ValueError("the image type LoG needs log_sigma_mm")
        if self.resegment_hu is not None and not (
                len(self.resegment_hu) == 2 and self.resegment_hu[0] < self.resegment_hu[1]):
            raise ValueError("resegment_hu must be two rising numbers")
        classes = (*IBSI_FEATURE_CLASSES, DIAGNOSTICS) if by_ibsi else ALL_FEATURE_CLASSES
        for name, values, allowed in (("image_types", self.image_types, IBSI_IMAGE_TYPES if by_ibsi else IMAGE_TYPES),
                                      ("feature_classes", self.feature_classes, classes),
                                      ("bin_widths", (*self.bin_widths, "Original"), IMAGE_TYPES),
                                      ("resegment_mode", (self.resegment_mode,), RESEGMENT_MODES),
                                      ("interpolator", (self.interpolator,), INTERPOLATORS)):
            if not values or not set(values) <= set(allowed):
                raise ValueError(f"{name} must come from {', '.join(allowed)}")

    def _check_ibsi(self, by_ibsi: bool) -> None:
        """``ValueError`` for a setting that the profile's definitions do not know."""
        if not by_ibsi:
            if self.ibsi != IbsiOptions():
                raise ValueError("the settings under ibsi need definitions: ibsi")
            return
        for name, neutral in (("crop", "exact"), ("normalise", None), ("resegment_mode", "absolute"),
                              ("force_2d", False), ("bin_widths", {})):
            if getattr(self, name) != neutral:
                raise ValueError(f"{name} is not defined by IBSI; leave it out, or use definitions: pyradiomics")

    def hash(self) -> str:
        """SHA-256 of everything that decides a value (not of title and notes)."""
        # fields that came later count only where they say something: older profiles keep their hash
        later = {f.name: getattr(self, f.name) for f in fields(self)
                 if f.name in _LATER_FIELDS and getattr(self, f.name) == _default(f)}
        deciding = {k: v for k, v in asdict(self).items() if k not in ("title", "notes", *later)}
        return hashlib.sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()


_LATER_FIELDS = ("bin_count", "bin_widths", "filters", "crop", "normalise", "resegment_mode", "force_2d",
                 "force_2d_dimension", "definitions", "ibsi")


def _default(entry: Field) -> object:
    return entry.default if entry.default is not MISSING else entry.default_factory()


def profile_from_dict(data: Mapping) -> ExtractionProfile:
    """Build a profile from parsed YAML; ``ValueError`` / ``TypeError`` on defects."""
    data = dict(data)
    if data.pop("schema", None) != SCHEMA:
        raise ValueError(f"its schema is not {SCHEMA!r}")
    by_ibsi = data.get("definitions") == "ibsi"
    for name in ("resample_mm", "resegment_hu"):
        if data.get(name) is not None:
            data[name] = tuple(None if value is None and name == "resample_mm" else _number(value)
                               for value in data[name])
    if by_ibsi:
        data.setdefault("feature_classes", IBSI_FEATURE_CLASSES)
    if "ibsi" in data:
        data["ibsi"] = IbsiOptions.from_mapping(data["ibsi"])
    for name in ("image_types", "feature_classes"):
        if name in data:
            data[name] = tuple(str(value) for value in data[name])
    if data.get("bin_count") is None and not (by_ibsi and data.get("bin_width") is None):
        data["bin_width"] = _number(data["bin_width"])
    if "bin_widths" in data:
        data["bin_widths"] = {str(name): _number(width) for name, width in data["bin_widths"].items()}
    if "filters" in data:
        filters = dict(data["filters"])
        # as written, whole or not: pyradiomics puts σ into the feature's name
        filters["log_sigma_mm"] = tuple(filters.get("log_sigma_mm", ()))
        data["filters"] = FilterSettings(**filters)
    if data.get("normalise") is not None:
        data["normalise"] = Normalisation(**data["normalise"])
    data["version"] = str(data["version"])
    return ExtractionProfile(**data)


def load_profile(name_or_path: str) -> ExtractionProfile:
    """A profile that ships, by name, or one from a YAML file."""
    import yaml

    path = Path(name_or_path)
    if path.suffix not in (".yaml", ".yml"):
        path = resource_folder() / "Profiles" / f"{name_or_path}.yaml"
        if name_or_path not in profile_names():
            raise InputError(f"There is no profile '{name_or_path}'; at hand: {', '.join(profile_names())}.")
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(data, dict):
            raise ValueError("it is no mapping")
        return profile_from_dict(data)
    except (OSError, UnicodeDecodeError):
        raise InputError(f"The profile '{path}' cannot be read.") from None
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise InputError(f"The profile '{path}' is not valid YAML: {reason}.") from None
    except KeyError as error:
        raise InputError(f"The profile '{path}' lacks the entry {error}.") from None
    except (ValueError, TypeError) as error:
        raise InputError(f"The profile '{path}' is refused: {error}.") from None


def profile_names() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in (resource_folder() / "Profiles").glob("*.yaml")))


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{value!r} is not a number")
    return float(value)
