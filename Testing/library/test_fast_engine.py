"""The fast engine: pyradiomics' values for every image type, whatever the order and number of threads.

The oracle's LBP images need scikit-image, trimesh and a SciPy before 1.17; where they lie in a folder
of their own, ``PYTHONPATH=<folder> pytest`` adds them to the comparison.
"""

import ast
import csv
import importlib.util
import threading
import time
import tracemalloc
import weakref
from dataclasses import replace

import numpy as np
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.features import fast_engine
from RadiomicsOrthoLib.features.engine import CancelledError, never_cancelled, no_progress
from RadiomicsOrthoLib.features.fast_engine import WARM_UP, FastEngine, FastSettings, extract, extract_each
from RadiomicsOrthoLib.features.filters.preprocessing import Normalisation, Preprocessing
from RadiomicsOrthoLib.features.filters.settings import IMAGE_TYPES, FilterSettings
from RadiomicsOrthoLib.features.profile import ExtractionProfile
from RadiomicsOrthoLib.features.pyradiomics_engine import real_value
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.imaging.readers import read_image, to_sitk
from RadiomicsOrthoLib.regions.roi import Roi
from scipy import special
from scipy.ndimage import gaussian_filter

pytestmark = pytest.mark.filterwarnings("ignore:.*local_binary_pattern.*:UserWarning",
                                        "ignore:.*sph_harm.*:DeprecationWarning",
                                        "ignore:Precision loss.*:RuntimeWarning",
                                        "ignore:.*scipy.ndimage.interpolation.*:DeprecationWarning")

SIGMAS_MM = (1.0, 2.0, 3.0, 4.0, 5.0)
FLAT_CLASSES = ("shape2D", "firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm")
LBP_ORACLE = (importlib.util.find_spec("skimage") is not None and importlib.util.find_spec("trimesh") is not None
              and hasattr(special, "sph_harm"))
ORACLE_TYPES = tuple(name for name in IMAGE_TYPES if LBP_ORACLE or not name.startswith("LBP"))
#: original 107, LoG 465, wavelet 744
COMMON = FastSettings(image_types=("Original", "LoG", "Wavelet"), filters=FilterSettings(log_sigma_mm=SIGMAS_MM))
EVERYTHING = replace(COMMON, image_types=ORACLE_TYPES)


# --- cases ---------------------------------------------------------------------------------------


def generated(shape=(34, 52, 47), spacing=(0.9, 0.8, 1.5), seed=5, dtype=np.int16):
    """A body with texture, and an egg-shaped region that is not full."""
    generator = np.random.default_rng(seed)
    array = 250 * gaussian_filter(generator.normal(0, 1, shape), 1.3) * 4 + generator.normal(120, 25, shape)
    k, j, i = np.indices(shape)
    egg = ((k - 15) / 8) ** 2 + ((j - 25) / 11) ** 2 + ((i - 22) / 9) ** 2 <= 1
    egg &= generator.random(shape) < 0.95
    array = array.round().astype(dtype) if np.dtype(dtype).kind == "i" else array.astype(dtype)
    geometry = Geometry(shape, spacing, (3.0, -4.0, 5.0))
    return BoneImage(array, geometry), Roi(egg, geometry)


def part_of(image, mask, margin_mm):
    """A smaller scan round the region: both engines see the same one, and the oracle is done sooner."""
    margins = np.ceil(margin_mm / np.array(image.geometry.spacing_kji)).astype(int)
    found = np.argwhere(mask)
    lower = np.maximum(found.min(axis=0) - margins, 0)
    upper = np.minimum(found.max(axis=0) + 1 + margins, mask.shape)
    box = tuple(slice(a, b) for a, b in zip(lower, upper, strict=True))
    geometry = replace(image.geometry, shape=tuple((upper - lower).tolist()),
                       origin=tuple(image.geometry.to_ras(lower[None])[0].tolist()))
    return (BoneImage(np.ascontiguousarray(image.array[box]), geometry, image.modality),
            Roi(np.ascontiguousarray(mask[box]), geometry))


