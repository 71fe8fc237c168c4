"""What is wrong with the vertebrae of a label map: order, gaps, duplicates, fragments, sizes.

A model that labels voxel by voxel mixes up levels: wasserth/TotalSegmentator issues 291 (1 to 2 % of scans, by
its author), 394 (10 to 15 % of its own training labels), 88 and 373 (transitional vertebrae have no label).  The
limits are this project's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from scipy import ndimage

from ...imaging.geometry import Geometry
from ..proposal import Remark
from .body import WholeVertebra, body_in, cropped
from .classes import SACRUM, VERTEBRAE
from .label_file import BoneLabels

#: a separate part smaller than this is a speck, which is dropped without a word
SPECK_ML = 0.3
#: a part this large beside the largest one is a second vertebra
TWIN_SHARE = 0.4
#: a part that lies in another vertebra has this share of its surface there
INSIDE_SHARE = 0.3
#: a gap in a body this narrow counts as enclosed (half, mm)
NEARLY_MM = 4.0
#: a body that misses more than this of itself is not measured
MISSING_SHARE = 0.03
#: volume of a body against the median of its next two neighbours above and below
SIZE_RATIO = (0.45, 1.8)
#: a step from body to body against the usual one: longer, a vertebra is skipped
LONG_STEP = 1.6
#: the lowest body lies on the sacrum if the sacrum begins this near (share of a step)
ON_SACRUM = 0.9


@dataclass(frozen=True)
class CheckedSpine:
    """Vertebrae by level from above downwards; ``doubtful`` levels may be misnumbered; those left out are gone."""

    vertebrae: Mapping[str, WholeVertebra]
    doubtful: frozenset[str] = frozenset()
    remarks: tuple[Remark, ...] = ()


@dataclass
class _Findings:
    remarks: list[Remark] = field(default_factory=list)
    left_out: set[str] = field(default_factory=set)
    doubtful: set[str] = field(default_factory=set)
    #: vertebra → masks (k, j, i) of pieces of other labels in it, each with its box
    pieces: dict[str, list[tuple[tuple[slice, ...], np.ndarray]]] = field(default_factory=dict)

    def leave_out(self, levels: Sequence[str], code: str, sentence: str, remedy: str) -> None:
        self.left_out |= set(levels)
        self.remarks.append(Remark(code, sentence, remedy, refused=True))

    def doubt(self, levels: Sequence[str], code: str, sentence: str, remedy: str) -> None:
        self.doubtful |= set(levels)
        self.remarks.append(Remark(code, sentence, remedy))


def check_spine(labels: BoneLabels, geometry: Geometry) -> CheckedSpine:
    """The vertebrae that can be used, and what was found wrong."""
    boxes = ndimage.find_objects(labels.array)
    found = _Findings()
    vertebrae: dict[str, WholeVertebra] = {}
    for value, bone in labels.bones.items():
        if bone not in VERTEBRAE or value > len(boxes) or boxes[value - 1] is None:
            continue
        box, mask = cropped(labels.array, value, boxes[value - 1])
        mask = _main_part(labels, geometry, bone, box, mask, found)
        if bone in found.left_out:
            continue
        vertebra = body_in(mask, geometry, box)
        if vertebra is None:
            found.leave_out([bone], "NO_BODY", f"The label {bone} has no vertebral body in it.",
                            "Leave it out, or draw it by hand.")
        else:
            vertebrae[bone] = vertebra
    _check_missing_pieces(labels, geometry, vertebrae, found)
    chain = sorted(vertebrae, key=lambda level: -vertebrae[level].body_centre[2])
    chain = _check_order(chain, found)
    _check_sizes(chain, vertebrae, geometry, found)
    _check_steps(chain, vertebrae, _sacrum_top(labels, geometry, boxes), found)
    kept = {level: vertebrae[level] for level in chain if level not in found.left_out}
    return CheckedSpine(kept, frozenset(found.doubtful & set(kept)), tuple(found.remarks))


def _main_part(labels: BoneLabels, geometry: Geometry, bone: str, box: tuple[slice, ...], mask: np.ndarray,
               found: _Findings) -> np.ndarray:
    """The largest part of a label; what is said of the others."""
    parts, count = ndimage.label(mask, np.ones((3, 3, 3)))
    if count < 2:
        return mask
    sizes = np.bincount(parts.ravel())[1:]
    main = 1 + int(sizes.argmax())
    for number in range(1, count + 1):
        volume = float(sizes[number - 1]) * geometry.voxel_volume_ml
        if number == main or volume < SPECK_ML:
            continue
        host = _host(labels, box, parts == number, bone)
        if host is not None:
            found.pieces.setdefault(host, []).append((box, parts == number))
            found.remarks.append(Remark(
                "LABEL_FRAGMENT", f"{volume:.1f} mL of the label {bone} lie inside {host}; they were left out of "
                f"{bone}.", f"Look at {host} and correct it."))
        elif sizes[number - 1] >= TWIN_SHARE * sizes[main - 1]:
            found.leave_out([bone], "LABEL_TWICE", f"Two vertebrae have the label {bone}; neither is used.",
                            "Name them by hand.")
        else:
            found.remarks.append(Remark("LABEL_ISLAND", f"A separate part of {volume:.1f} mL of the label {bone} was "
                                        "left out.", "Look whether it belongs to the bone."))
    return parts == main


def _host(labels: BoneLabels, box: tuple[slice, ...], part: np.ndarray, own: str) -> str | None:
    """The vertebra in which a part lies: the one that has enough of the voxels round it."""
    ring = ndimage.binary_dilation(part, np.ones((3, 3, 3))) & ~part
    values, counts = np.unique(labels.array[box][ring], return_counts=True)
    for value, count in sorted(zip(values, counts, strict=True), key=lambda pair: -pair[1]):
        bone = labels.bones.get(int(value))
        if bone in VERTEBRAE and bone != own:
            return bone if count >= INSIDE_SHARE * ring.sum() else None
    return None


def _check_missing_pieces(labels: BoneLabels, geometry: Geometry, vertebrae: dict[str, WholeVertebra],
                          found: _Findings) -> None:
    """A body in which voxels of other vertebrae lie misses a piece."""
    of_vertebrae = [value for value, bone in labels.bones.items() if bone in VERTEBRAE]
    for level, vertebra in vertebrae.items():
        value = labels.value_of(level)
        others = np.isin(labels.array[vertebra.box], [other for other in of_vertebrae if other != value])
        missing = max(_enclosed(vertebra, others, geometry), _share_of_pieces(vertebra, found.pieces.get(level, ()),
                                                                              geometry))
        if missing > MISSING_SHARE:
            found.leave_out([level], "LABELS_MIXED", f"Another vertebra's label lies in the body of {level} "
                            f"({missing:.0%} of it).", f"Correct {level} by hand, or segment it with --method own.")


def _enclosed(vertebra: WholeVertebra, others: np.ndarray, geometry: Geometry) -> float:
    """How much of what a body encloses, or nearly, is of other vertebrae, as a share of the body."""
    reach = [max(1, round(NEARLY_MM / s)) for s in geometry.spacing_kji]
    size = [2 * r + 1 for r in reach]
    # a closing with a box, whose filters go along one axis after the other
    padded = np.pad(vertebra.body, [(r, r) for r in reach])
    closed = ndimage.minimum_filter(ndimage.maximum_filter(padded, size), size)
    closed = closed[tuple(slice(r, -r) for r in reach)]
    return np.count_nonzero(closed & others) / max(np.count_nonzero(vertebra.body), 1)


def _share_of_pieces(vertebra: WholeVertebra, pieces: Sequence, geometry: Geometry) -> float:
    """How much of the body that the vertebra would have with the pieces is in the pieces."""
    share = 0.0
    for box, piece in pieces:
        both = tuple(slice(min(a.start, b.start), max(a.stop, b.stop)) for a, b in zip(vertebra.box, box, strict=True))
        inner, outer = (np.zeros([side.stop - side.start for side in both], bool) for _ in range(2))
        for target, own, mask in ((outer, vertebra.box, vertebra.mask), (inner, box, piece)):
            target[tuple(slice(a.start - b.start, a.stop - b.start) for a, b in zip(own, both, strict=True))] = mask
        whole = body_in(inner | outer, geometry, both)
        if whole is not None:
            share += np.count_nonzero(whole.body & inner) / max(np.count_nonzero(whole.body), 1)
    return share


def _check_order(chain: list[str], found: _Findings) -> list[str]:
    """``chain`` without the levels that are out of order; of two that are swapped, neither stays."""
    ranks = [VERTEBRAE.index(level) for level in chain]
    before = _longest(ranks)
    after = _longest([-rank for rank in reversed(ranks)])[::-1]
    most = max((a + b - 1 for a, b in zip(before, after, strict=True)), default=0)
    possible = [a + b - 1 == most for a, b in zip(before, after, strict=True)]
    # a level is sure if no other one could take its place in a longest ordered chain
    rivals = [sum(ok and a == other for ok, other in zip(possible, before, strict=True)) for a in before]
    wrong = [level for level, ok, count in zip(chain, possible, rivals, strict=True) if not ok or count > 1]
    if wrong:
        names = " and ".join(wrong) if len(wrong) < 3 else f"{', '.join(wrong[:-1])} and {wrong[-1]}"
        found.leave_out(wrong, "LABEL_ORDER", f"{names} {'is' if len(wrong) == 1 else 'are'} out of order along the "
                        f"spine (from above downwards: {', '.join(chain)}).", "Name these vertebrae by hand.")
    return [level for level in chain if level not in wrong]


def _longest(ranks: Sequence[int]) -> list[int]:
    """For each place the length of the longest rising chain that ends there."""
    lengths: list[int] = []
    for place, rank in enumerate(ranks):
        lengths.append(1 + max((lengths[other] for other in range(place) if ranks[other] < rank), default=0))
    return lengths


def _check_sizes(chain: Sequence[str], vertebrae: Mapping[str, WholeVertebra], geometry: Geometry,
                 found: _Findings) -> None:
    volumes = [np.count_nonzero(vertebrae[level].body) * geometry.voxel_volume_ml for level in chain]
    for place, level in enumerate(chain):
        if touches_edge(vertebrae[level], geometry):
            continue
        near = [volumes[other] for other in range(max(place - 2, 0), min(place + 3, len(chain)))
                if other != place and not touches_edge(vertebrae[chain[other]], geometry)]
        if len(near) < 2:
            continue
        ratio = volumes[place] / float(np.median(near))
        if not SIZE_RATIO[0] <= ratio <= SIZE_RATIO[1]:
            found.leave_out([level], "SIZE_IMPLAUSIBLE", f"The body of {level} has {ratio:.1f} times the volume of its "
                            "neighbours: merged, split or collapsed.", "Look at it, and correct it by hand.")


def touches_edge(vertebra: WholeVertebra, geometry: Geometry) -> bool:
    """True if the scan's edge cuts the body."""
    for axis, (side, size) in enumerate(zip(vertebra.box, geometry.shape, strict=True)):
        used = np.flatnonzero(vertebra.body.any(axis=tuple(other for other in range(3) if other != axis)))
        if side.start + used[0] == 0 or side.start + used[-1] == size - 1:
            return True
    return False


