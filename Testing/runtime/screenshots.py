"""Pictures of both panels on the demo's scan, into ``Resources/Screenshots``.

Run it after a change to a panel, and look at the pictures:
``.venv/bin/python Testing/runtime/screenshots.py``
"""

from __future__ import annotations

import sys
from pathlib import Path

_REPOSITORY = Path(__file__).resolve().parents[2]
for _folder in (_REPOSITORY / "Testing", _REPOSITORY / "RadiomicsOrtho"):
    sys.path.insert(0, str(_folder))

from runtime import harness

SCREENSHOTS = _REPOSITORY / "Resources" / "Screenshots"
WIDTH = 460


def main() -> None:
    harness.start_widgets()
    for name in ("RadiomicsOrthoSegment", "RadiomicsOrtho"):
        harness.load_module(_REPOSITORY / name / f"{name}.py")
    volume, segmentation, drawn = _demo_scene()
    _segment_panel(volume, segmentation, drawn)
    _score_panel(volume, segmentation, drawn)


def _demo_scene():
    """The demo's CT and its L1 as nodes."""
    from RadiomicsOrthoLib.cli.demo_data import L1_LABEL, demo_scan
    from RadiomicsOrthoLib.imaging.readers import read_image
    from RadiomicsOrthoLib.imaging.segmentation_file import read_segmentation
    from RadiomicsOrthoLib.regions.from_file import roi_from_file
    from RadiomicsOrthoScene.segments import add_segment, describe_segment, new_segmentation
    from RadiomicsOrthoScene.volumes import add_volume

    scan, labels = demo_scan()
    image = read_image(scan)
    volume = add_volume(image, "Chest CT")
    segmentation = new_segmentation(volume, "Chest CT bones")
    drawn = add_segment(segmentation, roi_from_file(read_segmentation(labels, image.geometry), L1_LABEL), volume)
    describe_segment(segmentation.GetSegmentation().GetSegment(drawn), "vertebra", "L1", None, "unknown")
    return volume, segmentation, drawn


def _segment_panel(volume, segmentation, drawn) -> None:
    panel = harness.open_widget("RadiomicsOrthoSegment")
    panel.ui.volumeSelector.setCurrentNode(volume)
    panel.ui.segmentationSelector.setCurrentNode(segmentation)
    panel.ui.segmentEditorWidget.setCurrentSegmentID(drawn)
    harness.grab(panel, SCREENSHOTS / "panel-radiomics-ortho-segment.png", WIDTH)
    panel._protocols.browser.setMinimumHeight(1000)
    panel._protocols.widget.collapsed = False
    harness.grab(panel._protocols.widget, SCREENSHOTS / "panel-protocol.png", WIDTH)
    harness.close_widget(panel)


def _score_panel(volume, segmentation, drawn) -> None:
    from RadiomicsOrthoScene.feature_engine import preparation
    from RadiomicsOrthoWidgets.score_step import ScoreStep

    panel = harness.open_widget("RadiomicsOrtho")
    panel.ui.volumeSelector.setCurrentNode(volume)
    panel.ui.segmentSelector.setCurrentNode(segmentation)
    panel.ui.segmentSelector.setCurrentSegmentID(drawn)
    panel.ui.applyButton.click()
    preparation().wait()
    panel.panel.section(ScoreStep).engineState.update()
    harness.grab(panel, SCREENSHOTS / "panel-radiomics-ortho.png", WIDTH)
    panel.ui.semanticGroupBox.collapsed = False
    panel.ui.reportCollapsibleButton.collapsed = True
    panel.logic.answers.store(panel._parameterNode, {
        "genant_grade": 1, "genant_type": "wedge", "endplates": "superior", "oedema": "not assessable"})
    panel.ui.reportCollapsibleButton.collapsed = True
    harness.grab(panel, SCREENSHOTS / "panel-findings-by-eye.png", WIDTH)
    harness.close_widget(panel)


if __name__ == "__main__":
    main()
