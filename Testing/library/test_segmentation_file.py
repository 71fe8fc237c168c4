"""Reading masks: names, layers, and no silent resampling."""

from dataclasses import replace

import numpy as np
import phantoms
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.segmentation_file import read_segmentation
from RadiomicsOrthoLib.regions.from_file import anatomy_of, choose_segment, roi_from_file

GRID = Geometry((8, 9, 10), (0.7, 0.8, 1.5), (5.0, -6.0, 7.0))
L1_ENTRY = ("Segmentation category and type~SCT^123037004^Anatomical Structure~SCT^51282000^Vertebra~^^~"
            "Anatomic codes~SCT^66794005^L1 vertebra~^^")


def _layers(*boxes):
    layers = np.zeros((len(boxes), *GRID.shape), np.uint8)
    for layer, box in enumerate(boxes):
        layers[(layer, *box)] = 1
    return layers


LOW, HIGH = (slice(1, 4), slice(1, 4), slice(1, 4)), (slice(2, 6), slice(2, 7), slice(2, 8))


def _refusal(*arguments):
    with pytest.raises(InputError) as caught:
        read_segmentation(*arguments)
    return str(caught.value)


def test_overlapping_segments_in_layers_keep_their_names_and_voxels(tmp_path):
    path = phantoms.write_seg_nrrd(tmp_path / "a.seg.nrrd", _layers(LOW, HIGH), GRID,
                                   [{"Name": "L1 body"}, {"Name": "L2 trabecular", "Layer": 1}])
    segmentation = read_segmentation(path, GRID)
    assert [segment.name for segment in segmentation.segments] == ["L1 body", "L2 trabecular"]
    one, two = roi_from_file(segmentation, "L1 body"), roi_from_file(segmentation, "L2")
    assert one.voxel_count == 27 and two.voxel_count == 4 * 5 * 6
    assert (one.level, one.site, one.compartment) == ("L1", "vertebra", "unknown")
    assert (two.level, two.compartment) == ("L2", "trabecular")


@pytest.mark.parametrize(("entry", "sentence"), [
    ({"LabelValue": -1}, "no usable label value"), ({"LabelValue": "one"}, "no usable label value"),
    ({"Layer": "x"}, "no usable label value"), ({"Layer": 3}, "lies in a layer that is not there")])
def test_labels_and_layers_that_cannot_be(tmp_path, entry, sentence):
    path = phantoms.write_seg_nrrd(tmp_path / "a.seg.nrrd", _layers(LOW, HIGH), GRID,
                                   [{"Name": "L1"}, {"Name": "L2", "Layer": 1} | entry])
    assert sentence in _refusal(path, GRID)


def test_a_mask_of_ones_needs_no_second_copy_and_cannot_spoil_the_labels(tmp_path):
    labels = np.zeros((20, 30, 40), np.uint8)
    labels[5:9, 10:14, 20:24] = 1
    found = read_segmentation(phantoms.write(labels, Geometry(labels.shape, (1, 1, 1), (0, 0, 0)), tmp_path / "a.nrrd"))
    mask = found.mask(found.segments[0])
    assert mask.dtype == bool and np.shares_memory(mask, found.labels)
    np.testing.assert_array_equal(mask, labels == 1)
    with pytest.raises(ValueError, match="read-only"):
        mask[0, 0, 0] = True


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.float32])
def test_every_label_of_a_map_is_a_segment(tmp_path, kind):
    labels = np.zeros((6, 8, 10), kind)
    labels[1, 2:4, 3], labels[1, 5, 3], labels[4, 2, 2] = 3, 1, 120
    found = read_segmentation(phantoms.write(labels, Geometry(labels.shape, (1, 1, 1), (0, 0, 0)), tmp_path / "a.nrrd"))
    assert [segment.label for segment in found.segments] == [1, 3, 120]
    for segment in found.segments:
        np.testing.assert_array_equal(found.mask(segment), labels == segment.label)


