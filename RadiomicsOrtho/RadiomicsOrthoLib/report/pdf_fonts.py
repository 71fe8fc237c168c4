"""The faces of a PDF: all of them inside the file, so that every machine shows it alike.

Bitstream Vera comes with reportlab.  What it lacks is taken from ZapfDingbats and Symbol, which every PDF reader has,
and Chinese from a TrueType face of this computer; where there is none, from Adobe's STSong-Light, which is not inside
the file but known to PDF readers (the Asian font pack of Adobe Reader, poppler-data on Linux).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from xml.sax.saxutils import escape

REGULAR, BOLD, ITALIC = "Vera", "VeraBd", "VeraIt"
SIGNS, GREEK, CHINESE, SONG = "ZapfDingbats", "Symbol", "ReportChinese", "STSong-Light"
#: TrueType faces with simplified Chinese; faces with PostScript outlines (Noto CJK) cannot be put into a file here
CHINESE_FILES = (
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/arphic/uming.ttc", "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "C:/Windows/Fonts/msyh.ttc", "C:/Windows/Fonts/simhei.ttf", "C:/Windows/Fonts/simsun.ttc",
    "/System/Library/Fonts/STHeiti Light.ttc", "/Library/Fonts/Arial Unicode.ttf",
    "/System/Library/Fonts/Supplemental/Arial Unicode.ttf")
#: signs that have a likeness in a face that is there
_LIKENESS = {"▸": "➤", "○": "❍", "μ": "µ", "\u00a0": " ", "⚠": "!", "ℹ": "i", "‐": "-", "‑": "-"}


@lru_cache
def chinese_font() -> str:
    """The face for Chinese, registered with reportlab."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.ttfonts import TTFError, TTFont

    for file in CHINESE_FILES:
        if not Path(file).is_file():
            continue
        try:
            pdfmetrics.registerFont(TTFont(CHINESE, file))
        except TTFError:
            continue
        return CHINESE
    pdfmetrics.registerFont(UnicodeCIDFont(SONG))
    return SONG


@lru_cache
def _known(face: str) -> frozenset[int]:
    """The characters of a face of ours."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    pdfmetrics.registerFont(TTFont(face, f"{face}.ttf"))
    return frozenset(pdfmetrics.getFont(face).face.charToGlyph)


def runs(text: str, face: str = REGULAR) -> Iterator[tuple[str, str]]:
    """(face, text) for each stretch of ``text`` that one face can show, ``face`` where it can."""
    def choose(character: str) -> str:
        if ord(character) in _known(face):
            return face
        if unicodedata.east_asian_width(character) in "WF":
            return chinese_font()
        for codec, other in (("zapfdingbatsencoding", SIGNS), ("symbolencoding", GREEK)):
            try:
                character.encode(codec)
            except UnicodeError:
                continue
            return other
        return face

    _register()
    text = "".join(_likeness(character, face) for character in text)
    for found, characters in groupby(text, choose):
        yield found, "".join(characters)


def _likeness(character: str, face: str) -> str:
    """What stands for a character that no face has: ``₀`` becomes ``0``."""
    if character in _LIKENESS:
        return _LIKENESS[character]
    plain = unicodedata.normalize("NFKC", character)
    known = ord(character) in _known(face) or unicodedata.east_asian_width(character) in "WF"
    return character if known or any(ord(one) not in _known(face) for one in plain) else plain


def marked_up(text: str, face: str = REGULAR) -> str:
    """``text`` for a reportlab paragraph in ``face``."""
    return "".join(escape(part) if found == face else f'<font name="{found}">{escape(part)}</font>'
                   for found, part in runs(text, face))


def width_of(text: str, size: float, face: str = REGULAR) -> float:
    from reportlab.pdfbase.pdfmetrics import stringWidth

    return sum(stringWidth(part, found, size) for found, part in runs(text, face))


@lru_cache
def _register() -> None:
    """The faces of Vera as one family, so that markup finds bold and italic."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.rl_config import canvas_basefontname  # noqa: F401 - reads its settings, and with them the codecs

    for face in (REGULAR, BOLD, ITALIC):
        _known(face)
    pdfmetrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=ITALIC, boldItalic=BOLD)
