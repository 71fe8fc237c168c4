"""A bundle on its way to others: as one zip file, and signed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..errors import InputError
from .bundle import ModelBundle, verified_bundle
from .bundle_files import MAX_MODEL_BYTES, MODEL_FILE, SIGNATURE_FILE, FilesInMemory, open_bundle
from .parts import MAX_PART_BYTES
from .safe_json import parse_json
from .signature import signature_file
from .writing import bundle_content, zip_content


def packed(folder: Path) -> tuple[bytes, ModelBundle]:
    """The bundle in ``folder`` as a zip file, and the bundle.

    Parts are listed as they are found; where that changes ``model.json``, an older signature is left out.
    Raises InputError where the bundle would be refused.
    """
    files = open_bundle(folder)
    model = files.read(MODEL_FILE, MAX_MODEL_BYTES)
    parts = {name: files.read(name, MAX_PART_BYTES) for name in files.names
             if name not in (MODEL_FILE, SIGNATURE_FILE)}
    try:
        card = parse_json(model)
        if not isinstance(card, dict) or "check_vectors" not in card:
            raise ValueError("it has no check vectors")
        content = bundle_content(card, parts)
    except ValueError as error:
        raise InputError(f"Model refused: '{folder}': {error}.") from None
    if parse_json(content[MODEL_FILE]) == card:
        content[MODEL_FILE] = model
        if SIGNATURE_FILE in files.names:
            content[SIGNATURE_FILE] = files.read(SIGNATURE_FILE, MAX_PART_BYTES)
    bundle = verified_bundle(FilesInMemory(content), Path(folder))
    return zip_content(content), bundle


def signed(path: Path, private_key) -> tuple[Path, bytes, ModelBundle]:
    """The file to write (``signature.json``, or the zip file anew), its content, and the signed bundle.

    Only a bundle that would not be refused is signed; an older signature is replaced.
    """
    files = open_bundle(path)
    names = [name for name in files.names if name != SIGNATURE_FILE]
    content: Mapping[str, bytes] = {MODEL_FILE: files.read(MODEL_FILE, MAX_MODEL_BYTES)} | {
        name: files.read(name, MAX_PART_BYTES) for name in names if name != MODEL_FILE}
    bundle = verified_bundle(FilesInMemory(content), Path(path))
    signature = signature_file(private_key, content[MODEL_FILE], bundle.card)
    found = verified_bundle(FilesInMemory({**content, SIGNATURE_FILE: signature}), Path(path))
    if Path(path).is_file():
        return Path(path), zip_content({**content, SIGNATURE_FILE: signature}), found
    return Path(path) / SIGNATURE_FILE, signature, found
