"""Measurements, profiles and extraction through both engines."""

import numpy as np
import phantoms
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.features.engine import CancelledError, engine_problem, load_engine
from RadiomicsOrthoLib.features.extraction import extract_features
from RadiomicsOrthoLib.features.measurements import MEASUREMENTS, measure
from RadiomicsOrthoLib.features.profile import ExtractionProfile
from RadiomicsOrthoLib.features.profile_file import load_profile, profile_names
from RadiomicsOrthoLib.features.pyradiomics_engine import real_value
from RadiomicsOrthoLib.features.vector import FeatureVector
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.imaging.readers import to_sitk
from RadiomicsOrthoLib.regions.roi import Roi
from RadiomicsOrthoLib.regions.trabecular import trabecular_core

PYRADIOMICS_PROBLEM = engine_problem("pyradiomics")
needs_pyradiomics = pytest.mark.skipif(bool(PYRADIOMICS_PROBLEM), reason=PYRADIOMICS_PROBLEM or "pyradiomics is there")


def test_measurements_of_known_voxels():
    geometry = Geometry((4, 4, 5), (0.5, 1.0, 2.0), (0, 0, 0))
    array = np.zeros(geometry.shape, np.int16)
    mask = np.zeros(geometry.shape, bool)
    mask[1, 1, :4] = True
    array[1, 1, :4] = [10, 20, 30, 100]
    found = measure(BoneImage(array, geometry), Roi(mask, geometry))
    assert set(found) <= set(MEASUREMENTS) and {"area_mm2", "mean_intensity"}.isdisjoint(found)
    assert (found["mean_hu"], found["median_hu"], found["voxel_count"], found["volume_ml"]) == (40, 25, 4, 0.004)
    assert found["sd_hu"] == pytest.approx(np.std([10, 20, 30, 100], ddof=1))
    assert (found["p10_hu"], found["p90_hu"]) == pytest.approx((13, 79))


MINIMAL = """\
schema: radiomics-ortho-profile/1
id: x
version: 1
title: X
modality: CT
site: vertebra
compartment: any
"""


