"""Hostile models at the door: each refused by its own sentence and exit code 2, and nothing is written anywhere."""

from __future__ import annotations

import json
import pickle
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import generated
import pytest
from generated import everything
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.models.catalogue import MODEL_PATH_VARIABLE
from RadiomicsOrthoLib.models.parts import part_entry
from RadiomicsOrthoLib.models.trust_store import TRUST_PATH_VARIABLE

ID = "generated-trees"
Files = dict[str, bytes]


class _Bomb:
    def __reduce__(self) -> tuple:
        return pytest.fail, ("a pickle was executed",)


def with_card(change: Callable[[dict], object]) -> Callable[[Files], object]:
    def changed(files: Files) -> None:
        data = json.loads(files["model.json"])
        change(data)
        files["model.json"] = json.dumps(data).encode()
    return changed


def with_part(name: str, content: bytes) -> Callable[[Files], object]:
    """A further part that is listed as it should be."""
    def changed(files: Files) -> None:
        with_card(lambda data: data["parts"].append(part_entry(name, content)))(files)
        files[name] = content
    return changed


def in_text(old: bytes, new: bytes) -> Callable[[Files], object]:
    def changed(files: Files) -> None:
        assert old in files["model.json"]
        files["model.json"] = files["model.json"].replace(old, new, 1)
    return changed


def signed_by_nobody(files: Files) -> None:
    files["signature.json"] = json.dumps({"schema": "radiomics-ortho-signature/1", "public_key": "B" * 43 + "=",
                                          "signature": "A" * 86 + "=="}).encode()


def tree_in_a_circle(files: Files) -> None:
    part = generated.trees_part([{**generated.TREES[0], "left": [0, 0, 3, 0, 0]}])
    with_card(lambda data: data.update(parts=[part_entry("trees.json", part)]))(files)
    files["trees.json"] = part


