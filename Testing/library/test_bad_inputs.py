"""Every command with every bad file: one sentence and exit code 2, and nothing written."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path

import every_command
import fuzzing
import numpy as np
import phantoms
import pytest

#: whatever the command made of them; the names are those of files that a person might give
BAD = {
    "empty.csv": b"", "text.nii.gz": b"no scan at all", "text.json": b"{", "noise.dcm": bytes(range(256)) * 8,
    "noise.parquet": b"PAR1" + bytes(100) + b"PAR1", "list.json": b"[]", "pickle.skops": pickle.dumps({"a": 1}),
    # each line four times the one before
    "bomb.yaml": b"a: &a [x, x]\n" + b"".join(b"%c: &%c [*%c, *%c, *%c, *%c]\n" % (98 + n, 98 + n, *[97 + n] * 4)
                                              for n in range(20)),
    "entity.xml": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
}


@pytest.fixture(scope="module")
def good(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("good")
    image, roi = phantoms.trunk(spacing=(3.0, 3.0, 4.0))
    return {"image": phantoms.write(image.array, image.geometry, folder / "image.nrrd"),
            "roi": phantoms.write(roi.mask.astype(np.uint8), roi.geometry, folder / "mask.nrrd")}


def refuse_all(given: Path, good: dict[str, Path], out: Path) -> None:
    found = {}
    for number, call in enumerate(every_command.calls(given, good, out / "0")):
        place = out / str(number)
        place.mkdir()
        call = [word.replace(str(out / "0"), str(place), 1) for word in call]
        if problem := fuzzing.broken(call, place, ("features.csv", "scores.csv", "failures.csv")):
            found[" ".join(call[:2])] = problem
    assert not found


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_by_every_command(name, good, tmp_path, site):
    path = tmp_path / "given" / name
    path.parent.mkdir()
    path.write_bytes(BAD[name])
    refuse_all(path, good, tmp_path)


def test_a_folder_and_nothing_are_refused_by_every_command(good, tmp_path, site):
    (tmp_path / "folder").mkdir()
    (tmp_path / "archive.zip").write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "archive.zip", "w") as archive:
        archive.writestr("../../out.txt", "x")
    for name in ("folder", "archive.zip", "not there.csv"):
        (tmp_path / f"of {name}").mkdir()
        refuse_all(tmp_path / name, good, tmp_path / f"of {name}")


def test_the_collection_of_bad_files_is_refused_by_every_command(shared_data, good, tmp_path, site):
    for path in sorted((shared_data / "bad_inputs").iterdir()):
        # those that are good files of their kind are tried where they are measured
        if not path.name.startswith(("control", "dicom_control", "image_", "mask_")):
            (tmp_path / path.name).mkdir()
            refuse_all(path, good, tmp_path / path.name)
