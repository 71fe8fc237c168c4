"""Vertebral bodies on real CT, where the test data is at hand."""

from dataclasses import replace

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


@pytest.mark.parametrize("front_mm", [153.0, 147.0])
def test_bodies_whose_front_the_scan_cuts_away_are_incomplete(lumbar, front_mm):
    image, reference, _ = lumbar
    shown = int(image.geometry.to_kji(np.array([0.0, front_mm, 315.0]))[1])
    array = image.array[:, :shown]
    cut = replace(image, array=array, geometry=replace(image.geometry, shape=array.shape))
    spine = spine_from_click(cut, (-4.6, 132.0, 315.0))
    for body in spine.bodies:
        k, j, i = np.rint(image.geometry.to_kji(body.centre)).astype(int)
        there = reference == reference[k, j, i]
        if np.count_nonzero(there[:, shown:]) > 0.02 * np.count_nonzero(there):
            assert not body.complete


@pytest.mark.parametrize(("point", "words"), [
    ((-1.0, 120.0, 218.0), "sacrum"), ((-4.0, 75.0, 300.0), "No spinal canal"),
    ((40.0, 140.0, 300.0), "No spinal canal"), ((-90.0, 110.0, 110.0), "vertebral bod"),
    ((0.0, 172.0, 315.0), "no vertebral body")])
def test_clicks_beside_the_spine_are_refused(lumbar, point, words):
    with pytest.raises(InputError, match=words):
        spine_from_click(lumbar[0], point)


@pytest.mark.parametrize("name", ["STS_011_incomplete", "STS_021_incomplete", "STS_026_incomplete"])
def test_a_scan_of_the_thigh_is_given_no_spine(shared_data, name):
    with pytest.raises(InputError, match="No spine was found automatically"):
        spine_without_click(read_image(shared_data / "ct_femur_sts" / f"{name}.nii.gz"))


def test_a_click_in_a_femoral_head_gives_no_spine(shared_data):
    image = read_image(shared_data / "ct_femur_sts" / "STS_020_complete.nii.gz")
    with pytest.raises(InputError, match="click inside a vertebral body"):
        spine_from_click(image, (-58.14, -46.57, -611.82))
