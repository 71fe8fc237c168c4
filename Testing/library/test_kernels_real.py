"""The kernels on real scans: against pyradiomics, and against the baselines that pyradiomics ships."""

import ast
import csv
import math

import numpy as np
import pytest
from RadiomicsOrthoLib.features.kernels.settings import DEFAULT_SETTINGS, TextureSettings
from RadiomicsOrthoLib.features.kernels.shape import shape2d_features, shape_features
from RadiomicsOrthoLib.features.kernels.texture import TEXTURE_CLASSES, texture_features
from test_kernels_pyradiomics import (
    SETTING_NAMES,
    assert_agrees,
    assert_shape_agrees,
    disagreements,
    ellipsoid,
    reference,
)

#: variants that need nothing but the region itself (the others resample, normalise or re-segment first) and the
#: features in their baselines
COMPARED = {"": 90, "_2d": 75, "_FBN": 75, "_combined": 40, "_flatRegion": 75}
VARIANTS = tuple(COMPARED)
#: mesh features of this case were stored before pyradiomics' mesh changed: 3.1.4 itself is up to 8e-4 away from them
EARLIER_MESH = {("brain1", name) for name in ("MeshVolume", "SurfaceArea", "SurfaceVolumeRatio", "Sphericity",
                                              "Compactness1", "Compactness2", "SphericalDisproportion")}


def read(path):
    """Voxels (k, j, i) and spacing (k, j, i) of an image file."""
    import SimpleITK as sitk

    image = sitk.ReadImage(str(path))
    return sitk.GetArrayFromImage(image), image.GetSpacing()[::-1]


def cut(values, mask, margin=2):
    """A crop around the region, so that the reference does not copy a whole scan."""
    box = tuple(slice(max(0, hit.min() - margin), hit.max() + 1 + margin) for hit in np.nonzero(mask))
    return np.ascontiguousarray(values[box]), np.ascontiguousarray(mask[box])


def assert_everything_agrees(values, mask, spacing, settings=DEFAULT_SETTINGS):
    values, mask = cut(values, mask)
    assert_agrees(values, mask, spacing, settings)
    assert_shape_agrees(mask, spacing)


@pytest.mark.parametrize("level", (27, 29, 31))
def test_ct_vertebra(shared_data, level):
    values, spacing = read(shared_data / "ct_spine_ts" / "ct.nii.gz")
    labels, _ = read(shared_data / "ct_spine_ts" / "vertebral_body_labels.nii.gz")
    assert_everything_agrees(values, labels == level, spacing)
    assert_agrees(*cut(values, labels == level), spacing, TextureSettings(bin_width=10, gldm_a=1))


def test_all_vertebrae_of_a_ct_as_one_region(shared_data):
    values, spacing = read(shared_data / "ct_spine_ts" / "ct.nii.gz")
    labels, _ = read(shared_data / "ct_spine_ts" / "vertebral_body_labels.nii.gz")
    assert_everything_agrees(values, labels > 0, spacing)


def test_ct_femur(shared_data):
    """Bone voxels of the proximal femur by threshold: hollow, jagged and in pieces."""
    values, spacing = read(shared_data / "ct_femur_sts" / "STS_020_complete.nii.gz")
    mask = np.zeros(values.shape, bool)
    bone = np.argwhere(values > 300)
    centre = np.round(np.median(bone, axis=0)).astype(int)
    box = tuple(slice(max(0, place - 25), place + 25) for place in centre)
    mask[box] = values[box] > 200
    assert_everything_agrees(values, mask, spacing)


def test_ct_femur_ellipsoid_of_fractions(shared_data):
    """What a filter returns: fractions around zero, in both float types."""
    values, spacing = read(shared_data / "ct_femur_sts" / "STS_020_complete.nii.gz")
    mask = np.zeros(values.shape, bool)
    mask[30:62, 100:150, 100:140] = ellipsoid((32, 50, 40))
    slope = np.gradient(values.astype(np.float64), axis=2) / math.sqrt(7)
    for dtype in (np.float32, np.float64):
        assert_everything_agrees(slope.astype(dtype), mask, spacing)


