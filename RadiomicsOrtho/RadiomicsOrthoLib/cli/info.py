"""``info IMAGE``: what the scan is, and what speaks against using it."""

from __future__ import annotations

import argparse

import numpy as np

from ..imaging.acquisition import ACQUISITION_FACTS, FACTS_OF
from ..imaging.image import BoneImage
from ..quality.finding import most_severe_first
from ..quality.image_checks import check_image
from .inputs import add_image_arguments, image_from


def add_command(commands) -> None:
    command = commands.add_parser("info", help="what a scan is and what is known of its acquisition")
    add_image_arguments(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> dict:
    image = image_from(options)
    findings = most_severe_first(check_image(image))
    finite = image.array[np.isfinite(image.array)] if np.issubdtype(image.array.dtype, np.floating) else image.array
    result = {
        "format": image.source, "modality": image.modality,
        "size_ijk": list(image.geometry.shape[::-1]), "spacing_mm": [float(s) for s in image.spacing],
        "origin_ras_mm": [float(x) for x in image.geometry.origin],
        "direction_ras": [float(x) for x in image.geometry.direction],
        "value_range": [float(finite.min()), float(finite.max())] if finite.size else None,
        "unit": image.unit, "reading": image.reading.to_dict(),
        "acquisition": image.acquisition.to_dict(image.modality),
        "findings": [finding.to_dict() for finding in findings],
    }
    if not options.json:
        values = "values {:g} to {:g}".format(*result["value_range"]) if finite.size else "no finite value"
        print(f"{image.source}, modality {image.modality}: {size_of(image)}, {values}"
              f"{f' {image.reading.value_unit}' if image.reading.value_unit else ''}")
        facts = dict.fromkeys((*FACTS_OF[image.modality], *image.acquisition.known()))
        for name in facts:
            title, unit = ACQUISITION_FACTS[name]
            value = getattr(image.acquisition, name)
            shown = "unknown" if value is None else {True: "yes", False: "no"}.get(value, value)
            print(f"  {title}: {shown}{' ' + unit if unit and value is not None else ''}")
        print_findings(findings)
    return result


def size_of(image: BoneImage) -> str:
    """``512 × 512 × 133 voxels of 0.7 × 0.7 × 2.5 mm``, or pixels for a 2-D image."""
    planar = image.geometry.plane_axis == 0
    counts = " × ".join(str(n) for n in image.geometry.shape[::-1][:2 if planar else 3])
    spacing = " × ".join(f"{s:.4g}" for s in image.spacing[:2 if planar else 3])
    size = f"of {spacing} mm" if image.reading.knows_millimetres else "of unknown size"
    return f"{'2-D, ' if planar else ''}{counts} {'pixels' if planar else 'voxels'} {size}"


def print_findings(findings, of: str = "") -> None:
    """``of`` says before the sentence which region is meant."""
    for finding in findings:
        print(f"  {finding.severity}: {of}{finding.sentence} {finding.remedy}".rstrip())
