#!/usr/bin/env python3
"""The proximal femur on the scans beside the checkout: figures, and a picture of every case.

    python Testing/benchmarks/regions/femur.py [--pictures FOLDER] [--clicks 8] [--no-write]

Compares with contours drawn by hand (femur_contours.json, RAS mm) where there are any.  Writes
its section of ../RESULTS.md.  Pictures need matplotlib and are left out without it.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import sys
import time
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[2]
sys.path[:0] = [str(REPOSITORY / "RadiomicsOrtho"), str(HERE), str(HERE.parent)]

from options import DATA, parser
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.imaging.readers import read_image
from RadiomicsOrthoLib.regions.femur.recognition import recognise_head
from RadiomicsOrthoLib.regions.femur.segmentation import REGIONS, segment_femur
from RadiomicsOrthoLib.regions.femur.surface import fit_sphere
from results_file import write_section

HEADING = "## Regions, proximal femur"
#: name, file, click (RAS mm), what is clicked
CASES = [
    ("STS_020_complete", "ct_femur_sts/STS_020_complete.nii.gz", (-58, -48, -611), "left head"),
    ("ct_spine_ts", "ct_spine_ts/ct.nii.gz", (82, 143, 126), "right head, shaft not in the scan"),
    ("ct_spine_ts", "ct_spine_ts/ct.nii.gz", (-85, 142, 127), "left head, with a nail"),
    ("STS_011", "ct_femur_sts/STS_011_incomplete.nii.gz", (100, -18, -655), "head without its back half"),
    ("STS_021", "ct_femur_sts/STS_021_incomplete.nii.gz", (48, -48, 983), "head cut by the top"),
    ("STS_046", "ct_femur_sts/STS_046_incomplete.nii.gz", (90, 2, 962), "head cut by the top"),
    ("STS_026", "ct_femur_sts/STS_026_incomplete.nii.gz", (-88, -14, -712), "head cut by the top and the back"),
    ("STS_016", "ct_femur_sts/STS_016_incomplete.nii.gz", (-100, 50, 800), "shaft"),
    ("STS_020_complete", "ct_femur_sts/STS_020_complete.nii.gz", (-95, -75, -625), "greater trochanter"),
    ("STS_020_complete", "ct_femur_sts/STS_020_complete.nii.gz", (-70, -45, -657), "lesser trochanter"),
    ("STS_020_complete", "ct_femur_sts/STS_020_complete.nii.gz", (-20, -70, -665), "ischium"),
    ("STS_020_complete", "ct_femur_sts/STS_020_complete.nii.gz", (-52, -48, -584), "roof of the acetabulum"),
    ("STS_020_complete", "ct_femur_sts/STS_020_complete.nii.gz", (-100, 20, -640), "muscle"),
    ("STS_020_complete", "ct_femur_sts/STS_020_complete.nii.gz", (-109, 4, -723), "shaft"),
    ("ct_spine_ts", "ct_spine_ts/ct.nii.gz", (75, 110, 108), "ischium"),
    ("ct_spine_ts", "ct_spine_ts/ct.nii.gz", (132, 140, 105), "greater trochanter"),
    ("ct_spine_ts", "ct_spine_ts/ct.nii.gz", (0, 140, 290), "lumbar vertebra"),
]


def main() -> int:
    options = parser(__doc__)
    options.add_argument("--clicks", type=int, default=8, help="clicks 8 mm off the head's centre")
    arguments = options.parse_args()
    if not DATA.is_dir():
        print(f"test data not found: {DATA} (set RADIOMICS_ORTHO_DATA)")
        return 2
    contours = json.loads((HERE / "femur_contours.json").read_text(encoding="utf-8"))
    lines = ["| scan, click | result | s CPU |", "|---|---|---|"]
    details = []
    for number, (name, path, click, what) in enumerate(CASES):
        image = read_image(DATA / path)
        start = time.process_time()
        try:
            proposal = segment_femur(image, click)
            result = figures(proposal)
        except InputError as error:
            proposal, result = None, f"refused: {error}"
        lines.append(f"| {name}, {what} | {result} | {time.process_time() - start:.1f} |")
        print(lines[-1], flush=True)
        if proposal is not None:
            details += [f"* {name}: {line}" for line in agreement(image, proposal, contours[name], arguments.clicks)]
            print("\n".join(details[-3:]), flush=True)
        if arguments.pictures:
            arguments.pictures.mkdir(parents=True, exist_ok=True)
            picture(image, proposal, click, f"{name}: {what}", arguments.pictures / f"{number:02d}_{name}.png")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    machine = (f"`Testing/benchmarks/regions/femur.py`, {date.today()}, {os.cpu_count()} {platform.machine()} cores, "
               f"Python {platform.python_version()}; peak memory {peak:.0f} MB. CPU seconds on a busy machine.")
    caveat = ("Against contours drawn by eye on these two scans, once, without a second reader (slices of 3 mm: the "
              "contours themselves are good to about 1 mm). The two scans also served to set the constants.")
    text = "\n".join([HEADING, "", machine, "", *lines, "", caveat, "", *details, ""])
    if not arguments.no_write:
        write_section(text, by_hand="### Other scans")
    return 0


def figures(proposal) -> str:
    femur = proposal.summary["femora"][0]
    head = femur["head"]
    parts = [f"{femur['side']}", f"head radius {head['radius_mm']:.1f} mm", f"fit RMS {head['fit_rms_mm']:.2f} mm"]
    if "neck_shaft_angle_degrees" in femur:
        parts.append(f"neck–shaft angle {femur['neck_shaft_angle_degrees']:.0f}°")
    if "lesser_trochanter" in femur:
        parts.append(f"lesser trochanter {femur['lesser_trochanter']['below_head_centre_mm']} mm below the head")
    parts += [f"{region.roi.compartment} {region.roi.volume_ml:.1f} mL" for region in proposal.regions]
    left_out = [remark.sentence for remark in proposal.remarks if remark.refused]
    return "; ".join(parts) + ("; left out: " + " ".join(left_out) if left_out else "")


def agreement(image, proposal, contour: dict, clicks: int) -> list[str]:
    """Against the hand contours, and among clicks 8 mm off the centre."""
    head = proposal.summary["femora"][0]["head"]
    centre = np.array(head["centre_ras_mm"])
    drawn_centre, drawn_radius = drawn_sphere(contour)
    mask = np.zeros(image.geometry.shape, bool)
    for region in proposal.regions:
        if region.roi.compartment in REGIONS:
            mask |= region.roi.mask
    too_much, too_little = beside_contours(image, mask, contour, drawn_centre, drawn_radius)
    generator = np.random.default_rng(1)
    found, uncertain = [], 0
    for _ in range(clicks):
        offset = generator.normal(size=3)
        try:
            found.append(recognise_head(image, centre + 8 * offset / np.linalg.norm(offset)).sphere.centre)
        except InputError:
            uncertain += 1
    spread = np.linalg.norm(np.array(found) - centre, axis=1).max() if found else float("nan")
    sphere = (f"sphere fitted to the contours: centre {np.linalg.norm(centre - drawn_centre):.1f} mm from ours, radius "
              f"{drawn_radius:.1f} mm against {head['radius_mm']:.1f} mm")
    bone = (f"bone of the acetabulum left in the femur: {100 * too_much:.1f} % of the head's volume; head missing: "
            f"{100 * too_little:.1f} %")
    moved = f"{clicks} clicks 8 mm off the centre: centre moves by at most {spread:.2f} mm, {uncertain} refused"
    return [sphere, bone, moved]


def drawn_sphere(contour: dict) -> tuple[np.ndarray, float]:
    """The sphere through the joint side of the contours."""
    start = np.array(contour["click"], float)
    points = np.concatenate([np.c_[outline(polygon), np.full(len(outline(polygon)), float(level))]
                             for level, polygon in contour["slices"].items()])
    offset = points - start
    distance = np.linalg.norm(offset, axis=1)
    neck = np.array([0.8 if contour["side"] == "right" else -0.8, 0, -0.6])
    used = (offset @ neck / distance < 0.45) & (np.abs(distance - 23) < 6)
    return fit_sphere(points[used], np.ones(used.sum()), start, 23.0)


def outline(polygon: list) -> np.ndarray:
    """Points about 1 mm apart along a closed polygon."""
    corners = np.array([*polygon, polygon[0]], float)
    return np.concatenate([a + np.linspace(0, 1, max(2, int(np.linalg.norm(b - a))), endpoint=False)[:, None] * (b - a)
                           for a, b in pairwise(corners)])


def beside_contours(image, mask: np.ndarray, contour: dict, centre: np.ndarray, radius: float) -> tuple[float, float]:
    """Pelvis taken for femur, and femur missed, on the joint's side of the head; shares of the head's volume."""
    geometry = image.geometry
    neck = np.array([0.8 if contour["side"] == "right" else -0.8, 0, -0.6])
    levels, too_much, too_little = [], [], []
    for level, polygon in contour["slices"].items():
        k = round(float(geometry.to_kji(np.array([[0, 0, float(level)]]))[0][0]))
        j, i = (index.ravel() for index in np.indices(geometry.shape[1:]))
        ras = geometry.to_ras(np.stack([np.full(j.size, k), j, i], 1))
        drawn = inside_polygon(np.array(polygon, float), ras[:, :2])
        offset = ras - centre
        distance = np.linalg.norm(offset, axis=1)
        joint_side = (distance < 32) & (offset @ neck < 0.5 * distance)
        found, bone = mask[k].ravel(), image.array[k].ravel() > 160
        area = geometry.spacing[0] * geometry.spacing[1]
        levels.append(float(level))
        too_much.append(np.count_nonzero(found & ~drawn & joint_side & bone) * area)
        too_little.append(np.count_nonzero(~found & drawn & joint_side) * area)
    order = np.argsort(levels)
    volume = 4 / 3 * np.pi * radius**3
    return tuple(float(np.trapezoid(np.array(areas)[order], np.array(levels)[order])) / volume
                 for areas in (too_much, too_little))


def inside_polygon(polygon: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Even-odd rule: True for points (n, 2) inside the closed polygon."""
    inside = np.zeros(len(points), bool)
    for (x0, y0), (x1, y1) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        crosses = (y0 > points[:, 1]) != (y1 > points[:, 1])
        if y0 != y1:
            inside ^= crosses & (points[:, 0] < (x1 - x0) * (points[:, 1] - y0) / (y1 - y0) + x0)
    return inside


