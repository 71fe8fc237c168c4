"""A combo box whose entries change while it is open to the user."""


class Choices:
    """Keeps ``comboBox`` in line with (title, key) pairs without telling anybody; keys are texts."""

    def __init__(self, comboBox) -> None:
        self._comboBox, self._entries = comboBox, None

    def show(self, entries: list, key: str) -> None:
        """Show ``entries`` with the one of that ``key`` chosen, or else the first."""
        comboBox = self._comboBox
        wasBlocked = comboBox.blockSignals(True)
        # filling it anew would close it under the user's hand
        if self._entries != entries:
            comboBox.clear()
            for title, other in entries:
                comboBox.addItem(title, other)
            self._entries = entries
        comboBox.setCurrentIndex(max(comboBox.findData(key), 0) if entries else -1)
        comboBox.blockSignals(wasBlocked)

    def choose(self, key: str) -> None:
        """The entry of that ``key``, and nobody is told."""
        self.show(self._entries, key)

    def chosen(self) -> str:
        """The key of the chosen entry; empty if there is none."""
        return self._comboBox.itemData(self._comboBox.currentIndex) or ""
