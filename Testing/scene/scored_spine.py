"""A generated spine with its bones named T12 … L5, and what one click gives of it, for the tests of what it leaves."""

import functools
import time
from types import SimpleNamespace

from RadiomicsOrthoLib.regions.roi import Roi
from RadiomicsOrthoLib.workflow.request import ScanRequest
from spine_phantom import spine_phantom

#: the uppermost one is cut off by the scan, and not measured
LEVELS = ("T12", "L1", "L2", "L3", "L4", "L5")
REQUEST = ScanRequest()


@functools.cache
def _phantom():
    return spine_phantom(count=len(LEVELS), spacing=(2.0, 2.0, 2.0), noise=8.0)


def spine_case():
    """Volume and segmentation nodes of the vertebrae."""
    from RadiomicsOrthoScene import segments, volumes

    phantom = _phantom()
    volume = volumes.add_volume(phantom.image, "CT of a spine")
    node = segments.new_segmentation(volume, "bones")
    for number, level in enumerate(LEVELS, 1):
        roi = Roi(phantom.labels == number, phantom.image.geometry, "vertebra", level, compartment="whole-body")
        segments.add_segment(node, roi, volume)
    return SimpleNamespace(volume=volume, node=node)


def score(case):
    """Write what one click gives of the case, which is computed once; table and text of the scan."""
    from RadiomicsOrthoScene import one_click

    regions = one_click.regions_key(case.node)
    return one_click.write_scan(_outcome(), one_click.inputs_of(case.volume, regions, REQUEST), case.volume)


@functools.cache
def _outcome():
    import slicer
    from RadiomicsOrthoScene import one_click

    case, job = spine_case(), one_click.OneClick()
    job.start(case.volume, case.node, REQUEST, {"kvp": 120.0, "contrast_agent": False})
    end = time.monotonic() + 120
    while job.running:
        assert time.monotonic() < end
        time.sleep(0.02)
    outcome, _ = job.outcome()
    for node in (case.node, case.volume):
        slicer.mrmlScene.RemoveNode(node)
    return outcome
