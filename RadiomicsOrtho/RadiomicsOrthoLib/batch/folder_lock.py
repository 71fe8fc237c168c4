"""One run at a time in a folder of results.

The system's own lock is taken, which ends with the process that holds it however that ends: a lock file that was left
behind by a dead process locks nothing.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ..errors import InputError

#: on Windows a locked part of a file cannot be read by others: it lies behind what the file says
_FAR_AWAY = 1 << 20


@contextmanager
def locked(path: Path, shared: bool = False) -> Iterator[None]:
    """Hold the lock of the file ``path`` meanwhile; ``shared`` with others that share it.

    Raises InputError, with the process that holds it, if it is taken.
    """
    try:
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise InputError(f"Cannot write into '{path.parent}': {error.strerror}.") from None
    with file:
        if not _take(file, shared):
            file.seek(0)
            holder = file.read(200).strip()
            raise InputError(f"Another run is at work in '{path.parent}'{f' ({holder})' if holder else ''}; wait for "
                             "it, or choose another folder.")
        if not shared:
            file.truncate(0)
            file.write(f"process {os.getpid()} on {socket.gethostname()}\n")
            file.flush()
        yield


def _take(file: IO[str], shared: bool) -> bool:
    """False if somebody else holds it."""
    try:
        import fcntl
    except ImportError:
        return _take_on_windows(file, shared)
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise InputError(f"The disk of '{file.name}' knows no locks ({error.strerror}), so a second run could not be "
                         "kept off; write to another disk.") from None
    return True


def _take_on_windows(file: IO[str], shared: bool) -> bool:
    import msvcrt

    if shared:
        # Windows offers none by this way; each part of a divided batch still has a lock of its own
        return True
    file.seek(_FAR_AWAY)
    try:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    except OSError:
        return False
    finally:
        file.seek(0)
    return True
