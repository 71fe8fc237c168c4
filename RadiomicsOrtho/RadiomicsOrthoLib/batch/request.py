"""What a person asks for, on the command line or in Slicer, and the one way from there to the tables."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from ..errors import InputError
from ..features.profile_file import load_profile
from ..long_work import Cancelled, Progress, never_cancelled, no_progress
from ..regions.request import SITES
from ..regions.trabecular import DEFAULT_DEPTH_MM
from ..report.language import ENGLISH
from .case import BatchCase
from .case_folder import find_cases
from .case_list import read_case_list
from .run import ALL, BatchEnd, Part, merge_batch, run_batch
from .settings import BatchSettings, models_to_try
from .workers import Workers


@dataclass(frozen=True)
class BatchRequest:
    """``table`` is a list or a folder of scans, ``out`` the folder to write into; ``profile`` is empty for none.

    ``models`` are the only ones that are applied; without any, every model that fits is.
    """

    table: str
    out: str
    profile: str = ""
    models: tuple[str, ...] = ()
    site: str = SITES[0]
    core_depth_mm: float = DEFAULT_DEPTH_MM
    cards: bool = False
    language: str = ENGLISH
    pdf: bool = False
    resume: bool = False
    retry_failed: bool = False

    def to_dict(self) -> dict[str, object]:
        """JSON-ready."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> BatchRequest:
        return cls(**{**values, "models": tuple(values["models"])})


@dataclass(frozen=True)
class PreparedBatch:
    """A request whose list, models and profile have been read: what is wrong with them was said.

    ``source`` says what the cases come from.
    """

    request: BatchRequest
    cases: tuple[BatchCase, ...]
    settings: BatchSettings
    source: dict[str, str]

    def run(self, workers: Workers, part: Part = ALL, progress: Progress = no_progress,
            cancelled: Cancelled = never_cancelled, say: Callable[[str], None] = lambda sentence: None) -> BatchEnd:
        """As :func:`.run.run_batch`."""
        asked = self.request
        return run_batch(self.cases, Path(asked.out), self.settings, workers, part, asked.resume, asked.retry_failed,
                         self.source, progress, cancelled, say)

    def merge(self) -> BatchEnd:
        """As :func:`.run.merge_batch`."""
        return merge_batch(self.cases, Path(self.request.out), self.settings, self.source)


def prepare(asked: BatchRequest) -> PreparedBatch:
    """Read everything but the scans; InputError for the first thing that is wrong, and nothing is written."""
    if asked.retry_failed and not asked.resume:
        raise InputError("--retry-failed goes with --resume.")
    if Path(asked.out).exists() and not Path(asked.out).is_dir():
        raise InputError(f"'{asked.out}' is a file; name a folder to write into.")
    models = models_to_try(asked.models)
    profile = load_profile(asked.profile) if asked.profile else None
    settings = BatchSettings(asked.site, tuple((model.id, model.version, model.sha256) for model in models),
                             asked.models, profile, asked.core_depth_mm, asked.cards, asked.language, asked.pdf)
    table = Path(asked.table)
    if table.is_dir():
        return PreparedBatch(asked, find_cases(table), settings, {"kind": "folder"})
    cases = read_case_list(table, models, asked.models)
    source = {"kind": "list", "name": table.name, "sha256": hashlib.sha256(table.read_bytes()).hexdigest()}
    return PreparedBatch(asked, cases, settings, source)
