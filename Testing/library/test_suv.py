"""PET values become SUV where the header allows it, and are never called so elsewhere."""

import numpy as np
import planar
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.readers import read_image

pytest.importorskip("pydicom", reason="pydicom is needed to write PET series")

#: 370 MBq of F-18 (6586.2 s) after one hour, 70 kg
FACTOR = 70_000 / (370e6 * 2 ** (-3600 / 6586.2))
SLOPES = (0.5, 2.0, 1.25)


@pytest.fixture
def stored():
    return np.random.default_rng(1).integers(0, 60_000, (3, 12, 10)).astype(np.uint16)


def activity(stored):
    return stored * np.array(SLOPES)[:, None, None]


def test_every_slice_has_its_own_slope_and_all_become_suv(tmp_path, stored):
    read = read_image(planar.write_pet_series(tmp_path / "pet", stored, SLOPES))
    np.testing.assert_allclose(read.array, activity(stored) * FACTOR, rtol=1e-6)
    assert (read.modality, read.unit, read.reading.value_unit) == ("PT", "SUVbw", "SUVbw")
    assert "60.0 min after the injection" in read.reading.value_note
    assert read.spacing == pytest.approx((4, 4, 3))


@pytest.mark.parametrize(("elements", "seconds"), [
    ({"drug": {"RadiopharmaceuticalStartTime": None, "RadiopharmaceuticalStartDateTime": "20240102084500.00"}}, 2700),
    # the injection was before midnight
    ({"drug": {"RadiopharmaceuticalStartTime": "234500"}, "SeriesTime": "003000", "AcquisitionTime": "003000"}, 2700),
    ({"DecayCorrection": "ADMIN"}, 0)])
def test_other_ways_to_state_the_time(tmp_path, stored, elements, seconds):
    drug = planar.pet_drug(**elements.pop("drug", {}))
    read = read_image(planar.write_pet_series(tmp_path / "pet", stored, SLOPES, drug, **elements))
    factor = 70_000 / (370e6 * 2 ** (-seconds / 6586.2))
    np.testing.assert_allclose(read.array, activity(stored) * factor, rtol=1e-6)
    assert read.unit == "SUVbw"


def test_values_that_are_suv_already_stay(tmp_path, stored):
    read = read_image(planar.write_pet_series(tmp_path / "pet", stored, SLOPES, Units="GML"))
    np.testing.assert_allclose(read.array, activity(stored), rtol=1e-6)
    assert read.unit == "SUVbw" and "the file holds SUV" in read.reading.value_note


def with_private(folder, group, creator, element, kind, value):
    import pydicom

    for path in folder.iterdir():
        header = pydicom.dcmread(path)
        header.private_block(group, creator, create=True).add_new(element, kind, value)
        header.save_as(path)
    return folder


def test_counts_become_suv_by_the_factor_of_philips(tmp_path, stored):
    folder = planar.write_pet_series(tmp_path / "pet", stored, SLOPES, Units="CNTS")
    read = read_image(with_private(folder, 0x7053, "Philips PET Private Group", 0x00, "DS", "0.0004"))
    np.testing.assert_allclose(read.array, activity(stored) * 0.0004, rtol=1e-6)
    assert read.unit == "SUVbw"


def test_a_series_processed_later_needs_the_first_time(tmp_path, stored):
    later = {"SeriesTime": "150000"}
    refused = read_image(planar.write_pet_series(tmp_path / "later", stored, SLOPES, **later))
    assert refused.unit == "Bq/mL" and "processed later" in refused.reading.value_note
    folder = planar.write_pet_series(tmp_path / "ge", stored, SLOPES, **later)
    read = read_image(with_private(folder, 0x0009, "GEMS_PETD_01", 0x0D, "DT", "20240102093000.00"))
    np.testing.assert_allclose(read.array, activity(stored) * FACTOR, rtol=1e-6)


@pytest.mark.parametrize(("elements", "unit", "words"), [
    ({"PatientWeight": None}, "Bq/mL", "does not state the body weight"),
    ({"PatientWeight": "0"}, "Bq/mL", "does not state the body weight"),
    ({"drug": {"RadionuclideTotalDose": None}}, "Bq/mL", "does not state the injected dose"),
    ({"drug": {"RadionuclideTotalDose": "370"}}, "Bq/mL", "may be in MBq"),
    ({"drug": {"RadionuclideHalfLife": None}}, "Bq/mL", "does not state the half-life"),
    ({"drug": {"RadiopharmaceuticalStartTime": None}}, "Bq/mL", "does not state the time of injection"),
    ({"drug": {"RadiopharmaceuticalStartDateTime": "20240102120000"}}, "Bq/mL", "not plausible"),
    ({"drug": {"RadiopharmaceuticalStartDateTime": "20230102083000"}}, "Bq/mL", "not plausible"),
    ({"AcquisitionTime": None}, "Bq/mL", "does not state when the scan began"),
    ({"DecayCorrection": "NONE"}, "Bq/mL", "correction for attenuation and decay"),
    ({"CorrectedImage": ["DECY"]}, "Bq/mL", "correction for attenuation and decay"),
    ({"CorrectedImage": None}, "Bq/mL", "correction for attenuation and decay"),
    ({"Units": "CNTS"}, "counts", "without a factor"),
    ({"Units": "GML", "SUVType": "LBM"}, "g/mL", "SUV by LBM"),
    ({"Units": "PROPCNTS"}, "proportional counts", "not Bq/mL"),
    ({"Units": None}, "", "a unit that is not stated"),
    ({"drug": []}, "Bq/mL", "does not state the injected drug")])
def test_without_a_fact_the_values_stay_and_are_not_called_suv(tmp_path, stored, elements, unit, words):
    drug = elements.get("drug")
    drug = planar.pet_drug(**drug) if isinstance(drug, dict) else drug
    rest = {keyword: value for keyword, value in elements.items() if keyword != "drug"}
    read = read_image(planar.write_pet_series(tmp_path / "pet", stored, SLOPES, drug, **rest))
    np.testing.assert_allclose(read.array, activity(stored), rtol=1e-6)
    assert read.unit == unit and words in read.reading.value_note
    assert read.reading.value_note.startswith("not SUV")


def test_one_slice_is_one_of_a_series_or_a_2d_image(tmp_path, stored):
    folder = planar.write_pet_series(tmp_path / "pet", stored, SLOPES)
    with pytest.raises(InputError, match="one slice of a series of 3"):
        read_image(folder / "pet0.dcm")
    alone = read_image(planar.write_pet_series(tmp_path / "one", stored, SLOPES[:1]))
    assert alone.array.shape == (1, 12, 10) and alone.unit == "SUVbw"
    np.testing.assert_allclose(alone.array, activity(stored)[:1] * FACTOR, rtol=1e-6)
