"""The box that a network is given: where it lies, what it shows, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import phantoms
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.features.roi_crop import KEPT, OWN_WINDOW, CropSettings, roi_crop
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.regions.roi import Roi

SETTINGS = CropSettings((20, 24, 28), 2.0, (-200.0, 800.0))


STRAIGHT = np.eye(3)


def sloping(turn=STRAIGHT, spacing=(1.5, 1.0, 2.0), modality="CT") -> tuple[BoneImage, Roi]:
    """HU = 100 + 2 R + 3 A + 4 S in a cube of 60 mm, axes turned by ``turn``; drawn: 15 mm around (4, −3, 2)."""
    shape = tuple(round(60 / step) for step in spacing[::-1])
    grid = Geometry(shape, spacing, (0.0, 0.0, 0.0), tuple(np.asarray(turn, float).ravel()))
    middle = grid.to_ras((np.array(shape) - 1) / 2)
    grid = replace(grid, origin=tuple(-middle))
    places = grid.to_ras(np.stack(np.indices(shape), -1))
    ball = np.linalg.norm(places - [4, -3, 2], axis=-1) < 15
    return BoneImage(100 + places @ [2.0, 3.0, 4.0], grid, modality), Roi(ball, grid)


#: the scan's axes along others, some backwards
TURNS = {"straight": STRAIGHT, "other axes": np.array([[0, 0, -1], [1, 0, 0], [0, -1, 0]]),
         "oblique": np.array([[np.cos(0.3), -np.sin(0.3), 0], [np.sin(0.3), np.cos(0.3), 0], [0, 0, 1]])}


@pytest.mark.parametrize("turn", TURNS.values(), ids=TURNS)
def test_a_box_has_its_axes_along_the_body_however_the_scan_lies(turn) -> None:
    image, roi = sloping(turn)
    box = roi_crop(image, roi, replace(SETTINGS, spacing=1.0, surroundings=KEPT))
    up, front, right = (np.arange(n) - (n - 1) / 2 for n in SETTINGS.shape)
    hu = 100 + 2 * (4 + right) + 3 * (front[:, None] - 3) + 4 * (2 + up)[:, None, None]
    # the centre of the voxels of a ball lies where that of the ball does to a fraction of a voxel
    assert np.abs(box * 1000 - 200 - hu).max() < 4
    assert box.dtype == np.float32 and box.shape == SETTINGS.shape


def test_surroundings_are_cleared_unless_they_are_asked_for() -> None:
    image, roi = sloping()
    cleared = roi_crop(image, roi, SETTINGS)
    kept = roi_crop(image, roi, replace(SETTINGS, surroundings=KEPT))
    inside = cleared > 0
    assert np.array_equal(cleared[inside], kept[inside]) and (kept > 0).sum() > 2 * inside.sum()
    assert inside.sum() * 8 == pytest.approx(4 / 3 * np.pi * 15**3, rel=0.05)


def test_coarse_boxes_average_what_they_cover() -> None:
    """Noise of single voxels becomes small where a voxel of the box holds dozens of them."""
    image, roi = sloping(spacing=(1.0, 1.0, 1.0))
    noise = np.random.default_rng(1).normal(0, 100, image.array.shape)
    coarse = replace(SETTINGS, shape=(8, 8, 8), spacing=4.0)
    with_noise, without = (roi_crop(replace(image, array=array), roi, coarse)
                           for array in (image.array + noise, image.array))
    assert 0 < np.std((with_noise - without)[without > 0]) * 1000 < 35


def test_a_region_of_a_modality_without_scale_is_its_own_window() -> None:
    image, roi = sloping(modality="MR")
    own = replace(SETTINGS, window=OWN_WINDOW, modality="MR")
    first = roi_crop(image, roi, own)
    assert np.allclose(first, roi_crop(replace(image, array=7 * image.array - 50), roi, own), atol=1e-4)


@pytest.mark.parametrize(("settings", "sentence"), [
    (replace(SETTINGS, modality="MR", window=OWN_WINDOW), "the network is for MR, and the scan is CT"),
    (replace(SETTINGS, shape=(4, 4, 4)), "of the region only"),
])
def test_what_does_not_fit_is_refused(settings, sentence) -> None:
    with pytest.raises(InputError, match=f"(?i){sentence}"):
        roi_crop(*sloping(), settings)


def test_an_empty_region_is_refused() -> None:
    image, roi = sloping()
    with pytest.raises(InputError, match="empty"):
        roi_crop(image, roi.with_mask(np.zeros_like(roi.mask)), SETTINGS)


def test_a_vertebra_at_the_edge_of_the_scan_gives_a_box_with_air_beyond() -> None:
    image, roi = phantoms.trunk(spacing=(2.0, 2.0, 2.0), shape=(14, 60, 60), origin=(-60.0, -60.0, -13.0))
    box = roi_crop(image, roi, replace(SETTINGS, surroundings=KEPT))
    assert (box[0] == 0).all() and box[10].max() > 0.2


@pytest.mark.parametrize("change", [
    {"shape": (2, 2, 2)}, {"shape": (200, 200, 200)}, {"spacing": 0.0}, {"window": (5.0, 5.0)}, {"window": OWN_WINDOW},
    {"surroundings": "blurred"}, {"modality": "unknown"}])
def test_settings_that_no_box_can_have_are_refused(change) -> None:
    with pytest.raises(ValueError, match=r"."):
        replace(SETTINGS, **change)


def test_settings_are_read_as_they_were_written() -> None:
    for settings in (SETTINGS, replace(SETTINGS, window=OWN_WINDOW, modality="MR", surroundings=KEPT)):
        assert CropSettings.from_dict(settings.to_dict()) == settings
