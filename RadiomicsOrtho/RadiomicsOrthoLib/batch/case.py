"""One case of a cohort: a scan, what is known of it, and what is carried along into the tables."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ..imaging.stated import StatedFacts


@dataclass(frozen=True)
class BatchCase:
    """A row of the list of cases.

    ``image``, ``mask`` and ``calibration`` are paths as the list has them, relative to ``folder``; ``mask`` and
    ``calibration`` are empty where there is none.  ``segments`` are those of the mask that are measured, by default
    all.  ``seed`` is a point in the bone (RAS mm).  ``carried`` are the other columns, as text; models take their
    clinical values from them.
    """

    id: str
    line: int
    folder: str
    image: str
    mask: str = ""
    calibration: str = ""
    series: str | None = None
    segments: tuple[str, ...] = ()
    site: str | None = None
    level: str | None = None
    side: str | None = None
    compartment: str | None = None
    seed: tuple[float, float, float] | None = None
    facts: StatedFacts = field(default_factory=StatedFacts)
    carried: Mapping[str, str] = field(default_factory=dict)

    def path(self, written: str) -> Path:
        """A path of the list as one that can be opened."""
        return Path(self.folder) / written

    def request(self) -> str:
        """SHA-256 of what is asked for, by which an earlier result is known again, and which tells no path.

        Without the line and the folder: a list may grow and move.
        """
        asked = asdict(self) | {"carried": dict(self.carried)}
        wanted = {name: value for name, value in asked.items() if name not in ("line", "folder")}
        return hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()

    def files(self) -> dict[str, list[int] | None]:
        """What it is → size and time of the file, for a folder of all that is in it; ``None`` if it is gone.

        They are compared for equality only, so a clock that was changed does no harm.
        """
        given = {"image": self.image, "mask": self.mask, "calibration": self.calibration}
        return {name: _identity(self.path(written)) for name, written in given.items() if written}


def _identity(path: Path) -> list[int] | None:
    try:
        if not path.is_dir():
            found = [path.stat()]
        else:
            with os.scandir(path) as entries:
                found = [entry.stat() for entry in entries if entry.is_file()]
    except OSError:
        return None
    return [len(found), sum(one.st_size for one in found), max((one.st_mtime_ns for one in found), default=0)]
