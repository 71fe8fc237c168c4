"""Checks on an image file before any library reads it, and the voxels that were checked.

Readers trust headers: a truncated ``.nii.gz`` loads with zeros at its end, NaN in a
NIfTI becomes 0, a 254-byte file that claims petabytes makes the reader allocate them.
So the header's claim is held against the file first, then against the data as they are
inflated.  What was inflated and found whole is the scan: it is kept, not inflated again.
"""

from __future__ import annotations

import math
import re
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ..errors import InputError
from .geometry import Geometry
from .nrrd_header import read_nrrd_header

#: more voxel data than any clinical scan; a header that claims more is refused before allocating
MAX_VOXEL_BYTES = 8 * 2**30
#: DEFLATE cannot shrink data further than this (RFC 1951: 258 bytes in 2 bits)
_LARGEST_RATIO = 1032
_CHUNK = 2**22
_NIFTI_TYPES = {2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8"}
_NRRD_TYPES = {"int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2", "int32": "i4", "uint32": "u4",
               "int64": "i8", "uint64": "u8", "float": "f4", "double": "f8"}
_NRRD_SYNONYMS = {
    "signed char": "int8", "uchar": "uint8", "unsigned char": "uint8", "uint8_t": "uint8", "int8_t": "int8",
    "short": "int16", "short int": "int16", "signed short": "int16", "signed short int": "int16", "int16_t": "int16",
    "ushort": "uint16", "unsigned short": "uint16", "unsigned short int": "uint16", "uint16_t": "uint16",
    "int": "int32", "signed int": "int32", "int32_t": "int32", "uint": "uint32", "unsigned int": "uint32",
    "uint32_t": "uint32", "longlong": "int64", "long long": "int64", "long long int": "int64",
    "signed long long": "int64", "signed long long int": "int64", "int64_t": "int64", "ulonglong": "uint64",
    "unsigned long long": "uint64", "unsigned long long int": "uint64", "uint64_t": "uint64"}
_MHA_TYPES = {"MET_CHAR": "i1", "MET_UCHAR": "u1", "MET_SHORT": "i2", "MET_USHORT": "u2", "MET_INT": "i4",
              "MET_UINT": "u4", "MET_LONG": "i8", "MET_ULONG": "u8", "MET_LONG_LONG": "i8", "MET_ULONG_LONG": "u8",
              "MET_FLOAT": "f4", "MET_DOUBLE": "f8"}


@dataclass(frozen=True)
class StoredVoxels:
    """Where a file keeps its voxels, as its checked header says.

    ``count`` numbers of the type ``dtype`` (with its byte order) begin at ``offset``.  ``compression`` (``gzip`` or
    ``zlib``) begins there too, or, with ``whole_file``, ahead of the header.  Not ``straight``: to find or understand
    the numbers takes more than this.  ``finite``: NaN and infinity are refused, because readers make 0 of them.
    ``geometry`` is the grid where the header states it plainly.
    """

    path: Path
    dtype: np.dtype
    count: int
    offset: int
    compression: str | None = None
    whole_file: bool = False
    straight: bool = True
    finite: bool = False
    geometry: Geometry | None = None

    @property
    def layers(self) -> int:
        """Values per voxel; 0 where the header does not plainly say where voxels are and how they are stored."""
        if self.geometry is None or not self.straight:
            return 0
        return self.count // math.prod(self.geometry.shape)

    def read(self) -> np.ndarray:
        """The numbers in the file's order, (count,), in this machine's byte order.

        Raises InputError where the data are shorter than the header claims, damaged, or not finite but should be.
        """
        values = self._raw() if self.compression is None else self._inflated()
        if self.finite and values.dtype.kind == "f":
            # in parts: no second array of the scan's size
            bad = sum(values[n:n + _CHUNK].size - int(np.count_nonzero(np.isfinite(values[n:n + _CHUNK])))
                      for n in range(0, values.size, _CHUNK))
            if bad:
                raise InputError(f"'{self.path}' has {bad} non-finite voxels (NaN or infinite); repair the scan before "
                                 "it is used.")
        return values if values.dtype.isnative else values.astype(values.dtype.newbyteorder("="))

    def _raw(self) -> np.ndarray:
        self._check_size(max(self.path.stat().st_size - self.offset, 0))
        values = np.fromfile(self.path, self.dtype, self.count, offset=self.offset)
        self._check_size(values.nbytes)
        return values

    def _inflated(self) -> np.ndarray:
        size = self.count * self.dtype.itemsize
        # a short file that claims gigabytes is given no more than it can fill
        values = np.empty(min(size, self.path.stat().st_size * _LARGEST_RATIO), np.uint8)
        found = 0
        with self.path.open("rb") as raw:
            raw.seek(0 if self.whole_file else self.offset)
            stream = _Inflated(raw, self.compression, self.path)
            if self.whole_file:
                _read_exactly(stream, self.offset)
            while found < values.size and (data := stream.read(min(_CHUNK, values.size - found))):
                values[found:found + len(data)] = np.frombuffer(data, np.uint8)
                found += len(data)
            self._check_size(found)
            # the checksum stands at the stream's end: reading past the data proves that it is whole
            _read_exactly(stream, _CHUNK)
        return values.view(self.dtype)

    def _check_size(self, found: int) -> None:
        claimed = self.count * self.dtype.itemsize
        if found < claimed:
            raise InputError(f"'{self.path}' is damaged: header and data size disagree ({_readable(claimed)} claimed, "
                             f"{_readable(found)} there).")


def check_image_file(path: Path) -> StoredVoxels:
    """Where the voxels lie; InputError if the file is missing, empty, no image or of an unusable or false header.

    The data themselves are checked as they are read.
    """
    if not path.is_file():
        raise InputError(f"'{path}' is a folder; give a file." if path.is_dir() else f"There is no file '{path}'.")
    if path.stat().st_size == 0:
        raise InputError(f"The file '{path}' is empty.")
    name = path.name.lower()
    if name.endswith((".nii", ".nii.gz")):
        stored = _nifti_claim(path)
    elif name.endswith(".nrrd"):
        stored = _nrrd_claim(path)
    elif name.endswith(".mha"):
        stored = _mha_claim(path)
    else:
        raise InputError(f"'{path}' is of no known format; NRRD, NIfTI, MHA, DICOM, or a grey PNG or TIFF is needed.")
    size = stored.count * stored.dtype.itemsize
    if size > MAX_VOXEL_BYTES:
        raise InputError(f"'{path}' claims {_readable(size)} of voxels, more than the limit of "
                         f"{_readable(MAX_VOXEL_BYTES)}; it was not opened.")
    return stored


def _nifti_claim(path: Path) -> StoredVoxels:
    compressed = path.name.lower().endswith(".gz")
    with path.open("rb") as raw:
        header = _read_exactly(_Inflated(raw, "gzip", path) if compressed else raw, 540)
    for order in "<>":
        size = struct.unpack(order + "i", header[:4])[0] if len(header) >= 348 else 0
        if size == 348:
            dims, datatype = struct.unpack(order + "8h", header[40:56]), struct.unpack(order + "h", header[70:72])[0]
            offset = struct.unpack(order + "f", header[108:112])[0]
            spacing, scale = struct.unpack(order + "3f", header[80:92]), struct.unpack(order + "2f", header[112:120])
            break
        if size == 540 and len(header) >= 540:
            dims, datatype = struct.unpack(order + "8q", header[16:80]), struct.unpack(order + "h", header[12:14])[0]
            offset = struct.unpack(order + "q", header[168:176])[0]
            spacing, scale = struct.unpack(order + "3d", header[112:136]), struct.unpack(order + "2d", header[176:192])
            break
    else:
        raise InputError(f"'{path}' is not an image: it has no NIfTI header.")
    if not 1 <= dims[0] <= 7 or min(dims[1:1 + dims[0]]) < 1:
        raise InputError(f"'{path}' is damaged: its header claims the size {dims[1:]}.")
    if not math.isfinite(offset):
        raise InputError(f"'{path}' is damaged: its header does not say where the voxels begin.")
    if not all(np.isfinite(step) and step != 0 for step in spacing[:min(dims[0], 3)]):
        raise InputError(f"'{path}' states no usable voxel spacing ({spacing}); nothing can be measured.")
    if datatype not in _NIFTI_TYPES:
        raise InputError(f"'{path}' holds NIfTI data type {datatype}; a scan or a label map of numbers is needed.")
    return StoredVoxels(path, np.dtype(order + _NIFTI_TYPES[datatype]), math.prod(dims[1:1 + dims[0]]),
                        max(int(offset), 0), "gzip" if compressed else None, whole_file=compressed,
                        straight=scale in ((0, 0), (1, 0)), finite=True)


def _nrrd_claim(path: Path) -> StoredVoxels:
    header = read_nrrd_header(path)
    fields = header.fields
    if "data file" in fields or "datafile" in fields:
        raise InputError(f"'{path}' keeps its data in another file; save it as one NRRD file.")
    kind = fields.get("type", "").lower()
    kind = _NRRD_SYNONYMS.get(kind, kind)
    try:
        sizes = [int(size) for size in fields["sizes"].split()]
        dtype = np.dtype(_NRRD_TYPES[kind])
    except (KeyError, ValueError):
        raise InputError(f"'{path}' is damaged: its NRRD header states no usable type and sizes.") from None
    if min(sizes, default=0) < 1:
        raise InputError(f"'{path}' is damaged: its header claims the size {fields['sizes']}.")
    encoding = fields.get("encoding", "raw").lower()
    if encoding not in ("raw", "gzip", "gz"):
        raise InputError(f"'{path}' has the NRRD encoding {encoding!r}; save it raw or gzip-compressed.")
    order = ">" if fields.get("endian", "little").lower() == "big" else "<"
    skips = any(key in fields for key in ("line skip", "lineskip", "byte skip", "byteskip"))
    # layers of a segmentation come first, or a reader has to turn the axes
    layers_later = any(kind not in ("domain", "space") for kind in header.kinds[1:])
    return StoredVoxels(path, dtype.newbyteorder(order), math.prod(sizes), header.size,
                        "gzip" if encoding != "raw" else None, straight=not (skips or layers_later),
                        geometry=header.grid())


def _mha_claim(path: Path) -> StoredVoxels:
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
        dtype = np.dtype(_MHA_TYPES[fields["elementtype"].upper()])
    except (KeyError, ValueError):
        raise InputError(f"'{path}' is damaged: its MetaImage header states no usable type and size.") from None
    if min(sizes, default=0) < 1:
        raise InputError(f"'{path}' is damaged: its header claims the size {fields['dimsize']}.")
    compressed = fields.get("compresseddata", "false").lower() == "true"
    big = "true" in (fields.get("binarydatabyteordermsb", "").lower(), fields.get("elementbyteordermsb", "").lower())
    others = {"headersize", "elementtointensityfunctionslope", "elementtointensityfunctionoffset"}
    straight = not others & set(fields) and fields.get("binarydata", "true").lower() == "true"
    return StoredVoxels(path, dtype.newbyteorder(">" if big else "<"), math.prod(sizes) * channels, end.end(),
                        "zlib" if compressed else None, straight=straight)


def _read_exactly(stream: BinaryIO | _Inflated, size: int) -> bytes:
    """The first ``size`` bytes, or as many as there are."""
    found = b""
    while len(found) < size and (data := stream.read(size - len(found))):
        found += data
    return found


class _Inflated:
    """A file's data from an offset on, inflated as they are read (by ``gzip`` or ``zlib``)."""

    def __init__(self, raw: BinaryIO, compression: str, path: Path) -> None:
        self._raw, self._path = raw, path
        self._members = compression == "gzip"
        self._bits = zlib.MAX_WBITS | 16 if self._members else zlib.MAX_WBITS
        self._inflate = zlib.decompressobj(self._bits)
        self._block = b""

    def read(self, size: int) -> bytes:
        """At most ``size`` bytes, at least one before the end; InputError where the stream is damaged or cut."""
        try:
            while True:
                self._block = self._block or self._raw.read(_CHUNK)
                last = not self._block
                if self._inflate.eof:
                    # behind a gzip member: padding, another member or nothing
                    self._block = self._block.lstrip(b"\0")
                    if last or not self._members:
                        return b""
                    if self._block:
                        self._inflate = zlib.decompressobj(self._bits)
                    continue
                data = self._inflate.decompress(self._block, size)
                self._block = self._inflate.unconsumed_tail or self._inflate.unused_data
                if data:
                    return data
                if last and not self._inflate.eof:
                    raise InputError(f"'{self._path}' is damaged (incomplete {'gzip' if self._members else 'zlib'} "
                                     "stream); copy it again from its source.")
        except zlib.error:
            raise InputError(f"'{self._path}' is damaged (its compressed data cannot be read).") from None


def _readable(size: float) -> str:
    for unit in ("bytes", "KiB", "MiB", "GiB", "TiB", "PiB"):
        if size < 1024 or unit == "PiB":
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1024
    raise AssertionError("unreachable")
