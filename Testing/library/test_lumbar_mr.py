"""Vertebral bodies on MR: the way to the network's grid and back, single bodies, and the model itself."""

from pathlib import Path

import numpy as np
import pytest
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.imaging.readers import read_image
from RadiomicsOrthoLib.regions.lumbar_mr.bodies import Body, bodies_from_shares, longest_row
from RadiomicsOrthoLib.regions.lumbar_mr.grid import from_network, network_grid, network_shape, scan_box, to_network
from RadiomicsOrthoLib.regions.lumbar_mr.network import body_and_core, model_card
from RadiomicsOrthoLib.regions.lumbar_mr.proposal import propose_mr_bodies

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "mr_lumbar"
#: a sagittal stack as scanners write it: k to the left, j to the foot, i to the back
SAGITTAL = np.array([[-1.0, 0, 0], [0, 0, -1.0], [0, -1.0, 0]])


def ball(shape, centre, radius, spacing):
    steps = [((np.arange(n) - c) * s) ** 2 for n, c, s in zip(shape, centre, spacing, strict=True)]
    return np.sqrt(steps[0][:, None, None] + steps[1][None, :, None] + steps[2][None, None, :]) < radius


def test_a_sagittal_stack_is_turned_to_left_right_head_back():
    array = np.zeros((4, 50, 40))
    array[1, 0, 39] = 1  # uppermost row, rearmost column
    grid = network_grid(array.shape, (4.0, 1.0, 1.0), SAGITTAL)
    assert np.argwhere(grid.turned(array)).tolist()[0][1:] == [49, 39]
    mask = grid.empty_mask()
    grid.turned(mask)[...] = grid.turned(array) > 0
    assert np.array_equal(mask, array > 0)


def test_a_map_comes_back_to_where_it_was():
    shape, spacing = (9, 90, 80), (4.0, 1.0, 1.2)
    mask = ball(shape, (4, 40, 30), 14, spacing)
    grid = network_grid(shape, spacing, SAGITTAL)
    small = to_network(mask, grid)
    assert small.shape == network_shape(grid) == (18, 45, 48)
    back, there = from_network(small, grid) > 0.5, grid.turned(mask)
    assert 2 * (back & there).sum() / (back.sum() + mask.sum()) > 0.95
    box = scan_box((slice(4, 16), slice(3, 30), slice(5, 40)), grid)
    assert np.array_equal(from_network(small, grid, box), from_network(small, grid)[box])


def test_touching_bodies_are_parted_and_ordered_from_foot_to_head():
    shape, spacing = (20, 60, 60), (2.0, 2.0, 2.0)
    grid = network_grid(shape, spacing, np.array([[1.0, 0, 0], [0, 0, 1.0], [0, -1.0, 0]]))
    lower, upper = (ball(shape, (10, height, 30), 13, spacing) for height in (20, 32))
    cores = sum(ball(shape, (10, height, 30), 8, spacing) for height in (20, 32))
    bodies = bodies_from_shares((lower | upper).astype(np.float32), cores.astype(np.float32), grid)
    assert len(bodies) == 2
    assert [round(float(np.nonzero(body.mask)[1].mean())) for body in bodies] == [20, 32]
    assert not (bodies[0].mask & bodies[1].mask).any()
    assert not any(body.cut for body in bodies)


def test_what_lies_apart_from_the_row_of_bodies_is_dropped():
    geometry = Geometry((150, 20, 20), (2.0, 2.0, 2.0), (0.0, 0.0, 0.0))
    bodies = [Body(ball(geometry.shape, (height / 2, 10, 10), 12, (2.0, 2.0, 2.0)), False, 0.9)
              for height in (20, 130, 165, 200, 236)]
    assert longest_row(bodies, geometry) == bodies[1:]
    assert longest_row(bodies[1:], geometry) == bodies[1:]
    assert longest_row([], geometry) == []


def test_a_body_at_the_edge_is_cut_and_a_crumb_is_none():
    shape, spacing = (20, 60, 60), (2.0, 2.0, 2.0)
    grid = network_grid(shape, spacing, np.array([[1.0, 0, 0], [0, 0, 1.0], [0, -1.0, 0]]))
    cut, crumb = ball(shape, (10, 3, 30), 13, spacing), ball(shape, (10, 40, 30), 7, spacing)
    cores = ball(shape, (10, 3, 30), 8, spacing) | ball(shape, (10, 40, 30), 5, spacing)
    bodies = bodies_from_shares((cut | crumb).astype(np.float32), cores.astype(np.float32), grid)
    assert [body.cut for body in bodies] == [True]


def test_the_model_refuses_a_ct_and_finds_nothing_in_air():
    pytest.importorskip("onnxruntime", reason="onnxruntime, the optional runtime of the model, is not installed")
    geometry = Geometry((20, 40, 40), (1.0, 1.0, 3.0), (0.0, 0.0, 0.0))
    with pytest.raises(InputError, match="not MR"):
        propose_mr_bodies(BoneImage(np.zeros((20, 40, 40)), geometry, modality="CT"))
    with pytest.raises(InputError, match="No vertebral bodies were found"):
        propose_mr_bodies(BoneImage(np.zeros((20, 40, 40)), geometry, modality="MR"))


def test_a_model_whose_runtime_is_missing_says_how_to_get_it(monkeypatch):
    import sys

    from RadiomicsOrthoLib.regions.lumbar_mr import network

    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    network._session.cache_clear()
    with pytest.raises(InputError, match="pip install onnxruntime"):
        body_and_core(np.ones((4, 4, 4), np.float32), lambda *_: None, lambda: False)
    network._session.cache_clear()


def test_held_out_bodies_are_found_as_the_card_says(tmp_path):
    pytest.importorskip("onnxruntime", reason="onnxruntime, the optional runtime of the model, is not installed")
    if not DATA.is_dir():
        pytest.skip("the lumbar MR scans are not here")
    import SimpleITK as sitk

    held_out = model_card()["held_out"]
    case = held_out["cases"][0]
    out = tmp_path / "bodies.seg.nrrd"
    assert main(["segment", str(DATA / f"VB2_{case['case']}_t2.nii.gz"), "--modality", "MR", "--site", "vertebra",
                 "--auto", "-o", str(out)]) == 0
    # segments of a .seg.nrrd that do not overlap share one label map
    found = sitk.GetArrayFromImage(sitk.ReadImage(str(out)))
    labels = sitk.GetArrayFromImage(sitk.ReadImage(str(DATA / f"VB2_{case['case']}_bodies.nii.gz")))
    for value, expected in case["dice"].items():
        mask = labels == int(value)
        best = max(2 * np.count_nonzero(mask & (found == n)) / (mask.sum() + (found == n).sum())
                   for n in np.unique(found[mask])[-1:] if n)
        assert best == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(("name", "method"), [("breast1", "model"), ("brain2", "one-click")])
def test_a_scan_of_another_region_shows_no_bodies(name, method):
    path = DATA.parent / "pyradiomics_baseline" / f"{name}_image.nrrd"
    if not path.is_file():
        pytest.skip("the scans of pyradiomics are not here")
    if method == "model":
        pytest.importorskip("onnxruntime", reason="onnxruntime, the optional runtime of the model, is not installed")
    image = read_image(path).with_modality("MR")
    middle = image.geometry.to_ras((np.array(image.geometry.shape) - 1) / 2)
    with pytest.raises(InputError, match="No vertebral bodies were found"):
        propose_mr_bodies(image, None if method == "model" else middle, method=method)
