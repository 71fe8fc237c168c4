"""How networks learned: the loss of those they learn from and of those on whom they stop, epoch by epoch."""

from __future__ import annotations

from collections.abc import Sequence

from .study.plot import COLOURS, Plot, pale

#: the highest loss that is shown, in multiples of that of a coin (ln 2)
_MOST = 2.2
_COIN = 0.6931


def learning_svg(losses: Sequence[Sequence[tuple[float, float]]], best: Sequence[int], simulated: bool) -> str:
    """``losses`` (network, epoch) of the learning and the stopping part; the first network is the one for later people.

    ``best`` are the epochs (from 0) whose weights were kept.
    """
    stopping, learning = COLOURS[0], COLOURS[1]
    longest = max(len(one) for one in losses)
    title = f"{'SIMULATED: ' if simulated else ''}Learning of {len(losses)} networks"
    plot = Plot(title, (1, max(2, longest)), (0, _MOST * _COIN), "epoch", "loss (0.69: a coin)", width=560)
    for curve, kept in zip(losses[1:], best[1:], strict=True):
        epochs = range(1, len(curve) + 1)
        plot.line(epochs, [loss for _, loss in curve], pale(stopping, 0.55), width=1.0)
        plot.points([kept + 1], [curve[kept][1]], pale(stopping, 0.55))
    curve, kept = losses[0], best[0]
    epochs = range(1, len(curve) + 1)
    plot.line(epochs, [loss for loss, _ in curve], learning, "network for later people: those it learns from",
              dashed=True)
    plot.line(epochs, [loss for _, loss in curve], stopping,
              "the same: those on whom it stops; the point is the epoch that was kept")
    plot.points([kept + 1], [curve[kept][1]], stopping, 4.5)
    plot.line((), (), pale(stopping, 0.55), "networks without a fold or two: those on whom they stop")
    return plot.svg()
