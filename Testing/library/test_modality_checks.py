"""Each modality is judged by its own rules; every finding has a case that raises it and one that does not."""

from dataclasses import replace

import numpy as np
import phantoms
import planar
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.modality import modality_from_dicom, modality_from_name
from RadiomicsOrthoLib.imaging.suv import SUV
from RadiomicsOrthoLib.quality.gate import inspect
from RadiomicsOrthoLib.quality.image_checks import check_image


def codes(image, roi=None):
    findings = inspect(image, roi) if roi is not None else check_image(image)
    return {finding.code: finding.severity for finding in findings}


def stating(image, **facts):
    return replace(image, acquisition=image.acquisition.with_stated(**facts))


def read_so(image, **changes):
    return replace(image, reading=replace(image.reading, **changes))


@pytest.fixture(scope="module")
def mr():
    return planar.mr()


class TestModality:
    def test_ct_rules_are_for_ct(self, mr):
        image, roi = mr
        ct_only = {"NOT_HU", "HU_SCALE_UNCHECKED", "MODALITY_ASSUMED_CT", "CONTRAST_NOT_STATED", "CONTRAST_LIKELY",
                   "METAL_IN_ROI", "METAL_NEAR_ROI"}
        for modality in ("MR", "XR", "DXA", "PT", "US"):
            # values that would be metal on a CT
            bright = replace(image, modality=modality, array=image.array.astype(np.int16) * 40)
            assert not ct_only & set(codes(bright, roi)), modality

    def test_an_unknown_modality_with_other_values_than_hu_says_how_to_state_it(self, mr):
        image, _ = mr
        unknown = list(check_image(replace(image, modality="unknown")))
        assert [finding.severity for finding in unknown if finding.code == "NOT_HU"] == ["refuse"]
        assert "does not say which modality" in unknown[0].sentence and "--modality MR" in unknown[0].remedy
        stated = list(check_image(replace(image, modality="CT")))
        assert stated[0].code == "NOT_HU" and "--modality" not in stated[0].remedy

    def test_values_that_are_no_hu_are_not_searched_for_metal(self, mr):
        image, roi = mr
        bright = replace(image, modality="unknown", array=image.array.astype(np.int16) * 40)
        assert codes(bright, roi) == {"NOT_HU": "refuse"}

    def test_a_ct_taken_for_something_else_is_noticed(self):
        trunk, _ = phantoms.trunk(spacing=(3.0, 3.0, 4.0))
        assert codes(trunk.with_modality("MR", "profile"))["LOOKS_LIKE_CT"] == "refuse"
        assert codes(trunk.with_modality("XR"))["LOOKS_LIKE_CT"] == "refuse"
        assert "LOOKS_LIKE_CT" not in codes(trunk.with_modality("CT"))
        grey = replace(planar.mr()[0], modality="unknown").with_modality("MR")
        assert "LOOKS_LIKE_CT" not in codes(grey)
        # a scanner knows what it is
        assert "LOOKS_LIKE_CT" not in codes(replace(trunk, modality="MR"))

    @pytest.mark.parametrize("source", ["stated", "profile", "name"])
    def test_who_says_the_modality_is_noted(self, mr, source):
        image = replace(mr[0], modality="unknown")
        assert codes(image.with_modality("MR", source))["MODALITY_NOT_IN_FILE"] == "note"
        assert "MODALITY_NOT_IN_FILE" not in codes(mr[0])

    def test_what_the_file_states_is_not_talked_over(self, mr):
        with pytest.raises(InputError, match="states the modality MR; it cannot be stated as CT"):
            mr[0].with_modality("CT")
        assert mr[0].with_modality("MR") is mr[0]
        # densitometers write their images as radiographs
        assert planar.image("XR").with_modality("DXA").modality == "DXA"
        with pytest.raises(InputError, match="cannot be stated as XR"):
            planar.image("DXA").with_modality("XR")

    @pytest.mark.parametrize(("code", "modality"), [("CT", "CT"), ("mr ", "MR"), ("CR", "XR"), ("DX", "XR"),
                                                    ("BMD", "DXA"), ("PT", "PT"), ("US", "US"), ("OT", "unknown"),
                                                    ("", "unknown")])
    def test_dicom_codes(self, code, modality):
        assert modality_from_dicom(code) == modality

    @pytest.mark.parametrize(("name", "modality"), [
        ("3: CT Thorax", "CT"), ("MR_T1_sag", "MR"), ("hip_DXA", "DXA"), ("PET CT", "unknown"), ("Custom", "unknown"),
        ("campus", "unknown"), ("PET AC", "PT"), ("XR Hip 2 views", "XR"), ("CT CT", "CT")])
    def test_names(self, name, modality):
        assert modality_from_name(name) == modality


