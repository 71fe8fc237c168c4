"""A bundle as a folder or a zip file with parts: what is read, and every sentence with which one is refused."""

from __future__ import annotations

import io
import json
import os
import pickle
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import generated
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.models import bundle_files
from RadiomicsOrthoLib.models.bundle import load_bundle
from RadiomicsOrthoLib.models.parts import part_entry

VALUES = {"sex": "male", "energy": 100.0, "age": 80.0}


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        load_bundle(path)
    assert "refused" in str(caught.value) and str(caught.value).endswith(".")
    return str(caught.value)


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below ``folder`` with its content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# -- what is read ------------------------------------------------------------------------------------------

def test_a_folder_and_a_zip_file_hold_the_same_model(tmp_path: Path) -> None:
    files = generated.trees_files()
    folder = load_bundle(generated.write_files(tmp_path / "m", files))
    packed = load_bundle(generated.write_zip(tmp_path / "m.zip", files))
    nested = load_bundle(generated.write_zip(tmp_path / "n.zip", {f"my model/{k}": v for k, v in files.items()}))
    assert folder.sha256 == packed.sha256 == nested.sha256
    assert {model.estimator.output(VALUES) for model in (folder, packed, nested)} == {folder.estimator.output(VALUES)}
    assert not folder.estimator.is_additive


def test_what_file_managers_leave_behind_is_no_part(tmp_path: Path) -> None:
    files = generated.trees_files()
    clutter = {".DS_Store": b"\x00\x00\x00\x01Bud1", "Thumbs.db": b"x"}
    assert load_bundle(generated.write_files(tmp_path / "m", files | clutter))
    packed = {f"m/{k}": v for k, v in (files | clutter).items()} | {"__MACOSX/m/._model.json": b"x"}
    assert load_bundle(generated.write_zip(tmp_path / "m.zip", packed))


def test_licences_are_parts(tmp_path: Path) -> None:
    data = generated.logistic_dict() | {"parts": [part_entry("COPYING", b"Do as you like.")]}
    files = {"model.json": json.dumps(data).encode(), "COPYING": b"Do as you like."}
    assert load_bundle(generated.write_files(tmp_path / "m", files))


# -- parts ---------------------------------------------------------------------------------------------------

def _parts(change: Callable[[list], object]) -> Callable[[dict], object]:
    def changed(files: dict) -> None:
        data = json.loads(files["model.json"])
        change(data["parts"])
        files["model.json"] = json.dumps(data).encode()
    return changed


BROKEN_PARTS = {
    "missing": (lambda f: f.pop("trees.json"), "the part 'trees.json' is missing"),
    "changed": (lambda f: f.update({"trees.json": f["trees.json"].replace(b"70.5", b"60.5")}),
                "has the SHA-256 "),
    "longer": (lambda f: f.update({"trees.json": f["trees.json"] + b" "}), "bytes and is listed with"),
    "unknown": (lambda f: f.update({"extra.json": b"{}"}), "the file 'extra.json' stands beside it and is not listed"),
    "a pickle": (lambda f: f.update({"model.pkl": pickle.dumps(1)}), "the file 'model.pkl' stands beside it"),
    "listed twice": (_parts(lambda p: p.append(p[0])), "lists a name twice"),
    "by another name": (_parts(lambda p: p[0].update(name="TREES.json")), "stands beside it and is not listed"),
    "not a list": (lambda f: f.update({"model.json": json.dumps(json.loads(f["model.json"]) | {"parts": {}}).encode()}),
                   "must be a list"),
    "huge": (_parts(lambda p: p[0].update(bytes=2**40)), "is larger than 32 MiB"),
    "no hash": (_parts(lambda p: p[0].pop("sha256")), "lacks the entry 'sha256'"),
    "odd size": (_parts(lambda p: p[0].update(bytes="8")), "'8' is not a finite number"),
}


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize("case", BROKEN_PARTS)
def test_parts_that_are_not_as_listed_are_refused(case: str, packed: bool, tmp_path: Path) -> None:
    change, sentence = BROKEN_PARTS[case]
    files = generated.trees_files()
    change(files)
    path = generated.write_zip(tmp_path / "m.zip", files) if packed else generated.write_files(tmp_path / "m", files)
    assert sentence in refusal(path)


