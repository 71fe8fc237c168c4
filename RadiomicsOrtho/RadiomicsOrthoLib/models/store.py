"""A site's own models: a folder of bundles, into which a model comes verified and whole, or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from .bundle import ModelBundle, load_bundle, verified_bundle
from .bundle_files import MODEL_FILE, BundleFiles, FilesInMemory, open_bundle
from .catalogue import model_folders, site_folders
from .trust_store import trusted_keys


@dataclass(frozen=True)
class Imported:
    """A model in the store; ``unchanged`` if the same one was there before, ``warning`` for the user."""

    bundle: ModelBundle
    path: Path
    unchanged: bool = False
    warning: str = ""


class _Remembered:
    """Files of a bundle that are read once: what was verified is what is written."""

    def __init__(self, files: BundleFiles) -> None:
        self._files = files
        self.names = files.names
        self.content: dict[str, bytes] = {}

    def read(self, name: str, most: int) -> bytes:
        if name not in self.content:
            self.content[name] = self._files.read(name, most)
        return self.content[name]


def import_bundle(path: Path, replace: bool = False, accept_unsigned: bool = False) -> Imported:
    """Bring the bundle in the folder or zip file ``path`` into the site's store.

    Without ``replace`` a model of the same id stays as it is.  ``accept_unsigned`` takes a
    model that no trusted key stands for; see :func:`_consent`.  Raises InputError with one
    sentence, and then has changed nothing.
    """
    files = _Remembered(open_bundle(path))
    bundle = verified_bundle(files, Path(path))
    warning = _consent(bundle, accept_unsigned)
    return _store(bundle, files.content, replace, warning)


def import_files(content: Mapping[str, bytes], replace: bool = False) -> Imported:
    """Bring a bundle that was made here into the site's store; otherwise as :func:`import_bundle`."""
    files = FilesInMemory(content)
    return _store(verified_bundle(files, Path(MODEL_FILE)), content, replace, "")


def remove_model(model_id: str) -> Path:
    """Remove a model of the site; never one that ships.  Returns where it was."""
    folders = model_folders()
    if model_id not in folders:
        raise InputError(f"There is no model '{model_id}'; see 'radiomics-ortho models list'.")
    path = folders[model_id]
    if path.parent not in site_folders():
        raise InputError(f"The model '{model_id}' ships with RadiomicsOrtho and is not removed.")
    try:
        if path.is_symlink() or path.is_file():
            path.unlink()
        else:
            # out of sight at once, so that no half-removed model is ever listed
            hidden = Path(tempfile.mkdtemp(prefix=".removed-", dir=path.parent))
            os.rename(path, hidden / model_id)
            shutil.rmtree(hidden)
    except OSError as error:
        raise InputError(f"Cannot remove '{path}': {error.strerror}.") from None
    return path


def _consent(bundle: ModelBundle, accepted: bool) -> str:
    """A warning of who stands for the model; InputError where the user must say that it is to be taken all the same.

    A signature by an unknown key always asks.  An unsigned model asks where the user trusts
    keys at all: whoever can change a model can also take its signature away.
    """
    status = bundle.signature
    if status.state == "trusted":
        return ""
    if accepted:
        return f"Imported all the same: {status.sentence}"
    if status.state == "unknown key":
        raise InputError(f"The model '{bundle.id}' is signed with a key that is not trusted here "
                         f"({status.fingerprint}); compare the fingerprint with its owner and add the key with 'models "
                         "trust add', or give --accept-unsigned.")
    if trusted_keys():
        raise InputError(f"The model '{bundle.id}' is not signed, and keys are trusted here; ask for a signed one, or "
                         "give --accept-unsigned.")
    return status.sentence


def _store(bundle: ModelBundle, content: Mapping[str, bytes], replace: bool, warning: str) -> Imported:
    present = model_folders().get(bundle.id)
    if present and present.parent not in site_folders():
        raise InputError(f"The model '{bundle.id}' ships with RadiomicsOrtho; no other one of this id can be imported.")
    if present:
        same = _same(present, bundle)
        if same:
            return Imported(bundle, present, True, warning)
        if not replace:
            raise InputError(f"A model '{bundle.id}' is there already ({_version(present)}, in '{present}') and is not "
                             f"the one of version {bundle.version} that was given; give --replace to replace it.")
    target = present.parent / bundle.id if present else _first_folder() / bundle.id
    _write(content, target, present)
    return Imported(bundle, target, False, warning)


def _same(path: Path, bundle: ModelBundle) -> bool:
    try:
        found = load_bundle(path)
    except InputError:
        return False
    return (found.sha256, found.signature) == (bundle.sha256, bundle.signature)


def _version(path: Path) -> str:
    try:
        return f"version {load_bundle(path).version}"
    except InputError:
        return "which cannot be read"


def _first_folder() -> Path:
    folders = site_folders()
    if not folders:
        raise InputError("There is no folder for the site's own models: RADIOMICS_ORTHO_MODELS is empty; name one in "
                         "it, or unset it.")
    return folders[0]


def _write(content: Mapping[str, bytes], target: Path, present: Path | None) -> None:
    """Write into a hidden folder of the store, read it again, and only then give it its name."""
    store, staging = target.parent, None
    try:
        store.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".import-", dir=store))
        fresh = staging / "new"
        fresh.mkdir()
        for name, data in content.items():
            (fresh / name).write_bytes(data)
        load_bundle(fresh)
        if present:
            os.rename(present, staging / "old")
        try:
            os.rename(fresh, target)
        except OSError:
            if present:
                os.rename(staging / "old", present)
            raise
    except OSError as error:
        raise InputError(f"Cannot write into '{store}': {error.strerror}.") from None
    finally:
        if staging is not None:
            shutil.rmtree(staging, ignore_errors=True)
