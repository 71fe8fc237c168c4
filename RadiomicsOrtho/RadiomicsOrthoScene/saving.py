"""A result as files on disk."""

from __future__ import annotations

from pathlib import Path

from .results import ScoredNodes


def save_result(scored: ScoredNodes, folder: str) -> list[str]:
    """Write what there is, card, report, nomogram, features, those of several regions in folders; returns the names.

    Raises InputError where the folder cannot be written to; nothing is then written.
    """
    from RadiomicsOrthoLib.report.files import card_files, features_files, write_folder
    from RadiomicsOrthoLib.report.patient_files import patient_files

    if scored.regions:
        files = patient_files(scored.card, scored.regions, scored.regionPictures)
    elif scored.card:
        files = card_files(scored.card, scored.pictures, scored.features, scored.roi)
    else:
        files = features_files(scored.features, scored.roi)
    write_folder(Path(folder), files)
    return list(files)
