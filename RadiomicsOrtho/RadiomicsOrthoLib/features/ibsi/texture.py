"""Texture families that pyradiomics has too, in IBSI's aggregations and under IBSI's tags.

Matrices and formulas are those of ``features/kernels``: whatever IBSI's reference values confirm here is confirmed for
the engine.  Sections of the manual: co-occurrence 3.6 (LFYI), run lengths 3.7 (TP0I), size zones 3.8 (9SAK),
neighbourhood grey tone differences 3.10 (IPET).
"""

from __future__ import annotations

from collections.abc import Sequence

from ..filters.voxels import Poll
from ..kernels.level_region import LevelRegion
from ..kernels.settings import TextureSettings
from ..kernels.texture import level_features

#: IBSI's name -> pyradiomics' name of the same number
COOCCURRENCE = {
    "joint_max": "MaximumProbability", "joint_avg": "JointAverage", "joint_var": "SumSquares",
    "joint_entr": "JointEntropy", "diff_avg": "DifferenceAverage", "diff_var": "DifferenceVariance",
    "diff_entr": "DifferenceEntropy", "sum_avg": "SumAverage", "sum_var": "ClusterTendency",
    "sum_entr": "SumEntropy", "energy": "JointEnergy", "contrast": "Contrast", "dissimilarity": "DifferenceAverage",
    "inv_diff": "Id", "inv_diff_norm": "Idn", "inv_diff_mom": "Idm", "inv_diff_mom_norm": "Idmn",
    "inv_var": "InverseVariance", "corr": "Correlation", "auto_corr": "Autocorrelation",
    "clust_tend": "ClusterTendency", "clust_shade": "ClusterShade", "clust_prom": "ClusterProminence",
    "info_corr1": "Imc1", "info_corr2": "Imc2"}
RUN_LENGTH = {
    "sre": "ShortRunEmphasis", "lre": "LongRunEmphasis", "lgre": "LowGrayLevelRunEmphasis",
    "hgre": "HighGrayLevelRunEmphasis", "srlge": "ShortRunLowGrayLevelEmphasis",
    "srhge": "ShortRunHighGrayLevelEmphasis", "lrlge": "LongRunLowGrayLevelEmphasis",
    "lrhge": "LongRunHighGrayLevelEmphasis", "glnu": "GrayLevelNonUniformity",
    "glnu_norm": "GrayLevelNonUniformityNormalized", "rlnu": "RunLengthNonUniformity",
    "rlnu_norm": "RunLengthNonUniformityNormalized", "r_perc": "RunPercentage", "gl_var": "GrayLevelVariance",
    "rl_var": "RunVariance", "rl_entr": "RunEntropy"}
SIZE_ZONE = {
    "sze": "SmallAreaEmphasis", "lze": "LargeAreaEmphasis", "lgze": "LowGrayLevelZoneEmphasis",
    "hgze": "HighGrayLevelZoneEmphasis", "szlge": "SmallAreaLowGrayLevelEmphasis",
    "szhge": "SmallAreaHighGrayLevelEmphasis", "lzlge": "LargeAreaLowGrayLevelEmphasis",
    "lzhge": "LargeAreaHighGrayLevelEmphasis", "glnu": "GrayLevelNonUniformity",
    "glnu_norm": "GrayLevelNonUniformityNormalized", "zsnu": "SizeZoneNonUniformity",
    "zsnu_norm": "SizeZoneNonUniformityNormalized", "z_perc": "ZonePercentage", "gl_var": "GrayLevelVariance",
    "zs_var": "ZoneVariance", "zs_entr": "ZoneEntropy"}
TONE_DIFFERENCE = {name.lower(): name for name in ("Coarseness", "Contrast", "Busyness", "Complexity", "Strength")}

#: prefix of the tags -> pyradiomics' class, names, and whether the family has directions
_FAMILIES = {"cm": ("glcm", COOCCURRENCE, True), "rlm": ("glrlm", RUN_LENGTH, True),
             "szm": ("glszm", SIZE_ZONE, False), "ngt": ("ngtdm", TONE_DIFFERENCE, False)}
_CUBIC_MM = (1.0, 1.0, 1.0)


def shared_texture(family: str, region: LevelRegion, aggregations: Sequence[str],
                   poll: Poll = lambda: None) -> dict[str, float]:
    """``<family>_<name>_<aggregation>`` for a family of ``cm``, ``rlm``, ``szm`` and ``ngt``; distance 1.

    Families without directions take the dimensionality, ``2D``, ``2_5D`` or ``3D``, for the aggregation.  A mean over
    slices or directions leaves out those in which a feature is undefined.
    """
    title, names, has_directions = _FAMILIES[family]
    found: dict[str, float] = {}
    for aggregation in aggregations if has_directions else dimensionalities(aggregations):
        poll()
        # the spacing weights nothing here
        values = level_features(region, _CUBIC_MM, texture_settings(aggregation), (title,))
        found |= {f"{family}_{name}_{aggregation}": values[f"{title}_{original}"] for name, original in names.items()}
    return found


def texture_settings(aggregation: str) -> TextureSettings:
    """How the kernels make an IBSI aggregation or dimensionality.

    2D looks at each slice, 2.5D adds the matrices of all slices, 3D looks at the volume; ``avg`` averages the features
    of the directions, ``comb`` adds their matrices first.  Of slices, ``2D_comb`` is IBSI's "slice-merged" and
    ``2_5D_avg`` its "direction-merged".
    """
    in_slices = not aggregation.startswith("3D")
    return TextureSettings(force_2d=in_slices, by_slice=in_slices and aggregation.startswith("2D"),
                           aggregation="merged" if aggregation.endswith("_comb") else "averaged", definitions="ibsi")


def dimensionalities(aggregations: Sequence[str]) -> tuple[str, ...]:
    """``2D``, ``2_5D``, ``3D``: what aggregations ask of matrices that have no directions, in their order."""
    return tuple(dict.fromkeys(name.removesuffix("_avg").removesuffix("_comb") for name in aggregations))
