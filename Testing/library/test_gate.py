"""Every finding has a case that raises it and one that does not."""

from dataclasses import replace

import numpy as np
import phantoms
import pytest
from RadiomicsOrthoLib.quality.bone_checks import check_trabecular_values
from RadiomicsOrthoLib.quality.finding import Finding, most_severe_first
from RadiomicsOrthoLib.quality.gate import inspect
from RadiomicsOrthoLib.regions.trabecular import trabecular_core


def codes(image, roi):
    return {finding.code: finding.severity for finding in inspect(image, roi)}


def changed(image, function):
    array = image.array.astype(np.float32)
    function(array)
    return replace(image, array=array)


@pytest.fixture(scope="module")
def case():
    return phantoms.trunk()


def test_a_good_case_has_notes_only(case):
    assert set(codes(*case).values()) == {"note"}
    assert set(codes(*case)) == {"MODALITY_ASSUMED_CT", "CT_FACTS_UNKNOWN", "CONTRAST_NOT_STATED"}


def test_a_declared_modality_is_not_guessed(case):
    image, roi = case
    assert "MODALITY_ASSUMED_CT" not in codes(replace(image, modality="CT"), roi)


def test_a_constant_image(case):
    image, roi = case
    assert codes(changed(image, lambda a: a.fill(100)), roi) == {"NO_INTENSITY_VARIATION": "refuse"}


@pytest.mark.parametrize("alter", [
    lambda a: np.add(a, 1024, out=a),               # unsigned storage without rescale
    lambda a: np.clip(a / 8 + 100, 0, 255, out=a),  # grey values as in MR
    lambda a: np.divide(a, 1000, out=a),            # g/cm3
])
def test_values_that_are_not_hu(case, alter):
    image, roi = case
    assert codes(changed(image, alter), roi)["NOT_HU"] == "refuse"


def test_a_crop_without_air_is_used_with_a_warning(case):
    image, roi = case
    found = codes(changed(image, lambda a: np.copyto(a, -100, where=a < -500)), roi)
    assert found["HU_SCALE_UNCHECKED"] == "warn" and "NOT_HU" not in found


def test_elongated_voxels():
    assert codes(*phantoms.trunk(spacing=(0.8, 0.8, 2.5)))["ANISOTROPIC_VOXELS"] == "warn"
    assert "ANISOTROPIC_VOXELS" not in codes(*phantoms.trunk(spacing=(1.0, 1.0, 2.5)))


@pytest.mark.parametrize(("voxels", "code", "severity"), [
    (0, "ROI_EMPTY", "refuse"), (1, "ROI_TOO_SMALL", "refuse"), (63, "ROI_TOO_SMALL", "refuse"),
    (64, "ROI_FEW_VOXELS", "warn"), (999, "ROI_FEW_VOXELS", "warn")])
def test_small_regions(case, voxels, code, severity):
    image, roi = case
    mask = np.zeros_like(roi.mask)
    mask.ravel()[np.flatnonzero(roi.mask)[5000:5000 + voxels]] = True
    assert codes(image, roi.with_mask(mask))[code] == severity
    assert code not in codes(image, roi)


@pytest.mark.parametrize(("bad", "count"), [(np.nan, 3), (np.inf, 1)])
def test_non_finite_voxels_in_the_region(case, bad, count):
    image, roi = case

    def spoil(array):
        array.ravel()[np.flatnonzero(roi.mask)[:count]] = bad

    found = [f for f in inspect(changed(image, spoil), roi) if f.code == "NON_FINITE_VOXELS"]
    assert found[0].severity == "refuse" and f"{count} non-finite" in found[0].sentence

    def spoil_outside(array):
        array[0, 0, 0] = bad

    assert "NON_FINITE_VOXELS" not in codes(changed(image, spoil_outside), roi)


@pytest.mark.parametrize(("body_at", "face"), [((0, 0, -35), "first slice"), ((0, 0, 35), "last slice"),
                                               ((50, 0, 0), "last column"), ((0, -50, 0), "first row")])
def test_a_body_cut_by_the_field_of_view(body_at, face):
    found = [f for f in inspect(*phantoms.trunk(body_at=body_at)) if f.code == "CUT_BY_FIELD_OF_VIEW"]
    assert found and found[0].severity == "refuse" and face in found[0].sentence


def test_islands(case):
    image, roi = case
    mask = roi.mask.copy()
    mask[2:12, 5:20, 5:20] = True
    assert codes(image, roi.with_mask(mask))["SEVERAL_PARTS"] == "warn"
    speck = roi.mask.copy()
    speck[2, 5, 5] = True
    assert "SEVERAL_PARTS" not in codes(image, roi.with_mask(speck))


