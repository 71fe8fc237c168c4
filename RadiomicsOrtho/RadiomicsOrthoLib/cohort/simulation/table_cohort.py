"""A simulated study table: people with a known truth, features from the model of features, an outcome from the
truth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .feature_model import FeatureModel, feature_model
from .table_design import ClinicalDesign, FollowUpDesign, TableDesign

#: how age goes with density, structure and marrow (correlations), and sex with density (standard deviations)
AGE_DENSITY, AGE_MARROW, DENSITY_STRUCTURE, WOMEN_DENSITY = -0.35, -0.3, -0.2, -0.3
#: spread of vertebrae (or regions) of one person around the person's own, in standard deviations of people
WITHIN = 0.35
#: density (mg/cm³) that 0 and one standard deviation of the latent density stand for
DENSITY_MEAN, DENSITY_SD = 115.0, 30.0
#: how far centres lie apart in noise, blur, slice and pixel (standard deviations of scanners)
CENTRE_SPREAD = 1.0
#: a network's features: share that is theirs alone
DEEP_OWN = 0.8
DIGITS = 7


@dataclass(frozen=True)
class People:
    """``latents`` (n each) in standard deviations, and what is asked of people."""

    latents: dict[str, np.ndarray]
    age: np.ndarray
    sex: np.ndarray
    clinical: dict[str, np.ndarray]

    def predictor(self, effects: Mapping[str, float]) -> np.ndarray:
        """Σ effect × standardised value (n)."""
        total = np.zeros(len(self.age))
        for name, effect in effects.items():
            values = self.latents.get(name)
            if values is None:
                values = _standard(_numbers(self.clinical[name]))
            total += effect * values
        return total


def simulated_table(design: TableDesign, seed: int, outcome_column: str, choices: Mapping[str, tuple[str, ...]],
                    follow_up_columns: tuple[str, str] | None = None) -> list[dict[str, object]]:
    """Rows of the table, by column; the same ``seed`` gives the same.

    ``choices`` are the keys of clinical columns that are a choice (first: the usual one).  Everything is SIMULATED, and
    the column ``simulated`` says so.
    """
    generator, model = np.random.default_rng(seed), feature_model()
    people = _people(design, design.age, design.subjects, generator, choices)
    predictor = people.predictor(design.outcome.effects)
    outcome, risk = _outcome(design, predictor, generator)
    owner, places = _layout(design)
    rows = _rows(design, people, owner, places, model, generator, "virtual", 1)
    for row, subject in zip(rows, owner, strict=True):
        row[outcome_column] = outcome[subject]
        row["true_risk"] = risk[subject]
    if design.follow_up:
        for row in rows:
            row["set"] = "development"
        rows += _followed(design, design.follow_up, generator, model, choices, outcome_column, follow_up_columns)
    return rows


def _people(design: TableDesign, age: tuple[float, float, float, float], count: int, generator: np.random.Generator,
            choices: Mapping[str, tuple[str, ...]]) -> People:
    mean, spread, low, high = age
    years = np.clip(mean + spread * generator.standard_normal(count), low, high)
    z_age = _standard(years)
    sex = np.where(generator.random(count) < design.women, "female", "male").astype(object)
    density = _mixed(z_age, AGE_DENSITY, generator) + WOMEN_DENSITY * (sex == "female")
    latents = {"age": z_age, "density": _standard(density), "marrow": _mixed(z_age, AGE_MARROW, generator),
               "deep": generator.standard_normal(count)}
    latents["structure"] = _mixed(latents["density"], DENSITY_STRUCTURE, generator)
    clinical = {name: _clinical(one, latents["density"], generator, choices.get(name, ()))
                for name, one in design.clinical.items()}
    return People(latents, np.round(years, 1), sex, clinical)


def _mixed(base: np.ndarray, correlation: float, generator: np.random.Generator) -> np.ndarray:
    return correlation * base + np.sqrt(1 - correlation**2) * generator.standard_normal(len(base))


def _clinical(one: ClinicalDesign, density: np.ndarray, generator: np.random.Generator,
              keys: tuple[str, ...]) -> np.ndarray:
    if one.share is not None:
        first, second = keys
        odds = np.log(one.share / (1 - one.share)) - one.link * density
        return np.where(generator.random(len(density)) < 1 / (1 + np.exp(-odds)), second, first).astype(object)
    if one.counts:
        return 1.0 + generator.choice(len(one.counts), len(density), p=one.counts)
    values = one.mean + one.sd * _mixed(density, one.link, generator)
    return np.round(np.clip(values, *one.limits), 2)


def _outcome(design: TableDesign, predictor: np.ndarray, generator: np.random.Generator) -> tuple[np.ndarray,
                                                                                                  np.ndarray]:
    """Classes with exactly the wanted counts, or a number; and what is known of it: the predictor."""
    one, known = design.outcome, np.round(predictor, 4)
    if not one.counts:
        noise = one.noise * generator.standard_normal(len(predictor))
        return np.round(one.mean + one.sd * _standard(predictor + noise), 4), known
    # classes by the order of predictor + logistic chance: a proportional-odds model with fixed counts
    order = np.argsort(predictor + generator.logistic(size=len(predictor)))
    found = np.empty(len(predictor), object)
    start = 0
    for name, count in one.counts.items():
        found[order[start:start + count]] = name
        start += count
    found[order[start:]] = next(reversed(one.counts))
    return found, known


def _layout(design: TableDesign) -> tuple[np.ndarray, list[dict[str, str]]]:
    """The subject of each row, and its region."""
    if design.compartments:
        owner = np.repeat(np.arange(design.subjects), len(design.compartments))
        return owner, [{"compartment": name} for _ in range(design.subjects) for name in design.compartments]
    each, more = divmod(design.rows, design.subjects)
    counts = np.full(design.subjects, each)
    counts[:more] += 1
    owner = np.repeat(np.arange(design.subjects), counts)
    number = np.concatenate([np.arange(count) for count in counts])
    if design.cases:
        return owner, [{"case": f"examination-{at + 1}"} for at in number]
    return owner, [{"level": design.levels[at % len(design.levels)]} if design.levels else {} for at in number]


def _rows(design: TableDesign, people: People, owner: np.ndarray, places: list[dict[str, str]], model: FeatureModel,
          generator: np.random.Generator, prefix: str, centre: int) -> list[dict[str, object]]:
    truth = {name: people.latents[name][owner] + WITHIN * generator.standard_normal(len(owner))
             for name in ("density", "structure", "marrow")}
    centres = (centre + generator.integers(design.centres, size=len(people.age)))[owner]
    for name in ("noise", "blur", "slice", "pixel"):
        shift = CENTRE_SPREAD * generator.standard_normal(centre + design.centres)
        truth[name] = shift[centres - 1] + 0.3 * generator.standard_normal(len(owner))
    features = model.draw(truth, design.features, generator)
    if design.deep:
        features |= _deep(design.deep, truth, people.latents["deep"][owner], generator)
    rows = []
    names, values = list(features), np.column_stack(list(features.values()))
    for at, (subject, place) in enumerate(zip(owner, places, strict=True)):
        row: dict[str, object] = {
            "subject": f"{prefix}-{subject + 1:04d}", **place, "simulated": "yes", "centre": f"centre-{centres[at]}",
            "age": people.age[subject], "sex": people.sex[subject],
            **{name: column[subject] for name, column in people.clinical.items()},
            "true_density": round(DENSITY_MEAN + DENSITY_SD * float(truth["density"][at]), 1)}
        rows.append(row | {name: float(f"{value:.{DIGITS}g}") for name, value in zip(names, values[at], strict=True)})
    return rows


def _deep(count: int, truth: Mapping[str, np.ndarray], deep: np.ndarray,
          generator: np.random.Generator) -> dict[str, np.ndarray]:
    """Features like those of a network: bent mixtures of the truth and of something that radiomics does not see."""
    inner = np.column_stack([truth["density"], truth["structure"], truth["marrow"], deep])
    hidden = np.tanh(inner @ generator.normal(0, [[0.3], [0.3], [0.3], [0.7]], (4, count)))
    values = hidden + DEEP_OWN * generator.standard_normal(hidden.shape)
    return {f"dl_{number:03d}": column for number, column in enumerate(values.T)}


def _followed(design: TableDesign, plan: FollowUpDesign, generator: np.random.Generator, model: FeatureModel,
              choices: Mapping[str, tuple[str, ...]], outcome_column: str,
              columns: tuple[str, str]) -> list[dict[str, object]]:
    """Rows of the cohort that is followed: exponential times, scaled so that exactly the wanted number has the
    event."""
    people = _people(design, plan.age, plan.subjects, generator, choices)
    hazard = np.exp(people.predictor(plan.effects))
    waiting = generator.exponential(size=plan.subjects) / hazard
    end = generator.uniform(*plan.years, plan.subjects)
    # somebody has the event if scale × waiting ≤ end: the wanted number of smallest ratios
    ratio = waiting / end
    place = np.sort(ratio)
    scale = 2 / (place[plan.events - 1] + place[plan.events])
    event = scale * ratio <= 1
    years = np.where(event, scale * waiting, end)
    rows = _rows(design, people, np.arange(plan.subjects), [{} for _ in range(plan.subjects)], model, generator,
                 "followed", design.centres + 1)
    for at, row in enumerate(rows):
        row |= {"set": "validation", outcome_column: None, columns[0]: round(float(years[at]), 3),
                columns[1]: str(int(event[at])), "true_risk": round(float(np.log(hazard[at])), 4)}
    return rows


def _numbers(values: np.ndarray) -> np.ndarray:
    """A choice as 0 for its first key in the alphabet and 1 for others."""
    if values.dtype != object:
        return values
    return (values != sorted(set(values))[0]).astype(float)


def _standard(values: np.ndarray) -> np.ndarray:
    spread = values.std()
    return (values - values.mean()) / (spread if spread > 0 else 1.0)
