"""Bias field, robust and reference normalisation: on generated MR with a known field, through both engines."""

from dataclasses import replace

import generated
import numpy as np
import phantoms
import pytest
import SimpleITK as sitk
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.features.engine import CancelledError, engine_problem, load_engine
from RadiomicsOrthoLib.features.extraction import extract_features
from RadiomicsOrthoLib.features.profile import ExtractionProfile
from RadiomicsOrthoLib.features.profile_file import profile_from_dict, profile_text
from RadiomicsOrthoLib.features.standardisation.bias_field import BiasFieldCorrection, estimate_bias_field
from RadiomicsOrthoLib.features.standardisation.normalisation import ReferenceNormalisation, RobustNormalisation
from RadiomicsOrthoLib.features.standardisation.standardise import Standardisation, standardise
from RadiomicsOrthoLib.imaging.box import Box
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.models.bundle import load_bundle
from RadiomicsOrthoLib.regions.roi import Roi
from RadiomicsOrthoLib.scoring.score import score_case

PYRADIOMICS_PROBLEM = engine_problem("pyradiomics")
needs_pyradiomics = pytest.mark.skipif(bool(PYRADIOMICS_PROBLEM), reason=PYRADIOMICS_PROBLEM or "pyradiomics is there")
SHAPE, SPACING = (24, 60, 56), (1.0, 1.0, 2.0)
FAST_N4 = BiasFieldCorrection(margin_mm=15)


def go_on():
    """A poll that never stops anything."""


def log_field(shape=SHAPE):
    """A coil above the back: brighter there, and towards one end."""
    k, j, i = (index / (size - 1) for index, size in zip(np.indices(shape), shape, strict=True))
    return 0.5 * (j - 0.5) + 0.2 * np.cos(2.5 * k) - 0.1 * i


def mr(field=True, gain=1.0):
    """Vertebra-like blocks in muscle, with noise; the region is the middle body, the reference a tube beside it."""
    generator = np.random.default_rng(3)
    geometry = Geometry(SHAPE, SPACING, (-20.0, 30.0, 5.0))
    values = np.full(SHAPE, 60.0)
    values[:, ::7] = 110.0
    body, tube = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    body[8:16, 18:40, 16:40] = True
    tube[:, 44:50, 25:31] = True
    for first in (-2, 8, 18):
        values[max(first, 0):first + 8, 18:40, 16:40] = 150.0
    values[tube] = 300.0
    values += generator.normal(0, 6, SHAPE)
    values[body] += 10 * generator.normal(0, 1, np.count_nonzero(body))
    values = np.clip(values, 1, None)
    if field:
        values = values * np.exp(log_field())
    image = BoneImage((gain * values).astype(np.float32), geometry, modality="MR")
    return (image, Roi(body, geometry, site="vertebra", level="L3", compartment="whole-body"),
            Roi(tube, geometry, made_by="manual"))


def profile(**changes):
    settings = {"id": "mr", "version": "1", "title": "MR", "modality": "MR", "site": "vertebra",
                "compartment": "whole-body", "bin_count": 16, "feature_classes": ("firstorder", "glcm", "glszm")}
    return ExtractionProfile(**(settings | changes))


