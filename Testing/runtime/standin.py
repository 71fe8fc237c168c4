"""Stand-ins of C++ widget classes, made from what the application recorded.

    @standin("ctk.ctkSliderWidget")
    class ctkSliderWidget(QtWidgets.QWidget): ...

adds every recorded property and signal that the Qt base class lacks: a property
is a stored value unless the class has `_get_<name>` / `_set_<name>`, a recorded
method that the class does not write out raises NotImplementedError. So a
stand-in can neither miss a name of the application nor have one of its own.
"""

from __future__ import annotations

from typing import Any

from PySide6 import QtCore, QtGui

from . import pythonqt
from .slicer_api import widget_api

#: C++ property type -> (type for the Qt meta-object, initial value)
_TYPES: dict[str, tuple[Any, Any]] = {
    "QString": (str, ""),
    "bool": (bool, False),
    "int": (int, 0),
    "double": (float, 0.0),
    "QStringList": ("QStringList", ()),
    "QColor": (QtGui.QColor, None),
    "QIcon": (QtGui.QIcon, None),
}
_PYTHON_TYPES = {"bool": bool, "int": (int,), "double": (int, float), "QString": str,
                 "QStringList": (list, tuple)}


def _base_has(base: type, name: str) -> bool:
    return base.staticMetaObject.indexOfProperty(name) >= 0


def _make_property(name: str, cpp_type: str) -> tuple[property, QtCore.Property]:
    """The property for Python, and the one for Qt's meta-object (.ui files)."""
    qt_type, initial = _TYPES.get(cpp_type, ("QVariant", None))

    def read(self: Any) -> Any:
        getter = getattr(self, f"_get_{name}", None)
        if getter is not None:
            return getter()
        return self.__dict__.setdefault("_values", {}).get(name, self._defaults.get(name, initial))

    def write(self: Any, value: Any) -> None:
        expected = _PYTHON_TYPES.get(cpp_type)
        if expected is not None and not isinstance(value, expected):
            raise TypeError(f"{type(self).__name__}.{name} takes {cpp_type}, got {value!r}")
        if cpp_type == "QStringList":
            value = tuple(value)
        setter = getattr(self, f"_set_{name}", None)
        if setter is not None:
            setter(value)
        else:
            self.__dict__.setdefault("_values", {})[name] = value

    def qt_read(self: Any) -> Any:
        value = read(self)
        return list(value) if isinstance(value, tuple) else value

    return property(read, write), QtCore.Property(qt_type, qt_read, write)


def _make_signals(signatures: list[str]) -> dict[str, QtCore.Signal]:
    overloads: dict[str, list[tuple[Any, ...]]] = {}
    # the first overload is PySide's default: the one that carries the node or the number
    for signature in sorted(signatures, key=lambda t: ("(vtk" not in t, "(QString" in t, t)):
        name, _, arguments = signature.rstrip(")").partition("(")
        kinds = [a for a in arguments.split(",") if a]
        overloads.setdefault(name, []).append(
            tuple(pythonqt.SIGNAL_TYPES.get(k, object) for k in kinds))
    # Signal((A,), (B,)) declares overloads, Signal(A, B) one signal of two arguments
    return {name: QtCore.Signal(*kinds) if len(kinds) > 1 else QtCore.Signal(*kinds[0])
            for name, kinds in overloads.items()}


def _not_implemented(class_name: str, name: str) -> Any:
    def missing(self: Any, *args: Any) -> Any:
        raise NotImplementedError(f"{class_name}.{name} exists in Slicer, not in the stand-in")

    missing.__name__ = name
    return missing


def standin(recorded_name: str) -> Any:
    """Class decorator, see the module."""

    def decorate(cls: type) -> type:
        recorded = widget_api(recorded_name)
        if recorded is None:
            raise LookupError(f"{recorded_name} is not in slicer_api.json")
        base = next(b for b in cls.__mro__[1:] if hasattr(b, "staticMetaObject"))
        own, accessors, meta = set(vars(cls)), {}, {}
        for name, cpp_type in recorded.properties.items():
            if not _base_has(base, name) or {f"_set_{name}", f"_get_{name}"} & own:
                accessors[name], meta[name] = _make_property(name, cpp_type)
        meta.update(_make_signals([s for s in recorded.signals
                                   if base.staticMetaObject.indexOfSignal(s) < 0
                                   and base.staticMetaObject.indexOfSignal(
                                       pythonqt.carried_signature(s)) < 0]))
        stubs = {name: _not_implemented(cls.__name__, name)
                 for name in recorded.names - set(meta) if not hasattr(cls, name)}
        # a subclass, so that super() inside the written class keeps working
        result = type(base)(cls.__name__, (cls,), {
            **stubs, **meta, "__standin__": recorded_name, "__module__": cls.__module__,
            "__doc__": cls.__doc__, "_defaults": getattr(cls, "_defaults", {})})
        pythonqt.register_accessors(result, accessors)
        pythonqt.patch([result])
        return result

    return decorate
