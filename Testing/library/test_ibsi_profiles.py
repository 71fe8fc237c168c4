"""``definitions: ibsi`` the way of a user: YAML, extraction, table; on data small enough to calculate by hand."""

import csv
import io
import json
import math
from dataclasses import asdict, replace

import numpy as np
import phantoms
import pytest
from benchmarks.ibsi.make_table import PROFILES
from RadiomicsOrthoLib.cli import main as cli
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.features.engine import engine_problem, load_engine
from RadiomicsOrthoLib.features.extraction import extract_features
from RadiomicsOrthoLib.features.ibsi.identifiers import FAMILIES
from RadiomicsOrthoLib.features.ibsi.options import IbsiOptions
from RadiomicsOrthoLib.features.ibsi.settings import AGGREGATIONS
from RadiomicsOrthoLib.features.measurements import MEASUREMENTS
from RadiomicsOrthoLib.features.profile_file import load_profile
from RadiomicsOrthoLib.features.table import feature_row
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.regions.roi import Roi
from RadiomicsOrthoLib.report.tables import features_csv
from RadiomicsOrthoLib.resources import resource_folder

HEAD = """schema: radiomics-ortho-profile/1
id: test
version: 1
title: Test
modality: any
site: any
compartment: any
definitions: ibsi
"""


def profile_of(tmp_path, text):
    path = tmp_path / "profile.yaml"
    path.write_text(HEAD + text, encoding="utf-8")
    return load_profile(str(path))


def table(profile, array, mask=None, spacing=(1.0, 1.0, 1.0)):
    """The numbers of the table of features, by column."""
    array = np.asarray(array)
    geometry = Geometry(array.shape, spacing, (0.0, 0.0, 0.0))
    roi = Roi(np.ones(array.shape, bool) if mask is None else mask, geometry)
    vector = extract_features(BoneImage(array, geometry), roi, profile, load_engine("fast"))
    row = next(csv.DictReader(io.StringIO(features_csv([feature_row(vector, roi)]))))
    return {name: float(value) for name, value in row.items() if name in vector.values and name not in MEASUREMENTS}


def noise(seed=5):
    generator = np.random.default_rng(seed)
    mask = np.zeros((8, 14, 14), bool)
    mask[2:6, 3:11, 4:12] = True
    return generator.normal(100, 60, mask.shape).astype(np.float32), mask


