"""pictologics: IBSI's definitions; on the original image its bins are laid where pyradiomics lays them."""

from __future__ import annotations

from pathlib import Path

from adapter import BIN_WIDTH, SIGMAS_MM, WAVELET, ending, main

#: of filtered images, whose values are known only after the filter
START = -1000.0
PASSES = ("LLH", "LHL", "LHH", "HLL", "HLH", "HHL", "HHH", "LLL")


def extract(work: str, image: Path, mask: Path) -> dict:
    from pictologics import RadiomicsPipeline, load_image

    scan, region = load_image(ending(image, ".nrrd")), load_image(ending(mask, ".nrrd"))
    lowest = float(scan.array[region.array > 0].min() // BIN_WIDTH * BIN_WIDTH)
    pipeline = RadiomicsPipeline(load_standard=False)
    images: dict[str, list[dict]] = {"original": []}
    if work == "all":
        images |= {f"log-{sigma:g}": [{"type": "log", "sigma_mm": sigma}] for sigma in SIGMAS_MM}
        images |= {f"wavelet-{name}": [{"type": "wavelet", "wavelet": WAVELET, "level": 1, "decomposition": name}]
                   for name in PASSES}
    for name, filters in images.items():
        families = ["intensity", "texture", "histogram", *([] if filters else ["morphology"])]
        bins = {"method": "FBS", "bin_width": BIN_WIDTH, "min_val": START if filters else lowest}
        pipeline.add_config(name, [
            *({"step": "filter", "params": params} for params in filters),
            {"step": "discretise", "params": bins},
            {"step": "extract_features", "params": {"families": families, "include_spatial_intensity": False,
                                                    "include_local_intensity": False}}])
    found = pipeline.run(scan, region)
    return {f"{name}_{feature}": value for name, series in found.items() for feature, value in series.items()}


if __name__ == "__main__":
    main(extract)