def picture(image, proposal, click, title: str, path: Path) -> None:
    """Coronal, sagittal and axial slice through head or click, and one along neck and shaft."""
    try:
        import matplotlib
    except ImportError:
        return
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from RadiomicsOrthoLib.regions.femur.patch import cut_patch

    femur = proposal.summary["femora"][0] if proposal else {}
    centre = np.array(femur["head"]["centre_ras_mm"] if femur else click, float)
    patch = cut_patch(image, centre - np.array([90, 90, 130]), centre + np.array([90, 110, 50]))
    labels = np.zeros(patch.values.shape, np.float32)
    if proposal:
        k, j, i = np.indices(patch.values.shape)
        at = np.round(image.geometry.to_kji(patch.to_ras(np.stack([k, j, i], -1)))).astype(int)
        at = np.clip(at, 0, np.array(image.geometry.shape) - 1)
        for region in proposal.regions:
            if region.roi.compartment in REGIONS:
                labels[region.roi.mask[tuple(np.moveaxis(at, -1, 0))]] = 1 + REGIONS.index(region.roi.compartment)
    right, front, up = np.eye(3)
    views = [("coronal", right, up), ("sagittal", front, up), ("axial", right, front)]
    if "shaft" in femur and "neck" in femur:
        shaft, neck = np.array(femur["shaft"]["axis_ras"]), np.array(femur["neck"]["axis_ras"])
        across = neck - (neck @ shaft) * shaft
        views.append(("along neck and shaft", across / np.linalg.norm(across), -shaft))
    figure, axes = plt.subplots(1, len(views), figsize=(6 * len(views), 6.6))
    span = np.arange(-90.0, 90.1, 0.75)
    for axis, (name, across, upwards) in zip(axes, views, strict=True):
        points = centre + span[None, :, None] * across + (span - 35 * (name != "axial"))[:, None, None] * upwards
        axis.imshow(patch.sample(points), cmap="gray", vmin=-150, vmax=900, origin="lower")
        shown = np.nan_to_num(patch.sample(points, labels))
        for value, colour in enumerate(("tab:cyan", "tab:blue", "tab:green", "tab:purple"), 1):
            if (np.abs(shown - value) < 0.5).any():
                axis.contour(np.abs(shown - value) < 0.5, [0.5], colors=colour, linewidths=1.3)
        middle = np.array([(0 - span[0]) / 0.75, (35 * (name != "axial") - span[0]) / 0.75])
        if femur:
            axis.add_patch(plt.Circle(middle, femur["head"]["radius_mm"] / 0.75, fill=False, color="y", lw=0.8))
        if name == "along neck and shaft":
            along = np.array([neck @ across, neck @ upwards]) / 0.75
            axis.plot(*(middle[:, None] + along[:, None] * np.array([-20, 70])), "r-", lw=1)
            foot = np.array(femur["shaft"]["point_ras_mm"]) - centre
            foot = middle + np.array([foot @ across, foot @ upwards]) / 0.75
            axis.plot([foot[0], foot[0]], [foot[1] - 40, foot[1] + 110], "r-", lw=1)
            tip = femur.get("lesser_trochanter")
            if tip:
                axis.axhline(middle[1] - tip["below_head_centre_mm"] / 0.75, color="orange", lw=0.8)
        else:
            axis.plot(*middle, "y+")
        axis.set_xlim(0, len(span) - 1)
        axis.set_ylim(0, len(span) - 1)
        axis.set_title(name)
        axis.axis("off")
    figure.suptitle(title)
    figure.tight_layout()
    figure.savefig(path, dpi=60)
    plt.close(figure)



if __name__ == "__main__":
    sys.exit(main())
