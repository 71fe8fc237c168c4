"""A vertebra that is proposed alone: its neighbours stay, with their levels, edits and places in the table."""

from dataclasses import replace

import numpy as np
import pytest
from generated_proposal import METHOD, brick_proposal
from proposal_steps import bodies, edit, names, segment_named


def single(number, count=5, shift=0, cores=False, suggested="L5"):
    """Brick ``number`` alone, as the method gives it that has found ``count`` of them."""
    proposal = brick_proposal(range(1, count + 1), suggested, None, cores, shift)
    return replace(proposal, regions=tuple(region for region in proposal.regions if region.body == number),
                   summary={**proposal.summary, "single": True})


def test_bodies_clicked_one_by_one_stand_in_their_order(bridge, case):
    for number in (4, 2, 5):
        bridge.proposals.add_proposal(single(number, cores=True), case.node, case.volume)
    assert names(case.node) == [f"vertebra {n} {part}" for n in (2, 4, 5) for part in ("body", "trabecular core")]
    assert [(body.number, body.suggested) for body in bodies(bridge, case)] == [(2, "L2"), (4, "L4"), (5, "L5")]
    bridge.body_levels.name_body(case.node, bodies(bridge, case), 4, "L3")
    assert [body.level for body in bodies(bridge, case)] == ["L1", "L3", "L4"]


def test_the_lowest_body_need_not_be_there_for_a_suggestion(bridge, case):
    bridge.proposals.add_proposal(single(3), case.node, case.volume)
    assert [body.suggested for body in bodies(bridge, case)] == ["L3"]


@pytest.mark.parametrize("named", [True, False])
def test_only_the_clicked_body_is_replaced(bridge, case, named):
    bridge.proposals.add_proposal(brick_proposal(cores=True), case.node, case.volume)
    if named:
        bridge.body_levels.name_body(case.node, bodies(bridge, case), 5, "L4")
    before = {name: bridge.segments.roi_of_segment(case.node, segment_named(case.node, name)[0], case.volume)
              for name in names(case.node)}
    edited = names(case.node)[1]
    edited_id = edit(bridge, case, edited)
    proposal = single(3, shift=1, cores=True)
    assert bridge.proposals.edited_segments(case.node, case.volume, proposal) == ()
    bridge.proposals.add_proposal(proposal, case.node, case.volume)
    assert names(case.node) == list(before)
    changed = [name for name, roi in before.items() if not np.array_equal(bridge.segments.roi_of_segment(
        case.node, segment_named(case.node, name)[0], case.volume).mask, roi.mask)]
    assert changed == [edited, *names(case.node)[3:5]]
    assert bridge.edits.mark_edits(case.node) == (edited_id,)
    assert [body.number for body in bodies(bridge, case)] == [1, 2, 3, 4, 5]
    # what was said of the others still is
    (account,) = bridge.proposals.accounts_of(case.node)
    assert any("vertebra 1" in remark["sentence"] for remark in account["remarks"])


def test_a_spine_that_is_counted_otherwise_now_is_renumbered(bridge, case):
    """The method now misses the uppermost body: body 2 of its count is brick 3."""
    bridge.proposals.add_proposal(brick_proposal(), case.node, case.volume)
    again = brick_proposal((2, 3, 4, 5), "L5", None)
    alone = replace(again, regions=again.regions[1:2], summary={**again.summary, "single": True})
    bridge.proposals.add_proposal(alone, case.node, case.volume)
    # there is no body 0: the neighbours stay as they are, without a place in the new count
    assert len(names(case.node)) == 5 and [body.number for body in bodies(bridge, case)] == [2]


def test_an_edited_body_is_asked_about_and_stays_if_it_is_to(bridge, case):
    bridge.proposals.add_proposal(brick_proposal(), case.node, case.volume)
    segment_id = edit(bridge, case, "vertebra 3 body")
    (found,) = bridge.proposals.edited_segments(case.node, case.volume, single(3, shift=1))
    assert found.id == segment_id
    bridge.proposals.add_proposal(single(3, shift=1), case.node, case.volume, keep=[segment_id])
    assert bridge.edits.mark_edits(case.node) == (segment_id,)
    assert [body.edited for body in bodies(bridge, case)] == [False, False, True, False, False]
    made_by = bridge.segments.roi_of_segment(case.node, segment_id, case.volume).made_by
    assert made_by == f"{METHOD}, edited"


def test_a_core_made_by_hand_stays_with_its_neighbour(bridge, case):
    from RadiomicsOrthoLib.regions.trabecular import trabecular_core

    ids = bridge.proposals.add_proposal(brick_proposal(), case.node, case.volume)
    core = trabecular_core(bridge.segments.roi_of_segment(case.node, ids[1], case.volume), 2.0)
    core_id = bridge.segments.add_segment(case.node, core, case.volume)
    bridge.body_levels.follow_body(case.node, core_id, ids[1])
    bridge.proposals.add_proposal(single(4), case.node, case.volume)
    assert bodies(bridge, case)[1].segmentIds == (ids[1], core_id)
