"""The groups "Scan facts" and "Radiomics features": any modality, any profile, with a score or without."""

import json
from dataclasses import replace

import numpy as np
import planar
import pytest
import yaml
from panel_steps import choose

MODULE = "RadiomicsOrtho"

PROFILE = {"schema": "radiomics-ortho-profile/1", "id": "own", "version": "1", "title": "Own", "modality": "MR",
           "site": "vertebra", "compartment": "any", "bin_count": 32, "feature_classes": ["firstorder"],
           "normalise": {"method": "reference", "tissue": "cerebrospinal fluid at L3", "target": 100}}


def add_case(image, rois, name="scan"):
    """Volume, segmentation and segment ids of an image of the library with some regions."""
    from RadiomicsOrthoScene.segments import add_segment, new_segmentation
    from RadiomicsOrthoScene.volumes import add_volume

    volume = add_volume(image, name)
    segmentation = new_segmentation(volume, "bones")
    return volume, segmentation, [add_segment(segmentation, roi, volume) for roi in rois]


def mr_case(**reading):
    image, body = planar.mr()
    fluid = np.zeros_like(body.mask)
    fluid[20:24, 10:14, 20:24] = True
    rois = [body.with_mask(body.mask, site="vertebra", level="L3", compartment="whole-body"),
            body.with_mask(fluid, site="unknown", level="L3", compartment="csf")]
    return add_case(image, rois)


def picture_case(tmp_path, name="hip"):
    """A radiograph that Slicer loaded from a PNG: neither modality nor pixel size."""
    path = planar.write_flat(planar.radiograph(), tmp_path / f"{name}.png", (1.0, 1.0))
    image = planar.image(pixel_mm=(1.0, 1.0))
    volume, segmentation, ids = add_case(image, [planar.roi(image)], name)
    volume.AddDefaultStorageNode()
    volume.GetStorageNode().SetFileName(str(path))
    return volume, segmentation, ids


def select(combo_box, key):
    index = combo_box.findData(key)
    assert index >= 0, f"'{key}' is not offered"
    combo_box.setCurrentIndex(index)


def keys(combo_box):
    return [combo_box.itemData(index) for index in range(combo_box.count)]


def rows(panel):
    table = panel._parameterNode.resultTable
    return {table.GetCellText(row, 0): table.GetCellText(row, 1) for row in range(table.GetNumberOfRows())}


def test_the_profiles_are_those_of_the_scan_and_the_bone(panel, make_case):
    choose(panel, *make_case())
    offered = keys(panel.ui.profileComboBox)
    assert offered[0] == "ct-vertebra-trabecular" and "ct-vertebra-body" in offered
    assert not {"ct-femur", "mr-vertebra-t1", "xray-bone-2d", "pet"} & set(offered)
    volume, segmentation, ids = mr_case()
    choose(panel, volume, segmentation, ids[0])
    select(panel.ui.modalityComboBox, "MR")
    assert {"mr-vertebra-t1", "mr-vertebra-t2"} <= set(keys(panel.ui.profileComboBox))
    assert not {"ct-vertebra-body", "pet"} & set(keys(panel.ui.profileComboBox))


def test_the_chosen_profile_is_the_one_that_measures(panel, make_case):
    choose(panel, *make_case())
    panel.ui.featuresCheckBox.setChecked(True)
    select(panel.ui.profileComboBox, "ct-vertebra-body")
    panel.ui.applyButton.click()
    from RadiomicsOrthoScene.results import PROVENANCE_ROLE

    provenance = json.loads(panel._parameterNode.resultTable.GetNodeReference(PROVENANCE_ROLE).GetText())
    assert provenance["profile"]["id"] == "ct-vertebra-body"
    assert "Research use only" in panel.ui.cardBrowser.toPlainText()
    select(panel.ui.profileComboBox, "ct-vertebra-trabecular")
    assert "inputs have changed" in panel.ui.cardBrowser.toPlainText()


