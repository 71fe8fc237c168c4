"""Cerebrospinal fluid behind L3: where the region lies, what is refused, and how it is written and read back."""

from dataclasses import replace
from pathlib import Path

import csf_phantom
import numpy as np
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.acquisition import Acquisition
from RadiomicsOrthoLib.imaging.segmentation_file import read_segmentation
from RadiomicsOrthoLib.regions.from_file import roi_from_file
from RadiomicsOrthoLib.regions.lumbar_mr.csf import csf_region
from RadiomicsOrthoLib.regions.lumbar_mr.csf_proposal import with_csf
from RadiomicsOrthoLib.regions.proposal import Proposal, ProposedRegion, proposal_file
from RadiomicsOrthoLib.regions.request import ProposalRequest, propose
from RadiomicsOrthoLib.regions.roi import Roi

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "mr_lumbar"
LEVELS = ("T11", "T12", "L1", "L2", "L3", "L4", "L5")


@pytest.mark.parametrize("weighting", ["T1w", "T2w"])
@pytest.mark.parametrize("tilt", [0.0, 15.0, -15.0])
@pytest.mark.parametrize("spacing", [(1.0, 1.0, 3.0), (0.7, 0.7, 4.4), (1.0, 1.0, 1.0)])
def test_the_region_lies_in_the_fluid_and_in_nothing_else(weighting, tilt, spacing):
    image, bodies, tissue = csf_phantom.lumbar(weighting, tilt, spacing)
    found = csf_region(image, bodies)
    assert set(np.unique(tissue[found.mask])) == {"fluid"}
    assert found.mean == pytest.approx(csf_phantom.SIGNALS[weighting]["fluid"], abs=5)
    assert found.mean == pytest.approx(image.array[found.mask].mean())
    assert found.sd == pytest.approx(image.array[found.mask].std(ddof=1))
    # at the level of L3, which lies around 0
    heights = image.geometry.to_ras(np.argwhere(found.mask))
    assert np.abs(heights[:, 2].mean()) < 14


def test_l3_alone_is_enough():
    image, bodies, tissue = csf_phantom.lumbar("T2w", 10.0)
    found = csf_region(image, {"L3": bodies["L3"]})
    assert set(np.unique(tissue[found.mask])) == {"fluid"}


def test_another_level_can_be_asked_for():
    image, bodies, tissue = csf_phantom.lumbar("T1w")
    found = csf_region(image, bodies, level="L4")
    assert set(np.unique(tissue[found.mask])) == {"fluid"}
    assert image.geometry.to_ras(np.argwhere(found.mask))[:, 2].mean() == pytest.approx(-csf_phantom.PITCH, abs=8)


def test_the_same_scan_turned_around_has_the_same_region():
    image, bodies, _ = csf_phantom.lumbar("T1w")
    found = csf_region(image, bodies)
    geometry = image.geometry
    last = geometry.to_ras(np.array([[0, geometry.shape[1] - 1, 0]]))[0]
    matrix = np.array(geometry.direction).reshape(3, 3) * [1, -1, 1]
    flipped = replace(image, array=image.array[:, ::-1], geometry=replace(
        geometry, origin=tuple(float(x) for x in last), direction=tuple(float(x) for x in matrix.ravel())))
    again = csf_region(flipped, {level: mask[:, ::-1] for level, mask in bodies.items()})
    assert np.array_equal(again.mask[:, ::-1], found.mask)


@pytest.mark.parametrize(("changes", "stated", "said"), [
    ({"weighting": "T2w"}, "T1w", "Nothing behind L3 is clearly darker|even enough"),
    ({"weighting": "T1w"}, "T2w", "not go on along the canal|even enough|brighter"),
    ({"weighting": "T2w", "sac": False}, "", "does not go on along the canal"),
    ({"weighting": "T1w", "noise": 45.0}, "", "even enough"),
    ({"weighting": "T1w", "behind_mm": 18.0}, "", "ends behind L3"),
    ({"weighting": "T1w", "spacing": (4.0, 4.0, 4.0)}, "", "voxels are too large"),
])
def test_where_nothing_is_plausible_it_is_refused(changes, stated, said):
    image, bodies, _ = csf_phantom.lumbar(**changes)
    with pytest.raises(InputError, match=said):
        csf_region(image, bodies, weighting=stated)


def test_without_weighting_or_level_it_says_what_to_do():
    image, bodies, _ = csf_phantom.lumbar("T1w")
    with pytest.raises(InputError, match="--sequence T1w or T2w"):
        csf_region(csf_phantom.without_sequence(image), bodies)
    with pytest.raises(InputError, match=r"no body L3 .* name the levels"):
        csf_region(image, {"L2": bodies["L2"]})


@pytest.mark.parametrize(("sequence", "details", "expected"), [
    ("sag t1 tse", {}, "T1w"), ("T2_TSE_SAG", {}, "T2w"), ("T2*", {}, ""), ("t1 and t2 map", {}, ""), (None, {}, ""),
    ("SE *tse2d1_3", {"scanning_sequence": "SE", "repetition_time_ms": 550.0, "echo_time_ms": 10.0}, "T1w"),
    ("SE *tse2d1_17", {"scanning_sequence": "SE", "repetition_time_ms": 3500.0, "echo_time_ms": 100.0}, "T2w"),
    ("SE *tse2d1_5", {"scanning_sequence": "SE", "repetition_time_ms": 2500.0, "echo_time_ms": 20.0}, ""),
    ("SE IR", {"scanning_sequence": "SE IR", "repetition_time_ms": 900.0, "echo_time_ms": 10.0}, ""),
    ("GR", {"scanning_sequence": "GR", "repetition_time_ms": 500.0, "echo_time_ms": 10.0}, ""),
    ("SE", {"scanning_sequence": "SE", "repetition_time_ms": "400 to 700", "echo_time_ms": 10.0}, ""),
])
def test_the_weighting_comes_from_the_name_or_from_the_times_of_a_spin_echo(sequence, details, expected):
    assert Acquisition(sequence=sequence, details=details).weighting == expected


