"""Typed storage of values in a vtkMRMLScriptedModuleNode.

Every value is text in the node's parameters (numbers as Python writes them,
containers as JSON), a MRML node is a node reference: both survive saving,
reloading and closing the scene.
"""

from __future__ import annotations

import enum
import json
import pathlib
import types
import typing
from collections.abc import Callable
from typing import Any

import slicer


class Default:
    """Default value of a parameter: `Annotated[int, Default(3)]`."""

    def __init__(self, value: Any) -> None:
        self.value = value


class Validator:
    """Rejects values by raising ValueError."""

    def validate(self, value: Any) -> None:
        """Raise ValueError if `value` is not allowed."""
        raise NotImplementedError


class WithinRange(Validator):
    """minimum <= value <= maximum."""

    def __init__(self, minimum: float, maximum: float) -> None:
        if minimum > maximum:
            raise ValueError(f"WithinRange: {minimum} > {maximum}")
        self.minimum, self.maximum = minimum, maximum

    def validate(self, value: Any) -> None:
        """Raise ValueError outside the range."""
        if not self.minimum <= value <= self.maximum:
            raise ValueError(f"{value} is not within [{self.minimum}, {self.maximum}]")


class Minimum(Validator):
    """value >= minimum."""

    def __init__(self, minimum: float) -> None:
        self.minimum = minimum

    def validate(self, value: Any) -> None:
        """Raise ValueError below the minimum."""
        if value < self.minimum:
            raise ValueError(f"{value} is below {self.minimum}")


class Maximum(Validator):
    """value <= maximum."""

    def __init__(self, maximum: float) -> None:
        self.maximum = maximum

    def validate(self, value: Any) -> None:
        """Raise ValueError above the maximum."""
        if value > self.maximum:
            raise ValueError(f"{value} is above {self.maximum}")


class Choice(Validator):
    """One of a list of values."""

    def __init__(self, choices: Any) -> None:
        self.choices = list(choices)

    def validate(self, value: Any) -> None:
        """Raise ValueError for anything else."""
        if value not in self.choices:
            raise ValueError(f"{value!r} is not one of {self.choices}")


class Exclude(Validator):
    """None of a list of values."""

    def __init__(self, excludedValues: Any) -> None:
        self.excludedValues = list(excludedValues)

    def validate(self, value: Any) -> None:
        """Raise ValueError for an excluded value."""
        if value in self.excludedValues:
            raise ValueError(f"{value!r} is excluded")


class Decimals:
    """Number of decimals shown by the connected widget."""

    def __init__(self, value: int) -> None:
        self.value = value


class SingleStep:
    """Step of the connected widget."""

    def __init__(self, value: float) -> None:
        self.value = value


def _observed(base: type, mutators: tuple[str, ...]) -> type:
    """A list or dict subclass that writes itself back after every mutation."""

    def wrap(name: str) -> Callable[..., Any]:
        plain = getattr(base, name)

        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            changed = base(self)
            result = plain(changed, *args, **kwargs)
            # written (and type-checked) before the visible copy changes
            self._write(changed)
            base.clear(self)
            (base.extend if base is list else base.update)(self, changed)
            return self if name.startswith("__i") else result
        return call

    return type(f"Observed{base.__name__.title()}", (base,),
                {"_write": None, **{name: wrap(name) for name in mutators}})


ObservedList = _observed(list, (
    "append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse",
    "__setitem__", "__delitem__", "__iadd__", "__imul__"))
ObservedDict = _observed(dict, (
    "update", "pop", "popitem", "clear", "setdefault", "__setitem__", "__delitem__", "__ior__"))

_SCALARS: dict[type, tuple[type, ...]] = {
    str: (str,), int: (int,), float: (int, float), bool: (bool,)}


def is_node_type(kind: Any) -> bool:
    """Is `kind` a MRML node class?"""
    return isinstance(kind, type) and issubclass(kind, slicer.vtkMRMLNode)


def _check_scalar(kind: type, value: Any) -> Any:
    allowed = _SCALARS[kind]
    if not isinstance(value, allowed) or (isinstance(value, bool) and kind is not bool):
        raise TypeError(f"expected {kind.__name__}, got {type(value).__name__} {value!r}")
    return kind(value)


