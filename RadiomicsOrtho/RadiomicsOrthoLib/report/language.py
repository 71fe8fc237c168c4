"""The language of a report.

The English sentence is the key and the record: ``card.json`` stays English, and a rendering looks up what it shows.
A catalogue is a folder ``Resources/Languages/<code>`` of JSON files, each one object of English text → translation.
Texts with values are templates with named gaps (``"The scan was made at {kvp} kV."``); what stands in a gap is itself
looked up, so that a formatted English sentence read from a card is translated, too; so are the entries of a list
(``first slice, last row``).  A text that no catalogue knows is shown in English.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cached_property, lru_cache
from types import MappingProxyType

from ..errors import InputError
from ..resources import resource_folder

ENGLISH = "en"
#: code → (name in the language itself, tag for HTML by BCP 47)
LANGUAGES = {ENGLISH: ("English", "en"), "zh": ("简体中文", "zh-CN")}

#: a template with fewer letters than this would fit anything: its gaps hold numbers (and ``{unit}`` one word);
#: ``{amount}`` begins with a number in every template (``Density of the spine of 80 mg/cm³``)
FEW_LETTERS = 8
_NUMBER = r"[<>≤≥−+-]?\d[\d.,]*"
_GAP = re.compile(r"\{(\w+)\}")
#: how English joins the entries of a list, the weakest join first; a catalogue translates them like any text
JOINS = (", ", " or ", " and ")
#: a list of whole clauses is taken apart before a template could swallow its joins
CLAUSES = "; "
_WORD = re.compile("[a-z]{3}")


@dataclass(frozen=True)
class Catalogue:
    """English text → translation; a text with gaps in braces is a template."""

    texts: Mapping[str, str]

    def translate(self, text: str) -> str:
        """``text`` in this language: as it stands, else by the template that fits it most closely, else as a list of
        texts that are all known, else unchanged.
        """
        if text in self.texts:
            return self.texts[text]
        clauses = self._listed(text, (CLAUSES,))
        if clauses != text:
            return clauses
        for pattern, translated in self._templates:
            found = pattern.fullmatch(text)
            if found:
                return _filled(translated, {name: self.translate(value) for name, value in found.groupdict().items()})
        return self._listed(text, JOINS)

    def _listed(self, text: str, joins: tuple[str, ...]) -> str:
        """``L1, last row`` by its entries; unchanged if one with words is unknown, so that no list is half English."""
        for join in joins:
            entries = text.split(join)
            if len(entries) > 1 and join in self.texts:
                translated = [self.translate(entry) for entry in entries]
                if all(new != old or not _WORD.search(old) for new, old in zip(translated, entries, strict=True)):
                    return self.texts[join].join(translated)
        return text

    @cached_property
    def _templates(self) -> tuple[tuple[re.Pattern[str], str], ...]:
        """Those with the most fixed letters first: ``{a} to {b} HU`` goes before ``{a} to {b}``."""
        templates = [key for key in self.texts if _GAP.search(key)]
        templates.sort(key=lambda key: -len(_GAP.sub("", key)))
        return tuple((_pattern(key), self.texts[key]) for key in templates)


_current: ContextVar[str] = ContextVar("language of the report", default=ENGLISH)
_of_model: ContextVar[Mapping[str, str]] = ContextVar("translations of the model", default=MappingProxyType({}))


@lru_cache
def catalogue(code: str) -> Catalogue:
    """All texts of a language; InputError for one that does not ship."""
    if code not in LANGUAGES:
        raise InputError(f"There are reports in {' and '.join(LANGUAGES)}, not in '{code}'.")
    texts: dict[str, str] = {}
    for path in sorted((resource_folder() / "Languages" / code).glob("*.json")):
        texts |= json.loads(path.read_text(encoding="utf-8"))
    return Catalogue(texts)


@contextmanager
def speaking(code: str, model: Mapping | None = None) -> Iterator[None]:
    """Everything that is rendered inside speaks this language; InputError for an unknown one.

    ``model`` is the content of a ``model.json``: what it translates of its own texts is used where no catalogue does.
    """
    catalogue(code)
    tokens = _current.set(code), _of_model.set(_translations(model or {}, code))
    try:
        yield
    finally:
        _current.reset(tokens[0])
        _of_model.reset(tokens[1])


def speak(code: str) -> None:
    """Everything that is rendered from now on speaks this language, outside ``speaking``: that of an application.

    Reports and files name their language themselves.  InputError for an unknown one.
    """
    catalogue(code)
    _current.set(code)


def language() -> str:
    """The code of the language that is spoken now."""
    return _current.get()


def html_language() -> str:
    """Its tag for the ``lang`` attribute."""
    return LANGUAGES[language()][1]


def tr(text: str, **values: object) -> str:
    """A fixed text of the report, written out where it is used; ``values`` fill its gaps.

    A test walks the calls: every text must have a translation.
    """
    translated = catalogue(language()).texts.get(text, text)
    return _filled(translated, values) if values else translated


def local(text: str) -> str:
    """A text of the card (a finding, a title of the model), as far as the catalogue knows it."""
    translated = catalogue(language()).translate(text)
    return _of_model.get().get(text, text) if translated == text else translated


def _translations(model: Mapping, code: str) -> Mapping[str, str]:
    """Those of the model's own texts only: it must not reword a finding or a notice of this software."""
    found = model.get("translations", {}).get(code, {})
    own = set(_texts({name: entry for name, entry in model.items() if name != "translations"})) if found else ()
    return {text: translated for text, translated in found.items() if text in own}


def _texts(data: object) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for entry in data.values():
            yield from _texts(entry)
    elif isinstance(data, list):
        for entry in data:
            yield from _texts(entry)


def _filled(template: str, values: Mapping[str, object]) -> str:
    return _GAP.sub(lambda gap: str(values[gap[1]]) if gap[1] in values else gap[0], template)


def _pattern(template: str) -> re.Pattern[str]:
    parts, end, seen = [], 0, set()
    short = sum(map(str.isalpha, _GAP.sub("", template))) < FEW_LETTERS
    for gap in _GAP.finditer(template):
        parts.append(re.escape(template[end:gap.start()]))
        free = _NUMBER + ".*?" if gap[1] == "amount" else ".+?"
        held = free if not short else r"\S+" if gap[1] == "unit" else _NUMBER
        parts.append(f"(?P={gap[1]})" if gap[1] in seen else f"(?P<{gap[1]}>{held})")
        seen.add(gap[1])
        end = gap.end()
    return re.compile("".join(parts) + re.escape(template[end:]), re.DOTALL)
