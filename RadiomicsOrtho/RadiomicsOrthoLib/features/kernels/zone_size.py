"""Grey-level size zones (GLSZM): 16 features."""

from __future__ import annotations

import numpy as np

from .level_region import LevelRegion
from .matrices import zones
from .settings import TextureSettings
from .size_matrix import size_matrix_values

#: in the order of ``size_matrix.FORMULAS``
NAMES = ("SmallAreaEmphasis", "LargeAreaEmphasis", "GrayLevelNonUniformity", "GrayLevelNonUniformityNormalized",
         "SizeZoneNonUniformity", "SizeZoneNonUniformityNormalized", "ZonePercentage", "GrayLevelVariance",
         "ZoneVariance", "ZoneEntropy", "LowGrayLevelZoneEmphasis", "HighGrayLevelZoneEmphasis",
         "SmallAreaLowGrayLevelEmphasis", "SmallAreaHighGrayLevelEmphasis", "LargeAreaLowGrayLevelEmphasis",
         "LargeAreaHighGrayLevelEmphasis")


def zone_size_features(region: LevelRegion, settings: TextureSettings) -> dict[str, float]:
    """Features of one matrix over all zones of equal level."""
    region.check_size()
    rows, sizes = zones(region, settings.plane_dimension)
    # columns for the sizes that occur only: a zone may be as large as the region
    columns = np.flatnonzero(np.bincount(sizes))
    column_of = np.zeros(columns[-1] + 1, np.int64)
    column_of[columns] = np.arange(len(columns))
    shape = (len(region.present), len(columns))
    cells = rows.astype(np.int64) * shape[1] + column_of[sizes]
    matrix = np.bincount(cells, minlength=shape[0] * shape[1]).reshape(shape)
    return dict(zip(NAMES, size_matrix_values(matrix[None], region.present, columns)[0].tolist(), strict=True))