class TestByHand:
    def test_levels_of_two_slices(self, tmp_path):
        every = "2D_avg, 2D_comb, 2_5D_avg, 2_5D_comb, 3D_avg, 3D_comb"
        profile = profile_of(tmp_path, f"ibsi:\n  aggregations: [{every}]\n")
        found = table(profile, np.array([[[1, 2]], [[1, 1]]], np.int16))
        assert (found["original_stat_mean"], found["original_stat_var"]) == (1.25, 0.1875)
        assert found["original_ih_entropy"] == pytest.approx(-0.75 * math.log2(0.75) - 0.25 * math.log2(0.25))
        # first slice: (1, 2) and (2, 1); second: (1, 1) alone
        assert found["original_cm_joint_max_2D_avg"] == 0.75 and found["original_cm_joint_max_2_5D_comb"] == 0.5
        # pairs in space: along i 1-2 and 1-1, along k 1-1 and 2-1, diagonals 1-1 and 2-1
        assert found["original_cm_contrast_3D_avg"] == pytest.approx(0.5) == found["original_cm_contrast_3D_comb"]
        assert found["original_szm_z_perc_3D"] == 0.5 and found["original_morph_vol_approx"] == 4

    def test_bins_start_at_the_range_and_outliers_leave(self, tmp_path):
        profile = profile_of(tmp_path, "resegment_hu: [-10, 200]\nbin_width: 25\nfeature_classes: [stat, ih]\n")
        found = table(profile, np.array([[[-300, -10, 14, 15, 200, 201]]], np.int16))
        # -10 and 14 are in the first bin, 15 in the second, 200 in the ninth
        assert (found["original_stat_min"], found["original_stat_max"]) == (-10, 200)
        assert (found["original_ih_mode"], found["original_ih_max"], found["original_ih_median"]) == (1, 9, 1.5)
        profile = profile_of(tmp_path, "bin_count: 2\nfeature_classes: [stat]\nibsi:\n  outlier_sigma: 1.5\n")
        # mean 20, standard deviation 40: 100 is two of them off
        assert table(profile, np.array([[[0, 0, 0, 0, 100]]], np.int16))["original_stat_max"] == 0

    @pytest.mark.parametrize(("rounding", "expected"), [
        ("true", [0, 2, 4, 6, 8, 9]), ("false", [0, 1.5, 3.5, 5.5, 7.5, 9])])
    def test_both_grids_have_one_centre(self, tmp_path, rounding, expected):
        """Four voxels of 3 mm become six of 2 mm: centres at -0.5, 1.5, 3.5, 5.5, 7.5 and 9.5 mm of the first."""
        profile = profile_of(tmp_path, "resample_mm: [2, 2, 2]\ninterpolator: linear\nbin_count: 8\n"
                                       f"feature_classes: [stat]\nibsi:\n  round_intensities: {rounding}\n")
        ramp = np.broadcast_to(np.array([0, 3, 6, 9], np.int16), (4, 4, 4))
        found = table(profile, ramp, spacing=(3.0, 3.0, 3.0))
        # halves go to the even neighbour, in every row of voxels
        assert found["original_stat_mean"] == pytest.approx(np.mean(expected))
        assert found["original_stat_energy"] == pytest.approx(36 * np.square(expected).sum())

    def test_null_keeps_the_slices(self, tmp_path):
        profile = profile_of(tmp_path, "resample_mm: [2, 2, null]\nbin_count: 8\nfeature_classes: [diag]\n")
        found = table(profile, np.zeros((3, 8, 8), np.int16) + np.arange(8, dtype=np.int16), spacing=(1.0, 1.0, 5.0))
        assert [found[f"original_diag_img_dim_{axis}_interp_img"] for axis in "xyz"] == [4, 4, 3]
        assert [found[f"original_diag_vox_dim_{axis}_interp_img"] for axis in "xyz"] == [2, 2, 5]

    def test_the_fraction_of_the_mask_decides(self, tmp_path):
        """Two of four voxels of 3 mm: of the new ones at 1.5 mm steps, those half-way to the border have half."""
        mask = np.zeros((1, 1, 4), bool)
        mask[0, 0, 1:3] = True
        counts = {}
        for threshold in (0.2, 0.5, 0.8):
            profile = profile_of(tmp_path, "resample_mm: [1.5, 1, 1]\ninterpolator: linear\nbin_count: 8\n"
                                           f"feature_classes: [diag]\nibsi:\n  mask_threshold: {threshold}\n")
            found = table(profile, np.arange(4, dtype=np.int16).reshape(1, 1, 4), mask, (3.0, 1.0, 1.0))
            counts[threshold] = found["original_diag_int_mask_vox_count_interp_roi"]
        # new centres lie a quarter of an old voxel off the old ones: fractions 0, 0.25, 0.75, 1, 1, 0.75, 0.25, 0
        assert counts == {0.2: 6, 0.5: 4, 0.8: 2}


