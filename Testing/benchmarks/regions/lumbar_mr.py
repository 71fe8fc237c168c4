#!/usr/bin/env python3
"""Vertebral bodies on lumbar MR: the learned model and one click against reference bodies, refusals, time.

    python Testing/benchmarks/regions/lumbar_mr.py [--runs 40] [--pictures FOLDER] [--no-write]

Scans: ``mr_lumbar`` of the test data (RADIOMICS_ORTHO_DATA; 17 T2 scans with bodies, of which the model never saw
five) and the brain and breast scans of ``pyradiomics_baseline``, in which nothing may be found.  The limits of one
click were set on the twelve training scans, too.  Pictures need matplotlib.  Writes its section of ../RESULTS.md.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[2]
HEADING = "## Regions, lumbar MR"
sys.path[:0] = [str(REPOSITORY / "RadiomicsOrtho"), str(HERE), str(HERE.parent)]

from options import DATA, parser
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.imaging.readers import read_image, read_voxels
from RadiomicsOrthoLib.regions.lumbar_mr.contrast import LogField
from RadiomicsOrthoLib.regions.lumbar_mr.network import model_card
from RadiomicsOrthoLib.regions.lumbar_mr.proposal import propose_mr_bodies
from RadiomicsOrthoLib.regions.lumbar_mr.sagittal import scan_axes
from RadiomicsOrthoLib.regions.proposal import Proposal
from results_file import write_section
from vertebra import dice

#: the reference's bodies from above downwards
LEVELS = ("T11", "T12", "L1", "L2", "L3", "L4", "L5")
#: the body that is clicked in every case: L2
CLICKED = 4
HELD_OUT = ("02", "07", "12", "17", "20")


@dataclass(frozen=True)
class Found:
    """The proposal, Dice of each reference body, what was found besides them, and CPU seconds."""

    proposal: Proposal
    scores: tuple[float, ...]
    merged: int
    below: int
    seconds: float


def compare(image: BoneImage, reference: np.ndarray, seed: np.ndarray | None, method: str) -> Found:
    """One proposal against the reference bodies."""
    started = time.process_time()
    proposal = propose_mr_bodies(image, seed, method=method)
    seconds = time.process_time() - started
    masks = [region.roi.mask for region in proposal.regions]
    sizes = np.bincount(reference.ravel(), minlength=len(LEVELS) + 1)[1:]
    shares = np.array([np.bincount(reference[mask], minlength=len(LEVELS) + 1)[1:] / sizes for mask in masks])
    owners = shares.argmax(axis=0)
    scores = tuple(dice(masks[owner], reference == n + 1) if shares[owner, n] > 0 else 0.0
                   for n, owner in enumerate(owners))
    lowest = int(owners[-1]) if shares[owners[-1], -1] > 0 else len(masks)
    return Found(proposal, scores, int(np.sum((shares > 0.2).sum(axis=1) > 1)), max(0, len(masks) - 1 - lowest),
                 seconds)


def table(image_of, names: list[str], method: str, pictures: Path | None) -> tuple[list[str], list[Found]]:
    """A row for each case."""
    rows, results = [f"| case | {' | '.join(LEVELS)} | mean | S1 proposed | merged | CPU s |",
                     "|---|" + "---|" * (len(LEVELS) + 4)], []
    for name in names:
        image, reference = image_of(name)
        seed = None if method == "model" else centre(image, reference, CLICKED)
        found = compare(image, reference, seed, method)
        results.append(found)
        label = name if name in HELD_OUT else f"{name} (training)"
        rows.append(f"| {label} | {' | '.join(f'{score:.3f}' for score in found.scores)} | "
                    f"{np.mean(found.scores):.3f} | {found.below} | {found.merged} | {found.seconds:.1f} |")
        print(rows[-1], flush=True)
        if pictures:
            draw(image, reference, found.proposal, pictures / f"mr_{method}_{name}.png")
    return rows, results


def centre(image: BoneImage, reference: np.ndarray, value: int) -> np.ndarray:
    return image.geometry.to_ras(np.argwhere(reference == value).mean(axis=0))


def summary(results: list[Found], mean: float, worst: float | None) -> str:
    scores = np.concatenate([found.scores for found in results])
    limit = f" (target {worst})" if worst else ""
    return (f"{len(scores)} bodies: mean Dice **{scores.mean():.3f}** (target {mean}), median {np.median(scores):.3f}, "
            f"worst **{scores.min():.3f}**{limit}, below 0.8: {np.count_nonzero(scores < 0.8)}; merged: "
            f"{sum(found.merged for found in results)}; S1 proposed: {sum(found.below for found in results)}; at most "
            f"{max(found.seconds for found in results):.1f} CPU seconds.")


def moved_clicks(image_of, runs: int) -> str:
    """Clicks in all bodies of the held-out cases, up to 8 mm off the centre."""
    generator = np.random.default_rng(7)
    refused, scores, same = 0, [], []
    for run in range(runs):
        image, reference = image_of(HELD_OUT[run % len(HELD_OUT)])
        body = 1 + run % len(LEVELS)
        away = generator.normal(size=3)
        away *= 8.0 * generator.random() ** (1 / 3) / np.linalg.norm(away)
        try:
            found = compare(image, reference, centre(image, reference, body) + away, "one-click")
        except InputError as error:
            refused += 1
            print(f"{HELD_OUT[run % len(HELD_OUT)]} {LEVELS[body - 1]} {np.round(away, 1)}: {error}")
            continue
        scores += found.scores
        same.append(found.scores[body - 1])
    return (f"Clicks in every body of the held-out cases, up to 8 mm off the centre, {runs} runs: {refused} refused; "
            f"mean Dice {np.mean(scores):.3f}, of the clicked body {np.mean(same):.3f} (worst {min(same):.3f}); "
            f"bodies missed: {sum(score < 0.3 for score in scores)} of {len(scores)}.")


def refusals(data: Path) -> list[str]:
    """Scans without a lumbar spine."""
    lines = []
    for name in ("brain1", "brain2", "breast1"):
        image = read_image(data / "pyradiomics_baseline" / f"{name}_image.nrrd").with_modality("MR")
        middle = image.geometry.to_ras((np.array(image.geometry.shape) - 1) / 2)
        for method, seed in (("model", None), ("one-click", middle)):
            try:
                count = len(propose_mr_bodies(image, seed, method=method).regions)
                lines.append(f"- {name}, {method}: **{count} bodies proposed**")
            except InputError as error:
                lines.append(f"- {name}, {method}: refused: {error}")
    return lines


def draw(image: BoneImage, reference: np.ndarray, proposal: Proposal, path: Path) -> None:
    """Sagittal and coronal section: proposed bodies orange, reference green."""
    try:
        import matplotlib

        matplotlib.use("Agg")
        import matplotlib.pyplot as plt
    except ImportError:
        print("no picture: matplotlib is not installed")
        return
    field, geometry = LogField.of(image), image.geometry
    labels = np.zeros(geometry.shape, np.uint8)
    for n, region in enumerate(proposal.regions, start=1):
        labels[region.roi.mask] = n
    right, front, up = scan_axes(geometry)
    bodies = geometry.to_ras(np.argwhere(reference > 0))
    middle, along = bodies.mean(axis=0), np.arange(-150.0, 150.1)
    figure, axes = plt.subplots(1, 2, figsize=(11, 12), gridspec_kw={"width_ratios": (140, 90)})
    for panel, aside, half in ((axes[0], front, 70.0), (axes[1], right, 45.0)):
        across = np.arange(-half, half + 0.1)
        points = middle + along[:, None, None] * up + across[:, None] * aside
        kji = np.rint(geometry.to_kji(points)).astype(int)
        seen = np.all((kji >= 0) & (kji < np.array(geometry.shape)), axis=-1)
        index = tuple(np.moveaxis(np.clip(kji, 0, np.array(geometry.shape) - 1), -1, 0))
        panel.imshow(np.where(seen, field(points), -3), cmap="gray", vmin=-1.2, vmax=0.9, origin="lower",
                     extent=(across[0], across[-1], along[0], along[-1]))
        for values, colour in ((labels, "#ff8000"), (reference, "#40ff40")):
            section = np.where(seen, values[index], 0)
            for n in np.unique(section[section > 0]):
                panel.contour(across, along, (section == n).astype(float), [0.5], colors=[colour], linewidths=0.9)
        panel.axis("off")
    figure.tight_layout(pad=0.2)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=65)
    plt.close(figure)


def main() -> int:
    options = parser(__doc__, runs=40).parse_args()
    folder = DATA / "mr_lumbar"
    if not folder.is_dir():
        print("The lumbar MR scans are not here; nothing was measured.")
        return 1

    def image_of(name: str) -> tuple[BoneImage, np.ndarray]:
        return (read_image(folder / f"VB2_{name}_t2.nii.gz").with_modality("MR"),
                read_voxels(folder / f"VB2_{name}_bodies.nii.gz")[0])

    names = sorted(path.name.split("_")[1] for path in folder.glob("VB2_*_bodies.nii.gz"))
    size = (REPOSITORY / "RadiomicsOrtho" / "Resources" / "Models" / model_card()["id"] / "bodies.onnx").stat().st_size
    lines = [(f"`Testing/benchmarks/regions/lumbar_mr.py`, {time.strftime('%Y-%m-%d')}, one core of {os.cpu_count()} "
              f"({platform.machine()}). Healthy volunteers, T2, 1.5 T; no pathological scan was measured. The rule "
              "that leaves S1 out was changed after its first version had dropped L5 of case 07: the S1 counts are not "
              "held out."), "",
             f"### Learned model, the five cases that it never saw ({size / 1e6:.1f} MB of weights)", ""]
    rows, results = table(image_of, list(HELD_OUT), "model", options.pictures)
    lines += [*rows, "", summary(results, 0.92, 0.87) + " Target: 5 s.", "",
              "### One click in L2, without the model", ""]
    rows, results = table(image_of, names, "one-click", options.pictures)
    held_out = [found for name, found in zip(names, results, strict=True) if name in HELD_OUT]
    lines += [*rows, "", "All: " + summary(results, 0.85, None), "",
              "Held out (neither limits nor shapes were set on them): " + summary(held_out, 0.85, None), "",
              moved_clicks(image_of, options.runs), "", "### Scans without a lumbar spine", "", *refusals(DATA), ""]
    print("\n".join(lines))
    if not options.no_write:
        write_section("\n".join([HEADING, "", *lines]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