class TestMr:
    def test_sequence_and_field_strength(self, mr):
        image, _ = mr
        assert codes(image) == {"MR_SEQUENCE_UNKNOWN": "warn", "FIELD_STRENGTH_UNKNOWN": "warn"}
        assert codes(stating(image, sequence="T1w TSE", field_strength_t=1.5)) == {}

    def test_a_region_on_mr_has_no_findings_of_ct(self, mr):
        image, roi = mr
        assert codes(stating(image, sequence="T1w", field_strength_t=3.0), roi) == {}


class TestPet:
    def test_values_that_are_no_suv(self):
        image = planar.mr()[0].with_modality("MR")
        pet = replace(image, modality="PT")
        assert codes(pet)["NOT_SUV"] == "warn"
        activity = read_so(pet, value_unit="Bq/mL", value_note="not SUV: the file does not state the body weight")
        finding = next(finding for finding in check_image(activity) if finding.code == "NOT_SUV")
        assert "in Bq/mL" in finding.sentence and "body weight" in finding.sentence
        assert codes(read_so(pet, value_unit=SUV)) == {"SUV": "note"}
        assert "NOT_SUV" not in codes(image)


class TestDevice:
    @pytest.mark.parametrize("modality", ["XR", "DXA", "US"])
    def test_device_and_software(self, modality):
        image = planar.image(modality)
        assert codes(image)["DEVICE_UNKNOWN"] == "note"
        known = stating(image, manufacturer="GENERATED", scanner_model="A", software="1.2")
        assert "DEVICE_UNKNOWN" not in codes(known)
        partly = stating(image, manufacturer="GENERATED", scanner_model="A")
        sentence = next(f.sentence for f in check_image(partly) if f.code == "DEVICE_UNKNOWN")
        assert "scanner software" in sentence and "manufacturer" not in sentence


