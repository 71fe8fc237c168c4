"""The panel as one work flow: steps that say how far they are, reasons for what cannot be pressed, the keyboard."""

import pytest
from panel_steps import choose, part, pick, settle, shortcuts

MODULE = "RadiomicsOrtho"
STEPS = ("load", "regions", "score", "report")


def title(panel, step):
    return getattr(panel.ui, f"{step}CollapsibleButton").text


def shown(panel, kind):
    """Widgets of a class that a person sees."""
    import qt

    return [widget for widget in panel.ui.caseTab.findChildren(getattr(qt, kind)) if widget.isVisibleTo(panel.parent)]


def unexplained(panel):
    """Buttons that cannot be pressed, and whose reason can be read neither at the mouse nor in the panel."""
    texts = " ".join(label.text for label in shown(panel, "QLabel"))
    return [button.text for button in shown(panel, "QPushButton")
            if not button.enabled and (not button.toolTip or button.toolTip not in texts)]


def test_every_step_says_how_far_it_is(panel, make_case):
    assert [title(panel, step).split("   ")[0] for step in STEPS] == ["&1. Load", "&2. Regions", "&3. Score",
                                                                     "&4. Report"]
    assert "no scan yet" in title(panel, "load")
    choose(panel, *make_case())
    assert "\u2713 Generated CT" in title(panel, "load") and "\u2713 L1" in title(panel, "regions")
    panel.ui.applyButton.click()
    assert " HU" in title(panel, "score") and "not saved yet" in title(panel, "report")
    assert not panel.ui.reportCollapsibleButton.collapsed


def test_a_name_with_an_ampersand_or_of_any_length_stands_in_the_title(panel, make_case):
    volume, segmentation, segment_id = make_case()
    volume.SetName("Smith & Co, a scan with a name that is longer than any panel is wide")
    choose(panel, volume, segmentation, segment_id)
    assert "Smith && Co" in title(panel, "load") and len(title(panel, "load")) < 50


def test_a_refusal_is_seen_in_the_title_and_forgotten_when_something_else_is_asked(panel, make_case):
    choose(panel, *make_case(segmentHu=3000.0))
    panel.ui.applyButton.click()
    assert "\u2716 refused" in title(panel, "score") and "No score" in panel.ui.cardBrowser.toPlainText()
    pick(panel.ui.modelComboBox, "ost")
    assert "refused" not in title(panel, "score") and "No score" not in panel.ui.cardBrowser.toPlainText()


def test_nothing_is_asked_about_a_report_before_there_is_a_result(panel, make_case):
    panel.ui.reportCollapsibleButton.collapsed = False
    assert not panel.ui.reportLanguageComboBox.isVisibleTo(panel.parent)
    choose(panel, *make_case())
    panel.ui.applyButton.click()
    assert panel.ui.reportLanguageComboBox.isVisibleTo(panel.parent)
    assert not panel.ui.saveAllButton.isVisibleTo(panel.parent), "one region was scored, not a scan"


def test_what_was_written_is_said_in_the_panel_until_the_next_result(panel, make_case, monkeypatch, tmp_path):
    from RadiomicsOrthoWidgets import saving_section

    choose(panel, *make_case())
    panel.ui.applyButton.click()
    monkeypatch.setattr(saving_section, "askForReportFolder", lambda: str(tmp_path))
    panel.ui.saveReportButton.click()
    assert "report.html" in panel.ui.savedLabel.text and (tmp_path / "report.html").is_file()
    assert "\u2713 saved" in title(panel, "report")
    panel.ui.applyButton.click()
    assert not panel.ui.savedLabel.isVisibleTo(panel.parent) and "not saved yet" in title(panel, "report")


@pytest.mark.parametrize("model", ["pickhardt-2013-l1-hu", "ost", "qct-spine-vbmd-scan", "features-only"])
def test_every_disabled_button_says_why(panel, make_case, model):
    groups = [group for group in vars(panel.ui).values() if hasattr(group, "title") and hasattr(group, "collapsed")]
    for group in groups:
        group.collapsed = False
    assert unexplained(panel) == []
    pick(panel.ui.modelComboBox, model)
    assert unexplained(panel) == []
    choose(panel, *make_case())
    assert unexplained(panel) == []
    if panel.ui.applyButton.enabled and model != "features-only":
        panel.ui.applyButton.click()
        assert unexplained(panel) == []


def test_a_scan_that_is_loaded_into_an_open_panel_is_chosen(panel, make_case):
    volume, _segmentation, _segment_id = make_case()
    settle()
    assert panel._parameterNode.inputVolume is volume
    make_case()
    settle()
    assert panel._parameterNode.inputVolume is volume, "a second one is left to the user"


def test_no_shortcut_is_given_twice(panel, make_case):
    choose(panel, *make_case())
    panel.ui.applyButton.click()
    letters = shortcuts(panel.ui.caseTab)
    assert "s" in letters and len(letters) == len(set(letters)), sorted(letters)


def test_the_tab_key_goes_from_top_to_bottom_also_through_what_a_model_asks(panel):
    pick(panel.ui.modelComboBox, "ost")
    settle()
    chain, widget = [], panel.ui.volumeSelector
    for _ in range(400):
        widget = widget.nextInFocusChain()
        chain.append(widget)
    editors = [editor for editor, _read, _write in part(panel, "ScoreStep")._parts[0]._editors._editors.values()]
    order = [panel.ui.modelComboBox, *editors, panel.ui.applyButton, panel.ui.cardBrowser]
    places = [chain.index(widget) for widget in order]
    assert places == sorted(places)


def test_models_that_were_used_lately_stand_first_the_next_time(panel, make_case, open_panel):
    choose(panel, *make_case())
    first = panel.ui.modelComboBox.itemData(0)
    pick(panel.ui.modelComboBox, "ost")
    panel._parameterNode.clinical = {"age": "70", "weight": "55"}
    assert first != "ost"
    panel.ui.applyButton.click()
    other = open_panel(MODULE)
    assert other.ui.modelComboBox.itemData(0) == "ost"
    assert [other.ui.modelComboBox.itemData(row) for row in range(other.ui.modelComboBox.count)].count("ost") == 1


def test_no_text_of_the_panel_asks_for_its_height_by_its_width(panel, make_case):
    """Beside a scroll bar that comes and goes with the height, the application laid such a panel out for ever."""
    choose(panel, *make_case())
    panel.ui.applyButton.click()
    assert not panel.ui.cardBrowser.hasHeightForWidth()
