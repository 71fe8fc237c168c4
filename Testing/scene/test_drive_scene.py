"""The walk through the whole flow without a widget; Testing/driving/drive_scene.py takes the same with more scans."""

import sys
from pathlib import Path

from batch_cohort import write_cohort

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from driving import walk


def test_every_state_of_the_flow_is_reached(tmp_path):
    from driving import drive_scene

    spine = walk.generated_cases()[0]
    states = drive_scene.drive(tmp_path / "files", spine, write_cohort(tmp_path / "cohort", 2), pictures=False)
    assert {"scored", "coloured", "edited", "cancelled", "reopened", "scene-closed"} <= set(states)