class TestFilters:
    def test_a_laplacian_sees_curvature_alone(self, tmp_path):
        k, j, i = np.indices((41, 41, 41)) - 20.0
        mask = np.maximum(np.maximum(abs(k), abs(j)), abs(i)) < 4
        profile = profile_of(tmp_path, "image_types: [LoG]\nbin_width: 5\nfeature_classes: [stat, ih]\nfilters:\n"
                                       "  log_sigma_mm: [1.5, 2]\nibsi:\n  log_cutoff_sigmas: 6\n")
        found = table(profile, k ** 2 + 2 * j ** 2 + i, mask)
        # Δ(k² + 2·j² + i) = 6
        for image in ("log-sigma-1-5-mm-3D", "log-sigma-2-mm-3D"):
            assert found[f"{image}_stat_mean"] == pytest.approx(6, abs=1e-4)
            assert found[f"{image}_ih_max"] == 1
        assert not any(name.startswith("original") for name in found)
        flat = replace(profile, ibsi=replace(profile.ibsi, filter_dimension="2D"))
        # without curvature along k
        assert table(flat, k ** 2 + 2 * j ** 2 + i, mask)["log-sigma-2-mm-2D_stat_mean"] == pytest.approx(4, abs=1e-4)

    def test_haar_of_a_checkerboard(self, tmp_path):
        """Neighbours differ by 2: each high pass makes ±√2 of ±1, the low pass nothing."""
        board = (-1.0) ** np.indices((12, 12, 12)).sum(0)
        mask = np.zeros(board.shape, bool)
        mask[4:8, 4:8, 4:8] = True
        text = "image_types: [Original, Wavelet]\nbin_count: 8\nfeature_classes: [stat]\nfilters:\n  wavelet: haar\n"
        found = table(profile_of(tmp_path, text), board, mask)
        assert found["wavelet-HHH_stat_max"] == pytest.approx(math.sqrt(8))
        assert found["wavelet-LLH_stat_energy"] == pytest.approx(0) == found["wavelet-LLL_stat_energy"]
        assert len({name.partition("_")[0] for name in found}) == 9

    def test_images_of_the_wavelet_levels(self, tmp_path):
        text = ("image_types: [Wavelet]\nbin_count: 8\nfeature_classes: [stat]\nfilters:\n  wavelet: db2\n"
                "  wavelet_levels: 2\nibsi:\n  wavelet_rotation_invariant: true\n")
        images = {name.partition("_")[0] for name in table(profile_of(tmp_path, text), *noise())}
        assert images == {"wavelet-LLH", "wavelet-LHH", "wavelet-HHH", "wavelet2-LLH", "wavelet2-LHH", "wavelet2-HHH",
                          "wavelet2-LLL"}

    @pytest.mark.parametrize("boundary", ["zero", "nearest", "mirror", "periodic"])
    @pytest.mark.parametrize("dimension", ["2D", "3D"])
    def test_a_crop_gives_what_the_whole_scan_gives(self, tmp_path, boundary, dimension):
        """The region's crop has all that the filters read, at the border of the image too."""
        from RadiomicsOrthoLib.features.ibsi.image_types import filters_of

        array = np.random.default_rng(2).normal(0, 50, (30, 40, 44))
        mask = np.zeros(array.shape, bool)
        mask[12:16, 17:22, 0:5] = True
        profile = profile_of(tmp_path, "image_types: [LoG, Wavelet]\nbin_count: 8\nfeature_classes: [stat]\nfilters:\n"
                             "  log_sigma_mm: [1.3]\n  wavelet: db3\n  wavelet_levels: 2\n"
                             f"ibsi:\n  filter_boundary: {boundary}\n  filter_dimension: {dimension}\n")
        found = table(profile, array, mask)
        filters = filters_of(profile, (1.0, 1.0, 1.0))
        assert len(filters) == (8 if dimension == "2D" else 16)
        for used in filters:
            inside = used.respond(array, (1.0, 1.0, 1.0), lambda: None)[mask]
            assert found[f"{used.name}_stat_mean"] == pytest.approx(inside.mean(), abs=1e-9), used.name
            assert found[f"{used.name}_stat_max"] == pytest.approx(inside.max(), abs=1e-9), used.name

    def test_voxels_must_be_cubes(self, tmp_path):
        text = "image_types: [LoG]\nbin_count: 8\nfilters:\n  log_sigma_mm: [2]\n"
        array, mask = noise()
        with pytest.raises(InputError, match="sides of one length, not 1 × 1 × 2 mm"):
            table(profile_of(tmp_path, text), array, mask, (1.0, 1.0, 2.0))
        flat = profile_of(tmp_path, text + "feature_classes: [stat]\nibsi:\n  filter_dimension: 2D\n")
        assert table(flat, array, mask, (1.0, 1.0, 2.0))


