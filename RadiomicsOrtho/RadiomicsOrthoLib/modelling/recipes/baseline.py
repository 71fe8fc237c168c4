"""Table 1: who is in a study, by outcome; subjects count, not rows."""

from __future__ import annotations

import numpy as np

from ...cohort.feature_table import FeatureTable
from .matrix import StudyData
from .recipe import Recipe
from .results import BaselineRow

#: columns that everybody wants to see, besides those of the recipe
ALWAYS = (("age", "Age"), ("sex", "Sex"), ("centre", "Centre"))


def baseline_table(data: StudyData, recipe: Recipe) -> tuple[tuple[str, ...], tuple[BaselineRow, ...]]:
    """Titles of the groups, and the rows: of the development part by outcome, and of the test part."""
    _, first = np.unique(data.subjects, return_index=True)
    people = data.people.take(first)
    outcome, held_out = data.outcome[first], data.held_out[first]
    if recipe.outcome.classes:
        groups = {title: ~held_out & (outcome == code) for code, title in enumerate(recipe.outcome.classes.values())}
    else:
        groups = {}
    if held_out.any():
        groups["validation set"] = held_out
    rows = [BaselineRow("Subjects", str(len(first)), tuple(str(int(chosen.sum())) for chosen in groups.values()), None),
            BaselineRow("Rows", str(len(data)),
                        tuple(str(int(np.isin(data.subjects, people.subjects[chosen]).sum()))
                              for chosen in groups.values()), None)]
    titles = dict(ALWAYS) | {one.spec.name: f"{one.spec.title}{f' ({one.spec.unit})' if one.spec.unit else ''}"
                             for one in recipe.clinical}
    for name, title in titles.items():
        if name in people.columns:
            rows += _rows(people, name, title, list(groups.values()), recipe)
    if not recipe.outcome.classes:
        rows.append(_number(f"{recipe.outcome.title} ({recipe.outcome.unit})", outcome, list(groups.values())))
    return tuple(groups), tuple(rows)


def _rows(people: FeatureTable, name: str, title: str, groups: list[np.ndarray], recipe: Recipe) -> list[BaselineRow]:
    values = people.columns[name]
    if values.dtype != object:
        return [_number(title, values, groups)]
    known = {one.spec.name: one.spec.choices or {} for one in recipe.clinical}.get(name, {})
    keys = [key for key in (known or sorted(set(values) - {""})) if np.any(values == key)]
    return [BaselineRow(f"{title}: {known.get(key, key)}", _share(values == key, np.ones(len(values), bool)),
                        tuple(_share(values == key, chosen) for chosen in groups),
                        _difference((values == key).astype(float), groups)) for key in keys if len(keys) > 1]


def _number(title: str, values: np.ndarray, groups: list[np.ndarray]) -> BaselineRow:
    return BaselineRow(title, _mean(values), tuple(_mean(values[chosen]) for chosen in groups),
                       _difference(values, groups))


def _mean(values: np.ndarray) -> str:
    found = values[np.isfinite(values)]
    missing = f", {len(values) - len(found)} missing" if len(found) < len(values) else ""
    if len(found) < 2:
        return "—"
    mean, spread = float(found.mean()), float(found.std(ddof=1))
    # as many decimals as give the greater of both three figures
    digits = max(0, 2 - int(np.floor(np.log10(max(abs(mean), spread) or 1.0))))
    return f"{mean:.{digits}f} ± {spread:.{digits}f}{missing}".replace("-", "−")


def _share(hits: np.ndarray, chosen: np.ndarray) -> str:
    count = int((hits & chosen).sum())
    return f"{count} ({100 * count / max(1, int(chosen.sum())):.0f} %)"


def _difference(values: np.ndarray, groups: list[np.ndarray]) -> float | None:
    """Standardised mean difference of the first two groups (Cohen 1988, pooled standard deviation)."""
    if len(groups) < 2:
        return None
    first, second = (values[chosen & np.isfinite(values)] for chosen in groups[:2])
    if min(len(first), len(second)) < 2:
        return None
    spread = np.sqrt((first.var(ddof=1) + second.var(ddof=1)) / 2)
    return float((second.mean() - first.mean()) / spread) if spread > 0 else None
