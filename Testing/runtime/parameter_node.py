"""Our own small `slicer.parameterNodeWrapper`.

    @parameterNodeWrapper
    class Parameters:
        inputVolume: vtkMRMLScalarVolumeNode
        threshold: Annotated[float, WithinRange(0, 500)] = 100

`Parameters(node)` then has typed attributes stored in `node`. Stricter than the
application's where that catches slips: an unknown attribute raises.
"""

from __future__ import annotations

import sys
import types
import typing
from collections.abc import Callable
from typing import Any

import slicer
import slicer.util
import vtk

from . import parameter_types
from .parameter_gui import PARAMETER_PROPERTY, GuiConnector, make_connector
from .parameter_types import Default, Parameter

#: wrappers with a connected GUI. VTK lets Python's garbage collector take an observer
#: apart while the C++ object can still call it, which crashes: so they are held here
_connected: list[Any] = []


class _Wrapper:
    """Behaviour shared by all wrapped classes."""

    allParameters: dict[str, Parameter] = {}

    def __init__(self, parameterNode: Any, prefix: str | None = None) -> None:
        if prefix:
            raise NotImplementedError("prefixes are not supported by the runtime")
        if parameterNode is None or not parameterNode.IsA("vtkMRMLScriptedModuleNode"):
            raise TypeError("a parameter node wrapper needs a vtkMRMLScriptedModuleNode")
        set_plain = super().__setattr__
        set_plain("parameterNode", parameterNode)
        set_plain("_guis", {})
        set_plain("_next_tag", 1)
        set_plain("_updating_gui", False)
        with slicer.util.NodeModify(parameterNode):
            for parameter in self.allParameters.values():
                # read before write: a loaded scene keeps its values
                if not parameter.is_in(parameterNode) and parameter.default.value is not None:
                    parameter.write(parameterNode, parameter.default.value)

    def __setattr__(self, name: str, value: Any) -> None:
        if name in self.allParameters:
            self.setValue(name, value)
        elif name.startswith("_"):
            super().__setattr__(name, value)
        else:
            raise AttributeError(f"{type(self).__name__} has no parameter {name!r}")

    def _parameter(self, name: str) -> Parameter:
        if name not in self.allParameters:
            raise ValueError(f"no parameter {name!r}; there are {sorted(self.allParameters)}")
        return self.allParameters[name]

    def getValue(self, name: str) -> Any:
        """Value of a parameter."""
        return self._parameter(name).read(self.parameterNode)

    def setValue(self, name: str, value: Any) -> None:
        """Set a parameter; TypeError / ValueError if not allowed."""
        self._parameter(name).write(self.parameterNode, value)

    def default(self, name: str) -> Default:
        """Default of a parameter."""
        return self._parameter(name).default

    @classmethod
    def dataType(cls, name: str) -> Any:
        """Type hint of a parameter."""
        return cls.allParameters[name].hint

    def isCached(self, name: str) -> bool:
        """Nothing is cached: the node is always asked."""
        self._parameter(name)
        return False

    # -- GUI --------------------------------------------------------------------

    def connectGui(self, gui: Any) -> int:
        """Bind every widget whose SlicerParameterName property names a parameter.

        `gui` is a widget or the result of `slicer.util.childWidgetVariables`.
        """
        if getattr(gui, "isWidgetType", lambda: False)():
            import qt
            widgets = gui.findChildren(qt.QWidget)
        else:
            widgets = list(vars(gui).values())
        mapping = {w.property(PARAMETER_PROPERTY): w for w in widgets
                   if w.property(PARAMETER_PROPERTY)}
        return self.connectParametersToGui(mapping)

    def connectParametersToGui(self, mapping: dict[str, Any]) -> int:
        """Bind parameters to widgets, both ways; returns a tag."""
        connectors: dict[str, GuiConnector] = {
            name: make_connector(widget, self._parameter(name))
            for name, widget in mapping.items()}
        tag = self._next_tag
        self._next_tag += 1
        for name, connector in connectors.items():
            connector.write(self.getValue(name))
            connector.on_changed(self._make_slot(name, connector))
        observer = self.AddObserver(vtk.vtkCommand.ModifiedEvent, self._on_modified)
        self._guis[tag] = (connectors, observer)
        _connected.append(self)
        return tag

    def disconnectGui(self, guiTag: int) -> None:
        """Undo `connectGui`."""
        connectors, observer = self._guis.pop(guiTag, ({}, None))
        for connector in connectors.values():
            connector.on_changed(None)
        if observer is not None:
            self.RemoveObserver(observer)
            _connected.remove(self)

    def _make_slot(self, name: str, connector: GuiConnector) -> Callable[[], None]:
        def changed() -> None:  # no parameter: the signal's arguments are trimmed
            if not self._updating_gui:
                self.setValue(name, connector.read())

        return changed

    def _on_modified(self, _caller: Any, _event: str) -> None:
        self._update_gui()

    def _update_gui(self) -> None:
        if self._updating_gui:
            return
        self._updating_gui = True
        try:
            for connectors, _observer in list(self._guis.values()):
                for name, connector in connectors.items():
                    connector.write(self.getValue(name))
        finally:
            self._updating_gui = False

    # -- the node's own methods that modules call on the wrapper ------------------

    def StartModify(self) -> int:
        """Begin a group of changes."""
        return self.parameterNode.StartModify()

    def EndModify(self, wasModified: int) -> None:
        """End a group of changes."""
        self.parameterNode.EndModify(wasModified)

    def AddObserver(self, event: Any, callback: Any, priority: float = 0.0) -> int:
        """Observe the node."""
        return self.parameterNode.AddObserver(event, callback, priority)

    def RemoveObserver(self, tag: int) -> None:
        """Stop observing the node."""
        self.parameterNode.RemoveObserver(tag)

    def Modified(self) -> None:
        """Fire ModifiedEvent."""
        self.parameterNode.Modified()