def ball(image, centre_kji, radius_mm):
    axes = (((np.arange(n) - c) * s) ** 2 for n, c, s in
            zip(image.array.shape, centre_kji, image.geometry.spacing_kji, strict=True))
    k, j, i = axes
    return k[:, None, None] + j[None, :, None] + i[None, None, :] <= radius_mm**2


def vertebra(data):
    image = read_image(data / "ct_spine_ts" / "ct.nii.gz")
    labels = read_image(data / "ct_spine_ts" / "vertebral_body_labels.nii.gz").array
    return image, Roi(labels == 31, image.geometry)  # L1 in the whole scan


def femur(data, radius_mm=22.0):
    image = read_image(data / "ct_femur_sts" / "STS_020_complete.nii.gz")
    return part_of(image, ball(image, (80, 170, 110), radius_mm), 30)


def mr_vertebra(data):
    image = read_image(data / "mr_lumbar" / "VB2_07_t2.nii.gz")
    bodies = read_image(data / "mr_lumbar" / "VB2_07_bodies.nii.gz").array
    return part_of(image, bodies == 4, 30)


def small(data):
    return femur(data, radius_mm=9.0)  # 3 mL


def calibrated(data):
    image = read_image(data / "ct_vertebra_calibrated" / "L2_density_mgcc.nii.gz")
    return image, Roi(read_image(data / "ct_vertebra_calibrated" / "L2_regions.nii.gz").array == 1, image.geometry)


REAL = {"CT vertebra": vertebra, "CT femur": femur, "MR vertebra": mr_vertebra, "3 mL": small,
        "float vertebra in mg/cm³": calibrated}


# --- the oracle ----------------------------------------------------------------------------------


def pyradiomics(image, roi, settings):
    """pyradiomics' values under the same settings, in its own order."""
    extractors = pytest.importorskip("radiomics.featureextractor",
                                     reason="pyradiomics, the oracle, is not installed")
    import logging

    logging.getLogger("radiomics").setLevel(logging.CRITICAL)
    pre, filters = settings.preprocessing, settings.filters
    options = {"additionalInfo": False, "minimumROIDimensions": settings.minimum_dimensions,
               "force2D": settings.force_2d, "force2Ddimension": settings.force_2d_dimension, **(
                   {"binCount": settings.bin_count} if settings.bin_count else {"binWidth": settings.bin_width})}
    if pre.normalisation:
        options |= {"normalize": True, "normalizeScale": pre.normalisation.scale,
                    "removeOutliers": pre.normalisation.outliers}
    # no padding is the whole lattice: more voxels than any scan has
    padding = 10_000 if pre.padding is None else pre.padding
    if pre.resample_mm:
        options |= {"resampledPixelSpacing": list(pre.resample_mm), "padDistance": padding,
                    "interpolator": {"bspline": "sitkBSpline", "linear": "sitkLinear"}[pre.interpolator]}
    elif pre.padding is not None:
        options |= {"preCrop": True, "padDistance": padding}
    if pre.resegment:
        options |= {"resegmentRange": list(pre.resegment), "resegmentMode": pre.resegment_mode,
                    "resegmentShape": pre.resegment_shape}
    extractor = extractors.RadiomicsFeatureExtractor(**options)
    extractor.disableAllImageTypes()
    own = {"LoG": {"sigma": list(filters.log_sigma_mm)},
           "Wavelet": {"wavelet": filters.wavelet, "start_level": filters.wavelet_start_level,
                       "level": filters.wavelet_levels},
           "Gradient": {"gradientUseSpacing": filters.gradient_use_spacing}}
    for image_type in settings.image_types:
        width = {"binWidth": settings.bin_widths[image_type]} if image_type in settings.bin_widths else {}
        extractor.enableImageTypeByName(image_type, customArgs={**own.get(image_type, {}), **width})
    extractor.disableAllFeatures()
    for feature_class in settings.feature_classes:
        extractor.enableFeatureClassByName(feature_class)
    found = extractor.execute(to_sitk(image.array, image.geometry), to_sitk(roi.mask.astype(np.uint8), roi.geometry))
    return {name: real_value(value) for name, value in found.items()}


