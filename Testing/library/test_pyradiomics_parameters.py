"""Import of pyradiomics parameter files: the values are pyradiomics' own, and nothing is dropped silently."""

import csv
import json

import numpy as np
import phantoms
import pytest
import yaml
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.features.engine import engine_problem
from RadiomicsOrthoLib.features.filters.settings import FilterSettings
from RadiomicsOrthoLib.features.profile_file import load_profile, profile_from_dict
from RadiomicsOrthoLib.features.pyradiomics_engine import real_value
from RadiomicsOrthoLib.features.pyradiomics_parameters import import_parameters
from RadiomicsOrthoLib.features.pyradiomics_schema import KINDS
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.imaging.readers import to_sitk

PYRADIOMICS_PROBLEM = engine_problem("pyradiomics")
needs_pyradiomics = pytest.mark.skipif(bool(PYRADIOMICS_PROBLEM), reason=PYRADIOMICS_PROBLEM or "pyradiomics is there")
ABOUT = {"id": "x", "version": "1.0.0", "title": "X", "modality": "any", "site": "any", "compartment": "any"}

FILES = {
    # the documented settings for CT and MR, and corners of the format
    "ct": """
imageType:
  Original: {}
  LoG: {sigma: [1.0, 2.5], binWidth: 12}
  Wavelet: {}
featureClass: {shape: , firstorder: , glcm: , gldm: [DependenceEntropy, DependenceVariance]}
setting:
  interpolator: sitkBSpline
  resampledPixelSpacing: [1, 1, 1]
  binWidth: 25
  label: 1
""",
    "mr": """
imageType: {Original: {}, Gradient: {gradientUseSpacing: false}, SquareRoot: {binWidth: 3}}
featureClass: {firstorder: [], glszm: [], ngtdm: []}
setting:
  normalize: true
  normalizeScale: 100
  removeOutliers: 3
  resampledPixelSpacing: [2, 2, 0]
  interpolator: 2
  padDistance: 9
  binWidth: 5
  voxelArrayShift: 300
  correctMask: true
""",
    "in planes": """
setting:
  binCount: 24
  binWidth: 3
  force2D: true
  force2Ddimension: 0
  preCrop: true
  resegmentRange: [-2, 2]
  resegmentMode: sigma
  resegmentShape: true
  distances: [1, 2]
  weightingNorm: infinity
  symmetricalGLCM: false
  gldm_a: 1
imageType:
  Original: {}
  Wavelet: {wavelet: db2, level: 1, start_level: 1}
  LBP2D: {lbp2DRadius: 2, binWidth: 2}
featureClass: {glcm: , glrlm: , gldm: , firstorder: [Energy, Mean]}
""",
    "nothing": "setting: {}",
}


def imported(text, **about):
    return import_parameters(yaml.safe_load(text) or {}, ABOUT | about)


@needs_pyradiomics
@pytest.mark.parametrize("name", FILES)
def test_the_profile_gives_pyradiomics_values(name, tmp_path, capsys):
    from radiomics.featureextractor import RadiomicsFeatureExtractor

    image, roi = phantoms.trunk(spacing=(0.9, 0.8, 2.0))
    # a part is enough, and quicker
    array, mask = (part[8:36, 40:110, 30:100].copy() for part in (image.array, roi.mask))
    image = BoneImage(array, type(image.geometry)(array.shape, image.spacing, (0.0, 0.0, 0.0)), modality="MR")
    scan = phantoms.write(image.array, image.geometry, tmp_path / "scan.nrrd")
    region = phantoms.write(mask.astype(np.uint8), image.geometry, tmp_path / "mask.nrrd")
    parameters, profile = tmp_path / "Params.yaml", tmp_path / "mine.yaml"
    parameters.write_text(FILES[name], encoding="utf-8")
    extractor = RadiomicsFeatureExtractor(str(parameters), additionalInfo=False)
    expected = extractor.execute(to_sitk(image.array, image.geometry), to_sitk(mask.astype(np.uint8), image.geometry))

    assert main(["profiles", "import", str(parameters), "-o", str(profile)]) == 0
    assert main(["extract", str(scan), str(region), "--level", "L1", "--profile", str(profile), "--modality", "MR",
                 "-o", str(tmp_path / "f.csv")]) == 0, capsys.readouterr().err
    with (tmp_path / "f.csv").open(encoding="utf-8", newline="") as file:
        row = next(csv.DictReader(file))
    found = {key: value for key, value in row.items() if key.split("_")[0] in {name.split("_")[0] for name in expected}}
    assert set(found) >= set(expected) and {key for key in found if key.count("_") >= 2} == set(expected)
    for feature, value in expected.items():
        assert float(found[feature]) == pytest.approx(real_value(value), rel=1e-6, abs=1e-9), feature


