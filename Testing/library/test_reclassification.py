"""Net reclassification and integrated discrimination, by their definitions."""

import math

import numpy as np
import pytest
from RadiomicsOrthoLib.statistics.reclassification import integrated_discrimination, net_reclassification

OUTCOME = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0])
OLD = np.array([0.1, 0.3, 0.3, 0.6, 0.1, 0.3, 0.3, 0.1, 0.6])
NEW = np.array([0.3, 0.6, 0.1, 0.7, 0.1, 0.1, 0.1, 0.3, 0.7])


def test_net_reclassification_with_categories():
    found = net_reclassification(OUTCOME, OLD, NEW, [0.2, 0.5])
    # of four events two rise and one falls; of five others one rises and two fall
    assert (found.of_events, found.of_others) == pytest.approx((1 / 4, 1 / 5))
    assert found.estimate.value == pytest.approx(9 / 20)
    error = math.sqrt((3 / 4) / 4 + (3 / 5) / 5)
    assert found.z == pytest.approx(9 / 20 / error)
    assert found.estimate.upper - found.estimate.value == pytest.approx(1.959964 * error, rel=1e-6)


def test_without_categories_every_change_counts():
    found = net_reclassification(OUTCOME, OLD, NEW)
    assert (found.of_events, found.of_others) == pytest.approx((2 / 4, 0 / 5))


def test_a_probability_at_the_cut_belongs_above():
    found = net_reclassification([1, 1, 0, 0], [0.1, 0.1, 0.1, 0.1], [0.2, 0.1, 0.1, 0.1], [0.2])
    assert found.of_events == 0.5


def test_integrated_discrimination():
    found = integrated_discrimination(OUTCOME, OLD, NEW)
    events, others = (NEW - OLD)[OUTCOME == 1], (NEW - OLD)[OUTCOME == 0]
    assert (found.of_events, found.of_others) == pytest.approx((events.mean(), -others.mean()))
    assert found.z == pytest.approx((events.mean() - others.mean())
                                    / math.sqrt(events.var(ddof=1) / 4 + others.var(ddof=1) / 5))


def test_no_change_is_no_improvement():
    for improvement in (net_reclassification(OUTCOME, OLD, OLD), integrated_discrimination(OUTCOME, OLD, OLD)):
        assert improvement.estimate.value == 0 and improvement.p == 1
