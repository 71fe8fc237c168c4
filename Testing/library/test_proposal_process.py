"""A proposal in a process of its own: the same regions, the same sentences, and it can be stopped."""

import json
import time
from pathlib import Path

import numpy as np
import pytest
from generated_proposal import brick_scan
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.regions.proposal_process import ProposalProcess
from RadiomicsOrthoLib.regions.request import ProposalRequest, propose
from spine_phantom import spine_phantom


@pytest.fixture
def process():
    one = ProposalProcess()
    yield one
    one.stop()


def finished(process):
    """Its result, when it is there; and the progress that was seen meanwhile."""
    told = []
    while process.running:
        told.append(process.progress)
        time.sleep(0.01)
    return process.result(), told


def test_the_child_proposes_what_the_library_does(process):
    phantom = spine_phantom(count=2)
    request = ProposalRequest("vertebra", tuple(float(x) for x in phantom.vertebrae[1].centre), "L2",
                              compartments=("whole-body", "trabecular"))
    process.start(phantom.image, request)
    folder = process._folder
    proposal, told = finished(process)
    expected = propose(phantom.image, request)
    assert [region.written().name for region in proposal.regions] == [
        region.written().name for region in expected.regions]
    for found, wanted in zip(proposal.regions, expected.regions, strict=True):
        np.testing.assert_array_equal(found.roi.mask, wanted.roi.mask)
        assert (found.roi.geometry, found.roi.level, found.roi.made_by, found.colour, found.body) == (
            wanted.roi.geometry, wanted.roi.level, wanted.roi.made_by, wanted.colour, wanted.body)
    assert proposal.remarks == expected.remarks
    assert proposal.summary == json.loads(json.dumps(expected.summary))
    shares = [share for share, _ in told]
    assert shares == sorted(shares) and 0 < shares[-1] <= 1
    assert not folder.exists()


def test_a_refusal_is_the_method_s_sentence(process):
    image = brick_scan()
    process.start(BoneImage(image.array, image.geometry, "MR"), ProposalRequest("proximal-femur", (0.0, 0.0, 20.0)))
    with pytest.raises(InputError, match="The femur can be segmented on CT only"):
        finished(process)
    assert not process.running


def test_stopping_ends_the_child_and_leaves_nothing(process):
    phantom = spine_phantom(count=2, spacing=(1.5, 1.5, 2.5))
    process.start(phantom.image, ProposalRequest("vertebra", tuple(phantom.vertebrae[1].centre.tolist())))
    folder, child = process._folder, process._process
    assert process.running and (folder / "image.npy").is_file()
    process.stop()
    assert child.poll() is not None and not folder.exists() and not process.running
    with pytest.raises(RuntimeError, match="no result"):
        process.result()


def test_no_interpreter_and_a_broken_one_are_told_apart(tmp_path):
    request = ProposalRequest("vertebra", (0.0, 0.0, 20.0))
    with pytest.raises(InputError, match="No Python interpreter"):
        ProposalProcess(None).start(brick_scan(), request)
    with pytest.raises(InputError, match="could not be started"):
        ProposalProcess(str(tmp_path / "nothing")).start(brick_scan(), request)
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\necho 'it broke' >&2\nexit 3\n")
    broken.chmod(0o755)
    if not Path("/bin/sh").exists():
        pytest.skip("no shell to make a broken interpreter of")
    process = ProposalProcess(str(broken))
    process.start(brick_scan(), request)
    with pytest.raises(RuntimeError, match=r"code 3.*it broke"):
        finished(process)


def test_requests_say_what_is_wrong_with_them():
    with pytest.raises(ValueError, match="site must be"):
        ProposalRequest("skull")
    with pytest.raises(InputError, match="give the point"):
        ProposalRequest("vertebra", single=True)
    request = ProposalRequest("vertebra", (1.0, 2.0, 3.0), "L1", compartments=("whole-body", "trabecular"))
    assert ProposalRequest.from_dict(json.loads(json.dumps(request.to_dict()))) == request


def test_a_two_dimensional_image_is_refused():
    image = brick_scan()
    from RadiomicsOrthoLib.imaging.geometry import Geometry

    flat = Geometry((1, *image.geometry.shape[1:]), image.geometry.spacing, image.geometry.origin)
    with pytest.raises(InputError, match="3-D"):
        propose(BoneImage(image.array[:1], flat, "CT"), ProposalRequest("vertebra"))
