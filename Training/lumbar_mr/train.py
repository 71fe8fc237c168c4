"""Train the lumbar-MR body network.

    python Training/lumbar_mr/train.py --data FOLDER --out FOLDER [--iterations 4000] [--seed 1]

``--data`` is the folder with the VB2 scans (Zukić et al. 2014, doi 10.5281/zenodo.22304) and their bodies; the five
held-out cases are never read.  The state is saved every 100 iterations; the same command goes on from it.  One CPU
core is enough.  Needs torch, scipy and SimpleITK.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from augmentation import TileSampler
from cases import HELD_OUT, case_names, load_case
from network import BodyNetwork
from torch.nn import functional

LEARNING_RATE = 1e-3
#: the rate falls to zero over this many last iterations, so that a longer run may be ended at any time
DECAY = 1000
SAVE_EVERY = 100


def loss(logits: torch.Tensor, targets: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Cross-entropy plus Dice, where the reference says something."""
    entropy = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none") * weight
    shares, wanted = torch.sigmoid(logits) * weight, targets * weight
    axes = (0, 2, 3, 4)
    overlap = (2 * (shares * wanted).sum(axes) + 20) / (shares.sum(axes) + wanted.sum(axes) + 20)
    return entropy.sum() / (2 * weight.sum() + 1) + (1 - overlap).mean()


def rate(iteration: int, iterations: int) -> float:
    """Short warm-up, then level, then straight down to zero."""
    return LEARNING_RATE * min(1, (iteration + 1) / 50, (iterations - iteration) / DECAY)


def train(data: Path, out: Path, iterations: int, seed: int) -> None:
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    names = [name for name in case_names(data) if name not in HELD_OUT]
    cases = [load_case(data, name) for name in names]
    print(f"{len(cases)} training cases: {', '.join(names)}", flush=True)
    # the order of the numbers in memory that a CPU works fastest on
    network = BodyNetwork().to(memory_format=torch.channels_last_3d)
    average = {name: value.clone() for name, value in network.state_dict().items()}
    optimiser = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=1e-3)
    state, begun = out / "state.pt", 0
    if state.exists():
        kept = torch.load(state)
        network.load_state_dict(kept["network"])
        optimiser.load_state_dict(kept["optimiser"])
        average, begun = kept["average"], kept["iteration"]
    # a fresh stream from where it goes on: interrupted and whole runs differ in tiles, not in kind
    sampler = TileSampler(cases, np.random.default_rng([seed, begun]))
    started, total = time.monotonic(), 0.0
    for iteration in range(begun, iterations):
        for group in optimiser.param_groups:
            group["lr"] = rate(iteration, iterations)
        tile, targets, weight = sampler.draw()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = network(tile.to(memory_format=torch.channels_last_3d))
        value = loss(logits.float(), targets, weight)
        optimiser.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 3.0)
        optimiser.step()
        keep = min(0.998, (iteration + 1) / (iteration + 10))
        with torch.no_grad():
            for name, weights in network.state_dict().items():
                average[name].mul_(keep).add_(weights, alpha=1 - keep)
        total += value.item()
        if (iteration + 1) % SAVE_EVERY == 0:
            print(f"{iteration + 1}: loss {total / SAVE_EVERY:.3f}, "
                  f"{(time.monotonic() - started) / (iteration + 1 - begun):.2f} s each", flush=True)
            total = 0.0
            torch.save({"network": network.state_dict(), "optimiser": optimiser.state_dict(), "average": average,
                        "iteration": iteration + 1}, state.with_suffix(".new"))
            state.with_suffix(".new").replace(state)
    torch.save(average, out / "weights.pt")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--iterations", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    train(arguments.data, arguments.out, arguments.iterations, arguments.seed)


if __name__ == "__main__":
    main()
