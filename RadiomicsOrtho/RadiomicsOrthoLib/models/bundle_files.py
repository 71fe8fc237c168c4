"""The files of a bundle, which is a folder or a zip file: their names, and their content on request.

Nothing is unpacked, links are not followed, and a file that nobody asks for is not opened.
"""

from __future__ import annotations

import io
import os
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from ..errors import InputError

MODEL_FILE, SIGNATURE_FILE = "model.json", "signature.json"
MAX_MODEL_BYTES = 4 * 1024 * 1024
MAX_FILES = 64
MAX_TOTAL_BYTES = 64 * 1024 * 1024
#: deflate reaches 1032 on zeros; texts and tables of numbers stay below 30
MAX_RATIO = 200
#: below this a ratio says nothing
SMALL_BYTES = 64 * 1024
#: left behind by file managers, in folders and in the archives that they make
CLUTTER = (".DS_Store", "Thumbs.db", "desktop.ini")
_CLUTTER_FOLDER = "__MACOSX/"
_DEFLATED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class BundleFiles(Protocol):
    """``names`` of all files (clutter of file managers left out), and how to read one."""

    names: tuple[str, ...]

    def read(self, name: str, most: int) -> bytes:
        """The content of a file; InputError if it is larger than ``most`` bytes."""


def open_bundle(path: Path) -> BundleFiles:
    """The files of the bundle in the folder or zip file ``path``.

    Raises InputError with one sentence for what is no bundle, for links, folders inside and
    oversized ones, and for a zip file with names that lead elsewhere, that collide, or
    that unpack to far more than they are.
    """
    path = Path(path)
    try:
        return ZipFiles(path) if path.is_file() else FolderFiles(path)
    except OSError as error:
        raise InputError(f"Cannot read '{path}': {error.strerror or error}.") from None