def test_what_does_not_come_over_is_listed():
    found = imported("""
setting: {label: 2, geometryTolerance: 0.01, minimumROISize: 50, minimumROIDimensions: 2, additionalInfo: true,
          interpolator: sitkNearestNeighbor, resampledPixelSpacing: [1, 1, 1], normalizeScale: 100, sigma: [1],
          resegmentMode: sigma, force2Ddimension: 1}
imageType:
  Original: {}
  Wavelet: {gldm_a: 2, binCount: 16, resampledPixelSpacing: [2, 2, 2], lbp2DRadius: 1}
featureClass: {shape2D: , firstorder: [Mean, StandardDeviation], glcm: [Homogeneity1]}
voxelSetting: {kernelRadius: 1}
""")
    told = {remark.entry: remark for remark in found.remarks}
    different = {entry for entry, remark in told.items() if remark.changes_values}
    assert different == {"setting: interpolator", "imageType: Wavelet: gldm_a", "imageType: Wavelet: binCount",
                         "featureClass: firstorder: StandardDeviation", "featureClass: glcm: Homogeneity1"}
    assert set(told) - different == {
        "setting: label", "setting: geometryTolerance", "setting: minimumROISize", "setting: minimumROIDimensions",
        "setting: additionalInfo", "setting: normalizeScale", "setting: sigma", "setting: resegmentMode",
        "setting: force2Ddimension", "imageType: Wavelet: resampledPixelSpacing", "imageType: Wavelet: lbp2DRadius",
        "featureClass: shape2D", "voxelSetting: kernelRadius"}
    profile = profile_from_dict(found.data)
    assert profile.feature_classes == ("firstorder",) and profile.features == {"firstorder": ("Mean",)}
    assert profile.crop == "pyradiomics-pad-5" and profile.z_score is None


def test_every_setting_of_pyradiomics_arrives_or_is_told():
    """None is forgotten: each either changes the profile or is in the list."""
    examples = {"minimumROIDimensions": 2, "minimumROISize": 9, "geometryTolerance": 0.1, "correctMask": True,
                "additionalInfo": False, "label": 3, "label_channel": 1, "binWidth": 7.5, "binCount": 40,
                "normalize": True, "normalizeScale": 10, "removeOutliers": 2, "resampledPixelSpacing": [3, 3, 3],
                "interpolator": "sitkLinear", "padDistance": 8, "distances": [2], "force2D": True,
                "force2Ddimension": 2, "resegmentRange": [3],
                "resegmentMode": "relative", "resegmentShape": True, "preCrop": True, "sigma": [4.5], "start_level": 1,
                "level": 2, "wavelet": "haar", "gradientUseSpacing": False, "lbp2DRadius": 3, "lbp2DSamples": 5,
                "lbp2DMethod": "var", "lbp3DLevels": 1, "lbp3DIcosphereRadius": 2, "lbp3DIcosphereSubdivision": 0,
                "voxelArrayShift": 9, "symmetricalGLCM": False, "weightingNorm": "euclidean", "gldm_a": 3}
    assert set(examples) == set(KINDS)
    every = {"Original": {}, "LoG": {}, "Wavelet": {}, "Gradient": {}, "LBP2D": {}, "LBP3D": {}}
    # company without which a setting has no effect
    company = {"normalizeScale": {"normalize": True}, "removeOutliers": {"normalize": True},
               "interpolator": {"resampledPixelSpacing": [1, 1, 1]}, "padDistance": {"preCrop": True},
               "resegmentMode": {"resegmentRange": [0.2]}, "resegmentShape": {"resegmentRange": [0.2]},
               "resampledPixelSpacing": {"interpolator": "sitkBSpline"}, "force2Ddimension": {"force2D": True}}
    for name, value in examples.items():
        for without in ({}, company.get(name, {})):
            settings = {"sigma": [1.0]} | without
            base = import_parameters({"imageType": every, "setting": settings}, ABOUT)
            found = import_parameters({"imageType": every, "setting": settings | {name: value}}, ABOUT)
            told = {remark.entry for remark in found.remarks}
            assert profile_from_dict(found.data) != profile_from_dict(base.data) or f"setting: {name}" in told, name