def undefined_kurtosis(name, value):
    """The one exception: kurtosis of equal samples is 0/0, so the image has no value there, and ours no features.

    pyradiomics leaves such voxels out of the first-order features and puts them into the last bin of the others.
    """
    return name.startswith("lbp-3D-k_") and np.isnan(value)


def assert_equal(found, expected):
    assert list(found) == list(expected)
    wrong = {name: (found[name], value) for name, value in expected.items()
             if not abs(found[name] - value) <= max(1e-6 * abs(value), 1e-9)
             and not (np.isnan(found[name]) and np.isnan(value)) and not undefined_kurtosis(name, found[name])}
    assert not wrong, f"{len(wrong)} of {len(expected)} differ: {dict(list(wrong.items())[:5])}"


VARIANTS = {
    "default": {},
    "fixed number of bins": {"bin_count": 16},
    "bins of their own": {"bin_widths": {"Square": 5.0, "LoG": 10.0, "LBP2D": 1.0, "LBP3D": 0.5}},
    "padded by 5 as pyradiomics": {"preprocessing": Preprocessing(crop="pyradiomics-pad-5")},
    "resampled, padded": {"preprocessing": Preprocessing(resample_mm=(1.0, 1.0, 1.0), crop="pyradiomics-pad-5")},
    # a size with which no new voxel lies half-way between two old ones: rounding would decide which is nearest
    "resampled, exact": {"preprocessing": Preprocessing(resample_mm=(1.1, 1.1, 1.1))},
    "resampled linearly in the plane": {"preprocessing": Preprocessing(
        resample_mm=(1.3, 1.3, 0.0), interpolator="linear", crop="pyradiomics-pad-3")},
    "re-segmented": {"preprocessing": Preprocessing(resegment=(0.0, 250.0))},
    "re-segmented by sigma, shape too": {"preprocessing": Preprocessing(
        resegment=(-1.0, 1.5), resegment_mode="sigma", resegment_shape=True)},
    "normalised": {"preprocessing": Preprocessing(normalisation=Normalisation(100.0, 3.0))},
    "everything at once": {"bin_width": 0.1, "preprocessing": Preprocessing(
        normalisation=Normalisation(), resample_mm=(1.2, 1.2, 1.2), crop="pyradiomics-pad-4", resegment=(-2.0, 2.5))},
    "in planes": {"force_2d": True},
    "in planes across j": {"force_2d": True, "force_2d_dimension": 1},
    "wavelets of two levels": {"filters": FilterSettings(wavelet="db2", wavelet_start_level=1, wavelet_levels=2)},
}


@pytest.mark.parametrize("variant", VARIANTS)
def test_generated_region_has_pyradiomics_values(variant):
    image, roi = generated()
    settings = replace(EVERYTHING, **VARIANTS[variant])
    assert_equal(extract(image, roi, settings, threads=3), pyradiomics(image, roi, settings))


@pytest.mark.parametrize("dtype", [np.uint8, np.int32, np.float32, np.float64])
def test_every_number_type_has_pyradiomics_values(dtype):
    image, roi = generated(dtype=np.float64)
    array = np.clip(image.array, 0, 255).astype(dtype) if dtype == np.uint8 else image.array.astype(dtype)
    image = replace(image, array=array)
    assert_equal(extract(image, roi, EVERYTHING, threads=2), pyradiomics(image, roi, EVERYTHING))


@pytest.mark.parametrize("case", REAL)
def test_real_region_has_pyradiomics_values(shared_data, case):
    """All image types in one process: the 1,316 common features, six more images, and LBP where the oracle has it."""
    image, roi = REAL[case](shared_data)
    settings = replace(EVERYTHING, filters=FilterSettings(log_sigma_mm=(*SIGMAS_MM, 6.0)))
    expected = pyradiomics(image, roi, settings)
    assert len(expected) >= 1800
    assert_equal(extract(image, roi, settings, threads=2), expected)


