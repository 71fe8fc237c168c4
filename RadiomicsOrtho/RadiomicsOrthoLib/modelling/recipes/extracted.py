"""Which features of a table an extraction profile gives: a model of others could never score a scan."""

from __future__ import annotations

from collections.abc import Iterable

from ...features.filters.laplacian_of_gaussian import log_name
from ...features.profile import ExtractionProfile

#: image types whose features are known by the beginning of their names
IMAGES = ("original", "wavelet-", "log-sigma-", "square", "logarithm", "exponential", "gradient", "lbp-")


def not_extracted(names: Iterable[str], profile: ExtractionProfile) -> tuple[str, ...]:
    """Radiomics features among ``names`` that ``profile`` does not give; of IBSI's own names nothing is said."""
    return tuple(name for name in names if name.startswith(IMAGES) and not _gives(profile, name))


def _gives(profile: ExtractionProfile, name: str) -> bool:
    image, _, rest = name.partition("_")
    return rest.partition("_")[0] in profile.feature_classes and any(_is_of(profile, kind, image)
                                                                     for kind in profile.image_types)


def _is_of(profile: ExtractionProfile, kind: str, image: str) -> bool:
    if kind == "Wavelet":
        # a letter for each filtered axis, and levels above the first with their number
        letters = image.partition("-")[2].rpartition("-")[2]
        return image.startswith("wavelet") and len(letters) == (2 if profile.force_2d else 3)
    if kind == "LoG":
        return image in {log_name(sigma) for sigma in profile.filters.log_sigma_mm}
    return image.startswith(kind.lower()) if kind.startswith("LBP") else image == kind.lower()