def test_filters_arrive_under_our_names():
    found = profile_from_dict(imported("""
imageType:
  Wavelet: {wavelet: haar, level: 2, start_level: 1}
  LBP3D: {lbp3DLevels: 3, lbp3DIcosphereRadius: 2, lbp3DIcosphereSubdivision: 2}
  LBP2D: {lbp2DMethod: ror}
setting: {lbp2DSamples: 9, lbp2DRadius: 1.5}
""").data)
    assert found.filters == FilterSettings(wavelet="haar", wavelet_levels=2, wavelet_start_level=1, lbp3d_levels=3,
                                           lbp3d_radius=2, lbp3d_subdivisions=2, lbp2d_method="ror", lbp2d_samples=9,
                                           lbp2d_radius=1.5)
    whole = profile_from_dict(imported("imageType: {LoG: {sigma: [1, 2.0]}}").data)
    assert [type(sigma) for sigma in whole.filters.log_sigma_mm] == [int, float]


@pytest.mark.parametrize(("text", "words"), [
    ("settings: {binWidth: 25}", "unknown part settings; its parts are imageType"),
    ("setting: {binwidth: 25}", "setting has the unknown entry binwidth"),
    ("setting: [1]", r"The part setting of the parameter file holds entries by name, not \[1\]"),
    ("setting: {binWidth: wide}", "setting: binWidth is a number above 0, not 'wide'"),
    ("setting: {binWidth: true}", "binWidth is a number above 0, not True"),
    ("setting: {binCount: 8.5}", "binCount is a whole number from 2 to 1024, not 8.5"),
    ("setting: {normalize: 1}", "normalize is true or false, not 1"),
    ("setting: {resampledPixelSpacing: 2}", "resampledPixelSpacing is a list of three sizes"),
    ("setting: {resampledPixelSpacing: [2, 2]}", "resampledPixelSpacing is a list of three sizes"),
    ("setting: {binWidth: .inf}", "binWidth is a number above 0, not inf"),
    ("setting: {normalizeScale: 1" + "0" * 400 + "}", "normalizeScale is a number above 0"),
    ("setting: {weightingNorm: city}", "weightingNorm is one of no_weighting, manhattan"),
    ("setting: {resegmentRange: [1, 2, 3]}", "resegmentRange is a list of one or two numbers"),
    ("imageType: {Laplace: {}}", "unknown type Laplace; there are Original, LoG"),
    ("imageType: {LoG: {sigma: 2}}", "imageType: LoG: sigma is a list of numbers of mm above 0, not 2"),
    ("imageType: {LoG: {sgima: [2]}}", "imageType: LoG has the unknown entry sgima"),
    ("imageType: {LoG: {}}", "LoG alone and gives no sigma"),
    ("featureClass: {glmc: }", "unknown class glmc"), ("featureClass: {glcm: Contrast}", "is a list of feature names"),
    ("featureClass: {glcm: [Kontrast]}", "glcm has no feature Kontrast; it has Autocorrelation"),
    ("featureClass: {shape2D: }", "asks for no feature that is offered")])
def test_mistakes_end_in_a_sentence(text, words):
    with pytest.raises(InputError, match=words) as caught:
        imported(text)
    assert str(caught.value).endswith(".")


def test_the_command_lists_and_writes(tmp_path, capsys):
    parameters, output = tmp_path / "Params.yaml", tmp_path / "mine.yaml"
    parameters.write_text("setting: {label: 2}\nfeatureClass: {glcm: [Contrast, Dissimilarity]}\n", encoding="utf-8")
    command = ["profiles", "import", str(parameters), "-o", str(output), "--modality", "CT", "--site", "vertebra"]
    assert main(command) == 0
    text = capsys.readouterr().out
    assert "values differ or are missing:\n    featureClass: glcm: Dissimilarity: " in text
    assert "Ignored, decides no value:\n    setting: label: the region is chosen with --segment" in text
    written = output.read_text(encoding="utf-8")
    assert "# Ignored: setting: label" in written and "Not as in pyradiomics. featureClass: glcm: Diss" in written
    profile = load_profile(str(output))
    assert (profile.id, profile.modality, profile.site) == ("mine", "CT", "vertebra")
    assert main([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["sha256"] == profile.hash() and len(told["ignored"]) == len(told["different"]) == 1
    for bad in (["profiles", "import", str(tmp_path / "none.yaml"), "-o", str(output)],
                ["profiles", "import", str(parameters), "-o", str(tmp_path / "mine.txt")]):
        assert main(bad) == 2
    parameters.write_text("setting: {label: 2", encoding="utf-8")
    assert main(["profiles", "import", str(parameters), "-o", str(tmp_path / "other.yaml")]) == 2
    assert "is not valid YAML" in capsys.readouterr().err and not (tmp_path / "other.yaml").exists()
