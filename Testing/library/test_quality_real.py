"""The quality gate on real scans: what it says is true, and a good region gets no warning (where the data is)."""

from dataclasses import replace

import numpy as np
import pytest
from RadiomicsOrthoLib.imaging.readers import read_image
from RadiomicsOrthoLib.imaging.segmentation_file import read_segmentation
from RadiomicsOrthoLib.quality.gate import inspect_with_core
from RadiomicsOrthoLib.quality.image_checks import check_image
from RadiomicsOrthoLib.quality.noise import noise_hu, noise_share
from RadiomicsOrthoLib.regions.from_file import roi_of_segment

#: label values of the reference CT
LEVELS = {"27": "L5", "28": "L4", "29": "L3", "30": "L2", "31": "L1", "32": "T12", "33": "T11"}


def regions(image, path, compartment):
    """(name, region) of each segment as a vertebra."""
    segmentation = read_segmentation(path, image.geometry)
    for segment in segmentation.segments:
        yield segment.name, replace(roi_of_segment(segmentation, segment), site="vertebra", compartment=compartment)


def of_region(image, roi):
    """Codes of what is found on the region and its core, without those of the scan and without notes."""
    of_image = tuple(check_image(image))
    return {finding.code for finding in inspect_with_core(image, roi, of_image)
            if finding not in of_image and finding.severity != "note"}


@pytest.fixture(scope="module")
def spine(shared_data):
    return read_image(shared_data / "ct_spine_ts" / "ct.nii.gz"), shared_data / "ct_spine_ts"


@pytest.mark.parametrize(("name", "compartment"), [("vertebral_body_labels", "whole-body"),
                                                   ("vertebrae_labels", "unknown")])
def test_reference_vertebrae_on_ct(spine, name, compartment):
    """3 mm voxels make small cores; L1 holds a bone island of 770 HU; T12 and T11 are cut by the scan's top."""
    image, folder = spine
    small = {"ROI_FEW_VOXELS"}
    expected = {"L1": small | {"HETEROGENEOUS_CORE"}, "T12": {"CUT_BY_FIELD_OF_VIEW"},
                "T11": {"CUT_BY_FIELD_OF_VIEW", "ROI_FEW_VOXELS", "FEW_SLICES", "VOLUME_UNUSUAL"}}
    for segment, roi in regions(image, folder / f"{name}.nii.gz", compartment):
        level = LEVELS.get(segment, "S1")
        found = of_region(image, replace(roi, level=level))
        assert found <= expected.get(level, small), (level, found)
        if level in expected:
            assert expected[level] & found


def test_the_same_masks_moved_off_the_bone_are_noticed(spine):
    image, folder = spine
    for segment, roi in regions(image, folder / "vertebral_body_labels.nii.gz", "whole-body"):
        if LEVELS[segment][0] == "L":
            moved = roi.with_mask(np.roll(roi.mask, 3, axis=1))
            assert "NOT_ON_THE_BONE" in of_region(image, moved), segment


def test_a_whole_body_called_a_core_has_cortex_in_it(spine):
    image, folder = spine
    for _, roi in regions(image, folder / "vertebral_body_labels.nii.gz", "trabecular"):
        assert "CORTEX_IN_CORE" in of_region(image, roi)


def test_bodies_on_mr_raise_nothing(shared_data):
    for case in ("02", "12"):
        image = read_image(shared_data / "mr_lumbar" / f"VB2_{case}_t2.nii.gz").with_modality("MR")
        for _, roi in regions(image, shared_data / "mr_lumbar" / f"VB2_{case}_bodies.nii.gz", "whole-body"):
            assert of_region(image, roi) == set()


def test_parts_of_a_brain_lesion_and_a_small_one(shared_data):
    folder = shared_data / "pyradiomics_baseline"
    for case, expected in (("brain1", {"SEVERAL_PARTS"}), ("brain2", {"ROI_FEW_VOXELS", "FEW_SLICES"}),
                           ("breast1", {"ROI_FEW_VOXELS", "FEW_SLICES"})):
        image = read_image(folder / f"{case}_image.nrrd").with_modality("MR")
        segmentation = read_segmentation(folder / f"{case}_label.nrrd", image.geometry)
        assert of_region(image, roi_of_segment(segmentation, segmentation.segments[0])) == expected


def test_a_region_beside_the_values_of_a_cut_out_bone(shared_data):
    folder = shared_data / "ct_vertebra_calibrated"
    image = read_image(folder / "L2_density_mgcc.nii.gz")
    for segment, roi in regions(image, folder / "L2_regions.nii.gz", "unknown"):
        assert ("NO_VARIATION_IN_ROI" in of_region(image, roi)) == (segment in ("5", "6")), segment


def test_noise_that_is_added_is_measured(spine, shared_data):
    image, folder = spine
    _, roi = next(regions(image, folder / "vertebral_body_labels.nii.gz", "whole-body"))
    own = noise_hu(image, roi)
    assert 5 < own < 20
    noisy = image.array + np.random.default_rng(1).normal(0, 40, image.array.shape)
    assert noise_hu(replace(image, array=noisy), roi) == pytest.approx(np.hypot(own, 40), rel=0.2)
    mr = read_image(shared_data / "mr_lumbar" / "VB2_02_t2.nii.gz").with_modality("MR")
    _, body = next(regions(mr, shared_data / "mr_lumbar" / "VB2_02_bodies.nii.gz", "whole-body"))
    assert noise_share(mr, body) < 0.05
