"""Slicer's translation files: read the texts of a ``.ts`` file, and make the ``.qm`` that Qt looks them up in.

Slicer builds ``.qm`` files of its own texts only; those of an extension are made here when they are needed, so that a
module runs in Chinese from source and from a package alike, without Qt's tools.  The layout of a ``.qm`` file is that
of ``QTranslator`` (qtbase, src/corelib/kernel/qtranslator.cpp): a table of hashes, then the messages, big-endian.
Knows no Slicer and no Qt.
"""

import struct
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_MAGIC = bytes.fromhex("3cb86418caef9c95cd211cbf60a1bddd")
_LANGUAGE, _HASHES, _MESSAGES = 0xA7, 0x42, 0x69
_END, _TRANSLATION, _SOURCE, _CONTEXT, _COMMENT = 1, 3, 6, 7, 8


@dataclass(frozen=True)
class Message:
    """One text of the interface; ``context`` is where it stands, ``translation`` is empty while there is none."""

    context: str
    source: str
    translation: str = ""


def readTs(path) -> tuple[Message, ...]:
    """All messages of a ``.ts`` file, in its order; one that is marked unfinished has no translation."""
    messages = []
    for context in ET.parse(Path(path)).getroot().iter("context"):
        for message in context.iter("message"):
            translated = message.find("translation")
            done = translated is not None and translated.get("type") is None
            messages.append(Message(context.findtext("name", ""), message.findtext("source", ""),
                                    (translated.text or "") if done else ""))
    return tuple(messages)


def qmBytes(messages: Iterable[Message], language: str) -> bytes:
    """The ``.qm`` file of what is translated; ``language`` is a tag such as ``zh_CN``."""
    table, body = [], b""
    for message in messages:
        if message.translation:
            table.append((_hashOf(message.source), len(body)))
            body += _field(_TRANSLATION, message.translation.encode("utf-16-be")) + _field(_COMMENT, b"") \
                + _field(_SOURCE, message.source.encode()) + _field(_CONTEXT, message.context.encode()) + bytes([_END])
    hashes = b"".join(struct.pack(">II", *entry) for entry in sorted(table))
    return _MAGIC + b"".join(_field(tag, content) for tag, content in (
        (_LANGUAGE, language.encode()), (_HASHES, hashes), (_MESSAGES, body)))


def _field(tag: int, content: bytes) -> bytes:
    return struct.pack(">BI", tag, len(content)) + content


def _hashOf(source: str) -> int:
    """The hash function of the ELF format, which ``QTranslator`` uses."""
    value = 0
    for byte in source.encode():
        value = ((value << 4) + byte) & 0xFFFFFFFF
        high = value & 0xF0000000
        value ^= high >> 24
        value &= ~high
    return value or 1
