"""Links: from a linear predictor to the output, and back."""

from __future__ import annotations

import math

#: ``identity``: the predictor itself; ``logit``: the probability of a logistic model; ``cox``: the risk at a
#: horizon, 1 − S₀^exp(lp); ``probability``: the predictor itself, which is a probability
LINKS = ("identity", "logit", "cox", "probability")
#: how far single precision may leave the range of a probability
_ROUNDING = 1e-5


def outcome(link: str, linear_predictor: float, baseline_survival: float | None = None) -> float:
    """The linear predictor through the link."""
    if link == "logit":
        # the two forms avoid overflow of exp at either end
        if linear_predictor >= 0:
            return 1.0 / (1.0 + math.exp(-linear_predictor))
        odds = math.exp(linear_predictor)
        return odds / (1.0 + odds)
    if link == "cox":
        exponent = math.exp(min(linear_predictor, 700.0))
        return -math.expm1(exponent * math.log(baseline_survival))
    return linear_predictor


def checked(link: str, output: float) -> float:
    """``output`` within the bounds of what ``link`` gives; ``ValueError`` for what is no probability and should be."""
    if link != "probability":
        return output
    if not -_ROUNDING <= output <= 1 + _ROUNDING:
        raise ValueError(f"{output:g} is no probability")
    return min(max(output, 0.0), 1.0)


def inverse_outcome(link: str, output: float, baseline_survival: float | None = None) -> float:
    """The linear predictor that gives ``output``."""
    if link == "logit":
        return math.log(output / (1.0 - output))
    if link == "cox":
        return math.log(math.log1p(-output) / math.log(baseline_survival))
    return output