@pytest.mark.parametrize("name", ["../trees.json", "/etc/passwd.json", "a/b.json", "a\\b.json", "C:x.json", "con.json",
                                  "model.json", "signature.json", ".hidden.json", "trees.json.", "t..json", "", 7,
                                  "x.exe", "x.py", "x.pkl", "x.joblib", "x.sav", "x.zip", "x.so", "README"])
def test_names_that_no_part_may_have(name: object, tmp_path: Path) -> None:
    data = generated.logistic_dict() | {"parts": [{"name": name, "bytes": 1, "sha256": "0" * 64}]}
    said = refusal(generated.write_bundle(tmp_path / "m", data))
    assert "is no name for a part" in said or "is of no kind that a bundle may hold" in said


@pytest.mark.parametrize(("content", "kind"), [(pickle.dumps([1]), "a pickle"), (b"PK\x03\x04rest", "a zip archive"),
                                               (b"\x1f\x8brest", "a gzip archive")])
def test_other_things_under_the_name_of_a_part(content: bytes, kind: str, tmp_path: Path) -> None:
    data = generated.logistic_dict() | {"parts": [part_entry("notes.txt", content)]}
    files = {"model.json": json.dumps(data).encode(), "notes.txt": content}
    assert f"'notes.txt' is {kind}" in refusal(generated.write_files(tmp_path / "m", files))


# -- folders -------------------------------------------------------------------------------------------------

@pytest.mark.skipif(not hasattr(os, "symlink") or os.name == "nt", reason="needs the right to make links")
@pytest.mark.parametrize("name", ["model.json", "trees.json"])
def test_links_in_a_folder_are_not_followed(name: str, tmp_path: Path) -> None:
    folder = generated.write_files(tmp_path / "m", generated.trees_files())
    (folder / name).rename(tmp_path / "elsewhere.json")
    (folder / name).symlink_to(tmp_path / "elsewhere.json")
    assert f"'{name}' in '{folder}' is a link" in refusal(folder)


def test_a_folder_inside_is_refused(tmp_path: Path) -> None:
    folder = generated.write_files(tmp_path / "m", generated.trees_files())
    (folder / "more").mkdir()
    assert "'more' in" in refusal(folder) and "not a plain file" in refusal(folder)


def test_too_many_and_too_large_files_are_refused(tmp_path: Path) -> None:
    folder = generated.write_files(tmp_path / "m", generated.trees_files())
    with (folder / "large.txt").open("wb") as file:
        file.truncate(bundle_files.MAX_TOTAL_BYTES)
    assert "a bundle has at most 64 MiB" in refusal(folder)
    (folder / "large.txt").unlink()
    for number in range(bundle_files.MAX_FILES):
        (folder / f"{number}.txt").write_bytes(b"")
    assert "a bundle has at most 64." in refusal(folder)


# -- zip files -----------------------------------------------------------------------------------------------