class TestBiasField:
    def test_a_known_field_is_found(self):
        """What the field put on the scan is most of what N4 takes off more than without it."""
        (plain, roi, _), (bent, _, _) = mr(field=False), mr()
        found = [image.array / estimate_bias_field(image.array, image.geometry.spacing_kji, Box.around(roi.mask),
                                                   FAST_N4, go_on).corrected(image.array, go_on)
                 for image in (plain, bent)]
        around = Box.around(roi.mask).grown((7, 15, 15), SHAPE).slices
        left = (np.log(found[1] / found[0]) - log_field())[around]
        assert left.std() < 0.2 * log_field()[around].std()

    def test_the_field_of_one_long_run_of_the_filter(self):
        """Run in pieces of one iteration, it is still ITK's N4."""
        image, roi, _ = mr()
        settings = BiasFieldCorrection(working_mm=2.0, margin_mm=500, fitting_levels=2, iterations=4, convergence=1e-9)
        found = estimate_bias_field(image.array, image.geometry.spacing_kji, Box.around(roi.mask), settings, go_on)
        assert found.iterations == (4, 4) and found.steps == (1, 2, 2)
        blocks = image.array.astype(np.float64).reshape(24, 30, 2, 28, 2).mean(axis=(2, 4)).astype(np.float32)
        n4 = sitk.N4BiasFieldCorrectionImageFilter()
        n4.SetMaximumNumberOfIterations([4, 4])
        n4.SetConvergenceThreshold(1e-9)
        n4.Execute(sitk.GetImageFromArray(blocks), sitk.GetImageFromArray(np.ones(blocks.shape, np.uint8)))
        expected = sitk.GetArrayFromImage(n4.GetLogBiasFieldAsImage(sitk.GetImageFromArray(blocks)))
        np.testing.assert_allclose(found.log_values, expected, atol=2e-5)
        # between the blocks, and beyond them, the field goes on smoothly
        corrected = found.corrected(np.ones_like(image.array), go_on)
        np.testing.assert_allclose(-np.log(corrected[:, ::2, ::2]), expected, atol=0.02)

    @pytest.mark.parametrize("threads", [1, 3, 8])
    def test_the_same_bits_whatever_the_number_of_threads(self, threads):
        image, roi, _ = mr()
        before = sitk.ProcessObject.GetGlobalDefaultNumberOfThreads()
        runs = []
        try:
            for number in (1, threads):
                sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(number)
                runs.append(estimate_bias_field(image.array, image.geometry.spacing_kji, Box.around(roi.mask),
                                                FAST_N4, go_on).log_values)
                assert sitk.ProcessObject.GetGlobalDefaultNumberOfThreads() == number
        finally:
            sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(before)
        assert runs[0].tobytes() == runs[1].tobytes()

    @pytest.mark.parametrize("shape", [(1, 60, 56), (2, 60, 56), (3, 5, 56)])
    def test_scans_of_few_slices(self, shape):
        image, _, _ = mr()
        array = image.array[:shape[0], :shape[1]]
        field = estimate_bias_field(array, (4.0, 1.0, 1.0), Box.whole(shape), FAST_N4, go_on)
        assert field.log_values.shape[0] == shape[0]
        assert np.isfinite(field.corrected(array, go_on)).all()

    def test_a_large_neighbourhood_is_worked_on_more_coarsely(self):
        array = np.full((60, 200, 200), 100.0, np.float32)
        field = estimate_bias_field(array, (1.0, 1.0, 1.0), Box.whole(array.shape),
                                    BiasFieldCorrection(iterations=1, working_mm=1.0), go_on)
        assert field.log_values.size <= 30_000 and min(field.steps) >= 4

    def test_cancel_between_two_iterations(self):
        image, roi, _ = mr()
        calls = []

        def cancelled():
            calls.append(1)
            return len(calls) > 30

        with pytest.raises(CancelledError):
            standardise(image, roi, Standardisation(FAST_N4), cancelled=cancelled)
        assert len(calls) == 31

    def test_a_scan_without_positive_voxels(self):
        image, roi, _ = mr()
        with pytest.raises(InputError, match="almost no voxel around the region is above 0"):
            standardise(replace(image, array=-image.array), roi, Standardisation(FAST_N4))

    def test_never_on_ct(self):
        image, roi = phantoms.trunk()
        image = replace(image, modality="CT")
        with pytest.raises(InputError, match="CT; a bias field is corrected on MR only"):
            standardise(image, roi, Standardisation(BiasFieldCorrection()))
        with pytest.raises(ValueError, match="bias_correction is for MR profiles only"):
            profile(modality="CT", bias_correction=BiasFieldCorrection())


