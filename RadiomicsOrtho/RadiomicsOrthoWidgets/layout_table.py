"""Clicks in the table view of a layout that shows the scores."""

import slicer
from RadiomicsOrthoScene.result_nodes import KIND_ATTRIBUTE
from RadiomicsOrthoScene.score_table import COLUMNS, SCORES

from .translated_cells import showTranslated


class LayoutTable:
    """Calls ``chosen(region)`` when a row of the scores is clicked in the application's table view."""

    def __init__(self, chosen) -> None:
        self._chosen, self._view = chosen, None

    def connect(self) -> None:
        """Follow the first table view; again after the views were arranged anew, which may have made it."""
        manager = slicer.app.layoutManager()
        if manager is None or not manager.tableViewCount:
            return
        self.stop()
        self._view = manager.tableWidget(0).tableView()
        showTranslated(self._view)
        self._view.connect("clicked(QModelIndex)", self._onClick)

    def stop(self) -> None:
        if self._view is not None:
            self._view.disconnect("clicked(QModelIndex)", self._onClick)
            self._view = None

    def _onClick(self, index) -> None:
        node = self._view.mrmlTableNode()
        if node is not None and node.GetAttribute(KIND_ATTRIBUTE) == SCORES:
            # what the view shows in that row, however it is sorted
            model = self._view.model()
            region = str(model.data(model.index(index.row(), list(COLUMNS).index("Region"))) or "")
            if region:
                self._chosen(region)
