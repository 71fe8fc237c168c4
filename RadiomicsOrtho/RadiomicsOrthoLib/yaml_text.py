"""YAML as plain data, and the definitions that a site may write in it or in JSON (forms, protocols)."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from .errors import InputError

Built = TypeVar("Built")


def read_definition(path: Path, kind: str, build: Callable[[dict], Built]) -> Built:
    """What ``build`` makes of the mapping in a file; ``kind`` is its word in a sentence, such as ``form``.

    InputError with one sentence if the file cannot be read or ``build`` raises KeyError, ValueError or TypeError.
    """
    try:
        data = _parsed(path, kind)
        if not isinstance(data, dict):
            raise ValueError("it is no mapping")
        return build(data)
    except (OSError, UnicodeDecodeError):
        raise InputError(f"The {kind} '{path}' cannot be read.") from None
    except KeyError as error:
        raise InputError(f"The {kind} '{path}' lacks the entry {error}.") from None
    except (ValueError, TypeError, RecursionError) as error:
        raise InputError(f"The {kind} '{path}' is refused: {error}.") from None


def text_entry(data: Mapping, key: str, default: str | None = None) -> str:
    """A text with single blanks; without ``default`` it must be there and not empty."""
    value = data[key] if default is None else data.get(key, default)
    if not isinstance(value, str) or (default is None and not value.strip()):
        raise ValueError(f"'{key}' must be a text that is not empty, not {value!r}")
    return " ".join(value.split())


def _parsed(path: Path, kind: str) -> object:
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        # those that ship are JSON: Slicer has no YAML reader before the user has allowed one, and the panels
        # show them before anything is installed
        return json.loads(text)
    try:
        import yaml
    except ImportError:
        raise InputError(f"The {kind} '{path}' is YAML, and the Python package PyYAML is not installed here; install "
                         f"it, or save the {kind} as JSON.") from None
    try:
        return parse_yaml(text)
    except yaml.YAMLError as error:
        raise ValueError(f"it is not valid YAML ({' '.join(str(error).split())})") from None


def parse_yaml(text: str) -> object:
    """The data in ``text``.

    ``yaml.YAMLError`` on what is no YAML, on a value that cannot be (30 February), on a depth that no file of ours has,
    and on a name that a mapping holds twice (YAML 1.2, section 3.2.1.3): PyYAML would silently take the last one.
    """
    import yaml

    try:
        return yaml.load(text, Loader=_strict_loader())
    except ValueError as error:
        raise yaml.YAMLError(str(error)) from None
    except RecursionError:
        raise yaml.YAMLError("it is nested too deeply") from None


@functools.cache
def _strict_loader() -> type:
    import yaml

    class StrictLoader(yaml.SafeLoader):
        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
            # before entries that are merged in (<<), which may be replaced
            names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
            if twice := next((name for name in names if names.count(name) > 1), None):
                raise yaml.constructor.ConstructorError(None, None, f"'{twice}' is there twice", node.start_mark)
            return super().construct_mapping(node, deep)

    return StrictLoader
