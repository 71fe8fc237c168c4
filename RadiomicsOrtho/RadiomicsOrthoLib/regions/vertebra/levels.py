"""Names of the levels: one is given by a person, the rest follow."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ...errors import InputError
from ..roi import LEVELS

#: usual numbers of vertebrae; variants (Tins & Balain 2016 and others give some 10 % transitional anatomy, from memory)
CERVICAL, THORACIC, LUMBAR = 7, 12, 5
THORACIC_VARIANTS, LUMBAR_VARIANTS = (11, 12, 13), (4, 5, 6)
#: what is proposed for the lowest body if it lies on the sacrum
ABOVE_SACRUM = "L5"


def level_names(thoracic: int = THORACIC, lumbar: int = LUMBAR) -> tuple[str, ...]:
    """All levels from C1 to the last lumbar one, from above downwards, for a spine with these numbers."""
    if thoracic not in THORACIC_VARIANTS or lumbar not in LUMBAR_VARIANTS:
        raise InputError(f"A spine has 11 to 13 thoracic and 4 to 6 lumbar vertebrae, not {thoracic} and {lumbar}.")
    return tuple(f"{letter}{n}" for letter, count in (("C", CERVICAL), ("T", thoracic), ("L", lumbar))
                 for n in range(1, count + 1))


def named_levels(count: int, index: int, level: str, thoracic: int = THORACIC,
                 lumbar: int = LUMBAR) -> tuple[str, ...]:
    """Names of ``count`` bodies from above downwards, the one at ``index`` being ``level``.

    ``T13`` and ``L6`` state the variant that has them.  Raises InputError if the spine of that kind has not enough
    levels above or below.
    """
    thoracic = 13 if level == "T13" else thoracic
    lumbar = 6 if level == "L6" else lumbar
    names = level_names(thoracic, lumbar)
    if level not in names:
        raise InputError(f"There is no level {level} in a spine with {thoracic} thoracic and {lumbar} lumbar "
                         "vertebrae.")
    first = names.index(level) - index
    if first < 0:
        raise InputError(f"The named body cannot be {level}: {index} bodies were found above it, but the spine has "
                         f"{names.index(level)}.")
    if first + count > len(names):
        raise InputError(f"The named body cannot be {level}: {count - 1 - index} bodies were found below it, but the "
                         f"spine has {len(names) - 1 - names.index(level)}; state 6 lumbar vertebrae if that is so.")
    return names[first:first + count]


def renumbered(levels: Sequence[str | None], index: int, level: str) -> tuple[str, ...]:
    """``levels`` (from above downwards) after the one at ``index`` was renamed: the others follow it.

    The numbers of thoracic and lumbar vertebrae stay.  A name that only a variant has (``T13``, ``L6``) makes the spine
    that variant, and ``L1`` below ``T11``, ``T12`` or ``T13`` the spine whose last rib is there.
    """
    if level not in LEVELS:
        raise InputError(f"There is no vertebral level '{level}'.")
    if level == levels[index] and None not in levels:
        return tuple(levels)
    above = levels[index - 1] if index else None
    thoracic = _thoracic(levels)
    if level == "L1" and above in ("T11", "T12", "T13"):
        # the one above was confirmed before
        thoracic = int(above[1:])
    elif level == "T12" and thoracic < THORACIC:
        thoracic = THORACIC
    return (fitted_levels if "L6" in levels else named_levels)(len(levels), index, level, thoracic)


def fitted_levels(count: int, index: int, level: str, thoracic: int = THORACIC) -> tuple[str, ...]:
    """``named_levels`` of a spine with five lumbar vertebrae, or with six if only that has room.

    Raises InputError where neither has.
    """
    try:
        return named_levels(count, index, level, thoracic)
    except InputError:
        return named_levels(count, index, level, thoracic, LUMBAR_VARIANTS[-1])


def moved(levels: Sequence[str], origin: int, target: int) -> tuple[str, ...]:
    """``levels`` (from above downwards) after the name at ``origin`` was dragged to the body at ``target``.

    All names move with it; the numbers of thoracic and lumbar vertebrae stay, but a spine whose lowest body would
    have no name gets a sixth lumbar vertebra.  Raises InputError where no spine has room for them.
    """
    return fitted_levels(len(levels), target, levels[origin], _thoracic(levels))


def _thoracic(levels: Sequence[str | None]) -> int:
    """How many thoracic vertebrae a spine with these names has, as far as they show it."""
    if "T13" in levels:
        return 13
    return 11 if ("T11", "L1") in pairwise(levels) else THORACIC