def packed(path: Path, *entries: tuple[str | zipfile.ZipInfo, bytes]) -> Path:
    """A zip file of the bundle and further entries as they are given."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (*generated.trees_files().items(), *entries):
            archive.writestr(name, content)
    return path


def entry(name: str, mode: int = stat.S_IFREG | 0o644) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(name)
    found.external_attr = mode << 16
    return found


@pytest.mark.parametrize(("name", "sentence"), [
    ("../evil.txt", "leads out of its folder"), ("a/../../evil.txt", "leads out of its folder"),
    ("/tmp/evil.txt", "is absolute"), ("C:/evil.txt", "is absolute"), ("C:evil.txt", "is absolute"),
    ("..\\evil.txt", "leads out of its folder"), ("\\\\server\\evil.txt", "is absolute"),
    ("a\\evil.txt", "has signs that no file"), ("evil\n.txt", "has signs that no file"),
    ("more/evil.txt", "lies in a folder"), ("TREES.JSON", "are one name on many computers"),
    ("\uff34rees.json", "are one name on many computers")])
def test_names_in_a_zip_file_that_lead_elsewhere(name: str, sentence: str, tmp_path: Path) -> None:
    path = packed(tmp_path / "m.zip", (name, b"evil"))
    before = tree(tmp_path)
    assert sentence in refusal(path)
    assert tree(tmp_path) == before


def test_a_name_that_stands_twice_in_a_zip_file(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = packed(tmp_path / "m.zip", ("trees.json", b"{}"))
    assert "holds 'trees.json' twice" in refusal(path)


@pytest.mark.parametrize(("mode", "sentence"), [(stat.S_IFLNK | 0o777, "is a link"),
                                                (stat.S_IFIFO | 0o644, "is not a plain file"),
                                                (stat.S_IFCHR | 0o644, "is not a plain file")])
def test_what_is_no_plain_file_in_a_zip_file(mode: int, sentence: str, tmp_path: Path) -> None:
    assert sentence in refusal(packed(tmp_path / "m.zip", (entry("notes.txt", mode), b"/etc/passwd")))


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = packed(tmp_path / "m.zip", ("notes.txt", b"\0" * (20 * 2**20)))
    monkeypatch.setattr(zipfile.ZipFile, "open", lambda *_, **__: pytest.fail("was unpacked"))
    assert "would unpack to 20971520 bytes" in refusal(path)


def test_many_that_are_large_together_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = packed(tmp_path / "m.zip", *((f"{number}.txt", b"") for number in range(63)))
    assert "holds 65 files; a bundle has at most 64." in refusal(path)
    path = packed(tmp_path / "n.zip", *((f"{number}.txt", b"\0" * 60_000) for number in range(60)))
    monkeypatch.setattr(bundle_files, "MAX_TOTAL_BYTES", 2**20)
    assert "bytes together; a bundle has at most 1 MiB" in refusal(path)
    path.write_bytes(b"\0" * (2**20 + 1))
    assert "is larger than 1 MiB" in refusal(path)


def test_a_directory_that_lies_of_sizes_is_found_out(tmp_path: Path) -> None:
    path = packed(tmp_path / "m.zip")
    raw = path.read_bytes()
    size = len(generated.trees_files()["trees.json"])
    # the declared sizes stand in the local header and in the directory
    assert raw.count(struct.pack("<I", size)) == 2
    path.write_bytes(raw.replace(struct.pack("<I", size), struct.pack("<I", size - 9)))
    assert "cannot be read" in refusal(path) or "was changed or damaged" in refusal(path)


def test_encrypted_entries_are_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "m.zip")
    raw = bytearray(path.read_bytes())
    at = raw.index(b"PK\x01\x02")
    raw[at + 8] |= 1
    path.write_bytes(bytes(raw))
    assert "is encrypted" in refusal(path)


def test_unusual_compression_is_refused(tmp_path: Path) -> None:
    path = generated.write_zip(tmp_path / "m.zip", generated.trees_files(), zipfile.ZIP_LZMA)
    assert "compressed in an unusual way" in refusal(path)


def test_an_archive_inside_is_refused(tmp_path: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("model.json", "{}")
    assert "'inner.zip' stands beside it" in refusal(packed(tmp_path / "m.zip", ("inner.zip", inner.getvalue())))


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_bundle_is_said_to_be_none(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "m.zip"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"neither a folder nor a sound zip file|holds no model\.json"):
        load_bundle(path)


def test_a_damaged_zip_file_is_one_sentence(tmp_path: Path) -> None:
    raw = bytearray(packed(tmp_path / "m.zip").read_bytes())
    for at in range(0, len(raw), 37):
        broken = bytearray(raw)
        broken[at] ^= 0x55
        path = tmp_path / "b.zip"
        path.write_bytes(bytes(broken))
        try:
            load_bundle(path)
        except InputError as error:
            assert str(error).endswith(".")
