"""Nothing that is learned sees the people it is judged on: planted leaks are caught, or change nothing."""

import numpy as np
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.modelling.chain import chain
from RadiomicsOrthoLib.modelling.chain_validation import (
    bootstrap_632_plus,
    held_out_scores,
    predicted,
    validate_chain,
)
from RadiomicsOrthoLib.modelling.dataset import dataset
from RadiomicsOrthoLib.modelling.grid import GridPlan, run_grid
from RadiomicsOrthoLib.modelling.leaks import refuse_leaks, suspect_columns
from RadiomicsOrthoLib.modelling.schemes import (
    Bootstrap,
    CentreFolds,
    CrossValidation,
    External,
    HoldOut,
    LeaveOneCentreOut,
    LeaveOnePersonOut,
    OuterSplit,
)
from RadiomicsOrthoLib.modelling.task import survival_outcome

SELECTION = [{"t_test": {"k": 5}}]


def made(seed):
    return chain(SELECTION, "ridge_logistic", seed)


@pytest.fixture(scope="module")
def noise():
    """60 people with two rows each and 300 features that say nothing."""
    random = np.random.default_rng(1)
    return dataset({f"f{i}": random.normal(size=120) for i in range(300)}, np.repeat(np.resize([0, 1], 60), 2),
                   np.repeat(np.arange(60), 2), centres=np.repeat(np.resize(["a", "b", "c", "d", "e"], 60), 2))


def with_column(data, name, column):
    return dataset({**{one: data.frame[one] for one in data.frame}, name: column}, data.outcome, data.people)


SCHEMES = [CrossValidation(5, 2), LeaveOnePersonOut(), LeaveOneCentreOut(), CentreFolds(3), HoldOut(0.3), Bootstrap(4),
           External(range(10))]


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda one: type(one).__name__)
def test_no_scheme_has_a_person_on_both_sides(noise, scheme):
    splits = scheme.splits(noise, 3)
    for one in splits:
        assert not set(noise.people[one.train]) & set(noise.people[one.test])
    again = scheme.splits(noise, 3)
    assert all(np.array_equal(one.test, other.test) for one, other in zip(splits, again, strict=True))


def test_schemes_part_as_they_say(noise):
    assert len(LeaveOneCentreOut().splits(noise, 0)) == 5 and len(LeaveOnePersonOut().splits(noise, 0)) == 60
    for one in CentreFolds(3).splits(noise, 0):
        assert not set(noise.centres[one.train]) & set(noise.centres[one.test])
    held = HoldOut(0.3).splits(noise, 0)[0]
    assert len(held.test) == 36 and noise.outcome[held.test].mean() == 0.5
    tested = np.concatenate([one.test for one in CrossValidation(5).splits(noise, 0)])
    assert np.array_equal(np.sort(tested), np.arange(120))
    # row 10 is the second row of nobody else: the person of rows 8 and 9 is external whole, that of 10 and 11 is not
    assert External([8]).splits(noise, 0)[0].train.tolist() == [*range(8), *range(10, 120)]
    with pytest.raises(InputError, match="centre"):
        LeaveOneCentreOut().splits(with_column(noise, "x", np.arange(120.0)), 0)
    with pytest.raises(InputError, match="as many people"):
        CrossValidation(40).splits(noise, 0)


def test_a_split_with_a_person_on_both_sides_cannot_be_made():
    with pytest.raises(ValueError, match="'b' is in training and test"):
        OuterSplit(0, "wrong", np.array([0, 1]), np.array([2, 3]), np.array(["a", "b", "b", "c"]))


@pytest.mark.parametrize("leak", ["copy", "opposite", "noisy step", "filled in after the event"])
def test_a_column_made_from_the_outcome_is_refused(noise, leak):
    y, random = noise.outcome.astype(float), np.random.default_rng(0)
    column = {"copy": y, "opposite": 100 - 7 * y, "noisy step": y + 0.4 * random.random(120),
              "filled in after the event": np.where(y == 1, random.normal(size=120), np.nan)}[leak]
    data = with_column(noise, "planted", column)
    assert [one.column for one in suspect_columns(data) if one.certain] == ["planted"]
    for judge in (lambda: refuse_leaks(data), lambda: validate_chain(data, made, CrossValidation(3), 0),
                  lambda: run_grid(data, {"t": SELECTION}, {"ridge": {"ridge_logistic": {}}}, GridPlan())):
        with pytest.raises(InputError, match="'planted' tells the outcome without an error"):
            judge()


def test_a_column_nearly_made_from_the_outcome_is_named_and_honest_ones_are_not(noise):
    random = np.random.default_rng(0)
    nearly = noise.outcome.astype(float)
    nearly[[0, -1]] = 1 - nearly[[0, -1]]
    found = suspect_columns(with_column(noise, "planted", nearly))
    assert [(one.column, one.certain) for one in found] == [("planted", False)]
    assert suspect_columns(noise) == ()
    assert suspect_columns(with_column(noise, "good", noise.outcome + 0.8 * random.normal(size=120))) == ()


