"""The `ctk` module: the CTK widgets that scripted modules use.

Each class works (values, signals, appearance near enough for a screenshot);
names and types come from the recorded application, see `standin`.
"""

from __future__ import annotations

import sys
import types
from typing import Any

import shiboken6
from PySide6 import QtCore, QtGui, QtWidgets

from .ctk_value_widgets import (
    ctkDoubleSlider,
    ctkDoubleSpinBox,
    ctkRangeWidget,
    ctkSliderWidget,
)
from .slicer_api import api
from .standin import standin

Qt = QtCore.Qt
_HEADER_HEIGHT = 24


class _Collapsing:
    """Hiding and showing the children of a collapsible container."""

    def _collapse_children(self, collapsed: bool) -> None:
        for child in QtCore.QObject.children(self):
            if isinstance(child, QtWidgets.QWidget):
                self._collapse_child(child, collapsed)

    def _collapse_child(self, child: QtWidgets.QWidget, collapsed: bool) -> None:
        # a child that the module has hidden itself must stay hidden on expansion
        hidden_here = self.__dict__.setdefault("_hidden_here", set())
        address = shiboken6.getCppPointer(child)[0]  # the wrapper of a child may change
        if collapsed and not _hidden_by_module(child):
            hidden_here.add(address)
            child.hide()
        elif not collapsed and address in hidden_here:
            hidden_here.discard(address)
            child.show()

    def childEvent(self, event: QtCore.QChildEvent) -> None:
        """A child that arrives in a collapsed container is hidden as well."""
        super().childEvent(event)
        child = event.child()
        if event.added() and isinstance(child, QtWidgets.QWidget) and self._is_collapsed():
            self._collapse_child(child, True)


def _hidden_by_module(widget: QtWidgets.QWidget) -> bool:
    """Hidden on purpose; a widget that was merely never shown is not."""
    return widget.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide) and widget.isHidden()


