"""The models of a recipe as scikit-learn chains, and what a fitted one kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...errors import InputError
from ..chain import preparation
from ..estimators import ESTIMATORS, estimator
from ..inner_folds import inner_folds, people_of
from ..selection import selection_steps
from ..splits import derived_seed
from ..task import CLASSIFICATION, REGRESSION
from .recipe import Model, Recipe

if TYPE_CHECKING:
    import pandas

SCORE = "rad_score"
FEATURES, CLINICAL, MODEL = "features", "clinical", "model"
#: folds in which a score is made for people whom it had not seen
SCORE_FOLDS = 5


def check_models(recipe: Recipe) -> None:
    """InputError for a step or an estimator that there is not, or that is for another kind of outcome."""
    wanted = REGRESSION if recipe.outcome.classes is None else CLASSIFICATION
    for model in recipe.models:
        if model.average:
            continue
        name, parameters = next(iter(model.estimator.items()))
        made = estimator(name, 0, **parameters)
        if ESTIMATORS[name].task != wanted:
            raise InputError(f"The estimator '{name}' of the model '{model.id}' is for {ESTIMATORS[name].task}, and "
                             f"the outcome of the recipe is one of {wanted}.")
        if model.combine == "score" and not (wanted == CLASSIFICATION and hasattr(made, "decision_function")):
            raise InputError(f"The model '{model.id}' makes one score of its features, which needs a linear estimator "
                             f"of classes, such as ridge_logistic; '{name}' has no linear score.")
        for _, step in selection_steps(model.selection, 0):
            tasks = getattr(step, "tasks", ()) or (wanted,)
            if wanted not in tasks:
                raise InputError(f"A selection of the model '{model.id}' is for {' and '.join(tasks)}, and the outcome "
                                 f"of the recipe is one of {wanted}: {type(step).__name__}.")


@dataclass(frozen=True)
class Learner:
    """One model of a recipe with the columns that it sees; picklable, for workers."""

    model: Model
    features: tuple[str, ...]
    clinical: tuple[str, ...]

    @property
    def kind(self) -> tuple[str, Mapping]:
        """Name and parameters of the estimator."""
        return next(iter(self.model.estimator.items()))

    def fit(self, frame: pandas.DataFrame, outcome: np.ndarray, seed: int) -> Fitted:
        """Everything is learned from ``frame`` (n rows) and ``outcome`` (n) alone.

        InputError for what a step or the estimator cannot learn from: no feature passes, too few rows of an outcome, …
        """
        try:
            if self.model.combine == "score":
                return self._fit_score(frame, outcome, seed)
            chain = self._chain(self.features, self.clinical, seed)
            chain.fit(frame[[*self.features, *self.clinical]], outcome)
        except (ValueError, np.linalg.LinAlgError) as error:
            raise InputError(f"The model '{self.model.title}' cannot be fitted to {len(frame)} rows; change its steps "
                             f"in the recipe, or bring more people: {' '.join(str(error).split())}") from None
        return Fitted(self, chain)

    def _fit_score(self, frame: pandas.DataFrame, outcome: np.ndarray, seed: int) -> Fitted:
        """Features → one score; logistic regression of the score and the clinical values.

        That regression sees scores of fits that did not contain the person, or it would trust the score too much.
        """
        scorer = self._chain(self.features, (), seed)
        features = frame[list(self.features)]
        scores = np.empty(len(frame))
        for number, (train, test) in enumerate(inner_folds(outcome, SCORE_FOLDS, seed, people_of(frame))):
            part = self._chain(self.features, (), derived_seed(seed, 5, number))
            part.fit(features.iloc[train], outcome[train])
            scores[test] = Score.of(part, features.iloc[train]).values(features.iloc[test])
        scorer.fit(features, outcome)
        final = self._chain((SCORE,), self.clinical, seed, selection=(), kind=("logistic", {}))
        final.fit(self.with_score(frame, scores), outcome)
        return Fitted(self, final, Score.of(scorer, features))

    def with_score(self, frame: pandas.DataFrame, scores: np.ndarray) -> pandas.DataFrame:
        import pandas

        return pandas.DataFrame({SCORE: scores, **{name: frame[name].to_numpy() for name in self.clinical}},
                                index=frame.index)

    def _chain(self, features: Sequence[str], clinical: Sequence[str], seed: int, selection: Sequence | None = None,
               kind: tuple[str, Mapping] | None = None):
        from sklearn.compose import ColumnTransformer
        from sklearn.pipeline import Pipeline

        name, parameters = kind or self.kind
        task = ESTIMATORS[name].task if name in ESTIMATORS else None
        parts = []
        if features:
            steps = self.model.selection if selection is None else selection
            parts.append((FEATURES, Pipeline(preparation(steps, seed, task=task)), list(features)))
        if clinical:
            parts.append((CLINICAL, Pipeline(preparation((), seed)), list(clinical)))
        front = ColumnTransformer(parts, verbose_feature_names_out=False)
        front.set_output(transform="pandas")
        return Pipeline([("columns", front), (MODEL, estimator(name, seed, **parameters))])


@dataclass(frozen=True)
class Fitted:
    """A fitted model; with a ``scorer`` its chain sees the score in place of the features."""

    learner: Learner
    chain: object
    scorer: Score | None = None

    def predict(self, frame: pandas.DataFrame) -> np.ndarray:
        """Probabilities (n, classes), or numbers (n) of a regression."""
        seen = frame[[*self.learner.features, *self.learner.clinical]]
        if self.scorer is not None:
            seen = self.learner.with_score(frame, self.scorer.values(frame[list(self.learner.features)]))
        return self.chain.predict_proba(seen) if hasattr(self.chain, "predict_proba") else self.chain.predict(seen)

    def ranking(self, frame: pandas.DataFrame) -> np.ndarray:
        """Scores (n), greater for the event: probabilities, or decision values of a model without them."""
        if hasattr(self.chain, "predict_proba"):
            return self.predict(frame)[:, 1]
        return np.asarray(self.chain.decision_function(frame[[*self.learner.features, *self.learner.clinical]]), float)

    @property
    def _selecting(self):
        """The chain that sees the features."""
        return self.scorer.chain if self.scorer is not None else self.chain

    @property
    def kept(self) -> tuple[str, ...]:
        """The features that reach the model, or its components."""
        part = self._selecting.named_steps["columns"].named_transformers_.get(FEATURES)
        return tuple(part.get_feature_names_out()) if part is not None else ()

    @property
    def predictors(self) -> int:
        """How many columns reach the estimator, clinical ones and scores among them."""
        return len(self.chain.named_steps["columns"].get_feature_names_out())

    @property
    def fell_back(self) -> bool:
        """Whether nothing passed a step of the selection, so that its best feature stayed."""
        part = self._selecting.named_steps["columns"].named_transformers_.get(FEATURES)
        return part is not None and any(getattr(step, "fell_back_", False) for _, step in part.steps)

    @property
    def weights(self) -> dict[str, float]:
        """Name → coefficient per standard deviation, or importance where there are no coefficients; empty if
        neither."""
        chain = self._selecting
        model, names = _core(chain.named_steps[MODEL]), chain.named_steps["columns"].get_feature_names_out()
        found = getattr(model, "coef_", None)
        if found is None:
            found = getattr(model, "feature_importances_", None)
        if found is None or (np.ndim(found) > 1 and len(found) > 1):
            return {}
        return {str(name): float(value) for name, value in zip(names, np.ravel(found), strict=True)}

    @property
    def linear(self) -> bool:
        return hasattr(_core(self._selecting.named_steps[MODEL]), "coef_")


def _core(model):
    """What was fitted inside a tuning or a calibration by folds, which learned from all rows at last."""
    model = getattr(model, "best_estimator_", model)
    calibrated = getattr(model, "calibrated_classifiers_", ())
    return calibrated[0].estimator if len(calibrated) == 1 else model


@dataclass(frozen=True)
class Score:
    """The linear predictor of ``chain`` with mean 0 and standard deviation 1 among the people of its fit.

    Its own scale depends on how strong a penalty is, and would not be the same in the next fit.
    """

    chain: object
    mean: float
    spread: float

    @classmethod
    def of(cls, chain, frame: pandas.DataFrame) -> Score:
        found = np.asarray(chain.decision_function(frame), float)
        return cls(chain, float(found.mean()), float(found.std()) or 1.0)

    def values(self, frame: pandas.DataFrame) -> np.ndarray:
        return (np.asarray(self.chain.decision_function(frame), float) - self.mean) / self.spread
