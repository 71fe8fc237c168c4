"""The text header of an NRRD file (format: teem.sourceforge.net/nrrd/format.html)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from .geometry import Geometry

#: signs that turn a space's axes into RAS
_TO_RAS = {"left-posterior-superior": (-1.0, -1.0, 1.0), "lps": (-1.0, -1.0, 1.0),
           "right-anterior-superior": (1.0, 1.0, 1.0), "ras": (1.0, 1.0, 1.0)}
#: characters of a field and of a path; NrrdIO of ITK writes its error messages, which repeat both, beyond its buffer
#: where they are longer than about 1,000 (seen with SimpleITK 2.5: segmentation fault).  No true field is as long.
MAX_FIELD, MAX_PATH = 400, 1000
_ESCAPES = {"\\n": "\n", "\\\\": "\\"}


@dataclass(frozen=True)
class NrrdHeader:
    """``fields`` of the format by lower-case name, free ``values`` by key; the data begin at byte ``size``."""

    fields: Mapping[str, str]
    values: Mapping[str, str]
    size: int

    @property
    def kinds(self) -> list[str]:
        """Kind of each axis, the fastest first, lower case; empty where the header does not say."""
        return self.fields.get("kinds", "").lower().split()

    def grid(self) -> Geometry | None:
        """The grid of three spatial axes, behind at most one axis of layers; ``None`` where that is not all there is.

        Spacing and direction are computed as NrrdIO does, so that they are ITK's to the last bit.
        """
        signs = _TO_RAS.get(self.fields.get("space", "").lower())
        axes = ["domain" if kind == "space" else kind for kind in self.kinds]
        # what a reader would have to understand beside these
        others = {"space units", "space dimension", "spacings", "axis mins", "axis maxs"} & set(self.fields)
        if signs is None or axes[-3:] != ["domain"] * 3 or len(axes) > 4 or others:
            return None
        try:
            sizes = [int(size) for size in self.fields["sizes"].split()]
            vectors = _vectors(self.fields["space directions"])
            (origin,) = _vectors(self.fields["space origin"])
            if len(sizes) != len(axes) or len(vectors) != 3:
                return None
            spacing = [math.sqrt(x * x + y * y + z * z) for x, y, z in vectors]
            columns = [[sign * (x * (1.0 / length)) + 0.0 for sign, x in zip(signs, vector, strict=True)]
                       for vector, length in zip(vectors, spacing, strict=True)]
            return Geometry(tuple(sizes[:-4:-1]), tuple(spacing),
                            tuple(sign * x + 0.0 for sign, x in zip(signs, origin, strict=True)),
                            tuple(column[row] for row in range(3) for column in columns))
        except (KeyError, ValueError, ZeroDivisionError):
            return None


def read_nrrd_header(path: Path) -> NrrdHeader:
    """Raises InputError where the file is no NRRD, its header has no end, or a reader of ITK must not see it."""
    if len(str(path)) > MAX_PATH:
        raise InputError(f"The path of '{path.name}' has more than {MAX_PATH} characters; move the file to a shorter "
                         "one.")
    with path.open("rb") as stream:
        head = stream.read(2**20)
    match = re.match(rb"NRRD000\d\r?\n", head)
    end = re.search(rb"\r?\n\r?\n", head)
    if not match:
        raise InputError(f"'{path}' is not an image: it has no NRRD header.")
    if not end:
        raise InputError(f"'{path}' is damaged: its NRRD header has no end.")
    fields, values = {}, {}
    # not splitlines: names may hold signs that it takes for line ends
    for line in head[match.end():end.start()].decode("utf-8", "replace").split("\n"):
        field, value = line.find(": "), line.find(":=")
        if line.startswith("#"):
            continue
        if value >= 0 and not 0 <= field < value:
            values[_unescaped(line[:value])] = _unescaped(line[value + 2:].rstrip("\r"))
        elif len(line.encode()) > MAX_FIELD:
            raise InputError(f"'{path}' is damaged: its NRRD header has a field of more than {MAX_FIELD} characters.")
        elif ":" in line:
            name, _, text = line.partition(":")
            fields[name.strip().lower()] = text.strip()
    return NrrdHeader(fields, values, end.end())


def _unescaped(text: str) -> str:
    return re.sub(r"\\[n\\]", lambda found: _ESCAPES[found[0]], text)


def _vectors(text: str) -> list[tuple[float, float, float]]:
    """``none (1,0,0) (0,1,0) (0,0,1)`` → the three vectors; ValueError for any other number of coordinates."""
    found = [tuple(float(x) for x in part.split(",")) for part in re.findall(r"\(([^)]*)\)", text)]
    if any(len(vector) != 3 for vector in found):
        raise ValueError(f"no vectors in space: {text}")
    return found
