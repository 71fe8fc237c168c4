"""The model bundle: everything a score needs, and everything a reader must know of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import InputError
from ..features.measurements import DENSITY_UNIT
from ..features.vector import SEMANTIC_PREFIX
from .background import Background, background_from_dict
from .bundle_checks import check_entries, check_id, check_inputs, check_performance, check_translations
from .bundle_files import MAX_MODEL_BYTES, MODEL_FILE, BundleFiles, open_bundle
from .check_vectors import CheckResult, run_check_vectors
from .derived import DerivedValue, derived_from_dict
from .estimator import Estimator, estimator_from_dict
from .finite import finite
from .fit_error import FitError, fit_error_from_dict
from .parts import read_parts
from .patient_rule import PatientRule, patient_rule_from_dict
from .reference import ReferenceGroup, references_from_list
from .safe_json import parse_json
from .schema_check import check_model
from .signature import UNSIGNED, SignatureStatus, signature_status
from .transform import Column, columns_from_dict

SCHEMA = "radiomics-ortho-model/1"
TRUST_LEVELS = ("published", "trained here", "simulated")
INPUT_SOURCES = ("measurement", "feature", "clinical", "derived")
#: modality and site of a model that needs no scan
NO_SCAN = "none"


@dataclass(frozen=True)
class ModelInput:
    """One input by name, with its unit.

    ``source`` says where the value comes from: a ``measurement`` on the ROI, a ``feature``
    of the vector (radiomics, or semantic where ``key`` begins with ``semantic_``), a
    ``clinical`` value that a person enters, or ``derived`` from other inputs; ``key`` is the
    name there.  Values outside ``valid_range`` are refused as implausible, values outside
    ``training_range`` are warned about.  ``choices`` maps a choice's key to its title.
    An ``optional`` value may be left out; a ``recorded`` one stands on the card and does not
    change the number; a ``whole`` one has no decimals.
    """

    name: str
    title: str
    unit: str
    source: str
    key: str
    help: str = ""
    valid_range: tuple[float, float] | None = None
    training_range: tuple[float, float] | None = None
    axis_range: tuple[float, float] | None = None
    choices: Mapping[str, str] | None = None
    derived: DerivedValue | None = None
    optional: bool = False
    recorded: bool = False
    whole: bool = False

    @property
    def is_semantic(self) -> bool:
        """Answered by a reader, in a form."""
        return self.source == "feature" and self.key.startswith(SEMANTIC_PREFIX)


@dataclass(frozen=True)
class OutputClass:
    """A class of the output: values up to ``upper`` that no earlier class took.

    ``upper`` is in the output's unit (a probability is 0–1) and belongs to the class unless
    ``excludes_upper``.  ``upper_input`` names the input that holds the bound, where a site sets its own.
    """

    id: str
    title: str
    upper: float | None
    sentence: str
    evidence: str
    excludes_upper: bool = False
    upper_input: str | None = None

    def holds(self, value: float) -> bool:
        return self.upper is None or value < self.upper or (value == self.upper and not self.excludes_upper)


@dataclass(frozen=True)
class Threshold:
    """A published cut-off, with what is known of it and how well that is confirmed."""

    value: float
    title: str
    evidence: str
    source: str


@dataclass(frozen=True)
class Applicability:
    """On which scans and regions the model may be used; modality and site ``none``: it needs no scan.

    ``kvp`` are tube voltages in kV, sizes in mm; empty or ``None`` means no limit.
    ``contrast_enhanced`` is ``allowed``, ``warn`` or ``refuse``.  Regions of ``also_measured_in`` are taken as they
    are, beside those of ``compartment``.  ``intensity`` is ``mg/cm³`` for a model of calibrated CT, whose cut-offs
    hold for the ``equivalents`` (``K2HPO4``, ``HA``; empty: any); else empty, the modality's own unit.
    """

    modality: str
    site: str
    levels: tuple[str, ...] = ()
    compartment: str = "unknown"
    kvp: tuple[float, ...] = ()
    contrast_enhanced: str = "allowed"
    max_slice_mm: float | None = None
    max_in_plane_mm: float | None = None
    profile: str | None = None
    also_measured_in: tuple[str, ...] = ()
    intensity: str = ""
    equivalents: tuple[str, ...] = ()

    @property
    def needs_calibration(self) -> bool:
        """Whether it measures densities on a calibrated CT."""
        return self.intensity == DENSITY_UNIT


@dataclass(frozen=True)
class ModelBundle:
    """A verified model.

    ``card`` is the whole ``model.json``; ``sha256`` its hash, which covers the parts, because it lists theirs;
    ``signature`` says who stands for it.
    """

    id: str
    version: str
    title: str
    trust: str
    inputs: tuple[ModelInput, ...]
    estimator: Estimator
    output_axis: tuple[float, float] | None
    output_title: str
    output_unit: str
    lower_is_worse: bool
    classes: tuple[OutputClass, ...]
    thresholds: tuple[Threshold, ...]
    applicability: Applicability
    card: Mapping
    sha256: str
    patient_rule: PatientRule | None = None
    signature: SignatureStatus = UNSIGNED
    background: Background | None = None
    references: tuple[ReferenceGroup, ...] = ()
    fit_error: FitError | None = None

    @property
    def is_probability(self) -> bool:
        return self.estimator.link != "identity"

    @property
    def output_range(self) -> tuple[float, float]:
        """What an axis of the output must cover, for estimators that do not add up.

        The range of a sum follows from its inputs; a probability goes from 0 to 1 unless the model says less.
        """
        return self.output_axis or (0.0, 1.0)

    @property
    def clinical_inputs(self) -> tuple[ModelInput, ...]:
        return tuple(item for item in self.inputs if item.source == "clinical")

    @property
    def semantic_inputs(self) -> tuple[ModelInput, ...]:
        return tuple(item for item in self.inputs if item.is_semantic)

    @property
    def needs_features(self) -> bool:
        """Whether radiomics features must be extracted."""
        return any(item.source == "feature" and not item.is_semantic for item in self.inputs)

    @property
    def uses_scan(self) -> bool:
        """Whether it measures on a scan; otherwise all its values are entered."""
        return self.applicability.modality != NO_SCAN

    def asked(self, values: Mapping[str, float | str]) -> tuple[ModelInput, ...]:
        """The inputs that have a meaning for this person, of whom ``values`` are known so far."""
        unused = self.estimator.unused(values)
        return tuple(item for item in self.inputs if item.name not in unused)

    def with_derived(self, values: Mapping[str, float | str]) -> dict[str, float | str]:
        """``values`` with those that are computed from them; ``ValueError`` where one has no value.

        Those that this person's equation does not have are left out.
        """
        found, unused = dict(values), self.estimator.unused(values)
        for item in self.inputs:
            if item.derived and item.name not in unused:
                found[item.name] = item.derived.of(item.title, found)
        return found

    def classes_for(self, values: Mapping[str, float | str]) -> tuple[OutputClass, ...]:
        """The classes with the bounds that a site has set among ``values``; none while one is not set."""
        classes = tuple(replace(c, upper=float(values[c.upper_input])) if c.upper_input in values else c
                        for c in self.classes)
        return () if any(c.upper_input and c.upper is None for c in classes) else classes

    def class_of(self, value: float, values: Mapping[str, float | str] | None = None) -> OutputClass | None:
        """The class of an output; ``values`` are the inputs, which may hold a site's own bound."""
        return next((c for c in self.classes_for(values or {}) if c.holds(value)), None)


