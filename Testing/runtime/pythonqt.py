"""Make PySide6 objects behave as PythonQt shows Qt objects to Python.

In Slicer a Qt property is an attribute (`label.text = "x"`), signals are
connected by signature (`button.connect("clicked()", f)`), a C++ widget takes no
new attributes, and children and dynamic properties are attributes. PySide6
does the opposite in each case and mostly stays silent about it, so the classes
are patched once per process. Where PythonQt is lenient this raises instead.
"""

from __future__ import annotations

import enum
import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

import shiboken6
from PySide6 import QtCore, QtGui

from . import callback_errors
from .slicer_api import WidgetApi, class_api

#: {C++ address of the sender: [(signature, slot, Qt-side callable)]}
_connections: dict[int, list[tuple[str, Callable[..., Any], Callable[..., Any]]]] = {}

#: {stand-in class: {property name: accessor}}; PySide insists on finding its own
#: Property objects in the class, so these cannot be class attributes
_accessors: dict[type, dict[str, property]] = {}

_patched: set[type] = set()

#: virtual getters that Qt calls back into Python: as properties they recurse
_NOT_PROPERTIES = {"sizeHint", "minimumSizeHint"}
#: the method, before the property of that name takes its place
object_name = QtCore.QObject.objectName


def is_cpp_class(cls: type) -> bool:
    """Does Slicer implement this class in C++ (stock Qt or a stand-in)?"""
    return cls.__module__.startswith("PySide6.") or "__standin__" in vars(cls)


# -- attributes ------------------------------------------------------------------


