"""Which label value means which bone in the outputs of TotalSegmentator.

Numbers of ``totalsegmentator/map_to_binary.py``, version 2.18.0 (facts).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..roi import LEVELS, level_from_name, side_from_name

#: from above downwards, as TotalSegmentator knows them: it has no T13 and no L6
VERTEBRAE = tuple([f"C{n}" for n in range(1, 8)] + [f"T{n}" for n in range(1, 13)] + [f"L{n}" for n in range(1, 6)])
SACRUM, FEMURS = "sacrum", {"left": "left femur", "right": "right femur"}


def _upwards(first: int) -> dict[int, str]:
    """L5 has the number ``first``, and the numbers grow upwards."""
    return {first + n: level for n, level in enumerate(reversed(VERTEBRAE))}


#: task → label value → bone
CLASSES: Mapping[str, Mapping[int, str]] = {
    "total": {25: SACRUM, 26: "S1", **_upwards(27), 75: FEMURS["left"], 76: FEMURS["right"]},
    "total_v1": {**_upwards(18), 88: FEMURS["left"], 89: FEMURS["right"], 92: SACRUM},
    "vertebrae_mr": {1: SACRUM, **_upwards(2)},
    "vertebrae_pp": {1 + n: level for n, level in enumerate(VERTEBRAE)},
    "vertebrae_pp_refined": {1 + n: level for n, level in enumerate(VERTEBRAE)},
}
TASKS = tuple(CLASSES)


def bone_of(name: str) -> str | None:
    """The bone that a class or segment is named after (``vertebrae_L1``, ``L1 vertebra``, ``femur_left``).

    ``None`` for anything else: discs, the body of all vertebrae, other organs.
    """
    words = set(re.findall(r"[a-z]+", name.lower().replace("_", " ")))
    if "femur" in words:
        return FEMURS.get(side_from_name(name) or "")
    if words & {"sacrum"}:
        return SACRUM
    level = level_from_name(name)
    bare = re.fullmatch(r"[ctls]\d+", name.strip().lower()) is not None
    return level if level in LEVELS and (bare or words & {"vertebra", "vertebrae"}) else None


def class_names(site: str) -> tuple[str, ...]:
    """The classes of the task ``total`` that a site needs, by TotalSegmentator's names."""
    if site == "vertebra":
        return (*(f"vertebrae_{level}" for level in VERTEBRAE), "vertebrae_S1", SACRUM)
    return ("femur_left", "femur_right", SACRUM)
