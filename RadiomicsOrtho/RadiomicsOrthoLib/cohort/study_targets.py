"""Which drawings of a study show the same region: the targets that its observers rate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from ..errors import InputError
from ..regions.matching import Anatomy, contradict, place_of
from .observer_study import Rating


@dataclass(frozen=True)
class DrawnRegion:
    """A segment of a drawing; its name is empty where the file cannot be read.

    ``alone`` says that no other segment of its file is looked at.
    """

    case: str
    rating: Rating
    segment: str
    anatomy: Anatomy
    alone: bool


Region = TypeVar("Region", bound=DrawnRegion)
#: (case, level or side in it) → rating → the region as it was drawn there
RatedTargets = dict[tuple[str, str], dict[Rating, Region]]


def group_regions(regions: Sequence[Region]) -> dict[str, RatedTargets[Region]]:
    """Name of a group → its targets.

    Regions of the same site and compartment form a group, whose targets are the cases and, within them, levels or
    sides; regions that state no anatomy group by their name.  Where every drawing holds one region, it is the case's,
    whatever it is called.  InputError where a drawing states a region twice, or drawings of a case contradict.
    """
    alone = all(one.alone for one in regions)
    if alone:
        _check_one_anatomy(regions)
    of_all = {_site_and_compartment(one) for one in regions if place_of(one.anatomy)}
    the_one = of_all.pop() if alone and len(of_all) == 1 else "region"
    groups: dict[str, RatedTargets[Region]] = {}
    unreadable = []
    for one in regions:
        place = place_of(one.anatomy)
        if not (alone or one.segment):
            unreadable.append(one)
            continue
        if alone:
            group, target = the_one, (one.case, "")
        elif place:
            group, target = _site_and_compartment(one), (one.case, place[1])
        else:
            group, target = one.segment, (one.case, "")
        ratings = groups.setdefault(group, {}).setdefault(target, {})
        if one.rating in ratings:
            raise InputError(f"The drawing '{one.case}' of {one.rating} states a region twice ('{one.segment}' and "
                             f"'{ratings[one.rating].segment}'); rename one, or choose one with --segment.")
        ratings[one.rating] = one
    # a file that could not be read stands for all regions of its case
    for one in unreadable:
        for targets in groups.values():
            for (case, _), ratings in targets.items():
                if case == one.case:
                    ratings[one.rating] = one
    return groups


def _site_and_compartment(one: DrawnRegion) -> str:
    return " ".join(one.anatomy[key] for key in ("site", "compartment") if one.anatomy[key] != "unknown")


def _check_one_anatomy(regions: Sequence[DrawnRegion]) -> None:
    first: dict[str, DrawnRegion] = {}
    for one in regions:
        other = first.setdefault(one.case, one)
        if contradict(other.anatomy, one.anatomy):
            raise InputError(f"The drawings of '{one.case}' are not of one region: '{other.segment}' by {other.rating} "
                             f"and '{one.segment}' by {one.rating}.")
