"""Profiles as YAML files: those that ship, and a site's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, fields
from pathlib import Path

from ..errors import InputError
from ..resources import resource_folder
from ..yaml_text import parse_yaml
from .filters.preprocessing import Normalisation
from .filters.settings import FilterSettings
from .ibsi.options import IbsiOptions
from .profile import DOCUMENTATION, IBSI_FEATURE_CLASSES, ExtractionProfile
from .standardisation.bias_field import BiasFieldCorrection
from .standardisation.normalisation import ReferenceNormalisation, RobustNormalisation

SCHEMA = "radiomics-ortho-profile/1"
#: entries that every file has; a default would be a guess
REQUIRED = ("id", "version", "title", "modality", "site", "compartment")
NORMALISATIONS = {"z-score": Normalisation, "robust-z-score": RobustNormalisation, "reference": ReferenceNormalisation}


def load_profile(name_or_path: str) -> ExtractionProfile:
    """A profile that ships, by name, or one from a YAML file; InputError on any defect."""
    path = _path_of(name_or_path)
    data = read_yaml(path, "profile")
    try:
        return profile_from_dict(data)
    except (ValueError, TypeError) as error:
        raise InputError(f"The profile '{path}' is refused: {error}.") from None


def profile_data(name_or_path: str) -> dict:
    """The entries of a profile as its file has them."""
    return read_yaml(_path_of(name_or_path), "profile")


def profile_text(data: Mapping, comments: Iterable[str] = ()) -> str:
    """A profile file with ``data`` (entries by name, in this order) under lines of comment.

    InputError if it could not be read back.
    """
    import yaml

    try:
        profile_from_dict(data)
    except (ValueError, TypeError) as error:
        raise InputError(f"The profile cannot be written: {error}.") from None
    head = "".join(f"# {' '.join(line.split())}\n" for line in comments)
    return head + yaml.safe_dump(dict(data), sort_keys=False, allow_unicode=True, default_flow_style=None, width=120)


def _path_of(name_or_path: str) -> Path:
    path = Path(name_or_path)
    if path.suffix in (".yaml", ".yml"):
        return path
    if name_or_path not in profile_names():
        raise InputError(f"There is no profile '{name_or_path}'; at hand: {', '.join(profile_names())}.")
    return resource_folder() / "Profiles" / f"{name_or_path}.yaml"


def profile_names() -> tuple[str, ...]:
    """Ids of the profiles that ship."""
    return tuple(sorted(path.stem for path in (resource_folder() / "Profiles").glob("*.yaml")))


def read_yaml(path: Path, what: str) -> dict:
    """The mapping in a YAML file; InputError, in which ``what`` names the kind of file."""
    import yaml

    try:
        data = parse_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise InputError(f"The {what} '{path}' cannot be read.") from None
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise InputError(f"The {what} '{path}' is not valid YAML: {reason}.") from None
    if not isinstance(data, dict):
        raise InputError(f"The {what} '{path}' is refused: it is no mapping of names to values.")
    return data


def profile_from_dict(data: Mapping) -> ExtractionProfile:
    """Build a profile from parsed YAML; ``ValueError`` / ``TypeError`` on defects."""
    data = dict(data)
    if data.pop("schema", None) != SCHEMA:
        raise ValueError(f"its schema is not {SCHEMA!r}")
    known = {entry.name for entry in fields(ExtractionProfile)}
    if unknown := sorted(str(name) for name in set(data) - known):
        raise ValueError(f"there is no entry {', '.join(unknown)}; the entries are {', '.join(sorted(known))}")
    by_ibsi = data.get("definitions") == "ibsi"
    bins = () if by_ibsi or data.get("bin_count") is not None else ("bin_width",)
    if missing := [name for name in (*REQUIRED, *bins) if data.get(name) is None]:
        raise ValueError(f"it lacks the entry {', '.join(missing)}")
    if by_ibsi:
        data.setdefault("feature_classes", list(IBSI_FEATURE_CLASSES))
    # an entry without a value is an entry left out
    settings = {name: _READERS.get(name, _text)(name, value) for name, value in data.items() if value is not None}
    profile = ExtractionProfile(**settings)
    _check_sources_cover(profile, settings)
    return profile


def _check_sources_cover(profile: ExtractionProfile, settings: Mapping) -> None:
    """A profile after a study says of each setting it makes who made it."""
    told = {*profile.stated, *profile.assumed}
    if told and (missing := set(settings) - {"id", "version", *DOCUMENTATION} - told):
        raise ValueError(f"neither stated nor assumed: {', '.join(sorted(missing))}")


# --- one entry each ------------------------------------------------------------------------------


def _text(name: str, value: object) -> str:
    if isinstance(value, (bool, list, dict)):
        raise ValueError(f"{name} is a text, not {value!r}")
    return str(value)


def _yes_or_no(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{name} is true or false, not {value!r}")
    return value


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{name} is a number, not {value!r}")
    if isinstance(value, int) and abs(value) > 2**53:
        raise ValueError(f"{name} is too large a number")
    return float(value)


def _whole_number(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{name} is a whole number, not {value!r}")
    return value


def _list(name: str, value: object) -> list:
    if not isinstance(value, list):
        raise ValueError(f"{name} is a list, not {value!r}")
    return value


def _numbers(name: str, value: object) -> tuple[float | None, ...]:
    # the slice axis of resample_mm under IBSI may be null
    return tuple(None if one is None and name == "resample_mm" else _number(name, one) for one in _list(name, value))


def _whole_numbers(name: str, value: object) -> tuple[int, ...]:
    return tuple(_whole_number(name, one) for one in _list(name, value))


def _texts(name: str, value: object) -> tuple[str, ...]:
    return tuple(_text(name, one) for one in _list(name, value))


def _mapping(name: str, value: object) -> dict:
    if not isinstance(value, dict):
        raise ValueError(f"{name} holds settings by name, not {value!r}")
    return {str(key): one for key, one in value.items()}


def _settings(kind: type, name: str, value: Mapping) -> object:
    """``kind(**value)`` with a plain sentence for a name that it has not."""
    known = [entry.name for entry in fields(kind) if entry.init]
    if unknown := sorted(set(value) - set(known)):
        raise ValueError(f"{name} has no {', '.join(unknown)}; it has {', '.join(known)}")
    if lacking := [entry.name for entry in fields(kind) if entry.init and entry.default is MISSING
                   and entry.default_factory is MISSING and entry.name not in value]:
        raise ValueError(f"{name} lacks {', '.join(lacking)}")
    try:
        return kind(**value)
    except TypeError as error:
        raise ValueError(f"{name}: a value is of the wrong kind ({error})") from None


def _filters(name: str, value: object) -> FilterSettings:
    filters = _mapping(name, value)
    # numbers as written, whole or not: pyradiomics puts σ into the feature's name
    sigmas = _list("log_sigma_mm", filters.get("log_sigma_mm") or [])
    for sigma in sigmas:
        _number("log_sigma_mm", sigma)
    if "wavelet" in filters:
        _check_wavelet(filters["wavelet"])
    return _settings(FilterSettings, name, filters | {"log_sigma_mm": tuple(sigmas)})


def _check_wavelet(name: object) -> None:
    try:
        import pywt
    except ImportError:
        # whoever extracts is told what is missing
        return
    if name not in pywt.wavelist(kind="discrete"):
        raise ValueError(f"filters: wavelet is a discrete wavelet of PyWavelets such as coif1, not {name!r}")


def _normalise(name: str, value: object) -> Normalisation | RobustNormalisation | ReferenceNormalisation:
    settings = _mapping(name, value)
    method = settings.pop("method", "z-score")
    if not isinstance(method, str) or method not in NORMALISATIONS:
        raise ValueError(f"normalise: method must come from {', '.join(NORMALISATIONS)}")
    return _settings(NORMALISATIONS[method], name, settings)


def _texture(name: str, value: object) -> dict:
    settings = _mapping(name, value)
    for entry, read in (("distances", _whole_numbers), ("symmetrical_glcm", _yes_or_no), ("gldm_a", _whole_number),
                        ("voxel_array_shift", _number)):
        if entry in settings:
            settings[entry] = read(entry, settings[entry])
    return settings


_READERS: dict[str, Callable[[str, object], object]] = {
    "bin_width": _number, "bin_count": _whole_number, "force_2d_dimension": _whole_number,
    "force_2d": _yes_or_no, "round_to_whole": _yes_or_no, "resegment_shape": _yes_or_no,
    "resample_mm": _numbers, "resegment_hu": _numbers,
    "image_types": _texts, "feature_classes": _texts, "stated": _texts, "assumed": _texts,
    "bin_widths": lambda name, value: {key: _number(name, one) for key, one in _mapping(name, value).items()},
    "features": lambda name, value: {key: _texts(name, one) for key, one in _mapping(name, value).items()},
    "filters": _filters, "texture": _texture, "normalise": _normalise,
    "bias_correction": lambda name, value: _settings(BiasFieldCorrection, name, _mapping(name, value)),
    "ibsi": lambda name, value: IbsiOptions.from_mapping(value)}
