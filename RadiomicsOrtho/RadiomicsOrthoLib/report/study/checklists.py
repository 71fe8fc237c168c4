"""Which items of METRICS, CLEAR and TRIPOD+AI this run fills, with the reason; the others are left to people, by
name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...modelling.recipes.results import StudyResult
from .checklist_items import CLEAR, METRICS, TRIPOD, Item

YES, NO, OPEN, NOT_APPLICABLE = "yes", "no", "open", "not applicable"
CLINICAL = ("CT", "MR", "DXA")
LEFT = "left to the authors"


@dataclass(frozen=True)
class Answer:
    item: Item
    state: str
    reason: str


@dataclass(frozen=True)
class MetricsScore:
    """``percent`` of the weights that apply; ``most`` if every open item were answered with yes."""

    answers: tuple[Answer, ...]
    percent: float
    most: float


def metrics_score(result: StudyResult) -> MetricsScore:
    """Σ weights of items that are met / Σ weights of those that apply; open items count as not met."""
    facts = _metrics_facts(result)
    shallow = result.data.network is None
    answers = tuple(Answer(item, NOT_APPLICABLE, "no network is trained from images to the outcome here")
                    if item.condition == "deep" and shallow else Answer(item, *facts[item.number]) for item in METRICS)
    counted = [one for one in answers if one.state != NOT_APPLICABLE]
    total = sum(one.item.weight for one in counted)
    met = sum(one.item.weight for one in counted if one.state == YES)
    unknown = sum(one.item.weight for one in counted if one.state == OPEN)
    return MetricsScore(answers, 100 * met / total, 100 * (met + unknown) / total)


def _metrics_facts(result: StudyResult) -> dict[str, tuple[str, str]]:
    recipe, people = result.recipe, result.data.people
    centres = len(set(people.columns.get("centre", ())) - {""})
    steps = {name for model in recipe.models for step in model.selection for name in step}
    redundant = sorted(steps & {"correlation", "mrmr", "lasso", "pca", "elastic_net"})
    without = _without_radiomics(result)
    events, columns = _rarest(result), result.data.frame.shape[1]
    profiles = _profiles(result)
    extracted = (YES, f"profile {', '.join(profiles)}") if profiles else \
        (OPEN, f"the recipe names the profile {recipe.scan.profile}; the table does not say that it was used")
    said = "a person must say so"
    found = dict.fromkeys(("1", "2", "3", "7", "19", "28", "29", "30", "10"), (OPEN, said))
    found |= {
        "4": (YES, f"{centres} centres in the table") if centres > 1 else (NO, "one centre, or none named"),
        "5": (OPEN, f"whether the {recipe.scan.modality} was made by an established guideline, a person must say")
        if recipe.scan.modality in CLINICAL else (NO, f"{recipe.scan.modality} is for research"),
        "6": (OPEN, "facts of the scanner are in the table; the protocol is in nobody's words yet")
        if people.schema.names("scanner") else (OPEN, said),
        "8": (OPEN, f"the recipe names the region ({recipe.scan.site}, {recipe.scan.compartment}), not how to draw it"),
        "9": (OPEN, "counts if the regions were drawn by a machine alone, which the table does not say"),
        "11": extracted, "12": (extracted[0], "extraction of this software, tested against the IBSI")
        if profiles else extracted, "13": extracted,
        "14": (YES, "step icc") if "icc" in steps else (NO, "no list of reproducible features was used"),
        "15": (YES, f"steps {', '.join(redundant)}") if redundant else (NO, "no step removes them"),
        "16": (YES, f"{events} events for {columns} candidate columns")
        if events >= 10 * columns else (NO, f"{events} rows of the rarest outcome for {columns} candidate columns"),
        "17": (NO, "how scanners and outlines change the output of the network is not looked at"),
        "18": (YES, "whole subjects on one side of every split; everything is learned in the training part"),
        "20": (YES, "area, sensitivity, specificity, predictive values, accuracy" if result.binary else "r, R², RMSE"),
        "21": (YES, _uncertainty(result)),
        "22": (YES, "slope, intercept, Brier, plot") if result.binary else (YES, "observed against predicted"),
        "23": (YES, f"{recipe.scan.modality} alone"),
        "24": (YES, f"tested against: {without}") if without else (NO, "no model without radiomics is compared"),
        "25": (YES, f"tested against: {without}") if without else (NO, "no simpler model is compared"),
        "26": (YES, "cross-validation" + (" and a held-out part" if len(result.test) else "")),
        "27": (YES, "the validation set is of other centres") if _other_centres(result)
        else (NO, "no other centre was kept for testing")}
    return found


def _uncertainty(result: StudyResult) -> str:
    return "DeLong, bootstrap of subjects, Clopper–Pearson" if result.binary else "bootstrap of subjects"


def _profiles(result: StudyResult) -> list[str]:
    """The extraction profiles that the table itself names."""
    return sorted(set(result.data.people.columns.get("profile", ())) - {""})


def _without_radiomics(result: StudyResult) -> str:
    """Titles of models that see no radiomics, or one named column such as the mean attenuation, and are compared."""
    recipe = result.recipe
    compared = {name for pair in recipe.compare for name in pair}
    return ", ".join(one.title for one in recipe.models if one.id in compared and not one.average
                     and all(recipe.blocks[name].columns for name in one.blocks))


def _other_centres(result: StudyResult) -> bool:
    """Whether nobody of the table's own validation set comes from a centre of the development part."""
    centres = result.data.centres
    if result.recipe.validation.test != "set" or centres is None:
        return False
    return not set(centres[result.test]) & set(centres[result.development])


