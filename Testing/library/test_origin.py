"""A proposed region is told from one that was edited since, in memory and in a file."""

import numpy as np
from generated_proposal import GRID, METHOD, brick, brick_proposal
from RadiomicsOrthoLib.imaging.segmentation_file import read_segmentation
from RadiomicsOrthoLib.regions.from_file import roi_from_file
from RadiomicsOrthoLib.regions.origin import fingerprint, origin, with_edit
from RadiomicsOrthoLib.regions.proposal import proposal_file
from RadiomicsOrthoLib.regions.roi import Roi


def test_the_fingerprint_is_that_of_the_shape():
    mask = np.random.default_rng(2).random((5, 6, 7)) > 0.4
    larger = np.zeros((20, 20, 20), bool)
    larger[3:8, 4:10, 5:12] = mask
    assert fingerprint(larger) == fingerprint(mask)
    other = mask.copy()
    other[2, 2, 2] ^= True
    assert fingerprint(other) != fingerprint(mask)
    assert fingerprint(np.zeros((3, 3, 3), bool)) not in (fingerprint(mask), fingerprint(np.ones((3, 3, 3), bool)))
    # the same voxels in another arrangement
    assert fingerprint(np.ones((2, 6, 1), bool)) != fingerprint(np.ones((6, 2, 1), bool))


def test_the_mark_comes_and_goes():
    mask = np.ones((2, 2, 2), bool)
    assert origin("a method", "", mask) == "a method"
    assert origin("a method", fingerprint(mask), mask) == "a method"
    edited = origin("a method", fingerprint(mask), mask[1:])
    assert edited == "a method, edited" == with_edit(edited, True)
    assert origin(edited, fingerprint(mask), mask) == "a method"


def test_a_file_that_was_corrected_elsewhere_says_so(tmp_path):
    """As after saving in another program that keeps the tags and does not know what they mean."""
    regions = brick_proposal(cut=None).regions
    touched = regions[2].roi.mask.copy()
    touched[brick(3)][0] = False
    written = [region.written() for region in regions]
    from dataclasses import replace

    from RadiomicsOrthoLib.imaging.segmentation_writer import seg_nrrd

    (tmp_path / "as_proposed.seg.nrrd").write_bytes(proposal_file(regions, GRID))
    (tmp_path / "corrected.seg.nrrd").write_bytes(
        seg_nrrd([*written[:2], replace(written[2], mask=touched), *written[3:]], GRID))
    for name, ending in (("as_proposed", ""), ("corrected", ", edited")):
        file = read_segmentation(tmp_path / f"{name}.seg.nrrd")
        assert roi_from_file(file, "vertebra 3 body").made_by == METHOD + ending
        assert roi_from_file(file, "vertebra 2 body").made_by == METHOD


def test_a_region_without_a_proposal_has_no_such_mark():
    roi = Roi(np.ones(GRID.shape, bool), GRID, made_by="manual")
    assert origin(roi.made_by, "", roi.mask) == "manual"
