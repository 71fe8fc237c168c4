"""Names and codes that are written on a segment are read back as the same anatomy."""

import pytest
from RadiomicsOrthoLib.regions.from_file import anatomy_of
from RadiomicsOrthoLib.regions.roi import COMPARTMENTS
from RadiomicsOrthoLib.regions.terminology import (
    COLOURS,
    COMPARTMENT_TAG,
    LEVELS,
    segment_name,
    terminology_entry,
    type_code,
)


@pytest.mark.parametrize("level", LEVELS)
def test_a_vertebra_is_read_back_from_name_and_from_code(level):
    expected = {"site": "vertebra", "level": level, "side": None}
    for name, tags in ((segment_name("vertebra", level), {}),
                       ("Segment_1", {"TerminologyEntry": terminology_entry("vertebra", level)})):
        assert expected.items() <= anatomy_of(name, tags).items()


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_femur_is_read_back_from_name_and_from_code(side):
    expected = {"site": "proximal-femur", "level": None, "side": side}
    for name, tags in ((segment_name("proximal-femur", side=side), {}),
                        ("Segment_1", {"TerminologyEntry": terminology_entry("proximal-femur", side=side)})):
        assert expected.items() <= anatomy_of(name, tags).items()


@pytest.mark.parametrize("compartment", [c for c in COMPARTMENTS if c not in ("unknown", "whole-body")])
def test_a_compartment_is_read_back_from_the_name(compartment):
    site = "vertebra" if compartment in ("trabecular", "axial-ellipse", "mid-slab") else "proximal-femur"
    assert anatomy_of(segment_name(site, compartment=compartment))["compartment"] == compartment


def test_entries_have_slicer_s_seven_parts_and_unique_codes():
    assert terminology_entry("vertebra", "L1") == (
        "Segmentation category and type - DICOM master list~SCT^123037004^Anatomical Structure~"
        "SCT^66794005^L1 vertebra~^^~Anatomic codes - DICOM master list~^^~^^")
    assert len(set(LEVELS.values())) == len(LEVELS) == 25
    assert type_code("vertebra", "L6") == type_code("vertebra", None)
    with pytest.raises(ValueError, match="no code"):
        type_code("unknown", None)


def test_every_compartment_has_a_colour():
    assert set(COLOURS) == set(COMPARTMENTS)
    assert len(set(COLOURS.values())) == len(COLOURS) - 1


def test_the_compartment_tag_wins_over_the_name():
    assert anatomy_of("L1 body", {COMPARTMENT_TAG: "trabecular"})["compartment"] == "trabecular"
    assert anatomy_of("L1 trabecular core", {COMPARTMENT_TAG: "nonsense"})["compartment"] == "trabecular"
