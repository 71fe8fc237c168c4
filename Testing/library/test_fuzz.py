"""Damaged files of every kind end in a result or one sentence; Testing/benchmarks/fuzz tries thousands of them."""

from __future__ import annotations

import fuzz_targets
import fuzzing
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from RadiomicsOrthoLib.cli.main import main

NAMES = [target.name for target in fuzz_targets.TARGETS]
ODD = [target for target in fuzz_targets.TARGETS if target.odd is not None]


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    folder = tmp_path_factory.mktemp("good")
    fuzz_targets.write_good_files(folder)
    return folder


@pytest.mark.parametrize("target", fuzz_targets.TARGETS, ids=NAMES)
def test_the_undamaged_file_is_taken(target, good, tmp_path, monkeypatch, capsys):
    """Otherwise every damaged one would be refused for another reason."""
    monkeypatch.setenv("RADIOMICS_ORTHO_MODELS", str(tmp_path))
    code = main([str(argument) for argument in target.arguments(good, tmp_path)])
    # of the list of cases one has no scan, and that is told
    assert code in (0, 3), capsys.readouterr().err


@pytest.mark.parametrize("target", fuzz_targets.TARGETS, ids=NAMES)
def test_damaged_files_end_in_a_result_or_a_sentence(target, good):
    found = {seed: problem for seed in range(8) if (problem := fuzzing.trial(target, good, seed))}
    assert not found


@settings(max_examples=100, database=None, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(ODD).flatmap(lambda target: st.tuples(st.just(target), target.odd)))
def test_files_that_nobody_planned_for_end_in_a_result_or_a_sentence(good, made):
    assert not fuzzing.tried(made[0], good, made[1])
