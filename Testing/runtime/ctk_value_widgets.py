"""CTK widgets that hold a number: slider, spin box, slider with spin box, range."""

from __future__ import annotations

from typing import Any

from PySide6 import QtCore, QtWidgets

from .standin import standin

_STEPS = 1000
Qt = QtCore.Qt


class _NumberWidget(QtWidgets.QWidget):
    """Value within [minimum, maximum], rounded to `decimals`; emits valueChanged."""

    _defaults = {"minimum": 0.0, "maximum": 100.0, "decimals": 2, "singleStep": 1.0,
                 "pageStep": 10.0, "tracking": True, "spinBoxVisible": True}

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._value = 0.0
        self._row = QtWidgets.QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._slider = self._spin = None
        self._busy = False

    def _add_slider(self) -> None:
        self._slider = QtWidgets.QSlider(Qt.Orientation.Horizontal)
        self._slider.setRange(0, _STEPS)
        self._slider.valueChanged.connect(self._slider_moved)
        self._row.addWidget(self._slider, 1)

    def _add_spin(self) -> None:
        self._spin = QtWidgets.QDoubleSpinBox()
        self._spin.setRange(0.0, 100.0)
        self._spin.valueChanged.connect(self._spin_changed)
        self._row.addWidget(self._spin)

    def _store(self, name: str, value: Any) -> None:
        self.__dict__.setdefault("_values", {})[name] = value

    def _load(self, name: str) -> Any:
        return self.__dict__.get("_values", {}).get(name, self._defaults[name])

    def _spin_changed(self, value: float) -> None:
        if not self._busy:
            self.setValue(value)

    def _slider_moved(self, position: int) -> None:
        if not self._busy:
            low, high = self._load("minimum"), self._load("maximum")
            self.setValue(low + (high - low) * position / _STEPS)

    def _show_value(self) -> None:
        """Bring slider and spin box in line with the value."""
        low, high = self._load("minimum"), self._load("maximum")
        self._busy = True
        if self._spin is not None:
            self._spin.setRange(low, high)
            self._spin.setValue(self._value)
        if self._slider is not None and high > low:
            self._slider.setValue(round(_STEPS * (self._value - low) / (high - low)))
        self._busy = False

    def _get_value(self) -> float:
        return self._value

    def _set_value(self, value: float) -> None:
        low, high = self._load("minimum"), self._load("maximum")
        value = round(min(max(float(value), low), high), self._load("decimals"))
        changed = value != self._value
        self._value = value
        self._show_value()
        if changed:
            self.valueChanged.emit(value)

    def setValue(self, value: float) -> None:
        """Slot."""
        self._set_value(value)

    def _get_minimum(self) -> float:
        return self._load("minimum")

    def _set_minimum(self, value: float) -> None:
        self._store("minimum", float(value))
        self._store("maximum", max(float(value), self._load("maximum")))
        self._set_value(self._value)

    def _get_maximum(self) -> float:
        return self._load("maximum")

    def _set_maximum(self, value: float) -> None:
        self._store("maximum", float(value))
        self._store("minimum", min(float(value), self._load("minimum")))
        self._set_value(self._value)

    def _get_decimals(self) -> int:
        return self._load("decimals")

    def _set_decimals(self, decimals: int) -> None:
        self._store("decimals", int(decimals))
        if self._spin is not None:
            self._spin.setDecimals(decimals)
        self._set_value(self._value)
        self.decimalsChanged.emit(decimals)

    def _get_singleStep(self) -> float:
        return self._load("singleStep")

    def _set_singleStep(self, step: float) -> None:
        self._store("singleStep", float(step))
        if self._spin is not None:
            self._spin.setSingleStep(step)

    def _get_suffix(self) -> str:
        return self._spin.suffix

    def _set_suffix(self, text: str) -> None:
        self._spin.setSuffix(text)

    def _get_prefix(self) -> str:
        return self._spin.prefix

    def _set_prefix(self, text: str) -> None:
        self._spin.setPrefix(text)