class TestProfile:
    def test_what_ships_loads_and_its_hash_follows_what_decides(self):
        assert {"ct-vertebra-trabecular", "ibsi-ct-2d", "ibsi-ct-3d", "ibsi-mr-3d"} <= set(profile_names())
        profile = load_profile("ct-vertebra-trabecular")
        assert (profile.id, profile.resample_mm, profile.bin_width) == ("ct-vertebra-trabecular", (1, 1, 1), 15)
        from dataclasses import replace

        assert replace(profile, notes="other").hash() == profile.hash()
        assert replace(profile, bin_width=16.0).hash() != profile.hash()

    @pytest.mark.parametrize(("text", "words"), [
        ("bin_width: [", "not valid YAML"), ("- a", "it is no mapping"), ("schema: other", "its schema is not"),
        ("{}", "its schema is not"), ("!!python/object/apply:os.system ['true']", "not valid YAML"),
        ("schema: radiomics-ortho-profile/1\nid: x", "lacks the entry version, title, modality"),
        (MINIMAL, "lacks the entry bin_width"), (MINIMAL + "bin_width: 0", "bin_width must be a positive number"),
        (MINIMAL + "bin_width: yes", "bin_width is a number, not True"), (MINIMAL + "bin_count: 8.5", "whole number"),
        (MINIMAL + "bin_width: 5\ncolour: red", "there is no entry colour; the entries are assumed, bias_correction"),
        (MINIMAL + "bin_width: 5\nbin_widths: 3", "bin_widths holds settings by name, not 3"),
        (MINIMAL + "bin_width: 5\nimage_types: LoG", "image_types is a list, not 'LoG'"),
        (MINIMAL + "bin_width: 5\nresample_mm: 1", "resample_mm is a list, not 1"),
        (MINIMAL + "bin_width: 5\nforce_2d: 1", "force_2d is true or false, not 1"),
        (MINIMAL + "bin_width: 5\nfilters: {sigma: 1}", "filters has no sigma; it has log_sigma_mm, wavelet"),
        (MINIMAL + "bin_width: 5\nfilters: {log_sigma_mm: [a]}", "log_sigma_mm is a number, not 'a'"),
        (MINIMAL + "bin_width: 5\nfilters: {wavelet_levels: a}", r"p.yaml' is refused: "),
        (MINIMAL + "bin_width: 5\nnormalise: {method: reference}", "normalise lacks tissue"),
        (MINIMAL + "bin_width: 5\nbias_correction: {shrink: 4}", "bias_correction has no shrink; it has method"),
        (MINIMAL + "bin_width: 1" + "0" * 400, "bin_width is too large a number"),
        (MINIMAL + "bin_width: 5\nnormalise: {method: [z-score]}", "normalise: method must come from z-score"),
        (MINIMAL + "bin_width: 5\nfilters: {wavelet: coiff1}", "a discrete wavelet of PyWavelets such as coif1, not"),
        (MINIMAL + "bin_width: 5\ntexture: {symmetrical_glcm: 'no'}", "symmetrical_glcm is true or false, not 'no'"),
        (MINIMAL + "bin_width: 5\ntexture: {distances: [1.5]}", "distances is a whole number, not 1.5"),
        (MINIMAL.replace("CT", "PET") + "bin_width: 5", "modality must come from CT, MR, XR, DXA, PT, US, any")])
    def test_a_bad_file_is_one_sentence(self, tmp_path, text, words):
        path = tmp_path / "p.yaml"
        path.write_text(text)
        with pytest.raises(InputError, match=words):
            load_profile(str(path))

    def test_an_unknown_name_lists_what_is_at_hand(self):
        with pytest.raises(InputError, match=r"no profile 'x'; at hand: .*ct-vertebra-trabecular"):
            load_profile("x")

    @pytest.mark.parametrize("change", [{"bin_width": -1.0}, {"resample_mm": (1.0, 1.0, -1.0)},
                                        {"resample_mm": (0.0, 0.0, 0.0)}, {"resegment_hu": (5, 1)},
                                        {"image_types": ("Magic",)}, {"feature_classes": ()},
                                        {"interpolator": "cubic"}])
    def test_values_are_checked(self, change):
        from dataclasses import replace

        with pytest.raises(ValueError, match=next(iter(change))):
            replace(load_profile("ct-vertebra-trabecular"), **change)


def test_a_vector_never_holds_what_is_no_value():
    for bad in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="not finite"):
            FeatureVector({"a": bad}, "p")
    with pytest.raises(ValueError, match="more than one of value, category and failure: a"):
        FeatureVector({"a": 1.0}, "p", failures={"a": "x"})


class _FakeEngine:
    name, version, polls = "fake", "1", True

    def extract(self, image, roi, profile, progress, cancelled):
        return {"good": 1.5, "undefined": float("nan")}


def test_an_undefined_feature_is_a_failure_not_a_zero():
    vector = extract_features(*phantoms.trunk(), load_profile("ct-vertebra-trabecular"), _FakeEngine())
    assert vector.values["good"] == 1.5 and "undefined" not in vector.values
    assert vector.failures == {"undefined": "not defined on this region"}
    assert {"radiomics-ortho", "numpy", "SimpleITK", "numba"} <= set(vector.provenance["software"])


def test_an_unknown_engine():
    with pytest.raises(InputError, match="no extraction engine 'x'"):
        load_engine("x")


@pytest.fixture(scope="module")
def case():
    image, roi = phantoms.trunk(spacing=(0.8, 0.8, 1.5))
    return image, trabecular_core(roi)