class TestNormalisation:
    def test_robust_z_score_of_the_neighbourhood(self):
        image, roi, _ = mr()
        found, record = standardise(image, roi, Standardisation(None, RobustNormalisation(margin_mm=6, outliers=2.0,
                                                                                          scale=10.0)))
        around = image.array[5:19, 12:46, 10:46].astype(float)
        median = np.median(around)
        scores = (image.array - median) / (1.4826 * np.median(np.abs(around - median)))
        np.testing.assert_allclose(found.array, 10 * np.clip(scores, -2, 2), rtol=1e-5, atol=1e-5)
        assert found.array.dtype == np.float32 and found.geometry == image.geometry
        assert record["normalisation"]["centre"] == pytest.approx(median)

    def test_the_whole_scan_instead(self):
        image, roi, _ = mr()
        _, record = standardise(image, roi, Standardisation(None, RobustNormalisation(extent="scan")))
        assert record["normalisation"]["centre"] == pytest.approx(np.median(image.array.astype(float)))

    def test_reference_tissue(self):
        image, roi, tube = mr()
        settings = Standardisation(None, ReferenceNormalisation("the tube", target=50.0))
        found, record = standardise(image, roi, settings, tube)
        assert np.median(found.array[tube.mask]) == pytest.approx(50, rel=1e-5)
        assert record["reference_roi"]["sha256"] == tube.voxel_hash()
        mean, _ = standardise(image, roi, Standardisation(None, ReferenceNormalisation("the tube", "mean")), tube)
        assert mean.array[tube.mask].mean() == pytest.approx(100, rel=1e-5)

    @pytest.mark.parametrize("normalise", [RobustNormalisation(margin_mm=10), ReferenceNormalisation("the tube")])
    def test_gain_drops_out_of_every_feature(self, normalise):
        chosen = profile(normalise=normalise)
        reference = mr()[2] if isinstance(normalise, ReferenceNormalisation) else None
        first, second = (extract_features(*mr(gain=gain)[:2], chosen, load_engine(), reference=reference)
                         for gain in (1.0, 4.0))
        names = [name for name in first.values if name.startswith("original_")]
        assert len(names) == 18 + 24 + 16
        for name in names:
            assert first.values[name] == pytest.approx(second.values[name], rel=1e-4, abs=1e-6), name

    def test_a_scan_of_one_value_is_refused(self):
        image, roi, tube = mr()
        flat = replace(image, array=np.zeros(SHAPE, np.int16))
        with pytest.raises(InputError, match="half of the voxels around the region have one value"):
            standardise(flat, roi, Standardisation(None, RobustNormalisation()))
        with pytest.raises(InputError, match="median of the reference region is 0; it must be above 0: draw it in CSF"):
            standardise(flat, roi, Standardisation(None, ReferenceNormalisation("CSF")), tube)


