"""The boxes around the regions of a list of cases, for a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import InputError
from ..features.roi_crop import CropSettings, roi_crop
from ..imaging.stated import read_stated_image
from ..long_work import Cancelled, CancelledError, Progress, never_cancelled, no_progress
from ..quality.finding import raise_refusals
from ..quality.gate import inspect
from ..quality.image_checks import check_image
from ..workflow.levelled_regions import levelled_regions
from .case import BatchCase
from .computation import regions_of_mask, sentence_of

#: what says whose region a row is about, as the tables of a batch have it
HEAD = ("subject", "case", "segment", "level", "side")


@dataclass(frozen=True)
class Crops:
    """``boxes`` (n, k, j, i) float32 from 0 to 1, and of each the row: ``HEAD`` and what its case carries.

    ``notes`` say which regions gave none and why, a sentence each.
    """

    boxes: np.ndarray
    rows: tuple[Mapping[str, str], ...]
    notes: tuple[str, ...]

    def column(self, name: str) -> np.ndarray:
        return np.array([row.get(name, "") for row in self.rows], dtype=object)

    def take(self, kept: np.ndarray) -> Crops:
        """The boxes at ``kept`` (indices or booleans)."""
        places = np.arange(len(self.rows))[kept]
        return Crops(self.boxes[places], tuple(self.rows[at] for at in places), self.notes)


def crops_of(cases: Sequence[BatchCase], settings: CropSettings, progress: Progress = no_progress,
             cancelled: Cancelled = never_cancelled) -> Crops:
    """One box for each region of each case, in the order of the list.

    Regions pass the quality gate first; what is wrong with one leaves it out, with a note.  InputError where no box is
    left, or a case has no mask.
    """
    without = next((case for case in cases if not case.mask), None)
    if without is not None:
        raise InputError(f"The case '{without.id}', line {without.line}, has no mask; a network is given regions that "
                         "somebody has looked at.")
    boxes, rows, notes = [], [], []
    for number, case in enumerate(cases):
        if cancelled():
            raise CancelledError
        progress(number / len(cases), f"cutting out {case.id}")
        try:
            found = _of_case(case, settings)
        except InputError as error:
            notes.append(f"{case.id}: {sentence_of(case, error)}")
            continue
        for name, row, box in found:
            if isinstance(box, InputError):
                notes.append(f"{case.id}, {name}: {sentence_of(case, box)}")
            else:
                boxes.append(box)
                rows.append(row)
    if not boxes:
        raise InputError(f"No region of the list can be used; the first: {notes[0]}")
    return Crops(np.stack(boxes), tuple(rows), tuple(notes))


def _of_case(case: BatchCase, settings: CropSettings) -> list[tuple[str, dict[str, str], np.ndarray | InputError]]:
    """Name, row and box of each region, or why it has none."""
    image = read_stated_image(case.path(case.image), case.series, case.facts, settings.modality)
    of_image = tuple(check_image(image))
    found = []
    for region in levelled_regions(regions_of_mask(case, image), case.level, case.seed):
        place = {"segment": region.name, "level": region.roi.level or "", "side": region.roi.side or ""}
        try:
            raise_refusals(inspect(image, region.roi, of_image))
            box: np.ndarray | InputError = roi_crop(image, region.roi, settings)
        except InputError as error:
            box = error
        found.append((region.name, {"subject": case.id, "case": case.id, **case.carried, **place}, box))
    return found
