"""What is asked of a scan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from ..regions.request import SITES
from ..regions.trabecular import DEFAULT_DEPTH_MM, check_depth

#: a site: the first of ``SITES`` that is found in the scan
ANY = "any"


@dataclass(frozen=True)
class ScanRequest:
    """Which bone, what a person says of it, and what of the patient.

    ``site`` is one of ``SITES``, or ``ANY``. ``seed`` is a point inside the bone (RAS mm); without it the bone is
    looked for. ``level`` names the vertebra at the point, without a point the lowest one. ``clinical`` holds values
    as entered, by input name, or by ``model:name`` where the models ask different questions under one name.
    ``models`` are the ids of models that are wanted too and not applied unasked. ``calibration`` is the text of a
    calibration file, by which HU become densities for the models that measure them; empty without one.
    """

    site: str = "vertebra"
    seed: tuple[float, float, float] | None = None
    level: str | None = None
    clinical: Mapping[str, str] = field(default_factory=dict)
    models: tuple[str, ...] = ()
    core_depth_mm: float = DEFAULT_DEPTH_MM
    calibration: str = ""

    def __post_init__(self) -> None:
        if self.site not in (*SITES, ANY):
            raise ValueError(f"site must be one of {(*SITES, ANY)}, not {self.site!r}")
        check_depth(self.core_depth_mm)

    @property
    def sites(self) -> tuple[str, ...]:
        """The bones to look for, one after the other until one is found."""
        return SITES if self.site == ANY else (self.site,)

    def to_dict(self) -> dict[str, object]:
        """JSON-ready."""
        return {**asdict(self), "clinical": dict(self.clinical)}

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> ScanRequest:
        seed = values.get("seed")
        return cls(**{**values, "seed": None if seed is None else tuple(seed), "models": tuple(values["models"])})
