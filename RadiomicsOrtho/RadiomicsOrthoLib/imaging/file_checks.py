"""Checks on an image file before any library reads it.

Readers trust headers: a truncated ``.nii.gz`` loads with zeros at its end, NaN in a
NIfTI becomes 0, a 254-byte file that claims petabytes makes the reader allocate them.
So the header's claim is held against the data first, without keeping the data.
"""

from __future__ import annotations

import gzip
import math
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ..errors import InputError

#: more voxel data than any clinical scan; a header that claims more is refused before allocating
MAX_VOXEL_BYTES = 8 * 2**30
_CHUNK = 2**22
_NIFTI_BYTES = {2: 1, 4: 2, 8: 4, 16: 4, 64: 8, 256: 1, 512: 2, 768: 4, 1024: 8, 1280: 8}
_NIFTI_FLOATS = {16: "f4", 64: "f8"}
_NRRD_BYTES = {"int8": 1, "uint8": 1, "int16": 2, "uint16": 2, "int32": 4, "uint32": 4, "int64": 8, "uint64": 8,
               "float": 4, "double": 8}
_NRRD_SYNONYMS = {"signed char": "int8", "uchar": "uint8", "unsigned char": "uint8", "uint8_t": "uint8",
                  "int8_t": "int8", "short": "int16", "short int": "int16", "signed short": "int16",
                  "int16_t": "int16", "ushort": "uint16", "unsigned short": "uint16", "uint16_t": "uint16",
                  "int": "int32", "signed int": "int32", "int32_t": "int32", "uint": "uint32",
                  "unsigned int": "uint32", "uint32_t": "uint32", "longlong": "int64", "long long": "int64",
                  "int64_t": "int64", "ulonglong": "uint64", "unsigned long long": "uint64", "uint64_t": "uint64"}
_MHA_BYTES = {"MET_CHAR": 1, "MET_UCHAR": 1, "MET_SHORT": 2, "MET_USHORT": 2, "MET_INT": 4, "MET_UINT": 4,
              "MET_LONG": 8, "MET_ULONG": 8, "MET_LONG_LONG": 8, "MET_ULONG_LONG": 8, "MET_FLOAT": 4, "MET_DOUBLE": 8}


@dataclass(frozen=True)
class _Claim:
    """What a header says: the data's size in bytes, where it begins, and its float type if any."""

    data_bytes: int
    offset: int
    compression: str | None
    float_type: str | None = None


def check_image_file(path: Path) -> None:
    """Raise InputError if the file is missing, empty, no image, damaged or oversized."""
    if not path.is_file():
        raise InputError(f"There is no file '{path}'.")
    if path.stat().st_size == 0:
        raise InputError(f"The file '{path}' is empty.")
    name = path.name.lower()
    if name.endswith((".nii", ".nii.gz")):
        _check_data(path, _nifti_claim(path))
    elif name.endswith(".nrrd"):
        _check_data(path, _nrrd_claim(path))
    elif name.endswith(".mha"):
        _check_data(path, _mha_claim(path))
    else:
        raise InputError(f"'{path}' is of no known format; NRRD, NIfTI, MHA or a DICOM folder is needed.")


def _nifti_claim(path: Path) -> _Claim:
    compressed = path.name.lower().endswith(".gz")
    with _opened(path, compressed) as stream:
        header = _read(stream, 540, path)
    for order in "<>":
        size = struct.unpack(order + "i", header[:4])[0] if len(header) >= 348 else 0
        if size == 348:
            dims, datatype = struct.unpack(order + "8h", header[40:56]), struct.unpack(order + "h", header[70:72])[0]
            offset = int(struct.unpack(order + "f", header[108:112])[0])
            spacing = struct.unpack(order + "3f", header[80:92])
            break
        if size == 540 and len(header) >= 540:
            dims, datatype = struct.unpack(order + "8q", header[16:80]), struct.unpack(order + "h", header[12:14])[0]
            offset = struct.unpack(order + "q", header[168:176])[0]
            spacing = struct.unpack(order + "3d", header[112:136])
            break
    else:
        raise InputError(f"'{path}' is not an image: it has no NIfTI header.")
    if not 1 <= dims[0] <= 7 or min(dims[1:1 + dims[0]]) < 1:
        raise InputError(f"'{path}' is damaged: its header claims the size {dims[1:]}.")
    if not all(np.isfinite(step) and step != 0 for step in spacing[:min(dims[0], 3)]):
        raise InputError(f"'{path}' states no usable voxel spacing ({spacing}); nothing can be measured.")
    if datatype not in _NIFTI_BYTES:
        raise InputError(f"'{path}' holds NIfTI data type {datatype}; a scan or a label map of numbers is needed.")
    count = math.prod(dims[1:1 + dims[0]])
    floats = _NIFTI_FLOATS.get(datatype)
    return _Claim(count * _NIFTI_BYTES[datatype], offset, "gzip" if compressed else None,
                  order + floats if floats else None)