class TestExtraction:
    @needs_pyradiomics
    @pytest.mark.parametrize("normalise", [RobustNormalisation(), ReferenceNormalisation("the tube")])
    def test_both_engines_see_the_same_scan(self, normalise):
        image, roi, tube = mr()
        reference = tube if isinstance(normalise, ReferenceNormalisation) else None
        chosen = profile(bias_correction=FAST_N4, normalise=normalise, resample_mm=(1.5, 1.5, 1.5),
                         image_types=("Original", "Wavelet"))
        fast, oracle = (extract_features(image, roi, chosen, load_engine(name), reference=reference)
                        for name in ("fast", "pyradiomics"))
        assert list(fast.values) == list(oracle.values) and len(fast.values) > 500
        for name, value in oracle.values.items():
            assert fast.values[name] == pytest.approx(value, rel=1e-6, abs=1e-9), name

    def test_provenance_and_measurements(self):
        image, roi, tube = mr()
        chosen = profile(bias_correction=FAST_N4, normalise=ReferenceNormalisation("the tube"))
        vector = extract_features(image, roi, chosen, load_engine(), reference=tube)
        record = vector.provenance["standardisation"]
        assert record["bias_correction"]["method"] == "n4" and len(record["bias_correction"]["iterations"]) == 2
        assert record["normalisation"]["factor"] > 0 and record["reference_roi"]["voxels"] == tube.voxel_count
        assert vector.provenance["image"]["sha256"] == image.voxel_hash()
        assert vector.values["median_intensity"] == pytest.approx(np.median(image.array[roi.mask]), rel=1e-6)
        plain = extract_features(image, roi, profile(), load_engine())
        assert "standardisation" not in plain.provenance

    def test_progress_rises_over_both_steps(self):
        image, roi, _ = mr()
        shares = []
        extract_features(image, roi, profile(bias_correction=FAST_N4), load_engine(),
                         progress=lambda share, text: shares.append((share, text)))
        assert [share for share, _ in shares] == sorted(share for share, _ in shares)
        assert shares[0][1] == "correcting the bias field" and shares[-1][0] == 1.0

    def test_the_reference_region_is_asked_for_and_checked(self):
        image, roi, tube = mr()
        needs = profile(normalise=ReferenceNormalisation("fluid at L3"))
        engine = load_engine()
        with pytest.raises(InputError, match="reference region and none is given; draw fluid at L3"):
            extract_features(image, roi, needs, engine)
        with pytest.raises(InputError, match="'mr' uses no reference region"):
            extract_features(image, roi, profile(), engine, reference=tube)
        with pytest.raises(InputError, match="reference region is empty"):
            extract_features(image, roi, needs, engine, reference=tube.with_mask(np.zeros(SHAPE, bool)))
        other = Geometry(SHAPE, SPACING, (0.0, 0.0, 0.0))
        with pytest.raises(InputError, match="not on the scan's grid"):
            extract_features(image, roi, needs, engine, reference=replace(tube, geometry=other))

    def test_only_the_named_features_of_a_class(self):
        image, roi, _ = mr()
        chosen = profile(features={"firstorder": ("Mean", "Energy")}, image_types=("Original", "Square"))
        names = [name for name in extract_features(image, roi, chosen, load_engine()).values if "_firstorder_" in name]
        assert sorted(names) == ["original_firstorder_Energy", "original_firstorder_Mean", "square_firstorder_Energy",
                                 "square_firstorder_Mean"]
        with pytest.raises(ValueError, match="firstorder has no feature Meen; it has 10Percentile"):
            replace(chosen, features={"firstorder": ("Meen",)})


BASE = {"schema": "radiomics-ortho-profile/1", "id": "x", "version": "1", "title": "X", "modality": "MR",
        "site": "vertebra", "compartment": "any", "bin_count": 32}


class TestProfileEntries:
    def test_as_written_in_a_file(self):
        found = profile_from_dict(BASE | {
            "bias_correction": {"method": "n4", "margin_mm": 20},
            "normalise": {"method": "robust-z-score", "scale": 100},
            "texture": {"distances": [1, 2], "gldm_a": 1}, "resample_mm": [1, 1, 0]})
        assert found.bias_correction == BiasFieldCorrection(margin_mm=20)
        assert found.normalise == RobustNormalisation(scale=100)
        assert found.z_score is None and not found.standardisation.is_empty
        z_score = profile_from_dict(BASE | {"normalise": {"scale": 100}})
        assert z_score.z_score.scale == 100 and z_score.standardisation.is_empty

    @pytest.mark.parametrize(("entry", "words"), [
        ({"bias_correction": {"method": "n3"}}, "method must come from n4"),
        ({"bias_correction": {"iterations": 0}}, "iterations is a whole number"),
        ({"bias_correction": {"margin_mm": True}}, "margin_mm is a number"),
        ({"bias_correction": {}, "modality": "any"}, "bias_correction is for MR"),
        ({"normalise": {"method": "white-stripe"}}, "normalise: method must come from z-score"),
        ({"normalise": {"method": "reference", "tissue": " "}}, "tissue says in words"),
        ({"normalise": {"method": "reference", "tissue": "CSF", "target": 0}}, "target is a number above 0"),
        ({"normalise": {"method": "reference", "tissue": "CSF", "statistic": "mode"}}, "statistic must come from"),
        ({"normalise": {"method": "robust-z-score", "extent": "bone"}}, "extent must come from"),
        ({"normalise": {}, "round_to_whole": True}, "round_to_whole is for values with a unit"),
        ({"sequence": "FLAIR"}, "sequence is for MR profiles"),
        ({"texture": {"bin_width": 3}}, "texture has no bin_width"),
        ({"texture": {"gldm_a": -1}}, "gldm_a is a whole number"),
        ({"features": {"shape2D": ["Perimeter"]}}, "shape2D, which is not among"),
        ({"resegment_hu": [5, 5]}, "resegment_hu"), ({"resegment_hu": []}, "resegment_hu"),
        ({"source": "S", "stated": ["modality"]}, "neither stated nor assumed: bin_count, compartment, site"),
        ({"stated": ["modality"], "assumed": ["bin_count", "compartment", "site"]}, "names its source"),
        ({"source": "S", "stated": ["colour"]}, "not colour"),
        ({"source": "S", "stated": ["modality"], "assumed": ["modality"]}, "either stated or assumed")])
    def test_what_makes_no_sense_is_refused(self, entry, words):
        with pytest.raises(ValueError, match=words):
            profile_from_dict(BASE | entry)

    def test_sources_decide_no_value(self):
        plain = profile_from_dict(BASE)
        told = profile_from_dict(BASE | {"source": "A study", "stated": ["modality", "site"],
                                         "assumed": ["bin_count", "compartment"]})
        assert told.hash() == plain.hash() and told.stated == ("modality", "site")
        assert replace(plain, bias_correction=BiasFieldCorrection()).hash() != plain.hash()
        assert replace(plain, normalise=RobustNormalisation()).hash() != plain.hash()