@standin("ctk.ctkCollapsibleButton")
class ctkCollapsibleButton(_Collapsing, QtWidgets.QAbstractButton):
    """A section header that folds its content away."""

    _defaults = {"collapsedHeight": 10}

    def __init__(self, text: Any = "", parent: Any = None) -> None:
        if isinstance(text, QtWidgets.QWidget):
            text, parent = "", text
        super().__init__(parent)
        self.setCheckable(True)
        self.setChecked(True)
        self.setText(text)
        self.setContentsMargins(0, _HEADER_HEIGHT, 0, 0)
        self.setSizePolicy(QtWidgets.QSizePolicy.Policy.Preferred,
                           QtWidgets.QSizePolicy.Policy.Maximum)
        QtCore.QObject.connect(self, QtCore.SIGNAL("toggled(bool)"),
                               lambda checked: self._apply(not checked))

    def _is_collapsed(self) -> bool:
        return not self.isChecked()

    def _get_collapsed(self) -> bool:
        return not self.isChecked()

    def _set_collapsed(self, collapsed: bool) -> None:
        self.setChecked(not collapsed)

    def collapse(self, collapsed: bool) -> None:
        """Slot."""
        self.setChecked(not collapsed)

    def _apply(self, collapsed: bool) -> None:
        self._collapse_children(collapsed)
        self.setMaximumHeight(_HEADER_HEIGHT if collapsed else 16777215)
        self.updateGeometry()
        self.contentsCollapsed.emit(collapsed)

    def hitButton(self, pos: QtCore.QPoint) -> bool:
        """Only the header is a button."""
        return pos.y() < _HEADER_HEIGHT

    def sizeHint(self) -> QtCore.QSize:
        """Header, plus the content when it is shown."""
        hint = QtCore.QSize(120, _HEADER_HEIGHT)
        layout = QtWidgets.QWidget.layout(self)
        if layout is not None and self.isChecked():
            hint = hint.expandedTo(layout.totalSizeHint())
        return hint

    def minimumSizeHint(self) -> QtCore.QSize:
        """The content decides when shown."""
        return self.sizeHint()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Header bar with arrow and title, frame around the content."""
        painter = QtWidgets.QStylePainter(self)
        header = QtCore.QRect(0, 0, self.rect.width(), _HEADER_HEIGHT - 3)
        painter.fillRect(header, QtGui.QColor(214, 217, 222))
        painter.setPen(QtGui.QColor(40, 40, 40))
        arrow = "\u25be" if self.isChecked() else "\u25b8"
        flags = int(Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextShowMnemonic)
        painter.drawText(header.adjusted(8, 0, 0, 0), flags, f"{arrow}  {self.text}")
        painter.end()


@standin("ctk.ctkCollapsibleGroupBox")
class ctkCollapsibleGroupBox(_Collapsing, QtWidgets.QGroupBox):
    """A group box that folds; checked means expanded."""

    def __init__(self, title: Any = "", parent: Any = None) -> None:
        if isinstance(title, QtWidgets.QWidget):
            title, parent = "", title
        super().__init__(parent)
        self.setTitle(title)
        self.setCheckable(True)
        self.setChecked(True)
        QtCore.QObject.connect(self, QtCore.SIGNAL("toggled(bool)"), self.expand)

    def _is_collapsed(self) -> bool:
        return not self.isChecked()

    def _get_collapsed(self) -> bool:
        return not self.isChecked()

    def _set_collapsed(self, collapsed: bool) -> None:
        self.setChecked(not collapsed)

    def expand(self, expanded: bool) -> None:
        """Slot."""
        self._collapse_children(not expanded)
        self.setMaximumHeight(16777215 if expanded else _HEADER_HEIGHT)


@standin("ctk.ctkComboBox")
class ctkComboBox(QtWidgets.QComboBox):
    """A combo box with a text for "nothing selected"."""

    def _set_defaultText(self, text: str) -> None:
        self.__dict__.setdefault("_values", {})["defaultText"] = text
        self.setPlaceholderText(text)

    def _get_defaultText(self) -> str:
        return self.__dict__.get("_values", {}).get("defaultText", "")

    def _get_currentUserDataAsString(self) -> str:
        return str(self.itemData(self.currentIndex) or "")

    def _set_currentUserDataAsString(self, text: str) -> None:
        self.setCurrentIndex(self.findData(text))

    def setCurrentUserDataAsString(self, text: str) -> None:
        """Slot."""
        self._set_currentUserDataAsString(text)


@standin("ctk.ctkCheckBox")
class ctkCheckBox(QtWidgets.QCheckBox):
    """A check box with an icon instead of the tick."""


@standin("ctk.ctkPushButton")
class ctkPushButton(QtWidgets.QPushButton):
    """A push button with aligned text."""


@standin("ctk.ctkMenuButton")
class ctkMenuButton(QtWidgets.QPushButton):
    """A push button with a menu part."""


@standin("ctk.ctkExpandButton")
class ctkExpandButton(QtWidgets.QToolButton):
    """A tool button with an arrow."""


@standin("ctk.ctkSearchBox")
class ctkSearchBox(QtWidgets.QLineEdit):
    """A line edit to search in something."""


@standin("ctk.ctkCheckablePushButton")
class ctkCheckablePushButton(QtWidgets.QPushButton):
    """A push button with a check box inside."""

    _defaults = {"checkState": Qt.CheckState.Unchecked}

    def _get_checkState(self) -> Any:
        return self.__dict__.get("_state", Qt.CheckState.Unchecked)

    def _set_checkState(self, state: Any) -> None:
        state = Qt.CheckState(state)
        if state != self._get_checkState():
            self._state = state
            self.checkBoxToggled.emit(state == Qt.CheckState.Checked)
            self.checkStateChanged.emit(state)


@standin("ctk.ctkFittedTextBrowser")
class ctkFittedTextBrowser(QtWidgets.QTextBrowser):
    """A text browser as high as its text."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        policy = QtWidgets.QSizePolicy(QtWidgets.QSizePolicy.Policy.Preferred, QtWidgets.QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setVerticalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        QtCore.QObject.connect(self, QtCore.SIGNAL("textChanged()"), self.updateGeometry)

    def heightForWidth(self, width: int) -> int:
        document = QtWidgets.QTextEdit.document(self).clone()
        document.setTextWidth(width - 2 * self.frameWidth)
        return int(document.size.height()) + 2 * self.frameWidth

    def sizeHint(self) -> QtCore.QSize:
        return QtCore.QSize(200, self.heightForWidth(200))

    def minimumSizeHint(self) -> QtCore.QSize:
        return self.sizeHint()

    def setCollapsibleText(self, text: str) -> None:
        """Slot."""
        self.setText(text)

    def setCollapsibleHtml(self, html: str) -> None:
        """Slot."""
        self.setHtml(html)


@standin("ctk.ctkMessageBox")
class ctkMessageBox(QtWidgets.QMessageBox):
    """A message box with "do not show again"."""

    def setDontShowAgain(self, on: bool) -> None:
        """Slot."""
        self.dontShowAgain = on


