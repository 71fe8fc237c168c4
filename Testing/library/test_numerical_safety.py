"""Degenerate regions have a defined result or a refusal, and what theory says must not change a value does not.

The conventions for regions without variation stand in docs/numerical-safety.md.
"""

from __future__ import annotations

import itertools

import numpy as np
import phantoms
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.features.engine import load_engine
from RadiomicsOrthoLib.features.extraction import extract_features
from RadiomicsOrthoLib.features.profile_file import profile_from_dict
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.imaging.segmentation_file import read_segmentation
from RadiomicsOrthoLib.regions.from_file import roi_from_file
from RadiomicsOrthoLib.regions.roi import Roi

SIZE = 12
SHAPE = (SIZE, SIZE, SIZE)
TEXTURE = ("glcm", "glrlm", "glszm", "gldm", "ngtdm")
#: values of a region of one value, by definition or by pyradiomics' convention where the definition is 0 / 0
CONSTANT = {"firstorder_Variance": 0, "firstorder_Entropy": 0, "firstorder_Uniformity": 1, "firstorder_Skewness": 0,
            "firstorder_Kurtosis": 0, "glcm_Correlation": 1, "glcm_MCC": 1, "glcm_Contrast": 0, "glcm_JointEnergy": 1,
            "glrlm_GrayLevelVariance": 0, "glszm_ZonePercentage": 1 / 216, "ngtdm_Coarseness": 1e6}

few = settings(max_examples=6, deadline=None, derandomize=True)


def profile(**changes):
    return profile_from_dict({
        "schema": "radiomics-ortho-profile/1", "id": "t", "version": "1.0.0", "title": "t", "modality": "CT",
        "site": "any", "compartment": "any", "image_types": ["Original"], "bin_width": 25,
        "feature_classes": ["shape", "firstorder", *TEXTURE]} | changes)


def features(array, mask, spacing=(1.0, 1.0, 1.0), origin=(0.0, 0.0, 0.0), engine="fast", **changes):
    geometry = Geometry(array.shape, spacing, origin)
    return extract_features(BoneImage(array, geometry, "CT"), Roi(mask, geometry, site="vertebra"), profile(**changes),
                            load_engine(engine))


def region(seed):
    """A scan with structure and noise, and an irregular region away from its borders."""
    random = np.random.default_rng(seed)
    k, j, i = np.indices(SHAPE)
    array = np.round(100 + 60 * np.sin(k / 2 + j / 3) + random.normal(0, 40, SHAPE))
    away = (k - 6) ** 2 / 16 + (j - 5.5) ** 2 / 9 + (i - 5) ** 2 / 12
    return array, (away + random.normal(0, 0.15, SHAPE) < 1) & (away < 1.2)


def box(*slices):
    mask = np.zeros(SHAPE, bool)
    mask[slices] = True
    return mask


CUBE = box(slice(3, 9), slice(3, 9), slice(3, 9))


def same(found, expected, names=None, rtol=1e-9):
    names = list(expected.values) if names is None else names
    assert set(found.values) == set(expected.values) and names
    wrong = {name: (found.values[name], expected.values[name]) for name in names
             if not np.isclose(found.values[name], expected.values[name], rtol=rtol, atol=1e-9)}
    assert not wrong


# -- defined or refused ------------------------------------------------------------------------------

@pytest.mark.parametrize(("mask", "sentence"), [
    (np.zeros(SHAPE, bool), "is empty"), (box(5, 5, 5), "has 1 voxel"), (box(5, 5, slice(5, 7)), "along 1 of 3 axes"),
    (box(5, slice(3, 9), slice(3, 9)), "along 2 of 3 axes")])
def test_regions_without_thickness_are_refused(mask, sentence):
    with pytest.raises(InputError, match=sentence):
        features(region(1)[0], mask)


@pytest.mark.parametrize(("value", "sentence"), [
    (np.nan, "without a finite value"), (np.inf, "without a finite value"), (-np.inf, "without a finite value"),
    (1e300, "no scanner gives"), (1e12, "bin width of 25 is too small")])
