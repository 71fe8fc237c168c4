"""The studies whose models ship, each from a table that does not."""

from __future__ import annotations

from ...errors import InputError
from ..study import Study


def study_ids() -> tuple[str, ...]:
    return tuple(one.id for one in _studies())


def find_study(study_id: str) -> Study:
    """The study of that id; InputError names the ids at hand if there is none."""
    for one in _studies():
        if one.id == study_id:
            return one
    raise InputError(f"There is no study '{study_id}'; at hand: {', '.join(study_ids())}.")


def _studies() -> tuple[Study, ...]:
    from .nhanes_osteoporosis import STUDIES as NHANES
    from .simulated_rad_score import STUDY as SIMULATED
    from .verse_fracture import STUDY as VERSE

    return (VERSE, *NHANES, SIMULATED)
