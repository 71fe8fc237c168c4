"""``calibrate [IMAGE] --method rods|internal|manual|density-image -o calibration.json``: HU of a CT to mg/cm³."""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..imaging.calibration.calibration import (
    EQUIVALENTS,
    METHOD_TITLES,
    METHODS,
    TYPICAL_HU,
    Curve,
    DensityCalibration,
    calibrated,
    scan_facts,
)
from ..imaging.calibration.calibration_file import calibration_json, calibration_to_dict
from ..imaging.calibration.rods import calibrate_by_rods
from ..imaging.calibration.sampling import cylinder
from ..imaging.calibration.tissues import TISSUES, calibrate_by_tissues, tissue_from_name
from ..imaging.image import BoneImage
from ..imaging.image_writer import ENDINGS, write_image
from ..imaging.segmentation_file import Segment, SegmentationFile
from ..quality.finding import Finding, most_severe_first, raise_refusals
from ..quality.image_checks import check_image
from ..regions.from_file import choose_segment
from ..report.files import write_folder
from ..scoring.calibration_checks import check_calibration
from .info import print_findings
from .inputs import add_image_arguments, image_from, segmentation_from
from .output import check_output
from .positions import position

#: option → the methods that it belongs to
_BELONGS = {"roi": ("rods", "internal"), "rod": ("rods",), "rod_at": ("rods",), "tissue": ("internal",),
            "slope": ("manual",), "offset": ("manual",), "curvature": ("manual",),
            "error": ("manual", "density-image")}


def add_command(commands) -> None:
    command = commands.add_parser(
        "calibrate", help="find or state how the HU of a CT become bone mineral density in mg/cm³")
    add_image_arguments(command, nargs="?")
    command.add_argument("--method", required=True, choices=METHODS, help="rods of a phantom in the scan; internal "
                         "tissues (experimental); slope and offset by hand; or the file holds densities already")
    command.add_argument("--equivalent", choices=EQUIVALENTS, help="equivalent material of the densities: that of the "
                         "rods; K2HPO4 by default with internal tissues")
    command.add_argument("--source", metavar="TEXT", help="where the numbers come from: phantom and data sheet, report")
    command.add_argument("--roi", metavar="ROI", help="segmentation with the rods or tissues, on the scan's grid")
    command.add_argument("--rod", metavar="SEGMENT=DENSITY", action="append", default=[], help="a rod of the "
                         "segmentation and its density in mg/cm³; once for each")
    command.add_argument("--rod-at", metavar="R,A,S=DENSITY", action="append", default=[], help="a rod as a cylinder "
                         "along the slice axis, by its centre (RAS in mm), as in --rod-at=-40,-66,0=100")
    command.add_argument("--rod-radius", type=float, default=4.0, metavar="MM",
                         help="of --rod-at (default %(default)s)")
    command.add_argument("--rod-length", type=float, default=20.0, metavar="MM", help="likewise (default %(default)s)")
    command.add_argument("--tissue", metavar="TISSUE=SEGMENT", action="append", default=[], help="which segment is "
                         f"which tissue ({', '.join(TISSUES)}), where its name does not say")
    command.add_argument("--slope", type=float, metavar="X", help="mg/cm³ per HU")
    command.add_argument("--offset", type=float, metavar="X", help="mg/cm³ at 0 HU")
    command.add_argument("--curvature", type=float, metavar="X", help="mg/cm³ per HU² (0 for a line)")
    command.add_argument("--error", type=float, metavar="X", help="half width of the density's error in mg/cm³, if it "
                         "is known")
    command.add_argument("--image-out", type=Path, metavar="density.nrrd", help="also write the scan in mg/cm³ (NRRD, "
                         "NIfTI or MHA)")
    command.add_argument("-o", "--output", required=True, type=Path, metavar="calibration.json")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> dict:
    check_output(options.output, (".json",))
    if options.image_out:
        check_output(options.image_out, ENDINGS)
        if not options.image:
            raise InputError("--image-out writes the scan as densities; give IMAGE.")
    for name, methods in _BELONGS.items():
        if getattr(options, name) not in (None, []) and options.method not in methods:
            raise InputError(f"--{name.replace('_', '-')} belongs to --method {' or '.join(methods)}.")
    image = image_from(options) if options.image else None
    findings: list[Finding] = []
    if options.method in ("rods", "internal"):
        if image is None:
            raise InputError(f"--method {options.method} measures on a scan; give IMAGE.")
        findings = list(check_image(image))
        raise_refusals(findings)
        calibration = _by_rods(options, image) if options.method == "rods" else _by_tissues(options, image)
    else:
        calibration = _stated(options, image)
    if image is not None:
        findings += check_calibration(calibration, image, str(calibration.scan["sha256"]))
        raise_refusals(findings)
    if options.image_out:
        write_image(calibrated(image, calibration), options.image_out)
    write_folder(options.output.parent, {options.output.name: calibration_json(calibration)})
    if not options.json:
        print_calibration(calibration)
        print_findings(most_severe_first(findings))
        print(f"Written to {options.output}{f', densities to {options.image_out}' if options.image_out else ''}")
    return {**calibration_to_dict(calibration), "findings": [one.to_dict() for one in most_severe_first(findings)]}