class TestExtraction:
    def test_families_come_alone_or_together(self):
        array, mask = noise()
        profile = load_profile("ibsi-ct-3d")
        everything = table(profile, array, mask, (1.0, 1.0, 2.0))
        # as many as IBSI's table has for a configuration in space
        assert len(everything) == 270 - 60
        for family in FAMILIES:
            alone = table(replace(profile, feature_classes=(family,)), array, mask, (1.0, 1.0, 2.0))
            assert alone == {name: everything[name] for name in alone} and alone
            assert all(name.startswith(f"original_{family}_") for name in alone)

    def test_the_scan_around_does_not_matter(self):
        """A crop of the scan gives the same values, but for local intensity near its border."""
        array, mask = noise()
        profile = replace(load_profile("ibsi-ct-3d"), resample_mm=None, feature_classes=("morph", "stat", "cm", "dzm"))
        found = [table(profile, scan, area) for scan, area in (
            (array, mask), (np.pad(array, 40, mode="edge"), np.pad(mask, 40)))]
        assert found[0] == pytest.approx(found[1], rel=1e-9)

    def test_no_name_is_pyradiomics_own(self):
        array, mask = noise()
        ours = table(load_profile("ibsi-ct-3d"), array, mask)
        theirs = table(replace(load_profile("ct-vertebra-trabecular"), resegment_hu=None), array, mask)
        assert not set(ours) & set(theirs)

    def test_threads_change_nothing(self):
        from RadiomicsOrthoLib.features.ibsi.extraction import extract

        array, mask = noise()
        geometry = Geometry(array.shape, (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
        scan, roi = BoneImage(array, geometry), Roi(mask, geometry)
        found = [extract(scan, roi, load_profile("ibsi-ct-3d"), threads) for threads in (1, 4)]
        assert list(found[0].items()) == list(found[1].items())

    def test_the_command(self, tmp_path, capsys):
        files = phantoms.write_case(tmp_path, *phantoms.trunk())
        out = tmp_path / "features.csv"
        assert cli.main(["extract", *map(str, files), "--profile", "ibsi-ct-3d", "-o", str(out)]) == 0
        with out.open(encoding="utf-8", newline="") as file:
            row = next(csv.DictReader(file))
        provenance = json.loads(out.with_suffix(".provenance.json").read_text(encoding="utf-8"))
        assert provenance["profile"]["definitions"] == "ibsi" and provenance["engine"]["name"] == "fast"
        titles = provenance["features"]
        assert set(titles) == {name for name in row if name.startswith("original_")}
        assert titles["original_cm_joint_entr_3D_comb"] == {
            "image": "original", "tag": "cm_joint_entr_3D_comb", "family": "Co-occurrence matrix",
            "title": "Joint entropy", "ibsi_id": "TU9B", "aggregation": "3D:mrg", "aggregation_id": "IAZD"}
        assert titles["original_morph_diam"]["aggregation"] == ""

    def test_pyradiomics_refuses_it(self):
        if engine_problem("pyradiomics"):
            pytest.skip(engine_problem("pyradiomics"))
        image, roi = phantoms.trunk()
        with pytest.raises(InputError, match="does not follow the definitions of the profile 'ibsi-ct-3d'"):
            extract_features(image, roi, load_profile("ibsi-ct-3d"), load_engine("pyradiomics"))


class TestProfiles:
    @pytest.mark.parametrize(("text", "words"), [
        ("bin_width: 5\nbin_count: 8\n", "one of bin_width and bin_count"),
        ("feature_classes: [glcm]\n", "feature_classes must come from morph"),
        ("image_types: [Gradient]\n", "image_types must come from Original, LoG, Wavelet"),
        ("crop: pyradiomics-pad-5\n", "crop is not defined by IBSI"),
        ("force_2d: true\n", "force_2d is not defined by IBSI"),
        ("resample_mm: [2, null, 2]\n", "three voxel sizes"),
        ("ibsi:\n  aggregations: [4D]\n", "ibsi: aggregations must come from 2D_avg"),
        ("ibsi:\n  aggregations: 3D_avg\n", "ibsi: aggregations is a list"),
        ("ibsi:\n  mask_threshold: 0\n", "ibsi: mask_threshold lies above 0"),
        ("ibsi:\n  ivh_bin_width: 2\n  ivh_bin_count: 8\n", "only one of ivh_bin_width"),
        ("ibsi:\n  round_intensities: 1\n", "round_intensities is true or false"),
        ("ibsi:\n  dependence_alpha: 0.5\n", "dependence_alpha is a whole number"),
        ("ibsi:\n  colour: red\n", "ibsi: unknown settings: colour"), ("ibsi: 5\n", "settings by name")])
    def test_defects_are_one_sentence(self, tmp_path, text, words):
        with pytest.raises(InputError, match=words):
            profile_of(tmp_path, text)

    def test_the_block_needs_the_definitions(self, tmp_path):
        with pytest.raises(InputError, match="need definitions: ibsi"):
            path = tmp_path / "p.yaml"
            path.write_text(HEAD.replace("definitions: ibsi\n", "bin_width: 5\nibsi:\n  outlier_sigma: 3\n"))
            load_profile(str(path))

    def test_the_hash_follows_the_block(self, tmp_path):
        profiles = [profile_of(tmp_path, text) for text in (
            "bin_width: 5\n", "bin_width: 5\nibsi:\n  outlier_sigma: 3\n",
            "bin_width: 5\nibsi:\n  mask_threshold: 0.5\n")]
        # the third writes down the default
        assert profiles[0].hash() == profiles[2].hash() != profiles[1].hash()

    @pytest.mark.parametrize("path", sorted(PROFILES.glob("*.yaml")), ids=lambda path: path.stem)
    def test_the_reference_configurations_load(self, path):
        assert load_profile(str(path)).definitions == "ibsi"

    def test_the_schema_has_the_same_options_and_defaults(self):
        schema = json.loads((resource_folder() / "Schemas" / "profile.schema.json").read_text(encoding="utf-8"))
        described = schema["properties"]["ibsi"]["properties"]
        defaults = json.loads(json.dumps(asdict(IbsiOptions())))
        assert {name: entry.get("default") for name, entry in described.items()} == defaults
        assert described["aggregations"]["items"]["enum"] == list(AGGREGATIONS)
