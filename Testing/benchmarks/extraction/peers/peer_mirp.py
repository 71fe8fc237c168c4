"""mirp: IBSI's definitions, with pyradiomics' bins and averages so that values can meet.

The original image only: its wavelets need voxels that are cubes.
"""

from __future__ import annotations

from pathlib import Path

from adapter import BIN_WIDTH, ending, main

#: pyradiomics' classes under mirp's names
FAMILIES = ["morphological", "statistics", "intensity_histogram", "cm", "rlm", "szm", "ngtdm", "ngldm"]


def extract(work: str, image: Path, mask: Path) -> dict:
    from mirp import extract_features

    # pyradiomics' way: features of each direction, then their mean
    averaged = {"glcm_spatial_method": "3d_average", "glrlm_spatial_method": "3d_average"}
    (table,) = extract_features(image=ending(image, ".nrrd"), mask=ending(mask, ".nrrd"),
                                base_feature_families=FAMILIES, export_features=True, write_features=False,
                                ibsi_compliant=False,
                                base_discretisation_method="fixed_bin_size_pyradiomics",
                                base_discretisation_bin_width=BIN_WIDTH, **averaged)
    return table.iloc[0].to_dict()


if __name__ == "__main__":
    main(extract)
