"""Every model that can be fitted: its name in recipes, where its code is, and the settings that the name stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from ..task import CLASSIFICATION, REGRESSION, SURVIVAL


@dataclass(frozen=True)
class EstimatorKind:
    """``place`` is module and class, ``presets`` belong to the name, ``defaults`` are settings that may be changed.

    One without ``probability`` of its own gets it from folds of the training data (Platt 1999); one with ``range``
    scales its inputs to 0 … 1 first.
    """

    name: str
    title: str
    task: str
    place: str
    source: str
    presets: Mapping[str, object] = field(default_factory=dict)
    defaults: Mapping[str, object] = field(default_factory=dict)
    probability: bool = True
    range: bool = False


_LINEAR, _SVM, _TREE, _ENSEMBLE = "sklearn.linear_model", "sklearn.svm", "sklearn.tree", "sklearn.ensemble"
_XGBOOST = "Chen and Guestrin 2016, doi:10.1145/2939672.2939785"


def _classifier(name: str, title: str, place: str, source: str = "scikit-learn", presets: Mapping | None = None,
                defaults: Mapping | None = None, **more: bool) -> EstimatorKind:
    return EstimatorKind(name, title, CLASSIFICATION, place, source, presets or {}, defaults or {}, **more)


def _regressor(name: str, title: str, place: str, source: str = "scikit-learn", presets: Mapping | None = None,
               defaults: Mapping | None = None) -> EstimatorKind:
    return EstimatorKind(name, title, REGRESSION, place, source, presets or {}, defaults or {})


def _survival(name: str, title: str, place: str, source: str, defaults: Mapping | None = None) -> EstimatorKind:
    return EstimatorKind(name, title, SURVIVAL, place, source, {}, defaults or {})


_CLASSIFIERS = (
    _classifier("logistic", "logistic regression", f"{_LINEAR}:LogisticRegression",
                presets={"C": float("inf")}, defaults={"max_iter": 5000}),
    _classifier("ridge_logistic", "logistic regression with a ridge", f"{_LINEAR}:LogisticRegression",
                defaults={"C": 1.0, "max_iter": 5000}),
    _classifier("lasso_logistic", "LASSO logistic regression", f"{_LINEAR}:LogisticRegression",
                presets={"l1_ratio": 1.0, "solver": "liblinear", "intercept_scaling": 100.0},
                defaults={"C": 1.0, "tol": 1e-6, "max_iter": 5000}),
    _classifier("elastic_net_logistic", "elastic net logistic regression", f"{_LINEAR}:LogisticRegression",
                presets={"solver": "saga"}, defaults={"C": 1.0, "l1_ratio": 0.5, "max_iter": 5000}),
    _classifier("svm_linear", "support vector machine, linear", f"{_SVM}:SVC", presets={"kernel": "linear"},
                probability=False),
    _classifier("svm_rbf", "support vector machine, radial kernel", f"{_SVM}:SVC", presets={"kernel": "rbf"},
                probability=False),
    _classifier("svm_polynomial", "support vector machine, polynomial kernel", f"{_SVM}:SVC",
                presets={"kernel": "poly"}, defaults={"degree": 2, "coef0": 1.0}, probability=False),
    _classifier("smo", "support vector machine as Weka's SMO", f"{_SVM}:SVC",
                "scikit-learn's SMO (libsvm) with Weka's settings: linear, C = 1, inputs scaled to 0 … 1",
                {"kernel": "linear"}, {"C": 1.0}, probability=False, range=True),
    _classifier("sgd", "logistic regression by stochastic gradients", f"{_LINEAR}:SGDClassifier",
                presets={"loss": "log_loss"}, defaults={"max_iter": 2000}),
    _classifier("sgd_svm", "linear SVM by stochastic gradients", f"{_LINEAR}:SGDClassifier",
                presets={"loss": "hinge"}, defaults={"max_iter": 2000}, probability=False),
    _classifier("perceptron", "perceptron", f"{_LINEAR}:Perceptron", probability=False),
    _classifier("ridge_classifier", "least squares with a ridge", f"{_LINEAR}:RidgeClassifier", probability=False),
    _classifier("mlp", "multilayer perceptron", "sklearn.neural_network:MLPClassifier",
                defaults={"hidden_layer_sizes": (16,), "alpha": 0.01, "max_iter": 1000}),
    _classifier("knn", "k nearest neighbours", "sklearn.neighbors:KNeighborsClassifier", defaults={"n_neighbors": 5}),
    _classifier("nearest_neighbour", "nearest neighbour", "sklearn.neighbors:KNeighborsClassifier",
                presets={"n_neighbors": 1}),
    _classifier("nearest_centroid", "nearest centroid", "sklearn.neighbors:NearestCentroid"),
    _classifier("naive_bayes", "naive Bayes, normal", "sklearn.naive_bayes:GaussianNB"),
    _classifier("bernoulli_naive_bayes", "naive Bayes, above or below the mean", "sklearn.naive_bayes:BernoulliNB"),
    _classifier("lda", "linear discriminant analysis", "sklearn.discriminant_analysis:LinearDiscriminantAnalysis"),
    _classifier("qda", "quadratic discriminant analysis",
                "sklearn.discriminant_analysis:QuadraticDiscriminantAnalysis", defaults={"reg_param": 0.1}),
    _classifier("decision_tree", "decision tree", f"{_TREE}:DecisionTreeClassifier",
                defaults={"min_samples_leaf": 2}),
    _classifier("decision_stump", "decision stump", f"{_TREE}:DecisionTreeClassifier", presets={"max_depth": 1}),
    _classifier("random_tree", "random tree", f"{_TREE}:ExtraTreeClassifier"),
    _classifier("random_forest", "random forest", f"{_ENSEMBLE}:RandomForestClassifier",
                defaults={"n_estimators": 300}),
    _classifier("extra_trees", "extremely randomised trees", f"{_ENSEMBLE}:ExtraTreesClassifier",
                defaults={"n_estimators": 300}),
    _classifier("bagging", "bagged decision trees", f"{_ENSEMBLE}:BaggingClassifier", defaults={"n_estimators": 50}),
    _classifier("adaboost", "AdaBoost", f"{_ENSEMBLE}:AdaBoostClassifier", defaults={"n_estimators": 100}),
    _classifier("gradient_boosting", "gradient boosting", f"{_ENSEMBLE}:GradientBoostingClassifier"),
    _classifier("histogram_boosting", "gradient boosting on histograms", f"{_ENSEMBLE}:HistGradientBoostingClassifier",
                presets={"early_stopping": False}),
    _classifier("xgboost", "XGBoost", "xgboost:XGBClassifier", _XGBOOST, {"n_jobs": 1},
                {"n_estimators": 200, "max_depth": 3, "learning_rate": 0.1}),
    _classifier("gaussian_process", "Gaussian process", "sklearn.gaussian_process:GaussianProcessClassifier"),
)
_REGRESSORS = (
    _regressor("linear", "linear regression", f"{_LINEAR}:LinearRegression"),
    _regressor("ridge", "ridge regression", f"{_LINEAR}:Ridge"),
    _regressor("lasso", "LASSO regression", f"{_LINEAR}:Lasso", defaults={"alpha": 0.1, "max_iter": 20000}),
    _regressor("elastic_net", "elastic net regression", f"{_LINEAR}:ElasticNet",
               defaults={"alpha": 0.1, "max_iter": 20000}),
    _regressor("partial_least_squares", "partial least squares", "sklearn.cross_decomposition:PLSRegression"),
    _regressor("svm_regression", "support vector regression, radial kernel", f"{_SVM}:SVR"),
    _regressor("svm_linear_regression", "support vector regression, linear", f"{_SVM}:SVR",
               presets={"kernel": "linear"}),
    _regressor("mlp_regression", "multilayer perceptron", "sklearn.neural_network:MLPRegressor",
               defaults={"hidden_layer_sizes": (16,), "alpha": 0.01, "max_iter": 2000}),
    _regressor("knn_regression", "k nearest neighbours", "sklearn.neighbors:KNeighborsRegressor"),
    _regressor("decision_tree_regression", "regression tree", f"{_TREE}:DecisionTreeRegressor",
               defaults={"min_samples_leaf": 5}),
    _regressor("random_forest_regression", "random forest", f"{_ENSEMBLE}:RandomForestRegressor",
               defaults={"n_estimators": 300}),
    _regressor("extra_trees_regression", "extremely randomised trees", f"{_ENSEMBLE}:ExtraTreesRegressor",
               defaults={"n_estimators": 300}),
    _regressor("gradient_boosting_regression", "gradient boosting", f"{_ENSEMBLE}:GradientBoostingRegressor"),
    _regressor("xgboost_regression", "XGBoost", "xgboost:XGBRegressor", _XGBOOST, {"n_jobs": 1},
               {"n_estimators": 200, "max_depth": 3, "learning_rate": 0.1}),
)
_SURVIVAL = (
    _survival("cox", "Cox regression", "sksurv.linear_model:CoxPHSurvivalAnalysis",
              "scikit-survival; Cox 1972, ties by Efron", {"ties": "efron"}),
    _survival("cox_net", "penalised Cox regression", ".cox_net:CoxNet",
              "scikit-survival; Simon et al. 2011, doi:10.18637/jss.v039.i05"),
    _survival("random_survival_forest", "random survival forest", "sksurv.ensemble:RandomSurvivalForest",
              "scikit-survival; Ishwaran et al. 2008, doi:10.1214/08-AOAS169",
              {"n_estimators": 200, "min_samples_leaf": 6}),
    _survival("extra_survival_trees", "extremely randomised survival trees", "sksurv.ensemble:ExtraSurvivalTrees",
              "scikit-survival", {"n_estimators": 200, "min_samples_leaf": 6}),
    _survival("gradient_boosting_survival", "gradient boosting of Cox's likelihood",
              "sksurv.ensemble:GradientBoostingSurvivalAnalysis", "scikit-survival"),
)
#: every model by name
ESTIMATORS: Mapping[str, EstimatorKind] = MappingProxyType(
    {kind.name: kind for kind in (*_CLASSIFIERS, *_REGRESSORS, *_SURVIVAL)})