def test_one_voxel_of_nonsense_is_refused(value, sentence):
    array, mask = region(1)
    array[tuple(np.argwhere(mask)[7])] = value
    with pytest.raises(InputError, match=sentence):
        features(array, mask)


def test_single_precision_is_no_nonsense():
    array, mask = region(1)
    assert features(array.astype(np.float32), mask).values == features(array, mask).values


def test_nonsense_outside_of_the_region_changes_nothing():
    array, mask = region(1)
    spoilt = array.copy()
    spoilt[0, 0, 0] = np.nan
    same(features(spoilt, mask), features(array, mask), rtol=0)


@pytest.mark.parametrize("value", [0.0, -1024.0, 3071.0, 0.1])
@pytest.mark.parametrize("bins", [{"bin_width": 25}, {"bin_width": None, "bin_count": 32}], ids=["width", "count"])
def test_a_constant_region_has_the_documented_values(value, bins):
    found = features(np.full(SHAPE, value), CUBE, **bins)
    assert not found.failures
    for name, expected in CONSTANT.items():
        assert found.values[f"original_{name}"] == pytest.approx(expected, abs=1e-12), name


def test_empty_bins_between_two_values_count_for_nothing():
    """0 and 1000 HU, 39 empty bins between: every texture is that of two levels, however far apart but for contrast."""
    checks = np.indices(SHAPE).sum(axis=0) % 2 * 1000.0
    near = np.indices(SHAPE).sum(axis=0) % 2 * 25.0
    far, close = features(checks, CUBE), features(near, CUBE)
    for name in ("glcm_JointEntropy", "glcm_MaximumProbability", "glrlm_RunEntropy", "glszm_ZoneEntropy",
                 "gldm_DependenceEntropy", "firstorder_Entropy"):
        assert far.values[f"original_{name}"] == pytest.approx(close.values[f"original_{name}"], rel=1e-12), name


#: regions at the edge of what has a meaning, and a scan that is as hard
HARD = {"one value": (np.full(SHAPE, 5.0), CUBE),
        "two values far apart": (np.indices(SHAPE).sum(axis=0) % 2 * 1e3, CUBE),
        "saturated": (np.minimum(region(1)[0] + 3000, 3071.0), region(1)[1]),
        "one voxel in air": (np.where(np.indices(SHAPE).sum(axis=0) == 17, 100.0, -1024.0), CUBE),
        "eight voxels": (region(1)[0], box(*[slice(4, 6)] * 3)),
        "one voxel": (region(1)[0], box(5, 5, 5)), "a line": (region(1)[0], box(5, 5, slice(5, 7))),
        "NaN": (np.where(np.indices(SHAPE).sum(axis=0) == 17, np.nan, 1.0), CUBE),
        "huge": (np.where(np.indices(SHAPE).sum(axis=0) == 17, 1e300, 1.0), CUBE)}


@pytest.mark.parametrize("name", HARD)
def test_both_engines_define_the_same_or_refuse_both(name):
    pytest.importorskip("radiomics", reason="compared with pyradiomics")
    array, mask = HARD[name]
    found = {}
    for engine in ("fast", "pyradiomics"):
        try:
            found[engine] = features(array, mask, engine=engine)
        except InputError as error:
            found[engine] = None
            assert str(error).count("\n") == 0
    if None in found.values():
        assert set(found.values()) == {None}
    else:
        assert not found["fast"].failures and not found["pyradiomics"].failures
        assert np.isfinite(list(found["fast"].values.values())).all()
        same(found["fast"], found["pyradiomics"], rtol=1e-6)


# -- invariances -------------------------------------------------------------------------------------

@few
@given(st.integers(0, 99), st.tuples(*[st.integers(0, 6)] * 3))
def test_translation(seed, shift):
    """Anywhere in a larger scan, and anywhere in space."""
    array, mask = region(seed)
    larger, there = np.full((SIZE + 6,) * 3, -1000.0), np.zeros((SIZE + 6,) * 3, bool)
    place = tuple(slice(start, start + SIZE) for start in shift)
    larger[place], there[place] = array, mask
    same(features(larger, there, origin=(12.3, -700.0, 0.1)), features(array, mask), rtol=1e-12)


