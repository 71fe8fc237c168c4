"""A picture of every case: sections along the straightened spine, and one across each body."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.regions.sampling import HuField
from RadiomicsOrthoLib.regions.vertebra.spine import Spine

#: grey window (HU) and step of the pictures (mm)
WINDOW_HU, STEP_MM = (-150, 450), 0.7
ACROSS_MM = 34.0
#: width of the whole picture (inches)
WIDE_IN = 14.0
TRUTH_COLOUR = "#40ff40"


def draw(image: BoneImage, spine: Spine, found: np.ndarray, path: Path, truth: np.ndarray | None = None,
         names: dict[int, str] | None = None, dpi: int = 75) -> None:
    """Draw ``found`` labels (k, j, i; red and orange in turn, dashed if incomplete) and, green, the ``truth``.

    The left panels are the mid-sagittal and the coronal section along the middle of the
    bodies, the others the sections across each body at mid-height, seen from below.
    """
    try:
        import matplotlib

        matplotlib.use("Agg")
        import matplotlib.pyplot as plt
    except ImportError:
        print("no picture: matplotlib is not installed")
        return
    column, field = spine.column, HuField.of(image)
    aside, along = np.arange(-45.0, 45.1, STEP_MM), np.arange(0.0, len(column), STEP_MM)
    at = [np.stack([np.interp(along, np.arange(len(column)), axis) for axis in vectors.T], -1)
          for vectors in (column.middle, column.front, column.right)]
    tall = max(WIDE_IN * 0.3 * len(along) / len(aside), 4.0)
    # as few columns as let the square sections fill the height
    columns = next((n for n in range(1, 9) if np.ceil(len(spine.bodies) / n) * WIDE_IN * 0.385 / n <= tall), 9)
    rows = int(np.ceil(tall / (WIDE_IN * 0.385 / columns)))
    figure = plt.figure(figsize=(WIDE_IN, tall), facecolor="black")
    long = figure.add_gridspec(1, 2, left=0.005, right=0.6, bottom=0.005, top=0.995, wspace=0.02)
    cross = figure.add_gridspec(rows, columns, left=0.61, right=0.995, bottom=0.005, top=0.995, wspace=0.02,
                                hspace=0.02)

    def section(panel, points: np.ndarray, extent: tuple[float, ...]) -> None:
        panel.imshow(field(points), cmap="gray", vmin=WINDOW_HU[0], vmax=WINDOW_HU[1], origin="lower", extent=extent)
        kji = np.rint(image.geometry.to_kji(points)).astype(int)
        limit = np.array(image.geometry.shape)
        seen = np.all((kji >= 0) & (kji < limit), axis=-1)
        index = tuple(np.moveaxis(np.clip(kji, 0, limit - 1), -1, 0))
        x, y = (np.linspace(extent[n], extent[n + 1], points.shape[1 - n // 2]) for n in (0, 2))
        for labels, width in ((found, 1.0), (truth, 0.6)):
            part = np.where(seen, labels[index], 0) if labels is not None else np.zeros(seen.shape, int)
            for n in np.unique(part[part > 0]):
                if labels is truth:
                    colour, style = TRUTH_COLOUR, "solid"
                else:
                    colour = "#ff4040" if n % 2 else "#ffb000"
                    style = "solid" if spine.bodies[n - 1].complete else "dotted"
                panel.contour(x, y, (part == n).astype(float), [0.5], colors=[colour], linewidths=width,
                              linestyles=style)
        panel.axis("off")

    for n, heading in enumerate(at[1:]):
        section(figure.add_subplot(long[0, n]), at[0][:, None] + aside[:, None] * heading[:, None],
                (aside[0], aside[-1], 0, along[-1]))
    square = np.arange(-ACROSS_MM, ACROSS_MM + 0.1, STEP_MM)
    for n, body in enumerate(spine.bodies):
        panel = figure.add_subplot(cross[n // columns, n % columns])
        frame = body.surface.template.frame
        points = body.centre + square[:, None] * frame[0] + (square[:, None, None] - 6) * frame[1]
        section(panel, points, (square[0], square[-1], square[0], square[-1]))
        title = (names or {}).get(n + 1, str(n + 1)) + ("" if body.complete else " cut")
        panel.text(-ACROSS_MM + 1, ACROSS_MM - 7, title, color="white", fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=dpi, facecolor="black")
    plt.close(figure)
