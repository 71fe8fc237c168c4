"""pictologics: IBSI's definitions; its bins start at the lowest value of the ROI."""

from __future__ import annotations

from pathlib import Path

from adapter import BIN_WIDTH, SIGMAS_MM, WAVELET, ending, main

PASSES = ("LLH", "LHL", "LHH", "HLL", "HLH", "HHL", "HHH", "LLL")


def extract(work: str, image: Path, mask: Path) -> dict:
    from pictologics import RadiomicsPipeline, load_image

    pipeline = RadiomicsPipeline(load_standard=False)
    images: dict[str, list[dict]] = {"original": []}
    if work == "all":
        images |= {f"log-{sigma:g}": [{"type": "log", "sigma_mm": sigma}] for sigma in SIGMAS_MM}
        images |= {f"wavelet-{name}": [{"type": "wavelet", "wavelet": WAVELET, "level": 1, "decomposition": name}]
                   for name in PASSES}
    for name, filters in images.items():
        families = ["intensity", "texture", "histogram", *(["morphology"] if name == "original" else [])]
        pipeline.add_config(name, [
            *({"step": "filter", "params": params} for params in filters),
            {"step": "discretise", "params": {"method": "FBS", "bin_width": BIN_WIDTH}},
            {"step": "extract_features", "params": {"families": families, "include_spatial_intensity": False,
                                                    "include_local_intensity": False}}], validate=False)
    found = pipeline.run(load_image(ending(image, ".nrrd")), load_image(ending(mask, ".nrrd")))
    return {f"{name}_{feature}": value for name, series in found.items() for feature, value in series.items()}


if __name__ == "__main__":
    main(extract)
