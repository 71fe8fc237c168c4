"""Written segmentations are read back as they were, and Slicer's own reader agrees."""

import numpy as np
import pytest
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.segmentation_file import read_segmentation
from RadiomicsOrthoLib.imaging.segmentation_writer import WrittenSegment, seg_nrrd
from RadiomicsOrthoLib.regions.from_file import roi_from_file
from RadiomicsOrthoLib.regions.proposal import ProposedRegion, proposal_file
from RadiomicsOrthoLib.regions.roi import Roi

ANGLE = np.deg2rad(20)
TURNED = (np.cos(ANGLE), -np.sin(ANGLE), 0.0, np.sin(ANGLE), np.cos(ANGLE), 0.0, 0.0, 0.0, 1.0)
GRID = Geometry((6, 7, 8), (0.7, 0.8, 2.5), (12.3456789, -45.6, 7.0), TURNED)


def box(*bounds):
    mask = np.zeros(GRID.shape, bool)
    mask[tuple(slice(a, b) for a, b in bounds)] = True
    return mask


LOW, HIGH, INNER = box((0, 3), (1, 6), (1, 7)), box((3, 6), (1, 6), (1, 7)), box((1, 2), (2, 5), (2, 6))


def regions():
    return [ProposedRegion(Roi(LOW, GRID, site="vertebra", level="L2", compartment="whole-body", made_by="a | b")),
            ProposedRegion(Roi(HIGH, GRID, site="vertebra", level="L1", compartment="whole-body")),
            ProposedRegion(Roi(INNER, GRID, site="vertebra", level="L2", compartment="trabecular"))]


def test_what_is_written_is_read_back(tmp_path):
    path = tmp_path / "out.seg.nrrd"
    path.write_bytes(proposal_file(regions(), GRID))
    segmentation = read_segmentation(path, GRID)
    assert [segment.name for segment in segmentation.segments] == ["L2 body", "L1 body", "L2 trabecular core"]
    # those that do not overlap share a layer
    assert [segment.layer for segment in segmentation.segments] == [0, 0, 1]
    for name, mask, level, compartment in (("L2 body", LOW, "L2", "whole-body"), ("L1 body", HIGH, "L1", "whole-body"),
                                           ("L2 trabecular core", INNER, "L2", "trabecular")):
        roi = roi_from_file(segmentation, name)
        np.testing.assert_array_equal(roi.mask, mask)
        assert (roi.level, roi.compartment, roi.site) == (level, compartment, "vertebra")
    assert roi_from_file(segmentation, "L2 body").made_by == "a / b"


def test_one_segment_needs_no_layers_and_equal_segments_give_equal_bytes(tmp_path):
    content = seg_nrrd([WrittenSegment(LOW, "alone")], GRID)
    assert content == seg_nrrd([WrittenSegment(LOW, "alone")], GRID)
    (tmp_path / "one.seg.nrrd").write_bytes(content)
    segmentation = read_segmentation(tmp_path / "one.seg.nrrd", GRID)
    np.testing.assert_array_equal(segmentation.mask(segmentation.segments[0]), LOW)


def test_no_segment_or_another_grid_is_an_error():
    with pytest.raises(ValueError, match="needs a segment"):
        seg_nrrd([], GRID)
    with pytest.raises(ValueError, match="not on the grid"):
        seg_nrrd([WrittenSegment(LOW[1:], "short")], GRID)


class TestCommandArguments:
    """What is refused before any scan is read."""

    def refusal(self, capsys, *arguments):
        from RadiomicsOrthoLib.cli import main as cli

        assert cli.main(["segment", "scan.nrrd", *arguments]) == 2
        return capsys.readouterr().err

    @pytest.mark.parametrize(("arguments", "words"), [
        (["--seed", "1,2", "-o", "a.seg.nrrd"], "'1,2' is no position"),
        (["--seed", "1,2,nan", "-o", "a.seg.nrrd"], "is no position"),
        (["-o", "a.seg.nrrd"], "Give either a point"),
        (["--seed", "-1,2,3", "--auto", "-o", "a.seg.nrrd"], "exclude each other"),
        (["--seed", "-1,2,3", "-o", "a.nrrd"], "must end in .seg.nrrd"),
        (["--seed", "-1,-2,3", "-o", "a.seg.nrrd"], "There is no file 'scan.nrrd'")])
    def test_one_sentence(self, capsys, arguments, words):
        err = self.refusal(capsys, "--site", "vertebra", *arguments)
        assert words in err and len(err.strip().splitlines()) == 1

    def test_an_unknown_site_is_named(self, capsys):
        assert "invalid choice: 'skull'" in self.refusal(capsys, "--site", "skull", "--auto", "-o", "a.seg.nrrd")
