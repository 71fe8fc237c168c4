"""flash-radiomics: pyradiomics' interface on compiled C++."""

from __future__ import annotations

import tempfile
from pathlib import Path

from adapter import BIN_WIDTH, SIGMAS_MM, ending, main


def extract(work: str, image: Path, mask: Path) -> dict:
    from flash_radiomics import RadiomicsFeatureExtractor

    extractor = RadiomicsFeatureExtractor(backend="cpu", binWidth=BIN_WIDTH)
    if work == "all":
        extractor.enableImageTypes(Original={}, LoG={"sigma": SIGMAS_MM}, Wavelet={})
    # it always writes its own file too
    with tempfile.TemporaryDirectory() as folder:
        found = extractor.execute(ending(image, ".nrrd"), ending(mask, ".nrrd"), label=1,
                                  output_hdf5_path=str(Path(folder) / "values.h5"))
    return {name: value for name, value in found.items() if not name.startswith("diagnostics")}


if __name__ == "__main__":
    main(extract)
