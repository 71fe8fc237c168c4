"""Grey pictures without loss: PNG and TIFF.

They hold pixels and nothing else: neither a modality nor a pixel size.  What PNG (``pHYs``) and
TIFF (``XResolution``) call resolution is the size of a print, so it is not taken for millimetres.
"""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..errors import InputError
from .image import BoneImage
from .planar import plane_geometry
from .reading import Reading
from .sitk import simpleitk

PICTURE_ENDINGS = (".png", ".tif", ".tiff")
LOSSY_ENDINGS = (".jpg", ".jpeg", ".webp")
#: more pixel data than any radiograph
MAX_PICTURE_BYTES = 2**30
_TIFF_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
#: whole numbers without a sign, which is all that is needed
_TIFF_LETTERS = {1: "B", 3: "H", 4: "I"}
_GREY_WANTED = "a grey picture is needed: export the image itself, or save it as 8-bit or 16-bit grey"


@dataclass(frozen=True)
class _Picture:
    """What a header says."""

    title: str
    white_is_zero: bool = False


def is_picture(path: Path) -> bool:
    return path.suffix.lower() in PICTURE_ENDINGS + LOSSY_ENDINGS


def read_picture(path: Path) -> BoneImage:
    """A PNG or TIFF as a 2-D image (1, j, i) of unknown modality and unknown pixel size.

    Raises InputError for colour, several pages, lossy compression and damage.
    """
    found = _checked(path)
    sitk = simpleitk()
    try:
        array = sitk.GetArrayFromImage(sitk.ReadImage(str(path)))
    except RuntimeError:
        raise InputError(f"'{path}' is damaged: its pixels cannot be read.") from None
    if array.ndim != 2:
        raise InputError(f"'{path}' is no grey picture of one page; {_GREY_WANTED}.")
    if found.white_is_zero:
        array = _exchanged(array, path)
    plane = array[np.newaxis]
    return BoneImage(plane, plane_geometry(plane.shape, None), source=found.title,
                     reading=Reading(spacing_from="missing", inverted=found.white_is_zero))


def _checked(path: Path) -> _Picture:
    if not path.is_file():
        raise InputError(f"There is no file '{path}'.")
    if path.stat().st_size == 0:
        raise InputError(f"The file '{path}' is empty.")
    if path.suffix.lower() in LOSSY_ENDINGS:
        raise InputError(f"'{path}' is compressed with loss, which falsifies texture; export the image as DICOM, PNG "
                         "or TIFF.")
    return _check_png(path) if path.suffix.lower() == ".png" else _check_tiff(path)


def _check_png(path: Path) -> _Picture:
    """Follow the chunks (PNG specification, ISO/IEC 15948) and hold each against its checksum."""
    with path.open("rb") as stream:
        if stream.read(8) != b"\x89PNG\r\n\x1a\n":
            raise InputError(f"'{path}' is not an image: it has no PNG header.")
        kind = b""
        while kind != b"IEND":
            head = stream.read(8)
            length, kind = struct.unpack(">I4s", head) if len(head) == 8 else (0, b"")
            data = stream.read(min(length, MAX_PICTURE_BYTES)) if kind else b""
            checksum = stream.read(4)
            if len(checksum) < 4 or zlib.crc32(kind + data) != int.from_bytes(checksum, "big"):
                raise InputError(f"'{path}' is damaged; copy it again from its source.")
            if kind == b"IHDR":
                width, height, bits, colour = struct.unpack(">IIBB", data[:10])
                _check_size(path, width, height, bits)
                if colour != 0:
                    name = {2: "colour", 3: "palette", 4: "grey with transparency"}.get(colour, "colour, transparent")
                    raise InputError(f"'{path}' is a {name} picture; {_GREY_WANTED}.")
    return _Picture("PNG picture")


def _check_tiff(path: Path) -> _Picture:
    """Read the first directory (TIFF 6.0) and see that its pixels are all there."""
    content = path.read_bytes() if path.stat().st_size <= 4 * MAX_PICTURE_BYTES else b""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(content[:4])
    if order is None:
        raise InputError(f"'{path}' is not an image: it has no TIFF header.")
    try:
        tags, following = _tiff_directory(content, order)
        width, height = tags[256][0], tags[257][0]
        _check_size(path, width, height, max(tags.get(258, (1,))))
        parts = list(zip(tags.get(273) or tags[324], tags.get(279) or tags[325], strict=True))
    except (struct.error, KeyError, ValueError, IndexError):
        raise InputError(f"'{path}' is damaged: its TIFF header cannot be read.") from None
    if following:
        raise InputError(f"'{path}' has several pages; save the one you need on its own.")
    photometric = tags.get(262, (1,))[0]
    if tags.get(277, (1,))[0] != 1 or photometric not in (0, 1):
        raise InputError(f"'{path}' is a colour or palette picture; {_GREY_WANTED}.")
    if tags.get(259, (1,))[0] in (6, 7, 34712):
        raise InputError(f"'{path}' is compressed with loss, which falsifies texture; save it without loss.")
    if any(start + size > len(content) for start, size in parts):
        raise InputError(f"'{path}' is damaged: pixels are missing; copy it again from its source.")
    return _Picture("TIFF picture", white_is_zero=photometric == 0)


def _tiff_directory(content: bytes, order: str) -> tuple[dict[int, tuple[int, ...]], int]:
    """Whole-number entries of the first directory by tag, and where the next directory lies (0: nowhere)."""
    start = struct.unpack_from(order + "I", content, 4)[0]
    count = struct.unpack_from(order + "H", content, start)[0]
    tags = {}
    for number in range(count):
        at = start + 2 + 12 * number
        tag, kind, length = struct.unpack_from(order + "HHI", content, at)
        size = length * _TIFF_BYTES[kind]
        place = at + 8 if size <= 4 else struct.unpack_from(order + "I", content, at + 8)[0]
        if place + size > len(content):
            raise ValueError(f"entry {tag} ends beyond the file")
        if kind in _TIFF_LETTERS:
            tags[tag] = struct.unpack_from(f"{order}{length}{_TIFF_LETTERS[kind]}", content, place)
    return tags, struct.unpack_from(order + "I", content, start + 2 + 12 * count)[0]


def _check_size(path: Path, width: int, height: int, bits: int) -> None:
    if width < 1 or height < 1:
        raise InputError(f"'{path}' is damaged: its header claims the size {width} × {height}.")
    if math.prod((width, height, max(bits, 8) // 8)) > MAX_PICTURE_BYTES:
        raise InputError(f"'{path}' claims {width} × {height} pixels, more than any radiograph; it was not opened.")


def _exchanged(array: np.ndarray, path: Path) -> np.ndarray:
    """Dark and bright exchanged within the pixel type, whatever the picture shows."""
    if not np.issubdtype(array.dtype, np.unsignedinteger):
        raise InputError(f"'{path}' stores white as zero in {array.dtype} pixels, which have no largest value; save "
                         "it with black as zero.")
    return np.iinfo(array.dtype).max - array
