"""The model bundle: everything a score needs, and everything a reader must know of it."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from ..features.vector import SEMANTIC_PREFIX
from .estimator import AdditiveEstimator, FactorTerm, estimator_from_dict, finite

SCHEMA = "radiomics-ortho-model/1"
TRUST_LEVELS = ("published", "trained here", "simulated")
INPUT_SOURCES = ("measurement", "feature", "clinical")
MAX_MODEL_BYTES = 4 * 1024 * 1024
CHECK_TOLERANCE = 1e-9


@dataclass(frozen=True)
class ModelInput:
    """One input by name, with its unit.

    ``source`` says where the value comes from: a ``measurement`` on the ROI, a ``feature``
    of the vector (radiomics, or semantic where ``key`` begins with ``semantic_``) or a
    ``clinical`` value that a person enters; ``key`` is the name there.
    Values outside ``valid_range`` are refused as implausible, values outside
    ``training_range`` are warned about.  ``choices`` maps a choice's key to its title.
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

    @property
    def is_semantic(self) -> bool:
        """Answered by a reader, in a form."""
        return self.source == "feature" and self.key.startswith(SEMANTIC_PREFIX)


@dataclass(frozen=True)
class OutputClass:
    """A class of the output: values up to and including ``upper`` that no earlier class took.

    ``upper`` is in the output's unit (a probability is 0–1).
    """

    id: str
    title: str
    upper: float | None
    sentence: str
    evidence: str


@dataclass(frozen=True)
class Threshold:
    """A published cut-off, with what is known of it and how well that is confirmed."""

    value: float
    title: str
    evidence: str
    source: str


