"""A proposed region is told from one that was edited since, in memory and in a file."""

from dataclasses import replace

import numpy as np
import pytest
from generated_proposal import GRID, METHOD, brick, brick_proposal
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.lattice import onto_grid
from RadiomicsOrthoLib.imaging.segmentation_file import read_segmentation
from RadiomicsOrthoLib.imaging.segmentation_writer import seg_nrrd
from RadiomicsOrthoLib.regions.from_file import roi_from_file
from RadiomicsOrthoLib.regions.origin import fingerprint, is_changed, origin, with_edit
from RadiomicsOrthoLib.regions.proposal import proposal_file
from RadiomicsOrthoLib.regions.roi import Roi

UNIT = np.eye(4)


def blob() -> np.ndarray:
    """A mask (k, j, i) in which no two directions look alike."""
    mask = np.zeros((12, 14, 16), bool)
    mask[3:8, 4:10, 5:12] = np.random.default_rng(2).random((5, 6, 7)) > 0.4
    return mask


def turned(mask: np.ndarray, of: np.ndarray, axes=(2, 1, 0), backwards=(0, 2)) -> tuple[np.ndarray, np.ndarray]:
    """The same voxels at the same places, with the array's axes in another order and direction."""
    ends = np.array(mask.shape[::-1]) - 1
    matrix = of.copy()
    for axis in backwards:
        # array axis n is the column 2 - n
        matrix[:3, 3] += matrix[:3, 2 - axis] * ends[2 - axis]
        matrix[:3, 2 - axis] *= -1
    flipped = np.flip(mask, backwards).transpose(axes)
    columns = [2 - axis for axis in axes][::-1]
    return flipped, np.column_stack([matrix[:, columns], matrix[:, 3]])


def test_another_voxel_or_arrangement_is_a_change():
    mask = blob()
    proposed = fingerprint(mask, UNIT)
    assert not is_changed(proposed, mask, UNIT)
    other = mask.copy()
    other[5, 6, 7] ^= True
    empty = np.zeros_like(mask)
    for changed in (other, mask[::-1], empty):
        assert is_changed(proposed, changed, UNIT)
    assert is_changed(fingerprint(empty, UNIT), mask, UNIT) and not is_changed(fingerprint(empty, UNIT), empty, UNIT)
    assert is_changed(fingerprint(np.ones((2, 6, 1), bool), UNIT), np.ones((6, 2, 1), bool), UNIT)


def test_a_region_that_was_only_moved_is_changed():
    mask = blob()
    for axis in range(3):
        assert is_changed(fingerprint(mask, UNIT), np.roll(mask, 1, axis), UNIT)


def test_rounding_in_a_header_and_a_larger_or_smaller_grid_are_no_change():
    mask, proposed = blob(), fingerprint(blob(), UNIT)
    cropped = UNIT.copy()
    cropped[:3, 3] = (4, 3, 2)
    assert not is_changed(proposed, mask[2:9, 3:11, 4:14], cropped)
    rounded = UNIT + np.random.default_rng(3).normal(scale=1e-5, size=(4, 4))
    assert not is_changed(proposed, mask, rounded)


@pytest.mark.parametrize("angle", [0, 20, 45])
def test_other_axes_for_the_same_voxels_are_no_change(angle):
    """Slicer turns a left-handed scan right-handed; a mirrored region is another one."""
    mask = blob()
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    grid = np.diag([0.5, 0.7, 3.0, 1.0])
    grid[:3, :3] = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]]) @ grid[:3, :3]
    grid[:3, 3] = (-40.123, 17.0, 300.0005)
    proposed = fingerprint(mask, grid)
    for axes in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
        for backwards in ((), (0,), (0, 2), (0, 1, 2)):
            other, at = turned(mask, grid, axes, backwards)
            assert not is_changed(proposed, other, at + np.random.default_rng(1).normal(scale=1e-7, size=(4, 4)))
            assert is_changed(proposed, other[::-1], at)