def test_terminology_states_the_level_where_the_name_does_not(tmp_path):
    path = phantoms.write_seg_nrrd(tmp_path / "a.seg.nrrd", _layers(LOW), GRID,
                                   [{"Name": "Segment_1", "Tags": f"TerminologyEntry:{L1_ENTRY}|Other:x"}])
    roi = roi_from_file(read_segmentation(path, GRID))
    assert (roi.level, roi.site) == ("L1", "vertebra")


def test_a_cropped_seg_nrrd_is_padded_to_the_image(tmp_path):
    part = Geometry((4, 5, 6), GRID.spacing, tuple(GRID.to_ras(np.array([2, 3, 1]))))
    layers = np.ones((1, 4, 5, 6), np.uint8)
    path = phantoms.write_seg_nrrd(tmp_path / "a.seg.nrrd", layers, part, [{"Name": "L1"}], cropped=True)
    roi = roi_from_file(read_segmentation(path, GRID))
    expected = np.zeros(GRID.shape, bool)
    expected[2:6, 3:8, 1:7] = True
    np.testing.assert_array_equal(roi.mask, expected)
    shifted = replace(part, origin=tuple(np.asarray(part.origin) + 0.3))
    path = phantoms.write_seg_nrrd(tmp_path / "b.seg.nrrd", layers, shifted, [{"Name": "L1"}], cropped=True)
    assert "do not share a geometry" in _refusal(path, GRID)


@pytest.mark.parametrize(("change", "words"), [
    ({"origin": (20.0, -6.0, 7.0)}, "origins lie apart by (15.0, 0.0, 0.0) mm"),
    ({"spacing": (0.7, 0.8, 2.0)}, "voxel spacings differ"),
    ({"direction": (0.8, -0.6, 0, 0.6, 0.8, 0, 0, 0, 1)}, "different directions"),
    ({"shape": (8, 9, 9)}, "sizes differ"),
])
def test_another_geometry_is_refused_in_words(tmp_path, change, words):
    other = replace(GRID, **change)
    path = phantoms.write(np.ones(other.shape, np.uint8), other, tmp_path / "mask.nrrd")
    assert words in _refusal(path, GRID)


def test_rounding_of_the_header_is_no_other_geometry(tmp_path):
    nearly = replace(GRID, spacing=tuple(s + 1e-7 for s in GRID.spacing), origin=tuple(x + 1e-5 for x in GRID.origin))
    path = phantoms.write(np.ones(GRID.shape, np.uint8), nearly, tmp_path / "mask.nii.gz")
    assert read_segmentation(path, GRID).geometry == GRID


def test_labels_must_be_whole_positive_numbers(tmp_path):
    array = np.zeros(GRID.shape, np.float32)
    array[0, 0, 0] = 1.7
    assert "whole numbers" in _refusal(phantoms.write(array, GRID, tmp_path / "a.nrrd"))
    negative = phantoms.write(np.full(GRID.shape, -1, np.int16), GRID, tmp_path / "b.nrrd")
    assert "must not be negative" in _refusal(negative)
    assert "is empty" in _refusal(phantoms.write(np.zeros(GRID.shape, np.uint8), GRID, tmp_path / "c.nrrd"))
    array[0, 0, 0] = 2.0
    whole = read_segmentation(phantoms.write(array, GRID, tmp_path / "d.nrrd"))
    assert [segment.label for segment in whole.segments] == [2]


def test_choosing_among_segments(tmp_path):
    array = np.zeros(GRID.shape, np.uint8)
    array[1], array[2] = 27, 31
    segmentation = read_segmentation(phantoms.write(array, GRID, tmp_path / "a.nrrd"))
    assert choose_segment(segmentation, "31").label == 31
    for name, words in ((None, "holds 2 segments: choose one with --segment (27, 31)"), ("5", "no single segment '5'")):
        with pytest.raises(InputError, match=words.replace("(", r"\(").replace(")", r"\)")):
            choose_segment(segmentation, name)