@pytest.mark.parametrize(("case", "body"), (("02", 3), ("12", 5)))
def test_mr_vertebra(shared_data, case, body):
    values, spacing = read(shared_data / "mr_lumbar" / f"VB2_{case}_t2.nii.gz")
    labels, _ = read(shared_data / "mr_lumbar" / f"VB2_{case}_bodies.nii.gz")
    # pyradiomics' bin edges overflow on 8 bits under NumPy 2
    values = values.astype(np.int16)
    assert_everything_agrees(values, labels == body, spacing, TextureSettings(bin_count=32))
    assert_everything_agrees(values, labels == body, spacing, TextureSettings(bin_width=5))


def test_one_sagittal_slice_of_an_mr(shared_data):
    values, spacing = read(shared_data / "mr_lumbar" / "VB2_02_t2.nii.gz")
    labels, _ = read(shared_data / "mr_lumbar" / "VB2_02_bodies.nii.gz")
    mask = labels == 3
    middle = mask.shape[2] // 2
    mask[..., :middle] = mask[..., middle + 1:] = False
    values, mask = cut(values.astype(np.int16), mask)
    settings = TextureSettings(bin_width=5, force_2d=True, force_2d_dimension=2)
    assert_agrees(values, mask, spacing, settings)
    found = {f"shape2D_{name}": value for name, value in shape2d_features(mask, spacing, 2).items()}
    assert not disagreements(found, reference(values, mask, spacing, ("shape2D",), settings))


def baseline(folder, feature_class, column):
    """Baseline features of a class, and the settings behind them; both empty where the file has no such column."""
    features, settings = {}, {}
    with (folder / f"baseline_{feature_class}.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row.get(column) is None:
                continue
            if row["featureName"] == "diagnostics_Configuration_Settings":
                settings = ast.literal_eval(row[column])
            elif row["featureName"].startswith("original_"):
                features[row["featureName"].removeprefix(f"original_{feature_class}_")] = float(row[column])
    options = {ours: settings[theirs] for ours, theirs in SETTING_NAMES.items() if theirs in settings}
    return features, TextureSettings(**options | {"distances": tuple(settings.get("distances", (1,)))})


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("name", ("brain1", "brain2", "breast1"))
def test_shipped_baselines(shared_data, name, variant):
    folder = shared_data / "pyradiomics_baseline"
    values, spacing = read(folder / f"{name}_image.nrrd")
    labels, _ = read(folder / f"{name}_label.nrrd")
    mask, compared, wrong = labels == 1, 0, {}
    for feature_class in (*TEXTURE_CLASSES, "shape"):
        expected, settings = baseline(folder / "baseline", feature_class, f"{name}{variant}")
        if feature_class == "shape":
            found = shape_features(mask, spacing, deprecated=True)
        else:
            found = texture_features(values, mask, spacing, settings, [feature_class], deprecated=True)
            found = {key.removeprefix(f"{feature_class}_"): value for key, value in found.items()}
        common = set(expected) & set(found)
        compared += len(common)
        wrong |= {f"{feature_class}_{key}": (found[key], expected[key]) for key in common
                  if found[key] != pytest.approx(expected[key], rel=1e-3 if (name, key) in EARLIER_MESH else 1e-6,
                                                 abs=1e-9, nan_ok=True)}
    assert compared >= COMPARED[variant]
    assert not wrong


@pytest.mark.parametrize("name", ("brain1", "brain2", "breast1"))
def test_baseline_images_against_the_installed_version(shared_data, name):
    folder = shared_data / "pyradiomics_baseline"
    values, spacing = read(folder / f"{name}_image.nrrd")
    labels, _ = read(folder / f"{name}_label.nrrd")
    for settings in (DEFAULT_SETTINGS, TextureSettings(bin_count=64, force_2d=True)):
        assert_everything_agrees(values.astype(np.int32), labels == 1, spacing, settings)


def test_shipped_2d_shape_baseline(shared_data):
    folder = shared_data / "pyradiomics_baseline"
    expected, _ = baseline(folder / "baseline", "shape2D", "brain1_shape2D")
    labels, spacing = read(folder / "brain1_label.nrrd")
    slices = [labels[[k]] == 1 for k in range(len(labels))]
    # the baseline's mask is the slice with 984 voxels
    mask = next(part for part in slices if part.sum() == 984)
    assert shape2d_features(mask, spacing) == pytest.approx(expected, rel=1e-6)
