"""Benchmark of the grid: 1,900 rows × 400 features, 8 selections × 25 classifiers, 5 folds.

    python Testing/benchmarks/modelling/run.py [--rows N] [--features N] [--few] [--note TEXT]

Time, peak memory and CPU time on one worker and on two, whether both give the same, and what a kill in the middle of a
run costs.  ``--few`` takes 3 selections and 5 classifiers.  Needs psutil.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[2]
sys.path[:0] = [str(REPOSITORY / "RadiomicsOrtho"), str(HERE.parent)]
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def made(rows: int, features: int):
    """Blocks of correlated features of which ten speak weakly for the outcome; two rows for each of the people."""
    from RadiomicsOrthoLib.modelling.dataset import dataset

    random = np.random.default_rng(20)
    blocks = random.normal(size=(rows, features // 10))
    x = 0.7 * np.repeat(blocks, 10, axis=1)[:, :features] + 0.7 * random.normal(size=(rows, features))
    people = np.repeat(np.arange(rows // 2), 2)
    chance = random.logistic(size=rows // 2)[people] + 0.5 * random.logistic(size=rows)
    outcome = (x[:, ::features // 10][:, :10].sum(axis=1) * 0.5 + chance > 0.8).astype(int)
    return dataset({f"f{number:03d}": column for number, column in enumerate(x.T)}, outcome, people)


def grid(options: argparse.Namespace):
    from RadiomicsOrthoLib.modelling.grid import CLASSIFIERS, SELECTIONS

    if not options.few:
        return SELECTIONS, CLASSIFIERS
    return ({name: SELECTIONS[name] for name in ("t test", "mRMR", "SVM attribute evaluation")},
            {name: CLASSIFIERS[name] for name in ("ridge logistic", "SVM radial", "MLP", "random forest", "XGBoost")})


def work(options: argparse.Namespace) -> None:
    """One whole run in this process; what came out goes to ``result.json``."""
    from RadiomicsOrthoLib.modelling.grid import GridPlan, run_grid

    table = made(options.rows, options.features)
    selections, models = grid(options)
    start = time.perf_counter()
    found = run_grid(table, selections, models, GridPlan(), options.jobs, options.folder, seed=1)
    seconds = time.perf_counter() - start
    by_model: dict[str, float] = {}
    for cell in found.cells:
        by_model[cell.model] = by_model.get(cell.model, 0.0) + cell.seconds
    document = {"seconds": seconds, "fits": found.fits, "by_model": by_model, "result": found.document(),
                "failed": sorted({cell.failed for cell in found.cells if cell.failed})}
    (options.folder.parent / f"{options.folder.name}.json").write_text(json.dumps(document), encoding="utf-8")


def started(options: argparse.Namespace, folder: Path, jobs: int) -> subprocess.Popen:
    command = [sys.executable, __file__, "--jobs", str(jobs), "--folder", str(folder), "--rows", str(options.rows),
               "--features", str(options.features), *(["--few"] if options.few else [])]
    # a group of its own, so that workers can be killed with it
    return subprocess.Popen(command, env={**os.environ, **dict.fromkeys(THREADS, "1")}, start_new_session=True)


def whole(options: argparse.Namespace, folder: Path, jobs: int) -> dict:
    from sampled import sampled

    process = started(options, folder, jobs)
    peak, cpu = sampled(process)
    if process.returncode:
        raise SystemExit(f"the run on {jobs} worker(s) failed")
    found = json.loads((folder.parent / f"{folder.name}.json").read_text(encoding="utf-8"))
    print(f"{jobs} worker(s): {found['seconds']:.0f} s, CPU {cpu:.0f} s, {peak / 1e6:.0f} MB", flush=True)
    return found | {"peak": peak, "cpu": cpu}


def killed(options: argparse.Namespace, folder: Path) -> dict:
    """Killed (SIGKILL, with its workers) in the middle, then run again to the end."""
    options = argparse.Namespace(**vars(options) | {"few": True})
    process = started(options, folder, 2)
    while process.poll() is None and len(_fits(folder)) < 30:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    before = {path: path.stat().st_mtime_ns for path in _fits(folder)}
    begun = len(list(folder.glob("*.part")))
    resumed = whole(options, folder, 2)
    kept = sum(path.stat().st_mtime_ns == moment for path, moment in before.items())
    clean = whole(options, folder.with_name("clean"), 2)
    return {"before": len(before), "kept": kept, "all": resumed["fits"], "half_written": begun,
            "equal": resumed["result"] == clean["result"]}


def _fits(folder: Path) -> list[Path]:
    return list(folder.glob("*-*.json"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=1900)
    parser.add_argument("--features", type=int, default=400)
    parser.add_argument("--few", action="store_true")
    parser.add_argument("--note", default="", help="a sentence for the page of results")
    parser.add_argument("--jobs", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.jobs:
        work(options)
        return
    place = Path(tempfile.mkdtemp(prefix="grid-"))
    try:
        load = os.getloadavg()[0]
        stop = killed(options, place / "killed")
        one, two = whole(options, place / "one", 1), whole(options, place / "two", 2)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    report(options, one, two, stop, load)


def report(options: argparse.Namespace, one: dict, two: dict, stop: dict, load: float) -> None:
    from results_file import write_section

    selections, models = grid(options)
    versions = ", ".join(f"{name} {version(name)}" for name in ("scikit-learn", "numpy", "xgboost-cpu", "joblib"))
    worth, best = one["result"]["what_the_best_is_worth"]["corrected"], one["result"]["best"]
    slow = sorted(one["by_model"].items(), key=lambda item: -item[1])[:5]
    same = "the same result, digit for digit" if one["result"] == two["result"] else "DIFFERENT results"
    machine = (f"{date.today()}, {os.cpu_count()} {platform.machine()} cores, {platform.system()}, "
               f"Python {platform.python_version()}, {versions}; load of the machine {load:.1f} before and "
               f"{os.getloadavg()[0]:.1f} after. {options.note}")
    size = (f"{options.rows:,} rows ({options.rows // 2} people) × {options.features} features, {len(selections)} "
            f"selections × {len(models)} classifiers, 5 folds of whole people: {one['fits']:,} fits")
    slowest = ", ".join(f"{name} {seconds:.0f}" for name, seconds in slow)
    rows = "\n".join(f"| {jobs} | {run['seconds']:.0f} | {run['cpu']:.0f} | {run['peak'] / 1e6:.0f} | "
                     f"{one['seconds'] / run['seconds']:.2f} |" for jobs, run in ((1, one), (2, two)))
    write_section(f"""## Grid of selections and models

`Testing/benchmarks/modelling/run.py`, {machine.strip()}

Generated table of {size}.

| workers | wall s | CPU s | peak MB (all processes) | times faster |
|---|---|---|---|---|
{rows}

Both give {same}. Not possible: {'; '.join(one['failed']) or 'none'}. Slowest models, seconds over all \
their fits: {slowest}.

The best, {best['selection']} with {best['model']}, has an area of {best['score']:.3f}; corrected for the picking \
{worth['value']:.3f} ({worth['lower']:.3f} to {worth['upper']:.3f}).

Killed with both workers after {stop['before']} of {stop['all']} fits of a smaller grid, run again: \
{stop['kept']} of {stop['before']} were kept, {stop['half_written']} half-written file(s) were left aside, and the \
result is {'that' if stop['equal'] else 'NOT that'} of a run that was not killed.
""")


if __name__ == "__main__":
    main()