def test_real_region_in_one_plane_has_pyradiomics_values(shared_data):
    image, roi = vertebra(shared_data)
    flat = np.zeros_like(roi.mask)
    middle = int(np.argwhere(roi.mask)[:, 0].mean())
    flat[middle] = roi.mask[middle]
    # in a plane a wavelet has four images, not eight: more levels make up for them
    settings = replace(EVERYTHING, force_2d=True, filters=FilterSettings(log_sigma_mm=SIGMAS_MM, wavelet_levels=3))
    image, roi = part_of(image, flat, 60)
    expected = pyradiomics(image, roi, settings)
    assert len(expected) >= 1800
    assert_equal(extract(image, roi, settings, threads=2), expected)


def test_a_scan_of_one_slice_has_pyradiomics_values(shared_data):
    """Shape in the plane included; LoG and LBP3D need three dimensions."""
    image, roi = vertebra(shared_data)
    middle = int(np.argwhere(roi.mask)[:, 0].mean())
    geometry = replace(image.geometry, shape=(1, *image.array.shape[1:]))
    image = BoneImage(np.ascontiguousarray(image.array[middle:middle + 1]), geometry)
    roi = Roi(np.ascontiguousarray(roi.mask[middle:middle + 1]), geometry)
    types = tuple(name for name in ORACLE_TYPES if name not in ("LoG", "LBP3D"))
    settings = replace(EVERYTHING, image_types=types, feature_classes=FLAT_CLASSES, force_2d=True)
    assert_equal(extract(image, roi, settings, threads=2), pyradiomics(image, roi, settings))


def test_resampled_vertebra_has_pyradiomics_values(shared_data):
    """3 mm to 1 mm: every third voxel lies on an old one, where the last bit decides what is stored."""
    image, roi = vertebra(shared_data)
    settings = replace(COMMON, preprocessing=Preprocessing(
        resample_mm=(1.0, 1.0, 1.0), crop="pyradiomics-pad-5", resegment=(-200.0, 1500.0)))
    assert_equal(extract(image, roi, settings, threads=2), pyradiomics(image, roi, settings))


#: the baseline's mesh of brain1 comes from an earlier pyradiomics; the installed one differs from it in the same way
EARLIER_MESH = {f"original_shape_{name}" for name in ("MeshVolume", "SurfaceArea", "SurfaceVolumeRatio", "Sphericity")}


@pytest.mark.parametrize("variant", ["", "_normalization", "_resampling", "_resegmentation"])
@pytest.mark.parametrize("case", ["brain1", "brain2", "breast1"])
def test_the_baselines_that_pyradiomics_ships(shared_data, case, variant):
    """Without pyradiomics itself: its settings and values, from the files."""
    folder = shared_data / "pyradiomics_baseline"
    image = read_image(folder / f"{case}_image.nrrd")
    roi = Roi(read_image(folder / f"{case}_label.nrrd").array == 1, image.geometry)
    compared = 0
    for path in sorted(folder.glob("baseline/baseline_*.csv")):
        feature_class = path.stem.removeprefix("baseline_")
        with path.open(encoding="utf-8", newline="") as file:
            rows = {row["featureName"]: row[case + variant] for row in csv.DictReader(file) if case + variant in row}
        if not rows or feature_class == "shape2D":
            continue  # it has a case of its own, the largest slice
        stated = ast.literal_eval(rows["diagnostics_Configuration_Settings"])
        names = {"voxelArrayShift": "voxel_array_shift", "gldm_a": "gldm_a", "weightingNorm": "weighting_norm"}
        found = extract(image, roi, FastSettings(
            feature_classes=(feature_class,), bin_width=stated.get("binWidth", 25), minimum_dimensions=1,
            texture={ours: stated[theirs] for theirs, ours in names.items() if theirs in stated},
            preprocessing=Preprocessing(
                normalisation=Normalisation(stated["normalizeScale"]) if stated["normalize"] else None,
                resample_mm=tuple(stated["resampledPixelSpacing"] or ()) or None, crop="pyradiomics-pad-5"
                if stated["resampledPixelSpacing"] else "exact",
                resegment=tuple(stated["resegmentRange"] or ()) or None,
                resegment_mode=stated.get("resegmentMode", "absolute"))))
        for name, value in found.items():
            if name in rows:
                tolerance = 1e-3 if case == "brain1" and name in EARLIER_MESH else 1e-6
                assert value == pytest.approx(float(rows[name]), rel=tolerance, abs=1e-9), name
                compared += 1
    assert compared >= 93


