"""ComBat as a step of a chain: learned in each training part, as everything else."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from ...errors import InputError
from ..inner_folds import people_of
from .combat import fit_combat


class ComBat(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """``batches`` says the scanner of each subject, ``covariates`` what is kept, by name and subject (numbers).

    Rows are known by the index of the frame, named ``subject``.  After ``fit``: ``combat_`` is what was learned.
    InputError for a subject without a scanner, and, in ``transform``, for a scanner that was not in the training part:
    a centre that is left out cannot be harmonised.
    """

    def __init__(self, batches: Mapping[object, str] | None = None,
                 covariates: Mapping[str, Mapping[object, float]] | None = None):
        self.batches = batches
        self.covariates = covariates

    def fit(self, X, y=None):
        batch, covariates = self._facts(X)
        x = validate_data(self, X, dtype=float, ensure_all_finite="allow-nan", ensure_min_samples=2)
        names = getattr(self, "feature_names_in_", [f"column {number}" for number in range(x.shape[1])])
        self.combat_ = fit_combat(x, batch, [str(name) for name in names], covariates, list(self.covariates or {}))
        return self

    def transform(self, X):
        check_is_fitted(self)
        batch, covariates = self._facts(X)
        x = validate_data(self, X, dtype=float, ensure_all_finite="allow-nan", reset=False)
        return self.combat_.apply(x, batch, covariates)

    def _facts(self, X) -> tuple[list[str], np.ndarray | None]:
        people = people_of(X)
        if people is None:
            raise InputError("A harmonisation needs to know whose row it is: the index of the table must be named "
                             "'subject'.")
        known = self.batches or {}
        missing = next((one for one in people if one not in known), None)
        if missing is not None:
            raise InputError(f"The scanner of the subject '{missing}' is not known; it cannot be harmonised.")
        covariates = [[one.get(person, np.nan) for person in people] for one in (self.covariates or {}).values()]
        return [known[one] for one in people], np.array(covariates, float).T if covariates else None

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags
