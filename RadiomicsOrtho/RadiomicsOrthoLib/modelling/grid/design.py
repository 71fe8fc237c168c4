"""What a grid is made of, and how it is judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ...errors import InputError
from ..schemes import CrossValidation, Scheme

#: name → steps of a selection; name → {model: {parameters}}
Selections = Mapping[str, Sequence[Mapping | str]]
Models = Mapping[str, Mapping[str, Mapping | None]]


@dataclass(frozen=True)
class GridPlan:
    """``scheme`` parts the people.  What picking the best adds is always estimated by ``bootstrap`` samples of people
    (``optimism.py``); with ``inner`` folds also by nested cross-validation, and with ``permutations`` against shuffled
    outcomes.  Those cost ``inner`` × the splits, and ``permutations`` ×, as many fits as the grid itself.
    """

    scheme: Scheme = field(default_factory=CrossValidation)
    inner: int = 0
    permutations: int = 0
    bootstrap: int = 1000
    impute: str = "median"
    scale: str = "standard"

    def __post_init__(self) -> None:
        if self.inner == 1 or self.inner < 0:
            raise InputError("A nested cross-validation needs two inner folds at least; 0 leaves it out.")
        if self.permutations < 0 or self.bootstrap < 1:
            raise InputError("Permutations are 0 or more, bootstrap samples 1 or more.")


#: eight selections and twenty-five classifiers: the size of the grid of Mohammadi et al. 2023
#: (doi:10.2174/1874471016666230321120941), whose abstract names one of the selections and four of the classifiers
SELECTIONS: Selections = {
    "t test": ["variance", {"t_test": {"k": 10}}],
    "Mann–Whitney, false discoveries": ["variance", {"mann_whitney": {"fdr": 0.05}}],
    "mutual information": ["variance", {"mutual_information": {"k": 10}}],
    "mRMR": ["variance", {"mrmr": {"k": 10, "variant": "MIQ"}}],
    "ReliefF": ["variance", {"relieff": {"k": 10}}],
    "LASSO": ["variance", {"lasso": {"rule": "1se", "folds": 5}}],
    "SVM attribute evaluation": ["variance", {"svm_attribute_evaluation": {"k": 10}}],
    "random forest": ["variance", {"forest_importance": {"k": 10, "trees": 100}}],
}
_UNCALIBRATED = {"probability": False}
CLASSIFIERS: Models = {
    "logistic": {"logistic": {}}, "ridge logistic": {"ridge_logistic": {}}, "LASSO logistic": {"lasso_logistic": {}},
    "elastic net logistic": {"elastic_net_logistic": {}}, "SVM linear": {"svm_linear": _UNCALIBRATED},
    "SVM radial": {"svm_rbf": _UNCALIBRATED}, "SVM polynomial": {"svm_polynomial": _UNCALIBRATED},
    "SMO": {"smo": _UNCALIBRATED}, "SGD": {"sgd": {}}, "SGD hinge": {"sgd_svm": _UNCALIBRATED},
    "ridge classifier": {"ridge_classifier": _UNCALIBRATED}, "MLP": {"mlp": {"max_iter": 300}},
    "5 neighbours": {"knn": {}}, "1 neighbour": {"nearest_neighbour": {}}, "nearest centroid": {"nearest_centroid": {}},
    "naive Bayes": {"naive_bayes": {}}, "naive Bayes, binary": {"bernoulli_naive_bayes": {}}, "LDA": {"lda": {}},
    "QDA": {"qda": {}}, "decision tree": {"decision_tree": {}},
    "random forest": {"random_forest": {"n_estimators": 100}}, "extra trees": {"extra_trees": {"n_estimators": 100}},
    "AdaBoost": {"adaboost": {"n_estimators": 50}}, "gradient boosting": {"gradient_boosting": {"n_estimators": 50}},
    "XGBoost": {"xgboost": {"n_estimators": 100}},
}