@standin("ctk.ctkSliderWidget")
class ctkSliderWidget(_NumberWidget):
    """Slider and spin box."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._add_slider()
        self._add_spin()

    def setDecimals(self, decimals: int) -> None:
        """Slot."""
        self._set_decimals(decimals)

    def reset(self) -> None:
        """Slot: back to zero, or the nearest allowed value."""
        self.setValue(0.0)

    def setSpinBoxVisible(self, visible: bool) -> None:
        """Slot."""
        self.spinBoxVisible = visible

    def _get_spinBoxVisible(self) -> bool:
        return self._load("spinBoxVisible")

    def _set_spinBoxVisible(self, visible: bool) -> None:
        self._store("spinBoxVisible", visible)
        self._spin.setVisible(visible)


@standin("ctk.ctkDoubleSlider")
class ctkDoubleSlider(_NumberWidget):
    """Slider with floating-point values."""

    _defaults = {**_NumberWidget._defaults, "decimals": 10}

    def __init__(self, orientation: Any = Qt.Orientation.Horizontal, parent: Any = None) -> None:
        if isinstance(orientation, QtWidgets.QWidget):
            orientation, parent = Qt.Orientation.Horizontal, orientation
        super().__init__(parent)
        self._add_slider()
        self.setOrientation(orientation)

    def _get_orientation(self) -> Any:
        return self._slider.orientation

    def _set_orientation(self, orientation: Any) -> None:
        self._slider.setOrientation(Qt.Orientation(orientation))

    def setOrientation(self, orientation: Any) -> None:
        """Slot."""
        self._set_orientation(orientation)


@standin("ctk.ctkDoubleSpinBox")
class ctkDoubleSpinBox(_NumberWidget):
    """Spin box."""

    _defaults = {**_NumberWidget._defaults, "maximum": 99.99}

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._add_spin()

    def setDecimals(self, decimals: int) -> None:
        """Slot."""
        self._set_decimals(decimals)

    def setValueIfDifferent(self, value: float) -> None:
        """Slot."""
        self.setValue(value)

    def setValueAlways(self, value: float) -> None:
        """Slot; signals even if nothing changes."""
        before = self._value
        self.setValue(value)
        if self._value == before:
            self.valueChanged.emit(before)

    def stepUp(self) -> None:
        """Slot."""
        self.setValue(self._value + self._load("singleStep"))

    def stepDown(self) -> None:
        """Slot."""
        self.setValue(self._value - self._load("singleStep"))


@standin("ctk.ctkRangeWidget")
class ctkRangeWidget(QtWidgets.QWidget):
    """Lower and upper value."""

    _defaults = {"minimum": 0.0, "maximum": 99.0, "decimals": 2, "singleStep": 1.0}

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._limits = [0.0, 99.0]
        self._pair = [0.0, 99.0]
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self._spins = [QtWidgets.QDoubleSpinBox(), QtWidgets.QDoubleSpinBox()]
        for index, spin in enumerate(self._spins):
            row.addWidget(spin)
            spin.valueChanged.connect(
                lambda value, i=index: None if self._busy else self._edit(i, value))
        self._busy = False
        self._show()

    def _show(self) -> None:
        self._busy = True
        for spin, value in zip(self._spins, self._pair, strict=True):
            spin.setRange(*self._limits)
            spin.setValue(value)
        self._busy = False

    def _edit(self, index: int, value: float) -> None:
        pair = list(self._pair)
        pair[index] = value
        self.setValues(min(pair), max(pair))

    def setValues(self, low: float, high: float) -> None:
        """Slot: both values at once."""
        bottom, top = self._limits
        before = list(self._pair)
        clamped = [min(max(float(v), bottom), top) for v in sorted((low, high))]
        self._pair = clamped
        self._show()
        if clamped[0] != before[0]:
            self.minimumValueChanged.emit(clamped[0])
        if clamped[1] != before[1]:
            self.maximumValueChanged.emit(clamped[1])
        if clamped != before:
            self.valuesChanged.emit(*clamped)

    def setRange(self, low: float, high: float) -> None:
        """Slot: the allowed range."""
        self._limits = [float(low), float(high)]
        self.setValues(*self._pair)
        self.rangeChanged.emit(float(low), float(high))

    def _get_minimum(self) -> float:
        return self._limits[0]

    def _set_minimum(self, value: float) -> None:
        self.setRange(value, max(value, self._limits[1]))

    def _get_maximum(self) -> float:
        return self._limits[1]

    def _set_maximum(self, value: float) -> None:
        self.setRange(min(value, self._limits[0]), value)

    def _get_minimumValue(self) -> float:
        return self._pair[0]

    def _set_minimumValue(self, value: float) -> None:
        self.setValues(value, max(value, self._pair[1]))

    def _get_maximumValue(self) -> float:
        return self._pair[1]

    def _set_maximumValue(self, value: float) -> None:
        self.setValues(min(value, self._pair[0]), value)

    def setMinimumValue(self, value: float) -> None:
        """Slot."""
        self._set_minimumValue(value)

    def setMaximumValue(self, value: float) -> None:
        """Slot."""
        self._set_maximumValue(value)

    def _get_decimals(self) -> int:
        return self._spins[0].decimals

    def _set_decimals(self, decimals: int) -> None:
        for spin in self._spins:
            spin.setDecimals(decimals)

    def setDecimals(self, decimals: int) -> None:
        """Slot."""
        self._set_decimals(decimals)

    def reset(self) -> None:
        """Slot: the whole range."""
        self.setValues(*self._limits)