def test_metal_in_the_region(case):
    image, roi = case

    def screw(array):
        array[25:30, 58:62, 58:62] = 3071

    assert codes(changed(image, screw), roi)["METAL_IN_ROI"] == "refuse"

    def speck(array):
        array[26, 60, 60] = 2600

    assert "METAL_IN_ROI" not in codes(changed(image, speck), roi)


def test_metal_near_the_region():
    assert codes(*phantoms.trunk(rod_hu=3071))["METAL_NEAR_ROI"] == "refuse"
    assert "METAL_NEAR_ROI" not in codes(*phantoms.trunk(rod_hu=1500))


@pytest.mark.parametrize("hu", [160, 250, 400])
def test_contrast_is_seen_in_the_aorta(hu):
    assert codes(*phantoms.trunk(aorta_hu=hu))["CONTRAST_LIKELY"] == "warn"


@pytest.mark.parametrize("core_hu", [60, 200, 280])
def test_bone_is_not_taken_for_an_enhanced_vessel(core_hu):
    assert "CONTRAST_LIKELY" not in codes(*phantoms.trunk(core_hu=core_hu))


def test_stated_contrast(case):
    image, roi = case
    given = replace(image, acquisition=image.acquisition.with_stated(contrast_agent=True))
    assert codes(given, roi)["CONTRAST_STATED"] == "warn"
    none = replace(image, acquisition=image.acquisition.with_stated(contrast_agent=False))
    assert not {"CONTRAST_STATED", "CONTRAST_NOT_STATED"} & set(codes(none, roi))
    enhanced, roi = phantoms.trunk(aorta_hu=300)
    enhanced = replace(enhanced, acquisition=none.acquisition)
    found = [f for f in inspect(enhanced, roi) if f.code == "CONTRAST_LIKELY"]
    assert "although it was stated that none was given" in found[0].sentence


def test_mr_is_not_checked_for_hu(case):
    image, roi = case
    mr = replace(changed(image, lambda a: np.clip(a / 8 + 100, 0, 255, out=a)), modality="MR")
    assert not {"NOT_HU", "CONTRAST_NOT_STATED"} & set(codes(mr, roi))


@pytest.mark.parametrize(("core_hu", "code"), [(-400, "NOT_TRABECULAR_BONE"), (900, "NOT_TRABECULAR_BONE"),
                                                 (120, None)])
def test_mean_of_the_core(core_hu, code):
    image, roi = phantoms.trunk(core_hu=core_hu)
    found = {f.code for f in check_trabecular_values(image, trabecular_core(roi))}
    assert found == ({code} if code else set())


def test_an_uneven_core():
    image, roi = phantoms.trunk(noise=90)
    assert {f.code for f in check_trabecular_values(image, trabecular_core(roi))} == {"HETEROGENEOUS_CORE"}


def test_findings_come_most_severe_first_and_are_checked():
    note, warn, refuse = (Finding("A", s, "x") for s in ("note", "warn", "refuse"))
    assert most_severe_first([note, refuse, warn]) == (refuse, warn, note)
    for bad in (("A", "fatal", "x"), ("a", "warn", "x"), ("A", "warn", "")):
        with pytest.raises(ValueError, match=r"\w"):
            Finding(*bad)


def test_a_region_on_another_grid_is_a_programming_error(case):
    image, _ = case
    _, other = phantoms.trunk(spacing=(2.0, 2.0, 2.0))
    with pytest.raises(ValueError, match="grid"):
        inspect(image, other)


@pytest.mark.parametrize(("hu", "side", "refused"), [(1500, 8, True), (2200, 8, True), (1500, 3, False),
                                                      (900, 8, False)])
def test_cement_in_the_core_is_refused(case, hu, side, refused):
    """Filling of 0.7 mL in the middle of the body; a speck of 0.04 mL is none."""
    image, roi = case

    def fill(array):
        array[26:26 + side, 60:60 + side, 60:60 + side] = hu

    found = {f.code: f.severity for f in check_trabecular_values(changed(image, fill), trabecular_core(roi))}
    assert ("DENSE_PART" in found) == refused
    assert found.get("DENSE_PART", "refuse") == "refuse"


def test_non_finite_voxels_elsewhere_are_warned_about(case):
    image, roi = case

    def spoil(array):
        array[0, 0, :5] = np.nan

    assert codes(changed(image, spoil), roi)["NON_FINITE_IMAGE"] == "warn"
    assert "NON_FINITE_IMAGE" not in codes(image, roi)
