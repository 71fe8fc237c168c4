"""Which segment of one file is which of another: by the anatomy they state, else by name."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

from ..errors import InputError
from ..imaging.segmentation_file import Segment, SegmentationFile
from .from_file import anatomy_of, choose_segment

Anatomy = Mapping[str, str | None]


@dataclass(frozen=True)
class SegmentPair:
    """One region in two files.

    ``matched_by`` says why they are one: ``stated`` by the user, the same ``anatomy``, the same ``name``, or the
    ``only`` segments of their files.  ``anatomy`` is what either of them states.
    """

    a: Segment
    b: Segment
    matched_by: str

    @property
    def anatomy(self) -> Anatomy:
        of_a, of_b = (anatomy_of(segment.name, segment.tags) for segment in (self.a, self.b))
        return {key: value if value not in (None, "unknown") else of_b[key] for key, value in of_a.items()}


@dataclass(frozen=True)
class Matching:
    """Pairs in the order of file A, and the segments that have no partner."""

    pairs: tuple[SegmentPair, ...]
    only_in_a: tuple[Segment, ...]
    only_in_b: tuple[Segment, ...]


def match_segments(a: SegmentationFile, b: SegmentationFile,
                   stated: Sequence[tuple[str, str]] = ()) -> Matching:
    """Pair the segments of two files.

    ``stated`` holds pairs of names (label values, levels) that the user gave; they come first.  Then segments of the
    same site, level or side, and compartment are one; of the others those with the same name, unless they state
    different anatomy; and at last the only segments of their files.  Raises InputError where several would fit.
    """
    matcher = _Matcher(a, b)
    for name_a, name_b in stated:
        matcher.take(choose_segment(a, name_a), choose_segment(b, name_b), "stated")
    matcher.by_key(lambda segment: place_of(anatomy_of(segment.name, segment.tags)), "anatomy")
    matcher.by_key(lambda segment: segment.name.strip().casefold() or None, "name")
    if len(a.segments) == len(b.segments) == 1 and matcher.left_a and matcher.left_b:
        matcher.take_if_one_anatomy(matcher.left_a[0], matcher.left_b[0], "only")
    pairs = sorted(matcher.pairs, key=lambda pair: a.segments.index(pair.a))
    return Matching(tuple(pairs), tuple(matcher.left_a), tuple(matcher.left_b))


def place_of(anatomy: Anatomy) -> tuple[str, str, str] | None:
    """(site, level or side, compartment) where they tell a region from its neighbours, else ``None``."""
    which = anatomy["level"] or anatomy["side"]
    return None if anatomy["site"] == "unknown" or which is None else (anatomy["site"], which, anatomy["compartment"])


def contradict(first: Anatomy, second: Anatomy) -> bool:
    """True if both state something and not the same."""
    return any(first[key] not in (None, "unknown", second[key]) and second[key] not in (None, "unknown")
               for key in first)


class _Matcher:
    """The segments that are left, and the pairs found so far."""

    def __init__(self, a: SegmentationFile, b: SegmentationFile) -> None:
        self.left_a, self.left_b = list(a.segments), list(b.segments)
        self.pairs: list[SegmentPair] = []

    def take(self, a: Segment, b: Segment, matched_by: str) -> None:
        for segment, left, name in ((a, self.left_a, "A"), (b, self.left_b, "B")):
            if segment not in left:
                raise InputError(f"The segment '{segment.name}' of {name} is in two pairs; give each one partner.")
        self.left_a.remove(a)
        self.left_b.remove(b)
        self.pairs.append(SegmentPair(a, b, matched_by))

    def take_if_one_anatomy(self, a: Segment, b: Segment, matched_by: str) -> None:
        if not contradict(*(anatomy_of(segment.name, segment.tags) for segment in (a, b))):
            self.take(a, b, matched_by)

    def by_key(self, key_of: Callable[[Segment], Hashable | None], matched_by: str) -> None:
        """Pair what has the same key on both sides; InputError where that is not one to one."""
        for key in dict.fromkeys(key_of(segment) for segment in self.left_a):
            alike_a, alike_b = ([segment for segment in left if key_of(segment) == key]
                                for left in (self.left_a, self.left_b))
            if key is None or not alike_b:
                continue
            if len(alike_a) == len(alike_b) == 1:
                self.take_if_one_anatomy(alike_a[0], alike_b[0], matched_by)
                continue
            names_a, names_b = ([segment.name for segment in alike] for alike in (alike_a, alike_b))
            if len(set(names_a)) < len(names_a) or sorted(names_a) != sorted(names_b):
                raise InputError(_question(names_a, names_b, matched_by))
            for segment in alike_a:
                self.take(segment, next(other for other in alike_b if other.name == segment.name), matched_by)


def _question(names_a: Sequence[str], names_b: Sequence[str], matched_by: str) -> str:
    what = {"anatomy": "state the same anatomy", "name": "have the same name"}[matched_by]
    listed = " and ".join(f"{', '.join(repr(name) for name in names)} of {file}"
                          for file, names in (("A", names_a), ("B", names_b)))
    return (f"Several segments {what}, {listed}; say which belong together with --pair A=B (names or label values), "
            "or rename them.")
