"""The recipe of a grid: every combination in each region, and beside its best what the best is worth."""

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="training needs scikit-learn")

from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.modelling.recipes.matrix import study_data
from RadiomicsOrthoLib.modelling.recipes.recipe_file import load_recipe, recipe_from_dict
from RadiomicsOrthoLib.modelling.recipes.study_run import run_recipe
from RadiomicsOrthoLib.report.study.figures import grid_figure
from RadiomicsOrthoLib.report.study.files import study_files
from test_recipes import quick, recipe_data

GRID = {"regions": {"neck": ["neck"], "all three": ["neck", "trochanteric", "intertrochanteric"]},
        "selectors": {"t test": [{"t_test": {"k": 3}}], "backward": [{"svm_backward": {"most": 2}}]},
        "estimators": {"logistic": {"ridge_logistic": {}}, "SVM": {"svm_linear": {}}},
        "permutations": {"all three": 2}}


def test_the_recipe_has_the_whole_grid_of_the_study():
    grid = load_recipe("mohammadi-2023").grid
    assert len(grid.selectors) == 8 and len(grid.estimators) == 25
    assert set(grid.regions) == {"neck", "trochanteric", "intertrochanteric", "all three"}
    assert set(grid.permutations) <= set(grid.regions)


def test_a_grid_by_region_says_what_its_best_is_worth_and_what_was_not_possible():
    validation = {"repeats": 1, "folds": 3, "inner": 2, "permutations": 0, "seed": 80}
    models = recipe_data("mohammadi-2023")["models"][:1]
    recipe, table = quick("mohammadi-2023", 40, 8, grid=GRID, validation=validation, models=models, compare=[])
    result = run_recipe(recipe, table)
    grid = result.grid
    assert len(grid.cells) == 8 and set(grid.corrected) == set(grid.nested) == {"neck", "all three"}
    failed = [cell for cell in grid.cells if cell.failed]
    assert {cell.selector for cell in failed} == {"backward"} and len(failed) == 4
    assert "before it" in failed[0].failed and np.isnan(failed[0].auc)
    assert grid.best("neck").selector == "t test" and len(grid.picked["neck"]) == 3
    assert list(grid.null) == ["all three"] and len(grid.null["all three"][0]) == 2
    assert "–" in grid_figure(grid, "neck")
    files, _ = study_files(result)
    assert "Best on shuffled outcomes" in files["report.html"] and "4 combinations were not possible" in \
        files["report.html"]
    rows = files["grid.csv"].splitlines()
    assert rows[0] == "region,selection,classifier,auc,accuracy,failed" and len(rows) == 9


def test_a_grid_of_a_recipe_goes_on_where_it_was(tmp_path):
    """As ``train --resume FOLDER``: fits that are there stay as they are, those that were lost are made again."""
    validation = {"repeats": 1, "folds": 3, "inner": 2, "permutations": 0, "seed": 80}
    models = recipe_data("mohammadi-2023")["models"][:1]
    small = GRID | {"permutations": {}}
    recipe, table = quick("mohammadi-2023", 40, 8, grid=small, validation=validation, models=models, compare=[])
    first = run_recipe(recipe, table, resume_folder=tmp_path / "fits")
    fits = sorted((tmp_path / "fits").rglob("*-*.json"))
    assert {path.parent.name for path in fits} == {"neck", "all-three"}
    lost, kept = fits[::7], {path: path.stat().st_mtime_ns for path in fits if path not in fits[::7]}
    for path in lost:
        path.unlink()
    again = run_recipe(recipe, table, resume_folder=tmp_path / "fits").grid
    assert repr(again) == repr(first.grid)
    assert all(path.is_file() for path in lost)
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


def test_a_grid_that_leaves_one_out_or_shuffles_nowhere_is_refused():
    data = recipe_data("mohammadi-2023", grid=GRID | {"permutations": {"knee": 2}})
    with pytest.raises(ValueError, match="name one of its regions"):
        recipe_from_dict(data)
    recipe, table = quick("mohammadi-2023", 40, 8, grid=GRID)
    from dataclasses import replace

    from RadiomicsOrthoLib.modelling.recipes.grid_study import grid_study

    alone = replace(recipe, validation=replace(recipe.validation, folds=0))
    found = study_data(table, recipe)
    with pytest.raises(InputError, match="compared in folds"):
        grid_study(alone, found, np.arange(len(found)), (found.outcome == 1).astype(int))
