"""A site's own models: imported whole or not at all, signed or not, removed, packed."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path

import generated
import pytest
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.models import store
from RadiomicsOrthoLib.models.bundle import load_bundle
from RadiomicsOrthoLib.models.catalogue import MODEL_PATH_VARIABLE, load_catalogue, load_model
from RadiomicsOrthoLib.models.packing import packed
from RadiomicsOrthoLib.models.parts import part_entry
from RadiomicsOrthoLib.models.store import import_bundle, import_files, remove_model
from RadiomicsOrthoLib.models.trust_store import TRUST_PATH_VARIABLE
from RadiomicsOrthoLib.report.files import card_files
from RadiomicsOrthoLib.resources import resource_folder
from RadiomicsOrthoLib.scoring.card_file import card_from_json
from RadiomicsOrthoLib.scoring.clinical_score import score_clinical

ID = "generated-trees"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The site's folder of models, which does not exist yet; keys lie beside it."""
    monkeypatch.setenv(MODEL_PATH_VARIABLE, str(tmp_path / "site" / "models"))
    monkeypatch.setenv(TRUST_PATH_VARIABLE, str(tmp_path / "site" / "trust"))
    return tmp_path / "site" / "models"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return generated.write_files(tmp_path / "given", clinical_files())


def clinical_files(**entries: object) -> dict[str, bytes]:
    """The files of a model of entered values with trees in a part."""
    files = generated.trees_files()
    data = json.loads(files["model.json"]) | {"applicability": {"modality": "none", "site": "none"}} | entries
    data["inputs"][1]["source"] = "clinical"
    return files | {"model.json": json.dumps(data).encode()}


def everything(folder: Path) -> dict[str, bytes | None]:
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
            for path in folder.rglob("*")}


def run(capsys, *arguments) -> tuple[int, str, str]:
    code = main([str(argument) for argument in arguments])
    return code, *capsys.readouterr()


# -- import and remove -----------------------------------------------------------------------------------------

@pytest.mark.parametrize("how", ["folder", "zip"])
def test_an_imported_model_is_listed_scored_and_removed(how: str, site: Path, folder: Path, capsys) -> None:
    path = folder if how == "folder" else generated.write_zip(folder.with_suffix(".zip"), clinical_files())
    code, text, _ = run(capsys, "models", "import", path)
    assert code == 0 and "Not signed" in text and f"Imported to {site / ID}" in text
    assert {path.name: path.read_bytes() for path in (site / ID).iterdir()} == clinical_files()
    assert "unsigned" in next(line for line in run(capsys, "models", "list")[1].splitlines() if line.startswith(ID))
    code, text, _ = run(capsys, "models", "verify", ID)
    assert code == 0 and "Parts as they are listed: trees.json" in text and "Not signed" in text and " ok" in text
    code, text, _ = run(capsys, "score", "--model", ID, "--clinical", "sex=male", "energy=12", "age=80")
    assert code == 0 and "Osteoporosis from two trees (generated)" in text
    code, text, _ = run(capsys, "models", "remove", ID)
    assert code == 0 and list(site.iterdir()) == []
    assert run(capsys, "models", "show", ID)[0] == 2


def test_the_same_model_again_changes_nothing(site: Path, folder: Path) -> None:
    import_bundle(folder)
    before = everything(site)
    again = import_bundle(folder)
    assert again.unchanged and everything(site) == before


def test_another_model_of_the_same_id_replaces_only_when_told(site: Path, folder: Path, tmp_path: Path, capsys) -> None:
    import_bundle(folder)
    before = everything(site)
    other = generated.write_files(tmp_path / "other", clinical_files(version="0.0.2"))
    code, _, said = run(capsys, "models", "import", other)
    assert code == 2 and "is there already (version 0.0.1, in" in said and "--replace" in said
    assert everything(site) == before
    assert run(capsys, "models", "import", other, "--replace")[0] == 0
    assert load_model(ID).version == "0.0.2"
    assert [path.name for path in site.iterdir()] == [ID]


