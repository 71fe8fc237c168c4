"""What a harmonisation learned, as a file for later patients."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ... import __version__
from ...errors import InputError
from .combat import Combat

SCHEMA = "radiomics-ortho-harmonisation/1"
MAX_BYTES = 64 * 1024 * 1024


def frozen_text(found: Combat, facts: Mapping[str, object]) -> str:
    """JSON with every number as it is; ``facts`` say which table and columns it was learned from."""
    document = {
        "schema": SCHEMA, "method": "ComBat, parametric empirical Bayes (doi:10.1093/biostatistics/kxj037)",
        "learned_from": dict(facts), "software": {"radiomics-ortho": __version__}, "notes": list(found.notes),
        "covariates": list(found.covariates),
        "batches": [{"name": name, "rows": count} for name, count in zip(found.batches, found.people, strict=True)],
        "features": [{"name": name, "mean": float(found.mean[at]), "spread": float(found.spread[at]),
                      "slopes": found.slopes[:, at].tolist(), "shift": found.shift[:, at].tolist(),
                      "scale": found.scale[:, at].tolist()} for at, name in enumerate(found.features)]}
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def read_frozen(path: Path) -> tuple[Combat, dict]:
    """The harmonisation in ``path``, and what it was learned from; InputError for what is none."""
    path = Path(path)
    if not path.is_file() or path.stat().st_size > MAX_BYTES:
        raise InputError(f"There is no harmonisation '{path}'; 'radiomics-ortho harmonise' writes harmonisation.json.")
    try:
        document = json.loads(path.read_text(encoding="utf-8"), parse_constant=_no_number)
        return _combat(document), dict(document["learned_from"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"'{path}' is no harmonisation that this version reads ({error}).") from None


def _combat(document: Mapping) -> Combat:
    if document["schema"] != SCHEMA:
        raise ValueError(f"its schema is {document['schema']!r} instead of {SCHEMA!r}")
    batches, features = document["batches"], document["features"]
    numbers = {key: np.array([one[key] for one in features], float).T for key in ("mean", "spread", "shift", "scale")}
    slopes = np.array([one["slopes"] for one in features], float).reshape(len(features), -1).T
    names = tuple(str(one["name"]) for one in features)
    covariates = tuple(map(str, document["covariates"]))
    if numbers["shift"].shape != (len(batches), len(names)) or numbers["scale"].shape != numbers["shift"].shape \
            or slopes.shape != (len(covariates), len(names)) or len(set(names)) < len(names):
        raise ValueError("its parts do not fit together")
    if not (numbers["spread"] > 0).all() or not (numbers["scale"] > 0).all():
        raise ValueError("a spread or scale is not above 0")
    return Combat(names, tuple(str(one["name"]) for one in batches), covariates,
                  tuple(int(one["rows"]) for one in batches), numbers["mean"], slopes, numbers["spread"],
                  numbers["shift"], numbers["scale"])


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number")
