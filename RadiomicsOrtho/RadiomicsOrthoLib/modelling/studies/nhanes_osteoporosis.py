"""Who has been told of osteoporosis, from what a questionnaire asks: NHANES 2013–2014 and 2017–March 2020."""

from __future__ import annotations

from functools import partial

import numpy as np

from ...cohort.table import StudyTable
from ..design import FactorPart, LinearPart, PiecewiseLinearPart
from ..ridge import RidgeLogistic
from ..study import Baseline, Prepared, Study
from ..training_data import Columns, training_data
from ..validation import Plan

#: the survey's letter for each
SEXES = {"women": "F", "men": "M"}
#: years that a cycle stands for, by which its weights count in the pooled sample (NCHS analytic guidelines)
CYCLE_YEARS = {"2013-2014": 2.0, "2017-March 2020": 3.2}
LEAST_AGE = 50
#: the survey writes 80 for everybody older
TOP_AGE = 80
YES_NO = {"0": "no", "1": "yes"}
QUESTIONS = {"steroids": "steroid_ever_daily", "smoker": "current_smoker", "hip_fracture": "hip_fracture",
             "wrist_fracture": "wrist_fracture", "spine_fracture": "spine_fracture"}
NO_YES = ("no", "yes")


def prepare(sex: str, table: StudyTable) -> Prepared:
    """The examined ``women`` or ``men`` from 50 years on whose answers are complete.

    Not to know of a parent's hip fracture is an answer of its own.
    """
    age, weight_mec = table.numbers("age_years"), table.numbers("weight_mec")
    weight, height = table.numbers("weight_kg", missing=True), table.numbers("height_cm", missing=True)
    osteoporosis = table.numbers("osteoporosis_self_reported", missing=True)
    answers = {name: table.keys(column, YES_NO | {"": ""}) for name, column in QUESTIONS.items()}
    steps = ((f"not {sex}", table.texts("sex") == SEXES[sex]),
             (f"younger than {LEAST_AGE} years", age >= LEAST_AGE),
             ("without the examination (no body measures, no examination weight)", weight_mec > 0),
             ("with the outcome not known", np.isfinite(osteoporosis)),
             ("without weight or height", np.isfinite(weight) & np.isfinite(height)),
             ("with steroids, smoking or a fracture not known", np.all([a != "" for a in answers.values()], axis=0)))
    kept, flow = np.ones(len(table), bool), [f"{len(table)} people in the table"]
    for reason, fits in steps:
        flow.append(f"{int((kept & ~fits).sum())} left out: {reason}")
        kept &= fits
    cycle, stratum, psu = table.texts("cycle"), table.texts("stratum"), table.texts("psu")
    years = np.array([CYCLE_YEARS[name] for name in table.keys("cycle", {name: name for name in CYCLE_YEARS})])
    strata = np.array([f"{c}/{s}" for c, s in zip(cycle, stratum, strict=True)])
    clusters = np.array([f"{s}/{p}" for s, p in zip(strata, psu, strict=True)])
    columns = {
        "age": age, "weight": weight, "height": height,
        "parent": table.keys("parent_hip_fracture", YES_NO | {"": "unknown"}), **answers}
    data = training_data({name: column[kept] for name, column in columns.items()}, osteoporosis[kept] == 1,
                         clusters[kept], (weight_mec * years)[kept], strata[kept])
    unknown = int((data.columns["parent"] == "unknown").sum())
    flow.append(f"{unknown} of those who stayed did not know of a parent's hip fracture; this is an answer of its own")
    return Prepared(data, tuple(flow))


def ost_index(columns: Columns) -> np.ndarray:
    """The osteoporosis self-assessment tool, turned so that greater speaks for the outcome; not truncated."""
    return 0.2 * (columns["age"] - columns["weight"])


EXAMPLES = tuple(
    {"age": age, "weight": weight, "height": height, "parent": parent, "steroids": steroids, "smoker": smoker,
     "hip_fracture": hip, "wrist_fracture": wrist, "spine_fracture": spine}
    for age, weight, height, parent, steroids, smoker, hip, wrist, spine in (
        (65.0, 70.0, 165.0, "no", "no", "no", "no", "no", "no"),
        (50.0, 90.0, 175.0, "no", "no", "yes", "no", "no", "no"),
        (75.0, 52.0, 155.0, "yes", "no", "no", "no", "yes", "no"),
        (85.0, 60.0, 160.0, "unknown", "yes", "no", "yes", "no", "no"),
        (58.0, 80.0, 170.0, "no", "no", "no", "no", "yes", "yes")))
PARTS = (PiecewiseLinearPart("age", (50.0, 60.0, 70.0, 80.0)), LinearPart("weight"), LinearPart("height"),
         FactorPart("parent", ("no", "yes", "unknown")), FactorPart("steroids", NO_YES), FactorPart("smoker", NO_YES),
         FactorPart("hip_fracture", NO_YES), FactorPart("wrist_fracture", NO_YES), FactorPart("spine_fracture", NO_YES))


def study(sex: str) -> Study:
    """``women`` or ``men``: a model and a cut-off of their own.

    One cut-off for both called nearly every woman positive and missed two of three men with a diagnosis.
    """
    words = {"sex": sex, "others": next(other for other in SEXES if other != sex)}
    return Study(
        id=f"nhanes-osteoporosis-{sex}", card="nhanes-osteoporosis", source=f"{sex}, NHANES",
        prepare=partial(prepare, sex), learner=RidgeLogistic(PARTS),
        plan=Plan(repeats=5, folds=5, seed=2020, sensitivity=0.9, bootstrap=300, optimism=20),
        thresholds=(0.02, 0.05, 0.1, 0.2) if sex == "men" else (0.05, 0.1, 0.2, 0.3),
        baselines=(Baseline("the age alone", lambda columns: columns["age"]),
                   Baseline("OST (weight and age)", ost_index)),
        facts=lambda trained: words, examples=lambda trained: EXAMPLES)


STUDIES = tuple(study(sex) for sex in SEXES)
