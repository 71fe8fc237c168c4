"""Extraction through pyradiomics (van Griethuysen et al., Cancer Res 2017;77:e104)."""

from __future__ import annotations

import logging

import numpy as np

from ..errors import InputError
from ..imaging.image import BoneImage
from ..imaging.readers import to_sitk
from ..regions.roi import Roi
from .engine import Cancelled, CancelledError, Progress
from .profile import ExtractionProfile

_INTERPOLATORS = {"linear": "sitkLinear", "bspline": "sitkBSpline"}
_TEXTURE = {"voxel_array_shift": "voxelArrayShift", "distances": "distances", "symmetrical_glcm": "symmetricalGLCM",
            "weighting_norm": "weightingNorm", "gldm_a": "gldm_a"}


class PyradiomicsEngine:
    """pyradiomics behind the engine interface.

    Raises InputError on construction if pyradiomics, or its compiled part, is missing.
    """

    name = "pyradiomics"
    # its C code stops for nobody and holds Python's lock
    polls = False
    threads = 1

    def __init__(self) -> None:
        try:
            import radiomics
            from radiomics import cMatrices, cShape, featureextractor  # noqa: F401 - the compiled parts must load
        except ImportError as error:
            raise InputError("Radiomics features need pyradiomics, which is not installed here "
                             f"({error}); install it with 'pip install pyradiomics-bhklab==3.1.4' (needs a C "
                             "compiler) or the SlicerRadiomics extension.") from None
        self._extractor_class = featureextractor.RadiomicsFeatureExtractor
        self.version = str(radiomics.__version__).lstrip("v")
        # it logs every call to standard error; what matters comes back as values
        logging.getLogger("radiomics").setLevel(logging.ERROR)

    def with_threads(self, threads: int) -> PyradiomicsEngine:
        return self

    def extract(self, image: BoneImage, roi: Roi, profile: ExtractionProfile,
                progress: Progress, cancelled: Cancelled) -> dict[str, float]:
        if profile.definitions != "pyradiomics":
            raise InputError(f"pyradiomics does not follow the definitions of the profile '{profile.id}' "
                             f"({profile.definitions}); use the engine 'fast'.")
        if cancelled():
            raise CancelledError
        progress(0.0, "extracting features")
        # the whole scan is handed over: pyradiomics lays the grid of resampled voxels from the
        # scan's corner, so a crop of ours would move it and change every value
        voxels = to_sitk(image.array, image.geometry)
        mask = to_sitk(roi.mask.astype(np.uint8), roi.geometry)
        settings = settings_of(profile)
        if profile.round_to_whole and profile.resample_mm is not None:
            voxels, mask = resampled_and_rounded(voxels, mask, settings)
        extractor = self._extractor_class(additionalInfo=False, label=1, **settings)
        extractor.disableAllImageTypes()
        for image_type in profile.image_types:
            extractor.enableImageTypeByName(image_type, customArgs=arguments_of(image_type, profile))
        extractor.disableAllFeatures()
        for feature_class in profile.feature_classes:
            extractor.enableFeatureClassByName(feature_class)
        try:
            found = extractor.execute(voxels, mask)
        except (ValueError, RuntimeError) as error:
            reason = " ".join(str(error).split())
            raise InputError(f"pyradiomics could not extract features from this region: {reason}") from None
        if cancelled():
            raise CancelledError
        progress(1.0, "features extracted")
        return {name: real_value(value) for name, value in found.items()}


def resampled_and_rounded(voxels: object, mask: object, settings: dict) -> tuple[object, object]:
    """pyradiomics' own resampling, but rounded to whole numbers instead of cut; takes its settings out of ``settings``.

    pyradiomics has no such setting; the values must still be whole when it sees them.
    """
    import SimpleITK as sitk
    from radiomics import imageoperations

    chosen = {name: settings.pop(name) for name in ("resampledPixelSpacing", "padDistance")}
    kind = voxels.GetPixelID()
    resampled, new_mask = imageoperations.resampleImage(
        sitk.Cast(voxels, sitk.sitkFloat64), imageoperations.getMask(mask), interpolator=settings["interpolator"],
        **chosen)
    # halves go up, as ITK rounds and as the fast engine does
    whole = sitk.GetImageFromArray(np.floor(sitk.GetArrayFromImage(resampled) + 0.5))
    whole.CopyInformation(resampled)
    return sitk.Cast(whole, kind), new_mask


def real_value(value: object) -> float:
    """A feature as pyradiomics returns it, as a number; NaN where it is truly complex.

    From numpy 2.5 on ``eigvals`` is complex always, and with it pyradiomics' MCC.
    """
    number = complex(np.asarray(value).item())
    return number.real if abs(number.imag) <= 1e-9 * max(abs(number.real), 1e-9) else float("nan")


def settings_of(profile: ExtractionProfile) -> dict:
    """pyradiomics' own settings for a profile."""
    settings: dict = {"minimumROIDimensions": 2 if profile.force_2d else 3, "force2D": profile.force_2d,
                      "force2Ddimension": profile.force_2d_dimension,
                      "interpolator": _INTERPOLATORS[profile.interpolator], "correctMask": False,
                      **({"binCount": profile.bin_count} if profile.bin_count else {"binWidth": profile.bin_width})}
    padding = None if profile.crop == "exact" else int(profile.crop.rpartition("-")[2])
    if profile.resample_mm is not None:
        if padding is None:
            # filters must see the whole lattice (more voxels than any scan has); the original image needs no more
            # than pyradiomics' default, on which its rounding depends
            padding = 5 if set(profile.image_types) == {"Original"} else 10_000
        settings |= {"resampledPixelSpacing": list(profile.resample_mm), "padDistance": padding}
    elif padding is not None:
        settings |= {"preCrop": True, "padDistance": padding}
    if profile.resegment_hu is not None:
        settings |= {"resegmentRange": list(profile.resegment_hu), "resegmentMode": profile.resegment_mode,
                     "resegmentShape": profile.resegment_shape}
    if profile.z_score is not None:
        settings |= {"normalize": True, "normalizeScale": profile.z_score.scale,
                     "removeOutliers": profile.z_score.outliers}
    return settings | {_TEXTURE[name]: list(value) if name == "distances" else value
                       for name, value in profile.texture.items()}


def arguments_of(image_type: str, profile: ExtractionProfile) -> dict:
    """pyradiomics' own arguments of one image type."""
    filters = profile.filters
    arguments = {
        "LoG": {"sigma": list(filters.log_sigma_mm)},
        "Wavelet": {"wavelet": filters.wavelet, "start_level": filters.wavelet_start_level,
                    "level": filters.wavelet_levels},
        "Gradient": {"gradientUseSpacing": filters.gradient_use_spacing},
        "LBP2D": {"lbp2DRadius": filters.lbp2d_radius, "lbp2DSamples": filters.lbp2d_samples,
                  "lbp2DMethod": filters.lbp2d_method},
        "LBP3D": {"lbp3DLevels": filters.lbp3d_levels, "lbp3DIcosphereRadius": filters.lbp3d_radius,
                  "lbp3DIcosphereSubdivision": filters.lbp3d_subdivisions},
    }.get(image_type, {})
    if image_type in profile.bin_widths:
        # without the None a fixed number of bins would win
        arguments |= {"binWidth": profile.bin_widths[image_type], "binCount": None}
    return arguments
