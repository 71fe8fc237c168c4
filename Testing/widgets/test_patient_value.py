"""The value for the patient from several segments, in the panel of Radiomics Ortho."""

import json

import numpy as np
import phantoms
import pytest
from panel_steps import choose, part, pick
from RadiomicsOrthoLib.imaging.calibration.calibration import Curve, DensityCalibration
from RadiomicsOrthoLib.imaging.calibration.calibration_file import calibration_json

MODULE = "RadiomicsOrtho"
MODEL = "qct-spine-vbmd-scan"


@pytest.fixture
def case(panel):
    """L1 (90 HU) on L2 (130 HU), and the core of L1 as a segment of another part."""
    from dataclasses import replace

    from RadiomicsOrthoScene.segments import add_segment, new_segmentation
    from RadiomicsOrthoScene.volumes import add_volume

    lower, roi = phantoms.trunk((2.0, 2.0, 2.0), core_hu=130)
    upper, _ = phantoms.trunk((2.0, 2.0, 2.0), core_hu=90)
    array, empty = np.concatenate([lower.array, upper.array]), np.zeros_like(roi.mask)
    geometry = replace(lower.geometry, shape=array.shape)
    volume = add_volume(replace(lower, array=array, geometry=geometry, modality="CT"), "CT")
    segmentation = new_segmentation(volume, "bones")
    ids = {}
    for level, compartment, masks in (("L1", "whole-body", (empty, roi.mask)), ("L2", "whole-body", (roi.mask, empty)),
                               ("L1", "trabecular", (empty, roi.mask))):
        region = replace(roi, mask=np.concatenate(masks), geometry=geometry, level=level, compartment=compartment)
        ids[level, compartment] = add_segment(segmentation, region, volume)
    choose(panel, volume, segmentation, ids["L1", "whole-body"])
    pick(panel.ui.modelComboBox, MODEL)
    panel._parameterNode.calibration = calibration_json(
        DensityCalibration("manual", "K2HPO4", Curve(0.0, 0.8), "generated", stated_error=2.0))
    return volume, segmentation, ids


def card(panel):
    return json.loads(panel._parameterNode.resultText.GetText())


def test_the_box_says_the_rule_and_is_there_where_it_matters(panel, case):
    box = panel.ui.patientCheckBox
    assert box.visible and box.text == "For the patient: mean of L1, L2" and "both are needed" in box.toolTip
    pick(panel.ui.modelComboBox, "pickhardt-2013-l1-hu")
    assert not box.visible


def test_the_patient_s_value_is_the_mean_of_both(panel, case, tmp_path):
    panel.ui.applyButton.click()
    one = card(panel)
    assert "patient" not in one and one["result"]["value"] == pytest.approx(72, abs=1.5)
    panel.ui.patientCheckBox.setChecked(True)
    assert panel.panel.scored is None, "the result shown is that of one region"
    panel.ui.applyButton.click()
    both = card(panel)
    assert both["case"]["place"] == "mean of L1, L2"
    assert both["result"]["value"] == pytest.approx(88, abs=1.5)
    assert [entry["place"] for entry in both["patient"]["counted"]] == ["L1", "L2"]
    assert "Counted: L1 7" in panel.ui.cardBrowser.toPlainText()
    names = panel.logic.saveReport(panel.panel.scored, str(tmp_path))
    assert "card.json" in names and sum(name.endswith("/report.html") for name in names) == 2
    assert (tmp_path / "report.html").read_text(encoding="utf-8").count("Axial slice") >= 2


def test_a_fracture_that_was_answered_leaves_too_few(panel, case):
    _, _, ids = case
    panel.ui.segmentSelector.setCurrentSegmentID(ids["L2", "whole-body"])
    for name, value in (("genant_grade", 2),):
        combo_box = part(panel, "ScoreStep").semantic._editors.editor(name).comboBox
        combo_box.setCurrentIndex(combo_box.findData(json.dumps(value)))
    panel.ui.segmentSelector.setCurrentSegmentID(ids["L1", "whole-body"])
    panel.ui.patientCheckBox.setChecked(True)
    panel.ui.applyButton.click()
    assert panel.panel.scored is None
    shown = panel.ui.cardBrowser.toPlainText()
    assert "1 of at least 2 regions remain" in shown and "Genant grade 2" in shown
