"""What is done with every case of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .. import __version__
from ..errors import InputError
from ..features.profile import ExtractionProfile
from ..models.bundle import ModelBundle
from ..models.catalogue import load_catalogue, load_model
from ..regions.trabecular import check_depth

SCHEMA = "radiomics-ortho-batch/1"


@dataclass(frozen=True)
class BatchSettings:
    """Equal settings give equal results, on any machine and with any number of workers.

    ``models`` are (id, version, SHA-256) of those that are tried on every scan, ``wanted`` the ids of those that were
    asked for.  Without a ``profile`` regions are measured plainly, and no radiomics features are extracted.
    """

    site: str
    models: tuple[tuple[str, str, str], ...]
    wanted: tuple[str, ...]
    profile: ExtractionProfile | None
    core_depth_mm: float
    cards: bool
    language: str
    pdf: bool

    def __post_init__(self) -> None:
        check_depth(self.core_depth_mm)

    def to_dict(self) -> dict[str, object]:
        """JSON-ready: the content of ``batch.json``."""
        profile = self.profile and {"id": self.profile.id, "version": self.profile.version,
                                    "sha256": self.profile.hash(), "settings": self.profile.settings()}
        return {"schema": SCHEMA, "software": __version__, "site": self.site, "profile": profile,
                "models": [{"id": name, "version": version, "sha256": sha256}
                           for name, version, sha256 in self.models],
                "wanted": list(self.wanted), "core_depth_mm": self.core_depth_mm, "cards": self.cards,
                "language": self.language, "pdf": self.pdf}


def models_to_try(wanted: Sequence[str]) -> tuple[ModelBundle, ...]:
    """The ``wanted`` models, or else the whole catalogue; InputError if one is not at hand."""
    return tuple(load_model(name) for name in dict.fromkeys(wanted)) if wanted else load_catalogue()[0]


def same_models(models: Sequence[tuple[str, str, str]]) -> tuple[ModelBundle, ...]:
    """Those of ``BatchSettings.models``, on the machine of a worker; InputError where they are others there."""
    found = tuple(load_model(name) for name, _, _ in models)
    for model, (name, _, sha256) in zip(found, models, strict=True):
        if model.sha256 != sha256:
            raise InputError(f"The model '{name}' of this machine is another one than that of the batch; install the "
                             "same version everywhere.")
    return found
