"""``results.json``: a study's figures at a glance and the points of its charts, to be shown without computing again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from ... import RESEARCH_USE_ONLY
from ...modelling.recipes.results import StudyResult
from ...modelling.recipes.validate import ExternalValidation
from .charts import Chart, assessed_charts, charts_json, study_charts
from .headline import Line, assessment_lines, study_lines

NAME, SCHEMA = "results.json", "radiomics-ortho-study-results/1"
STUDY, VALIDATION = "study", "validation"
#: tables of a study that people look at, in this order
TABLES = {"performance.csv": "Performance", "comparisons.csv": "Comparisons", "features.csv": "Features",
          "baseline.csv": "Table 1", "followed.csv": "Followed cohort", "grid.csv": "Grid"}


def study_results(result: StudyResult, models: Sequence[tuple[str, str]], files: Mapping[str, object]) -> str:
    """The text of the file; ``models`` are titles with the folder of the bundle, or why there is none."""
    return _text(STUDY, result.recipe.title, result.recipe.id, result.simulated, result.notes, study_lines(result),
                 study_charts(result), [name for name in TABLES if name in files], models)


def validation_results(found: ExternalValidation, simulated: bool, notes: Sequence[str]) -> str:
    """As :func:`study_results`, of a frozen model on another table."""
    title = found.bundle.title
    charts = assessed_charts({found.bundle.id: found.assessment}, found.bundle.id, "another table", "external")
    lines = [*assessment_lines(found.assessment, "another table"),
             *((f"centre {name}", "AUC", f"{area:.3f}; {events} of {count} with the event",
                "Area of this centre's rows.") for name, (area, events, count) in found.by_centre.items())]
    return _text(VALIDATION, title, "", simulated, notes, lines, charts, [], [])


def _text(kind: str, title: str, recipe: str, simulated: bool, notes: Sequence[str], lines: Sequence[Line],
          charts: Sequence[Chart], tables: Sequence[str], models: Sequence[tuple[str, str]]) -> str:
    data = {"schema": SCHEMA, "kind": kind, "notice": RESEARCH_USE_ONLY, "title": title, "recipe": recipe,
            "simulated": simulated, "notes": list(notes),
            "headline": [{"part": part, "title": name, "value": value, "meaning": meaning}
                         for part, name, value, meaning in lines],
            "charts": charts_json(charts), "tables": [{"file": name, "title": TABLES[name]} for name in tables],
            "models": [{"title": name, "folder": "" if what.startswith("no bundle") else what,
                        "reason": what if what.startswith("no bundle") else ""} for name, what in models]}
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")) + "\n"