def _check_steps(chain: Sequence[str], vertebrae: Mapping[str, WholeVertebra], sacrum_top: float | None,
                 found: _Findings) -> None:
    """Do names and distances from body to body agree?  If the lowest one lies on the sacrum, it is the sure end."""
    if len(chain) < 2:
        return
    steps = [(float(np.linalg.norm(vertebrae[a].body_centre - vertebrae[b].body_centre)),
              VERTEBRAE.index(b) - VERTEBRAE.index(a)) for a, b in pairwise(chain)]
    usual = float(np.median([distance / levels for distance, levels in steps]))
    anchored = _check_sacrum(chain, vertebrae, sacrum_top, usual, found)
    for place, (distance, levels) in enumerate(steps):
        upper, lower = chain[place], chain[place + 1]
        # bodies grow downwards: a step is compared with the steps beside it
        beside = [d / n for d, n in steps[max(place - 2, 0):place + 3] if (d, n) != (distance, levels)] or [usual]
        seen = distance / float(np.median(beside))
        unsure = chain[:place + 1] if anchored else chain
        if levels == 1 and seen > LONG_STEP:
            found.doubt(unsure, "VERTEBRA_SKIPPED", f"Between {upper} and {lower} lies a vertebra without a label; a "
                        "transitional one (T13, L6) has none, or the count is wrong.", "Count the vertebrae, and name "
                        "one level yourself.")
        elif levels > 1 and seen < levels / LONG_STEP:
            names = ", ".join(VERTEBRAE[VERTEBRAE.index(upper) + 1:VERTEBRAE.index(lower)])
            found.doubt(unsure, "LEVELS_JUMP", f"{lower} lies directly below {upper}; {names} "
                        f"{'is' if levels == 2 else 'are'} missing in the count.", "Count the vertebrae, and name one "
                        "level yourself.")
        elif levels > 1:
            names = ", ".join(VERTEBRAE[VERTEBRAE.index(upper) + 1:VERTEBRAE.index(lower)])
            found.remarks.append(Remark("LABEL_MISSING", f"{names} between {upper} and {lower} cannot be used or "
                                        f"{'has' if levels == 2 else 'have'} no label.", "Draw it by hand if it is "
                                        "needed.", refused=True))


