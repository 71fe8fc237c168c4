"""The signature of a bundle: who stands for it, apart from what it says of itself.

``signature.json`` beside ``model.json`` holds an Ed25519 public key and its signature
(RFC 8032) of the manifest: one line per file with SHA-256, size and name.  Signing changes no other file.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import InputError
from .bundle_files import MODEL_FILE, SIGNATURE_FILE, BundleFiles
from .safe_json import parse_json
from .trust_store import fingerprint, public_pem, trusted_keys

SCHEMA = "radiomics-ortho-signature/1"
STATES = ("ships", "trusted", "unknown key", "unsigned")
MAX_SIGNATURE_BYTES = 16 * 1024
_NEEDED = "needs the Python package cryptography; install it with 'pip install cryptography'."


@dataclass(frozen=True)
class SignatureStatus:
    """``ships`` (with this software), ``trusted`` (signed by ``signer``), ``unknown key`` or ``unsigned``."""

    state: str
    signer: str = ""
    fingerprint: str = ""

    def __post_init__(self) -> None:
        if self.state not in STATES or not isinstance(self.signer, str) or not isinstance(self.fingerprint, str):
            raise ValueError(f"the state of a signature is one of {STATES}")

    @property
    def sentence(self) -> str:
        """In words, for a reader."""
        if self.state == "ships":
            return "Ships with RadiomicsOrtho."
        if self.state == "trusted":
            return f"Signed by {self.signer}, whose key is trusted here ({self.fingerprint})."
        if self.state == "unknown key":
            return f"Signed with a key that is not trusted here ({self.fingerprint})."
        return "Not signed: nobody stands for it but the one who installed it."

    def to_dict(self) -> dict:
        return {"state": self.state, "signer": self.signer, "fingerprint": self.fingerprint}


UNSIGNED, SHIPS = SignatureStatus("unsigned"), SignatureStatus("ships")


def manifest(model: bytes, card: Mapping) -> bytes:
    """What is signed: a line ``SHA-256 size name`` for ``model.json`` and for each part, in the order of names."""
    lines = [f"{hashlib.sha256(model).hexdigest()} {len(model)} {MODEL_FILE}"]
    lines += [f"{part['sha256']} {int(part['bytes'])} {part['name']}"
              for part in sorted(card.get("parts", ()), key=lambda part: part["name"])]
    return "\n".join([SCHEMA, *lines, ""]).encode("ascii")


def signature_status(files: BundleFiles, model: bytes, card: Mapping, name: str) -> SignatureStatus:
    """Whether and by whom the bundle is signed; InputError for a signature that does not fit, or cannot be checked.

    ``name`` is what sentences call the bundle.
    """
    if SIGNATURE_FILE not in files.names:
        return UNSIGNED
    key, signature = _read(files, name)
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        raise InputError(f"Model refused: '{name}' is signed, and checking that {_NEEDED}") from None
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, manifest(model, card))
    except (InvalidSignature, ValueError):
        raise InputError(f"Model refused: the signature of '{name}' does not fit it; the model or its signature was "
                         "changed. Get it again from where it comes.") from None
    signer = next((known.name for known in trusted_keys() if known.key == key), "")
    return SignatureStatus("trusted" if signer else "unknown key", signer, fingerprint(key))


def signature_file(private_key, model: bytes, card: Mapping) -> bytes:
    """The content of ``signature.json`` made with a key of :func:`read_private_key`."""
    return (json.dumps({
        "schema": SCHEMA, "public_key": base64.b64encode(_public_bytes(private_key)).decode("ascii"),
        "signature": base64.b64encode(private_key.sign(manifest(model, card))).decode("ascii")}, indent=2)
        + "\n").encode("ascii")


def new_key(path: Path) -> Path:
    """Write a new private key to ``path``, for nobody else to read, and its public key beside it, which is returned."""
    try:
        from cryptography.hazmat.primitives import serialization as form
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    except ImportError:
        raise InputError(f"Making a key {_NEEDED}") from None
    public = Path(path).with_suffix(".pub.pem")
    for target in (Path(path), public):
        if target.exists():
            raise InputError(f"'{target}' exists already; a key is never written over.")
    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    try:
        public.write_text(public_pem(_public_bytes(key)), encoding="ascii")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(private)
    except OSError as error:
        raise InputError(f"Cannot write the key '{path}': {error.strerror}.") from None
    return public


def read_private_key(path: Path):
    """The Ed25519 private key in a PEM file without password (as ``openssl genpkey -algorithm ed25519`` writes it)."""
    try:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
    except ImportError:
        raise InputError(f"Signing {_NEEDED}") from None
    try:
        key = load_pem_private_key(Path(path).read_bytes(), None)
    except OSError as error:
        raise InputError(f"Cannot read '{path}': {error.strerror}.") from None
    except TypeError:
        raise InputError(f"The key '{path}' has a password; give one without, for the moment of signing.") from None
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError(f"'{path}' is no private key of the kind Ed25519 in a PEM file.")
    return key


def _public_bytes(private_key) -> bytes:
    from cryptography.hazmat.primitives import serialization as form

    return private_key.public_key().public_bytes(form.Encoding.Raw, form.PublicFormat.Raw)


def _read(files: BundleFiles, name: str) -> tuple[bytes, bytes]:
    try:
        data = parse_json(files.read(SIGNATURE_FILE, MAX_SIGNATURE_BYTES))
        if not isinstance(data, dict) or data.get("schema") != SCHEMA or len(data) != 3:
            raise ValueError("of another schema")
        key, signature = (base64.b64decode(data[entry], validate=True) for entry in ("public_key", "signature"))
        if len(key) != 32 or len(signature) != 64:
            raise ValueError("of another length")
    except (ValueError, TypeError, KeyError, binascii.Error) as error:
        raise InputError(f"Model refused: the {SIGNATURE_FILE} of '{name}' cannot be read ({error}).") from None
    return key, signature
