"""Every recipe on a simulated table of its design: figures, wall and CPU time, memory, what became of its models.

    python Testing/benchmarks/modelling/recipes.py [--jobs N] [--keep FOLDER] [RECIPE …]

Each recipe goes through the commands ``simulate --recipe`` and ``train --recipe`` in processes of their own; every
bundle is loaded again as ``score`` would.  SIMULATED throughout: the figures say nothing about the studies.  Without
names all run, and the page of results gets its table.  Needs psutil.
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
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[2]
sys.path[:0] = [str(REPOSITORY / "RadiomicsOrtho"), str(HERE.parent)]
SEED = 1
NOTE = "SIMULATED: sizes as in the studies, invented effects; nothing follows for the studies."
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def command(*arguments: str) -> tuple[float, float, int]:
    """Wall and CPU seconds and peak memory (bytes) of one call; SystemExit where it fails."""
    from sampled import sampled

    environment = os.environ | dict.fromkeys(THREADS, "1") | {"PYTHONPATH": str(REPOSITORY / "RadiomicsOrtho")}
    begun, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    process = subprocess.Popen([sys.executable, "-m", "RadiomicsOrthoLib.cli", *arguments], env=environment,
                               stdout=subprocess.DEVNULL)
    peak, _ = sampled(process)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        raise SystemExit(f"failed with {process.returncode}: {' '.join(arguments)}")
    return (time.monotonic() - begun, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, peak)


def measured(name: str, folder: Path, jobs: int) -> dict:
    """One recipe from the table to the report."""
    command("simulate", "--recipe", name, "--seed", str(SEED), "-o", str(folder / "table"))
    wall, cpu, peak = command("train", "--recipe", name, "--table", str(folder / "table" / "cohort.csv"), "-o",
                              str(folder / "study"), "--jobs", str(jobs))
    return {"recipe": name, "wall": wall, "cpu": cpu, "peak": peak, **found(name, folder / "study")}


def found(name: str, study: Path) -> dict:
    """The figures of the main model, and how many bundles load."""
    from RadiomicsOrthoLib.modelling.recipes.recipe_file import load_recipe
    from RadiomicsOrthoLib.models.bundle import load_bundle

    recipe = load_recipe(name)
    title = recipe.model(recipe.main).title
    with (study / "performance.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["model"] == title]
    record = json.loads((study / "record.json").read_text(encoding="utf-8"))
    loaded = [load_bundle(path).id for path in sorted((study / "models").glob("*"))]
    return {"rows": record["flow"][0], "figures": "; ".join(map(_figure, rows)), "metrics": record["metrics_percent"],
            "bundles": f"{len(loaded)} of {len(record['models'])}"}


def _figure(row: dict) -> str:
    if row.get("auc_delong"):
        lower, upper = min(float(row["auc_delong_lower"]), float(row["auc_subjects_lower"])), \
            max(float(row["auc_delong_upper"]), float(row["auc_subjects_upper"]))
        part = "" if row["part"] == "cross-validation" else ", held out"
        return f"{row['task']}{part}: AUC {float(row['auc_delong']):.3f} ({lower:.3f} to {upper:.3f})"
    return f"R² of people left out {float(row['r2']):.3f} (fit {float(row['fit_r2']):.3f}, F {float(row['fit_f']):.1f})"


def main() -> None:
    from RadiomicsOrthoLib.modelling.recipes.recipe_file import recipe_names
    from results_file import write_section

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipes", nargs="*", help="all, if none is named")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="write the studies here instead of a folder that is deleted")
    parser.add_argument("--note", default="", help="a sentence for the page of results")
    options = parser.parse_args()
    names = options.recipes or list(recipe_names())
    results, load = [], os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as temporary:
        for name in names:
            results.append(measured(name, (options.keep or Path(temporary)) / name, options.jobs))
            print(json.dumps(results[-1], ensure_ascii=False), flush=True)
    lines = [
        "## Recipes on simulated tables", "",
        f"{date.today().isoformat()}, {platform.machine()}, {os.cpu_count()} cores, {options.jobs} workers. {NOTE} "
        f"{options.note}".rstrip(), "",
        "| Recipe | Table | Main model | METRICS | Bundles that load | Wall (s) | CPU (s) | Peak (MB) |",
        "|---|---|---|---|---|---|---|---|",
        *(f"| `{one['recipe']}` | {one['rows'].split(' in the')[0]} | {one['figures']} | {one['metrics']:.1f} % | "
          f"{one['bundles']} | {one['wall']:.0f} | {one['cpu']:.0f} | {one['peak'] / 1e6:.0f} |"
          for one in results), "",
        "All together {:.1f} minutes of wall time, {:.1f} of CPU time; at most {:.0f} MB at a time (all processes). "
        "Load of the machine {:.1f} before, {:.1f} after.".format(
            *(sum(one[name] for one in results) / 60 for name in ("wall", "cpu")),
            max(one["peak"] for one in results) / 1e6, load, os.getloadavg()[0]), ""]
    if set(names) == set(recipe_names()):
        write_section("\n".join(lines))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
