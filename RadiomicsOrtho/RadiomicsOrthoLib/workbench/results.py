"""What a folder holds that a study or a validation was written into, read without computing anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from ..models.safe_json import parse_json
from ..models.schema_check import check_shipped

NAME = "results.json"

#: no study writes more
MAX_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True)
class StoredStudy:
    """``results.json`` of the folder ``path``; its parts as the schema ``study-results`` names them."""

    path: Path
    data: Mapping

    @property
    def simulated(self) -> bool:
        return bool(self.data["simulated"])

    @property
    def charts(self) -> Mapping[str, Mapping]:
        """Charts by name, in their order."""
        return {one["name"]: one for one in self.data["charts"]}

    @property
    def models(self) -> Mapping[str, Path]:
        """Folders of the model bundles by title, the main one first."""
        return {one["title"]: self.path / one["folder"] for one in self.data["models"] if one["folder"]}

    @property
    def report(self) -> Path:
        return self.path / "report.html"


def holds_study(folder: str) -> bool:
    """Whether a study or a validation was written into ``folder``."""
    return bool(folder) and (Path(folder) / NAME).is_file()


def read_study(folder: str) -> StoredStudy:
    """InputError with one sentence where ``folder`` holds none, or one of another version."""
    path = Path(folder)
    if not holds_study(folder):
        raise InputError(f"The folder '{folder}' holds no results of a study.")
    try:
        if (path / NAME).stat().st_size > MAX_BYTES:
            raise InputError(f"'{path / NAME}' is larger than any that a study writes.")
        data = parse_json((path / NAME).read_bytes())
        check_shipped(data, "study-results")
    except (OSError, ValueError) as error:
        raise InputError(f"The results in '{folder}' cannot be shown ({error}); run the study again.") from None
    return StoredStudy(path, data)