def load_bundle(path: Path) -> ModelBundle:
    """Read and verify the bundle in the folder or zip file ``path``.

    Raises InputError with one sentence when a file is missing, not listed, changed or
    oversized, when a signature does not fit, when ``model.json`` is no JSON, of another
    schema version or inconsistent, and when a check vector does not come out.
    """
    return verified_bundle(open_bundle(path), Path(path))


def verified_bundle(files: BundleFiles, path: Path) -> ModelBundle:
    """As :func:`load_bundle`, from opened files; ``path`` is what sentences call them."""
    bundle, results = bundle_from_files(files, path)
    if not results:
        raise InputError(f"Model '{bundle.id}' refused: it carries no check vectors.")
    fault = next((result.fault for result in results if result.fault), "")
    if fault:
        raise InputError(f"Model '{bundle.id}' refused: {fault}.")
    return bundle


def read_bundle(path: Path) -> tuple[ModelBundle, tuple[CheckResult, ...]]:
    """The bundle with its check vectors as they come out, right or wrong; otherwise as :func:`load_bundle`."""
    return bundle_from_files(open_bundle(path), Path(path))


def bundle_from_files(files: BundleFiles, path: Path) -> tuple[ModelBundle, tuple[CheckResult, ...]]:
    """As :func:`read_bundle`, from opened files."""
    name = path / MODEL_FILE
    raw = files.read(MODEL_FILE, MAX_MODEL_BYTES)
    try:
        data = parse_json(raw)
    except ValueError as error:
        raise InputError(f"Model refused: '{name}' is not valid JSON ({error}).") from None
    try:
        if not isinstance(data, dict) or data.get("schema") != SCHEMA:
            raise ValueError(f"its schema is {data.get('schema') if isinstance(data, dict) else None!r}, "
                             f"this version reads {SCHEMA!r}")
        check_entries(data)
        check_id(data["id"])
        parts = _parts(files, data, path)
        signature = signature_status(files, raw, data, str(path))
        bundle = replace(bundle_from_dict(data, hashlib.sha256(raw).hexdigest(), parts), signature=signature)
        results = _results(bundle)
        if results:
            check_model(data)       # last: what was found before is said more exactly
        return bundle, results
    except KeyError as error:
        raise InputError(f"Model refused: '{name}' lacks the entry {error}.") from None
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise InputError(f"Model refused: '{name}' is not consistent: {error}.") from None


