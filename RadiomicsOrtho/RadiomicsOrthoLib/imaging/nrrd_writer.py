"""Writing NRRD files, the format of Slicer; equal content gives equal bytes."""

from __future__ import annotations

import gzip
from collections.abc import Mapping, Sequence

import numpy as np

from .geometry import Geometry
from .image import BoneImage


def image_nrrd(image: BoneImage, notes: Mapping[str, str] | None = None) -> bytes:
    """The content of an ``.nrrd`` file of a scan of whole numbers from -32768 to 32767, with ``notes`` in its header.

    ValueError for other values.
    """
    values = image.array.astype("<i2")
    if not np.array_equal(values, image.array):
        raise ValueError("only scans of whole numbers in 16 bits are written")
    lines = [*grid_lines(image.geometry, "short"), "endian: little"]
    return with_data([*lines, *(f"{name}:={' '.join(text.split())}" for name, text in (notes or {}).items())], values)


def with_data(header: Sequence[str], data: np.ndarray) -> bytes:
    """The file of ``header`` and gzipped ``data``."""
    # without a time stamp, so that equal content is equal files
    packed = gzip.compress(np.ascontiguousarray(data).tobytes(), 6, mtime=0)
    return "\n".join(header).encode("utf-8") + b"\n\n" + packed


def grid_lines(geometry: Geometry, kind: str, layers: int = 1) -> list[str]:
    """The NRRD header proper, of values of the NRRD type ``kind``; NRRD files of Slicer are in LPS."""
    flip = np.array([-1.0, -1.0, 1.0])
    axes = flip[:, None] * geometry.ijk_to_ras[:3, :3]
    several = layers > 1
    sizes = [*([layers] if several else []), *geometry.shape[::-1]]
    return ["NRRD0004", "# Complete NRRD file format specification at:",
            "# http://teem.sourceforge.net/nrrd/format.html", f"type: {kind}", f"dimension: {len(sizes)}",
            "space: left-posterior-superior", f"sizes: {' '.join(map(str, sizes))}",
            f"space directions: {'none ' if several else ''}{' '.join(_vector(column) for column in axes.T)}",
            f"kinds: {'list ' if several else ''}domain domain domain", "encoding: gzip",
            f"space origin: {_vector(flip * np.asarray(geometry.origin))}"]


def _vector(values: np.ndarray) -> str:
    return "(" + ",".join(f"{x + 0.0:.17g}" for x in values) + ")"
