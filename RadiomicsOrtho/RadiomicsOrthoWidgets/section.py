"""What a section of the panel is: the tabs are made of these."""


class Section:
    """A part of a tab of the panel; a new one overrides what it needs.

    ``panel`` is the ``Panel`` that it stands in: ``panel.ui`` (widgets of the .ui file), ``panel.logic``,
    ``panel.node`` (the parameter node that is shown, or ``None``), ``panel.scored`` (the result that is shown, or
    ``None``), ``panel.update()`` and ``panel.showResult(scored, emptyHtml)``.
    """

    #: what is put into the tab; ``None`` where it stands in the .ui file already
    widget = None

    def __init__(self, panel) -> None:
        self.panel = panel

    def show(self, node) -> None:
        """Bring the section in line with ``node``; ``None``: there is none, nothing is written."""

    def showResult(self, scored, emptyHtml: str = "") -> None:
        """A result (``ScoredNodes``) is there now; for ``None`` there is none, and what stands in its place."""

    def enter(self) -> None:
        """The module was selected."""

    def exit(self) -> None:
        """Another module was selected; work may go on."""

    def sceneClosed(self) -> None:
        """Forget everything of the scene that is left."""

    def stop(self) -> None:
        """The panel is taken down: end all work, close all windows."""
