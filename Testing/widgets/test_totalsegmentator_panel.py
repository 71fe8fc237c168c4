"""TotalSegmentator from the panel of Radiomics Ortho Segment, where it is installed."""

import os

import fake_totalsegmentator
import numpy as np
import phantoms
import pytest
from panel_steps import wait

MODULE = "RadiomicsOrthoSegment"


@pytest.fixture
def case(panel):
    """A generated vertebra and its label, the scan chosen in the panel."""
    from RadiomicsOrthoScene.volumes import add_volume

    image, roi = phantoms.trunk(spacing=(1.5, 1.5, 2.0))
    return add_volume(image, "Generated CT"), np.where(roi.mask, 31, 0).astype(np.uint8), roi.geometry


@pytest.fixture
def installed(tmp_path, monkeypatch):
    if os.name == "nt":
        pytest.skip("a script without an ending is no command on Windows")
    folder = fake_totalsegmentator.installed(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def test_the_button_is_there_only_where_it_is_installed(panel, case, monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    panel.ui.volumeSelector.setCurrentNode(case[0])
    assert not panel._proposals.labelsButton.visible and panel.ui.autoProposeButton.enabled


def test_its_bodies_become_segments(panel, case, installed):

    volume, labels, geometry = case
    fake_totalsegmentator.told(installed, "write", labels, geometry)
    panel.ui.volumeSelector.setCurrentNode(volume)
    button = panel._proposals.labelsButton
    assert button.visible and button.enabled
    button.click()
    assert panel._proposals.busy and not button.enabled
    wait(panel._proposals)
    segmentation = panel._parameterNode.segmentation.GetSegmentation()
    assert [segmentation.GetNthSegment(n).GetName() for n in range(segmentation.GetNumberOfSegments())] == ["L1 body"]


def test_on_mr_it_is_not_offered(panel, case, installed):
    from RadiomicsOrthoScene.volume_facts import state_modality

    volume = case[0]
    volume.SetName("Generated scan")
    state_modality(volume, "MR")
    panel.ui.volumeSelector.setCurrentNode(volume)
    assert not panel._proposals.labelsButton.visible
