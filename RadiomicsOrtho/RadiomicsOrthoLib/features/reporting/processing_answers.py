"""Items 41 to 57: from the scan to the voxels that features are computed on; from the profile."""

from __future__ import annotations

from .acquisition_answers import Answering
from .facts import Answer, Facts, by_profile, by_software, does_not_apply, number

_NO_INTERPOLATION = "no interpolation"
#: what readers and bridge write where nothing is known of how a region was drawn
_UNTOLD = ("not stated", "segmentation", "Slicer segment")


def anti_aliasing(facts: Facts) -> Answer:
    return by_software("none") if facts.resamples else does_not_apply(_NO_INTERPOLATION)


def bias_field(facts: Facts) -> Answer:
    settings = facts.settings["bias_correction"]
    return by_profile("none" if settings is None else _words(settings))


def normalisation(facts: Facts) -> Answer:
    settings = facts.settings["normalise"]
    if settings is None:
        return by_profile("none")
    found = facts.provenance.get("standardisation", {}).get("normalisation", {})
    applied = f"; found here: centre {found['centre']:.6g}, factor {found['factor']:.6g}" if found else ""
    return by_profile(_words(settings) + applied)


def other_processing(facts: Facts) -> Answer:
    crop = facts.settings["crop"]
    if crop == "exact":
        return by_software("none")
    return by_profile(f"cropped to the region before filtering ({crop})")


def noise(facts: Facts) -> Answer:
    return by_software("none by this software")


def smoothing(facts: Facts) -> Answer:
    return by_software("none by this software; that of the scanner is not stated by the file")


def segmentation(facts: Facts) -> Answer | None:
    """How the region came about, which names the method and its version where one made it."""
    made_by = facts.roi["made_by"]
    return None if made_by in _UNTOLD else Answer(made_by, "region")


def mask(facts: Facts) -> Answer:
    return Answer("none: the region was read as voxels on the grid of the scan", "software")


def image_interpolation(facts: Facts) -> Answer:
    if not facts.resamples:
        return by_profile(_NO_INTERPOLATION)
    spline = facts.settings["interpolator"] == "bspline"
    if facts.by_ibsi:
        return by_profile(("tricubic spline" if spline else "trilinear") if facts.settings["resample_mm"][2] is not None
                          else ("bicubic spline" if spline else "bilinear") + ", in slices")
    return by_profile("cubic B-spline" if spline else "linear")


def grid_position(facts: Facts) -> Answer:
    if not facts.resamples:
        return does_not_apply(_NO_INTERPOLATION)
    return by_software("centres of both grids aligned" if facts.by_ibsi else
                       "corners of both grids aligned, as in pyradiomics")


def grid_size(facts: Facts) -> Answer:
    return by_software("rounded up") if facts.resamples else does_not_apply(_NO_INTERPOLATION)


def extrapolation(facts: Facts) -> Answer:
    if not facts.resamples:
        return does_not_apply(_NO_INTERPOLATION)
    return by_software("value of the nearest voxel" if facts.by_ibsi else
                       "nearest voxel up to half a voxel, 0 beyond, as in ITK")


def voxel_size(facts: Facts) -> Answer:
    sizes = facts.settings["resample_mm"]
    if not facts.resamples:
        return by_profile("that of the scan")
    # 0 and null keep an axis
    return by_profile(" × ".join(number(size or own) for size, own in
                                 zip(sizes, facts.image["spacing_mm"], strict=True)) + " mm")


def rounding(facts: Facts) -> Answer:
    if not facts.resamples:
        return does_not_apply(_NO_INTERPOLATION)
    if facts.by_ibsi:
        return by_profile("to the nearest whole HU, halves to the even one" if facts.options["round_intensities"]
                          else "none")
    if facts.settings["round_to_whole"]:
        return by_profile("to the nearest whole HU, halves upwards")
    return by_software("whole-number scans: cut towards 0, as in ITK; others: none")


def region_interpolation(facts: Facts) -> Answer:
    if not facts.resamples:
        return by_profile(_NO_INTERPOLATION)
    return by_software("linear" if facts.by_ibsi else "nearest neighbour")


def partial_voxels(facts: Facts) -> Answer:
    if not facts.resamples:
        return does_not_apply(_NO_INTERPOLATION)
    if facts.by_ibsi:
        return by_profile(f"in the region from a fraction of {number(facts.options['mask_threshold'])} on")
    return does_not_apply("a voxel has the value of its nearest neighbour")


