"""Reading ``.skops`` files: scikit-learn models without pickle.

A skops file names types and holds their data.  skops builds only types that it trusts, but it
cannot vouch for what the data make compiled code do: a tree with a child outside its arrays
crashes scikit-learn at the first prediction.  So every tree is checked here before anything is
asked of a model, and all this happens in a process that may crash.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from ...errors import InputError
from ..bundle_files import SafeZip
from ..trees import LEAF, Tree

MAX_FILES = 20_000
MAX_BYTES = 256 * 1024 * 1024
#: types that skops does not trust by itself, and that are read here: trees, whose nodes are checked below, and plain
#: Python objects and functions of scikit-learn that hold numbers, or are named and never called
CHECKED_TYPES = (
    "sklearn.tree._tree.Tree", "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
    "sklearn.calibration._CalibratedClassifier", "sklearn.calibration._SigmoidCalibration",
    "sklearn.utils._bunch.Bunch", "sklearn.metrics._scorer._PassthroughScorer", "numpy.dtype",
    *(f"sklearn.model_selection._split.{name}" for name in
      ("KFold", "StratifiedKFold", "GroupKFold", "StratifiedGroupKFold", "LeaveOneOut", "RepeatedStratifiedKFold")),
    *(f"sklearn.feature_selection._univariate_selection.{name}" for name in
      ("f_classif", "f_regression", "r_regression", "chi2")),
    "sklearn.feature_selection._mutual_info.mutual_info_classif",
    "sklearn.feature_selection._mutual_info.mutual_info_regression",
)
#: suffixes of files that run code when they are read
PICKLES = (".pkl", ".pickle", ".joblib", ".sav", ".dill", ".cloudpickle", ".pt", ".pth", ".npy", ".npz", ".h5", ".hdf5")
HOW_TO_CONVERT = ("write the model again where it was made, with \"import skops.io; skops.io.dump(model, "
                  "'model.skops')\", and import that file")


def refuse_pickle(path: Path) -> None:
    """InputError for a file that is a pickle by its name or its first bytes; it is not opened further."""
    start = b""
    if path.is_file():
        with path.open("rb") as file:
            start = file.read(2)
    if path.suffix.lower() in PICKLES or (len(start) == 2 and start[0] == 0x80 and start[1] <= 5):
        raise InputError(f"'{path}' is a pickle or may hold one, which runs code when it is read, so it is never "
                         f"opened; {HOW_TO_CONVERT}.")


def read_skops(path: Path):
    """The fitted model in a ``.skops`` file; InputError with one sentence for what is none, or holds other types."""
    refuse_pickle(path)
    try:
        archive = SafeZip(path, MAX_FILES, MAX_BYTES)
    except OSError as error:
        raise InputError(f"Cannot read '{path}': {error.strerror}.") from None
    if "schema.json" not in archive.entries:
        raise InputError(f"'{path}' is no skops file.")
    try:
        import skops.io
    except ImportError:
        raise InputError("Importing a scikit-learn model needs the Python packages scikit-learn and skops; install "
                         "them with 'pip install \"radiomics-ortho[convert]\"'.") from None
    content = archive.raw
    try:
        foreign = [name for name in skops.io.get_untrusted_types(data=content) if name not in CHECKED_TYPES]
    except Exception as error:  # noqa: BLE001 - skops has no common class of its errors
        raise InputError(f"'{path}' cannot be read as a skops file ({_short(error)}).") from None
    if foreign:
        raise InputError(f"'{path}' holds {', '.join(foreign[:3])}, which is no part of scikit-learn that can be "
                         "converted; it is not loaded.")
    try:
        model = skops.io.loads(content, trusted=list(CHECKED_TYPES))
    except Exception as error:  # noqa: BLE001 - skops has no common class of its errors
        raise InputError(f"'{path}' cannot be read as a skops file ({_short(error)}).") from None
    _check_trees(model, path)
    return model


def _check_trees(model: object, path: Path) -> None:
    try:
        for found in _trees(model):
            found.check(2**31)
    except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
        raise InputError(f"'{path}' holds a damaged tree ({error}).") from None


def _trees(model: object) -> Iterator[Tree]:
    """Every tree anywhere in ``model``, as arrays."""
    seen: set[int] = set()
    waiting = [model]
    while waiting:
        one = waiting.pop()
        if id(one) in seen or isinstance(one, (str, bytes, int, float, bool, type(None))):
            continue
        seen.add(id(one))
        name = type(one).__name__
        if name == "Tree":
            yield tree_of(one)
        elif name == "TreePredictor":
            yield tree_of_predictor(one)
        elif isinstance(one, dict):
            waiting += [*one.keys(), *one.values()]
        elif isinstance(one, (list, tuple, set)):
            waiting += list(one)
        elif name == "ndarray":
            waiting += list(one.ravel()) if one.dtype == object else []
        elif hasattr(one, "__dict__"):
            waiting += list(vars(one).values())


def tree_of(tree, scale: float = 1.0, output: int | None = None) -> Tree:
    """A tree of scikit-learn's trees, forests and gradient boosting; ``output`` chooses the class, as a share."""
    values = tree.value[:, 0, :]
    if output is None:
        leaves = values[:, 0]
    else:
        # counts in older versions, shares in newer ones
        leaves = values[:, output] / values.sum(axis=1)
    leaf = tree.children_left == -1
    if (leaf != (tree.children_right == -1)).any() or (tree.feature[~leaf] >= tree.n_features).any():
        raise ValueError("a node has one child, or a feature that there is not")
    return Tree(tuple(LEAF if end else int(f) for f, end in zip(tree.feature, leaf, strict=True)),
                tuple(0.0 if end else float(x) for x, end in zip(tree.threshold, leaf, strict=True)),
                tuple(map(int, tree.children_left)), tuple(map(int, tree.children_right)),
                tuple(scale * float(x) if end else 0.0 for x, end in zip(leaves, leaf, strict=True)))


def tree_of_predictor(predictor) -> Tree:
    """A tree of scikit-learn's histogram gradient boosting."""
    nodes = predictor.nodes
    if nodes["is_categorical"].any():
        raise ValueError("its trees split categories")
    leaf = nodes["is_leaf"].astype(bool)
    largest = 1.7976931348623157e308        # a threshold may be infinite, which JSON is not
    return Tree(tuple(LEAF if end else int(f) for f, end in zip(nodes["feature_idx"], leaf, strict=True)),
                tuple(0.0 if end else min(float(x), largest)
                      for x, end in zip(nodes["num_threshold"], leaf, strict=True)),
                tuple(map(int, nodes["left"])), tuple(map(int, nodes["right"])),
                tuple(float(x) if end else 0.0 for x, end in zip(nodes["value"], leaf, strict=True)))


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
