"""Fits the model of features to features of virtual scans: ``simulate --count N --profile P`` → feature-model.json.

    python Training/feature_model.py cohort.csv SEED

``cohort.csv`` comes from ``radiomics-ortho simulate --seed SEED --no-scans --profile`` with a profile of images
Original, Wavelet (coif1) and LoG (1 to 5 mm).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "RadiomicsOrtho"))

from RadiomicsOrthoLib.cohort.simulation.feature_model import PREDICTORS, SCHEMA  # noqa: E402
from RadiomicsOrthoLib.cohort.simulation.patient import virtual_patients  # noqa: E402
from RadiomicsOrthoLib.cohort.table import read_table  # noqa: E402

FACTORS = 8
RIDGE = 3.0
#: skewness from which a positive feature is taken as a logarithm
SKEWED = 1.0


def main(table_path: str, seed: str) -> None:
    table = read_table(Path(table_path))
    patients = {one.name: one for one in virtual_patients(len(table), int(seed))}
    people = [patients[name] for name in table.columns["subject"]]
    truth = {"density": table.numbers("true_density"), "structure": table.numbers("true_period"),
             "marrow": np.array([one.marrow for one in people]), "size": np.array([one.half_width for one in people]),
             "noise": table.numbers("noise_hu"), "blur": table.numbers("blur_mm"), "slice": table.numbers("slice_mm"),
             "pixel": table.numbers("pixel_mm")}
    truth = {name: standard(values) for name, values in truth.items()}
    truth["density2"] = (truth["density"] ** 2 - 1) / np.sqrt(2)
    x = np.column_stack([truth[name] for name in PREDICTORS])
    names = [name for name in table.columns if "_" in name and name.split("_")[0].startswith(("orig", "wave", "log"))]
    names.sort(key=lambda name: ["orig", "wave", "log-"].index(name[:4]))
    rows, residuals = [], []
    for name in names:
        values = table.numbers(name, missing=True)
        if not np.all(np.isfinite(values)) or np.ptp(values) == 0:
            print("left out:", name)
            continue
        logarithmic = bool(values.min() > 0 and skewness(values) > SKEWED)
        used = np.log(values) if logarithmic else values
        scaled = standard(used)
        coefficients = np.linalg.solve(x.T @ x + RIDGE * np.eye(x.shape[1]), x.T @ scaled)
        residuals.append(scaled - x @ coefficients)
        rows.append([name, int(logarithmic), used.mean(), used.std(), coefficients])
    residual = np.array(residuals).T
    _, lengths, loadings = np.linalg.svd(residual, full_matrices=False)
    factors = (lengths[:FACTORS, np.newaxis] * loadings[:FACTORS]).T / np.sqrt(len(residual))
    rest = np.sqrt(np.maximum(residual.var(axis=0) - (factors**2).sum(axis=1), 1e-4))
    found = [[name, logarithmic, short(mean, 5), short(spread, 4), short(own), *map(short, coefficients), *map(short,
                                                                                                               row)]
             for (name, logarithmic, mean, spread, coefficients), row, own in zip(rows, factors, rest, strict=True)]
    text = json.dumps({"schema": SCHEMA, "predictors": PREDICTORS,
                       "source": f"fitted to {len(table)} virtual scans of the seed {seed}", "features": []})
    body = ",\n".join(json.dumps(row, separators=(",", ":")) for row in found)
    path = ROOT / "RadiomicsOrtho" / "Resources" / "Simulation" / "feature-model.json"
    path.write_text(text.replace('"features": []', f'"features": [\n{body}\n]') + "\n", encoding="utf-8")
    explained = 1 - residual.var(axis=0)
    print(f"{len(found)} features; explained by the truth: median {np.median(explained):.2f}, "
          f"by {FACTORS} factors of the rest: {1 - (rest**2).sum() / residual.var(axis=0).sum():.2f}")


def standard(values: np.ndarray) -> np.ndarray:
    return (values - values.mean()) / values.std()


def skewness(values: np.ndarray) -> float:
    return float((standard(values) ** 3).mean())


def short(value: float, digits: int = 3) -> float:
    return float(f"{value:.{digits}g}")


if __name__ == "__main__":
    main(*sys.argv[1:])
