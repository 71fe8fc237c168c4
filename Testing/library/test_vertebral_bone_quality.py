"""VBQ: the ratio, what it refuses, and the command."""

import json
from dataclasses import replace

import csf_phantom
import numpy as np
import pytest
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.features.vertebral_bone_quality import LEVELS, vertebral_bone_quality
from RadiomicsOrthoLib.imaging.acquisition import Acquisition
from RadiomicsOrthoLib.regions.lumbar_mr.csf import csf_region
from RadiomicsOrthoLib.regions.lumbar_mr.csf_proposal import csf_roi, with_csf
from RadiomicsOrthoLib.regions.proposal import Proposal, ProposedRegion, proposal_file
from RadiomicsOrthoLib.regions.roi import Roi
from RadiomicsOrthoLib.resources import resource_folder
from RadiomicsOrthoLib.scoring.card_file import card_from_json


@pytest.fixture(scope="module")
def case():
    """A T1 whose bodies have four signals; cortex and vein are others and must not count."""
    image, bodies, _ = csf_phantom.lumbar("T1w")
    array = image.array.copy()
    for level, signal in zip(LEVELS, (180, 200, 240, 300), strict=True):
        array[bodies[level]] += signal - csf_phantom.SIGNALS["T1w"]["marrow"]
    image = replace(image, array=array)
    rois = [Roi(mask, image.geometry, "vertebra", level, None, "whole-body") for level, mask in bodies.items()]
    return image, rois, csf_roi(image, csf_region(image, bodies))


def test_the_ratio_is_median_of_the_bodies_over_the_fluid(case):
    image, bodies, csf = case
    found = vertebral_bone_quality(image, bodies, csf)
    assert dict(found.signals) == pytest.approx({"L1": 180, "L2": 200, "L3": 240, "L4": 300}, abs=3)
    assert found.value == pytest.approx(np.median(list(found.signals.values())) / found.csf_mean)
    assert found.value == pytest.approx(220 / csf_phantom.SIGNALS["T1w"]["fluid"], rel=0.06)


def test_only_the_midsagittal_core_counts(case):
    image, bodies, csf = case
    found = vertebral_bone_quality(image, bodies, csf)
    array = image.array.copy()
    used = np.logical_or.reduce([region.mask for region in found.regions])
    array[~used] = 999
    assert vertebral_bone_quality(replace(image, array=array), bodies, csf).value == found.value
    right = image.geometry.to_ras(np.argwhere(found.regions[0].mask))[:, 0]
    assert right.max() - right.min() <= 5


def test_gain_does_not_change_it(case):
    image, bodies, csf = case
    louder = replace(image, array=image.array * 3)
    assert vertebral_bone_quality(louder, bodies, csf).value == pytest.approx(
        vertebral_bone_quality(image, bodies, csf).value)


@pytest.mark.parametrize(("change", "said"), [
    (lambda i, b, c: (replace(i, acquisition=Acquisition(sequence="T2w")), b, c), "ratio on T2 is another quantity"),
    (lambda i, b, c: (replace(i, acquisition=Acquisition()), b, c), "--sequence T1w"),
    (lambda i, b, c: (replace(i, acquisition=replace(i.acquisition, contrast_agent=True)), b, c), "Contrast agent"),
    (lambda i, b, c: (replace(i, modality="CT"), b, c), "The scan is CT"),
    (lambda i, b, c: (i, b[:3], c), "L4 is missing"),
    (lambda i, b, c: (i, [*b, b[0]], c), "two regions of L1"),
    (lambda i, b, c: (i, b, replace(c, mask=np.zeros_like(c.mask))), "holds no signal"),
    (lambda i, b, c: (i, b, replace(c, level="L4")), "fluid at L4; VBQ takes it at L3"),
    (lambda i, b, c: (replace(i, geometry=replace(i.geometry, origin=(0.0, 0.0, 0.0))), b, c), "same grid"),
])
def test_what_is_no_vbq_is_refused(case, change, said):
    with pytest.raises(InputError, match=said):
        vertebral_bone_quality(*change(*case))


