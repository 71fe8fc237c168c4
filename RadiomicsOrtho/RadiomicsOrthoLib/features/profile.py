"""The extraction profile: everything that decides a feature value."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from ..errors import InputError
from ..resources import resource_folder

SCHEMA = "radiomics-ortho-profile/1"
IMAGE_TYPES = ("Original",)
FEATURE_CLASSES = ("shape", "firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm")
INTERPOLATORS = ("linear", "bspline")


@dataclass(frozen=True)
class ExtractionProfile:
    """Settings, named and versioned: equal profiles give comparable features.

    ``resample_mm`` is the voxel size (i, j, k) after resampling, or ``None`` for the
    scan's own grid.  ``resegment_hu`` keeps voxels inside the range only.  ``bin_width``
    is in the image's units (HU on CT).
    """

    id: str
    version: str
    title: str
    modality: str
    site: str
    compartment: str
    bin_width: float
    resample_mm: tuple[float, float, float] | None = None
    interpolator: str = "bspline"
    resegment_hu: tuple[float, float] | None = None
    image_types: tuple[str, ...] = ("Original",)
    feature_classes: tuple[str, ...] = FEATURE_CLASSES
    notes: str = ""

    def __post_init__(self) -> None:
        if not (math.isfinite(self.bin_width) and self.bin_width > 0):
            raise ValueError("bin_width must be a positive number")
        if self.resample_mm is not None and not (
                len(self.resample_mm) == 3 and all(math.isfinite(s) and 0.01 <= s <= 20 for s in self.resample_mm)):
            raise ValueError("resample_mm must be three voxel sizes between 0.01 and 20 mm")
        if self.resegment_hu is not None and not (
                len(self.resegment_hu) == 2 and self.resegment_hu[0] < self.resegment_hu[1]):
            raise ValueError("resegment_hu must be two rising numbers")
        for name, values, allowed in (("image_types", self.image_types, IMAGE_TYPES),
                                      ("feature_classes", self.feature_classes, FEATURE_CLASSES),
                                      ("interpolator", (self.interpolator,), INTERPOLATORS)):
            if not values or not set(values) <= set(allowed):
                raise ValueError(f"{name} must come from {', '.join(allowed)}")

    def hash(self) -> str:
        """SHA-256 of everything that decides a value (not of title and notes)."""
        deciding = {k: v for k, v in asdict(self).items() if k not in ("title", "notes")}
        return hashlib.sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()


def profile_from_dict(data: Mapping) -> ExtractionProfile:
    """Build a profile from parsed YAML; ``ValueError`` / ``TypeError`` on defects."""
    data = dict(data)
    if data.pop("schema", None) != SCHEMA:
        raise ValueError(f"its schema is not {SCHEMA!r}")
    for name in ("resample_mm", "resegment_hu"):
        if data.get(name) is not None:
            data[name] = tuple(_number(value) for value in data[name])
    for name in ("image_types", "feature_classes"):
        if name in data:
            data[name] = tuple(str(value) for value in data[name])
    data["bin_width"] = _number(data["bin_width"])
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
