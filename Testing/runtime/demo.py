"""The demo with pictures: the command's own demo, plus ``roi.png`` and ``scene.mrb`` made by slicer-core.

Run by ``python3 dev.py demo``; takes the arguments of ``radiomics-ortho demo``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np

_REPOSITORY = Path(__file__).resolve().parents[2]
for _folder in (_REPOSITORY / "Testing", _REPOSITORY / "RadiomicsOrtho"):
    sys.path.insert(0, str(_folder))

from RadiomicsOrthoLib.cli.demo import DemoCase, add_demo_arguments, run_demo
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.features.engine import Progress
from RadiomicsOrthoLib.imaging.image import BoneImage


def main() -> int:
    parser = argparse.ArgumentParser(prog="dev.py demo", description=__doc__)
    add_demo_arguments(parser)
    parser.set_defaults(json=False)
    try:
        run_demo(parser.parse_args(), pictures)
    except InputError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def pictures(case: DemoCase, progress: Progress) -> dict[str, bytes]:
    """``roi.png`` (three slices and the surface) and ``scene.mrb`` (scan, segments, table, card)."""
    from RadiomicsOrthoScene.results import card_table, card_text
    from RadiomicsOrthoScene.segments import add_segment, new_segmentation
    from RadiomicsOrthoScene.views import add_standard_views, show_region
    from RadiomicsOrthoScene.volumes import add_volume

    from runtime.offscreen import RenderingUnavailable, render_views
    from runtime.scene import clear_scene, save_scene, start_scene

    progress(0.0, "starting Slicer's libraries")
    start_scene()
    clear_scene()
    image = _smallest(case.image)
    volume = add_volume(image, "Demo CT")
    segmentation = new_segmentation(volume, "Demo bones")
    drawn = add_segment(segmentation, case.drawn, volume)
    # the core lies inside: let it shine through
    segmentation.GetDisplayNode().SetSegmentOpacity3D(drawn, 0.35)
    segmentation.GetDisplayNode().SetSegmentVisibility2DFill(drawn, False)
    add_segment(segmentation, case.measured, volume)
    files: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as folder:
        progress(0.2, "rendering the region")
        centre = image.geometry.to_ras(np.argwhere(case.measured.mask).mean(axis=0))
        try:
            files["roi.png"] = Path(render_views(volume, segmentation, centre, Path(folder) / "roi.png")).read_bytes()
        except RenderingUnavailable as error:
            print(f"   No roi.png: {error}", flush=True)
        progress(0.5, "writing the scene")
        add_standard_views()
        show_region(volume, case.measured)
        card_table(case.card, case.features, volume)
        card_text(case.card, volume)
        save_scene(Path(folder) / "scene.mrb")
        files["scene.mrb"] = (Path(folder) / "scene.mrb").read_bytes()
    progress(1.0, "pictures and scene")
    return files


def _smallest(image: BoneImage) -> BoneImage:
    """Whole numbers in 16 bits where nothing is lost: a scene half the size."""
    if image.array.dtype != np.int16 and np.abs(image.array).max() < 2**15 \
            and np.array_equal(image.array, np.rint(image.array)):
        return replace(image, array=image.array.astype(np.int16))
    return image


if __name__ == "__main__":
    sys.exit(main())
