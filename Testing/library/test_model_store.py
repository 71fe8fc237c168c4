"""A site's own models: imported whole or not at all, signed or not, removed, packed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import generated
import pytest
from generated import clinical_files, everything
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.models import store
from RadiomicsOrthoLib.models.catalogue import MODEL_PATH_VARIABLE, load_catalogue, load_model
from RadiomicsOrthoLib.models.packing import packed
from RadiomicsOrthoLib.models.store import import_bundle, import_files, remove_model
from RadiomicsOrthoLib.models.trust_store import TRUST_PATH_VARIABLE
from RadiomicsOrthoLib.resources import resource_folder

ID = "generated-trees"


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