def _nrrd_claim(path: Path) -> _Claim:
    with path.open("rb") as stream:
        head = stream.read(2**20)
    match = re.match(rb"NRRD000\d\r?\n", head)
    end = re.search(rb"\r?\n\r?\n", head)
    if not match:
        raise InputError(f"'{path}' is not an image: it has no NRRD header.")
    if not end:
        raise InputError(f"'{path}' is damaged: its NRRD header has no end.")
    fields = {}
    for line in head[match.end():end.start()].decode("utf-8", "replace").splitlines():
        key, separator, value = line.partition(":")
        if separator and not line.startswith("#") and not value.startswith("="):
            fields[key.strip().lower()] = value.strip()
    if "data file" in fields or "datafile" in fields:
        raise InputError(f"'{path}' keeps its data in another file; save it as one NRRD file.")
    kind = fields.get("type", "").lower()
    kind = _NRRD_SYNONYMS.get(kind, kind)
    try:
        sizes = [int(size) for size in fields["sizes"].split()]
        count = math.prod(sizes) * _NRRD_BYTES[kind]
    except (KeyError, ValueError):
        raise InputError(f"'{path}' is damaged: its NRRD header states no usable type and sizes.") from None
    if min(sizes, default=0) < 1:
        raise InputError(f"'{path}' is damaged: its header claims the size {fields['sizes']}.")
    encoding = fields.get("encoding", "raw").lower()
    if encoding not in ("raw", "gzip", "gz"):
        raise InputError(f"'{path}' has the NRRD encoding {encoding!r}; save it raw or gzip-compressed.")
    return _Claim(count, end.end(), "gzip" if encoding != "raw" else None)


def _mha_claim(path: Path) -> _Claim:
    with path.open("rb") as stream:
        head = stream.read(2**16)
    end = re.search(rb"ElementDataFile\s*=\s*LOCAL\s*?\r?\n", head)
    if not end:
        raise InputError(f"'{path}' is not an image: it has no MetaImage header with local data.")
    fields = {}
    for line in head[:end.end()].decode("utf-8", "replace").splitlines():
        key, _, value = line.partition("=")
        fields[key.strip().lower()] = value.strip()
    try:
        sizes = [int(size) for size in fields["dimsize"].split()]
        channels = int(fields.get("elementnumberofchannels", 1))
        count = math.prod(sizes) * _MHA_BYTES[fields["elementtype"].upper()] * channels
    except (KeyError, ValueError):
        raise InputError(f"'{path}' is damaged: its MetaImage header states no usable type and size.") from None
    if min(sizes, default=0) < 1:
        raise InputError(f"'{path}' is damaged: its header claims the size {fields['dimsize']}.")
    compressed = fields.get("compresseddata", "false").lower() == "true"
    return _Claim(count, end.end(), "zlib" if compressed else None)


def _check_data(path: Path, claim: _Claim) -> None:
    """Hold the header's claim against the data, streaming."""
    if claim.data_bytes > MAX_VOXEL_BYTES:
        raise InputError(f"'{path}' claims {_readable(claim.data_bytes)} of voxels, more than the limit of "
                         f"{_readable(MAX_VOXEL_BYTES)}; it was not opened.")
    found, bad = 0, 0
    carry = b""
    for chunk in _data_chunks(path, claim):
        found += len(chunk)
        if claim.float_type:
            chunk = carry + chunk
            whole = len(chunk) - len(chunk) % np.dtype(claim.float_type).itemsize
            bad += int(np.count_nonzero(~np.isfinite(np.frombuffer(chunk[:whole], claim.float_type))))
            carry = chunk[whole:]
    if found < claim.data_bytes:
        raise InputError(f"'{path}' is damaged: header and data size disagree ({_readable(claim.data_bytes)} "
                         f"claimed, {_readable(found)} there).")
    if bad:
        raise InputError(f"'{path}' has {bad} non-finite voxels (NaN or infinite); repair the scan before it is used.")


def _data_chunks(path: Path, claim: _Claim) -> Iterator[bytes]:
    """The voxel data in pieces, at most as many bytes as the header claims."""
    left = claim.data_bytes
    with path.open("rb") as raw:
        if claim.compression == "zlib":
            raw.seek(claim.offset)
            inflate = zlib.decompressobj()
            while left > 0 and (block := raw.read(_CHUNK)):
                try:
                    data = inflate.decompress(block, left)
                except zlib.error:
                    raise InputError(f"'{path}' is damaged (its compressed data cannot be read).") from None
                left -= len(data)
                yield data
            return
        if claim.compression == "gzip" and path.name.lower().endswith(".nrrd"):
            raw.seek(claim.offset)
            stream: BinaryIO = gzip.GzipFile(fileobj=raw)
        elif claim.compression == "gzip":
            stream = gzip.GzipFile(fileobj=raw)
            _read(stream, claim.offset, path)
        else:
            raw.seek(claim.offset)
            stream = raw
        while left > 0 and (data := _read(stream, min(_CHUNK, left), path)):
            left -= len(data)
            yield data
        # the checksum stands at the stream's end: reading past the data proves that it is whole
        if claim.compression == "gzip" and left == 0:
            _read(stream, _CHUNK, path)


def _opened(path: Path, compressed: bool) -> BinaryIO:
    return gzip.open(path, "rb") if compressed else path.open("rb")


def _read(stream: BinaryIO, size: int, path: Path) -> bytes:
    try:
        return stream.read(size)
    except EOFError:
        raise InputError(f"'{path}' is damaged (incomplete gzip stream); copy it again from its source.") from None
    except (OSError, zlib.error):
        raise InputError(f"'{path}' is damaged (its gzip stream cannot be read).") from None


def _readable(size: float) -> str:
    for unit in ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB"):
        if size < 1024 or unit == "PiB":
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1024
    raise AssertionError("unreachable")
