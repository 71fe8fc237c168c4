"""pyradiomics on the whole scan, as SlicerRadiomics runs it."""

from __future__ import annotations

import logging
from pathlib import Path

from adapter import BIN_WIDTH, SIGMAS_MM, WAVELET, ending, main


def extract(work: str, image: Path, mask: Path, **settings: object) -> dict:
    from radiomics.featureextractor import RadiomicsFeatureExtractor

    logging.getLogger("radiomics").setLevel(logging.ERROR)
    extractor = RadiomicsFeatureExtractor(binWidth=BIN_WIDTH, **settings)
    if work == "all":
        extractor.enableImageTypes(Original={}, LoG={"sigma": SIGMAS_MM}, Wavelet={"wavelet": WAVELET})
    found = extractor.execute(ending(image, ".nrrd"), ending(mask, ".nrrd"))
    # from numpy 2.5 on its MCC is a complex number
    return {name: value.real for name, value in found.items() if not name.startswith("diagnostics")}


if __name__ == "__main__":
    main(extract)
