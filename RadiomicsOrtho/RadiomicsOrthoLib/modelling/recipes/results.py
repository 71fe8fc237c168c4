"""What running a recipe gives: figures and fitted models, for the report and the bundles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ...statistics.estimate import Estimate
from ...statistics.reclassification import Improvement
from ...statistics.regression import FTest
from ...statistics.roc import AucComparison
from ..chain_validation import Area632
from .assessment import Assessment, Predictions
from .learners import Fitted
from .matrix import StudyData
from .recipe import Model, Recipe

#: thresholds of the net benefit by a horizon
RISKS = np.round(np.arange(0.002, 0.1501, 0.002), 3)


@dataclass(frozen=True)
class ModelResult:
    """One model: figures of cross-validation (``internal``) and of the held-out part (``test``), if there is one.

    ``fitted`` learned from the whole development part; ``cutoff`` from its held-out predictions.  ``apparent`` is its
    area on the people of the fit, shown only to say how much too good it is.  ``kept_share`` says in which share of the
    fits of the cross-validation each feature was kept, ``fell_back`` in how many of them nothing passed the selection,
    so that its best feature stayed.
    """

    model: Model
    fitted: Fitted | None
    internal: Assessment
    internal_predictions: Predictions
    test: Assessment | None
    test_predictions: Predictions | None
    cutoff: float
    apparent: float
    kept_share: Mapping[str, float]
    fell_back: int = 0


@dataclass(frozen=True)
class Comparison:
    """``first`` against ``second`` in one part; the likes of ``reclassified`` are NRI and IDI from second to first."""

    first: str
    second: str
    part: str
    delong: AucComparison
    by_subjects: Estimate
    reclassified: tuple[Improvement, Improvement]


@dataclass(frozen=True)
class Null:
    """Areas of the same chain on outcomes that were dealt out anew among subjects; ``p`` of the observed one."""

    areas: np.ndarray
    observed: float
    p: float


@dataclass(frozen=True)
class BinaryResult:
    """Models of one binary task; ``classes`` are titles of no event and event, ``area_632`` is of the main model."""

    title: str
    classes: tuple[str, str]
    models: Mapping[str, ModelResult]
    comparisons: tuple[Comparison, ...]
    null: Null | None = None
    area_632: Area632 | None = None
    block_correlation: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class ClassesResult:
    """All classes at once: (classes, classes) counts by model (truth in rows, first repeat), mean area of all pairs."""

    classes: tuple[str, ...]
    confusion: Mapping[str, np.ndarray]
    areas: Mapping[str, float]


@dataclass(frozen=True)
class RegressionResult:
    """``apparent`` r, R² and F of the fit itself; of people left out r and R² by subjects.

    ``predicted`` (repeats, n) stands beside ``outcome`` (n).  r is ``None`` where everybody gets the same number,
    adjusted R² and F for an estimator that is not least squares.
    """

    model: Model
    fitted: Fitted
    outcome: np.ndarray
    predicted: np.ndarray
    apparent_r: Estimate | None
    apparent_r2: float
    adjusted_r2: float | None
    f: FTest | None
    r: Estimate | None
    r2: Estimate
    rmse: float
    kept_share: Mapping[str, float]
    fell_back: int = 0


@dataclass(frozen=True)
class AtHorizon:
    """By ``horizon``: areas of Cox models that had not seen the person, by what they see, and of the score itself;
    ``added`` is what the score adds to the clinical area.  ``net_benefit`` stands at each of ``RISKS``.
    """

    horizon: float
    areas: Mapping[str, Estimate]
    added: Estimate
    net_benefit: Mapping[str, np.ndarray]
    net_benefit_all: np.ndarray


@dataclass(frozen=True)
class FollowUpResult:
    """The score 0 to 100 of a followed cohort: hazard ratio per point, and what it adds to the clinical Cox model."""

    count: int
    events: int
    median_time: float
    score: np.ndarray
    time: np.ndarray
    event: np.ndarray
    alone: Estimate
    alone_p: float
    adjusted: Estimate
    adjusted_p: float
    chi2: float
    freedom: int
    p: float
    clinical_c: float
    combined_c: float
    at_horizon: AtHorizon | None
    mean_with: tuple[float, float]
    mean_without: tuple[float, float]


@dataclass(frozen=True)
class GridCell:
    """One combination in one region: area and accuracy in cross-validation, NaN where it ``failed``, and why."""

    region: str
    selector: str
    estimator: str
    auc: float
    accuracy: float
    failed: str = ""


@dataclass(frozen=True)
class GridResult:
    """``cells`` of all combinations, and by region: ``nested`` is the area where the combination was picked inside each
    training part, ``corrected`` that of the best less what the picking adds (``grid.optimism``).

    ``null`` are the best areas of the same grid on shuffled outcomes, and how often they reach the real one (p).
    """

    cells: tuple[GridCell, ...]
    nested: Mapping[str, Estimate]
    picked: Mapping[str, tuple[str, ...]]
    corrected: Mapping[str, Estimate]
    null: Mapping[str, tuple[tuple[float, ...], float]]

    def best(self, region: str) -> GridCell:
        return max((cell for cell in self.cells if cell.region == region and not cell.failed),
                   key=lambda cell: round(cell.auc, 12))


@dataclass(frozen=True)
class BaselineRow:
    """One line of Table 1: a title, a text for everybody and for each group, the standardised mean difference."""

    title: str
    everybody: str
    groups: tuple[str, ...]
    difference: float | None


@dataclass(frozen=True)
class StudyResult:
    """All of one run; parts that the recipe does not have are empty or ``None``."""

    recipe: Recipe
    data: StudyData
    development: np.ndarray
    test: np.ndarray
    flow: tuple[str, ...]
    baseline_groups: tuple[str, ...]
    baseline: tuple[BaselineRow, ...]
    notes: tuple[str, ...]
    binary: Mapping[str, BinaryResult] = field(default_factory=dict)
    classes: ClassesResult | None = None
    regression: RegressionResult | None = None
    follow_up: FollowUpResult | None = None
    grid: GridResult | None = None
    seconds: float = 0.0

    @property
    def simulated(self) -> bool:
        return self.data.people.simulated

    @property
    def main(self) -> BinaryResult | None:
        """The first binary task."""
        return next(iter(self.binary.values()), None)
