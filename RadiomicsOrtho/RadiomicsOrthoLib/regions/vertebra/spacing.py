"""Where discs lie that thick slices leave open: what the voxels of each say, against spacings that change slowly.

A disc that is thinner than a slice shows as one bright band, which tells its place to a slice only.  From one vertebra
to the next the distance of the discs changes by a few hundredths, though (chest CT in slices of 2.5 mm: 5 % SD, 4.5 %
more from each level to the one below), and a place that is wrong makes one distance too long and the next too short.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

#: mean and spread of the logarithm of a distance over that of the one above it
GROWTH, GROWTH_SD = 0.04, 0.05
#: degrees of freedom of its distribution (Student): a collapsed body is rare, but no body is made to look like others
TAIL = 3.0
#: the least distance that is reckoned with
LEAST_MM = 3.0


def expected_places(places: Sequence[np.ndarray], misfits: Sequence[np.ndarray]) -> list[float]:
    """The mean place (mm) of each disc, given all discs at once (forward and backward sums over the chain).

    ``places`` are possible places (mm along the column) of the discs from below upwards,
    ``misfits`` how badly the scan fits there: -2 log likelihood, as a sum of squares has it.
    """
    seen = [np.exp(-0.5 * (misfit - misfit.min())) for misfit in misfits]
    if len(places) < 3:
        return [float(np.average(place, weights=weight)) for place, weight in zip(places, seen, strict=True)]
    # (below, disc, above) of each three in a row
    even = [np.exp(-0.5 * _unevenness(below[:, None, None], disc[:, None], above))
            for below, disc, above in zip(places, places[1:], places[2:], strict=False)]
    # what the discs below, and those above, say of the pairs of neighbours
    upward, downward = [np.outer(seen[0], seen[1])], [np.ones((len(places[-2]), len(places[-1])))]
    for chained, weight in zip(even, seen[2:], strict=True):
        upward.append(_normed(np.einsum("ab,abc,c->bc", upward[-1], chained, weight)))
    for chained, weight in zip(reversed(even), reversed(seen[2:]), strict=True):
        downward.append(_normed(np.einsum("abc,bc,c->ab", chained, downward[-1], weight)))
    pairs = [up * down for up, down in zip(upward, reversed(downward), strict=True)]
    shares = [pairs[0].sum(axis=1), *(pair.sum(axis=0) for pair in pairs)]
    return [float(np.average(place, weights=share)) for place, share in zip(places, shares, strict=True)]


def _normed(weights: np.ndarray) -> np.ndarray:
    return weights / weights.max()


def _unevenness(below: np.ndarray, disc: np.ndarray, above: np.ndarray) -> np.ndarray:
    """-2 log likelihood of three discs in a row."""
    ratio = np.maximum(disc - below, LEAST_MM) / np.maximum(above - disc, LEAST_MM)
    return (TAIL + 1) * np.log1p(((np.log(ratio) - GROWTH) / GROWTH_SD) ** 2 / TAIL)