def _check_sacrum(chain: Sequence[str], vertebrae: Mapping[str, WholeVertebra], sacrum_top: float | None,
                  step: float, found: _Findings) -> bool:
    """True if L5 lies on the sacrum; a doubt about all levels if another one does."""
    if sacrum_top is None:
        return False
    lowest = chain[-1]
    gap = float(vertebrae[lowest].body_centre[2]) - sacrum_top
    if gap > ON_SACRUM * step:
        return False
    if lowest != VERTEBRAE[-1]:
        found.doubt(chain, "LOWEST_NOT_L5", f"{lowest}, not L5, lies on the sacrum: a spine with other numbers, or a "
                    "wrong count.", "Count the vertebrae, and name one level yourself.")
    return True


def _sacrum_top(labels: BoneLabels, geometry: Geometry, boxes: Sequence) -> float | None:
    """Height (S, mm) of the sacrum's body, or ``None`` without a sacrum: what is highest of it before its wings."""
    tops = []
    for bone in ("S1", SACRUM):
        value = labels.value_of(bone)
        if value is None or value > len(boxes) or boxes[value - 1] is None:
            continue
        box, mask = cropped(labels.array, value, boxes[value - 1])
        ras = geometry.to_ras(np.argwhere(mask) + [side.start for side in box])
        # the promontory lies in the midline
        middle = np.abs(ras[:, 0] - np.median(ras[:, 0])) < 15.0
        if middle.any():
            tops.append(float(np.quantile(ras[middle, 2], 0.95)))
    return max(tops, default=None)