@few
@given(st.integers(0, 99), st.permutations([0, 1, 2]), st.lists(st.integers(0, 2), unique=True))
def test_turns_by_right_angles_and_flips(seed, order, flipped):
    """Directions are averaged over all 13, which a turned grid only numbers differently.

    The surface is triangulated; where two surfaces fit eight corners, the choice depends on the corners' order
    (Lorensen and Cline 1987), so shape features of the mesh may differ a little.
    """
    array, mask = region(seed)
    turned, there = (np.flip(np.transpose(one, order), flipped).copy() for one in (array, mask))
    found, expected = features(turned, there), features(array, mask)
    mesh = [name for name in expected.values if "_shape_" in name and "2DDiameter" not in name]
    # the diameters in a plane are about the grid's own planes
    same(found, expected, [name for name in expected.values if "_shape_" not in name])
    same(found, expected, mesh, rtol=0.02)


@few
@given(st.integers(0, 99), st.sampled_from([0.5, 2.0, 4.0]))
def test_another_unit_of_length(seed, scale):
    array, mask = region(seed)
    found, expected = (features(array, mask, (s * 1.0, s * 1.0, s * 1.5)) for s in (scale, 1.0))
    powers = {"shape_MeshVolume": 3, "shape_VoxelVolume": 3, "shape_SurfaceArea": 2, "shape_SurfaceVolumeRatio": -1,
              "shape_Sphericity": 0, "shape_Elongation": 0, "shape_Flatness": 0, "shape_Maximum3DDiameter": 1,
              "shape_MajorAxisLength": 1, "firstorder_TotalEnergy": 3, "firstorder_Energy": 0}
    powers |= {name.removeprefix("original_"): 0 for name in expected.values
               if name.startswith("original_") and name.split("_")[1] in TEXTURE}
    for name, power in powers.items():
        assert found.values[f"original_{name}"] == pytest.approx(
            expected.values[f"original_{name}"] * scale ** power, rel=1e-9), name


@few
@given(st.integers(0, 99), st.sampled_from([0.5, 2.0, 8.0]), st.integers(-4, 4))
def test_another_unit_of_intensity(seed, scale, steps):
    """With the bin width in the new unit, and an offset by whole bins, textures do not change at all."""
    array, mask = region(seed)
    changed = array * scale + steps * 25 * scale
    found, expected = features(changed, mask, bin_width=25 * scale), features(array, mask)
    same(found, expected, [name for name in expected.values
                           if name.startswith("original_") and name.split("_")[1] in TEXTURE], rtol=1e-12)
    assert found.values["original_firstorder_Mean"] == pytest.approx(
        expected.values["original_firstorder_Mean"] * scale + steps * 25 * scale)
    for name, power in {"Variance": 2, "Range": 1, "InterquartileRange": 1, "Skewness": 0, "Kurtosis": 0}.items():
        assert found.values[f"original_firstorder_{name}"] == pytest.approx(
            expected.values[f"original_firstorder_{name}"] * scale ** power, rel=1e-9, abs=1e-9), name


def test_the_number_of_a_label_says_nothing(tmp_path):
    image, roi = phantoms.trunk(spacing=(3.0, 3.0, 4.0))
    vectors = []
    for label, other in ((1, 2), (7, 1)):
        labels = roi.mask * np.uint8(label) + np.roll(roi.mask, 9, axis=0) * ~roi.mask * np.uint8(other)
        path = phantoms.write(labels.astype(np.uint8), roi.geometry, tmp_path / f"{label}.nrrd")
        read = roi_from_file(read_segmentation(path, image.geometry), str(label))
        vectors.append(extract_features(image, read, profile(), load_engine("fast")))
    assert vectors[0].values == vectors[1].values


def test_all_turns_of_a_cube_of_voxels_have_one_mesh_volume():
    """A region without ambiguous corners: the mesh itself is the same."""
    array, _ = region(3)
    corner = CUBE.copy()
    corner[3:6, 3:6, 3:6] = False
    volumes = {round(features(np.transpose(array, order).copy(), np.transpose(corner, order).copy())
                     .values["original_shape_MeshVolume"], 9) for order in itertools.permutations(range(3))}
    assert len(volumes) == 1
