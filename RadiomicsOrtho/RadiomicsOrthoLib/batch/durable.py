"""Files that are there whole or not at all, also after a crash of the machine."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path


def write_durably(path: Path, parts: Iterable[str]) -> None:
    """Write ``parts`` (text, one after the other) as a file that replaces an older one when it is on the disk."""
    unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with unfinished.open("wb") as file:
            for part in parts:
                file.write(part.encode("utf-8"))
            _to_disk(file)
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    sync_folder(path.parent)


def fill_folder(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write ``files`` (name → content) into an existing ``folder``, and see that they are on the disk."""
    for name, content in files.items():
        with (folder / name).open("wb") as file:
            file.write(content.encode("utf-8") if isinstance(content, str) else content)
            _to_disk(file)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """See that the names in ``folder`` are on the disk; systems that know no such thing do it by themselves."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)


def _to_disk(file) -> None:
    file.flush()
    os.fsync(file.fileno())