@dataclass(frozen=True)
class Applicability:
    """On which scans and regions the model may be used.

    ``kvp`` are tube voltages in kV, sizes in mm; empty or ``None`` means no limit.
    ``contrast_enhanced`` is ``allowed``, ``warn`` or ``refuse``.
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


@dataclass(frozen=True)
class ModelBundle:
    """A verified model.  ``card`` is the whole ``model.json``; ``sha256`` its hash."""

    id: str
    version: str
    title: str
    trust: str
    inputs: tuple[ModelInput, ...]
    estimator: AdditiveEstimator
    output_title: str
    output_unit: str
    lower_is_worse: bool
    classes: tuple[OutputClass, ...]
    thresholds: tuple[Threshold, ...]
    applicability: Applicability
    card: Mapping
    sha256: str

    @property
    def is_probability(self) -> bool:
        return self.estimator.link != "identity"

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

    def class_of(self, value: float) -> OutputClass | None:
        for output_class in self.classes:
            if output_class.upper is None or value <= output_class.upper:
                return output_class
        return None


def load_bundle(folder: Path) -> ModelBundle:
    """Read and verify ``folder/model.json``.

    Raises InputError with one sentence when the file is missing, oversized, no JSON, of
    another schema version, inconsistent, or when a check vector does not come out.
    """
    path = Path(folder) / "model.json"
    if not path.is_file():
        raise InputError(f"No model: '{path}' does not exist.")
    if path.stat().st_size > MAX_MODEL_BYTES:
        raise InputError(f"Model refused: '{path}' is larger than {MAX_MODEL_BYTES // 2**20} MiB.")
    raw = path.read_bytes()
    try:
        data = json.loads(raw.decode("utf-8"), parse_constant=_no_constant, parse_float=_finite_number)
    except (ValueError, RecursionError) as error:
        raise InputError(f"Model refused: '{path}' is not valid JSON ({error}).") from None
    try:
        bundle = bundle_from_dict(data, hashlib.sha256(raw).hexdigest())
        _run_check_vectors(bundle)
    except KeyError as error:
        raise InputError(f"Model refused: '{path}' lacks the entry {error}.") from None
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise InputError(f"Model refused: '{path}' is not consistent: {error}.") from None
    return bundle


def bundle_from_dict(data: Mapping, sha256: str) -> ModelBundle:
    """Build the bundle from the parsed ``model.json`` (``KeyError`` / ``ValueError`` on defects)."""
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise ValueError(f"its schema is {data.get('schema') if isinstance(data, dict) else None!r}, "
                         f"this version reads {SCHEMA!r}")
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
    inputs = tuple(_input_from_dict(item) for item in data["inputs"])
    estimator = estimator_from_dict(data["estimator"])
    if [item.name for item in inputs] != [term.input for term in estimator.terms]:
        raise ValueError("inputs and estimator terms must have the same names in the same order")
    for item, term in zip(inputs, estimator.terms, strict=True):
        if isinstance(term, FactorTerm) and set(item.choices or ()) != set(term.levels):
            raise ValueError(f"the choices of {item.name!r} are not the levels of its term")
        if item.choices and not isinstance(term, FactorTerm):
            raise ValueError(f"{item.name!r} has choices, so its term must be a factor")
    output = data["output"]
    if not isinstance(output["lower_is_worse"], bool):
        raise ValueError("lower_is_worse must be true or false")
    classes = tuple(OutputClass(c["id"], c["title"], None if c["upper"] is None else finite(c["upper"]),
                                c["sentence"], c["evidence"])
                    for c in output.get("classes", ()))
    uppers = [c.upper for c in classes]
    if classes and (uppers[-1] is not None or None in uppers[:-1] or uppers[:-1] != sorted(set(uppers[:-1]))):
        raise ValueError("the upper bounds of the classes must rise and the last one must be null")
    applies = data["applicability"]
    return ModelBundle(
        id=data["id"], version=data["version"], title=data["title"], trust=data["trust"],
        inputs=inputs, estimator=estimator,
        output_title=output["title"], output_unit=output["unit"], lower_is_worse=output["lower_is_worse"],
        classes=classes,
        thresholds=tuple(Threshold(finite(t["value"]), t["title"], t["evidence"], t["source"])
                         for t in output.get("thresholds", ())),
        applicability=Applicability(
            modality=applies["modality"], site=applies["site"], levels=tuple(applies.get("levels", ())),
            compartment=applies.get("compartment", "unknown"), kvp=tuple(applies.get("kvp", ())),
            contrast_enhanced=applies.get("contrast_enhanced", "allowed"),
            max_slice_mm=applies.get("max_slice_mm"), max_in_plane_mm=applies.get("max_in_plane_mm"),
            profile=applies.get("profile")),
        card=data, sha256=sha256)


def _input_from_dict(item: Mapping) -> ModelInput:
    if item["source"] not in INPUT_SOURCES:
        raise ValueError(f"the source of {item['name']!r} must be one of {INPUT_SOURCES}")
    ranges = {name: tuple(float(x) for x in item[name]) if item.get(name) is not None else None
              for name in ("valid_range", "training_range", "axis_range")}
    for name, pair in ranges.items():
        if pair is not None and not (len(pair) == 2 and pair[0] < pair[1]):
            raise ValueError(f"{name} of {item['name']!r} must be two rising numbers")
    return ModelInput(item["name"], item["title"], item.get("unit", ""), item["source"],
                      item.get("key", item["name"]), item.get("help", ""),
                      choices=item.get("choices"), **ranges)


def _run_check_vectors(bundle: ModelBundle) -> None:
    vectors = bundle.card.get("check_vectors") or []
    if not vectors:
        raise InputError(f"Model '{bundle.id}' refused: it carries no check vectors.")
    for number, vector in enumerate(vectors, start=1):
        got, expected = bundle.estimator.output(vector["inputs"]), float(vector["output"])
        if not math.isclose(got, expected, rel_tol=CHECK_TOLERANCE, abs_tol=CHECK_TOLERANCE):
            raise InputError(f"Model '{bundle.id}' refused: check vector {number} gives {got!r} "
                             f"instead of {expected!r}.")
        expected_class = vector.get("class")
        found = bundle.class_of(got)
        if expected_class is not None and (found is None or found.id != expected_class):
            raise InputError(f"Model '{bundle.id}' refused: check vector {number} falls into class "
                             f"{found.id if found else None!r} instead of {expected_class!r}.")


def _finite_number(text: str) -> float:
    return finite(float(text))     # 1e999 is valid JSON and infinite


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a finite number")