def _parameter_property(name: str) -> property:
    return property(lambda self: self.getValue(name),
                    lambda self, value: self.setValue(name, value))


def parameterNodeWrapper(classtype: type | None = None) -> Any:
    """Class decorator: typed attributes stored in a parameter node."""
    if classtype is None:
        return parameterNodeWrapper
    parameters: dict[str, Parameter] = {}
    for name, hint in typing.get_type_hints(classtype, include_extras=True).items():
        if hasattr(_Wrapper, name) or name == "parameterNode":
            raise ValueError(f"Cannot use reserved name '{name}' in a parameterNodeWrapper")
        given = Default(getattr(classtype, name)) if hasattr(classtype, name) else None
        parameters[name] = Parameter(name, hint, given)
    body = {k: v for k, v in vars(classtype).items()
            if k not in parameters and k not in ("__dict__", "__weakref__", "__init__")}
    body.update({name: _parameter_property(name) for name in parameters})
    return type(classtype.__name__, (_Wrapper,), {
        **body, "allParameters": parameters, "_is_parameter_node_wrapper": True})


def isParameterNodeWrapper(classOrObj: Any) -> bool:
    """Was it made by `parameterNodeWrapper`?"""
    return getattr(classOrObj, "_is_parameter_node_wrapper", False)


def install_parameter_node_wrapper() -> None:
    """Provide `slicer.parameterNodeWrapper`."""
    module = types.ModuleType("slicer.parameterNodeWrapper")
    module.__dict__.update(
        parameterNodeWrapper=parameterNodeWrapper,
        isParameterNodeWrapper=isParameterNodeWrapper,
    )
    names = ("Default", "WithinRange", "Minimum", "Maximum", "Choice", "Exclude",
             "Decimals", "SingleStep", "Validator")
    module.__dict__.update({n: getattr(parameter_types, n) for n in names})
    module.__dict__["__all__"] = ["parameterNodeWrapper", "isParameterNodeWrapper", *names]
    sys.modules[module.__name__] = module
    slicer.parameterNodeWrapper = module
