"""Names of labels in the extended header of a NIfTI file, as TotalSegmentator and Caret write them."""

from __future__ import annotations

import gzip
import html
import re
import struct
from pathlib import Path

_HEADER_BYTES = 348
#: a label table of some hundred names is some 50 kB; more is no label table
_MOST_BYTES = 2_000_000
_LABEL = re.compile(r'<Label\s[^>]*?Key="(\d{1,5})"[^>]*>\s*(?:<!\[CDATA\[(.*?)\]\]>|([^<]*))\s*</Label>', re.DOTALL)


def label_names(path: Path) -> dict[int, str]:
    """Label value → name of a NIfTI-1 file; empty if it has no such table, or is no NIfTI-1 file.

    Only the names are taken from the text; it is not read as XML, so nothing in it is expanded or fetched.
    """
    try:
        with (gzip.open if path.name.lower().endswith(".gz") else open)(path, "rb") as stream:
            start = stream.read(_HEADER_BYTES + 4)
            if len(start) < _HEADER_BYTES + 4 or start[344:347] != b"n+1" or start[_HEADER_BYTES] == 0:
                return {}
            order = "<" if struct.unpack("<i", start[:4])[0] == _HEADER_BYTES else ">"
            end = min(int(struct.unpack(f"{order}f", start[108:112])[0]), _MOST_BYTES)
            text = stream.read(max(end - _HEADER_BYTES - 4, 0))
    except (OSError, EOFError, ValueError, OverflowError, struct.error):
        return {}
    found = _LABEL.findall(text.decode("utf-8", "replace"))
    return {int(key): html.unescape(quoted or plain).strip() for key, quoted, plain in found}
