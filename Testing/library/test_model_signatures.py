"""Who stands for a model: signatures, trusted keys, and what needs the user's consent."""

from __future__ import annotations

import base64
import json
import os
import sys
from pathlib import Path

import generated
import pytest
from generated import clinical_files, everything
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.models.bundle import load_bundle
from RadiomicsOrthoLib.models.catalogue import load_model
from RadiomicsOrthoLib.models.parts import part_entry
from RadiomicsOrthoLib.models.store import import_bundle
from RadiomicsOrthoLib.report.files import card_files
from RadiomicsOrthoLib.scoring.card_file import card_from_json
from RadiomicsOrthoLib.scoring.clinical_score import score_clinical

pytest.importorskip("cryptography")

ID = "generated-trees"


def run(capsys, *arguments) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    return code, *capsys.readouterr()


@pytest.fixture
def key(tmp_path: Path, capsys) -> Path:
    path = tmp_path / "mine.pem"
    assert run(capsys, "models", "new-key", path)[0] == 0
    return path


def trust(capsys, name: str, key: Path) -> str:
    code, text, said = run(capsys, "models", "trust", "add", name, key.with_suffix(".pub.pem"))
    assert code == 0, said
    return text


@pytest.mark.parametrize("how", ["folder", "zip"])
def test_a_signed_model_says_who_stands_for_it(how: str, site: Path, folder: Path, key: Path, capsys) -> None:
    path = folder if how == "folder" else generated.write_zip(folder.with_suffix(".zip"), clinical_files())
    unsigned = load_bundle(path).sha256
    assert run(capsys, "models", "sign", path, "--key", key)[0] == 0
    trust(capsys, "Bone Lab Tartu", key)
    code, text, _ = run(capsys, "models", "import", path)
    assert code == 0 and "⚠" not in text
    model = load_model(ID)
    assert model.sha256 == unsigned and model.signature.state == "trusted"
    assert model.signature.sentence.startswith("Signed by Bone Lab Tartu, whose key is trusted here (")
    card = score_clinical(model, {"sex": "male", "energy": 12, "age": 80})
    assert card.to_dict()["model"]["signature"]["signer"] == "Bone Lab Tartu"
    assert "Signed by Bone Lab Tartu" in card_files(card)["report.html"]
    assert card_from_json(card.to_json()).to_json() == card.to_json()


def test_a_signature_of_an_unknown_key_needs_consent(site: Path, folder: Path, key: Path, capsys) -> None:
    run(capsys, "models", "sign", folder, "--key", key)
    code, _, said = run(capsys, "models", "import", folder)
    assert code == 2 and "signed with a key that is not trusted here" in said and not site.exists()
    code, text, _ = run(capsys, "models", "import", folder, "--accept-unsigned")
    assert code == 0 and "⚠ Imported all the same: Signed with a key that is not trusted here" in text
    assert load_model(ID).signature.state == "unknown key"


def test_where_keys_are_trusted_an_unsigned_model_needs_consent(site: Path, folder: Path, key: Path, capsys) -> None:
    trust(capsys, "me", key)
    code, _, said = run(capsys, "models", "import", folder)
    assert code == 2 and "is not signed, and keys are trusted here" in said and not site.exists()
    assert run(capsys, "models", "import", folder, "--accept-unsigned")[0] == 0


def test_a_model_that_ships_says_so() -> None:
    assert load_model("ost").signature.state == "ships"
    assert score_clinical(load_model("ost"), {"weight": 60, "age": 70}).to_dict()["model"]["signature"] == {
        "state": "ships", "signer": "", "fingerprint": ""}


def _signature(change) -> object:
    def changed(folder: Path) -> None:
        path = folder / "signature.json"
        data = json.loads(path.read_bytes())
        path.write_text(json.dumps(change(data)), encoding="utf-8")
    return changed


def _other_model(folder: Path) -> None:
    data = json.loads((folder / "model.json").read_bytes()) | {"title": "Another one"}
    (folder / "model.json").write_text(json.dumps(data), encoding="utf-8")


def _other_part(folder: Path) -> None:
    files = generated.trees_files()
    data = json.loads((folder / "model.json").read_bytes())
    part = files["trees.json"].replace(b"0.5", b"0.4")
    data["parts"] = [part_entry("trees.json", part)]
    (folder / "model.json").write_text(json.dumps(data), encoding="utf-8")
    (folder / "trees.json").write_bytes(part)