class Parameter:
    """One parameter: its type, default and validators."""

    def __init__(self, name: str, hint: Any, class_default: Any = None) -> None:
        self.name = name
        self.hint = hint
        self.annotations: list[Any] = []
        kind = hint
        if typing.get_origin(kind) is typing.Annotated:
            kind, *self.annotations = typing.get_args(kind)
        self.optional = False
        if typing.get_origin(kind) in (typing.Union, types.UnionType):
            kinds = [k for k in typing.get_args(kind) if k is not type(None)]
            self.optional = len(kinds) < len(typing.get_args(kind))
            if len(kinds) > 1 and not all(is_node_type(k) for k in kinds):
                raise TypeError(f"{name}: unions of {kinds} are not supported")
            kind = tuple(kinds) if len(kinds) > 1 else kinds[0]
        self.kinds: tuple[Any, ...] = kind if isinstance(kind, tuple) else (kind,)
        self.kind = self.kinds[0]
        self.is_node = is_node_type(self.kind)
        self._check_supported()
        self.validators = [a for a in self.annotations if isinstance(a, Validator)]
        given = [a for a in self.annotations if isinstance(a, Default)]
        self.default = class_default or (given[0] if given else Default(self._empty()))
        if not self.is_node and (class_default or given):
            self.check(self.default.value)

    def _check_supported(self) -> None:
        origin, args = typing.get_origin(self.kind), typing.get_args(self.kind)
        plain = self.kind in _SCALARS or self.is_node or (
            isinstance(self.kind, type) and issubclass(self.kind, (enum.Enum, pathlib.PurePath)))
        container = origin in (list, dict) and args and all(a in _SCALARS for a in args)
        if not (plain or container):
            raise TypeError(f"parameter {self.name}: type {self.kind} is not supported")

    def _empty(self) -> Any:
        if self.is_node or self.optional:
            return None
        if isinstance(self.kind, type) and issubclass(self.kind, enum.Enum):
            return next(iter(self.kind))
        return (typing.get_origin(self.kind) or self.kind)()

    def check(self, value: Any) -> Any:
        """`value` in its stored form; TypeError or ValueError if not allowed."""
        if value is None and (self.is_node or self.optional):
            return None
        origin, args = typing.get_origin(self.kind), typing.get_args(self.kind)
        if self.kind in _SCALARS:
            value = _check_scalar(self.kind, value)
        elif origin is list:
            self._check_instance(value, (list, tuple))
            value = [_check_scalar(args[0], item) for item in value]
        elif origin is dict:
            self._check_instance(value, (dict,))
            value = {_check_scalar(args[0], k): _check_scalar(args[1], v)
                     for k, v in value.items()}
        else:
            self._check_instance(value, self.kinds)
        for validator in self.validators:
            validator.validate(value)
        return value

    def _check_instance(self, value: Any, allowed: tuple[type, ...]) -> None:
        if not isinstance(value, allowed):
            names = "/".join(k.__name__ for k in allowed)
            raise TypeError(f"{self.name}: expected {names}, got {type(value).__name__}")

    def is_in(self, node: Any) -> bool:
        """Is a value stored in `node`?"""
        return bool(node.GetNodeReferenceID(self.name) if self.is_node
                    else node.HasParameter(self.name))

    def write(self, node: Any, value: Any) -> None:
        """Check and store."""
        value = self.check(value)
        if self.is_node:
            node.SetNodeReferenceID(self.name, value.GetID() if value else None)
        elif value is None:
            node.UnsetParameter(self.name)
        else:
            node.SetParameter(self.name, self._to_text(value))

    def _to_text(self, value: Any) -> str:
        if typing.get_origin(self.kind) is dict:
            return json.dumps(list(value.items()))  # JSON objects only have text keys
        if isinstance(value, list):
            return json.dumps(value)
        if isinstance(value, enum.Enum):
            return value.name
        return repr(value) if isinstance(value, float) else str(value)

    def read(self, node: Any) -> Any:
        """The stored value; containers write themselves back when changed."""
        if self.is_node:
            return node.GetNodeReference(self.name)
        if not node.HasParameter(self.name):
            return None if self.optional else self.default.value
        text = node.GetParameter(self.name)
        origin = typing.get_origin(self.kind)
        if origin in (list, dict):
            observed = (ObservedList(json.loads(text)) if origin is list
                        else ObservedDict(tuple(pair) for pair in json.loads(text)))
            observed._write = lambda changed: self.write(node, changed)
            return observed
        if self.kind is bool:
            return text == "True"
        if issubclass(self.kind, enum.Enum):
            return self.kind[text]
        return self.kind(text)
