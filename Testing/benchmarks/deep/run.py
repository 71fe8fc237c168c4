"""The network on virtual patients: DL, Rad, DL_Rad and late fusion, on later patients, and on outcomes dealt at random.

    python Testing/benchmarks/deep/run.py [--count N] [--later N] [--nulls N] [--true N] [--keep FOLDER]

Every step is a command of its own process: ``simulate``, ``deep train``, ``table join``, ``train --recipe`` (duan-2023
with the virtual fracture as outcome), then ``deep encode`` and ``validate`` on other virtual patients.  SIMULATED
throughout: the figures say that the path works, nothing about people.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from datetime import date
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[2]
sys.path[:0] = [str(REPOSITORY / "RadiomicsOrtho"), str(HERE.parent)]
PROFILE = "ct-vertebra-trabecular"
SEED, LATER_SEED = 7, 8
RECIPE = "duan-2023-simulated"
HEADING = "## Features of a network"


def command(*arguments: object) -> dict:
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY / "RadiomicsOrtho")}
    done = subprocess.run([sys.executable, "-m", "RadiomicsOrthoLib.cli", *map(str, arguments), "--json"], check=False,
                          env=environment, stdout=subprocess.PIPE, text=True)
    # 3: some regions were left out
    if done.returncode not in (0, 3):
        raise SystemExit(f"{' '.join(map(str, arguments[:2]))} ended with {done.returncode}")
    return json.loads(done.stdout)


def simulated(folder: Path, count: int, seed: int) -> Path:
    """Scans, list and features of virtual patients; made once where the folder is kept."""
    if not (folder / "list.csv").is_file():
        command("simulate", "--count", count, "--seed", seed, "--profile", PROFILE, "-o", folder)
    return folder


def cpu_seconds() -> float:
    """Of all commands that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def recipe_file(folder: Path) -> Path:
    """duan-2023 with the outcome of virtual patients."""
    from RadiomicsOrthoLib.resources import resource_folder
    from RadiomicsOrthoLib.yaml_text import parse_yaml

    data = parse_yaml((resource_folder() / "Recipes" / "duan-2023.yaml").read_text(encoding="utf-8"))
    data |= {"id": RECIPE, "title": f"SIMULATED: {data['title']}",
             "outcome": {"kind": "binary", "column": "fracture", "title": "Virtual fracture",
                         "classes": {"0": "no", "1": "yes"}}}
    data["scan"] |= {"profile": PROFILE, "compartment": "trabecular"}
    path = folder / "recipe.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    return path


def study(folder: Path, options: argparse.Namespace) -> dict:
    """The whole path; its figures."""
    cohort, later = (simulated(folder / name, count, seed) for name, count, seed in (
        ("cohort", options.count, SEED), ("later", options.later, LATER_SEED)))
    work = Path(tempfile.mkdtemp(dir=folder))
    start, before = time.monotonic(), cpu_seconds()
    network = command("deep", "train", cohort / "list.csv", "--outcome", "fracture=0,1", "-o", work / "net",
                      "--threads", options.threads)
    seconds, cpu = time.monotonic() - start, cpu_seconds() - before
    command("table", "join", "--features", cohort / "cohort.csv", "--sheet", work / "net" / "deep.csv", "-o",
            work / "joined.csv")
    recipe = recipe_file(work)
    trained = command("train", "--recipe", recipe, "--table", work / "joined.csv", "-o", work / "study", "--jobs", "1")
    command("deep", "encode", later / "list.csv", "--encoder", work / "net", "-o", work / "later-deep.csv")
    command("table", "join", "--features", later / "cohort.csv", "--sheet", work / "later-deep.csv", "-o",
            work / "later.csv")
    applied = {path.name: command("validate", path, "--table", work / "later.csv", "--recipe", recipe, "-o",
                                  work / f"external-{path.name}")
               for path in sorted((work / "study" / "models").iterdir())}
    return {"network": network, "seconds": seconds, "cpu": cpu, "auc": next(iter(trained["auc"].values())),
            "applied": applied, "correlation": correlation(work / "study"), "truth": truth(cohort / "cohort.csv"),
            "truth_later": truth(later / "cohort.csv")}


def correlation(folder: Path) -> dict:
    record = json.loads((folder / "record.json").read_text(encoding="utf-8"))
    return next(iter(record["correlation_of_blocks"].values()))


def truth(path: Path) -> float:
    """The area of the true risk: nobody can do better but by chance."""
    from RadiomicsOrthoLib.statistics.roc import auc

    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    return auc(np.array([row["fracture"] == "1" for row in rows]), np.array([float(row["true_risk"]) for row in rows]))


