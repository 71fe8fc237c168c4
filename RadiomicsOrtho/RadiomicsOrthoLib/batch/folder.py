"""The folder of a batch: what is done lies in it, whole, and nothing else counts.

    DIR/batch.json                 the settings
    DIR/cases/CASE/result.json     one folder for each case that is done, put there in one step
    DIR/unfinished/CASE.PID-TOKEN/ what a worker has begun
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path

from ..errors import InputError
from .case import BatchCase
from .computation import DONE, CaseResult
from .durable import fill_folder, sync_folder, write_durably
from .settings import BatchSettings

SETTINGS, CASES, UNFINISHED, LOGS, RESULT = "batch.json", "cases", "unfinished", "logs", "result.json"
SCHEMA = "radiomics-ortho-batch-case/1"


class BatchFolder:
    """Results by case; safe against every end of a process, and of the machine."""

    def __init__(self, path: Path) -> None:
        self.path = Path(path)

    def prepare(self, settings: BatchSettings, resume: bool) -> None:
        """Make the folder, or look whether it is that of an earlier run of the same settings.

        Raises InputError if it holds anything else, or results and ``resume`` is not wanted.
        """
        written = json.loads(json.dumps(settings.to_dict(), allow_nan=False))
        if not (self.path / SETTINGS).exists():
            # the lock is there already, a crash may have come before the settings, or another part comes at once
            others = [name for name in os.listdir(self.path)
                      if not name.startswith(".") and name not in (CASES, UNFINISHED, SETTINGS, LOGS)]
            if others:
                raise InputError(f"'{self.path}' holds other files ('{others[0]}'); name a new or empty folder.")
            try:
                for name in (CASES, UNFINISHED):
                    (self.path / name).mkdir(exist_ok=True)
                write_durably(self.path / SETTINGS, [json.dumps(written, indent=2, ensure_ascii=False), "\n"])
            except OSError as error:
                raise InputError(f"Cannot write into '{self.path}': {error.strerror}.") from None
        elif not resume:
            raise InputError(f"'{self.path}' holds an earlier batch; continue it with --resume, or name another "
                             "folder.")
        earlier = _json(self.path / SETTINGS)
        different = [name for name in written if earlier.get(name) != written[name]]
        if different:
            raise InputError(f"'{self.path}' holds a batch with other settings ({', '.join(different)}); results of "
                             "both do not belong into one table: give the same settings, or name another folder.")

    def result_of(self, case: BatchCase) -> dict | None:
        """What ``case`` gave; ``None`` where it was not computed as it is asked for now.

        A file that is gone since takes nothing away from what was computed of it.
        """
        found = _json(self.path / CASES / case.id / RESULT)
        if found.get("schema") != SCHEMA or found["request"] != case.request():
            return None
        for name, now in case.files().items():
            if now != found["files"].get(name) and not (now is None and found["status"] == DONE):
                return None
        return found

    def clean(self, cases: Iterable[BatchCase]) -> None:
        """Remove what earlier runs began of ``cases`` and did not finish."""
        ours = {case.id for case in cases}
        for path in self._begun():
            if path.name.rpartition(".")[0] in ours:
                shutil.rmtree(path, ignore_errors=True)

    def begun(self, cases: Iterable[BatchCase]) -> list[BatchCase]:
        """Those of ``cases`` that a worker has begun and not finished."""
        names = {path.name.rpartition(".")[0] for path in self._begun()}
        return [case for case in cases if case.id in names]

    def begin(self, case: BatchCase) -> Path:
        """A folder for the files of ``case``, which says that it was begun, and by which process."""
        place = self.path / UNFINISHED / f"{case.id}.{os.getpid()}-{uuid.uuid4().hex}"
        place.mkdir()
        return place

    def keep(self, case: BatchCase, inputs: Mapping[str, object], found: CaseResult, place: Path) -> None:
        """Put what ``case`` gave into ``place``, and that among the cases that are done; OSError if it cannot be.

        ``inputs`` are its files as they were before they were read.
        """
        record = {"schema": SCHEMA, "case": case.id, "request": case.request(), "files": inputs,
                  "status": found.status, "reason": found.reason, "features": list(found.features),
                  "scores": list(found.scores)}
        fill_folder(place, {**found.files, RESULT: json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n"})
        target = self.path / CASES / case.id
        if target.exists():
            self.forget(case)
        try:
            place.rename(target)
        except OSError:
            # a worker that outlived its run came first, with the same
            if self.result_of(case) is None:
                raise
            shutil.rmtree(place, ignore_errors=True)
        sync_folder(target.parent)

    def forget(self, case: BatchCase) -> None:
        """Take a result away, so that the case is computed again."""
        old = self.path / UNFINISHED / f"{case.id}.{uuid.uuid4().hex}"
        with contextlib.suppress(FileNotFoundError):
            (self.path / CASES / case.id).rename(old)
        shutil.rmtree(old, ignore_errors=True)

    def _begun(self) -> list[Path]:
        return list((self.path / UNFINISHED).glob("*.*"))


def _json(path: Path) -> dict:
    """The content of a file; empty where there is none that can be read."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
