"""The interval of a fitted probability: how sure the fit is of it."""

from __future__ import annotations

from collections.abc import Mapping

from ..models.bundle import ModelBundle
from ..models.fit_error import gradient_of

#: of a normal distribution, for 95 %
NORMAL_95 = 1.959963984540054
MEANING = ("95 % interval of the fit ({source}): how sure the model is of the mean of such people, not what happens to "
           "one of them.")


def fit_interval(model: ModelBundle, values: Mapping[str, float | str]) -> tuple[tuple[float, float], str] | None:
    """Least and greatest output with what they mean; ``None`` where the model does not know its error.

    Symmetric on the linear predictor, then through calibration and link.
    """
    if model.fit_error is None:
        return None
    middle = model.estimator.linear_predictor(values)
    half = NORMAL_95 * model.fit_error.of(gradient_of(model.estimator, values))
    return ((model.estimator.outcome(middle - half), model.estimator.outcome(middle + half)),
            MEANING.format(source=model.fit_error.source))
