"""The error of a fit's numbers, from fits to people drawn again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..models.estimator import estimator_from_dict
from ..models.fit_error import numbers_of

#: fewer fits say little of a spread
FEWEST_FITS = 50


def fit_error_of(refits: Sequence[Mapping]) -> dict | None:
    """The ``fit_error`` of ``model.json`` from estimators (as ``model.json`` writes them) of bootstrap samples.

    ``None`` where they are too few.  Errors have four significant digits and correlations three decimals, so that
    every machine writes the same.
    """
    if len(refits) < FEWEST_FITS:
        return None
    found = np.array([numbers_of(estimator_from_dict(one)) for one in refits])
    errors = found.std(axis=0, ddof=1)
    safe = np.where(errors > 0, errors, 1.0)
    correlations = np.cov(found.T, ddof=1) / np.outer(safe, safe)
    return {"source": f"{len(refits)} fits to people drawn again",
            "errors": [float(f"{error:.3e}") for error in errors],
            "correlations": [[float(f"{one:.3f}") + 0.0 for one in correlations[row, :row]]
                             for row in range(1, len(errors))]}
