"""The parts of a bundle: every file beside ``model.json``, listed there with size and SHA-256."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence

from .bundle_files import MODEL_FILE, SIGNATURE_FILE, BundleFiles
from .finite import finite

#: what a part may be: numbers of an estimator, licences, notes.  Nothing that a program would execute.
PART_SUFFIXES = (".json", ".onnx", ".txt", ".md", ".csv", ".pdf", ".png")
#: names that texts of licences have by custom
PART_NAMES = ("COPYING", "COPYING.LESSER", "LICENSE", "LICENCE", "NOTICE")
MAX_PART_BYTES = 32 * 1024 * 1024
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,98}[A-Za-z0-9]")
#: Windows takes these for devices, whatever follows the dot
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
#: how archives and pickles begin: no part is one of them, whatever its name says
_OTHER_KINDS = ((b"PK\x03\x04", "a zip archive"), (b"\x1f\x8b", "a gzip archive"), (b"7z\xbc\xaf", "a 7z archive"),
                (b"Rar!", "a rar archive"), (b"\xfd7zXZ", "an xz archive"), (b"BZh", "a bzip2 archive"),
                *((bytes((0x80, protocol)), "a pickle") for protocol in range(2, 6)))

Parts = Mapping[str, bytes]


def part_entry(name: str, content: bytes) -> dict:
    """How ``model.json`` lists a part."""
    return {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def read_parts(files: BundleFiles, listed: Sequence[Mapping]) -> dict[str, bytes]:
    """Name → content of the parts that ``model.json`` lists.

    ``ValueError`` for a file that is not listed, a part that is missing, and one that is
    not what was listed; files that are not listed are not opened.
    """
    if not isinstance(listed, list):
        raise ValueError("the entry 'parts' must be a list")
    names = [part["name"] for part in listed]
    for name in names:
        check_part_name(name)
    if len({name.casefold() for name in names}) != len(names):
        raise ValueError("the entry 'parts' lists a name twice")
    beside = [name for name in files.names if name not in (MODEL_FILE, SIGNATURE_FILE)]
    unknown = sorted(set(beside) - set(names))
    if unknown:
        raise ValueError(f"the file '{unknown[0]}' stands beside it and is not listed among its parts")
    missing = sorted(set(names) - set(beside))
    if missing:
        raise ValueError(f"the part '{missing[0]}' is missing")
    return {part["name"]: _read(files, part) for part in listed}


def check_part_name(name: str) -> None:
    """``ValueError`` for a name that no part may have."""
    if not isinstance(name, str) or not _NAME.fullmatch(name) or ".." in name or is_device(name) \
            or name.casefold() in (MODEL_FILE, SIGNATURE_FILE):
        raise ValueError(f"{name!r} is no name for a part")
    if name not in PART_NAMES and not name.endswith(PART_SUFFIXES):
        raise ValueError(f"the part '{name}' is of no kind that a bundle may hold ({', '.join(PART_SUFFIXES)}); a "
                         "pickle or an archive is never opened")


def is_device(name: str) -> bool:
    """Whether Windows takes the name for a device."""
    return bool(_DEVICE.fullmatch(name))


def check_part_content(name: str, content: bytes) -> None:
    """``ValueError`` for an archive or a pickle under another name."""
    kind = next((kind for start, kind in _OTHER_KINDS if content.startswith(start)), None)
    if kind:
        raise ValueError(f"the part '{name}' is {kind}, which a bundle may not hold")


def _read(files: BundleFiles, part: Mapping) -> bytes:
    name, size, digest = part["name"], finite(part["bytes"]), part["sha256"]
    if not 0 <= size <= MAX_PART_BYTES:
        raise ValueError(f"the part '{name}' is larger than {MAX_PART_BYTES // 2**20} MiB")
    content = files.read(name, MAX_PART_BYTES)
    if len(content) != size:
        raise ValueError(f"the part '{name}' has {len(content)} bytes and is listed with {size:.0f}: it was changed "
                         "or damaged")
    found = hashlib.sha256(content).hexdigest()
    if found != digest:
        raise ValueError(f"the part '{name}' has the SHA-256 {found} and is listed with {digest}: it was changed or "
                         "damaged")
    check_part_content(name, content)
    return content
