"""The extraction profile: everything that decides a feature value."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import MISSING, Field, asdict, dataclass, field, fields

from ..imaging.image import MODALITIES
from .feature_names import FEATURE_NAMES
from .filters.preprocessing import CROP_PATTERN, RESEGMENT_MODES, Normalisation
from .filters.settings import IMAGE_TYPES, FilterSettings
from .ibsi.identifiers import DIAGNOSTICS, FAMILIES
from .ibsi.options import IbsiOptions
from .kernels.settings import TextureSettings
from .standardisation.bias_field import BiasFieldCorrection
from .standardisation.normalisation import ReferenceNormalisation, RobustNormalisation
from .standardisation.standardise import Standardisation

#: what a profile measures unless it says otherwise
FEATURE_CLASSES = ("shape", "firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm")
ALL_FEATURE_CLASSES = ("shape", "shape2D", *FEATURE_CLASSES[1:])
INTERPOLATORS = ("linear", "bspline")
#: whose definitions of preprocessing and features hold
DEFINITIONS = ("pyradiomics", "ibsi")
#: what IBSI defines: its families, and the image types of IBSI-2 that are offered
IBSI_FEATURE_CLASSES = tuple(FAMILIES)
IBSI_IMAGE_TYPES = ("Original", "LoG", "Wavelet")
#: settings of the texture matrices that a profile may state (the others follow from its own fields)
TEXTURE_SETTINGS = ("voxel_array_shift", "distances", "symmetrical_glcm", "weighting_norm", "gldm_a")
SEQUENCES = ("T1w", "T2w")
#: for modality, site and compartment: not checked
ANY = "any"
PROFILE_MODALITIES = (*(name for name in MODALITIES if name != "unknown"), ANY)
#: for the reader; decides no value
DOCUMENTATION = ("title", "notes", "source", "stated", "assumed")


@dataclass(frozen=True)
class ExtractionProfile:
    """Settings, named and versioned: equal profiles give comparable features.

    ``modality``, ``site`` and ``compartment`` say what it may be used on; ``any`` is not
    checked.  ``sequence`` is the weighting of an MR profile (``T1w``, ``T2w``).

    ``resample_mm`` is the voxel size (i, j, k) after resampling, 0 to keep an axis, or ``None``
    for the scan's own grid; ``round_to_whole`` rounds the resampled values.  ``resegment_hu``
    keeps voxels inside the range only (one number: from there up), ``resegment_shape`` for shape
    too.  ``bin_width`` is in the image's units (HU on CT).

    ``bin_count`` is a fixed number of bins in place of a width, ``bin_widths`` the width for
    single image types.  ``filters`` holds the parameters of the image types, ``crop`` what
    the filters see (``exact`` or ``pyradiomics-pad-N``), ``bias_correction`` and ``normalise``
    what is done to the values before all else, ``force_2d`` the analysis in planes across
    ``force_2d_dimension`` (0 = k), ``texture`` those of ``TEXTURE_SETTINGS`` that are not
    pyradiomics' defaults, ``features`` the names that are kept of a class.

    ``definitions`` says whose features these are.  With ``ibsi`` the feature classes are IBSI's
    families, ``ibsi`` holds what only IBSI asks for, ``resample_mm`` may end in ``None`` (the
    slices stay), and without a bin width or count the intensities are grey levels already.

    A profile after a study names its ``source`` and lists each of its settings either under
    ``stated`` (by the study) or under ``assumed`` (this project's choice).
    """

    id: str
    version: str
    title: str
    modality: str
    site: str
    compartment: str
    bin_width: float | None = None
    resample_mm: tuple[float, float, float | None] | None = None
    interpolator: str = "bspline"
    resegment_hu: tuple[float, ...] | None = None
    image_types: tuple[str, ...] = ("Original",)
    feature_classes: tuple[str, ...] = FEATURE_CLASSES
    notes: str = ""
    bin_count: int | None = None
    bin_widths: Mapping[str, float] = field(default_factory=dict)
    filters: FilterSettings = field(default_factory=FilterSettings)
    crop: str = "exact"
    normalise: Normalisation | RobustNormalisation | ReferenceNormalisation | None = None
    resegment_mode: str = "absolute"
    force_2d: bool = False
    force_2d_dimension: int = 0
    definitions: str = "pyradiomics"
    ibsi: IbsiOptions = field(default_factory=IbsiOptions)
    round_to_whole: bool = False
    resegment_shape: bool = False
    texture: Mapping[str, object] = field(default_factory=dict)
    bias_correction: BiasFieldCorrection | None = None
    features: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sequence: str | None = None
    source: str = ""
    stated: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.definitions not in DEFINITIONS:
            raise ValueError(f"definitions must come from {', '.join(DEFINITIONS)}")
        by_ibsi = self.definitions == "ibsi"
        self._check_ibsi(by_ibsi)
        self._check_bins(by_ibsi)
        self._check_preparation(by_ibsi)
        classes = (*IBSI_FEATURE_CLASSES, DIAGNOSTICS) if by_ibsi else ALL_FEATURE_CLASSES
        for name, values, allowed in (("modality", (self.modality,), PROFILE_MODALITIES),
                                      ("image_types", self.image_types, IBSI_IMAGE_TYPES if by_ibsi else IMAGE_TYPES),
                                      ("feature_classes", self.feature_classes, classes),
                                      ("bin_widths", (*self.bin_widths, "Original"), IMAGE_TYPES),
                                      ("resegment_mode", (self.resegment_mode,), RESEGMENT_MODES),
                                      ("interpolator", (self.interpolator,), INTERPOLATORS)):
            if not values or not set(values) <= set(allowed):
                raise ValueError(f"{name} must come from {', '.join(allowed)}")
        if "LoG" in self.image_types and not self.filters.log_sigma_mm:
            raise ValueError("the image type LoG needs log_sigma_mm")
        if unknown := set(self.features) - set(self.feature_classes):
            raise ValueError(f"features names {', '.join(sorted(unknown))}, which is not among the feature_classes")
        for name, wanted in self.features.items():
            if unknown := [one for one in wanted if one not in FEATURE_NAMES[name]]:
                raise ValueError(f"{name} has no feature {', '.join(unknown)}; it has {', '.join(FEATURE_NAMES[name])}")
        if unknown := set(self.texture) - set(TEXTURE_SETTINGS):
            raise ValueError(f"texture has no {', '.join(sorted(unknown))}; it has {', '.join(TEXTURE_SETTINGS)}")
        TextureSettings(**self.texture)
        self._check_sources()

    def _check_bins(self, by_ibsi: bool) -> None:
        stated = [value for value in (self.bin_width, self.bin_count) if value is not None]
        if len(stated) > 1 or not (stated or by_ibsi):
            raise ValueError("one of bin_width and bin_count must be given")
        widths = [width for width in (self.bin_width, *self.bin_widths.values()) if width is not None]
        if not all(math.isfinite(width) and width > 0 for width in widths):
            raise ValueError("bin_width must be a positive number")
        if self.bin_count is not None and not (isinstance(self.bin_count, int) and 2 <= self.bin_count <= 1024):
            raise ValueError("bin_count must be a whole number from 2 to 1024")

    def _check_preparation(self, by_ibsi: bool) -> None:
        # an axis may be kept: with 0, under IBSI that of the slices with None
        sizes = [size for axis, size in enumerate(self.resample_mm or ())
                 if not (size is None if by_ibsi and axis == 2 else size == 0 and not by_ibsi)]
        if self.resample_mm is not None and not (len(self.resample_mm) == 3 and sizes and all(
                size is not None and math.isfinite(size) and 0.01 <= size <= 20 for size in sizes)):
            raise ValueError("resample_mm must be three voxel sizes between 0.01 and 20 mm, or 0 to keep an axis")
        if CROP_PATTERN.fullmatch(self.crop) is None:
            raise ValueError("crop must be 'exact' or 'pyradiomics-pad-N'")
        if "shape2D" in self.feature_classes and not self.force_2d:
            raise ValueError("the feature class shape2D needs force_2d: true")
        if self.force_2d_dimension not in (0, 1, 2):
            raise ValueError("force_2d_dimension must be 0 (k), 1 (j) or 2 (i)")
        if self.resegment_hu is not None and not (
                len(self.resegment_hu) in (1, 2) and self.resegment_hu[0] < (*self.resegment_hu, math.inf)[1]):
            raise ValueError("resegment_hu must be two rising numbers, or the lower one alone")
        if self.bias_correction is not None and self.modality != "MR":
            raise ValueError("bias_correction is for MR profiles only: on other scans it falsifies the values")
        if self.round_to_whole and self.normalise is not None:
            raise ValueError("round_to_whole is for values with a unit, such as HU, not for normalised ones")
        if self.sequence is not None and (self.modality != "MR" or self.sequence not in SEQUENCES):
            raise ValueError(f"sequence is for MR profiles and must come from {', '.join(SEQUENCES)}")

    def _check_ibsi(self, by_ibsi: bool) -> None:
        """``ValueError`` for a setting that the profile's definitions do not know."""
        if not by_ibsi:
            if self.ibsi != IbsiOptions():
                raise ValueError("the settings under ibsi need definitions: ibsi")
            return
        if self.round_to_whole:
            raise ValueError("with definitions: ibsi, rounding is round_intensities under ibsi")
        if self.resegment_hu is not None and len(self.resegment_hu) == 1:
            raise ValueError("with definitions: ibsi, resegment_hu has two numbers; the upper one may be .inf")
        for name, neutral in (("crop", "exact"), ("resegment_mode", "absolute"), ("force_2d", False),
                              ("bin_widths", {}), ("resegment_shape", False), ("texture", {}), ("features", {})):
            if getattr(self, name) != neutral:
                raise ValueError(f"{name} is not defined by IBSI; leave it out, or use definitions: pyradiomics")
        if self.z_score is not None:
            raise ValueError("normalise: with definitions: ibsi, method is robust-z-score or reference")

    def _check_sources(self) -> None:
        known = {f.name for f in fields(self)} - set(DOCUMENTATION)
        if unknown := {*self.stated, *self.assumed} - known:
            raise ValueError(f"stated and assumed name settings of the profile, not {', '.join(sorted(unknown))}")
        if both := set(self.stated) & set(self.assumed):
            raise ValueError(f"{', '.join(sorted(both))} is either stated or assumed, not both")
        if (self.stated or self.assumed) and not self.source:
            raise ValueError("a profile with stated or assumed settings names its source")

    @property
    def standardisation(self) -> Standardisation:
        """What is done to the scan before an engine sees it."""
        return Standardisation(self.bias_correction, None if self.z_score else self.normalise)

    @property
    def z_score(self) -> Normalisation | None:
        """pyradiomics' normalisation, which the engines do themselves."""
        return self.normalise if isinstance(self.normalise, Normalisation) else None

    def settings(self) -> dict:
        """Every setting that decides a value, also those at their default, as JSON can hold them."""
        record = {name: value for name, value in asdict(self).items() if name not in (*DOCUMENTATION, "id", "version")}
        if self.normalise is not None:
            record["normalise"] |= {"method": getattr(self.normalise, "method", "z-score")}
        if self.resegment_hu is not None:
            record["resegment_hu"] = [bound if math.isfinite(bound) else str(bound) for bound in self.resegment_hu]
        # tuples as the lists that a file has
        return json.loads(json.dumps(record, allow_nan=False))

    def hash(self) -> str:
        """SHA-256 of everything that decides a value (not of title, notes and sources)."""
        # fields that came later count only where they say something: older profiles keep their hash
        later = {f.name: getattr(self, f.name) for f in fields(self)
                 if f.name in _LATER_FIELDS and getattr(self, f.name) == _default(f)}
        deciding = {k: v for k, v in asdict(self).items() if k not in (*DOCUMENTATION, *later)}
        return hashlib.sha256(json.dumps(deciding, sort_keys=True).encode()).hexdigest()


_LATER_FIELDS = ("bin_count", "bin_widths", "filters", "crop", "normalise", "resegment_mode", "force_2d",
                 "force_2d_dimension", "definitions", "ibsi", "round_to_whole", "resegment_shape", "texture",
                 "bias_correction", "features", "sequence")


def _default(entry: Field) -> object:
    return entry.default if entry.default is not MISSING else entry.default_factory()
