"""The files of a score card, written whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from ..errors import InputError
from ..features.provenance import provenance_json
from ..features.table import feature_row
from ..features.vector import SEMANTIC_PREFIX, FeatureVector
from ..regions.roi import Roi
from ..scoring.card import ScoreCard
from .html import Picture, report_html
from .language import ENGLISH, speaking
from .nomogram_svg import nomogram_svg
from .pdf import report_pdf
from .tables import features_csv

#: width of the chart for telephones (px)
NARROW_WIDTH = 380
#: files that must stay as they are while others are written
_KEPT: ContextVar[frozenset[Path]] = ContextVar("kept", default=frozenset())


def card_files(card: ScoreCard, pictures: Mapping[str, Picture] | None = None, features: FeatureVector | None = None,
               roi: Roi | None = None, language: str = ENGLISH, pdf: bool = False) -> dict[str, str | bytes]:
    """The renderings of a card in a ``language``: file name → content; ``card.json`` is English always.

    ``pictures`` (title → PNG, or drawing) are embedded in the report; ``features`` of ``roi`` become
    a table of their own.
    """
    # measurements and answers of a reader have sections of their own
    radiomics = {name: value for name, value in features.values.items() if not name.startswith(SEMANTIC_PREFIX)} \
        if features and features.profile_id else None
    with speaking(language, card.model.card):
        nomogram = nomogram_svg(card)
        files: dict[str, str | bytes] = {
            "card.json": card.to_json(), "nomogram.svg": nomogram,
            "report.html": report_html(card, nomogram, pictures or {}, radiomics,
                                       narrow_svg=nomogram_svg(card, NARROW_WIDTH))}
    if pdf:
        files["report.pdf"] = report_pdf(card, pictures, language)
    if features and roi:
        files |= features_files(features, roi)
    return files


def features_files(features: FeatureVector, roi: Roi) -> dict[str, str]:
    """The features of a region as a table of one row, with their provenance."""
    return {"features.csv": features_csv([feature_row(features, roi)]),
            "features.provenance.json": provenance_json(features)}


@contextmanager
def keeping(files: Iterable[Path]) -> Iterator[None]:
    """``write_folder`` refuses to replace any of ``files`` (that a command reads) meanwhile."""
    token = _KEPT.set(frozenset(files))
    try:
        yield
    finally:
        _KEPT.reset(token)


def write_folder(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write ``files`` (name → content) into ``folder``; on failure what was there before is there again.

    A name may lie one folder deeper (``L1/card.json``).
    InputError where a file would be replaced that is kept (``keeping``).
    Everything is written into a hidden folder inside first (the folder may be a mount
    point), so that a full disk is noticed before any file is replaced.
    """
    made = [folder] if not folder.exists() else []
    staging, moved = None, []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".radiomics-ortho-", dir=folder))
        for name, content in files.items():
            if (folder / name).is_file() and any(kept.exists() and kept.samefile(folder / name)
                                                 for kept in _KEPT.get()):
                raise InputError(f"'{folder / name}' is read and would be overwritten; choose another place to write.")
            if (folder / name).is_dir():
                raise InputError(f"Cannot write '{folder / name}': a folder of that name is in the way.")
            (staging / name).parent.mkdir(exist_ok=True)
            (staging / name).write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        for name in files:
            if not (folder / name).parent.exists():
                (folder / name).parent.mkdir()
                made.append((folder / name).parent)
            moved.append((name, _set_aside(folder / name, staging)))
            os.replace(staging / name, folder / name)
    except BaseException as error:
        for name, old in reversed(moved):
            (folder / name).unlink(missing_ok=True)
            if old is not None:
                os.replace(old, folder / name)
        if staging is not None:
            shutil.rmtree(staging, ignore_errors=True)
        for path in reversed(made):
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()
        if isinstance(error, OSError):
            raise InputError(f"Cannot write into '{folder}': {error.strerror}.") from None
        raise
    shutil.rmtree(staging, ignore_errors=True)


def _set_aside(path: Path, staging: Path) -> Path | None:
    """Keep an older file until the new ones are all in place."""
    if not path.exists():
        return None
    old = staging / f"{path.name}.{len(list(staging.iterdir()))}.old"
    os.replace(path, old)
    return old