def test_a_model_that_ships_is_neither_replaced_nor_removed(site: Path, tmp_path: Path, capsys) -> None:
    own = generated.write_files(tmp_path / "own", clinical_files(id="ost"))
    for arguments in (["import", own, "--replace"], ["remove", "ost"]):
        code, _, said = run(capsys, "models", *arguments)
        assert code == 2 and "ships with RadiomicsOrtho" in said
    assert not site.exists() and (resource_folder() / "Models" / "ost" / "model.json").is_file()
    assert "There is no model 'unheard-of'" in run(capsys, "models", "remove", "unheard-of")[2]


def test_a_refused_model_leaves_no_trace(site: Path, tmp_path: Path) -> None:
    files = clinical_files()
    files["trees.json"] = files["trees.json"].replace(b"70.5", b"60.5")
    folder = generated.write_files(tmp_path / "given", files)
    before = everything(tmp_path)
    with pytest.raises(InputError, match="has the SHA-256"):
        import_bundle(folder)
    assert everything(tmp_path) == before


def test_a_full_disk_leaves_the_store_as_it_was(site: Path, folder: Path, tmp_path: Path, monkeypatch) -> None:
    import_bundle(folder)
    before = everything(site)
    other = generated.write_files(tmp_path / "other", clinical_files(version="0.0.2"))
    real = os.rename

    def rename(old, new):
        if Path(new) == site / ID and Path(old).name == "new":
            raise OSError(28, "No space left on device")
        real(old, new)

    monkeypatch.setattr(store.os, "rename", rename)
    with pytest.raises(InputError, match=r"Cannot write into .*No space left"):
        import_bundle(other, replace=True)
    assert everything(site) == before


def test_a_refused_model_of_the_site_can_be_removed(site: Path) -> None:
    generated.write_files(site / "broken", {"model.json": b"{"})
    assert remove_model("broken") == site / "broken" and list(site.iterdir()) == []


def test_a_model_on_its_way_in_is_not_listed(site: Path) -> None:
    generated.write_files(site / ".import-x" / "new", clinical_files())
    generated.write_files(site / ".import-y", clinical_files())
    assert load_catalogue()[1] == () and ID not in [bundle.id for bundle in load_catalogue()[0]]


def test_a_zip_file_in_the_site_s_folder_is_a_model(site: Path) -> None:
    site.mkdir(parents=True)
    generated.write_zip(site / f"{ID}.zip", clinical_files())
    assert load_model(ID).id == ID
    remove_model(ID)
    assert list(site.iterdir()) == []


def test_a_model_that_was_made_here_goes_the_same_way(site: Path) -> None:
    found = import_files(clinical_files())
    assert found.path == site / ID and load_model(ID).sha256 == found.bundle.sha256


def test_without_the_variable_the_user_s_own_folder_counts(tmp_path: Path, folder: Path) -> None:
    """In a process of its own: the folder depends on the system."""
    code = ("from pathlib import Path; from RadiomicsOrthoLib.models.store import import_bundle; "
            "from RadiomicsOrthoLib.models.catalogue import load_model; "
            f"print(import_bundle(Path({str(folder)!r})).path); print(load_model({ID!r}).id)")
    environment = {name: value for name, value in os.environ.items()
                   if name not in (MODEL_PATH_VARIABLE, TRUST_PATH_VARIABLE)}
    environment |= {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data"), "APPDATA": str(tmp_path / "data"),
                    "USERPROFILE": str(tmp_path), "PYTHONPATH": str(Path(store.__file__).parents[2])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    path, model_id = done.stdout.splitlines()
    assert Path(path).is_relative_to(tmp_path) and model_id == ID


# -- keys and signatures ---------------------------------------------------------------------------------------

pytest.importorskip("cryptography")


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


# -- packing ---------------------------------------------------------------------------------------------------

def test_packing_lists_the_parts_and_gives_equal_bytes(site: Path, folder: Path, tmp_path: Path, capsys) -> None:
    data = json.loads((folder / "model.json").read_bytes())
    data.pop("parts")
    (folder / "model.json").write_text(json.dumps(data), encoding="utf-8")
    (folder / "NOTICE").write_text("Generated.", encoding="utf-8")
    out = tmp_path / "packed.zip"
    assert run(capsys, "models", "pack", folder, "--out", out)[0] == 0
    assert out.read_bytes() == packed(folder)[0]
    assert import_bundle(out).bundle.card["parts"][0]["name"] == "NOTICE"


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
