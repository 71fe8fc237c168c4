"""Endplates beside a thin disc: found through thick slices, tilted, hollow, and beside a bony bridge."""

import numpy as np
import pytest
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.regions.sampling import HuField
from RadiomicsOrthoLib.regions.vertebra.column import Column
from RadiomicsOrthoLib.regions.vertebra.endplates import _Fit, _misfit_along, disc_endplates

MARROW, DISC, SHEET_HU, SHEET_MM = 120.0, 80.0, 450.0, 0.8
DISCS_MM = np.array([20.0, 40.0, 60.0, 80.0])
GAP_MM = 4.0


def straight_column(length=100, half_depth=14.0):
    middle = np.stack([np.zeros(length), np.zeros(length), np.arange(length, dtype=float)], -1)
    axes = [np.tile(axis, (length, 1)) for axis in np.eye(3)]
    return Column(middle, middle - [0.0, 25.0, 0.0], *axes, np.full(length, half_depth), np.ones(length, bool))


def scanned(slice_mm, slope=0.0, sunk=0.0, bridge=None, phase=0.0):
    """A stack of bodies with discs, each slice the mean of what it covers; ``slope`` (front) is that of all discs."""
    spacing, fine = 0.9, 0.1
    aside = np.arange(-18.0, 18.1, spacing)
    right, front = np.meshgrid(aside, aside)
    up = np.arange(0.0, 100.0, fine)[:, None, None]
    bowl = sunk * np.clip(1 - (right / 13.3) ** 2 - (front / 10.5) ** 2, 0, 1)
    values = np.full((len(up), *right.shape), MARROW, np.float32)
    for disc in DISCS_MM:
        off = np.abs(up - disc - slope * front) - bowl
        values[off < GAP_MM / 2 + SHEET_MM] = SHEET_HU
        values[off < GAP_MM / 2] = DISC
        if bridge is not None and disc == bridge:
            values[(np.abs(up - disc) < 9) & (front > 5.0) & (right > -6)] = 800.0
    first = int(phase * slice_mm / fine)
    each = round(slice_mm / fine)
    count = (len(up) - first) // each
    slices = values[first:first + count * each].reshape(count, each, *right.shape).mean(axis=1)
    noise = np.random.default_rng(1).normal(0, 15, slices.shape)
    origin = (-18.0, -18.0, (first + (each - 1) / 2) * fine)
    return HuField((slices + noise).astype(np.float32), Geometry(slices.shape, (spacing, spacing, slice_mm), origin))


def errors(field, slope=0.0, sunk=0.0, off=0.0):
    """Distance of the found from the true surfaces of the bone (mm) 5 mm aside, in front and behind, by disc."""
    found = disc_endplates(field, straight_column(), DISCS_MM + off)
    at = np.array([[5.0, 0, 0], [-5, 0, 0], [0, 5, 0], [0, -5, 0]])
    bowl = sunk * (1 - (at[:, 0] / 13.3) ** 2 - (at[:, 1] / 10.5) ** 2)
    flat = 1 / np.hypot(1, slope)
    result = []
    for disc, beside in zip(DISCS_MM, found, strict=True):
        for plate, sign in ((beside.under, -1), (beside.over, 1)):
            true = at.copy()
            true[:, 2] = disc + slope * at[:, 1] + sign * (GAP_MM / 2 + bowl)
            result.append((plate.height(true) + plate.sunk(true)) * flat)
    return np.array(result)


@pytest.mark.parametrize("slice_mm", [1.0, 2.5, 3.75, 5.0])
@pytest.mark.parametrize("phase", [0.0, 0.4])
def test_endplates_of_a_thin_disc_are_found_to_half_a_slice(slice_mm, phase):
    assert np.abs(errors(scanned(slice_mm, 0.1, phase=phase), 0.1)).max() < slice_mm / 2


@pytest.mark.parametrize("slice_mm", [1.0, 3.0])
@pytest.mark.parametrize("slope", [-0.3, 0.2])
def test_tilted_endplates(slice_mm, slope):
    assert np.abs(errors(scanned(slice_mm, slope), slope)).max() < 1.0


def test_a_hollow_endplate():
    found = disc_endplates(scanned(1.5, sunk=3.0), straight_column(), DISCS_MM)
    assert all(abs(plate.sunk_mm - 3.0) < 0.8 for beside in found for plate in (beside.under, beside.over))


@pytest.mark.parametrize("slice_mm", [2.5, 5.0])
def test_a_bony_bridge_does_not_tilt_the_endplates_beside_it(slice_mm):
    assert np.abs(errors(scanned(slice_mm, bridge=60.0))).max() < 1.2


def test_the_place_of_the_disc_need_only_be_near():
    field = scanned(2.5)
    assert np.abs(errors(field, off=2.0)).max() < 0.7


def test_a_disc_beyond_the_scan_has_no_endplates():
    found = disc_endplates(scanned(2.5), straight_column(140), np.array([40.0, 60.0, 80.0, 100.0, 120.0]))
    assert found[-1] is None
    assert found[-2] is None
    assert found[0] is not None


def test_fits_that_end_at_one_place_are_one():
    """As in front of a femoral head, where somebody clicks for a vertebra: nothing there is like a disc."""
    nothing = np.zeros(12)
    for places in ((-1.0, 0.5, 0.5, 2.0), (0.5, 0.5)):
        fits = [_Fit(place, 0.2, 10.0 + number, nothing) for number, place in enumerate(places)]
        found, misfits = _misfit_along(fits)
        assert found.min() >= places[0] and found.max() <= places[-1] and np.all(np.diff(found) > 0)
        assert misfits[np.abs(found - 0.5).argmin()] == pytest.approx(11.0 if len(places) == 4 else 10.0)
