"""Buttons that say why they cannot be pressed."""


def allow(button, reason: str, tip: str, label=None) -> None:
    """Enable ``button`` unless there is a ``reason`` not to; its tooltip, and ``label``, then say that."""
    button.enabled = not reason
    button.toolTip = reason or tip
    if label is not None:
        label.text = reason
        label.visible = bool(reason)
