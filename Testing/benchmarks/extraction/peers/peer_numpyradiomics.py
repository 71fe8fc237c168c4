"""numpyradiomics: pyradiomics' features in NumPy, on the original image.

It takes arrays; what it is given is the ROI's box, as a user of it would.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from adapter import BIN_WIDTH, main, read_arrays


def extract(work: str, image: Path, mask: Path) -> dict:
    import numpyradiomics

    voxels, region, spacing = read_arrays(image, mask)
    places = np.argwhere(region)
    box = tuple(slice(low, high + 1) for low, high in zip(places.min(0), places.max(0), strict=True))
    voxels, region = voxels[box], region[box]
    found = {f"original_firstorder_{name}": value for name, value in numpyradiomics.firstorder(
        voxels, region, voxelVolume=float(np.prod(spacing)), binWidth=BIN_WIDTH, extend=False).items()}
    found |= {f"original_shape_{name}": value for name, value in numpyradiomics.shape(
        region, spacing, extend=False).items()}
    return found | {f"original_{name}": value for name, value in numpyradiomics.texture(
        voxels, region, binWidth=BIN_WIDTH).items()}


if __name__ == "__main__":
    main(extract)
