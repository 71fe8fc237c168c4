"""What a scan gave: its regions with measurements, the cards, and what could not be computed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from .. import RESEARCH_USE_ONLY
from ..quality.finding import Finding
from ..regions.proposal import Remark
from ..scoring.card import ScoreCard
from ..scoring.card_file import card_from_dict

SCHEMA = "radiomics-ortho-scan/1"


@dataclass(frozen=True)
class RegionResult:
    """One region: what the gate found, and plain measurements of the part ``measured`` (a compartment).

    Without ``measurements`` the ``findings`` say why there are none.
    """

    name: str
    place: str
    body: int | None
    complete: bool
    level_from: str
    volume_ml: float
    measured: str
    measurements: Mapping[str, float]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class CardResult:
    """A card, and the names of the regions that it counts; empty where the model needs no scan."""

    card: ScoreCard
    region: str


@dataclass(frozen=True)
class Offer:
    """A model that is computed as soon as some values are given: (name, title, unit) of each."""

    model: str
    title: str
    needs: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class NotApplied:
    """A model that gives no card here, why, and what to do about it; ``findings`` where the gate refused."""

    model: str
    title: str
    region: str
    reason: str
    remedy: str
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class ScanResult:
    """Everything that one scan gave."""

    site: str
    findings: tuple[Finding, ...]
    regions: tuple[RegionResult, ...]
    remarks: tuple[Remark, ...]
    cards: tuple[CardResult, ...]
    offers: tuple[Offer, ...]
    not_applied: tuple[NotApplied, ...]

    @property
    def level_from(self) -> str:
        """Who says which level a body is: ``named``, ``suggested``, ``unknown``; empty where there are no levels."""
        return next((region.level_from for region in self.regions if region.body is not None), "")

    def to_dict(self) -> dict[str, object]:
        """The content of ``scan.json`` (schema in ``Resources/Schemas``)."""
        return {"schema": SCHEMA, "notice": RESEARCH_USE_ONLY, **asdict(self),
                "cards": [{"region": found.region, "card": found.card.to_dict()} for found in self.cards]}

    @classmethod
    def from_dict(cls, data: Mapping) -> ScanResult:
        """From the content of ``scan.json``, as this version wrote it."""
        return cls(
            data["site"], _findings(data), tuple(RegionResult(**{**entry, "findings": _findings(entry)})
                                                 for entry in data["regions"]),
            tuple(Remark(**entry) for entry in data["remarks"]),
            tuple(CardResult(card_from_dict(entry["card"]), entry["region"]) for entry in data["cards"]),
            tuple(Offer(entry["model"], entry["title"], tuple(tuple(need) for need in entry["needs"]))
                  for entry in data["offers"]),
            tuple(NotApplied(**{**entry, "findings": _findings(entry)}) for entry in data["not_applied"]))


def _findings(data: Mapping) -> tuple[Finding, ...]:
    return tuple(Finding(**finding) for finding in data["findings"])
