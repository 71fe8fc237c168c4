"""fastrad: pyradiomics' features on PyTorch tensors, here on the processor; its extractor takes the original image."""

from __future__ import annotations

from pathlib import Path

from adapter import BIN_WIDTH, ending, main

CLASSES = ["firstorder", "shape", "glcm", "glrlm", "glszm", "gldm", "ngtdm"]


def extract(work: str, image: Path, mask: Path) -> dict:
    import fastrad

    settings = fastrad.FeatureSettings(feature_classes=CLASSES, bin_width=BIN_WIDTH, device="cpu")
    found = fastrad.FeatureExtractor(settings).extract(fastrad.MedicalImage.from_nifti(ending(image, ".nii")),
                                                       fastrad.Mask.from_nifti(ending(mask, ".nii")))
    # its names are pyradiomics' in small letters: firstorder:90th_percentile, glcm:joint_average
    return {f"original_{name.replace(':', '_').replace('th_percentile', 'percentile')}": value
            for name, value in found.items()}


if __name__ == "__main__":
    main(extract)
