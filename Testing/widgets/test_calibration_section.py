"""The group "Density calibration" in the panel of Radiomics Ortho."""

import json

import calibration_phantom
import pytest
from panel_steps import choose, part, pick

MODULE = "RadiomicsOrtho"
MODEL = "qct-spine-vbmd-scan"


@pytest.fixture
def case(panel):
    """The generated scan with its phantom: the body and five rods as segments."""
    from RadiomicsOrthoScene.segments import add_segment, new_segmentation
    from RadiomicsOrthoScene.volumes import add_volume

    image, roi, rods = calibration_phantom.scan()
    volume = add_volume(image, "CT")
    segmentation = new_segmentation(volume, "bones")
    body = add_segment(segmentation, roi, volume)
    ids = [add_segment(segmentation, roi.with_mask(mask, site="unknown", level=None), volume, name)
           for name, mask in rods.items()]
    choose(panel, volume, segmentation, body)
    pick(panel.ui.modelComboBox, MODEL)
    return volume, segmentation, ids


def section(panel):
    return part(panel, "ScoreStep").calibration


def rows(panel):
    return section(panel)._rows


def calibration(panel):
    return json.loads(panel._parameterNode.calibration)


def test_the_group_is_there_for_models_of_densities_only(panel, case):
    ui = panel.ui
    assert ui.calibrationGroupBox.visible and "Not calibrated" in ui.calibrationInfoLabel.text
    assert not ui.applyButton.enabled and "Density calibration" in ui.applyReasonLabel.text
    assert not ui.saveCalibrationButton.enabled
    pick(ui.modelComboBox, "pickhardt-2013-l1-hu")
    assert not ui.calibrationGroupBox.visible and ui.applyButton.enabled


def test_from_the_rods_to_the_score(panel, case, monkeypatch):
    _, _, ids = case
    # the bone is no rod
    assert list(rows(panel)._rods) == ids
    for segment_id, density in zip(ids, calibration_phantom.DENSITIES, strict=True):
        rows(panel)._rods[segment_id].text = f"{density:g}"
    rows(panel)._editors["source"].text = "generated phantom"
    panel.ui.calibrateButton.click()
    found = calibration(panel)
    assert found["method"] == "rods" and found["equivalent"] == "K2HPO4" and len(found["samples"]) == 5
    assert found["curve"]["slope"] == pytest.approx(calibration_phantom.SLOPE, abs=0.01)
    assert "R² 1.0000" in panel.ui.calibrationInfoLabel.text and panel.ui.applyButton.enabled
    panel.ui.applyButton.click()
    card = json.loads(panel._parameterNode.resultText.GetText())
    assert card["result"]["value"] == pytest.approx(84, abs=1) and card["calibration"]["source"] == "generated phantom"
    # another calibration makes the shown result an old one
    pick(panel.ui.calibrationMethodComboBox, "manual")
    for name, text in (("slope", "0,7"), ("offset", "0"), ("error", "5"), ("source", "report")):
        rows(panel)._editors[name].text = text
    panel.ui.calibrateButton.click()
    assert calibration(panel)["curve"]["slope"] == 0.7 and calibration(panel)["stated_error"] == 5
    assert panel.panel.scored is None


@pytest.mark.parametrize(("method", "typed", "said"), [
    ("rods", {}, "at least 3 rods"), ("rods", {"source": "x"}, "at least 3 rods"),
    ("manual", {"slope": "0.7", "source": "x"}, "Offset must be a number"),
    ("manual", {"slope": "700", "offset": "0", "source": "x"}, "not plausible"),
    ("manual", {"slope": "0.7", "offset": "0"}, "Say where the calibration comes from"),
    ("internal", {}, "At least 3 tissues")])
def test_what_is_missing_is_said_and_nothing_is_kept(panel, case, method, typed, said):
    from runtime.dialogs import messages

    pick(panel.ui.calibrationMethodComboBox, method)
    for name, text in typed.items():
        rows(panel)._editors[name].text = text
    panel.ui.calibrateButton.click()
    assert len(messages) == 1 and said in messages[0].text
    assert panel._parameterNode.calibration == ""


def test_what_was_typed_stays_while_another_method_is_looked_at(panel, case):
    rows(panel)._editors["source"].text = "QRM phantom"
    pick(panel.ui.calibrationMethodComboBox, "internal")
    pick(panel.ui.calibrationMethodComboBox, "rods")
    pick(panel.ui.kvpComboBox, "120")
    assert rows(panel)._editors["source"].text == "QRM phantom"


def test_it_is_saved_and_opened(panel, case, tmp_path, monkeypatch):
    import qt
    from RadiomicsOrthoLib.imaging.calibration.calibration_file import read_calibration

    pick(panel.ui.calibrationMethodComboBox, "manual")
    for name, text in (("slope", "0.8"), ("offset", "-3"), ("error", "4"), ("source", "report")):
        rows(panel)._editors[name].text = text
    panel.ui.calibrateButton.click()
    kept, path = panel._parameterNode.calibration, tmp_path / "calibration.json"
    monkeypatch.setattr(qt.QFileDialog, "getSaveFileName", lambda *_: str(path))
    panel.ui.saveCalibrationButton.click()
    assert read_calibration(path).stated_error == 4
    panel._parameterNode.calibration = ""
    monkeypatch.setattr(qt.QFileDialog, "getOpenFileName", lambda *_: str(path))
    panel.ui.openCalibrationButton.click()
    assert panel._parameterNode.calibration == kept


def test_tissues_are_found_by_the_names_of_segments(panel, case):
    from RadiomicsOrthoScene.density import tissues_of
    from RadiomicsOrthoScene.segments import add_segment

    volume, segmentation, _ = case
    image, roi, _ = calibration_phantom.scan()
    names = {"air": "air", "adipose": "fat", "skeletal_muscle": "muscle", "blood": "aorta"}
    for tissue, mask in calibration_phantom.tissues(image, roi).items():
        add_segment(segmentation, roi.with_mask(mask, site="unknown", level=None), volume, names[tissue])
    assert set(tissues_of(segmentation)) == set(names)
    pick(panel.ui.calibrationMethodComboBox, "internal")
    panel.ui.calibrateButton.click()
    found = calibration(panel)
    assert {sample["name"] for sample in found["samples"]} == set(names) and found["method"] == "internal"


def test_a_damaged_one_in_the_scene_is_said(panel, case):
    panel._parameterNode.calibration = "{}"
    assert "no density calibration of this version" in panel.ui.calibrationInfoLabel.text
