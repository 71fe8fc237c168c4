"""Models by the names that recipes use; their packages are imported when one is asked for."""

from .catalogue import ESTIMATORS, EstimatorKind
from .make import estimator

__all__ = ["ESTIMATORS", "EstimatorKind", "estimator"]
