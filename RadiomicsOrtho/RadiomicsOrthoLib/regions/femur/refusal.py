"""Why no femur, or not all of it, is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ...errors import InputError
from ..proposal import Proposal, Remark


class FemurRefusedError(InputError):
    """No region of this femur can be given; ``remark`` holds the reason with its code.

    ``sentence`` and ``remedy`` are sentences of their own, as in every remark.
    """

    def __init__(self, code: str, sentence: str, remedy: str) -> None:
        self.remark = Remark(code, sentence, remedy, refused=True)
        super().__init__(f"{sentence.rstrip('.')}; {remedy[:1].lower()}{remedy[1:]}")


def of_side(remark: Remark, side: str) -> Remark:
    """A remark on one of two hips, ``left`` or ``right``, that says which."""
    return replace(remark, sentence=f"{side.capitalize()} hip: {remark.sentence[:1].lower()}{remark.sentence[1:]}")


def of_both(proposals: Sequence[Proposal]) -> list[Remark]:
    """The remarks on the femora of one scan, one proposal each: what is not said of all says which hip it means."""
    remarks = []
    for proposal in proposals:
        side = proposal.regions[0].roi.side
        for remark in proposal.remarks:
            shared = all(remark in other.remarks for other in proposals)
            told = remark if shared and len(proposals) > 1 else of_side(remark, side)
            remarks += [told] if told not in remarks else []
    return remarks
