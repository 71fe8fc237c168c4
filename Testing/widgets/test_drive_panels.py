"""The walk through the whole flow on the panels; Testing/driving/drive_panels.py takes the same with more scans."""

import sys
from pathlib import Path

import pytest
from batch_cohort import write_cohort

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from driving import walk


@pytest.mark.parametrize("bone", ["vertebra", "proximal-femur"])
def test_every_state_of_the_flow_is_reached_and_pictured(application, bone, tmp_path):
    from driving import drive_panels

    case = next(case for case in walk.generated_cases() if case.bone == bone)
    cohort = write_cohort(tmp_path / "cohort", 2) if bone == "vertebra" else None
    states = drive_panels.drive(tmp_path / "pictures", case, cohort)
    assert {"empty", "scored", "edited", "cancelled", "reopened", "reloaded", "scene-closed"} <= set(states)
    assert cohort is None or {"batch-done", "study-done"} <= set(states)
    pictures = sorted(path.name for path in (tmp_path / "pictures").glob("*-*.png"))
    assert [name[3:-4] for name in pictures] == states
