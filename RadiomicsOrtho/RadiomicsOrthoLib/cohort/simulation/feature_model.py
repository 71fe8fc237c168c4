"""Features drawn from a statistical model instead of extracted from virtual scans: hundreds of people in a second.

The model was fitted to features of virtual scans (``Training/feature_model.py``): each feature, or its logarithm, is a
linear function of the truth about the virtual vertebra and its scanner, plus factors that features share, plus a rest
of its own.  What comes out behaves like features of virtual vertebrae on CT; it is SIMULATED twice over.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from ...resources import resource_folder

SCHEMA = "radiomics-ortho-feature-model/1"
#: what features depend on, each in standard deviations; ``density2`` is the square of the density, brought to mean 0
PREDICTORS = ("density", "density2", "structure", "marrow", "size", "noise", "blur", "slice", "pixel")


@dataclass(frozen=True)
class FeatureModel:
    """``names`` (p); ``logarithmic`` (p) booleans; ``mean``, ``spread``, ``rest`` (p); ``coefficients`` (p, 9);
    ``factors`` (p, f).
    """

    names: tuple[str, ...]
    logarithmic: np.ndarray
    mean: np.ndarray
    spread: np.ndarray
    coefficients: np.ndarray
    factors: np.ndarray
    rest: np.ndarray
    source: str

    def draw(self, truth: Mapping[str, np.ndarray], count: int, generator: np.random.Generator) -> dict[str,
                                                                                                        np.ndarray]:
        """The first ``count`` features (n each) of rows whose ``truth`` (n each, in standard deviations) is given.

        Predictors that ``truth`` lacks are drawn at random.  ValueError for more features than the model has.
        """
        if not 0 < count <= len(self.names):
            raise ValueError(f"the model of features has {len(self.names)} of them, not {count}")
        rows = len(next(iter(truth.values())))
        given = {name: np.asarray(truth[name], float) if name in truth else generator.standard_normal(rows)
                 for name in PREDICTORS if name != "density2"}
        given["density2"] = (given["density"] ** 2 - 1) / np.sqrt(2)
        predictors = np.column_stack([given[name] for name in PREDICTORS])
        shared = generator.standard_normal((rows, self.factors.shape[1])) @ self.factors[:count].T
        own = generator.standard_normal((rows, count)) * self.rest[:count]
        values = self.mean[:count] + self.spread[:count] * (predictors @ self.coefficients[:count].T + shared + own)
        values = np.where(self.logarithmic[:count], np.exp(np.minimum(values, 80)), values)
        return dict(zip(self.names[:count], values.T, strict=True))


@cache
def feature_model() -> FeatureModel:
    """The model that ships (``Resources/Simulation/feature-model.json``)."""
    path = resource_folder() / "Simulation" / "feature-model.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    if data["schema"] != SCHEMA or tuple(data["predictors"]) != PREDICTORS:
        raise ValueError(f"'{path.name}' is no model of features for this version")
    rows, columns = data["features"], len(PREDICTORS)
    numbers = np.array([row[1:] for row in rows], float)
    return FeatureModel(tuple(row[0] for row in rows), numbers[:, 0] == 1, numbers[:, 1], numbers[:, 2],
                        numbers[:, 4:4 + columns], numbers[:, 4 + columns:], numbers[:, 3], data["source"])