def test_a_weighting_can_be_stated_where_the_sequences_name_does_not_say_it():
    file = Acquisition(sequence="SE *tse2d1_3")
    assert file.with_stated(sequence="T1w").weighting == "T1w"
    assert Acquisition(sequence="t2_tse_sag").with_stated(sequence="T2w").sequence == "t2_tse_sag"
    with pytest.raises(InputError, match="cannot be stated"):
        Acquisition(sequence="t2_tse_sag").with_stated(sequence="T1w")


def proposal_of(image, bodies):
    return Proposal(tuple(ProposedRegion(Roi(mask, image.geometry, "vertebra", level, None, "whole-body"))
                          for level, mask in bodies.items()))


def test_the_region_is_written_with_its_code_and_read_back_as_no_bone(tmp_path):
    image, bodies, _ = csf_phantom.lumbar("T2w")
    proposal = with_csf(image, proposal_of(image, bodies))
    assert [region.written().name for region in proposal.regions] == [
        "L1 body", "L2 body", "L3 body", "L4 body", "CSF at L3"]
    assert proposal.summary["csf"]["mean"] == pytest.approx(csf_phantom.SIGNALS["T2w"]["fluid"], abs=5)
    path = tmp_path / "r.seg.nrrd"
    path.write_bytes(proposal_file(proposal.regions, image.geometry))
    segmentation = read_segmentation(path, image.geometry)
    roi = roi_from_file(segmentation, "CSF at L3")
    assert (roi.site, roi.level, roi.compartment) == ("unknown", "L3", "csf")
    assert np.array_equal(roi.mask, proposal.regions[-1].roi.mask)
    tags = next(s for s in segmentation.segments if s.name == "CSF at L3").tags
    assert "SCT^65216001^Cerebrospinal Fluid" in tags["TerminologyEntry"]
    # a level still means its body
    assert roi_from_file(segmentation, "L3").compartment == "whole-body"


def test_a_body_is_not_taken_for_fluid_nor_fluid_for_a_body():
    from RadiomicsOrthoLib.regions.from_file import anatomy_of

    assert anatomy_of("L3 CSF") == {"site": "unknown", "level": "L3", "side": None, "compartment": "csf"}
    assert anatomy_of("cerebrospinal fluid")["compartment"] == "csf"
    assert anatomy_of("L3 body")["site"] == "vertebra"


def test_where_it_is_not_found_the_bodies_stay_and_a_remark_says_why():
    image, bodies, _ = csf_phantom.lumbar("T2w", sac=False)
    proposal = with_csf(image, proposal_of(image, bodies))
    assert len(proposal.regions) == 4
    assert [(remark.code, remark.refused) for remark in proposal.remarks] == [("CSF_NOT_FOUND", True)]
    with pytest.raises(InputError, match="along the canal"):
        with_csf(image, proposal_of(image, bodies), only=True)


def test_the_fluid_alone_can_be_asked_for():
    image, bodies, _ = csf_phantom.lumbar("T2w")
    regions = with_csf(image, proposal_of(image, bodies), only=True).regions
    assert [region.roi.compartment for region in regions] == ["csf"]


def test_no_bodies_are_written_where_only_cores_and_fluid_were_asked_for():
    image, bodies, _ = csf_phantom.lumbar("T2w")
    click = image.geometry.to_ras(np.argwhere(bodies["L3"]).mean(axis=0))
    found = propose(image, ProposalRequest("vertebra", tuple(click), "L3", compartments=("trabecular", "csf"),
                                           method="one-click"))
    assert [region.written().name for region in found.regions] == [
        *(f"{level} trabecular core" for level in ("L1", "L2", "L3", "L4")), "CSF at L3"]


@pytest.mark.skipif(not DATA.is_dir(), reason="the lumbar MR scans are not here")
@pytest.mark.parametrize("case", ["02", "07", "12", "17", "20"])
def test_on_real_scans_the_region_is_bright_even_and_behind_the_body(case):
    import SimpleITK as sitk
    from RadiomicsOrthoLib.imaging.readers import read_image

    image = read_image(DATA / f"VB2_{case}_t2.nii.gz").with_modality("MR")
    labels = sitk.GetArrayFromImage(sitk.ReadImage(str(DATA / f"VB2_{case}_bodies.nii.gz")))
    bodies = {level: labels == value for value, level in enumerate(LEVELS, 1)}
    found = csf_region(image, bodies, weighting="T2w")
    assert not (found.mask & (labels > 0)).any()
    assert found.mean > 1.5 * found.body_median and found.sd < 0.05 * found.mean
    # nothing in the canal behind L3 is clearly brighter
    k, j, i = np.argwhere(found.mask).mean(axis=0).round().astype(int)
    assert found.mean > 0.95 * np.percentile(image.array[k - 4:k + 5, j - 8:j + 9, i - 6:i + 7], 90)
