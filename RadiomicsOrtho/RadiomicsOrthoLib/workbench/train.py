"""A recipe on a table, from the files to the files."""

from __future__ import annotations

from pathlib import Path

from ..long_work import Cancelled, Progress, never_cancelled, no_progress
from ..modelling.recipes.study_run import run_recipe
from ..modelling.training import check_packages
from ..report.files import write_folder
from ..report.study.files import MODELS, study_files
from .request import StudyRequest, check_new_folder
from .study_table import read_study_table

#: what comes before and after the fits
_READ, _WRITE = 0.02, 0.96


def train_study(asked: StudyRequest, progress: Progress = no_progress, cancelled: Cancelled = never_cancelled) -> dict:
    """Run the study and write report, tables and models into ``asked.out``; a short account of it (JSON-ready).

    InputError where the table does not fit, CancelledError on request; nothing is written then.
    """
    out = Path(asked.out)
    check_new_folder(out)
    check_packages()
    progress(0.0, "reading the table")
    recipe = asked.wanted_recipe()
    table, notes = read_study_table(asked.table, asked.sheets, recipe)
    result = run_recipe(recipe, table, asked.jobs,
                        lambda share, text: progress(_READ + (_WRITE - _READ) * share, text), cancelled,
                        Path(asked.resume) if asked.resume else None)
    progress(_WRITE, "writing the report")
    files, bundles = study_files(result)
    for name, content in bundles.items():
        write_folder(out / MODELS / name, content)
    write_folder(out, files)
    progress(1.0, "done")
    found = {task.title: {one.model.id: _areas(one) for one in task.models.values()} for task in result.binary.values()}
    return {"recipe": recipe.id, "title": recipe.title, "simulated": result.simulated, "notes": list(notes),
            "seconds": round(result.seconds, 1), "auc": found, "report": str(out / "report.html"),
            "bundles": sorted(bundles)}


def _areas(one) -> dict[str, list[float]]:
    found = {"cross_validation": one.internal.honest_auc}
    if one.test:
        found["held_out"] = one.test.honest_auc
    return {name: [area.value, area.lower, area.upper] for name, area in found.items()}
