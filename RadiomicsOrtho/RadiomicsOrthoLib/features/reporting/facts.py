"""What the answers are taken from: a provenance document, and short words for what is not in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: where an answer comes from
SOURCES = ("file", "user", "region", "profile", "software")


@dataclass(frozen=True)
class Answer:
    """``applies`` is false where the item asks for something that this extraction does not have."""

    text: str
    source: str
    applies: bool = True

    def __post_init__(self) -> None:
        if self.source not in SOURCES:
            raise ValueError(f"the source must be one of {SOURCES}, not {self.source!r}")


def by_software(text: str) -> Answer:
    return Answer(text, "software")


def by_profile(text: str) -> Answer:
    return Answer(text, "profile")


def does_not_apply(text: str) -> Answer:
    return Answer(text, "profile", applies=False)


class Facts:
    """A provenance document (``features/provenance.py``) by the questions that the items ask."""

    def __init__(self, provenance: Mapping) -> None:
        self.provenance = provenance
        self.image: Mapping = provenance["image"]
        self.roi: Mapping = provenance["roi"]
        self.settings: Mapping = provenance["profile"]["settings"]
        self.options: Mapping = self.settings["ibsi"]
        self.by_ibsi = self.settings["definitions"] == "ibsi"
        self.resamples = self.settings["resample_mm"] is not None
        self.is_planar = self.image["size_ijk"][2] == 1

    @property
    def modality(self) -> str:
        return self.image["modality"]

    @property
    def taken_for(self) -> str:
        """The modality as which the scan was treated: values without a stated one passed as HU, so as a CT."""
        return "CT" if self.modality == "unknown" and self.image["unit"] == "HU" else self.modality

    @property
    def unit(self) -> str:
        """A unit for a number, with its space: `` HU``; empty for arbitrary units."""
        return f" {self.image['unit']}" if self.image["unit"] else ""

    def known(self, name: str, unit: str = "") -> Answer | None:
        """An acquisition fact, or ``None`` where nobody states it."""
        acquisition = self.provenance["acquisition"]
        value = acquisition["known"].get(name)
        if value is None:
            return None
        return Answer(_with_unit(value, unit), "user" if name in acquisition["stated_by_user"] else "file")

    def detail(self, name: str, unit: str = "") -> Answer | None:
        """A further fact that the file states."""
        value = self.provenance["acquisition"]["details"].get(name)
        return None if value is None else Answer(_with_unit(value, unit), "file")

    def computes(self, by_ibsi: str, by_pyradiomics: str) -> bool:
        """Whether the family is extracted, by its name under either definitions."""
        return (by_ibsi if self.by_ibsi else by_pyradiomics) in self.settings["feature_classes"]


def number(value: float) -> str:
    return f"{value:g}"


def _with_unit(value: object, unit: str) -> str:
    text = number(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else str(value)
    return f"{text} {unit}" if unit else text