@standin("ctk.ctkColorPickerButton")
class ctkColorPickerButton(QtWidgets.QPushButton):
    """A button that holds a color."""

    def _get_color(self) -> QtGui.QColor:
        return self.__dict__.get("_color", QtGui.QColor(0, 0, 0))

    def _set_color(self, color: QtGui.QColor) -> None:
        if color != self._get_color():
            self._color = QtGui.QColor(color)
            self.colorChanged.emit(self._color)

    def setColor(self, color: QtGui.QColor) -> None:
        """Slot."""
        self._set_color(color)


class _PathWidget(QtWidgets.QWidget):
    """A line edit with a browse button."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        row = QtWidgets.QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self._edit = QtWidgets.QLineEdit()
        self._button = QtWidgets.QToolButton()
        self._button.setText("...")
        row.addWidget(self._edit, 1)
        row.addWidget(self._button)
        self._edit.textChanged.connect(self._changed)
        self._button.clicked.connect(lambda: self.browse())


@standin("ctk.ctkPathLineEdit")
class ctkPathLineEdit(_PathWidget):
    """An editable path."""

    # enum ctkPathLineEdit::Filter is QDir::Filter
    Dirs = QtCore.QDir.Filter.Dirs
    Files = QtCore.QDir.Filter.Files
    Drives = QtCore.QDir.Filter.Drives
    NoDot = QtCore.QDir.Filter.NoDot
    NoDotDot = QtCore.QDir.Filter.NoDotDot
    NoDotAndDotDot = QtCore.QDir.Filter.NoDotAndDotDot
    AllEntries = QtCore.QDir.Filter.AllEntries
    Readable = QtCore.QDir.Filter.Readable
    Writable = QtCore.QDir.Filter.Writable
    Executable = QtCore.QDir.Filter.Executable

    def _get_currentPath(self) -> str:
        return self._edit.text

    def _set_currentPath(self, path: str) -> None:
        self._edit.setText(path)

    def setCurrentPath(self, path: str) -> None:
        """Slot."""
        self._edit.setText(path)

    def _changed(self, text: str) -> None:
        self.currentPathChanged.emit(text)

    def addCurrentPathToHistory(self) -> None:
        """Slot; there is no history here."""

    def browse(self) -> None:
        """Slot; the dialog answers from the queue."""
        is_directory = self.filters and not self.filters & QtCore.QDir.Filter.Files
        function = "getExistingDirectory" if is_directory else "getOpenFileName"
        path = getattr(QtWidgets.QFileDialog, function)(self, self.label)
        if path:
            self._edit.setText(path)


@standin("ctk.ctkDirectoryButton")
class ctkDirectoryButton(_PathWidget):
    """A button that chooses a directory."""

    def _get_directory(self) -> str:
        return self._edit.text

    def _set_directory(self, path: str) -> None:
        self._edit.setText(path)

    def _changed(self, text: str) -> None:
        self.directoryChanged.emit(text)

    def browse(self) -> None:
        """Slot; the dialog answers from the queue."""
        path = QtWidgets.QFileDialog.getExistingDirectory(self, "Select a directory")
        if path:
            self._edit.setText(path)
            self.directorySelected.emit(path)


@standin("ctk.ctkDynamicSpacer")
class ctkDynamicSpacer(QtWidgets.QWidget):
    """A spacer widget."""


CLASSES: dict[str, type] = {
    cls.__name__: cls for cls in (
        ctkCollapsibleButton, ctkCollapsibleGroupBox, ctkComboBox, ctkCheckBox, ctkPushButton,
        ctkMenuButton, ctkExpandButton, ctkSearchBox, ctkCheckablePushButton,
        ctkFittedTextBrowser, ctkMessageBox, ctkColorPickerButton, ctkPathLineEdit,
        ctkDirectoryButton, ctkDynamicSpacer, ctkSliderWidget, ctkDoubleSlider,
        ctkDoubleSpinBox, ctkRangeWidget)
}


class CtkModule(types.ModuleType):
    """Tells a name that CTK lacks from one that has no stand-in."""

    def __getattr__(self, name: str) -> Any:
        if name in api()["ctk"]:
            raise AttributeError(f"ctk.{name} exists in Slicer but has no stand-in")
        raise AttributeError(f"Slicer's ctk module has no {name!r}")


def install_ctk() -> types.ModuleType:
    """Provide the `ctk` module (idempotent)."""
    if not isinstance(sys.modules.get("ctk"), CtkModule):
        module = CtkModule("ctk", "Stand-ins of CTK widgets")
        module.__dict__.update(CLASSES)
        sys.modules["ctk"] = module
    return sys.modules["ctk"]
