"""A radiomics score and age on virtual patients: the whole path of a radiomics model, no knowledge of real people."""

from __future__ import annotations

import numpy as np

from ...cohort.table import StudyTable
from ...errors import InputError
from ..design import LinearPart
from ..rad_score import RadScoreLogistic
from ..study import Baseline, Prepared, Study, Trained
from ..training_data import training_data
from ..validation import Plan

PREFIX = "original_"
MEAN = f"{PREFIX}firstorder_Mean"
#: the shape of a virtual vertebra means nothing
LEFT_OUT_CLASSES = ("shape",)
#: sums over the voxels: they grow with the region
LEFT_OUT = ("Energy", "TotalEnergy", "GrayLevelNonUniformity", "RunLengthNonUniformity", "SizeZoneNonUniformity",
            "DependenceNonUniformity", "Busyness", "Coarseness")


def candidates(table: StudyTable) -> tuple[str, ...]:
    """The features among the columns of ``table`` that may enter the score."""
    return tuple(name for name in table.columns if name.startswith(PREFIX)
                 and name.split("_")[1] not in LEFT_OUT_CLASSES and name.split("_")[2] not in LEFT_OUT)


def prepare(table: StudyTable) -> Prepared:
    """Every virtual patient; InputError for a table that does not say that it is simulated."""
    if set(table.texts("simulated")) != {"yes"}:
        raise InputError(f"The table '{table.name}' is not of a simulated cohort; this study is for nothing else.")
    columns = {name: table.numbers(name) for name in (*candidates(table), "age", "true_risk")}
    outcome = table.numbers("fracture") == 1
    return Prepared(training_data(columns, outcome, table.texts("subject").astype(str), strata=outcome),
                    (f"{len(table)} virtual patients; nobody was left out",))


def examples(trained: Trained) -> list[dict]:
    """Virtual people between the quartiles: every feature at its own quartile, at three ages."""
    kept = trained.fitted.score.coefficients
    return [{**{name: float(f"{np.quantile(trained.data.columns[name], share):.6g}") for name in kept}, "age": age}
            for share in (0.25, 0.5, 0.75) for age in (55.0, 70.0, 84.0)]


STUDY = Study(
    id="simulated-rad-score-age", source="simulated, no real person", prepare=prepare,
    learner=RadScoreLogistic(PREFIX, (LinearPart("age"),)),
    plan=Plan(repeats=5, folds=5, seed=7, sensitivity=0.9, bootstrap=500, optimism=20),
    thresholds=(0.2, 0.3, 0.4, 0.5),
    baselines=(Baseline("the mean attenuation alone", lambda columns: -columns[MEAN]),
               Baseline("the age alone", lambda columns: columns["age"]),
               Baseline("the true risk by which outcomes were drawn", lambda columns: columns["true_risk"])),
    facts=lambda trained: {"kept": len(trained.fitted.score.coefficients), "candidates": trained.fitted.candidates},
    examples=examples)
