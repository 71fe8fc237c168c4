"""Every selection with every model: fitted, compared, and what picking the best of them is worth."""

from .design import CLASSIFIERS, SELECTIONS, GridPlan
from .result import GridCell, GridResult
from .run import run_grid

__all__ = ["CLASSIFIERS", "SELECTIONS", "GridCell", "GridPlan", "GridResult", "run_grid"]
