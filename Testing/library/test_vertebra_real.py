"""Vertebral bodies on real CT, where the test data is at hand."""

import numpy as np
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.readers import read_image, read_voxels
from RadiomicsOrthoLib.regions.vertebra.automatic import spine_without_click
from RadiomicsOrthoLib.regions.vertebra.spine import body_labels, spine_from_click


@pytest.fixture(scope="module")
def lumbar(shared_data):
    image = read_image(shared_data / "ct_spine_ts" / "ct.nii.gz")
    reference, geometry = read_voxels(shared_data / "ct_spine_ts" / "vertebral_body_labels.nii.gz")
    return image, reference, geometry.to_ras(np.argwhere(reference == 29).mean(axis=0))


def test_the_lumbar_bodies_agree_with_the_reference(lumbar):
    image, reference, seed = lumbar
    spine = spine_from_click(image, seed)
    labels = body_labels(spine, image)
    assert spine.sacrum_below and spine.clicked == 3
    assert [body.complete for body in spine.bodies] == [False, True, True, True, True, True]
    for n, label in enumerate((32, 31, 30, 29, 28, 27), start=1):
        found, true = labels == n, reference == label
        assert 2 * np.count_nonzero(found & true) / (found.sum() + true.sum()) > 0.87


@pytest.mark.parametrize(("point", "words"), [
    ((-1.0, 120.0, 218.0), "sacrum"), ((-4.0, 75.0, 300.0), "No spinal canal"),
    ((40.0, 140.0, 300.0), "No spinal canal"), ((-90.0, 110.0, 110.0), "vertebral bod"),
    ((0.0, 172.0, 315.0), "no vertebral body")])
def test_clicks_beside_the_spine_are_refused(lumbar, point, words):
    with pytest.raises(InputError, match=words):
        spine_from_click(lumbar[0], point)


@pytest.mark.parametrize("name", ["STS_011_incomplete", "STS_026_incomplete"])
def test_a_scan_of_the_thigh_is_given_no_spine(shared_data, name):
    with pytest.raises(InputError, match="No spine was found automatically"):
        spine_without_click(read_image(shared_data / "ct_femur_sts" / f"{name}.nii.gz"))