@pytest.mark.parametrize("case", ["brain1", "brain2", "breast1"])
def test_the_baseline_of_the_2d_shape(shared_data, case):
    """Of the slice in which the region is largest."""
    folder = shared_data / "pyradiomics_baseline"
    image = read_image(folder / f"{case}_image.nrrd")
    mask = read_image(folder / f"{case}_label.nrrd").array == 1
    flat = np.zeros_like(mask)
    largest = int(mask.sum(axis=(1, 2)).argmax())
    flat[largest] = mask[largest]
    found = extract(image, Roi(flat, image.geometry), FastSettings(feature_classes=("shape2D",), force_2d=True))
    with (folder / "baseline" / "baseline_shape2D.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["featureName"]: row[f"{case}_shape2D"] for row in csv.DictReader(file)}
    assert int(rows["diagnostics_Mask-corrected_VoxelNum"]) == np.count_nonzero(flat)
    expected = {name: float(value) for name, value in rows.items() if name.startswith("original_")}
    assert len(found) == 9
    assert found == pytest.approx(expected, rel=1e-6)


def test_the_resampled_original_is_the_same_in_either_crop_mode(shared_data):
    """pyradiomics pads by 5 unless told otherwise; its rounding, and so every value, depends on that."""
    image, roi = vertebra(shared_data)
    exact, padded = (
        extract(image, roi, FastSettings(preprocessing=Preprocessing(resample_mm=(1.0, 1.0, 1.0), crop=crop)))
        for crop in ("exact", "pyradiomics-pad-5"))
    assert exact == padded


# --- what must not change a value ----------------------------------------------------------------


def test_order_and_number_of_threads_change_nothing():
    image, roi = generated()
    settings = replace(EVERYTHING, image_types=IMAGE_TYPES)
    first = extract(image, roi, settings, threads=1)
    for threads, types in ((2, IMAGE_TYPES), (5, IMAGE_TYPES[::-1]), (3, (*IMAGE_TYPES[4:], *IMAGE_TYPES[:4]))):
        again = extract(image, roi, replace(settings, image_types=types), threads)
        assert set(again) == set(first)
        np.testing.assert_array_equal([again[name] for name in first], list(first.values()))


def test_each_image_type_alone_gives_the_same():
    """Nothing of one image may leak into another."""
    image, roi = generated()
    together = extract(image, roi, replace(EVERYTHING, image_types=IMAGE_TYPES), threads=2)
    for image_type in IMAGE_TYPES:
        alone = extract(image, roi, replace(EVERYTHING, image_types=(image_type,)), threads=2)
        np.testing.assert_array_equal([together[name] for name in alone], list(alone.values()), image_type)


def test_engines_at_work_at_once_do_not_disturb_each_other():
    cases = [generated(seed=seed) for seed in (5, 6, 7)]
    alone = [extract(*case, COMMON) for case in cases]
    found = {}
    workers = [threading.Thread(target=lambda n=n: found.update({n: extract(*cases[n], COMMON, 2)}))
               for n in range(len(cases))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [found[n] for n in range(len(cases))] == alone


def test_scan_and_region_stay_as_they_are():
    image, roi = generated()
    array, mask = image.array.copy(), roi.mask.copy()
    image.array.flags.writeable = roi.mask.flags.writeable = False
    extract(image, roi, replace(EVERYTHING, image_types=IMAGE_TYPES), threads=2)
    np.testing.assert_array_equal(image.array, array)
    np.testing.assert_array_equal(roi.mask, mask)


# --- what the profile asks for -------------------------------------------------------------------


def test_only_what_is_asked_for_is_computed():
    image, roi = generated()
    found = extract(image, roi, FastSettings(image_types=("LoG",), feature_classes=("firstorder", "glszm"),
                                             filters=FilterSettings(log_sigma_mm=(2.0,))))
    assert len(found) == 18 + 16 and all(name.startswith("log-sigma-2-0-mm-3D_") for name in found)
    assert {name.split("_")[1] for name in found} == {"firstorder", "glszm"}
    found = extract(image, roi, FastSettings(feature_classes=("shape",)))
    assert len(found) == 14 and all(name.startswith("original_shape_") for name in found)


def test_a_filter_without_room_has_features_without_a_value():
    image, roi = generated(shape=(34, 52, 47), spacing=(0.9, 0.8, 0.1))
    found = extract(image, roi, FastSettings(image_types=("LoG",), feature_classes=("firstorder",),
                                             filters=FilterSettings(log_sigma_mm=(1.0, 4.0))))
    assert all(np.isfinite(value) == name.startswith("log-sigma-1-0") for name, value in found.items())


def profile(**changes):
    return ExtractionProfile(id="test", version="1.0.0", title="Test", modality="CT", site="vertebra",
                             compartment="trabecular", bin_width=20.0, **changes)


def test_engine_follows_the_profile():
    image, roi = generated()
    found = FastEngine(threads=2).extract(image, roi, profile(resegment_hu=(0.0, 250.0)), no_progress, never_cancelled)
    settings = FastSettings(bin_width=20.0, minimum_dimensions=3, preprocessing=Preprocessing(resegment=(0.0, 250.0)))
    assert found == extract(image, roi, settings) and len(found) == 107


def test_both_engines_agree_on_a_shipped_profile():
    pytest.importorskip("radiomics", reason="pyradiomics, the oracle, is not installed")
    from RadiomicsOrthoLib.features.pyradiomics_engine import PyradiomicsEngine

    image, roi = generated()
    chosen = profile(resegment_hu=(0.0, 250.0), interpolator="linear")
    assert_equal(FastEngine().extract(image, roi, chosen, no_progress, never_cancelled),
                 PyradiomicsEngine().extract(image, roi, chosen, no_progress, never_cancelled))


def test_every_field_of_the_profile_arrives():
    settings = FastSettings.from_profile(ExtractionProfile(
        id="test", version="1", title="", modality="MR", site="vertebra", compartment="whole-body",
        filters=FilterSettings(log_sigma_mm=(1.5,)), bin_count=32, force_2d=True, crop="pyradiomics-pad-7",
        normalise=Normalisation(100.0, 3.0), resample_mm=(1.0, 1.0, 2.0)))
    assert settings.filters.log_sigma_mm == (1.5,) and settings.bin_count == 32
    assert settings.plane_dimension == 0 and settings.minimum_dimensions == 2
    assert settings.preprocessing == Preprocessing(normalisation=Normalisation(100.0, 3.0),
                                                   resample_mm=(1.0, 1.0, 2.0), crop="pyradiomics-pad-7")


def test_an_unknown_image_type_is_refused():
    with pytest.raises(ValueError, match="Laplace"):
        FastSettings(image_types=("Laplace",))


# --- regions that cannot be measured -------------------------------------------------------------


@pytest.mark.parametrize(("where", "settings", "sentence"), [
    ((slice(0, 0),), COMMON, "empty"),
    ((5, 5, 5), COMMON, "1 voxel"),
    ((5, slice(5, 9), slice(5, 9)), replace(COMMON, minimum_dimensions=3), "2 of 3 axes"),
])
def test_regions_that_cannot_be_measured_are_refused(where, settings, sentence):
    image, roi = generated()
    mask = np.zeros_like(roi.mask)
    mask[where] = True
    with pytest.raises(InputError, match=sentence):
        extract(image, replace(roi, mask=mask), settings)


@pytest.mark.parametrize(("settings", "sentence"), [
    # what would be more bins than memory, and values next to which the width is lost
    ({"bin_width": 1e-6, "image_types": ("Original",)}, "original.: a bin width of 1e-06 is too small"),
    ({"bin_width": 1e-18, "image_types": ("LoG",)}, "log-sigma-1-0-mm-3D.: a bin width"),
    ({"bin_width": 1e-3, "image_types": ("Original",)}, "original.*grey levels are too many"),
    ({"feature_classes": ("shape2D",), "force_2d": True}, "no 2-D shape"),
])
def test_settings_that_do_not_fit_the_region_are_refused_in_a_sentence(settings, sentence):
    image, roi = generated(dtype=np.float64)
    roi = replace(roi, mask=np.ones_like(roi.mask))
    with pytest.raises(InputError, match=sentence):
        extract(image, roi, replace(COMMON, **{"filters": FilterSettings(log_sigma_mm=(1.0,)), **settings}))


def test_bins_of_a_constant_region_are_refused_too_where_the_width_is_lost():
    image, roi = generated()
    image = replace(image, array=np.full_like(image.array, 1000, np.float32))
    with pytest.raises(InputError, match="too small"):
        extract(image, roi, FastSettings(bin_width=1e-5))


def test_filters_that_scale_with_the_largest_value_have_none_on_an_empty_scan():
    image, roi = generated()
    image = replace(image, array=np.zeros_like(image.array))
    found = extract(image, roi, FastSettings(image_types=("Square", "SquareRoot", "Logarithm", "Exponential"),
                                             feature_classes=("firstorder",)))
    # the root scales by m itself, not by its inverse: 0 stays 0
    assert {name.split("_")[0] for name, value in found.items() if np.isfinite(value)} == {"squareroot"}


def test_lbp2d_lies_in_the_planes_that_the_profile_names_even_in_3d():
    image, roi = generated()
    k, j, i = (extract(image, roi, FastSettings(image_types=("LBP2D",), feature_classes=("firstorder",), bin_width=1.0,
                                                force_2d_dimension=dimension)) for dimension in range(3))
    assert j not in (k, i)
    flat = FastSettings(image_types=("LBP2D",), feature_classes=("firstorder",), bin_width=1.0, force_2d=True,
                        force_2d_dimension=1)
    assert extract(image, roi, flat) == j


def test_a_region_on_another_grid_is_refused():
    image, _ = generated()
    _, roi = generated(shape=(34, 52, 48))
    with pytest.raises(InputError, match="same grid"):
        extract(image, roi, COMMON)


def test_a_bin_width_that_makes_too_many_levels_is_said():
    image, roi = generated(dtype=np.float64)
    with pytest.raises(InputError, match="choose a larger"):
        extract(image, roi, FastSettings(bin_width=1e-9))


# --- several regions of one scan -----------------------------------------------------------------


def several(image, roi, count=5):
    """Parts of a region, of different sizes, made when they are asked for."""
    planes = np.flatnonzero(roi.mask.any(axis=(1, 2)))

    def part(number):
        mask = np.zeros_like(roi.mask)
        mask[planes[number]:planes[-1]] = roi.mask[planes[number]:planes[-1]]
        return replace(roi, mask=mask)

    return [lambda number=number: part(number) for number in range(count)]


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_several_regions_are_as_one_by_one(threads):
    image, roi = generated()
    regions = several(image, roi)
    settings = replace(EVERYTHING, image_types=("Original", "LoG", "Wavelet", "Square"))
    assert extract_each(image, regions, settings, threads) == [extract(image, make(), settings) for make in regions]


def test_one_refused_region_does_not_end_the_others():
    image, roi = generated()
    empty = replace(roi, mask=np.zeros_like(roi.mask))

    def missing():
        raise InputError("There is no such segment.")

    first, second, third, last = extract_each(image, [lambda: empty, lambda: roi, missing, lambda: roi], COMMON, 2)
    assert isinstance(first, InputError) and "empty" in str(first)
    assert isinstance(third, InputError) and "no such segment" in str(third)
    assert second == last == extract(image, roi, COMMON)


def test_a_fault_in_one_region_is_not_hidden():
    image, roi = generated()

    def broken():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        extract_each(image, [lambda: roi, broken, lambda: roi], COMMON, 2)


def test_progress_of_several_regions_rises_to_one():
    image, roi = generated()
    seen = []
    extract_each(image, several(image, roi, 3), COMMON, 2, lambda done, text: seen.append((done, text)))
    fractions = [fraction for fraction, _ in seen]
    assert fractions == sorted(fractions) and fractions[0] == 0 and fractions[-1] == pytest.approx(1)
    assert {text.split(":")[0] for _, text in seen[1:]} == {f"region {n} of 3" for n in (1, 2, 3)}


def test_cancel_ends_several_regions():
    image, roi = generated()
    looks = iter(range(10_000))
    with pytest.raises(CancelledError):
        extract_each(image, several(image, roi), COMMON, 2, cancelled=lambda: next(looks) >= 3)


def test_few_masks_are_held_at_a_time():
    image, roi = generated()
    held, most = 0, 0
    lock = threading.Lock()

    class Mask(np.ndarray):
        pass

    def make():
        nonlocal held, most

        def gone():
            nonlocal held
            held -= 1

        mask = roi.mask.copy().view(Mask)
        with lock:
            held += 1
            most = max(most, held)
        weakref.finalize(mask, gone)
        return replace(roi, mask=mask)

    extract_each(image, [make] * 12, COMMON, 2)
    assert most <= 4


# --- progress, cancel, memory --------------------------------------------------------------------


def test_progress_rises_to_one():
    image, roi = generated()
    seen = []
    extract(image, roi, replace(EVERYTHING, image_types=IMAGE_TYPES), 2, lambda done, text: seen.append((done, text)))
    fractions = [fraction for fraction, _ in seen]
    assert fractions == sorted(fractions) and fractions[0] == 0 and fractions[-1] == 1
    assert any("log-sigma-5-0-mm-3D" in text for _, text in seen)


def test_cancel_is_looked_at_all_the_time_and_by_the_calling_thread_only():
    """It may belong to a window, which only the thread that made it may touch."""
    WARM_UP.wait()
    image, roi = generated(shape=(120, 160, 160))
    looks = []

    def cancelled():
        looks.append((time.monotonic(), threading.current_thread()))
        return False

    extract(image, roi, replace(EVERYTHING, preprocessing=Preprocessing(resample_mm=(1.0, 1.0, 1.0))), 2,
            cancelled=cancelled)
    assert {thread for _, thread in looks} == {threading.current_thread()}
    times = [moment for moment, _ in looks]
    # a look every 0.2 s on a quiet machine; this bound only tells waiting from looking on a busy one
    assert max(np.diff(times)) < 2.0 and len(times) > 10


@pytest.mark.parametrize("after", [0, 1, 4])
def test_cancel_ends_the_extraction(after):
    image, roi = generated()
    looks = iter(range(10_000))
    with pytest.raises(CancelledError):
        extract(image, roi, replace(EVERYTHING, image_types=IMAGE_TYPES), 2,
                cancelled=lambda: next(looks) >= after)


def test_workers_stop_at_their_next_look_after_a_cancel():
    image, roi = generated()
    stop = threading.Event()

    def progress(fraction, text):
        if fraction > 0:
            stop.set()

    with pytest.raises(CancelledError):
        extract(image, roi, replace(EVERYTHING, image_types=IMAGE_TYPES), 2, progress, stop.is_set)
    deadline = time.monotonic() + 30
    while any(thread.name.startswith("features") for thread in threading.enumerate()):
        assert time.monotonic() < deadline, "threads are still at work"
        time.sleep(0.01)


def test_memory_follows_the_region_not_the_scan():
    """Beside the scan itself (31 MB here) less than it again, for all the common features of a small region."""
    image, roi = generated(shape=(100, 400, 400), spacing=(0.7, 0.7, 1.0))
    settings = replace(COMMON, filters=FilterSettings(log_sigma_mm=(1.0, 2.0)))
    extract(image, roi, settings, 2)
    tracemalloc.start()
    try:
        extract(image, roi, settings, 2)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 0.8 * image.array.nbytes


def test_warm_up_ends_ready():
    assert WARM_UP.wait(300) and WARM_UP.state == "ready" and WARM_UP.fraction == 1


def test_what_is_missing_is_named(monkeypatch):
    monkeypatch.setattr(fast_engine.importlib.util, "find_spec", lambda name: None if name == "pywt" else object())
    with pytest.raises(InputError, match="pywt"):
        FastEngine()