@needs_pyradiomics
@pytest.mark.parametrize("changes", [
    {"round_to_whole": True, "resample_mm": (1.0, 1.0, 1.0), "interpolator": "linear"},
    {"round_to_whole": True, "resample_mm": (1.5, 1.5, 0.0)},
    {"resegment_hu": (100.0, 300.0), "resegment_shape": True},
    {"resegment_hu": (80.0,)},
    {"texture": {"distances": (1, 2), "symmetrical_glcm": False, "weighting_norm": "euclidean", "gldm_a": 1,
                 "voxel_array_shift": 300}}], ids=lambda changes: next(iter(changes)))
def test_each_setting_means_the_same_to_both_engines(changes):
    image, roi = phantoms.trunk(spacing=(0.8, 0.8, 1.7))
    chosen = ExtractionProfile("x", "1", "X", "CT", "vertebra", "any", 25.0, **changes)
    fast, oracle = (extract_features(image, roi, chosen, load_engine(name)).values for name in ("fast", "pyradiomics"))
    assert list(fast) == list(oracle) and len(fast) == 107 + 7
    for name, value in oracle.items():
        assert fast[name] == pytest.approx(value, rel=1e-6, abs=1e-9), name
    plain = extract_features(image, roi, replace(chosen, round_to_whole=False, resegment_shape=False, texture={}),
                             load_engine()).values
    if changes != {"resegment_hu": (80.0,)}:
        assert plain != fast


def test_a_model_whose_profile_normalises_on_a_reference(tmp_path):
    """logit(p) = -1 + 0.01 × mean of the standardised scan: twice the gain, the same result."""
    image, roi, tube = mr()
    path = tmp_path / "reference.yaml"
    path.write_text(profile_text(BASE | {
        "id": "reference", "normalise": {"method": "reference", "tissue": "the tube"},
        "feature_classes": ["firstorder"]}), encoding="utf-8")
    data = generated.logistic_dict()
    data |= {"check_vectors": [], "applicability": {"modality": "MR", "site": "vertebra", "profile": str(path)},
             "inputs": [{"name": "mean", "title": "Mean", "unit": "", "source": "feature",
                         "key": "original_firstorder_Mean"}],
             "estimator": {"link": "logit", "intercept": -1.0,
                           "terms": [{"input": "mean", "kind": "linear", "coefficient": 0.01}]}}
    model = generated.bundle(data)
    card = score_case(image, roi, model, reference=tube).card
    louder = score_case(mr(gain=2.0)[0], roi, model, reference=tube).card
    mean = 100 * image.array[roi.mask].mean() / np.median(image.array[tube.mask])
    assert card.linear_predictor == pytest.approx(-1 + 0.01 * mean, rel=1e-4)
    assert louder.value == pytest.approx(card.value, rel=1e-5)
    with pytest.raises(InputError, match="none is given; draw the tube"):
        score_case(image, roi, model)
    with pytest.raises(InputError, match="uses no reference region"):
        score_case(image, roi, load_bundle(generated.PICKHARDT), reference=tube)