def ways(folder: Path, count: int, random: bool) -> dict[str, list[float]]:
    """Areas by way of making the columns that a logistic model learns from, of outcomes dealt at ``random`` or true."""
    from RadiomicsOrthoLib.batch.case_list import read_case_list
    from RadiomicsOrthoLib.batch.crops import crops_of
    from RadiomicsOrthoLib.features.roi_crop import CropSettings
    from RadiomicsOrthoLib.modelling.deep.cross_fitting import cross_fit, deal_folds
    from RadiomicsOrthoLib.modelling.deep.training import TrainingPlan
    from RadiomicsOrthoLib.statistics.roc import auc

    crops = crops_of(read_case_list(folder / "cohort" / "list.csv", ()), CropSettings((12, 16, 20), 2.4))
    names, truth = crops.column("subject"), (crops.column("fracture") == "1").astype(int)
    plan = TrainingPlan(epochs=30, threads=1)
    areas: dict[str, list[float]] = {"own": [], "one": [], "seen": []}
    for seed in range(count):
        outcome = np.random.default_rng(seed).permutation(truth) if random else truth
        fold = deal_folds(outcome, names, 4, seed)
        found = cross_fit(crops.boxes, outcome, names, fold, plan, seed)
        seen = np.column_stack(found.network.encode(crops.boxes))
        for way, columns in (("own", lambda one: found.without[one].table),  # noqa: B023 - used at once
                             ("one", lambda one: found.whole.table), ("seen", lambda one: seen)):  # noqa: B023
            areas[way].append(auc(outcome, logistic(columns, outcome, fold)))
        print(f"{'random' if random else 'true'} outcomes {seed + 1}: "
              + ", ".join(f"{way} {found[-1]:.3f}" for way, found in areas.items()), flush=True)
    return areas


def logistic(columns, outcome: np.ndarray, fold: np.ndarray) -> np.ndarray:
    """Probabilities (n) of people left out, by fold."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    said = np.empty(len(outcome))
    for one in np.unique(fold):
        x, train = columns(int(one)), fold != one
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=2000))
            said[~train] = model.fit(x[train], outcome[train]).predict_proba(x[~train])[:, 1]
    return said


def text(found: dict, dealt: dict[str, list[float]], true: dict[str, list[float]], options: argparse.Namespace) -> str:
    import onnxruntime
    import torch

    network = found["network"]
    titles = {"dl": "DL", "rad": "Rad", "dl-rad": "DL_Rad, features together, with age and sex",
              "dl-rad-late": "DL_Rad, mean of both"}
    head = (f"`Testing/benchmarks/deep/run.py`, {date.today()}, {os.cpu_count()} {platform.machine()} cores shared "
            f"with other work, Python {platform.python_version()}, torch {torch.__version__.partition('+')[0]}, "
            f"onnxruntime {onnxruntime.__version__}.")
    what = (f"**SIMULATED: {options.count} virtual patients (seed {SEED}), {network['events']} with a virtual "
            f"fracture, and {options.later} later ones (seed {LATER_SEED}). Nothing follows for people.** "
            f"{network['networks']} networks of 35,000 numbers were trained in {found['seconds']:.0f} s (CPU "
            f"{found['cpu']:.0f} s) on {options.threads} thread(s), reading the scans included. Outcomes are drawn "
            "from a true risk, whose own area bounds every model.")
    lines = [HEADING, "", head, "", what, "",
             "| model | AUC of people left out (95 %) | later patients, frozen model (95 %) |", "|---|---|---|"]
    for name, area in found["auc"].items():
        later = next((one["auc"] for key, one in found["applied"].items() if key == f"{RECIPE}-{name}"), None)
        lines.append(f"| {titles.get(name, name)} | {interval(area['cross_validation'])} | "
                     f"{interval(later) if later else '–'} |")
    lines += [f"| the network's own probability | {interval(network['auc'])} | – |",
              f"| true risk | {found['truth']:.3f} | {found['truth_later']:.3f} |", "",
              f"Agreement of the networks on the same boxes: {min(network['agreement']):.2f} to "
              f"{max(network['agreement']):.2f}. Between the blocks: "
              + "; ".join(f"{name} {value:.2f}" for name, value in found["correlation"].items()) + "."]
    if dealt["own"]:
        how = (f"Three ways to make the columns (boxes of 12 × 16 × 20, 4 folds, 30 epochs at most; logistic "
               f"regression of the 33 columns; mean AUC ± standard error of {len(dealt['own'])} random outcomes, where "
               f"0.5 is right, and of {len(true['own'])} seeds with the true outcomes):")
        lines += ["", how, "", "| columns that the model learns from and is judged by | random outcomes | true ones |",
                  "|---|---|---|"]
        for way, title in (("own", "a set for each fold, in whose making its people had no part (`deep train`)"),
                           ("one", "one set, each person by a network without the own fold"),
                           ("seen", "one network that has seen everybody: a leak")):
            lines.append(f"| {title} | {spread(dealt[way])} | {spread(true[way])} |")
    return "\n".join(lines) + "\n"


def spread(areas: list[float]) -> str:
    return f"{np.mean(areas):.3f} ± {np.std(areas, ddof=1) / np.sqrt(len(areas)):.3f}"


def interval(area: list[float]) -> str:
    return f"{area[0]:.3f} ({area[1]:.3f} to {area[2]:.3f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=160)
    parser.add_argument("--later", type=int, default=80)
    parser.add_argument("--nulls", type=int, default=20)
    parser.add_argument("--true", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="folder whose virtual patients are used again")
    options = parser.parse_args()
    from results_file import write_section

    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        found = study(folder, options)
        print(json.dumps(found, indent=1), flush=True)
        none: dict[str, list[float]] = {"own": []}
        written = text(found, ways(folder, options.nulls, True) if options.nulls else none,
                       ways(folder, options.true, False) if options.nulls else none, options)
    write_section(written)
    print(written)


if __name__ == "__main__":
    main()