def _results(bundle: ModelBundle) -> tuple[CheckResult, ...]:
    try:
        return run_check_vectors(bundle)
    except InputError as error:
        raise InputError(f"Model '{bundle.id}' refused, because a check vector has no result: {error}") from None


def _parts(files: BundleFiles, data: Mapping, path: Path) -> dict[str, bytes]:
    try:
        return read_parts(files, data.get("parts", []))
    except ValueError as error:
        raise InputError(f"Model refused: '{path}': {error}.") from None


def bundle_from_dict(data: Mapping, sha256: str, parts: Mapping[str, bytes] | None = None) -> ModelBundle:
    """Build the bundle from the parsed ``model.json`` and its parts (``KeyError`` / ``ValueError`` on defects).

    Without ``parts``, as on a card, an estimator that stands in a part cannot compute.
    """
    if data["trust"] not in TRUST_LEVELS:
        raise ValueError(f"the trust level must be one of {TRUST_LEVELS}")
    for entry in ("id", "version", "title", "intended_use", "population", "licence"):
        if not data[entry] or not isinstance(data[entry], str):
            raise ValueError(f"the entry {entry!r} must be a text that is not empty")
    for entry in ("citations", "limitations", "performance"):
        if not isinstance(data.get(entry, []), list):
            raise ValueError(f"the entry {entry!r} must be a list")
    if not data["citations"]:
        raise ValueError("the entry 'citations' is empty")
    inputs = tuple(input_from_dict(item) for item in data["inputs"])
    check_performance(data.get("performance", ()))
    check_translations(data.get("translations", {}))
    columns = columns_from_dict(data["transform"]) if "transform" in data else columns_of(inputs, data["estimator"])
    estimator = estimator_from_dict(data["estimator"], columns, data.get("calibration"), parts)
    check_inputs(inputs, estimator, columns, data["output"].get("classes", ()))
    output = data["output"]
    axis = output.get("axis_range")
    if axis is None and not estimator.terms and estimator.link == "identity":
        raise ValueError("trees or ONNX that give no probability need the axis_range of the output")
    if axis is not None and not finite(axis[0]) < finite(axis[1]):
        raise ValueError("axis_range of the output must be two rising numbers")
    if not isinstance(output["lower_is_worse"], bool):
        raise ValueError("lower_is_worse must be true or false")
    classes = tuple(_class_from_dict(c) for c in output.get("classes", ()))
    uppers = [c.upper for c in classes if c.upper_input is None]
    if classes and (uppers[-1:] != [None] or None in uppers[:-1] or uppers[:-1] != sorted(set(uppers[:-1]))):
        raise ValueError("the upper bounds of the classes must rise and the last one must be null")
    applies = data["applicability"]
    return ModelBundle(
        id=data["id"], version=data["version"], title=data["title"], trust=data["trust"],
        inputs=inputs, estimator=estimator,
        output_axis=None if axis is None else (float(axis[0]), float(axis[1])),
        output_title=output["title"], output_unit=output["unit"], lower_is_worse=output["lower_is_worse"],
        classes=classes,
        thresholds=tuple(Threshold(finite(t["value"]), t["title"], t["evidence"], t["source"])
                         for t in output.get("thresholds", ())),
        applicability=Applicability(
            modality=applies["modality"], site=applies["site"], levels=tuple(applies.get("levels", ())),
            compartment=applies.get("compartment", "unknown"), kvp=tuple(applies.get("kvp", ())),
            contrast_enhanced=applies.get("contrast_enhanced", "allowed"),
            max_slice_mm=applies.get("max_slice_mm"), max_in_plane_mm=applies.get("max_in_plane_mm"),
            profile=applies.get("profile"), also_measured_in=tuple(applies.get("also_measured_in", ())),
            intensity=_intensity(applies), equivalents=tuple(applies.get("equivalents", ()))),
        card=data, sha256=sha256,
        patient_rule=patient_rule_from_dict(data["patient_rule"]) if "patient_rule" in data else None,
        background=background_from_dict(data["background"], inputs, estimator.input_names)
        if "background" in data else None,
        references=references_from_list(data.get("reference", []), inputs),
        fit_error=fit_error_from_dict(data["fit_error"], estimator) if "fit_error" in data else None)