def written(case, tmp_path, fluid=True):
    import SimpleITK as sitk

    image, bodies, _ = case
    path, regions = tmp_path / "t1.nrrd", tmp_path / "r.seg.nrrd"
    voxels = sitk.GetImageFromArray(image.array)
    flip = np.array([-1.0, -1.0, 1.0])
    voxels.SetSpacing(image.spacing)
    voxels.SetOrigin(flip * image.geometry.origin)
    voxels.SetDirection((flip[:, None] * np.array(image.geometry.direction).reshape(3, 3)).ravel())
    sitk.WriteImage(voxels, str(path))
    proposal = Proposal(tuple(ProposedRegion(body) for body in bodies))
    proposal = with_csf(image, proposal) if fluid else proposal
    regions.write_bytes(proposal_file(proposal.regions, image.geometry))
    return [str(path), str(regions), "--modality", "MR"]


@pytest.mark.parametrize("fluid", [True, False])
def test_the_command_measures_with_a_drawn_region_or_one_that_it_finds(case, tmp_path, capsys, fluid):
    out = tmp_path / "vbq.json"
    call = ["vbq", *written(case, tmp_path, fluid), "--sequence", "T1w", "-o", str(out)]
    assert main(call) == 0
    said = capsys.readouterr().out
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["vbq"] == pytest.approx(vertebral_bone_quality(*case).value)
    assert f"VBQ {found['vbq']:.2f}" in said and "Research use only" in said and "No threshold is given" in said
    assert found["threshold"] is None
    regions = [(entry["roi"]["level"], entry["roi"]["compartment"]) for entry in found["provenance"]]
    assert regions == [*((level, "trabecular") for level in LEVELS), ("L3", "csf")]


def test_the_command_says_in_one_sentence_what_is_missing(case, tmp_path, capsys):
    call = written(case, tmp_path)
    assert main(["vbq", *call]) == 2
    error = capsys.readouterr().err
    assert "--sequence T1w" in error and error.count("\n") == 1


def test_a_ct_is_refused_for_what_it_is(case, tmp_path, capsys):
    assert main(["vbq", *written(case, tmp_path, fluid=False), "--modality", "CT"]) == 2
    error = capsys.readouterr().err
    assert "The scan is CT" in error and error.count("\n") == 1


class TestCard:
    """One command from the scan to the card of the model with the site's own threshold."""

    def test_the_card_holds_what_was_measured(self, case, tmp_path, capsys):
        out = tmp_path / "card"
        call = ["vbq", *written(case, tmp_path), "--sequence", "T1w", "--field-strength", "2.89", "--out", str(out)]
        assert main([*call, "--threshold", "1.2"]) == 0
        assert "At or above the threshold of this site" in capsys.readouterr().out
        card = json.loads((out / "card.json").read_text(encoding="utf-8"))
        assert card["model"]["id"] == "vbq-site-threshold"
        assert card["result"]["value"] == pytest.approx(vertebral_bone_quality(*case).value)
        assert card["result"]["class"]["id"] == "at-or-above"
        inputs = {item["name"]: (item["value"], item["source"]) for item in card["inputs"]}
        assert inputs["field_strength"] == ("3", "clinical") and inputs["csf_signal"][1] == "measurement"
        assert set(card["provenance"]["regions"]) == {*LEVELS, "csf"} and card["case"]["place"] == "L1 to L4"
        jsonschema = pytest.importorskip("jsonschema")
        schema = json.loads((resource_folder() / "Schemas" / "card.schema.json").read_text(encoding="utf-8"))
        assert list(jsonschema.Draft202012Validator(schema).iter_errors(card)) == []
        assert card_from_json(json.dumps(card)).to_dict() == card
        page = (out / "report.html").read_text(encoding="utf-8")
        assert "Sagittal slice" in page

    def test_without_a_threshold_there_is_no_class(self, case, tmp_path, capsys):
        out = tmp_path / "card"
        assert main(["vbq", *written(case, tmp_path), "--sequence", "T1w", "--field-strength", "1.5", "--out",
                     str(out)]) == 0
        assert json.loads((out / "card.json").read_text(encoding="utf-8"))["result"]["class"] is None
        assert "No threshold is given" in capsys.readouterr().out

    @pytest.mark.parametrize(("more", "said"), [
        (["--out", "{out}"], "The field strength of this scan is unknown"),
        (["--threshold", "3"], "--threshold gives the card its class"),
        (["--out", "{out}", "--field-strength", "1.5", "--threshold", "900"], "Threshold of this site of 900")])
    def test_what_is_missing_is_said_in_one_sentence(self, case, tmp_path, capsys, more, said):
        out = tmp_path / "card"
        given = [part.format(out=out) for part in more]
        assert main(["vbq", *written(case, tmp_path), "--sequence", "T1w", *given]) == 2
        error = capsys.readouterr().err
        assert said in error and error.count("\n") == 1 and not out.exists()
