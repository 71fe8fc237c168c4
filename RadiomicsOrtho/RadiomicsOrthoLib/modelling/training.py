"""From a table to a model that ships: fit, validation, check vectors and card, the same bytes every time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.metadata import version

import numpy as np

from .. import __version__
from ..cohort.table import StudyTable
from ..errors import InputError
from ..long_work import Cancelled, Progress, never_cancelled, no_progress
from ..models.bundle import bundle_from_dict
from ..models.check_vectors import run_check_vectors
from .card_text import card_of
from .fit_error import fit_error_of
from .performance import evaluate
from .performance_text import EVIDENCE, entries
from .study import Prepared, Study, Trained
from .validation import cross_validate, learned_cutoff, optimism

SCHEMA = "radiomics-ortho-model/1"
#: of a group of reference
REFERENCE_SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
#: packages that decide the numbers, written into the record
PACKAGES = ("numpy", "scipy", "scikit-learn")


def train(study: Study, table: StudyTable, progress: Progress = no_progress,
          cancelled: Cancelled = never_cancelled) -> dict:
    """The whole ``model.json`` of ``study`` on ``table``.

    InputError for a table that does not fit, or where scikit-learn is missing; CancelledError on request.
    """
    check_packages()
    prepared = study.prepare(table)
    trained = validated(study, prepared, progress, cancelled)
    card = card_of(study.card or study.id, trained.facts | study.facts(trained), trained.cutoff, trained.data.columns)
    model = {"schema": SCHEMA, "id": study.id, **card}
    model["inputs"] = trained.fitted.inputs(trained.data.columns) + model["inputs"]
    model["limitations"] = [*model["limitations"], f"Who is in the training data: {'; '.join(trained.flow)}."]
    model["estimator"] = trained.fitted.estimator()
    # a score that the fit made itself has an error of its own, and people of a survey are drawn otherwise
    plain = model["inputs"] == card["inputs"] and not trained.data.weighted
    error = fit_error_of(trained.performance.optimism.refits) if plain else None
    if error:
        model["fit_error"] = error
    model["performance"] = entries(trained.performance, study.plan, model["output"]["title"].lower(), study.source,
                                   trained.data.weighted, trained.fitted.events_per_coefficient)
    model["reference"] = reference(study, trained)
    model["training_provenance"] = record(study, table, trained)
    model["check_vectors"] = check_vectors(study, trained, model)
    return checked(model)


def validated(study: Study, prepared: Prepared, progress: Progress = no_progress,
              cancelled: Cancelled = never_cancelled) -> Trained:
    """Fit on everybody, and how well that goes on people who were left out."""
    data, plan = prepared.data, study.plan
    found = cross_validate(study.learner, data, plan, lambda share, text: progress(0.6 * share, text), cancelled)
    fitted = study.learner.fit(data, plan.seed)
    loss = optimism(study.learner, data, fitted, plan, lambda share, text: progress(0.6 + 0.3 * share, text), cancelled)
    performance = evaluate(
        data, found, loss, plan, study.thresholds,
        {one.title: one.score(data.columns) for one in study.baselines},
        {one.title: one.chosen(data.columns) for one in study.subgroups})
    progress(1.0, "trained")
    cutoff = float(f"{learned_cutoff(fitted, data, plan.sensitivity):.3g}")
    return Trained(data, prepared.flow, fitted, found, cutoff, performance)


def reference(study: Study, trained: Trained) -> list[dict]:
    """Quantiles of what people with and without the outcome got from fits that had not seen them, over all repeats."""
    data, probability = trained.data, trained.found.probability
    groups = (("with", data.outcome), ("without", ~data.outcome))
    return [{"title": f"People of the training data {word} the outcome ({study.source})",
             "quantiles": [[share, float(f"{np.quantile(probability[:, chosen], share, axis=1).mean():.3g}")]
                           for share in REFERENCE_SHARES],
             "count": int(chosen.sum()), "evidence": EVIDENCE, "source": "cross-validation, as the figures below"}
            for word, chosen in groups]


def record(study: Study, table: StudyTable, trained: Trained) -> dict:
    """Where the model comes from, for whoever wants to make it again."""
    plan = study.plan
    return {
        "command": f"radiomics-ortho train {study.id} --table {table.name}",
        "table": {"name": table.name, "sha256": table.sha256, "rows": len(table)},
        "flow": list(trained.flow),
        "people": len(trained.data), "events": trained.data.events, "groups": len(np.unique(trained.data.groups)),
        "validation": {"repeats": plan.repeats, "outer_folds": plan.folds, "seed": plan.seed,
                       "target_sensitivity": plan.sensitivity, "bootstrap_samples": plan.bootstrap,
                       "optimism_samples": plan.optimism},
        "fit": trained.fitted.describe(),
        "software": {"radiomics-ortho": __version__, **{name: version(name) for name in PACKAGES}},
    }


def check_vectors(study: Study, trained: Trained, model: Mapping) -> list[dict]:
    """The study's examples with the probability that scikit-learn gives for the written coefficients."""
    examples = study.examples(trained)
    columns = {name: np.array([one[name] for one in examples], object if isinstance(examples[0][name], str) else float)
               for name in examples[0]}
    outputs = trained.fitted.reference_probability(model["estimator"], columns)
    uppers = [(one["id"], one["upper"]) for one in model["output"]["classes"]]
    return [{"inputs": dict(example), "output": float(f"{output:.12g}"),
             "class": next(name for name, upper in uppers if upper is None or output <= upper),
             "source": "scikit-learn's predict_proba with these coefficients"}
            for example, output in zip(examples, outputs, strict=True)]


def checked(model: dict) -> dict:
    """``model`` if the reader of models accepts it and its check vectors come out; ValueError otherwise."""
    bundle = bundle_from_dict(json.loads(model_text(model)), "")
    faults = [result.fault for result in run_check_vectors(bundle) if result.fault]
    if faults:
        raise ValueError(faults[0])
    return model


def model_text(model: Mapping) -> str:
    """The bytes of ``model.json``, as text."""
    return json.dumps(model, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def check_packages() -> None:
    """InputError where scikit-learn is missing: scoring does not need it, training does."""
    try:
        import sklearn  # noqa: F401
    except ImportError:
        raise InputError("Training needs scikit-learn; install it with: pip install \"radiomics-ortho[train]\".") \
            from None