@pytest.mark.parametrize(("change", "sentence"), [
    (_other_model, "does not fit it; the model"),
    (_other_part, "does not fit it; the model"),
    (_signature(lambda d: d | {"signature": base64.b64encode(b"\0" * 64).decode()}), "does not fit it; the model"),
    (_signature(lambda d: d | {"public_key": base64.b64encode(b"\7" * 32).decode()}), "does not fit it; the model"),
    (_signature(lambda d: d | {"signature": "AAAA"}), "cannot be read ("),
    (_signature(lambda d: d | {"signature": "@"}), "cannot be read ("),
    (_signature(lambda d: d | {"public_key": 7}), "cannot be read ("),
    (_signature(lambda d: d | {"more": 7}), "cannot be read ("),
    (_signature(lambda d: [d]), "cannot be read ("),
    (lambda folder: (folder / "signature.json").write_bytes(b"{"), "cannot be read ("),
    (lambda folder: (folder / "signature.json").write_bytes(b" " * 2**20), "is larger than"),
])
@pytest.mark.parametrize("option", [[], ["--accept-unsigned"]])
def test_a_wrong_signature_is_refused_with_or_without_consent(change, sentence: str, option: list, site: Path,
                                                              folder: Path, key: Path, tmp_path: Path, capsys) -> None:
    run(capsys, "models", "sign", folder, "--key", key)
    trust(capsys, "me", key)
    change(folder)
    before = everything(tmp_path)
    code, _, said = run(capsys, "models", "import", folder, *option)
    assert code == 2 and sentence in said and len(said.splitlines()) == 1
    assert everything(tmp_path) == before


def test_keys_are_listed_and_removed(site: Path, key: Path, capsys) -> None:
    assert "No key is trusted here" in run(capsys, "models", "trust", "list")[1]
    digits = trust(capsys, "me", key).split(": ")[1].splitlines()[0]
    assert run(capsys, "models", "trust", "list")[1] == f"me  {digits}\n"
    public = key.with_suffix(".pub.pem")
    assert "trusted already, as 'me'" in run(capsys, "models", "trust", "add", "you", public)[2]
    assert run(capsys, "models", "trust", "remove", "me")[0] == 0
    assert json.loads(run(capsys, "models", "trust", "list", "--json")[1])["keys"] == []
    assert "trusted: none" in run(capsys, "models", "trust", "remove", "me")[2]


@pytest.mark.parametrize("name", ["../evil", "a/b", "", " ", ".hidden", "x" * 80, "con\nx"])
def test_a_name_of_a_key_stays_in_the_folder(name: str, site: Path, key: Path, tmp_path: Path, capsys) -> None:
    before = everything(tmp_path)
    code, _, said = run(capsys, "models", "trust", "add", name, key.with_suffix(".pub.pem"))
    assert code == 2 and "is no name for a key" in said and everything(tmp_path) == before


def test_a_private_key_is_never_taken_for_a_public_one_and_never_written_over(site: Path, key: Path, folder: Path,
                                                                                capsys) -> None:
    assert "is a private key" in run(capsys, "models", "trust", "add", "me", key)[2]
    assert "exists already" in run(capsys, "models", "new-key", key)[2]
    public = key.with_suffix(".pub.pem")
    assert "is no private key" in run(capsys, "models", "sign", folder, "--key", public)[2]
    assert "is no public key" in run(capsys, "models", "trust", "add", "me", folder / "model.json")[2]
    if os.name == "posix":
        assert key.stat().st_mode & 0o077 == 0


def test_a_key_of_openssl_signs_and_is_trusted(site: Path, folder: Path, tmp_path: Path, capsys) -> None:
    from cryptography.hazmat.primitives import serialization as form
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    private = Ed25519PrivateKey.generate()
    path, public = tmp_path / "key.pem", tmp_path / "public.pem"
    path.write_bytes(private.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption()))
    public.write_bytes(private.public_key().public_bytes(form.Encoding.PEM,
                                                         form.PublicFormat.SubjectPublicKeyInfo))
    assert run(capsys, "models", "sign", folder, "--key", path)[0] == 0
    assert run(capsys, "models", "trust", "add", "lab", public)[0] == 0
    assert import_bundle(folder).bundle.signature.signer == "lab"


def test_a_signed_model_without_cryptography_is_refused_by_what_is_missing(site: Path, folder: Path, key: Path, capsys,
                                                                             monkeypatch) -> None:
    run(capsys, "models", "sign", folder, "--key", key)
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    with pytest.raises(InputError, match="needs the Python package cryptography"):
        load_bundle(folder)


def test_packing_keeps_a_signature_that_still_fits(site: Path, folder: Path, key: Path, tmp_path: Path, capsys) -> None:
    run(capsys, "models", "sign", folder, "--key", key)
    trust(capsys, "me", key)
    run(capsys, "models", "pack", folder, "--out", tmp_path / "packed.zip")
    assert load_bundle(tmp_path / "packed.zip").signature.signer == "me"


def test_what_would_be_refused_is_neither_packed_nor_signed(site: Path, folder: Path, key: Path, tmp_path: Path,
                                                              capsys) -> None:
    data = json.loads((folder / "model.json").read_bytes())
    data["check_vectors"][0]["output"] = 0.5
    (folder / "model.json").write_text(json.dumps(data), encoding="utf-8")
    before = everything(tmp_path)
    for arguments in (["pack", folder, "--out", tmp_path / "p.zip"], ["sign", folder, "--key", key]):
        code, _, said = run(capsys, "models", *arguments)
        assert code == 2 and "check vector 1 gives" in said
    assert everything(tmp_path) == before
