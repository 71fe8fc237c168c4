"""Grey pictures as PNG (ISO/IEC 15948), without an image library."""

from __future__ import annotations

import struct
import zlib

import numpy as np


def grey_png(pixels: np.ndarray) -> bytes:
    """``pixels`` (row from the top, column), uint8, as an 8-bit grey PNG; equal pixels give equal bytes."""
    if pixels.ndim != 2 or pixels.dtype != np.uint8 or not pixels.size:
        raise ValueError("a grey picture is a two-dimensional array of uint8")
    height, width = pixels.shape
    # each row begins with its filter type: 0, none
    rows = np.hstack([np.zeros((height, 1), np.uint8), pixels]).tobytes()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND")


def _chunk(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