def resegmentation(facts: Facts) -> Answer:
    limits, parts = facts.settings["resegment_hu"], []
    if limits is not None:
        bounds = " to ".join(number(float(limit)) for limit in limits)
        where = {"absolute": facts.unit, "relative": " of the region's maximum",
                 "sigma": " standard deviations round the mean"}[facts.settings["resegment_mode"]]
        parts.append(f"{'range ' if len(limits) == 2 else 'from '}{bounds}{where}")
        if facts.settings["resegment_shape"]:
            parts.append("for shape too")
    if facts.by_ibsi and facts.options["outlier_sigma"] is not None:
        parts.append(f"outliers beyond {number(facts.options['outlier_sigma'])} standard deviations left out")
    return by_profile("; ".join(parts) or "none")


def discretisation(facts: Facts) -> Answer:
    if facts.settings["bin_width"] is not None:
        return by_profile("fixed bin size" + _volume_histogram(facts))
    if facts.settings["bin_count"] is not None:
        return by_profile("fixed bin number" + _volume_histogram(facts))
    return by_profile("none: the intensities are grey levels" + _volume_histogram(facts))


def bins(facts: Facts) -> Answer:
    width, count = facts.settings["bin_width"], facts.settings["bin_count"]
    if width is None and count is None:
        return does_not_apply("no discretisation")
    text = f"{count} bins" if width is None else f"{number(width)}{facts.unit}"
    single = [f"{name} {number(size)}" for name, size in facts.settings["bin_widths"].items()]
    return by_profile("; ".join([text, *single]))


def first_bin(facts: Facts) -> Answer:
    if facts.settings["bin_width"] is None:
        return does_not_apply("no fixed bin size")
    if not facts.by_ibsi:
        return by_software("the multiple of the bin size at or below the lowest intensity of the region")
    limits = facts.settings["resegment_hu"]
    if limits is None or str(limits[0]) == "-inf":
        return by_software("the lowest intensity of the region")
    return by_profile(f"{number(limits[0])}{facts.unit}, the lower end of the range")


def filters(facts: Facts) -> Answer:
    wanted = [name for name in facts.settings["image_types"] if name != "Original"]
    return by_profile("; ".join(_filter(name, facts) for name in wanted) or "none")


def _filter(name: str, facts: Facts) -> str:
    settings = facts.settings["filters"]
    where = ", {filter_dimension}, boundary {filter_boundary}".format(**facts.options) if facts.by_ibsi else ""
    if name == "LoG":
        sigmas = ", ".join(map(number, settings["log_sigma_mm"]))
        how = (f"cut off at {number(facts.options['log_cutoff_sigmas'])} σ" if facts.by_ibsi else
               "ITK's recursive Gaussian, times σ²")
        return f"Laplacian of Gaussian, σ {sigmas} mm, {how}{where}"
    if name == "Wavelet":
        start, levels = settings["wavelet_start_level"], settings["wavelet_levels"]
        invariant = ", rotation invariant" if facts.by_ibsi and facts.options["wavelet_rotation_invariant"] else ""
        return (f"stationary wavelet {settings['wavelet']}, {levels} level{'s' if levels > 1 else ''} after {start}"
                f"{invariant}{where}")
    if name == "Gradient":
        return f"gradient magnitude per {'mm' if settings['gradient_use_spacing'] else 'voxel'}"
    if name.startswith("LBP"):
        prefix = name[:5].lower()
        return f"{name} ({', '.join(f'{k[6:]} {v}' for k, v in settings.items() if k.startswith(prefix))})"
    return name


def _volume_histogram(facts: Facts) -> str:
    if not (facts.by_ibsi and "ivh" in facts.settings["feature_classes"]):
        return ""
    width, count = facts.options["ivh_bin_width"], facts.options["ivh_bin_count"]
    how = f"fixed size {number(width)}{facts.unit}" if width is not None else f"{count} bins" if count else "none"
    return f" (intensity-volume histogram: {how})"


def _words(settings: dict) -> str:
    """``method, name value, …`` of a step's settings."""
    rest = [f"{name.replace('_', ' ')} {number(value) if isinstance(value, (int, float)) else value}"
            for name, value in settings.items() if name != "method" and value is not None]
    return ", ".join([str(settings["method"]), *rest])


ANSWERS: dict[str, Answering] = {
    "41": anti_aliasing, "42": noise, "43": smoothing, "44": lambda facts: does_not_apply("not the brain"),
    "45": bias_field, "46": normalisation, "47": other_processing, "48a": segmentation, "48c": segmentation,
    "49": mask, "50a": image_interpolation, "50b": grid_position, "50c": grid_size, "50d": extrapolation,
    "51": voxel_size, "52": rounding, "53": region_interpolation, "54": partial_voxels, "55": resegmentation,
    "56a": discretisation, "56b": bins, "56c": first_bin, "57": filters,
}