def test_the_mark_comes_and_goes():
    mask = np.ones((2, 2, 2), bool)
    assert origin("a method", "", mask, UNIT) == "a method"
    proposed = fingerprint(mask, UNIT)
    assert origin("a method", proposed, mask, UNIT) == "a method"
    edited = origin("a method", proposed, mask[1:], UNIT)
    assert edited == "a method, edited" == with_edit(edited, True)
    assert origin(edited, proposed, mask, UNIT) == "a method"


def test_a_file_that_was_corrected_elsewhere_says_so(tmp_path):
    """As after saving in another program that keeps the tags and does not know what they mean."""
    regions = brick_proposal(cut=None).regions
    touched = regions[2].roi.mask.copy()
    touched[brick(3)][0] = False
    written = [region.written() for region in regions]

    (tmp_path / "as_proposed.seg.nrrd").write_bytes(proposal_file(regions, GRID))
    for name, mask in (("corrected", touched), ("moved", np.roll(regions[2].roi.mask, 1, 2))):
        (tmp_path / f"{name}.seg.nrrd").write_bytes(
            seg_nrrd([*written[:2], replace(written[2], mask=mask), *written[3:]], GRID))
    for name, ending in (("as_proposed", ""), ("corrected", ", edited"), ("moved", ", edited")):
        file = read_segmentation(tmp_path / f"{name}.seg.nrrd")
        assert roi_from_file(file, "vertebra 3 body").made_by == METHOD + ending
        assert roi_from_file(file, "vertebra 2 body").made_by == METHOD


def test_a_file_with_turned_axes_says_nothing_of_edits(tmp_path):
    """As Slicer saves a proposal on a left-handed scan: the voxels are where they were."""
    left_handed = Geometry(GRID.shape, GRID.spacing, GRID.origin, (1, 0, 0, 0, 1, 0, 0, 0, -1))
    lopsided = brick_proposal(cut=None).regions[2].roi.mask.copy()
    lopsided[brick(3)][0, 0] = False
    region = replace(brick_proposal(cut=None).regions[2], roi=Roi(lopsided, left_handed, "vertebra",
                                                                 compartment="whole-body", made_by=METHOD))
    flipped = Geometry(GRID.shape, GRID.spacing, (*GRID.origin[:2], GRID.origin[2] - (GRID.shape[0] - 1)))
    mask = onto_grid(lopsided[np.newaxis], left_handed, flipped)[0]
    path = tmp_path / "turned.seg.nrrd"
    path.write_bytes(seg_nrrd([replace(region.written(), mask=mask)], flipped))
    for reference in (None, flipped, left_handed):
        assert roi_from_file(read_segmentation(path, reference)).made_by == METHOD
    path.write_bytes(seg_nrrd([replace(region.written(), mask=mask[::-1])], flipped))
    assert roi_from_file(read_segmentation(path, left_handed)).made_by == f"{METHOD}, edited"


def test_a_stated_pixel_size_is_no_edit(tmp_path):
    """The region lies on the file's pixels, whatever size a person says they have."""
    drawn_on = Geometry((1, 20, 30), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    stated = Geometry((1, 20, 30), (0.14, 0.14, 1.0), (0.0, 0.0, 0.0))
    mask = np.zeros(stated.shape, bool)
    mask[:, 4:9, 5:11] = True
    region = replace(brick_proposal(cut=None).regions[0], roi=Roi(mask, stated, made_by=METHOD))
    path = tmp_path / "planar.seg.nrrd"
    path.write_bytes(proposal_file([region], drawn_on))
    for file in (read_segmentation(path), read_segmentation(path, drawn_on),
                 read_segmentation(path, stated, drawn_on)):
        assert roi_from_file(file).made_by == METHOD


def test_a_region_without_a_proposal_has_no_such_mark():
    roi = Roi(np.ones(GRID.shape, bool), GRID, made_by="manual")
    assert origin(roi.made_by, "", roi.mask, GRID.ijk_to_ras) == "manual"
