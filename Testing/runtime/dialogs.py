"""Message functions of `slicer.util`: recorded instead of shown."""

from __future__ import annotations

import collections
import logging
from dataclasses import dataclass
from typing import Any

import slicer
import slicer.util


@dataclass(frozen=True)
class Message:
    """One message the module would have shown."""

    kind: str
    text: str
    detailed_text: str = ""


#: every message since the last clear, oldest first
messages: list[Message] = []
#: answers of the confirm functions, first in first out; empty means "yes"
confirm_answers: collections.deque[bool] = collections.deque()


def _display(kind: str, level: int) -> Any:
    def show(text: str, windowTitle: str | None = None, parent: Any = None,
             standardButtons: Any = None, **kwargs: Any) -> None:
        logging.log(level, "%s", text)
        messages.append(Message(kind, str(text), str(kwargs.get("detailedText", ""))))

    return show


def _confirm(kind: str) -> Any:
    def ask(text: str, windowTitle: str | None = None, parent: Any = None,
            **kwargs: Any) -> bool:
        messages.append(Message(kind, str(text), str(kwargs.get("detailedText", ""))))
        return confirm_answers.popleft() if confirm_answers else True

    return ask


def _delay_display(message: str, autoCloseMsec: int = 1000, parent: Any = None,
                   **kwargs: Any) -> None:
    messages.append(Message("delay", str(message)))
    slicer.app.processEvents()


def _message_box(text: str, parent: Any = None, **kwargs: Any) -> Any:
    import qt
    messages.append(Message("box", str(text), str(kwargs.get("detailedText", ""))))
    if confirm_answers:
        return qt.QMessageBox.Ok if confirm_answers.popleft() else qt.QMessageBox.Cancel
    return qt.QMessageBox.Ok


def install_dialogs() -> None:
    """Replace the message functions of `slicer.util`."""
    util: Any = slicer.util
    util.errorDisplay = _display("error", logging.ERROR)
    util.warningDisplay = _display("warning", logging.WARNING)
    util.infoDisplay = _display("info", logging.INFO)
    util.delayDisplay = _delay_display
    util.messageBox = _message_box
    for name in ("confirmOkCancelDisplay", "confirmYesNoDisplay", "confirmRetryCloseDisplay"):
        setattr(util, name, _confirm(name.removesuffix("Display")))
    util.showStatusMessage = lambda message, duration=0: messages.append(
        Message("status", str(message)))
    util.mainWindow = lambda: None


def clear_messages() -> None:
    """Forget messages and queued answers."""
    messages.clear()
    confirm_answers.clear()