def _rarest(result: StudyResult) -> int:
    outcome = result.data.outcome[result.development]
    if not result.recipe.outcome.classes:
        return len(outcome)
    return int(min((outcome == code).sum() for code in range(len(result.recipe.outcome.classes))))


def clear_answers(result: StudyResult) -> tuple[Answer, ...]:
    """The 58 items of CLEAR."""
    recipe = result.recipe
    profile = f"profile {', '.join(_profiles(result)) or recipe.scan.profile}"
    filled = {
        "15": "; ".join(result.flow[-2:]),
        "17": ", ".join(one.spec.title for one in recipe.clinical) or "none is used",
        "21": profile, "22": profile, "23": profile, "24": profile, "25": "this software, version in the record",
        "26": profile, "27": f"{sum(name not in _clinical(result) for name in result.data.frame.columns)} columns",
        "28": "the profile states every setting", "29": "median of the training part",
        "30": _imbalance(result),
        "31": "a list of features that observers reproduce" if _has_step(result, "icc") else "",
        "32": "mean and standard deviation of the training part",
        "33": _selection(result), "34": _models(result), "35": "settings of the recipe; penalties in inner folds",
        "37": "the main model is named in the recipe beforehand", "38": "; ".join(result.flow[-2:]),
        "39": "listed with the figures", "40": _uncertainty(result),
        "41": "DeLong's paired test, bootstrap of subjects, NRI and IDI beside it" if result.binary else "",
        "42": "models with and without radiomics" if len(recipe.models) > 1 else "",
        "43": "coefficients or importance, stability over the folds", "44": "Table 1", "45": "flow of the rows",
        "46": "features.csv", "47": "performance.csv and figures",
        "48": "comparisons" if len(recipe.models) > 1 else ""}
    ready = {"12": "the chain of every model is listed under Design",
             "54": "table export makes a de-identified package", "55": profile,
             "56": "recipe and command are in the record",
             "57": "model.json, where the format can express the model", "58": "this software scores the bundle"}
    return _answers(CLEAR, filled, ready)


def tripod_answers(result: StudyResult) -> tuple[Answer, ...]:
    """The items of TRIPOD+AI."""
    recipe = result.recipe
    filled = {
        "5a": f"table '{result.data.people.name}', SHA-256 in the record",
        "7": "profile, imputation and scaling in the recipe",
        "8a": recipe.outcome.title, "9a": "blocks of the recipe", "9b": f"profile {recipe.scan.profile}",
        "10": f"{_rarest(result)} rows of the rarest outcome, {result.data.frame.shape[1]} candidate columns",
        "11": "median of the training part", "12a": "; ".join(result.flow[-2:]),
        "12b": "as numbers, choices as 0 and 1",
        "12c": f"{_models(result)}; {_selection(result)}", "12e": "listed with the figures",
        "12g": "model.json holds the equation", "13": _imbalance(result),
        "15": "probability; the cut-off is learned in training parts" if result.binary else "a number",
        "16": "Table 1, validation set" if len(result.test) and recipe.validation.test == "set" else "one source",
        "20a": "flow of the rows", "20b": "Table 1",
        "20c": "Table 1" if recipe.validation.test == "set" else "", "21": "flow of the rows",
        "22": "model.json", "23a": "performance.csv", "27a": "inputs outside their range are warned about when scoring"}
    ready = {"18e": "table export makes a de-identified package", "18f": "recipe and command are in the record"}
    return _answers(TRIPOD, filled, ready)


def _answers(items: Sequence[Item], filled: Mapping[str, str], ready: Mapping[str, str]) -> tuple[Answer, ...]:
    """``ready`` is what this run has made for an item that only the authors can fill, such as what they share."""
    return tuple(Answer(item, YES, filled[item.number]) if filled.get(item.number)
                 else Answer(item, OPEN, ready.get(item.number, LEFT)) for item in items)


def _has_step(result: StudyResult, name: str) -> bool:
    return any(name in step for model in result.recipe.models for step in model.selection)


def _clinical(result: StudyResult) -> set[str]:
    names = {one.spec.name for one in result.recipe.clinical}
    return {column for column in result.data.frame.columns if column.partition("=")[0] in names}


def _imbalance(result: StudyResult) -> str:
    if not result.recipe.outcome.classes:
        return "a number, no classes"
    outcome = result.data.outcome[result.development]
    counts = [f"{title} {int((outcome == code).sum())}" for code,
              title in enumerate(result.recipe.outcome.classes.values())]
    return f"{', '.join(counts)} rows; folds keep the shares; nothing was resampled"


def _selection(result: StudyResult) -> str:
    chains = {" → ".join(name for step in model.selection for name in step) for model in result.recipe.models
              if model.selection}
    return "; ".join(sorted(chains)) or "no selection"


def _models(result: StudyResult) -> str:
    return ", ".join(dict.fromkeys(next(iter(model.estimator)) for model in result.recipe.models if model.estimator))


def open_items(answers: Sequence[Answer]) -> list[str]:
    """Number and topic of what is left to people, with what is ready for it."""
    return [f"{one.item.number} {one.item.topic}" + ("" if one.reason == LEFT else f" ({one.reason})")
            for one in answers if one.state == OPEN]


def share_filled(answers: Sequence[Answer]) -> str:
    states = np.array([one.state for one in answers])
    return f"{int((states == YES).sum())} of {len(answers)} items filled"