@pytest.mark.parametrize("name", ["fast", pytest.param("pyradiomics", marks=needs_pyradiomics)])
class TestEngines:
    @needs_pyradiomics
    def test_values_are_pyradiomics_own_on_the_whole_scan(self, case, name):
        from radiomics.featureextractor import RadiomicsFeatureExtractor

        image, core = case
        profile = load_profile("ct-vertebra-trabecular")
        vector = extract_features(image, core, profile, load_engine(name))
        extractor = RadiomicsFeatureExtractor(
            binWidth=15, resampledPixelSpacing=[1, 1, 1], interpolator="sitkBSpline", resegmentRange=[-200, 1500],
            minimumROIDimensions=3, additionalInfo=False)
        expected = extractor.execute(to_sitk(image.array, image.geometry),
                                     to_sitk(core.mask.astype(np.uint8), core.geometry))
        found = {key: value for key, value in vector.values.items() if key.startswith("original_")}
        assert set(found) == set(expected) and len(found) == 107
        for feature, value in expected.items():
            assert found[feature] == pytest.approx(real_value(value), rel=1e-6, abs=1e-9), feature

    def test_two_regions_differ_and_their_order_does_not_matter(self, case, name):
        image, core = case
        other = core.with_mask(np.roll(core.mask, 3, axis=2) & core.mask)
        engine, profile = load_engine(name), load_profile("ct-vertebra-trabecular")
        first, second = (extract_features(image, roi, profile, engine).values for roi in (core, other))
        again = extract_features(image, core, profile, engine).values
        assert first == again
        differing = [key for key in first if first[key] != second[key]]
        assert len(differing) > 100

    def test_the_scan_s_own_grid_and_fewer_classes(self, case, name):
        profile = ExtractionProfile("x", "1", "x", "CT", "vertebra", "trabecular", 25.0,
                                    feature_classes=("firstorder",))
        values = extract_features(*case, profile, load_engine(name)).values
        assert len([key for key in values if key.startswith("original_")]) == 18
        assert values["original_firstorder_Mean"] == pytest.approx(values["mean_hu"])

    def test_cancel(self, case, name):
        with pytest.raises(CancelledError):
            extract_features(*case, load_profile("ct-vertebra-trabecular"), load_engine(name), cancelled=lambda: True)

    def test_a_flat_region_is_refused_in_a_sentence(self, name):
        image, roi = phantoms.trunk()
        flat = np.zeros_like(roi.mask)
        flat[26, 40:80, 40:80] = True
        with pytest.raises(InputError, match=r"could not extract|extends along 2 of 3 axes"):
            extract_features(image, roi.with_mask(flat), load_profile("ct-vertebra-trabecular"), load_engine(name))


def test_a_complex_number_without_imaginary_part_is_a_value():
    """numpy 2.5 returns complex eigenvalues always; pyradiomics passes them on."""
    import math

    assert real_value(np.array(0.25 + 0j)) == 0.25
    assert real_value(np.float64(-3.5)) == -3.5
    assert math.isnan(real_value(0.25 + 0.1j))
    assert math.isnan(real_value(np.nan))


LARGER = """\
schema: radiomics-ortho-profile/1
id: larger
version: 1
title: LoG and wavelet
modality: CT
site: vertebra
compartment: trabecular
bin_width: 25
image_types: [Original, LoG, Wavelet]
filters: {log_sigma_mm: [1, 2], wavelet: coif1}
feature_classes: [firstorder, glcm]
"""


@needs_pyradiomics
def test_a_profile_with_filters_means_the_same_to_both_engines(case, tmp_path):
    path = tmp_path / "larger.yaml"
    path.write_text(LARGER)
    profile = load_profile(str(path))
    fast, oracle = (extract_features(*case, profile, load_engine(name)).values for name in ("fast", "pyradiomics"))
    assert list(fast) == list(oracle) and len([name for name in fast if name.startswith("wavelet-")]) == 8 * 42
    for name, value in oracle.items():
        assert fast[name] == pytest.approx(value, rel=1e-6, abs=1e-9), name