@pytest.mark.parametrize(("name", "site", "level", "side", "compartment"), [
    ("vertebrae_L1", "vertebra", "L1", None, "unknown"),
    ("T12 body", "vertebra", "T12", None, "unknown"),
    ("L1-L4", "unknown", None, None, "unknown"),
    ("femur_left", "proximal-femur", None, "left", "unknown"),
    ("right femoral neck", "proximal-femur", None, "right", "femoral-neck"),
    ("L2 trabecular core", "vertebra", "L2", None, "trabecular"),
    ("intertrochanteric left", "proximal-femur", None, "left", "intertrochanteric"),
    ("Segment_1", "unknown", None, None, "unknown"),
    ("Label L99", "unknown", None, None, "unknown"),
])
def test_anatomy_that_a_name_states(name, site, level, side, compartment):
    assert anatomy_of(name) == {"site": site, "level": level, "side": side, "compartment": compartment}


class TestFilesOfOlderSlicers:
    """Before layers had keys, each segment was a layer, in order, and its label was not written down."""

    def write(self, tmp_path, layers, segments):
        path = phantoms.write_seg_nrrd(tmp_path / "old.seg.nrrd", layers, GRID, segments)
        text = path.read_bytes()
        for line in (b"Segment0_Layer:=0\n", b"Segment1_Layer:=0\n", b"Segment0_LabelValue:=1\n",
                     b"Segment1_LabelValue:=1\n"):
            text = text.replace(line, b"")
        path.write_bytes(text)
        return path

    def test_each_segment_is_its_own_layer(self, tmp_path):
        layers = _layers(LOW, HIGH)
        layers[1] *= 7
        segmentation = read_segmentation(self.write(tmp_path, layers, [{"Name": "L3"}, {"Name": "L1"}]), GRID)
        assert roi_from_file(segmentation, "L3").voxel_count == 27
        assert roi_from_file(segmentation, "L1").voxel_count == 4 * 5 * 6

    def test_several_labels_without_a_name_are_refused(self, tmp_path):
        layers = _layers(LOW, HIGH)
        layers[0, 7] = 2
        path = self.write(tmp_path, layers, [{"Name": "L3"}, {"Name": "L1"}])
        assert "does not say which of the labels [1, 2] is the segment 'L3'" in _refusal(path)


@pytest.mark.parametrize("name", ["disc L1", "L1 spinal canal", "L1_pedicle", "L1-L2 disk", "rib T12",
                                  "left kidney L1"])
def test_what_lies_beside_a_bone_is_not_the_bone(name):
    assert anatomy_of(name) == {"site": "unknown", "level": None, "side": None, "compartment": "unknown"}


@pytest.mark.parametrize(("name", "site", "compartment"), [
    ("chip fragment", "unknown", "unknown"), ("left femur T1", "proximal-femur", "unknown"),
    ("L1 (not trabecular)", "vertebra", "unknown"), ("non-trabecular L1", "vertebra", "unknown"),
    ("hip_left", "proximal-femur", "unknown"), ("vertebrae_L1", "vertebra", "unknown")])
def test_words_count_whole(name, site, compartment):
    found = anatomy_of(name)
    assert (found["site"], found["compartment"]) == (site, compartment)
    assert site == "vertebra" or found["level"] is None


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 0, 2), (2, 0, 1)])
@pytest.mark.parametrize("flips", [(), (0,), (2,), (0, 1), (0, 1, 2)])
def test_turned_axes_on_the_same_voxels_are_the_same_region(tmp_path, order, flips):
    """Slicer turns left-handed images when it reads them; the voxels stay where they are."""
    generator = np.random.default_rng(5)
    array = (generator.random(GRID.shape) > 0.6).astype(np.uint8)
    turned = np.flip(array.transpose(order), flips)
    step = np.eye(3)[list(order)]
    first = np.zeros(3)
    for axis in flips:
        first[order[axis]] = GRID.shape[order[axis]] - 1
        step[axis] *= -1
    origin = GRID.to_ras(first)
    columns = np.array([GRID.to_ras(first + s) - origin for s in step])[::-1].T
    spacing = np.linalg.norm(columns, axis=0)
    other = Geometry(turned.shape, tuple(spacing), tuple(origin), tuple((columns / spacing).ravel()))
    roi = roi_from_file(read_segmentation(phantoms.write(turned, other, tmp_path / "mask.nrrd"), GRID))
    np.testing.assert_array_equal(roi.mask, array > 0)
