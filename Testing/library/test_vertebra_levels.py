"""One level named, the others follow; variants and renumbering."""

import pytest
from RadiomicsOrthoLib.cli.main import build_parser
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.regions.vertebra.levels import fitted_levels, level_names, moved, named_levels, renumbered


def test_the_others_follow_the_named_one():
    assert named_levels(4, 2, "L1") == ("T11", "T12", "L1", "L2")
    assert named_levels(3, 0, "C6") == ("C6", "C7", "T1")


def test_variants_have_their_own_levels():
    assert level_names(13, 6)[-7:] == ("T13", "L1", "L2", "L3", "L4", "L5", "L6")
    assert named_levels(4, 3, "L1", thoracic=11) == ("T9", "T10", "T11", "L1")
    assert named_levels(2, 1, "L6", lumbar=6) == ("L5", "L6")
    # there is no other spine with such a level
    assert named_levels(2, 1, "L6") == ("L5", "L6")
    assert named_levels(3, 1, "T13") == ("T12", "T13", "L1")
    with pytest.raises(InputError, match="There is no level L5"):
        named_levels(2, 1, "L5", lumbar=4)
    with pytest.raises(InputError, match="11 to 13"):
        level_names(10, 5)


@pytest.mark.parametrize(("count", "index", "level", "words"), [
    (4, 3, "C2", "3 bodies were found above"), (4, 0, "L4", "3 bodies were found below")])
def test_a_name_that_leaves_no_room_is_refused(count, index, level, words):
    with pytest.raises(InputError, match=words):
        named_levels(count, index, level)


def test_dragging_one_name_renumbers_the_rest():
    assert renumbered(("T12", "L1", "L2"), 1, "L2") == ("L1", "L2", "L3")
    # six lumbar vertebrae: the lowest is dragged to L6
    assert renumbered(("L1", "L2", "L3", "L4", "L5", "L5"), 5, "L6") == ("L1", "L2", "L3", "L4", "L5", "L6")
    # a thirteenth rib: the one below T12 becomes T13, the one below it L1
    assert renumbered(("T11", "T12", "L1", "L2"), 2, "T13") == ("T11", "T12", "T13", "L1")
    assert renumbered(("T10", "T11", "T12", "L1"), 2, "L1") == ("T10", "T11", "L1", "L2")
    with pytest.raises(InputError, match="no vertebral level"):
        renumbered(("L1",), 0, "Q1")


@pytest.mark.parametrize("levels", [
    ("L1", "L2", "L3", "L4", "L5", "L6"), ("T11", "T12", "T13", "L1", "L2"), ("T10", "T11", "L1", "L2"),
    ("T11", "T12", "L1", "L2")])
def test_a_level_that_is_confirmed_changes_no_other(levels):
    for index, level in enumerate(levels):
        assert renumbered(levels, index, level) == levels


def test_a_variant_stays_until_a_name_contradicts_it():
    # five lumbar vertebrae have no room for these
    assert renumbered(("T12", "L1", "L2", "L3", "L4", "L5", "L6"), 1, "L1")[-1] == "L6"
    assert renumbered(("T9", "T10", "T11", "L1"), 0, "T10") == ("T10", "T11", "L1", "L2")
    assert renumbered(("T10", "T11", "L1", "L2"), 2, "T12") == ("T10", "T11", "T12", "L1")
    # what was a thirteenth rib is L1 after all
    assert renumbered(("T12", "T13", "L1", "L2"), 1, "L1") == ("T12", "L1", "L2", "L3")


def test_a_name_is_dragged_to_another_body():
    levels = ("T11", "T12", "L1", "L2")
    assert moved(levels, 2, 1) == ("T12", "L1", "L2", "L3")
    assert moved(levels, 1, 3) == ("T9", "T10", "T11", "T12")
    assert moved(levels, 2, 2) == levels
    # what was chosen about the ribs stays
    assert moved(("T10", "T11", "L1", "L2"), 2, 1) == ("T11", "L1", "L2", "L3")
    assert moved(("T12", "T13", "L1", "L2"), 2, 3) == ("T11", "T12", "T13", "L1")
    # L5 is dragged one body up: what lies below it is a sixth lumbar vertebra
    assert moved(("L3", "L4", "L5"), 2, 1) == ("L4", "L5", "L6")
    with pytest.raises(InputError, match="found below"):
        moved(("L3", "L4", "L5"), 2, 0)


def test_names_that_only_six_lumbar_vertebrae_have_room_for():
    assert fitted_levels(3, 0, "L3") == ("L3", "L4", "L5")
    assert fitted_levels(3, 0, "L4") == ("L4", "L5", "L6")
    with pytest.raises(InputError, match="found below"):
        fitted_levels(3, 0, "L5")


@pytest.mark.parametrize("command", ["segment scan -o file", "scan scan --out folder",
                                     "score scan roi --model any --out folder",
                                     "extract scan roi --profile any -o file"])
@pytest.mark.parametrize(("typed", "meant"), [("l1", "L1"), ("t13", "T13"), ("L6", "L6"), ("c7", "C7")])
def test_a_level_may_be_typed_in_small_letters(command, typed, meant):
    assert build_parser().parse_args([*command.split(), "--level", typed]).level == meant


def test_a_level_that_no_spine_has_is_refused_as_it_was_typed():
    with pytest.raises(InputError, match="L9"):
        build_parser().parse_args(["segment", "scan", "-o", "file", "--level", "l9"])