def _by_rods(options: argparse.Namespace, image: BoneImage) -> DensityCalibration:
    if options.equivalent is None or not options.source:
        raise InputError("State what the rods are: --equivalent K2HPO4 or HA, and --source with the name of the "
                         "phantom and its data sheet.")
    if bool(options.rod) == bool(options.rod_at):
        raise InputError("Name the rods either as segments (--roi FILE --rod SEGMENT=DENSITY …) or by their places "
                         "(--rod-at R,A,S=DENSITY …).")
    rods: dict[str, tuple[np.ndarray, float]] = {}
    if options.rod:
        segmentation = _segmentation(options, image)
        for text in options.rod:
            segment, density = _segment(segmentation, *_pair(text, "--rod SEGMENT=DENSITY"))
            _add(rods, segment.name, (segmentation.mask(segment), _density(density)))
    along = np.asarray(image.geometry.ijk_to_ras)[:3, 2] / image.spacing[2]
    for text in options.rod_at:
        place, density = _pair(text, "--rod-at R,A,S=DENSITY")
        try:
            centre = np.array(position(place))
        except argparse.ArgumentTypeError as error:
            raise InputError(f"{str(error)[:1].upper()}{str(error)[1:]}.") from None
        ends = [tuple(map(float, centre + sign * options.rod_length / 2 * along)) for sign in (-1, 1)]
        _add(rods, place, (cylinder(image.geometry, *ends, options.rod_radius), _density(density)))
    return calibrate_by_rods(image, rods, options.equivalent, options.source)


def _by_tissues(options: argparse.Namespace, image: BoneImage) -> DensityCalibration:
    segmentation = _segmentation(options, image)
    tissues: dict[str, np.ndarray] = {}
    for text in options.tissue:
        tissue, name = _pair(text, "--tissue TISSUE=SEGMENT", last=False)
        if tissue not in TISSUES:
            raise InputError(f"'{tissue}' is no tissue of this method; it takes {', '.join(TISSUES)}.")
        _join(tissues, tissue, segmentation.mask(choose_segment(segmentation, name)))
    if not options.tissue:
        for segment in segmentation.segments:
            tissue = tissue_from_name(segment.name)
            if tissue is not None:
                _join(tissues, tissue, segmentation.mask(segment))
    return calibrate_by_tissues(image, tissues, options.equivalent or "K2HPO4")


def _stated(options: argparse.Namespace, image: BoneImage | None) -> DensityCalibration:
    if options.equivalent is None or not options.source:
        raise InputError("State what the densities are: --equivalent K2HPO4 or HA, and --source.")
    if options.method == "manual":
        if options.slope is None or options.offset is None:
            raise InputError("A calibration by hand needs --slope (mg/cm³ per HU) and --offset (mg/cm³).")
        curve = Curve(options.offset, options.slope, options.curvature or 0.0)
    else:
        curve = Curve(0.0, 1.0)
    return DensityCalibration(options.method, options.equivalent, curve, options.source, stated_error=options.error,
                              scan=scan_facts(image) if image is not None else {})


def print_calibration(calibration: DensityCalibration) -> None:
    """The calibration in a few lines of text."""
    curve = calibration.curve
    print(f"{METHOD_TITLES[calibration.method]}: {calibration.source}")
    if calibration.from_unit == "HU":
        bend = f" {curve.curvature:+.4g} × HU²" if curve.curvature else ""
        print(f"  density ({calibration.equivalent}-equivalent, mg/cm³) = {curve.offset:.4g} {curve.slope:+.4g} × "
              f"HU{bend}")
    parts = [] if calibration.r_squared is None else [f"R² {calibration.r_squared:.5f}"]
    if calibration.effective_energy_kev is not None:
        parts.append(f"effective energy {calibration.effective_energy_kev:g} keV")
    if calibration.covariance is not None:
        parts.append(f"SE of slope {calibration.slope_se:.2g}, of offset {calibration.offset_se:.2g} mg/cm³; SD of the "
                     f"rods about the line {calibration.residual_sd:.2g} mg/cm³")
    error = calibration.error_at(TYPICAL_HU)
    if error is not None:
        parts.append(f"at {TYPICAL_HU:g} HU {calibration.curve(TYPICAL_HU):.1f} ± {error:.2g} mg/cm³ "
                     f"({calibration.error_meaning})")
    if parts:
        print(f"  {'; '.join(parts)}")
    for sample in calibration.samples:
        what = f"{sample.reference:g} mg/cm³, off by {sample.residual:+.1f}" if calibration.method == "rods" else \
            f"μ/ρ {sample.reference:.4f} cm²/g, off by {sample.residual:+.4f}"
        print(f"  {sample.name}: {sample.mean_hu:.1f} ± {sample.sd_hu:.1f} HU, {sample.voxels} voxels; {what}")


def _segmentation(options: argparse.Namespace, image: BoneImage) -> SegmentationFile:
    if options.roi is None:
        raise InputError("Give the segmentation that holds the regions with --roi.")
    return segmentation_from(options, image)


def _segment(segmentation: SegmentationFile, name: str, density: str) -> tuple[Segment, str]:
    return choose_segment(segmentation, name), density


def _pair(text: str, form: str, last: bool = True) -> tuple[str, str]:
    """Both sides of the last (or first) equals sign."""
    left, separator, right = text.rpartition("=") if last else text.partition("=")
    if not separator or not left.strip() or not right.strip():
        raise InputError(f"Write {form}, not '{text}'.")
    return left.strip(), right.strip()


def _density(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"'{text}' is no density; give a number in mg/cm³.")
    return value


def _join(tissues: dict[str, np.ndarray], tissue: str, mask: np.ndarray) -> None:
    """Several segments may hold one tissue, such as the muscles of both sides."""
    tissues[tissue] = tissues[tissue] | mask if tissue in tissues else mask


def _add(found: dict, name: str, entry: Sequence | np.ndarray) -> None:
    if name in found:
        raise InputError(f"'{name}' is there twice; name each once.")
    found[name] = entry
