#!/usr/bin/env python3
"""How long a score of prepared values takes, the loading and checking of its model included.

    python Testing/benchmarks/scoring/run.py [--repeats 15]

Models that ship, and generated ones of 30 features that scikit-learn made and the conversion took over.  Each is loaded
and computed in fresh processes; the median counts.  Writes its section of ../RESULTS.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[2]
HEADING = "## Scoring"
#: what is promised for loading and computing, where the model needs no package of its own
PROMISE_MS = 50
FEATURES = 30
for _folder in (REPOSITORY / "Testing", REPOSITORY / "RadiomicsOrtho"):
    if str(_folder) not in sys.path:
        sys.path.insert(0, str(_folder))

from benchmarks.results_file import write_section

SHIPPED = ("ost", "qfracture-2012-hip", "garvan-hip-10y-bmd")
#: in a fresh process: seconds of the import, of loading with all checks, of one result, of CPU for the last two; and
#: what was imported
MEASURE = """
import json, sys, time
start = time.perf_counter()
from RadiomicsOrthoLib.models.catalogue import load_model
imported, before = time.perf_counter(), time.process_time()
model = load_model(sys.argv[1])
loaded = time.perf_counter()
model.estimator.output(model.with_derived(model.card["check_vectors"][-1]["inputs"]))
scored = time.perf_counter()
worked = time.process_time() - before
heavy = [name for name in ("numba", "sklearn", "scipy", "SimpleITK", "onnxruntime") if name in sys.modules]
print(json.dumps([imported - start, loaded - imported, scored - loaded, worked, heavy]))
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--no-write", action="store_true", help="print only, leave RESULTS.md as it is")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = [row(name, name, arguments.repeats, folder) for name in SHIPPED]
        rows += [row(title, name, arguments.repeats, folder) for name, title in generated(Path(folder)).items()]
    text = section(rows, arguments.repeats)
    print(text)
    if not arguments.no_write:
        write_section(text)
    return 0


def generated(folder: Path) -> dict[str, str]:
    """Models of generated features, written into ``folder``: id → title."""
    import numpy as np
    import skops.io
    from RadiomicsOrthoLib.models.conversion.convert import convert
    from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    random = np.random.default_rng(0)
    values = random.normal(size=(400, FEATURES))
    outcome = (values[:, :5].sum(axis=1) + random.normal(size=400) > 0).astype(int)
    models = {
        "logistic": ("logistic regression of 30 standardised features",
                     make_pipeline(StandardScaler(), LogisticRegression())),
        "boosted": ("gradient boosting, 100 trees of depth 3", GradientBoostingClassifier(random_state=0)),
        "forest": ("random forest, 100 trees of depth 6", RandomForestClassifier(100, max_depth=6, random_state=0)),
        "network": ("network of 20 hidden units, ONNX", MLPClassifier((20,), max_iter=300, random_state=0)),
    }
    for name, (_, model) in models.items():
        skops.io.dump(model.fit(values, outcome), folder / "model.skops")
        (folder / "card.json").write_text(json.dumps(card(name)), encoding="utf-8")
        (folder / name).mkdir()
        for file, content in convert(folder / "model.skops", folder / "card.json").items():
            (folder / name / file).write_bytes(content)
    return {name: title for name, (title, _) in models.items()}


def card(name: str) -> dict:
    return {"id": name, "version": "1", "title": name, "trust": "simulated", "intended_use": "Benchmark.",
            "population": "Nobody.", "licence": "Apache-2.0", "citations": ["Generated."],
            "inputs": [{"name": f"x{n}", "title": f"x{n}", "source": "feature", "training_range": [-3, 3]}
                       for n in range(FEATURES)],
            "output": {"title": "Probability", "unit": "", "lower_is_worse": False},
            "applicability": {"modality": "CT", "site": "vertebra"}}


def row(title: str, name: str, repeats: int, folder: str) -> str:
    environment = {**os.environ, "RADIOMICS_ORTHO_MODELS": folder, "PYTHONPATH": str(REPOSITORY / "RadiomicsOrtho")}
    command = [sys.executable, "-c", MEASURE, name]
    found = [json.loads(subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout)
             for _ in range(repeats)]
    imported, loaded, scored, worked = (1e3 * statistics.median(one[n] for one in found) for n in range(4))
    slowest = 1e3 * max(one[1] + one[2] for one in found)
    path = Path(folder) / name
    path = path if path.is_dir() else REPOSITORY / "RadiomicsOrtho" / "Resources" / "Models" / name
    size = sum(file.stat().st_size for file in path.iterdir()) / 1e3
    print(f"{title}: {loaded + scored:.1f} ms", file=sys.stderr)
    return (f"| {title} | {size:.0f} | {loaded:.1f} | {scored:.2f} | {loaded + scored:.1f} | {worked:.1f} | "
            f"{slowest:.1f} | {imported:.0f} | {', '.join(found[0][4]) or 'none'} |")


def section(rows: list[str], repeats: int) -> str:
    return f"""{HEADING}

`Testing/benchmarks/scoring/run.py`, {date.today()}, {os.cpu_count()} {platform.machine()} cores, {platform.system()}, \
Python {platform.python_version()}; load of the machine {os.getloadavg()[0]:.1f} at the end.

A model loaded with all its checks (hashes of its parts, check vectors), then one result of prepared values; median of \
{repeats} fresh processes. Promised for both: {PROMISE_MS} ms. *Imports* are those of Python modules, once in a \
process; numba, scikit-learn, scipy and SimpleITK would be named as heavy.

| model | kB | load, ms | result, ms | together | of that CPU | slowest | imports, ms | heavy packages |
|---|---|---|---|---|---|---|---|---|
""" + "\n".join(rows) + "\n"


if __name__ == "__main__":
    sys.exit(main())
