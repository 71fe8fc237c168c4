"""``models import|draft|remove|pack|sign|new-key|trust``: a site's own models, and the keys that it trusts."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from ..errors import InputError
from ..models.bundle import ModelBundle
from ..models.store import Imported, import_bundle, import_files, remove_model


def add_actions(actions) -> None:
    """Add the actions to those of ``models``."""
    bring = actions.add_parser("import", help="bring a model into this site's own folder")
    bring.add_argument("path", metavar="PATH", type=Path, help="folder or zip file of a model, or a scikit-learn model "
                       "as a .skops file")
    bring.add_argument("--card", metavar="CARD.yaml", type=Path, help="what to say of a .skops file: a model.json "
                       "without estimator and check vectors, as YAML or JSON")
    bring.add_argument("--check", metavar="ROWS.csv", type=Path, help="rows on which a .skops file is compared with "
                       "what it becomes; without them rows are made within the ranges of the inputs")
    bring.add_argument("--replace", action="store_true", help="replace a model of the same id")
    bring.add_argument("--accept-unsigned", action="store_true", help="take a model that no trusted key stands for")
    bring.set_defaults(run=run_import)
    draft = actions.add_parser("draft", help="write the beginning of a card for a .skops file")
    draft.add_argument("path", metavar="MODEL.skops", type=Path)
    draft.add_argument("--out", metavar="CARD.yaml", type=Path, required=True)
    draft.set_defaults(run=run_draft)
    remove = actions.add_parser("remove", help="remove a model of this site; those that ship stay")
    remove.add_argument("id", metavar="ID")
    remove.set_defaults(run=run_remove)
    pack = actions.add_parser("pack", help="check a model and write it as one zip file")
    pack.add_argument("path", metavar="FOLDER", type=Path, help="folder with model.json; parts that it does not list "
                      "yet are listed in the zip file")
    pack.add_argument("--out", metavar="FILE.zip", type=Path, required=True)
    pack.set_defaults(run=run_pack)
    sign = actions.add_parser("sign", help="sign a model with your private key")
    sign.add_argument("path", metavar="PATH", type=Path, help="folder or zip file of a model")
    sign.add_argument("--key", metavar="KEY.pem", type=Path, required=True, help="see 'models new-key'")
    sign.set_defaults(run=run_sign)
    new_key = actions.add_parser("new-key", help="make a private key for signing, and its public key")
    new_key.add_argument("path", metavar="KEY.pem", type=Path)
    new_key.set_defaults(run=run_new_key)
    trust = actions.add_parser("trust", help="whose signatures count here")
    steps = trust.add_subparsers(dest="step", required=True, metavar="STEP")
    steps.add_parser("list", help="the trusted keys").set_defaults(run=run_trust_list)
    add = steps.add_parser("add", help="trust a public key")
    add.add_argument("name", metavar="NAME", help="whose key it is, as it shall stand on cards")
    add.add_argument("key", metavar="KEY.pub.pem", type=Path)
    add.set_defaults(run=run_trust_add)
    forget = steps.add_parser("remove", help="trust a key no more")
    forget.add_argument("name", metavar="NAME")
    forget.set_defaults(run=run_trust_remove)


def run_import(options: argparse.Namespace) -> dict:
    found = _imported(options)
    conversion = _conversion(found.bundle)
    if not options.json:
        if conversion and options.path.suffix == ".skops":
            print(_conversion_text(conversion))
        if found.warning:
            print(f"⚠ {found.warning}")
        print(f"The same model is there already: {found.path}" if found.unchanged else f"Imported to {found.path}")
        print(f"{found.bundle.id}  {found.bundle.version}  [{found.bundle.trust}]  {found.bundle.title}")
    return {"imported": summary(found.bundle), "path": str(found.path), "unchanged": found.unchanged,
            "warning": found.warning, "conversion": conversion}


def run_draft(options: argparse.Namespace) -> dict:
    from ..models.conversion.process import draft_apart

    if options.out.exists():
        raise InputError(f"'{options.out}' exists already; name another file.")
    text = draft_apart(options.path)
    _write(options.out, text.encode("utf-8"))
    if not options.json:
        print(f"Written to {options.out}; fill in what stands in <angle brackets>.")
    return {"card": text, "path": str(options.out)}


def _imported(options: argparse.Namespace) -> Imported:
    from ..models.conversion.skops_file import refuse_pickle

    refuse_pickle(options.path)
    if options.path.suffix != ".skops":
        if options.card or options.check:
            raise InputError("--card and --check belong to a .skops file; a bundle has its own card and check vectors.")
        return import_bundle(options.path, options.replace, options.accept_unsigned)
    if not options.card:
        raise InputError(f"A .skops file says nothing of its use; describe it in a card and give that with --card. "
                         f"'radiomics-ortho models draft {options.path} --out card.yaml' writes the beginning of one.")
    from ..models.conversion.process import convert_apart

    return import_files(convert_apart(options.path, options.card, options.check), options.replace)


def _conversion(bundle: ModelBundle) -> dict:
    """How the model was converted; empty if it was not."""
    provenance = bundle.card.get("training_provenance")
    return provenance.get("conversion", {}) if isinstance(provenance, dict) else {}


def _conversion_text(conversion: dict) -> str:
    lines = [f"Converted {conversion['estimator']} to {conversion['form']}.",
             (f"Compared on {conversion['compared']}: largest deviation {conversion['largest_deviation']:.1e}, allowed "
              f"{conversion['tolerance']:g}.")]
    if " rows of " in conversion["compared"]:
        lines.append("Some of these rows stand in the model, as check vectors and as people of reference: pass it on "
                     "only where they may go.")
    if "probability_of_class" in conversion:
        lines.append(f"It gives the probability of the class '{conversion['probability_of_class']}'.")
    if conversion["inputs_left_out"]:
        lines.append(f"Not needed by the model, and left out: {', '.join(conversion['inputs_left_out'])}.")
    return "\n".join(lines)


def run_remove(options: argparse.Namespace) -> dict:
    path = remove_model(options.id)
    if not options.json:
        print(f"Removed {path}")
    return {"removed": options.id, "path": str(path)}


def run_pack(options: argparse.Namespace) -> dict:
    from ..models.packing import packed

    content, bundle = packed(options.path)
    _write(options.out, content)
    if not options.json:
        print(f"Written to {options.out}: {bundle.id} {bundle.version}, {len(content)} bytes")
    return {"packed": summary(bundle), "path": str(options.out)}


def run_sign(options: argparse.Namespace) -> dict:
    from ..models.packing import signed
    from ..models.signature import read_private_key

    name, content, bundle = signed(options.path, read_private_key(options.key))
    _write(name, content)
    if not options.json:
        print(f"Signed {bundle.id} {bundle.version} with the key {bundle.signature.fingerprint}: {name}")
    return {"signed": summary(bundle), "path": str(name)}


def run_new_key(options: argparse.Namespace) -> dict:
    from ..models.signature import new_key
    from ..models.trust_store import fingerprint, read_public_key

    public = new_key(options.path)
    digits = fingerprint(read_public_key(public))
    if not options.json:
        print(f"Private key, for nobody else to see: {options.path}\nPublic key, to hand out: {public}\n"
              f"Fingerprint: {digits}")
    return {"private": str(options.path), "public": str(public), "fingerprint": digits}


def run_trust_list(options: argparse.Namespace) -> dict:
    from ..models.trust_store import trust_folder, trusted_keys

    keys = trusted_keys()
    if not options.json:
        for key in keys:
            print(f"{key.name}  {key.fingerprint}")
        if not keys:
            print(f"No key is trusted here ({trust_folder()}).")
    return {"folder": str(trust_folder()), "keys": [{"name": k.name, "fingerprint": k.fingerprint} for k in keys]}


def run_trust_add(options: argparse.Namespace) -> dict:
    from ..models.trust_store import add_trusted

    key = add_trusted(options.name, options.key)
    if not options.json:
        print(f"Trusted as '{key.name}': {key.fingerprint}\nCompare the fingerprint with its owner.")
    return {"name": key.name, "fingerprint": key.fingerprint}


def run_trust_remove(options: argparse.Namespace) -> dict:
    from ..models.trust_store import remove_trusted

    key = remove_trusted(options.name)
    if not options.json:
        print(f"No longer trusted: {key.name}  {key.fingerprint}")
    return {"name": key.name, "fingerprint": key.fingerprint}


def summary(bundle: ModelBundle) -> dict:
    """One model of a list."""
    return {"id": bundle.id, "version": bundle.version, "trust": bundle.trust, "title": bundle.title,
            "uses_scan": bundle.uses_scan, "sha256": bundle.sha256, "signature": bundle.signature.to_dict()}


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    staging = path.with_name(f".{path.name}.new")
    try:
        staging.write_bytes(content)
        os.replace(staging, path)
    except OSError as error:
        staging.unlink(missing_ok=True)
        raise InputError(f"Cannot write '{path}': {error.strerror}.") from None