class TestPlanar:
    @pytest.mark.parametrize(("source", "code", "severity"), [
        ("missing", "NO_PIXEL_SIZE", "warn"), ("detector", "SIZE_AT_DETECTOR", "warn"),
        ("stated", "PIXEL_SIZE_STATED", "note"), ("calibrated", None, None), ("file", None, None)])
    def test_who_states_the_size_of_a_pixel(self, source, code, severity):
        found = codes(planar.image(spacing_from=source))
        sizes = {"NO_PIXEL_SIZE", "SIZE_AT_DETECTOR", "PIXEL_SIZE_STATED", "PIXEL_SIZE_DOUBTFUL"} & set(found)
        assert sizes == ({code} if code else set())
        assert code is None or found[code] == severity

    def test_one_millimetre_from_a_converter_is_doubted(self):
        assert codes(planar.image(pixel_mm=(1.0, 1.0)))["PIXEL_SIZE_DOUBTFUL"] == "warn"
        assert "PIXEL_SIZE_DOUBTFUL" not in codes(planar.image(pixel_mm=(1.0, 1.0), spacing_from="calibrated"))
        assert "PIXEL_SIZE_DOUBTFUL" not in codes(planar.image("MR", pixel_mm=(1.0, 1.0)))

    def test_the_third_size_of_a_pixel_is_no_elongated_voxel(self):
        assert "ANISOTROPIC_VOXELS" not in codes(planar.image(pixel_mm=(0.1, 0.1)))

    def test_what_the_reader_changed_or_the_device_lost(self):
        assert codes(planar.image(inverted=True))["GREY_SCALE_INVERTED"] == "note"
        assert codes(planar.image(lossy=True))["LOSSY_COMPRESSION"] == "warn"
        assert not {"GREY_SCALE_INVERTED", "LOSSY_COMPRESSION"} & set(codes(planar.image()))

    @pytest.mark.parametrize("value", [0, 4095])
    def test_burnt_out_parts_of_the_region(self, value):
        image = planar.image()
        roi = planar.roi(image)
        assert "SATURATED" not in codes(image, roi)
        array = image.array.copy()
        array[0, 40:50, 35:45] = value
        assert codes(replace(image, array=array), roi)["SATURATED"] == "warn"
        # on a slice a marked brightest voxel is no burnt-out film
        assert "SATURATED" not in codes(replace(image, array=array, modality="MR"), roi)

    def test_a_region_at_the_edge_of_a_radiograph_is_used_with_a_warning(self):
        image = planar.image()
        roi = planar.roi(image)
        assert "CUT_BY_FIELD_OF_VIEW" not in codes(image, roi)
        mask = roi.mask.copy()
        mask[0, 60:, 35:45] = True
        assert codes(image, roi.with_mask(mask))["CUT_BY_FIELD_OF_VIEW"] == "warn"
        assert codes(replace(image, modality="MR"), roi.with_mask(mask))["CUT_BY_FIELD_OF_VIEW"] == "refuse"

    def test_a_region_of_one_slice_is_not_cut_by_the_first_slice(self, mr):
        image, roi = mr
        mask = np.zeros_like(roi.mask)
        mask[0] = roi.mask[roi.mask.shape[0] // 2]
        assert "CUT_BY_FIELD_OF_VIEW" not in codes(image, roi.with_mask(mask))
        mask[1] = mask[0]
        assert codes(image, roi.with_mask(mask))["CUT_BY_FIELD_OF_VIEW"] == "refuse"

    def test_sizes_are_counted_in_pixels(self):
        image = planar.image(spacing_from="missing")
        mask = np.zeros(image.array.shape, bool)
        mask[0, 40:45, 40:45] = True
        finding = next(f for f in inspect(image, planar.roi(image).with_mask(mask)) if f.code == "ROI_TOO_SMALL")
        assert "has 25 pixels; it is too small" in finding.sentence

    def test_a_slice_of_a_ct_is_judged_as_ct(self):
        trunk, roi = phantoms.trunk()
        k = trunk.array.shape[0] // 2
        grid = replace(trunk.geometry, shape=(1, *trunk.array.shape[1:]))
        piece = replace(trunk, array=trunk.array[k:k + 1], geometry=grid, modality="CT")
        region = replace(roi, mask=roi.mask[k:k + 1], geometry=grid)
        assert codes(piece, region) == {"CONTRAST_NOT_STATED": "note", "CT_FACTS_UNKNOWN": "note"}
        metal = piece.array.copy()
        metal[0, 58:62, 58:62] = 3071
        assert codes(replace(piece, array=metal), region)["METAL_IN_ROI"] == "refuse"


def test_a_small_region_of_a_picture_is_not_told_to_use_thinner_slices():
    image = planar.image()
    mask = np.zeros(image.array.shape, bool)
    mask[0, 10:20, 10:20] = True
    small = planar.roi(image).with_mask(mask)
    [few] = [finding for finding in inspect(image, small) if finding.code == "ROI_FEW_VOXELS"]
    assert "100 pixels" in few.sentence and "mean" in few.remedy and "slices" not in few.remedy
