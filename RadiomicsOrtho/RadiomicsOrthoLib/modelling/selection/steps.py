"""The selectors by the names that recipes use, and chains of them."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from ...errors import InputError
from ..task import AUTO

if TYPE_CHECKING:
    from sklearn.base import BaseEstimator


@dataclass(frozen=True)
class SelectorKind:
    """A selector: ``place`` is its module and class, ``presets`` parameters that its name stands for.

    A ``raw`` one looks at values as they were measured, and belongs before scaling.
    """

    name: str
    title: str
    place: str
    source: str
    presets: Mapping[str, object] = field(default_factory=dict)
    raw: bool = False

    def load(self) -> type:
        """The class; InputError where its package is missing."""
        module, name = self.place.split(":")
        try:
            return getattr(importlib.import_module(module, __package__), name)
        except ModuleNotFoundError as error:
            raise InputError(f"The selection '{self.name}' needs {error.name}; install it with: "
                             "pip install \"radiomics-ortho[train]\".") from None

    def parameters(self) -> tuple[str, ...]:
        """The names that a step may set."""
        names = inspect.signature(self.load().__init__).parameters
        return tuple(name for name in names if name not in {"self", *self.presets})


_UNIVARIATE, _FOREST, _ELIMINATION = ".univariate:UnivariateFilter", ".boruta", ".elimination"
_KINDS = (
    SelectorKind("variance", "variance threshold", "sklearn.feature_selection:VarianceThreshold", "scikit-learn",
                 raw=True),
    SelectorKind("icc", "features that observers reproduce", ".reproducible:ReproducibleFeatures",
                 "Koo and Li 2016, doi:10.1016/j.jcm.2016.02.012", raw=True),
    SelectorKind("correlation", "correlation filter", ".correlation:CorrelationFilter", "own, a greedy walk"),
    SelectorKind("univariate", "univariate test", _UNIVARIATE, "SciPy; Benjamini and Hochberg 1995"),
    SelectorKind("t_test", "Welch's t test", _UNIVARIATE, "SciPy; Welch 1947", {"test": "t"}),
    SelectorKind("mann_whitney", "Mann–Whitney test", _UNIVARIATE, "SciPy; Mann and Whitney 1947",
                 {"test": "mann-whitney"}),
    SelectorKind("chi2", "χ² test on bins of equal count", _UNIVARIATE, "SciPy; Pearson 1900", {"test": "chi2"}),
    SelectorKind("anova", "analysis of variance", _UNIVARIATE, "scikit-learn", {"test": "anova"}),
    SelectorKind("select_k_best", "SelectKBest by analysis of variance", _UNIVARIATE, "scikit-learn",
                 {"test": "anova"}),
    SelectorKind("mutual_information", "mutual information", ".univariate:MutualInformation",
                 "scikit-learn; Kraskov et al. 2004, doi:10.1103/PhysRevE.69.066138"),
    SelectorKind("mrmr", "minimum redundancy, maximum relevance", ".mrmr:MinimumRedundancy",
                 "own; Ding and Peng 2005, doi:10.1142/S0219720005001004"),
    SelectorKind("relieff", "ReliefF", ".relieff:ReliefF",
                 "own; Robnik-Šikonja and Kononenko 2003, doi:10.1023/A:1025667309714"),
    SelectorKind("lasso", "LASSO", ".penalised:PenalisedSelector",
                 "scikit-learn, scikit-survival; Tibshirani 1996, doi:10.1111/j.2517-6161.1996.tb02080.x",
                 {"l1_ratio": 1.0}),
    SelectorKind("elastic_net", "elastic net", ".penalised:ElasticNetSelector",
                 "scikit-learn, scikit-survival; Zou and Hastie 2005, doi:10.1111/j.1467-9868.2005.00503.x"),
    SelectorKind("rfe", "recursive feature elimination", f"{_ELIMINATION}:RecursiveElimination", "scikit-learn"),
    SelectorKind("svm_attribute_evaluation", "SVM attribute evaluation", f"{_ELIMINATION}:SvmAttributeEvaluation",
                 "scikit-learn; Guyon et al. 2002, doi:10.1023/A:1012487302797"),
    SelectorKind("svm_backward", "backward elimination by SVM", f"{_ELIMINATION}:SvmBackwardElimination",
                 "scikit-learn"),
    SelectorKind("pca", "principal components", "sklearn.decomposition:PCA", "scikit-learn",
                 {"svd_solver": "full"}),
    SelectorKind("boruta", "Boruta-like random forest", f"{_FOREST}:Boruta",
                 "own; after Kursa and Rudnicki 2010, doi:10.18637/jss.v036.i11"),
    SelectorKind("forest_importance", "random forest importance", f"{_FOREST}:ForestImportance", "scikit-learn"),
)
#: every selector by name
SELECTORS: Mapping[str, SelectorKind] = MappingProxyType({kind.name: kind for kind in _KINDS})


def selection_steps(steps: Sequence[Mapping | str], seed: int = 0, task: str = AUTO) -> list[tuple[str, BaseEstimator]]:
    """The transformers of ``steps``, named and in order, for a ``Pipeline``.

    A step is its name, or ``{name: {parameter: value}}`` as in a recipe.  ``seed`` and ``task`` are for those that take
    them, unless the step says otherwise.  InputError names the step that is unknown or has a wrong parameter.
    """
    found: list[tuple[str, BaseEstimator]] = []
    for number, step in enumerate(steps, start=1):
        name, parameters = _read(step, number)
        kind = SELECTORS[name]
        title = name if name not in dict(found) else f"{name}_{number}"
        found.append((title, _made(kind, parameters, {"seed": seed, "task": task}, number)))
    return found


def leading_raw(steps: Sequence[Mapping | str]) -> int:
    """How many of ``steps``, from the first, look at values as they were measured and come before scaling.

    InputError where such a step with something to measure comes later.
    """
    kinds = [SELECTORS[_read(step, number)[0]] for number, step in enumerate(steps, start=1)]
    count = next((place for place, kind in enumerate(kinds) if not kind.raw), len(kinds))
    for number, (step, kind) in enumerate(zip(steps, kinds, strict=True), start=1):
        if number > count and kind.name == "variance" and _read(step, number)[1].get("threshold", 0) != 0:
            raise InputError(f"Step {number} of the selection, 'variance', comes after scaling, where every feature "
                             "has the same variance; put it first.")
    return count


def _read(step: Mapping | str, number: int) -> tuple[str, dict]:
    if isinstance(step, str):
        step = {step: {}}
    if not isinstance(step, Mapping) or len(step) != 1:
        raise InputError(f"Step {number} of the selection must be one name with its parameters, not {step!r}.")
    name, parameters = next(iter(step.items()))
    if name not in SELECTORS:
        raise InputError(f"Step {number} of the selection, '{name}', is unknown; there are {', '.join(SELECTORS)}.")
    if not isinstance(parameters, Mapping | None):
        raise InputError(f"Step {number} of the selection, '{name}', needs its parameters by name, not {parameters!r}.")
    return name, dict(parameters or {})


def _made(kind: SelectorKind, parameters: Mapping, defaults: Mapping, number: int) -> BaseEstimator:
    known = kind.parameters()
    unknown = next((key for key in parameters if key not in known), None)
    if unknown is not None:
        raise InputError(f"Step {number} of the selection, '{kind.name}', has no parameter '{unknown}'; it has "
                         f"{', '.join(known)}.")
    given = {key: value for key, value in defaults.items() if key in known} | dict(parameters)
    made = kind.load()(**kind.presets, **given)
    try:
        # scikit-learn's own classes check in fit; asking them now names the step
        made.check() if hasattr(made, "check") else made._validate_params()  # noqa: SLF001
    except (ValueError, TypeError) as error:
        raise InputError(f"Step {number} of the selection, '{kind.name}': {error}.") from None
    return made