def test_features_of_a_radiograph_from_a_picture(panel, tmp_path):
    from runtime.dialogs import messages

    volume, segmentation, ids = picture_case(tmp_path)
    choose(panel, volume, segmentation, ids[0])
    select(panel.ui.modelComboBox, "features-only")
    assert not panel.ui.extractionGroupBox.collapsed and not panel.ui.featuresCheckBox.visible
    select(panel.ui.modalityComboBox, "XR")
    assert keys(panel.ui.profileComboBox) == ["xray-bone-2d"]
    assert panel.ui.pixelSizeSpinBox.visible and panel.ui.pixelSizeSpinBox.text == "unknown"
    panel.ui.applyButton.click()
    assert "size of a pixel is unknown" in panel.ui.cardBrowser.toPlainText()
    panel.ui.pixelSizeSpinBox.value = 0.2
    assert panel.ui.applyButton.enabled
    panel.ui.applyButton.click()
    assert not messages
    found = rows(panel)
    assert float(found["Area"]) == pytest.approx(planar.bone().sum() * 0.04)
    assert float(found["original_shape2D_PixelSurface"]) == pytest.approx(planar.bone().sum() * 0.04, rel=0.05)
    text = panel.ui.cardBrowser.toPlainText()
    assert "no model was applied" in text and "Research use only" in text and "xray-bone-2d" in text
    assert not panel.ui.nomogramContainer.visible and panel.ui.saveReportButton.enabled
    assert "features and their provenance" in panel.ui.saveReportButton.toolTip
    # where the picture is shown, and the region lies, does not change
    assert volume.GetSpacing()[:2] == (1.0, 1.0)


def test_the_values_are_those_of_the_library(panel, tmp_path):
    from RadiomicsOrthoLib.features.engine import load_engine
    from RadiomicsOrthoLib.features.extraction import extract_features
    from RadiomicsOrthoLib.features.profile_file import load_profile

    volume, segmentation, ids = picture_case(tmp_path)
    choose(panel, volume, segmentation, ids[0])
    select(panel.ui.modelComboBox, "features-only")
    select(panel.ui.modalityComboBox, "XR")
    panel.ui.pixelSizeSpinBox.value = 0.25
    panel.ui.applyButton.click()
    image = planar.image(pixel_mm=(0.25, 0.25))
    expected = extract_features(image, planar.roi(image), load_profile("xray-bone-2d"), load_engine()).values
    found = rows(panel)
    names = [name for name in expected if name.startswith("original_")]
    assert len(names) > 90
    assert [float(found[name]) for name in names] == pytest.approx([expected[name] for name in names], rel=1e-5)


def test_the_features_alone_are_saved_and_a_later_score_has_its_card_again(panel, make_case, tmp_path, monkeypatch):
    import qt

    choose(panel, *make_case(coreHu=90.0))
    select(panel.ui.modelComboBox, "features-only")
    panel.ui.applyButton.click()
    monkeypatch.setattr(qt.QFileDialog, "getExistingDirectory", lambda *a: str(tmp_path / "f"))
    panel.ui.saveReportButton.click()
    assert sorted(path.name for path in (tmp_path / "f").iterdir()) == ["features.csv", "features.provenance.json"]
    select(panel.ui.modelComboBox, "pickhardt-2013-l1-hu")
    panel.ui.applyButton.click()
    assert panel.ui.nomogramContainer.visible and "Low: 110 HU or less" in panel.ui.cardBrowser.toPlainText()


