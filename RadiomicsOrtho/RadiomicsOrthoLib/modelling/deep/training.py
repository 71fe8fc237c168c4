"""One network, trained on the people that it is given and on nobody else."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from ...errors import InputError
from ...long_work import Cancelled, CancelledError, Progress, never_cancelled, no_progress
from ..inner_folds import inner_folds
from ..splits import derived_seed
from .network import NetworkDesign, build, check_torch

if TYPE_CHECKING:
    from torch import nn

#: boxes that are computed at a time without learning
_EVALUATED = 32


@dataclass(frozen=True)
class TrainingPlan:
    """How a network learns: at most ``epochs``, ended when the stopping part did not get better ``patience`` times.

    One of ``parts`` equal parts of the training people is the stopping part: it decides when to stop and is not
    learned from.  ``shift`` is by how many voxels boxes are moved at random, and ``noise`` what is added (of 0 to 1);
    half of the boxes are mirrored.
    """

    epochs: int = 60
    patience: int = 12
    batch: int = 16
    rate: float = 1e-3
    decay: float = 1e-2
    parts: int = 5
    shift: int = 2
    noise: float = 0.02
    mirrored: bool = True
    threads: int = 2
    design: NetworkDesign = field(default_factory=NetworkDesign)

    def __post_init__(self) -> None:
        if min(self.epochs, self.patience, self.batch, self.threads) < 1 or self.parts < 2:
            raise ValueError("epochs, patience, batch and threads are 1 at least, parts 2")


@dataclass(frozen=True)
class TrainedNetwork:
    """``module`` in PyTorch, with the best weights; ``losses`` (epochs, 2) of the learning and the stopping part."""

    module: nn.Module
    design: NetworkDesign
    losses: tuple[tuple[float, float], ...]
    best_epoch: int

    def encode(self, crops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Features (n, channels) and probabilities (n) of boxes (n, k, j, i)."""
        import torch

        self.module.eval()
        features, logits = [], []
        with torch.inference_mode():
            for start in range(0, len(crops), _EVALUATED):
                found, logit = self.module(torch.from_numpy(crops[start:start + _EVALUATED, np.newaxis]))
                features.append(found.numpy())
                logits.append(logit.numpy())
        return np.concatenate(features).astype(float), 1 / (1 + np.exp(-np.concatenate(logits).astype(float)))


def train_network(crops: np.ndarray, outcome: np.ndarray, people: np.ndarray, plan: TrainingPlan, seed: int,
                  progress: Progress = no_progress, cancelled: Cancelled = never_cancelled) -> TrainedNetwork:
    """A network that learned ``outcome`` (n, 0 or 1) of boxes (n, k, j, i; float32 from 0 to 1).

    People are whole in the learning or the stopping part; the rarer outcome weighs as much as the other.  The same
    ``seed`` gives the same network on the same machine with as many threads.  InputError where PyTorch is missing or
    nobody could be left out to stop.
    """
    check_torch()
    import torch

    if len(np.unique(outcome)) < 2:
        raise InputError("A network needs people with the outcome and people without it.")
    with limited_threads(plan.threads):
        torch.manual_seed(seed)
        module = build(plan.design)
        learn, stop = inner_folds(outcome, plan.parts, derived_seed(seed, 1), people)[0]
        boxes, wanted = torch.from_numpy(crops[:, np.newaxis]), torch.from_numpy(outcome.astype(np.float32))
        weight = torch.tensor(float((outcome[learn] == 0).sum()) / max(1, int((outcome[learn] == 1).sum())))
        loss_of = torch.nn.BCEWithLogitsLoss(pos_weight=weight)
        optimiser = torch.optim.AdamW(module.parameters(), lr=plan.rate, weight_decay=plan.decay)
        generator = np.random.default_rng(derived_seed(seed, 2))
        best, kept, losses, best_epoch = np.inf, copy.deepcopy(module.state_dict()), [], 0
        for epoch in range(plan.epochs):
            module.train()
            total = 0.0
            for rows in _batches(learn, plan.batch, generator):
                if cancelled():
                    raise CancelledError
                optimiser.zero_grad()
                loss = loss_of(module(_varied(boxes[rows], plan, generator))[1], wanted[rows])
                loss.backward()
                optimiser.step()
                total += float(loss.detach()) * len(rows)
            losses.append((total / len(learn), _loss(module, boxes[stop], wanted[stop], loss_of)))
            progress((epoch + 1) / plan.epochs, f"epoch {epoch + 1}, loss {losses[-1][1]:.3f}")
            if losses[-1][1] < best:
                best, kept, best_epoch = losses[-1][1], copy.deepcopy(module.state_dict()), epoch
            elif epoch - best_epoch >= plan.patience:
                break
        if not np.isfinite(best):
            raise InputError("The network learned nothing that is a number; choose a smaller learning rate.")
        module.load_state_dict(kept)
        module.eval()
    return TrainedNetwork(module, plan.design, tuple(losses), best_epoch)


@contextmanager
def limited_threads(count: int) -> Iterator[None]:
    """PyTorch on ``count`` threads, and as before afterwards: the number is one for the whole process."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _batches(rows: np.ndarray, size: int, generator: np.random.Generator) -> list[np.ndarray]:
    """``rows`` in random order, in parts of nearly equal size: a batch of one has no spread to be normalised by."""
    order = generator.permutation(rows)
    return np.array_split(order, max(1, round(len(order) / size)))


def _varied(boxes, plan: TrainingPlan, generator: np.random.Generator):
    """A batch (n, 1, k, j, i), half of it mirrored left to right, all moved a little, with a little noise."""
    import torch

    found = boxes.clone()
    if plan.mirrored:
        turned = torch.from_numpy(generator.random(len(found)) < 0.5)
        found[turned] = found[turned].flip(-1)
    if plan.shift:
        steps = generator.integers(-plan.shift, plan.shift + 1, 3)
        # what leaves the box on one side comes in on the other, where it is nearly always empty
        found = torch.roll(found, [int(step) for step in steps], (2, 3, 4))
    if plan.noise:
        grain = generator.standard_normal(tuple(found.shape), dtype=np.float32)
        # cleared surroundings stay clear
        found = found + plan.noise * torch.from_numpy(grain) * (found > 0)
    return found


def _loss(module, boxes, wanted, loss_of) -> float:
    import torch

    module.eval()
    with torch.inference_mode():
        return float(loss_of(module(boxes)[1], wanted))
