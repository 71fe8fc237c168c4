#!/usr/bin/env python3
"""Bring the translation file of the interface up to date with the sources.

    python3 dev.py translations

Takes what stands in ``_("...")`` in the module files, RadiomicsOrthoScene and RadiomicsOrthoWidgets, and every text of
the .ui files, and writes ``RadiomicsOrtho/Resources/Translations/RadiomicsOrtho_zh-CN.ts``, in the form and with the
context names of Slicer's own `Utilities/Scripts/update_translations.py`. What was translated stays; the same text in
another place is taken over; a new one is marked unfinished, for a person (Qt Linguist, or any editor); one that is
gone is dropped. The standard library is enough.
"""

from __future__ import annotations

import argparse
import ast
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "RadiomicsOrtho" / "Resources" / "Translations" / "RadiomicsOrtho_zh-CN.ts"
LANGUAGE = "zh_CN"
#: properties that hold names, not words (SlicerLanguagePacks, DevelopersManual.md)
NOT_WORDS = {"SlicerParameterName", "nodeTypes", "hideChildNodeTypes", "interactionNodeSingletonTag", "levelFilter",
             "quantity", "settingKey", "defaultTerminologyEntrySettingsKey", "baseName", "segmentationNode"}


class Text(NamedTuple):
    """A text of the interface, and the context that Slicer looks it up in."""

    context: str
    source: str


class NotATextError(Exception):
    """``_()`` around something that is no plain text."""


def source_files() -> list[Path]:
    """The files whose texts a user sees, in a stable order."""
    module = ROOT / "RadiomicsOrtho"
    return [ROOT / "RadiomicsOrtho" / "RadiomicsOrtho.py", ROOT / "RadiomicsOrthoSegment" / "RadiomicsOrthoSegment.py",
            *sorted((module / "RadiomicsOrthoScene").glob("*.py")),
            *sorted((module / "RadiomicsOrthoWidgets").glob("*.py")),
            *sorted(ROOT.glob("RadiomicsOrtho*/Resources/UI/*.ui"))]


def interface_texts() -> list[Text]:
    """Every text of the interface once, sorted by context, then in the order of the sources."""
    found = dict.fromkeys(text for path in source_files()
                          for text in (ui_texts(path) if path.suffix == ".ui" else python_texts(path)))
    return sorted(found, key=lambda text: text.context)


def python_texts(path: Path) -> Iterator[Text]:
    """What stands in ``_()``; NotATextError where that is no plain text."""
    # as slicer.i18n.getContext
    context = f"{path.parent.name}.{path.stem}" if (path.parent / "__init__.py").is_file() else path.stem
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
             if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        argument = call.args[0] if len(call.args) == 1 and not call.keywords else None
        if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
            raise NotATextError(f"{path.name}:{call.lineno}: _() takes one text as it stands; format it outside.")
        yield Text(context, argument.value)


def ui_texts(path: Path) -> Iterator[Text]:
    """The texts of a .ui file, in the context of its class."""
    root = ET.parse(path).getroot()
    context = root.findtext("class", path.stem)
    for holder in root.iter():
        if holder.tag not in ("property", "attribute") or holder.get("name") in NOT_WORDS:
            continue
        for element in holder.iter("string"):
            marked = "true" in (element.get("notr"), holder.get("notr"))
            if not marked and (element.text or "").strip():
                yield Text(context, element.text or "")


def ts_text(texts: list[Text], known: dict[Text, str]) -> str:
    """The .ts file; ``known`` gives the translations there are."""
    elsewhere = {text.source: translated for text, translated in known.items()}
    lines = ['<?xml version="1.0" encoding="utf-8"?>', "<!DOCTYPE TS>",
             f'<TS version="2.1" language="{LANGUAGE}" sourcelanguage="en_US">']
    context = None
    for text in texts:
        if text.context != context:
            lines += [] if context is None else ["</context>"]
            lines += ["<context>", f"    <name>{escape(text.context)}</name>"]
            context = text.context
        translated = known.get(text) or elsewhere.get(text.source, "")
        state = "" if translated else ' type="unfinished"'
        lines += ["    <message>", f"        <source>{escape(text.source)}</source>",
                  f"        <translation{state}>{escape(translated)}</translation>", "    </message>"]
    return "\n".join([*lines, "</context>", "</TS>", ""])


def known_translations(path: Path) -> dict[Text, str]:
    """The finished translations of a .ts file; none if there is no file."""
    sys.path.insert(0, str(ROOT / "RadiomicsOrtho"))
    from RadiomicsOrthoWidgets.translation_file import readTs

    messages = readTs(path) if path.is_file() else ()
    return {Text(message.context, message.source): message.translation for message in messages if message.translation}


def main() -> int:
    """Write the file, and say what is left to translate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--missing", action="store_true", help="print the texts without translation")
    arguments = parser.parse_args()
    try:
        texts = interface_texts()
    except NotATextError as problem:
        print(problem, file=sys.stderr)
        return 1
    known = known_translations(TARGET)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_bytes(ts_text(texts, known).encode("utf-8"))
    sources = {source for _context, source in known}
    missing = list(dict.fromkeys(text.source for text in texts if text.source not in sources))
    if arguments.missing:
        print("\n".join(repr(source) for source in missing))
    print(f"{TARGET.name}: {len(texts)} texts, {len(missing)} without translation")
    return 0


if __name__ == "__main__":
    sys.exit(main())
