#!/usr/bin/env python3
"""Vertebral bodies of generated trunks of every kind: found once, in order, how well, and what the heights say.

    python Testing/benchmarks/regions/generated_spines.py [--only NAME] [--pictures FOLDER] [--no-write]

The kinds (slices, curves, deformities, ribs and lungs, vessels with contrast, little bone, screws, ways of storing)
are listed in ``KINDS``.  Writes its section of ../RESULTS.md.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[2]
sys.path[:0] = [str(folder) for folder in (REPOSITORY / "RadiomicsOrtho", REPOSITORY / "Testing" / "library", HERE,
                                           HERE.parent)]

from options import parser
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.regions.vertebra.automatic import spine_without_click
from RadiomicsOrthoLib.regions.vertebra.proposal import propose_bodies
from RadiomicsOrthoLib.regions.vertebra.spine import Spine, body_labels, spine_from_click
from results_file import write_section
from thoracolumbar_phantom import Deformity, Trunk, trunk
from vertebra import dice
from vertebra_pictures import draw

HEADING = "## Regions, vertebrae of generated trunks"
WEDGE, CRUSH, BICONCAVE = (Deformity(kind, 0.35) for kind in ("wedge", "crush", "biconcave"))
KINDS = {
    "lumbar 1 × 1 × 2 mm": {"upper": "T12"},
    "lumbar 0.7 mm": {"upper": "L2", "lower": "L4", "spacing": (0.7, 0.7, 0.7)},
    "lumbar 3 mm": {"upper": "T12", "spacing": (0.9, 0.9, 3.0)},
    "lumbar 5 mm": {"upper": "T12", "spacing": (0.8, 0.8, 5.0)},
    "lumbar 3 mm isotropic": {"upper": "T12", "spacing": (3.0, 3.0, 3.0)},
    "thorax 1.5 mm": {"upper": "T4", "lower": "T11", "spacing": (0.8, 0.8, 1.5)},
    "thorax 3 mm": {"upper": "T4", "lower": "T11", "spacing": (0.8, 0.8, 3.0)},
    "thorax 5 mm": {"upper": "T4", "lower": "T11", "spacing": (0.8, 0.8, 5.0)},
    "thorax 3 mm contrast": {"upper": "T4", "lower": "T12", "spacing": (0.8, 0.8, 3.0), "blood": 330.0},
    "whole spine 2 mm": {"upper": "T2", "spacing": (0.8, 0.8, 2.0)},
    "scoliosis 40°": {"upper": "T8", "cobb": 40.0},
    "scoliosis 60°, 3 mm": {"upper": "T8", "cobb": 60.0, "spacing": (0.9, 0.9, 3.0)},
    "wedge 35 % L1": {"upper": "T11", "deformities": {"L1": WEDGE}},
    "wedge 50 % T12, 3 mm": {"upper": "T9", "spacing": (0.9, 0.9, 3.0),
                             "deformities": {"T12": Deformity("wedge", 0.5)}},
    "biconcave 35 % L2": {"upper": "T11", "deformities": {"L2": BICONCAVE}},
    "crush 35 % L1": {"upper": "T11", "deformities": {"L1": CRUSH}},
    "crush 55 % T12, 3 mm": {"upper": "T9", "spacing": (0.9, 0.9, 3.0),
                             "deformities": {"T12": Deformity("crush", 0.55)}},
    "many fractures, little bone": {"upper": "T7", "marrow": 55.0, "cortex": 300.0, "spacing": (0.9, 0.9, 2.5),
                                    "deformities": {"T8": WEDGE, "T12": BICONCAVE, "L1": CRUSH, "L3": BICONCAVE}},
    "little bone 45 HU": {"upper": "T12", "marrow": 45.0, "cortex": 260.0, "cortex_mm": 0.8},
    "little bone, 3 mm, noise": {"upper": "T9", "marrow": 50.0, "cortex": 300.0, "spacing": (0.9, 0.9, 3.0),
                                 "noise": 35.0},
    "contrast aorta": {"upper": "T11", "blood": 350.0},
    "noise 60 HU": {"upper": "T11", "noise": 60.0, "spacing": (0.7, 0.7, 1.0)},
    "bony bridges": {"upper": "T9", "bridges": True},
    "screws in L3 and L4": {"upper": "T12", "screws": ("L3", "L4")},
    "stored LPS": {"upper": "L1", "stored": "LPS"},
    "stored sagittal": {"upper": "L1", "stored": "sagittal", "spacing": (0.9, 0.9, 2.0)},
    "stored coronal": {"upper": "L1", "stored": "coronal", "spacing": (0.9, 0.9, 2.0)},
    "oblique 20°": {"upper": "L1", "lower": "L4", "oblique": 20.0},
    "edges show 20 %": {"upper": "L1", "lower": "L3", "shown": 0.2},
    "edges show 90 %": {"upper": "L1", "lower": "L3", "shown": 0.9},
    "one whole body": {"upper": "L3", "lower": "L3", "shown": 0.5},
    "small person": {"upper": "T9", "size": 0.82},
    "large person": {"upper": "T11", "size": 1.15},
}


def seed_of(scan: Trunk) -> np.ndarray:
    """The centre of a complete body near the middle."""
    whole = [n for n, complete in enumerate(scan.complete()) if complete]
    return scan.bodies[whole[len(whole) // 2]].centre


def judged(scan: Trunk, spine: Spine, labels: np.ndarray) -> dict[str, object]:
    """Dice of each true body (NaN if missing) with the found one that covers it most, and what else went wrong."""
    scores, order = [], []
    whole = scan.complete()
    for n in range(1, len(scan.bodies) + 1):
        true = scan.labels == n
        counts = np.bincount(labels[true], minlength=2)
        counts[0] = 0
        best = int(counts.argmax())
        order.append(best if counts[best] else None)
        scores.append(dice(labels == best, true) if counts[best] else np.nan)
    found = [best for best in order if best]
    said = [spine.bodies[best - 1].complete if best else None for best in order]
    extra = len(spine.bodies) - len(set(found))
    return {"scores": scores, "whole": whole, "said": said, "order": found == sorted(set(found)), "extra": extra,
            "matched": order}


def row(name: str, scan: Trunk, pictures: Path | None) -> str:
    start = time.perf_counter()
    try:
        spine = spine_from_click(scan.image, seed_of(scan))
    except InputError as error:
        return f"| {name} | refused: {error} | | | | | |"
    labels = body_labels(spine, scan.image)
    seconds = time.perf_counter() - start
    result = judged(scan, spine, labels)
    try:
        automatic = len(spine_without_click(scan.image).bodies)
    except InputError:
        automatic = "refused"
    complete = [score for score, whole in zip(result["scores"], result["whole"], strict=True) if whole]
    wrong = [body.level for body, whole, said in zip(scan.bodies, result["whole"], result["said"], strict=True)
             if said is not None and said != whole]
    missing = [body.level for body, score in zip(scan.bodies, result["scores"], strict=True) if np.isnan(score)]
    grades = deformities(scan, spine, result["matched"])
    worst = int(np.nanargmin([score if whole else np.nan for score, whole in
                              zip(result["scores"], result["whole"], strict=True)]))
    faults = [text for text in (
        "order" if not result["order"] else "", f"missing {', '.join(missing)}" if missing else "",
        f"{result['extra']} too many" if result["extra"] else "",
        f"completeness of {', '.join(wrong)}" if wrong else "") if text]
    if pictures:
        draw(scan.image, spine, labels, pictures / f"{name.replace(' ', '_').replace('%', 'pc')}.png", scan.labels,
             {best: body.level for body, best in zip(scan.bodies, result["matched"], strict=True) if best})
    return (f"| {name} | {np.nanmean(complete):.3f} | {np.nanmin(complete):.3f} {scan.bodies[worst].level} | "
            f"{'; '.join(faults) or 'none'} | {automatic} of {len(scan.bodies)} | {grades or '–'} | {seconds:.1f} |")


def deformities(scan: Trunk, spine: Spine, matched: list[int | None]) -> str:
    """What the heights say of each complete body that is deformed, or is said to be."""
    bodies = {entry["number"]: entry for entry in propose_bodies(scan.image, spine).summary["bodies"]}
    said = []
    for body, number in zip(scan.bodies, matched, strict=True):
        entry = bodies.get(number) if number else None
        genant = entry and entry["genant"]
        if genant and (genant["suggested_grade"] or body.deformity):
            true = f"{body.deformity.kind} {body.deformity.loss:.0%}" if body.deformity else "intact"
            said.append(f"{body.level} ({true}): {genant['deformity']} {genant['loss']:.0%}, "
                        f"grade {genant['suggested_grade']}")
    return "; ".join(said)


def main() -> int:
    arguments = parser(__doc__)
    arguments.add_argument("--only", metavar="TEXT", help="the kinds whose name holds this text")
    options = arguments.parse_args()
    lines = [(f"`Testing/benchmarks/regions/generated_spines.py`, {time.strftime('%Y-%m-%d')}, {os.cpu_count()} "
              f"{platform.machine()} cores. Trunks of `Testing/library/thoracolumbar_phantom.py`, one click each; "
              "generated scans show what breaks, not how good the method is on patients."), "",
             "| kind | mean Dice | worst complete | faults | without a click | deformities | s |",
             "|---|---|---|---|---|---|---|"]
    print("\n".join(lines))
    for name, kind in KINDS.items():
        if options.only and options.only not in name:
            continue
        lines.append(row(name, trunk(**kind), options.pictures))
        print(lines[-1], flush=True)
    if not options.no_write and not options.only:
        write_section("\n".join([HEADING, "", *lines]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
