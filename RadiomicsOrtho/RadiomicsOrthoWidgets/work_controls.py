"""What starts long work and shows how far it is: a bold button, a bar, and a line of text."""

import qt

#: end of the bar
MAXIMUM = 1000


def workControls(layout, name: str, pressed):
    """Button, bar and label at the end of ``layout``, in this order; the button calls ``pressed(checked)``."""
    button = qt.QPushButton()
    button.objectName = name
    font = button.font
    font.setBold(True)
    button.font = font
    button.connect("clicked(bool)", pressed)
    layout.addWidget(button)
    bar = qt.QProgressBar()
    bar.setRange(0, MAXIMUM)
    bar.textVisible = False
    layout.addWidget(bar)
    label = qt.QLabel()
    label.wordWrap = True
    layout.addWidget(label)
    return button, bar, label


def showShare(bar, share: float) -> None:
    """How much is done (0 to 1); a bar that only moves while that is not known."""
    bar.setRange(0, MAXIMUM if share > 0 else 0)
    bar.value = int(MAXIMUM * min(max(share, 0.0), 1.0))