class FolderFiles:
    """The files of a folder, not below it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        if not (path / MODEL_FILE).is_file():
            raise InputError(f"No model: '{path / MODEL_FILE}' does not exist.")
        with os.scandir(path) as found:
            entries = sorted((entry for entry in found if entry.name not in CLUTTER), key=lambda entry: entry.name)
        for entry in entries:
            if entry.is_symlink():
                raise InputError(f"Model refused: '{entry.name}' in '{path}' is a link; a bundle holds its files "
                                 "itself.")
            if not entry.is_file(follow_symlinks=False):
                raise InputError(f"Model refused: '{entry.name}' in '{path}' is not a plain file; a bundle holds only "
                                 "files, side by side.")
            if entry.name == MODEL_FILE and entry.stat(follow_symlinks=False).st_size > MAX_MODEL_BYTES:
                raise _too_large(path / MODEL_FILE, MAX_MODEL_BYTES)
        size = sum(entry.stat(follow_symlinks=False).st_size for entry in entries)
        _check_amount(path, len(entries), size, MAX_FILES, MAX_TOTAL_BYTES)
        self.names = tuple(entry.name for entry in entries)

    def read(self, name: str, most: int) -> bytes:
        try:
            # the file may have become a link since it was listed; Windows has no such flag, and no such links
            with open(os.open(self._path / name, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)
                              | getattr(os, "O_BINARY", 0)), "rb") as file:
                content = file.read(most + 1)
        except OSError as error:
            raise InputError(f"Cannot read '{self._path / name}': {error.strerror or error}.") from None
        return _within(self._path, name, content, most)


class SafeZip:
    """A zip archive that is only read, entry by entry: ``entries`` maps names to what the archive says of them.

    Its directory is judged before anything is decompressed, and what is decompressed is
    counted, because the directory may lie.  Raises InputError with one sentence.
    """

    def __init__(self, path: Path, most_files: int, most_bytes: int) -> None:
        self._path = path
        if path.stat().st_size > most_bytes:
            raise InputError(f"Model refused: '{path}' is larger than {most_bytes // 2**20} MiB.")
        try:
            self.raw = path.read_bytes()
            self._archive = zipfile.ZipFile(io.BytesIO(self.raw))
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise InputError(f"Model refused: '{path}' is neither a folder nor a sound zip file "
                             f"({error}).") from None
        entries = self._archive.infolist()
        # folders and clutter count, too, but not as files of a bundle
        _check_amount(path, len(entries), 0, 4 * most_files, most_bytes)
        for entry in entries:
            self._check_entry(entry)
        kept = [entry for entry in entries if not entry.is_dir() and not _is_clutter(entry.filename)]
        _check_amount(path, len(kept), sum(entry.file_size for entry in kept), most_files, most_bytes)
        folder = _only_folder(kept)
        self.entries: dict[str, zipfile.ZipInfo] = {}
        seen: dict[str, str] = {}
        for entry in kept:
            name = entry.filename.removeprefix(folder)
            if "/" in name:
                raise self._refused(f"'{entry.filename}' lies in a folder; the files must stand side by side")
            # what two file systems would take for one name
            same = unicodedata.normalize("NFKC", name).casefold()
            if same in seen:
                raise self._refused(f"it holds '{name}' twice" if seen[same] == name else
                                    f"'{seen[same]}' and '{name}' are one name on many computers")
            seen[same] = name
            self.entries[name] = entry

    def read(self, name: str, most: int) -> bytes:
        entry = self.entries[name]
        most = min(most, entry.file_size)
        try:
            with self._archive.open(entry) as file:
                content = file.read(most + 1)
                more = file.read(1)
        except (zipfile.BadZipFile, EOFError, ValueError, NotImplementedError, RuntimeError, OSError,
                zlib.error) as error:
            raise self._refused(f"'{name}' in it cannot be read ({error})") from None
        return _within(self._path, name, content + more, most)

    def _check_entry(self, entry: zipfile.ZipInfo) -> None:
        # ``filename`` is what zipfile made of it, ``orig_filename`` what stands in the file
        for name in {entry.filename, entry.orig_filename}:
            if name.startswith(("/", "\\")) or ":" in name:
                raise self._refused(f"the name '{name}' in it is absolute")
            if ".." in name.replace("\\", "/").split("/"):
                raise self._refused(f"the name '{name}' in it leads out of its folder")
            if "\\" in name or any(ord(letter) < 32 or ord(letter) == 127 for letter in name):
                raise self._refused(f"the name {name!r} in it has signs that no file of a bundle has")
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind == stat.S_IFLNK:
            raise self._refused(f"'{entry.filename}' in it is a link")
        if kind not in (0, stat.S_IFDIR if entry.is_dir() else stat.S_IFREG):
            raise self._refused(f"'{entry.filename}' in it is not a plain file")
        if entry.flag_bits & 0x41:
            raise self._refused(f"'{entry.filename}' in it is encrypted")
        if entry.compress_type not in _DEFLATED:
            raise self._refused(f"'{entry.filename}' in it is compressed in an unusual way; use deflate")
        if entry.file_size > SMALL_BYTES and entry.file_size > MAX_RATIO * entry.compress_size:
            raise self._refused(f"'{entry.filename}' in it would unpack to {entry.file_size} bytes from "
                                f"{entry.compress_size}")

    def _refused(self, reason: str) -> InputError:
        return InputError(f"Model refused: '{self._path}' is not safe: {reason}.")


class ZipFiles(SafeZip):
    """The files of a zip archive, which may hold them in one folder of its own."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, MAX_FILES, MAX_TOTAL_BYTES)
        if MODEL_FILE not in self.entries:
            raise InputError(f"No model: '{path}' holds no {MODEL_FILE}.")
        self.names = tuple(sorted(self.entries))


class FilesInMemory:
    """Files of a bundle that has not been written yet."""

    def __init__(self, content: Mapping[str, bytes]) -> None:
        self._content = content
        self.names = tuple(content)

    def read(self, name: str, most: int) -> bytes:
        return _within(Path(), name, self._content[name], most)


def _only_folder(entries: list[zipfile.ZipInfo]) -> str:
    """The one folder that holds all entries, as ``name/``; empty where they stand at the top."""
    tops = {entry.filename.split("/", 1)[0] if "/" in entry.filename else "" for entry in entries}
    return f"{tops.pop()}/" if len(tops) == 1 and "" not in tops else ""


def _is_clutter(name: str) -> bool:
    return name.startswith(_CLUTTER_FOLDER) or name.rsplit("/", 1)[-1] in CLUTTER


def _check_amount(path: Path, count: int, size: int, most_files: int, most_bytes: int) -> None:
    if count > most_files:
        raise InputError(f"Model refused: '{path}' holds {count} files; a bundle has at most {most_files}.")
    if size > most_bytes:
        raise InputError(f"Model refused: the files in '{path}' are {size} bytes together; a bundle has at most "
                         f"{most_bytes // 2**20} MiB.")


def _within(path: Path, name: str, content: bytes, most: int) -> bytes:
    if len(content) > most:
        raise _too_large(path / name, most)
    return content


def _too_large(path: Path, most: int) -> InputError:
    size = f"{most // 2**20} MiB" if most >= 2**20 else f"{most} bytes"
    return InputError(f"Model refused: '{path}' is larger than {size}.")