#: name → (what is done to a sound model, the sentence)
INSIDE: dict[str, tuple[Callable[[Files], object], str]] = {
    "a pickle beside it": (lambda f: f.update({"model.pkl": pickle.dumps(_Bomb())}),
                           "the file 'model.pkl' stands beside it and is not listed"),
    "a pickle listed": (with_part("model.pkl", pickle.dumps(_Bomb())), "the part 'model.pkl' is of no kind"),
    "a pickle in disguise": (with_part("notes.txt", pickle.dumps(_Bomb())), "the part 'notes.txt' is a pickle"),
    "a pickle as the model": (lambda f: f.update({"model.json": pickle.dumps(_Bomb())}), "is not valid JSON"),
    "an archive inside": (with_part("notes.md", b"PK\x03\x04" + b"\0" * 40), "the part 'notes.md' is a zip archive"),
    "a part that leads elsewhere": (with_card(lambda d: d["parts"][0].update(name="../../evil.json")),
                                    "is no name for a part"),
    "an id that leads elsewhere": (with_card(lambda d: d.update(id="../../evil")), "the id must be made of"),
    "a wrong hash": (with_card(lambda d: d["parts"][0].update(sha256="0" * 64)), "and is listed with 000000"),
    "a changed part": (lambda f: f.update({"trees.json": f["trees.json"].replace(b"0.25", b"0.75")}),
                       "it was changed or damaged"),
    "a missing part": (lambda f: f.pop("trees.json"), "the part 'trees.json' is missing"),
    "an oversized part": (with_card(lambda d: d["parts"][0].update(bytes=10**12)), "is larger than 32 MiB"),
    "a wrong signature": (signed_by_nobody, "does not fit it; the model or its signature was changed"),
    "a wrong check vector": (with_card(lambda d: d["check_vectors"][0].update(output=0.5)), "check vector 1 gives"),
    "no check vector": (with_card(lambda d: d.update(check_vectors=[])), "carries no check vectors"),
    "deep nesting": (with_card(lambda d: d.update(training_provenance=json.loads("[" * 60 + "]" * 60))),
                     "nested deeper than 32 levels"),
    "very deep nesting": (in_text(b'"version"', b'"notice": ' + b"[" * 50_000 + b"]" * 50_000 + b', "version"'),
                          "nested deeper than 32 levels"),
    "not a number": (in_text(b"-0.5", b"NaN"), "NaN is not a finite number"),
    "infinity": (in_text(b"-0.5", b"-Infinity"), "-Infinity is not a finite number"),
    "a huge number": (in_text(b"-0.5", b"1e400"), "inf is not a finite number"),
    "a huge whole number": (in_text(b"-0.5", b"1" + b"0" * 400), "is not a finite number"),
    "digits without end": (in_text(b"-0.5", b"1" * 10_000), "is not valid JSON"),
    "half a letter": (in_text(b'"Nobody: generated numbers."', b'"Nobody \\ud83d"'), "half a letter"),
    "a title that turns the writing": (with_card(lambda d: d.update(title="Risk \u202e% 09")), "holds the sign U+202E"),
    "a version that steers the terminal": (with_card(lambda d: d.update(version="1\x1b[2J")), "holds the sign U+001B"),
    "a title that is no text": (with_card(lambda d: d["inputs"][0].update(title=["Sex"])),
                                "inputs → 1 → title must be of the type string"),
    "a name twice": (in_text(b'"version"', b'"trust": "published", "version"'), "the name 'trust' stands twice"),
    "another schema": (with_card(lambda d: d.update(schema="radiomics-ortho-model/9")), "this version reads"),
    "an unknown entry": (with_card(lambda d: d.update(run="rm -rf /")), "the entry 'run' is unknown"),
    "a missing entry": (with_card(lambda d: d.pop("population")), "lacks the entry 'population'"),
    "an entry of another kind": (with_card(lambda d: d.update(inputs={"a": 1})), "is not consistent"),
    "a tree in a circle": (tree_in_a_circle, "a child that is no later node"),
    "no ONNX": (with_card(lambda d: d["estimator"].update(kind="onnx", output="y")), "is no ONNX file"),
}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Everything that the command might write into: the store beside the given files, and the place where it is run."""
    place = tmp_path / "a" / "b" / "place"
    place.mkdir(parents=True)
    monkeypatch.chdir(place)
    monkeypatch.setenv(MODEL_PATH_VARIABLE, str(tmp_path / "a" / "b" / "store"))
    monkeypatch.setenv(TRUST_PATH_VARIABLE, str(tmp_path / "a" / "b" / "trust"))
    monkeypatch.setenv("HOME", str(tmp_path / "a" / "home"))
    return tmp_path


def refusal(path: Path, site: Path, capsys) -> str:
    before = everything(site)
    code = main(["models", "import", str(path)])
    out, said = capsys.readouterr()
    assert code == 2 and out == "" and everything(site) == before
    assert len(said.splitlines()) == 1 and "refused" in said and "Traceback" not in said
    return said


def test_the_model_without_changes_is_taken(site: Path, capsys) -> None:
    path = generated.write_zip(site / "given.zip", generated.trees_files())
    assert main(["models", "import", str(path)]) == 0
    written = {name for name, content in everything(site).items() if content is not None and name.startswith("a")}
    assert written == {f"a/b/store/{ID}/model.json", f"a/b/store/{ID}/trees.json"}


@pytest.mark.parametrize("packed", [False, True], ids=["folder", "zip"])
@pytest.mark.parametrize("case", INSIDE)
def test_a_hostile_model_is_refused_by_its_own_sentence(case: str, packed: bool, site: Path, capsys) -> None:
    if case == "a wrong signature":
        pytest.importorskip("cryptography")
    change, sentence = INSIDE[case]
    files = generated.trees_files()
    change(files)
    path = generated.write_zip(site / "m.zip", files) if packed else generated.write_files(site / "m", files)
    assert sentence in refusal(path, site, capsys)


def entry(name: str, mode: int) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(name)
    found.external_attr = mode << 16
    return found


@pytest.mark.parametrize(("name", "content", "sentence"), [
    ("../../evil.txt", b"evil", "leads out of its folder"), ("/evil.txt", b"evil", "is absolute"),
    ("..\\..\\evil.txt", b"evil", "leads out of its folder"), ("C:\\evil.txt", b"evil", "is absolute"),
    (entry("link.txt", stat.S_IFLNK | 0o777), b"/etc/passwd", "is a link"),
    ("bomb.txt", b"\0" * (30 * 2**20), "would unpack to 31457280 bytes"),
    ("Model.JSON", b"{}", "are one name on many computers"),
    ("inner.zip", b"PK\x05\x06" + b"\0" * 18, "stands beside it and is not listed")])
def test_a_hostile_archive_is_refused_by_its_own_sentence(name, content: bytes, sentence: str, site: Path,
                                                            capsys) -> None:
    path = site / "m.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, data in generated.trees_files().items():
            archive.writestr(file, data)
        archive.writestr(name, content, zipfile.ZIP_DEFLATED)
    assert sentence in refusal(path, site, capsys)


def test_a_hostile_model_in_the_store_hurts_no_other_one(site: Path, capsys) -> None:
    """Put there by another way than the import: listed as refused, never scored."""
    files = generated.trees_files()
    INSIDE["a pickle beside it"][0](files)
    generated.write_files(site / "a" / "b" / "store" / ID, files)
    assert main(["models", "list"]) == 0
    out = capsys.readouterr().out
    assert "pickhardt-2013-l1-hu" in out and "is not listed among its parts" in out
    assert main(["models", "verify", "--all"]) == 2
    assert "1 models refused" in capsys.readouterr().out
    assert main(["score", "--model", ID, "--clinical", "sex=male"]) == 2
