"""The keys that a user trusts: one file ``<name>.pem`` each, in a folder of the user or the site."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from ..resources import user_folder

#: the folder of trusted keys, if it is another one than the user's
TRUST_PATH_VARIABLE = "RADIOMICS_ORTHO_TRUST"
MAX_KEY_BYTES = 8 * 1024
_NAME = re.compile(r"\w[\w .@()-]{0,60}")
#: what stands before the 32 bytes of every Ed25519 public key (RFC 8410, section 4, in DER)
_KEY_HEAD = bytes.fromhex("302a300506032b6570032100")
_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----\s+([A-Za-z0-9+/=\s]+?)\s*-----END PUBLIC KEY-----\s*")


@dataclass(frozen=True)
class TrustedKey:
    """Whose key it is, as the user named it, and its 32 bytes."""

    name: str
    key: bytes

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.key)


def fingerprint(key: bytes) -> str:
    """The first 128 bits of the key's SHA-256, in groups that can be read out on the telephone."""
    digits = hashlib.sha256(key).hexdigest()[:32]
    return " ".join(digits[at:at + 4] for at in range(0, 32, 4))


def trust_folder() -> Path:
    stated = os.environ.get(TRUST_PATH_VARIABLE)
    return Path(stated) if stated else user_folder() / "trust"


def trusted_keys() -> tuple[TrustedKey, ...]:
    """All trusted keys by name; InputError if one of the files is no public key."""
    folder = trust_folder()
    paths = sorted(folder.glob("*.pem")) if folder.is_dir() else []
    return tuple(TrustedKey(path.stem, read_public_key(path)) for path in paths)


def add_trusted(name: str, path: Path) -> TrustedKey:
    """Trust the public key in the PEM file ``path`` by ``name``; InputError if the name is taken."""
    if not _NAME.fullmatch(name) or name != name.strip(" ."):
        raise InputError(f"'{name}' is no name for a key; use letters, digits, blanks and .@()-, at most 60.")
    added = TrustedKey(name, read_public_key(path))
    for known in trusted_keys():
        if known.key == added.key:
            raise InputError(f"This key is trusted already, as '{known.name}'.")
    folder = trust_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # "x": two names that one file system takes for one must not replace each other
        with (folder / f"{name}.pem").open("x", encoding="ascii") as file:
            file.write(public_pem(added.key))
    except FileExistsError:
        raise InputError(f"A key of the name '{name}' is trusted already; remove it first, or choose another "
                         "name.") from None
    except OSError as error:
        raise InputError(f"Cannot write into '{folder}': {error.strerror}.") from None
    return added


def remove_trusted(name: str) -> TrustedKey:
    """Trust the key of that name no more."""
    found = next((key for key in trusted_keys() if key.name == name), None)
    if found is None:
        names = ", ".join(key.name for key in trusted_keys())
        raise InputError(f"No key of the name '{name}' is trusted; trusted: {names or 'none'}.")
    try:
        (trust_folder() / f"{name}.pem").unlink()
    except OSError as error:
        raise InputError(f"Cannot remove the key '{name}': {error.strerror}.") from None
    return found


def read_public_key(path: Path) -> bytes:
    """The 32 bytes of an Ed25519 public key in PEM (as ``openssl pkey -pubout`` writes it)."""
    try:
        with Path(path).open("rb") as file:
            text = file.read(MAX_KEY_BYTES).decode("ascii", "replace")
    except OSError as error:
        raise InputError(f"Cannot read '{path}': {error.strerror}.") from None
    if "PRIVATE KEY" in text:
        raise InputError(f"'{path}' is a private key; give the public one, and keep the private one to yourself.")
    found = _PEM.fullmatch(text.strip() + "\n")
    try:
        raw = base64.b64decode(found[1] if found else "", validate=False)
    except binascii.Error:
        raw = b""
    if len(raw) != len(_KEY_HEAD) + 32 or not raw.startswith(_KEY_HEAD):
        raise InputError(f"'{path}' is no public key of the kind Ed25519 in a PEM file.")
    return raw[len(_KEY_HEAD):]


def public_pem(key: bytes) -> str:
    """The key as text, as openssl reads it."""
    body = base64.b64encode(_KEY_HEAD + key).decode("ascii")
    return f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"