def test_leaks_of_other_outcomes_are_seen_too():
    random = np.random.default_rng(0)
    x, people = {"a": random.normal(size=60), "b": random.normal(size=60)}, np.arange(60)
    number = x["a"] + random.normal(size=60)
    three = np.resize([0, 1, 2], 60)
    time = survival_outcome(random.random(60) < 0.6, random.exponential(size=60))
    for outcome, planted in ((number, 3 - 2 * number), (three, three * 2.0), (time, time["event"].astype(float)),
                             (time, np.log(time["time"]))):
        data = dataset({**x, "planted": planted}, outcome, people)
        assert [one.column for one in suspect_columns(data)] == ["planted"]
        assert suspect_columns(dataset(x, outcome, people)) == ()


def test_a_few_people_told_apart_by_chance_are_no_leak():
    random = np.random.default_rng(0)
    x = random.normal(size=(10, 3000))
    y = np.resize([0, 1], 10)
    perfect = [i for i in range(3000) if x[y == 1, i].min() > x[y == 0, i].max()]
    assert perfect
    assert suspect_columns(dataset({f"f{i}": x[:, i] for i in range(3000)}, y, np.arange(10))) == ()


def test_selection_before_splitting_would_look_good_and_has_no_effect_here(noise):
    """The classic mistake gives a high area on noise; inside the fold it does not."""
    inside = [one.measured(noise) for one in validate_chain(noise, made, CrossValidation(5), 0)]
    assert abs(np.mean(inside) - 0.5) < 0.15
    chosen = chain(SELECTION, "ridge_logistic", 0).fit(noise.frame, noise.outcome)[:-1].get_feature_names_out()
    outside = dataset({name: noise.frame[name] for name in chosen}, noise.outcome, noise.people)
    before = [one.measured(outside) for one in validate_chain(outside, made, CrossValidation(5), 0)]
    assert np.mean(before) > 0.75


def test_people_who_are_judged_have_no_say_in_what_is_learned(noise):
    """Their features and outcomes may be anything: filling, scaling, selection, model and cut-off stay."""
    split = CrossValidation(5).splits(noise, 0)[0]
    columns = {name: noise.frame[name].to_numpy(copy=True) for name in noise.frame}
    random = np.random.default_rng(0)
    for column in columns.values():
        column[split.test] = 1e6 * random.normal(size=len(split.test))
    outcome = noise.outcome.copy()
    outcome[split.test] = 1 - outcome[split.test]
    tampered = dataset(columns, outcome, noise.people)
    fits = [made(0), made(0)]
    for one, data in zip(fits, (noise, tampered), strict=True):
        predicted(data, one, split.train, split.test)
    assert np.array_equal(fits[0][-1].coef_, fits[1][-1].coef_)
    assert list(fits[0][:-1].get_feature_names_out()) == list(fits[1][:-1].get_feature_names_out())

    class Fixed:
        def splits(self, data, seed):
            return [OuterSplit(0, "one", split.train, split.test, data.people)]

    cutoffs = [validate_chain(data, made, Fixed(), 0, cutoff=0.9)[0].cutoff for data in (noise, tampered)]
    assert cutoffs[0] == cutoffs[1]


def test_a_cut_off_is_learned_and_every_row_is_judged_once_in_each_repeat():
    random = np.random.default_rng(2)
    x = random.normal(size=(100, 6))
    data = dataset({f"f{i}": x[:, i] for i in range(6)}, (x[:, 0] + random.logistic(size=100) > 0).astype(int),
                   np.arange(100))
    judged = validate_chain(data, made, CrossValidation(5, 2), 0, cutoff="youden")
    scores = held_out_scores(data, judged)
    assert scores.shape == (2, 100) and np.isfinite(scores).all()
    assert all(np.array_equal(one.positive, one.score > one.cutoff) for one in judged)


def test_632_plus_of_noise_is_a_half_however_good_the_fit_looks(noise):
    found = bootstrap_632_plus(noise, made, 12, 0)
    assert found.apparent > 0.75 and abs(found.left_out - 0.5) < 0.1 and found.value < 0.6


@pytest.mark.parametrize(("change", "sentence"), [
    ({"outcome": np.resize([1, 2], 6)}, "Classes are the whole numbers"),
    ({"outcome": np.zeros(6, int)}, "Classes are the whole numbers"),
    ({"outcome": np.resize([0, 1], 5)}, "does not fit"),
    ({"columns": {"a": [1, 2, 3, 4, 5, np.inf]}}, "'a' must be numbers"),
    ({"centres": ["x"]}, "does not fit"), ({"task": "guess"}, "not 'guess'"),
    ({"outcome": np.ones(6), "task": "regression"}, "numbers that differ")])
def test_a_table_that_does_not_fit_is_refused(change, sentence):
    given = {"columns": {"a": np.arange(6.0)}, "outcome": np.resize([0, 1], 6), "people": np.arange(6)} | change
    with pytest.raises(InputError, match=sentence):
        dataset(**given)
