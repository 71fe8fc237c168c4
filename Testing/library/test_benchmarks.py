"""What the comparison of engines counts as equal, and what becomes of a peer that fails."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "benchmarks" / "extraction"


@pytest.fixture
def compare_peers(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    import compare_peers

    return compare_peers


REFERENCE = {"original_firstorder_TotalEnergy": 4.0, "original_firstorder_90Percentile": 2.0,
             "original_glcm_Contrast": 1.0, "original_glcm_Id": 1.0}


def test_names_are_compared_by_their_letters(compare_peers):
    found = {"original_firstorder_total_energy": 4.000001, "original_firstorder_90percentile": 2.1,
             "original_glcm_contrast": 1.0}
    assert compare_peers.equal_by_name(found, REFERENCE) == 2
    # not by their values
    assert compare_peers.equal_by_name({"something": 4.0}, REFERENCE) == 0


def test_each_value_of_a_peer_is_used_once(compare_peers):
    assert compare_peers.equal_by_value({"a": 1.0, "b": 4.0}, REFERENCE) == 2
    assert compare_peers.equal_by_value({"a": 1.0, "b": 1.0, "c": 2.0 + 1e-5}, REFERENCE) == 2


@pytest.mark.skipif(not hasattr(os, "wait4"), reason="processes are measured where the system tells their resources")
def test_a_process_is_measured_and_its_reason_kept(compare_peers):
    from process import measure

    good = measure([sys.executable, "-c", "x = bytearray(30_000_000)"])
    assert good.problem == "" and good.peak_mb > 30 and good.wall > 0
    assert measure([sys.executable, "-c", "raise SystemExit('no such filter')"]).problem == "no such filter"
    assert measure([sys.executable, "-c", "import time; time.sleep(60)"], limit=0.5).problem == "stopped after 0.5 s"


def test_a_peer_that_fails_is_a_row_with_its_reason(compare_peers):
    rows = {"radiomicsortho": compare_peers.Row(1.0, 1.5, 200.0, {"a": 1.0}),
            "mirp": compare_peers.Row(problem="/somewhere/of/mine/python: needs | cubes")}
    line = compare_peers.table_row("CT", "mirp", rows["mirp"], rows)
    assert "needs / cubes" in line and "somewhere" not in line and line.count("|") == 10


def test_an_adapter_writes_the_finite_numbers(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER / "peers"))
    import adapter

    monkeypatch.setattr(sys, "argv", ["peer", "all", "image", "mask", str(tmp_path / "out.json")])
    adapter.main(lambda work, image, mask: {"a": 1, "b": float("nan"), "c": "text", work: str(image) == "image"})
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8")) == {"a": 1.0, "all": 1.0}


SCRIPTS = sorted(path.relative_to(FOLDER.parent).as_posix() for path in FOLDER.parent.rglob("*.py")
                 if "parse_args(" in path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_benchmark_starts(script, tmp_path):
    # another test may have left the locale of this process at C: ask for the encoding by name
    found = subprocess.run([sys.executable, "-X", "utf8", str(FOLDER.parent / script), "--help"], check=False,
                           cwd=tmp_path, encoding="utf-8", capture_output=True, timeout=120)
    assert found.returncode == 0 and "usage:" in found.stdout, found.stderr


def test_a_section_of_the_results_is_replaced_and_what_a_person_wrote_in_it_stays(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER.parent))
    from results_file import write_section

    page = tmp_path / "RESULTS.md"
    write_section("## A\n\nfirst\n", page=page)
    write_section("## B\n\nsecond\n\n### By hand\n\nlooked at\n", page=page)
    write_section("## C\n\nthird", page=page)
    write_section("## A\n\nfirst again", page=page)
    write_section("## B\n\nsecond again", by_hand="### By hand", page=page)
    assert page.read_text(encoding="utf-8") == ("# Benchmark results\n\n## A\n\nfirst again\n\n## B\n\nsecond again\n\n"
                                                "### By hand\n\nlooked at\n\n## C\n\nthird\n")