def _intensity(applies: Mapping) -> str:
    intensity = applies.get("intensity", "")
    if intensity not in ("", DENSITY_UNIT) or (intensity and applies["modality"] != "CT"):
        raise ValueError(f"the intensity must be {DENSITY_UNIT}, on CT, or be left out")
    return intensity


def input_from_dict(item: Mapping) -> ModelInput:
    """One entry of ``inputs``; ``KeyError`` or ``ValueError`` says what is wrong."""
    if item["source"] not in INPUT_SOURCES:
        raise ValueError(f"the source of {item['name']!r} must be one of {INPUT_SOURCES}")
    ranges = {name: tuple(float(x) for x in item[name]) if item.get(name) is not None else None
              for name in ("valid_range", "training_range", "axis_range")}
    for name, pair in ranges.items():
        if pair is not None and not (len(pair) == 2 and pair[0] < pair[1]):
            raise ValueError(f"{name} of {item['name']!r} must be two rising numbers")
    if (item["source"] == "derived") != ("derived" in item):
        raise ValueError(f"{item['name']!r} must say how it is derived, if it is, and only then")
    return ModelInput(item["name"], item["title"], item.get("unit", ""), item["source"],
                      item.get("key", item["name"]), item.get("help", ""), choices=item.get("choices"),
                      derived=derived_from_dict(item["derived"]) if "derived" in item else None,
                      optional=item.get("optional", False) is True, recorded=item.get("recorded", False) is True,
                      whole=item.get("whole", False) is True, **ranges)


def _class_from_dict(entry: Mapping) -> OutputClass:
    upper = entry["upper"]
    named = upper["input"] if isinstance(upper, dict) else None
    return OutputClass(entry["id"], entry["title"], None if upper is None or named else finite(upper),
                       entry["sentence"], entry["evidence"], entry.get("excludes_upper", False) is True, named)


def columns_of(inputs: tuple[ModelInput, ...], estimator: Mapping) -> tuple[Column, ...]:
    """The columns of an estimator without a transform: for trees and ONNX the inputs in their order."""
    if estimator.get("kind") not in ("trees", "onnx"):
        return ()
    return tuple(Column(item.name) for item in inputs if not item.recorded)
