"""What is known of how a scan was made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace

from ..errors import InputError
from .acquisition_details import ACQUISITION_DETAILS

#: name -> (title, unit), in the order in which they are shown
ACQUISITION_FACTS = {
    "kvp": ("Tube voltage", "kV"),
    "contrast_agent": ("Contrast agent", ""),
    "kernel": ("Reconstruction kernel", ""),
    "manufacturer": ("Scanner manufacturer", ""),
    "scanner_model": ("Scanner model", ""),
    "software": ("Scanner software", ""),
    "processing": ("Image processing", ""),
    "field_strength_t": ("Field strength", "T"),
    "sequence": ("MR sequence", ""),
}
WEIGHTINGS = ("T1w", "T2w")
#: repetition and echo time of a spin echo: at most these for T1, at least those for T2
T1_TIMES_MS = (1000.0, 30.0)
T2_TIMES_MS = (1800.0, 60.0)
_DEVICE = ("manufacturer", "scanner_model", "software")
#: the facts that mean something for a modality; all of them for an unknown one
FACTS_OF = {
    "CT": ("kvp", "contrast_agent", "kernel", "manufacturer", "scanner_model"),
    "MR": ("field_strength_t", "sequence", "contrast_agent", "manufacturer", "scanner_model"),
    "XR": ("kvp", "processing", *_DEVICE), "DXA": _DEVICE, "PT": ("kernel", *_DEVICE), "US": _DEVICE,
    "unknown": tuple(ACQUISITION_FACTS),
}


@dataclass(frozen=True)
class Acquisition:
    """Facts about the acquisition; ``None`` means *unknown*, never *default*.

    ``contrast_agent`` is ``True``, ``False`` or ``None``: a DICOM file without a
    contrast attribute does not prove that none was given.  ``stated`` names the facts
    that a person typed in instead of the file.  ``details`` holds what of
    ``ACQUISITION_DETAILS`` the file states.
    """

    kvp: float | None = None
    contrast_agent: bool | None = None
    kernel: str | None = None
    manufacturer: str | None = None
    scanner_model: str | None = None
    software: str | None = None
    processing: str | None = None
    field_strength_t: float | None = None
    sequence: str | None = None
    stated: tuple[str, ...] = ()
    details: Mapping[str, float | str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kvp is not None and not 20 <= self.kvp <= 200:
            raise InputError(f"A tube voltage of {self.kvp:g} kV is not plausible (20 to 200 kV).")
        if self.field_strength_t is not None and not 0 < self.field_strength_t <= 12:
            raise InputError(f"A field strength of {self.field_strength_t:g} T is not plausible (up to 12 T).")
        unknown = set(self.stated) - set(ACQUISITION_FACTS) | set(self.details) - set(ACQUISITION_DETAILS)
        if unknown:
            raise ValueError(f"unknown acquisition facts: {sorted(unknown)}")

    def with_stated(self, **facts: object) -> Acquisition:
        """A copy in which a person supplied ``facts`` (``None`` values are skipped).

        Raises InputError if the file states something else: what the scanner wrote down
        is not talked over.
        """
        given = {name: value for name, value in facts.items() if value is not None}
        for name, value in list(given.items()):
            known = getattr(self, name)
            if name == "sequence" and known is not None and known != value and value in WEIGHTINGS:
                # scanners' names mostly do not say it: a weighting may be added, not changed
                if not self.weighting:
                    given[name] = f"{known}, {value}"
                    continue
                if self.weighting == value:
                    del given[name]
                    continue
            if known is not None and known != value:
                title, unit = ACQUISITION_FACTS[name]
                raise InputError(f"The file states {title.lower()} {_shown(known, unit)}; it cannot be stated as "
                                 f"{_shown(value, unit)}.")
            if known is not None:
                del given[name]
        stated = tuple(name for name in ACQUISITION_FACTS if name in given or name in self.stated)
        return replace(self, **given, stated=stated)

    @property
    def weighting(self) -> str:
        """``T1w`` or ``T2w`` of an MR, else empty.

        The sequence's name counts where it says one of them, which scanners' own names mostly do not; then the times
        of a spin echo: short both for T1, long both for T2 (this project's limits, apart from each other on purpose).
        """
        found = set(re.findall(r"(?<![a-z0-9])t([12])(?![0-9*])", (self.sequence or "").lower()))
        if len(found) == 1:
            return f"T{found.pop()}w"
        repetition, echo = (self.details.get(name) for name in ("repetition_time_ms", "echo_time_ms"))
        kind = str(self.details.get("scanning_sequence", "")).upper().split()
        if found or kind != ["SE"] or not all(isinstance(time, float) for time in (repetition, echo)):
            return ""
        if repetition <= T1_TIMES_MS[0] and echo <= T1_TIMES_MS[1]:
            return "T1w"
        return "T2w" if repetition >= T2_TIMES_MS[0] and echo >= T2_TIMES_MS[1] else ""

    def known(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in ACQUISITION_FACTS if getattr(self, name) is not None}

    def unknown(self, modality: str = "unknown") -> tuple[str, ...]:
        """The facts that mean something for ``modality`` and that nothing states."""
        return tuple(name for name in FACTS_OF[modality] if getattr(self, name) is None)

    def to_dict(self, modality: str = "unknown") -> dict[str, object]:
        return {"known": self.known(), "unknown": list(self.unknown(modality)), "stated_by_user": list(self.stated),
                "details": dict(self.details)}


def _shown(value: object, unit: str) -> str:
    if isinstance(value, bool):
        return "given" if value else "not given"
    return f"{value:g} {unit}" if isinstance(value, float) else str(value)


assert {entry.name for entry in fields(Acquisition)} == set(ACQUISITION_FACTS) | {"stated", "details"}
