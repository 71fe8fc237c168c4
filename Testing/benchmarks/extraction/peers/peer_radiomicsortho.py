"""Our fast engine."""

from __future__ import annotations

from pathlib import Path

from adapter import BIN_WIDTH, SIGMAS_MM, WAVELET, ending, main


def extract(work: str, image: Path, mask: Path) -> dict:
    from RadiomicsOrthoLib.features.fast_engine import FastEngine, FastSettings
    from RadiomicsOrthoLib.features.fast_engine import extract as extract_features
    from RadiomicsOrthoLib.features.filters.settings import FilterSettings
    from RadiomicsOrthoLib.imaging.readers import read_image
    from RadiomicsOrthoLib.imaging.segmentation_file import read_segmentation
    from RadiomicsOrthoLib.regions.from_file import roi_from_file

    engine = FastEngine()  # loads its kernels while the scan is read
    scan = read_image(Path(ending(image, ".nrrd")))
    roi = roi_from_file(read_segmentation(Path(ending(mask, ".nrrd")), scan.geometry))
    types = ("Original", "LoG", "Wavelet") if work == "all" else ("Original",)
    return extract_features(scan, roi, FastSettings(
        image_types=types, bin_width=BIN_WIDTH,
        filters=FilterSettings(log_sigma_mm=tuple(SIGMAS_MM), wavelet=WAVELET)), engine.threads)


if __name__ == "__main__":
    main(extract)
