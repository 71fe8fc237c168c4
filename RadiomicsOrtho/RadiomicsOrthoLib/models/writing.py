"""Making the files of a bundle from its card and parts."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping

from .bundle_files import MODEL_FILE
from .parts import check_part_content, check_part_name, part_entry


def bundle_content(card: Mapping, parts: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """File name → content of a bundle: ``model.json`` from ``card``, which lists ``parts``, and the parts.

    ``ValueError`` for a part that no bundle may hold.
    """
    parts = dict(parts or {})
    for name, content in parts.items():
        check_part_name(name)
        check_part_content(name, content)
    listed = {"parts": [part_entry(name, parts[name]) for name in sorted(parts)]} if parts else {}
    entries = {name: entry for name, entry in card.items() if name not in ("parts", "check_vectors")}
    text = json.dumps(entries | listed | {"check_vectors": card["check_vectors"]}, indent=2, ensure_ascii=False,
                      allow_nan=False)
    return {MODEL_FILE: f"{text}\n".encode()} | parts


def zip_content(content: Mapping[str, bytes]) -> bytes:
    """A zip archive of ``content``; equal content gives equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(content):
            entry = zipfile.ZipInfo(name)       # its date is fixed: 1980-01-01
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, content[name])
    return buffer.getvalue()
