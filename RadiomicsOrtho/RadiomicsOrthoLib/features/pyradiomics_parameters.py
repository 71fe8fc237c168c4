"""A pyradiomics parameter file as a profile, with a list of what does not come over.

Keys and defaults: "Customizing the Extraction" of pyradiomics' documentation and its ``paramSchema.yaml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..errors import InputError
from .feature_names import DEPRECATED_NAMES, FEATURE_NAMES
from .profile_file import SCHEMA
from .pyradiomics_schema import SECTIONS, checked, checked_image_types, section

#: pyradiomics' own names and numbers of the interpolators that are offered
_INTERPOLATORS = {"sitkLinear": "linear", 2: "linear", "sitkBSpline": "bspline", 3: "bspline"}
_DEFAULT_BIN_WIDTH, _DEFAULT_PADDING = 25.0, 5
#: setting -> (image type that reads it, name in a profile)
_FILTERS = {
    "sigma": ("LoG", "log_sigma_mm"), "wavelet": ("Wavelet", "wavelet"),
    "start_level": ("Wavelet", "wavelet_start_level"),
    "level": ("Wavelet", "wavelet_levels"), "gradientUseSpacing": ("Gradient", "gradient_use_spacing"),
    "lbp2DRadius": ("LBP2D", "lbp2d_radius"), "lbp2DSamples": ("LBP2D", "lbp2d_samples"),
    "lbp2DMethod": ("LBP2D", "lbp2d_method"), "lbp3DLevels": ("LBP3D", "lbp3d_levels"),
    "lbp3DIcosphereRadius": ("LBP3D", "lbp3d_radius"), "lbp3DIcosphereSubdivision": ("LBP3D", "lbp3d_subdivisions")}
_TEXTURE = {"voxelArrayShift": "voxel_array_shift", "distances": "distances", "symmetricalGLCM": "symmetrical_glcm",
            "weightingNorm": "weighting_norm", "gldm_a": "gldm_a"}
#: what pyradiomics lets an image type have of its own, apart from its filter and the bin width
_PER_IMAGE = {"binCount", "force2D", "force2Ddimension", *_TEXTURE}
_IGNORED = {
    "minimumROIDimensions": "how flat a region may be is fixed: it extends along three axes, in planes along two",
    "minimumROISize": "the quality gate judges the size of a region",
    "geometryTolerance": "the scan's reader checks that region and scan have one grid",
    "correctMask": "a region must be drawn on the scan's grid",
    "additionalInfo": "the provenance file always holds it",
    "label": "the region is chosen with --segment", "label_channel": "the region is chosen with --segment"}


@dataclass(frozen=True)
class Remark:
    """One entry that did not come over, and why.

    ``changes_values``: pyradiomics gives other values than the profile, or values that the profile does not.
    """

    entry: str
    reason: str
    changes_values: bool = False


@dataclass
class Import:
    """``data`` is the content of a profile file."""

    data: dict = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)

    def ignored(self, entry: str, reason: str) -> None:
        self.remarks.append(Remark(entry, reason))

    def different(self, entry: str, reason: str) -> None:
        self.remarks.append(Remark(entry, reason, changes_values=True))


def import_parameters(parameters: Mapping, about: Mapping) -> Import:
    """The profile file of a parsed parameter file; ``about`` holds id, version, title, modality, site, compartment.

    InputError on a name or a kind of value that pyradiomics does not know either: a typing error must not end in
    values of another setting.
    """
    result = Import({"schema": SCHEMA, **about})
    sections = {name: section(name, parameters.get(name)) for name in SECTIONS}
    if unknown := sorted(str(name) for name in set(parameters) - set(SECTIONS)):
        raise InputError(f"The parameter file has the unknown part {', '.join(unknown)}; its parts are "
                         f"{', '.join(SECTIONS)}.")
    settings = checked("setting", sections["setting"])
    image_types = checked_image_types(sections["imageType"])
    _preparation(settings, result)
    _bins_and_texture(settings, image_types, result)
    _filtered_images(settings, image_types, result)
    _feature_classes(sections["featureClass"], bool(settings.get("force2D")), result)
    for name, reason in _IGNORED.items():
        if name in settings:
            result.ignored(f"setting: {name}", reason)
    for name in sections["voxelSetting"]:
        result.ignored(f"voxelSetting: {name}", "maps of features per voxel are not made; features of a region do not "
                                                "depend on it")
    return result


# --- what the parts become -----------------------------------------------------------------------


def _preparation(settings: Mapping, result: Import) -> None:
    data = result.data
    if settings.get("normalize"):
        data["normalise"] = {"method": "z-score", "scale": settings.get("normalizeScale", 1)}
        if settings.get("removeOutliers") is not None:
            data["normalise"]["outliers"] = settings["removeOutliers"]
    else:
        _without(result, settings, ("normalizeScale", "removeOutliers"), "normalize is not on")
    spacing = settings.get("resampledPixelSpacing")
    interpolator = settings.get("interpolator", "sitkBSpline")
    resampled = spacing is not None and interpolator is not None
    if resampled:
        data["resample_mm"] = [float(size) for size in spacing]
        data["interpolator"] = _INTERPOLATORS.get(interpolator, "bspline")
        if interpolator not in _INTERPOLATORS:
            result.different("setting: interpolator", f"{interpolator} is not offered; it is bspline in the profile")
    else:
        _without(result, settings, ("resampledPixelSpacing", "interpolator"), "nothing is resampled without both")
    if resampled or settings.get("preCrop"):
        data["crop"] = f"pyradiomics-pad-{settings.get('padDistance', _DEFAULT_PADDING)}"
    else:
        _without(result, settings, ("padDistance",), "nothing is cropped or resampled")
    if settings.get("resegmentRange"):
        data["resegment_hu"] = sorted(float(end) for end in settings["resegmentRange"])
        data["resegment_mode"] = settings.get("resegmentMode", "absolute")
        data["resegment_shape"] = settings.get("resegmentShape", False)
    else:
        _without(result, settings, ("resegmentMode", "resegmentShape"), "there is no resegmentRange")


def _without(result: Import, settings: Mapping, names: tuple[str, ...], reason: str) -> None:
    for name in names:
        if settings.get(name) is not None:
            result.ignored(f"setting: {name}", f"{reason}, so that pyradiomics does not use it either")


def _bins_and_texture(settings: Mapping, image_types: Mapping[str, Mapping], result: Import) -> None:
    data, count = result.data, settings.get("binCount")
    if count is not None:
        data["bin_count"] = count
        if "binWidth" in settings:
            result.ignored("setting: binWidth", "binCount wins, in pyradiomics as well")
    else:
        data["bin_width"] = float(settings.get("binWidth", _DEFAULT_BIN_WIDTH))
    if settings.get("force2D"):
        data |= {"force_2d": True, "force_2d_dimension": settings.get("force2Ddimension", 0)}
    else:
        _without(result, settings, ("force2Ddimension",), "force2D is not on")
    if texture := {ours: settings[theirs] for theirs, ours in _TEXTURE.items() if settings.get(theirs) is not None}:
        data["texture"] = texture
    widths = {}
    for image_type, own in image_types.items():
        for name, value in own.items():
            entry = f"imageType: {image_type}: {name}"
            if name in _FILTERS or value == settings.get(name):
                continue
            if name == "binWidth" and count is None and own.get("binCount") is None:
                widths[image_type] = float(value)
            elif name == "binWidth":
                result.ignored(entry, "binCount wins, in pyradiomics as well")
            elif name in _PER_IMAGE:
                result.different(entry, "a profile has one value for all image types, that under setting")
            else:
                result.ignored(entry, "it counts under setting only, in pyradiomics as well")
    if widths:
        data["bin_widths"] = widths


def _filtered_images(settings: Mapping, image_types: Mapping[str, Mapping], result: Import) -> None:
    filters, kept = {}, list(image_types)
    for name, (image_type, ours) in _FILTERS.items():
        if image_type not in image_types:
            if name in settings:
                result.ignored(f"setting: {name}", f"the image type {image_type} is not asked for")
            continue
        value = image_types[image_type].get(name, settings.get(name))
        if value is not None:
            filters[ours] = value
    for image_type, own in image_types.items():
        for name in own:
            if name in _FILTERS and _FILTERS[name][0] != image_type:
                result.ignored(f"imageType: {image_type}: {name}", f"it belongs to {_FILTERS[name][0]}")
    if "LoG" in kept and not filters.get("log_sigma_mm"):
        kept.remove("LoG")
        result.ignored("imageType: LoG", "it has no sigma, so that pyradiomics makes no such image either")
    if not kept:
        raise InputError("The parameter file asks for LoG alone and gives no sigma; nothing could be measured.")
    result.data["image_types"] = kept
    if filters:
        result.data["filters"] = filters


def _feature_classes(asked: Mapping, force_2d: bool, result: Import) -> None:
    classes = list(asked) or [name for name in FEATURE_NAMES if force_2d or name != "shape2D"]
    if unknown := [str(name) for name in classes if name not in FEATURE_NAMES]:
        raise InputError(f"featureClass has the unknown class {', '.join(unknown)}; there are "
                         f"{', '.join(FEATURE_NAMES)}.")
    if "shape2D" in classes and not force_2d:
        classes.remove("shape2D")
        result.ignored("featureClass: shape2D", "force2D is not on, so that pyradiomics does not compute it either")
    features = {}
    for name in list(classes):
        wanted = asked.get(name) or []
        if not isinstance(wanted, list):
            raise InputError(f"featureClass: {name} is a list of feature names, not {wanted!r}.")
        known = (*FEATURE_NAMES[name], *DEPRECATED_NAMES.get(name, ()))
        if unknown := [str(one) for one in wanted if one not in known]:
            raise InputError(f"featureClass: {name} has no feature {', '.join(unknown)}; it has {', '.join(known)}.")
        for one in (one for one in wanted if one not in FEATURE_NAMES[name]):
            result.different(f"featureClass: {name}: {one}", "pyradiomics calls it deprecated; it follows from another "
                                                             "feature and is not computed")
        kept = [one for one in wanted if one in FEATURE_NAMES[name]]
        if kept:
            features[name] = kept
        elif wanted:
            classes.remove(name)
    if not classes:
        raise InputError("The parameter file asks for no feature that is offered.")
    result.data["feature_classes"] = classes
    if features:
        result.data["features"] = features
