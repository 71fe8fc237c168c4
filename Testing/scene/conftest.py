"""The scene ring: MRML on slicer-core, without Qt."""

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "library"))


@pytest.fixture(autouse=True)
def scene():
    """An empty scene for every test."""
    from runtime.scene import clear_scene, start_scene

    start_scene()
    clear_scene()
    yield
    clear_scene()


@pytest.fixture
def bridge():
    """The bridge's modules: importable once slicer-core is started."""
    import slicer
    import vtk
    from RadiomicsOrthoScene import body_levels, edits, proposal_job, proposals, segments, tags, views, volumes

    return SimpleNamespace(slicer=slicer, vtk=vtk, body_levels=body_levels, edits=edits, job=proposal_job,
                           proposals=proposals, segments=segments, tags=tags, views=views, volumes=volumes)


@pytest.fixture
def case(bridge):
    """A scan, an empty segmentation, and its history as the Segment Editor keeps it."""
    from generated_proposal import brick_scan

    volume = bridge.volumes.add_volume(brick_scan(), "CT of bricks")
    node = bridge.segments.new_segmentation(volume, "bones")
    history = bridge.slicer.vtkSegmentationHistory()
    history.SetMaximumNumberOfStates(10)
    history.SetSegmentation(node.GetSegmentation())
    return SimpleNamespace(volume=volume, node=node, history=history)
