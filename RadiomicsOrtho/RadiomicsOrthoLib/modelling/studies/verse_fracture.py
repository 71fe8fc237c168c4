"""Prevalent vertebral fracture from the trabecular density of the spine on CT: the VerSe 2019 table."""

from __future__ import annotations

import numpy as np

from ...cohort.table import StudyTable
from ..design import FactorPart, LinearPart
from ..ridge import RidgeLogistic
from ..study import Baseline, Prepared, Study, Subgroup, Trained
from ..training_data import training_data
from ..validation import Plan

VBMD = "Phantomless Calibration vBMD [mg/cc]"
SEXES = {"F": "female", "M": "male"}
#: below grade 2 the semiquantitative grade cannot tell a fracture from a short vertebra
LEAST_GRADE = 2


def prepare(table: StudyTable) -> Prepared:
    """One row per person: some were scanned in two parts; their density is the mean, their grade the highest."""
    subjects = table.texts("subject_ID")
    density, grade = table.numbers(VBMD), table.numbers("max_genant_grade")
    sex = table.keys("Sex", SEXES)
    native = table.texts("Contrast Enhancement") == "ce-no"
    people = np.unique(subjects.astype(str))
    rows = [np.flatnonzero(subjects == person) for person in people]
    columns = {"vbmd": np.array([density[of].mean() for of in rows]),
               "sex": np.array([sex[of[0]] for of in rows], object),
               "native": np.array([bool(native[of].all()) for of in rows])}
    outcome = np.array([grade[of].max() >= LEAST_GRADE for of in rows])
    of_two = len(table) - len(people)
    flow = [f"{len(table)} scans of {len(people)} people; of {of_two} with two the mean density and the highest grade",
            "no value is missing in the columns that are used; nobody was left out"]
    return Prepared(training_data(columns, outcome, people, strata=outcome), tuple(flow))


def facts(trained: Trained) -> dict:
    columns = trained.data.columns
    return {"women": int((columns["sex"] == "female").sum()), "native": int(columns["native"].sum())}


EXAMPLES = tuple({"vbmd": vbmd, "sex": sex} for vbmd in (50.0, 80.0, 120.0, 190.0) for sex in ("female", "male"))

STUDY = Study(
    id="verse-vertebral-fracture", source="VerSe 2019", prepare=prepare,
    learner=RidgeLogistic((LinearPart("vbmd"), FactorPart("sex", ("female", "male")))),
    plan=Plan(repeats=10, folds=5, seed=2019, sensitivity=0.9, bootstrap=1000, optimism=50),
    thresholds=(0.2, 0.3, 0.4, 0.5, 0.6),
    baselines=(Baseline("the density alone", lambda columns: -columns["vbmd"]),
               Baseline("the sex alone", lambda columns: (columns["sex"] == "female").astype(float))),
    facts=facts,
    examples=lambda trained: EXAMPLES,
    subgroups=(Subgroup("women", lambda columns: columns["sex"] == "female"),
               Subgroup("men", lambda columns: columns["sex"] == "male"),
               Subgroup("native scans", lambda columns: columns["native"])))