def _alive(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except RuntimeError as error:
        if "already deleted" in str(error):  # PythonQt's exception for the same slip
            raise ValueError(str(error)) from error
        raise


class _QtProperty(property):
    """A property that leaves the class attribute of its name alone.

    `timer.singleShot = True` is a property, `QTimer.singleShot(0, f)` a function.
    """

    on_class: Any = None

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self.on_class or self
        return super().__get__(instance, owner)


def _qt_property(name: str, getter: Callable[..., Any] | None,
                 setter: Callable[..., Any] | None) -> property:
    def read(self: Any) -> Any:
        value = _alive(lambda: getter(self) if getter else QtCore.QObject.property(self, name))
        return tuple(value) if isinstance(value, list) else value

    def write(self: Any, value: Any) -> None:
        if isinstance(value, tuple):
            value = list(value)
        if isinstance(value, int) and not isinstance(value, (bool, enum.Enum)):
            current = read(self)
            if isinstance(current, enum.Enum):  # PythonQt's enums are integers
                value = type(current)(value)
        if setter is not None:
            _alive(lambda: setter(self, value))
        elif not _alive(lambda: QtCore.QObject.setProperty(self, name, value)):
            raise TypeError(f"cannot set {type(self).__name__}.{name} to {value!r}")

    return _QtProperty(read, write)


def _method(cls: type, *names: str) -> Callable[..., Any] | None:
    """First of the original methods, also where a property has taken its place."""
    for name in names:
        found = inspect.getattr_static(cls, name, None)
        if isinstance(found, _QtProperty) and found.on_class is not None:
            return found.on_class
        if found is not None and not isinstance(found, property) and callable(found):
            return getattr(cls, name)
    return None


def _add_properties(cls: type) -> None:
    meta = cls.staticMetaObject
    for index in range(meta.propertyCount()):
        qt_property = meta.property(index)
        name = qt_property.name()
        # an inherited property may be hidden again by an overridden method of its name
        is_new = index >= meta.propertyOffset() or name in vars(cls)
        if name in _NOT_PROPERTIES or not is_new or isinstance(vars(cls).get(name), property):
            continue
        capital = name[0].upper() + name[1:]
        getter = _method(cls, name, f"is{capital}", f"has{capital}")
        setter = _method(cls, f"set{capital}") if qt_property.isWritable() else None
        descriptor = _qt_property(name, getter, setter)
        descriptor.on_class = _method(cls, name)
        setattr(cls, name, descriptor)


def _setattr(self: Any, name: str, value: Any) -> None:
    cls = type(self)
    accessor = find_accessor(cls, name)
    descriptor = inspect.getattr_static(cls, name, None)
    if accessor is not None:
        accessor.fset(self, value)
    elif name == "name" and isinstance(self, QtCore.QObject):
        self.setObjectName(value)
    elif hasattr(descriptor, "__set__"):
        object.__setattr__(self, name, value)
    elif isinstance(value, QtCore.SignalInstance):
        object.__setattr__(self, name, value)  # PySide caches signals in the instance
    elif not is_cpp_class(cls) or (name.startswith("_") and "__standin__" in vars(cls)):
        object.__setattr__(self, name, value)
    elif isinstance(self, QtCore.QObject) and name in _dynamic_names(self):
        QtCore.QObject.setProperty(self, name, value)
    elif isinstance(value, QtCore.QObject) and object_name(value) == name:
        pass  # PySide's QUiLoader offers named descendants as attributes; PythonQt does not
    else:
        raise AttributeError(
            f"{cls.__name__} has no attribute {name!r}: "
            "creating new attributes on C++ objects is not allowed")


def register_accessors(cls: type, accessors: dict[str, property]) -> None:
    """Properties of a stand-in class."""
    _accessors[cls] = accessors


@functools.cache
def find_accessor(cls: type, name: str) -> property | None:
    """Accessor of a stand-in's property, looking at base classes too."""
    for base in cls.__mro__:
        if name in _accessors.get(base, {}):
            return _accessors[base][name]
    return None


def _dynamic_names(self: Any) -> list[str]:
    return [bytes(n.data()).decode() for n in QtCore.QObject.dynamicPropertyNames(self)]


def _getattr(self: Any, name: str) -> Any:
    """Called when nothing else has the attribute."""
    if not name.startswith("__") and shiboken6.isValid(self):
        if name in _dynamic_names(self):
            value = QtCore.QObject.property(self, name)
            return tuple(value) if isinstance(value, list) else value
        for child in QtCore.QObject.children(self):
            if object_name(child) == name:
                return child
    raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")


def _make_getattribute(original: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    def getattribute(self: Any, name: str) -> Any:
        if name in _OVERRIDES:
            return _OVERRIDES[name].__get__(self)
        if name == "name":  # PythonQt's alias
            return _alive(lambda: object_name(self))
        accessor = find_accessor(type(self), name)
        if accessor is not None:
            return accessor.fget(self)
        return original(self, name)

    return getattribute


# -- signals ---------------------------------------------------------------------


def _positional_count(slot: Callable[..., Any], available: int) -> int:
    """Arguments PythonQt passes: functions and bound methods are trimmed."""
    if not (inspect.isfunction(slot) or inspect.ismethod(slot)):
        return available
    code = slot.__func__.__code__ if inspect.ismethod(slot) else slot.__code__
    if code.co_flags & inspect.CO_VARARGS:
        return available
    return min(available, code.co_argcount - int(inspect.ismethod(slot)))


def _wrap(slot: Callable[..., Any], count: int) -> Callable[..., Any]:
    """A callable of exactly `count` arguments: PySide looks at the signature."""
    wanted = _positional_count(slot, count)

    def call(*args: Any) -> None:
        try:
            slot(*args[:wanted])
        except Exception as error:
            callback_errors.record(error)

    exact = {
        0: lambda: call(),
        1: lambda a: call(a),
        2: lambda a, b: call(a, b),
        3: lambda a, b, c: call(a, b, c),
        4: lambda a, b, c, d: call(a, b, c, d),
    }
    return exact[count]


def recorded_class(cls: type) -> WidgetApi | None:
    """What the application offers for an object of this class."""
    for base in cls.__mro__:
        found = class_api(base.__name__)
        if found is not None:
            return found
    return None


def resolve_signal(sender: Any, signal: str) -> tuple[str, int]:
    """(signature known to PySide, number of arguments); ValueError if unknown.

    The signal must exist in the application's class as well as here.
    """
    wanted = bytes(QtCore.QMetaObject.normalizedSignature(signal).data()).decode()
    known = recorded_class(type(sender))
    if known is not None and is_cpp_class(type(sender)) and wanted not in known.signals:
        raise ValueError(f"{type(sender).__name__} has no signal {wanted!r} in Slicer")
    types = [t for t in wanted.rstrip(")").partition("(")[2].split(",") if t]
    for here in (wanted, carried_signature(wanted)):
        if sender.metaObject().indexOfSignal(here) >= 0:
            return here, len(types)
    raise ValueError(f"{type(sender).__name__} has no signal {wanted!r}")


#: C++ argument types that a stand-in's signal carries as such
SIGNAL_TYPES: dict[str, Any] = {
    "bool": bool, "int": int, "double": float, "QString": str, "QStringList": "QStringList",
    "QColor": QtGui.QColor, "QItemSelection": QtCore.QItemSelection,
    "Qt::CheckState": QtCore.Qt.CheckState, "QModelIndex": QtCore.QModelIndex,
}


def carried_signature(signature: str) -> str:
    """The signature a stand-in declares: PySide carries vtk objects as Python objects."""
    name, _, arguments = signature.rstrip(")").partition("(")
    kinds = [a if a in SIGNAL_TYPES else "PyObject" for a in arguments.split(",") if a]
    return f"{name}({','.join(kinds)})"


def _connect(self: Any, signal: str, receiver: Any, slot_name: str | None = None) -> bool:
    """PythonQt's `sender.connect(signature, callable)`; raises on an unknown signal."""
    if slot_name is not None:
        receiver = getattr(receiver, slot_name.split("(")[0])
    if not callable(receiver):
        raise TypeError(f"{receiver!r} is not callable")
    signature, count = resolve_signal(self, signal)
    wrapper = _wrap(receiver, count)
    address = shiboken6.getCppPointer(self)[0]
    if address not in _connections:
        _connections[address] = []
        QtCore.QObject.connect(self, QtCore.SIGNAL("destroyed()"),
                               lambda: _connections.pop(address, None))
    if not QtCore.QObject.connect(self, QtCore.SIGNAL(signature), wrapper):
        raise ValueError(f"cannot connect {signature}")
    _connections[address].append((signature, receiver, wrapper))
    return True


def _disconnect(self: Any, signal: str | None = None, receiver: Any = None,
                slot_name: str | None = None) -> bool:
    """Undo `connect`; False when there was no such connection."""
    if slot_name is not None:
        receiver = getattr(receiver, slot_name.split("(")[0])
    signature = resolve_signal(self, signal)[0] if signal else None
    kept, removed = [], []
    for entry in _connections.get(shiboken6.getCppPointer(self)[0], []):
        matches = signature in (None, entry[0]) and (receiver is None or entry[1] == receiver)
        (removed if matches else kept).append(entry)
    for known_signature, _slot, wrapper in removed:
        QtCore.QObject.disconnect(self, QtCore.SIGNAL(known_signature), wrapper)
    if removed:
        _connections[shiboken6.getCppPointer(self)[0]] = kept
    return bool(removed)


def _class_name(self: Any) -> str:
    return type(self).__name__


def _delete(self: Any) -> None:
    shiboken6.delete(self)


_OVERRIDES: dict[str, Callable[..., Any]] = {
    "connect": _connect,
    "disconnect": _disconnect,
    "className": _class_name,
    "delete": _delete,
}


#: {C++ address of a top widget: objects that must live as long}
_kept: dict[int, list[Any]] = {}


def keep_alive(owner: Any, objects: list[Any]) -> None:
    """Keep Python objects until `owner` is destroyed."""
    address = shiboken6.getCppPointer(owner)[0]
    _kept[address] = objects
    QtCore.QObject.connect(owner, QtCore.SIGNAL("destroyed()"),
                           lambda: _kept.pop(address, None))


# -- installation ------------------------------------------------------------------


def patch(classes: Iterable[type]) -> None:
    """Patch classes (and their bases), base classes first."""
    for cls in classes:
        for base in reversed(cls.__mro__):
            if base not in _patched and issubclass(base, shiboken6.Object):
                _patched.add(base)
                _patch_one(base)


def _patch_one(cls: type) -> None:
    # every class has its own slot, and object.__setattr__ refuses to jump over one
    cls.__setattr__ = _setattr
    if not issubclass(cls, QtCore.QObject):
        return
    if cls is QtCore.QObject or "__getattribute__" in vars(cls):
        cls.__getattribute__ = _make_getattribute(cls.__getattribute__)
    cls.__getattr__ = _getattr
    if cls.__module__.startswith("PySide6."):
        _add_properties(cls)
