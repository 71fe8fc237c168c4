"""Published tables: areas, intervals and calibration of our chains beside a script of scikit-learn and statsmodels."""

import numpy as np
import pytest
from clinical_tables import columns
from RadiomicsOrthoLib.modelling.chain import chain
from RadiomicsOrthoLib.modelling.chain_validation import held_out_scores, validate_chain
from RadiomicsOrthoLib.modelling.dataset import dataset
from RadiomicsOrthoLib.modelling.schemes import CrossValidation
from RadiomicsOrthoLib.statistics.calibration import calibration_line
from RadiomicsOrthoLib.statistics.roc import delong

GLOW = ["AGE", "PRIORFRAC", "MOMFRAC", "ARMASSIST", "RATERISK", "BMI", "HEIGHT"]


def glow(shared_data):
    """Hosmer, Lemeshow and Sturdivant 2013: fracture in the first year of 500 women (cases oversampled)."""
    table = columns(shared_data, "glow500.csv")
    return {name: table[name] for name in GLOW}, table["FRACTURE"].astype(int), table["SUB_ID"].astype(int)


def verse(shared_data):
    """A fracture among the vertebrae, from density, age and sex; people with several scans are kept whole."""
    from RadiomicsOrthoLib.cohort.table import read_table
    from RadiomicsOrthoLib.modelling.studies import find_study

    path = shared_data / "tables" / "verse19_vbmd_fe_genant_joined.csv"
    if not path.is_file():
        pytest.skip(f"table not found: {path.name}")
    data = find_study("verse-vertebral-fracture").prepare(read_table(path)).data
    x = {name: column.astype(float) if column.dtype.kind in "fiub" else (column == np.unique(column)[0]).astype(float)
         for name, column in data.columns.items()}
    return x, data.outcome.astype(int), data.groups


def nhanes(shared_data):
    """Self-reported osteoporosis of women, without the weights of the survey; every fifth woman, to be quick."""
    from RadiomicsOrthoLib.cohort.table import read_table
    from RadiomicsOrthoLib.modelling.studies import find_study

    path = shared_data / "tables" / "nhanes_bone.csv"
    if not path.is_file():
        pytest.skip(f"table not found: {path.name}")
    data = find_study("nhanes-osteoporosis-women").prepare(read_table(path)).data
    x = {name: column.astype(float) if column.dtype.kind in "fiub" else (column == np.unique(column)[0]).astype(float)
         for name, column in data.columns.items()}
    return {name: column[::5] for name, column in x.items()}, data.outcome.astype(int)[::5], data.groups[::5]


def by_another_way(x, y, people, splits):
    """Held-out probabilities of scikit-learn alone, the area by counting pairs, and its error by DeLong's sums."""
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    x, p = np.column_stack(list(x.values())), np.empty(len(y))
    for train, test in splits:
        assert not set(people[train]) & set(people[test])
        model = make_pipeline(SimpleImputer(strategy="median"), StandardScaler(),
                              LogisticRegression(C=1.0, max_iter=5000)).fit(x[train], y[train])
        p[test] = model.predict_proba(x[test])[:, 1]
    area = roc_auc_score(y, p)
    above = (p[y == 1][:, None] > p[y == 0]) + 0.5 * (p[y == 1][:, None] == p[y == 0])
    error = np.sqrt(above.mean(axis=1).var(ddof=1) / (y == 1).sum() + above.mean(axis=0).var(ddof=1) / (y == 0).sum())
    return p, area, area - 1.959963985 * error, area + 1.959963985 * error


@pytest.mark.parametrize(("table", "least", "most"), [(glow, 0.66, 0.75), (verse, 0.65, 0.8), (nhanes, 0.65, 0.8)],
                         ids=["GLOW500", "VerSe", "NHANES women"])
def test_areas_and_calibration_are_those_of_another_script(shared_data, table, least, most):
    from statsmodels.api import GLM, add_constant, families

    x, y, people = table(shared_data)
    data = dataset(x, y, people)
    judged = validate_chain(data, lambda seed: chain([], "ridge_logistic", seed), CrossValidation(5), 7)
    ours = held_out_scores(data, judged)[0]
    p, area, lower, upper = by_another_way(x, y, people, [(one.split.train, one.split.test) for one in judged])
    assert ours == pytest.approx(p, abs=1e-5)
    found = delong(y, ours)
    assert (found.value, found.lower, found.upper) == pytest.approx((area, lower, upper), abs=1e-6)
    assert least < area < most
    oracle = GLM(y, add_constant(np.log(p / (1 - p))), families.Binomial()).fit()
    line = calibration_line(y, ours)
    assert (line.intercept.value, line.slope.value) == pytest.approx(oracle.params, abs=1e-4)
