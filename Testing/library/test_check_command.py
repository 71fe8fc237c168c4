"""``radiomics-ortho check``: findings before a number."""

import json

import numpy as np
import phantoms
import pytest
from RadiomicsOrthoLib.cli import main as cli


def run(capsys, *arguments):
    code = cli.main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A scan with three regions: a good body (1), one cut by the scan's edge (2), one with metal (3)."""
    folder = tmp_path_factory.mktemp("check")
    image, roi = phantoms.trunk()
    array = image.array.copy()
    array[8:12, 20:24, 20:24] = 3071
    labels = roi.mask.astype(np.uint8)
    labels[:6, 95:110, 95:110] = 2
    labels[4:16, 14:30, 14:30] = 3
    return (phantoms.write(array, image.geometry, folder / "ct.nrrd"),
            phantoms.write(labels, image.geometry, folder / "labels.nrrd"))


def test_a_region_with_its_findings_and_those_of_the_scan(capsys, files):
    code, text, err = run(capsys, "check", *files, "--segment", "1", "--level", "L1")
    assert (code, err) == (0, "")
    assert text.startswith("1, L1: 21.9 mL, no warning")
    scan = text[text.index("The scan:"):]
    assert scan.startswith("The scan: no warning") and "tube voltage" in scan
    assert "tube voltage" not in text[:text.index("The scan:")]


def test_every_region_and_its_verdict_as_json(capsys, files):
    code, text, _ = run(capsys, "check", *files, "--all-segments", "--json")
    result = json.loads(text)
    assert code == 0 and [region["refused"] for region in result["regions"]] == [False, True, True]
    codes = [{finding["code"] for finding in region["findings"]} for region in result["regions"]]
    assert "CUT_BY_FIELD_OF_VIEW" in codes[1] and "METAL_IN_ROI" in codes[2]
    assert {finding["code"] for finding in result["findings"]} == {"MODALITY_ASSUMED_CT", "CT_FACTS_UNKNOWN"}
    assert all(finding["severity"] in ("refuse", "warn", "note") and finding["sentence"]
               for region in result["regions"] for finding in region["findings"])


def test_strict_ends_with_2_only_if_a_region_is_refused(capsys, files):
    assert run(capsys, "check", *files, "--segment", "1", "--strict")[0] == 0
    assert run(capsys, "check", *files, "--segment", "2")[0] == 0
    code, text, err = run(capsys, "check", *files, "--segment", "1", "--segment", "2", "--strict")
    assert (code, err) == (2, "") and "2, site not stated" in text and "refused" in text


def test_the_core_of_a_vertebra_is_looked_into(capsys, files, tmp_path):
    """Cement lies inside a body, whose own cortex hides it from a look at the whole."""
    image, roi = phantoms.trunk()
    array = image.array.copy()
    array[24:30, 56:64, 56:64] = 1800
    scan, mask = phantoms.write_case(tmp_path, image, roi)
    phantoms.write(array, image.geometry, scan)
    code, text, _ = run(capsys, "check", scan, mask, "--level", "L1")
    assert code == 0 and "refused" in text and "cement" in text
    code, text, _ = run(capsys, "check", scan, mask, "--site", "proximal-femur")
    assert code == 0 and "cement" not in text


def test_what_is_stated_counts(capsys, files):
    _, text, _ = run(capsys, "check", *files, "--segment", "1", "--contrast", "yes", "--kvp", "100")
    assert "1, site not stated: 21.9 mL, 1 warning" in text
    assert "made with contrast agent" in text and "100 kV" in text


def test_bad_input_ends_with_2(capsys, files, tmp_path):
    code, text, err = run(capsys, "check", files[0], files[1], "--segment", "9")
    assert code == 2 and text == "" and "has no single segment '9'" in err
    code, _, err = run(capsys, "check", files[0], tmp_path / "none.nrrd")
    assert code == 2 and "There is no file" in err