def test_a_profile_that_normalises_on_a_reference_asks_for_the_segment(panel, tmp_path, monkeypatch):
    import qt

    volume, segmentation, (body, fluid) = mr_case()
    choose(panel, volume, segmentation, body)
    select(panel.ui.modalityComboBox, "MR")
    select(panel.ui.modelComboBox, "features-only")
    assert not panel.ui.referenceComboBox.visible
    path = tmp_path / "own.yaml"
    path.write_text(yaml.safe_dump(PROFILE), encoding="utf-8")
    monkeypatch.setattr(qt.QFileDialog, "getOpenFileName", lambda *a: str(path))
    panel.ui.openProfileButton.click()
    assert panel._parameterNode.featureProfile == "own" and panel.ui.referenceComboBox.visible
    assert not panel.ui.applyButton.enabled and "cerebrospinal fluid at L3" in panel.ui.applyReasonLabel.text
    assert keys(panel.ui.referenceComboBox) == ["", fluid]
    select(panel.ui.referenceComboBox, fluid)
    assert panel.ui.applyButton.enabled
    panel.ui.applyButton.click()
    from RadiomicsOrthoScene.results import PROVENANCE_ROLE

    provenance = json.loads(panel._parameterNode.resultTable.GetNodeReference(PROVENANCE_ROLE).GetText())
    assert provenance["standardisation"]["reference_roi"]["voxels"] == 64
    # another segment as region: the reference must not be that one
    panel.ui.segmentSelector.setCurrentSegmentID(fluid)
    assert fluid not in keys(panel.ui.referenceComboBox) and not panel.ui.applyButton.enabled


@pytest.mark.parametrize(("content", "said"), [("nonsense: [", "not valid YAML"), ("id: x", "is refused")])
def test_a_refused_profile_says_why(panel, make_case, tmp_path, monkeypatch, content, said):
    import qt
    from runtime.dialogs import messages

    choose(panel, *make_case())
    path = tmp_path / "own.yaml"
    path.write_text(content, encoding="utf-8")
    monkeypatch.setattr(qt.QFileDialog, "getOpenFileName", lambda *a: str(path))
    panel.ui.extractionGroupBox.collapsed = False
    before = keys(panel.ui.profileComboBox)
    panel.ui.openProfileButton.click()
    assert len(messages) == 1 and said in messages[0].text
    assert keys(panel.ui.profileComboBox) == before


def test_what_the_file_states_cannot_be_talked_over(panel, monkeypatch):
    from RadiomicsOrthoScene import volumes

    volume, segmentation, ids = mr_case()
    monkeypatch.setattr(volumes, "modality_from_tags", lambda tags: "MR")
    choose(panel, volume, segmentation, ids[0])
    assert not panel.ui.modalityComboBox.enabled and "from the file" in panel.ui.modalityComboBox.currentText
    monkeypatch.setattr(volumes, "modality_from_tags", lambda tags: "XR")
    panel.updateFromParameterNode()
    assert keys(panel.ui.modalityComboBox) == ["", "DXA"]


def test_choices_survive_saving_and_reopening_the_scene(panel, tmp_path):
    import slicer

    volume, segmentation, ids = picture_case(tmp_path)
    choose(panel, volume, segmentation, ids[0])
    select(panel.ui.modelComboBox, "features-only")
    select(panel.ui.modalityComboBox, "DXA")
    slicer.util.saveScene(str(tmp_path / "s.mrb"))
    slicer.mrmlScene.Clear()
    slicer.util.loadScene(str(tmp_path / "s.mrb"))
    panel.enter()
    assert panel.ui.modalityComboBox.itemData(panel.ui.modalityComboBox.currentIndex) == "DXA"
    assert panel._parameterNode.modelId == "features-only"


def test_without_the_package_that_reads_profiles_apply_still_offers_it(panel, make_case, monkeypatch):
    import importlib.util

    find_spec = importlib.util.find_spec
    choose(panel, *make_case())
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *a: None if name == "yaml" else find_spec(name, *a))
    panel.updateFromParameterNode()
    assert keys(panel.ui.profileComboBox) == [] and panel.ui.applyButton.enabled


def test_a_planar_image_keeps_its_grid_in_the_library_when_the_size_is_stated():
    """The pixel size is that of the measured grid, the shown one is kept for masks."""
    from RadiomicsOrthoLib.features.profile_choice import on_grid_of
    from RadiomicsOrthoLib.imaging.planar import with_pixel_size

    image = planar.image(pixel_mm=(1.0, 1.0), spacing_from="missing")
    roi = planar.roi(image)
    stated = with_pixel_size(image, (0.1, 0.1))
    assert on_grid_of(stated, roi).geometry == stated.geometry
    moved = replace(roi, geometry=replace(roi.geometry, origin=(5.0, 0.0, 0.0)))
    assert on_grid_of(stated, moved) is moved
