"""The pictures of docs/tutorial.md, taken in Slicer on the sample data.

    Slicer --no-splash --python-script Testing/tutorial_pictures.py FOLDER

Drives the real widgets as the tutorial tells a reader to; the sample is downloaded if it is not in Slicer's cache. Look
at the pictures before they go to ``Resources/Screenshots``.
"""

import sys
import time
import traceback

import qt
import slicer

SIZE = (1500, 1000)
PANEL_WIDTH = 480
#: longest wait for a score
SCORED_WITHIN_S = 180


class Pictures:
    """Takes pictures of the main window into a folder."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.window = slicer.util.mainWindow()
        self.window.resize(*SIZE)
        slicer.util.findChild(self.window, "PanelDockWidget").setMinimumWidth(PANEL_WIDTH)
        slicer.util.findChild(self.window, "DataProbeCollapsibleWidget").collapsed = True
        wait(1)

    def take(self, name: str) -> None:
        wait(1)
        slicer.util.forceRenderAllViews()
        self.window.grab().save(f"{self._folder}/tutorial-{name}.png")


def wait(seconds: float, ready=lambda: False) -> None:
    """Let the application work until something is ready, at most so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not ready():
        slicer.app.processEvents()
        time.sleep(0.02)


def show(widget) -> None:
    """Scroll the module panel to a widget."""
    area = widget.parentWidget()
    while area is not None and not area.inherits("QScrollArea"):
        area = area.parentWidget()
    wait(0.3)
    area.verticalScrollBar().value = widget.mapTo(area.widget(), qt.QPoint(0, 0)).y() - 10


def main(folder: str) -> None:
    """The clinician's walk."""
    from RadiomicsOrthoScene.sample_data import load_sample, samples

    pictures = Pictures(folder)
    slicer.util.selectModule("SampleData")
    for box in slicer.util.findChildren(pictures.window, className="ctkCollapsibleGroupBox"):
        if box.title in ("General", "Development"):
            box.collapsed = True
    pictures.take("sample-data")

    _volume, segmentation = load_sample(samples()[0])
    segmentation.CreateClosedSurfaceRepresentation()
    view = slicer.app.layoutManager().threeDWidget(0).threeDView()
    view.resetFocalPoint()
    view.rotateToViewAxis(1)
    view.resetCamera()
    slicer.util.selectModule("RadiomicsOrtho")
    wait(1)
    panel = slicer.modules.radiomicsortho.widgetRepresentation()
    pictures.take("load")

    button = slicer.util.findChild(panel, "oneClickButton")
    button.click()
    wait(SCORED_WITHIN_S, lambda: panel.self().panel.scan is not None)
    pictures.take("scored")
    drawing = slicer.util.findChild(panel, "nomogramContainer")
    show(drawing)
    pictures.take("nomogram")

    slicer.util.selectModule("RadiomicsOrthoSegment")
    wait(1)
    segment = slicer.modules.radiomicsorthosegment.widgetRepresentation().self()
    node = segment._parameterNode
    node.inputVolume = slicer.util.getNode("CT lumbar spine")
    node.segmentation = slicer.util.getNode("CT lumbar spine bones")
    wait(1)
    segment.editor.setCurrentSegmentID(node.segmentation.GetSegmentation().GetNthSegmentID(4))
    show(segment.editor)
    pictures.take("correct")


if __name__ == "__main__":
    code = 2
    try:
        if len(sys.argv) == 2:
            main(sys.argv[1])
            code = 0
        else:
            print(__doc__, file=sys.stderr)
    except Exception:  # without this, Slicer would stay open
        traceback.print_exc()
        code = 1
    slicer.util.exit(code)
