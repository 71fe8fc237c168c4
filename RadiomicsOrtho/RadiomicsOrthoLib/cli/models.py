"""``models list``, ``models show ID`` and ``models verify ID | --all``; the rest stands in ``models_site``."""

from __future__ import annotations

import argparse

from ..errors import InputError
from ..models.bundle import ModelBundle, ModelInput, read_bundle
from ..models.catalogue import load_catalogue, load_model, model_folders, site_folders
from ..models.check_vectors import CheckResult
from .models_site import add_actions, summary


def add_command(commands) -> None:
    command = commands.add_parser("models", help="the models at hand")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="one line per model")
    listing.set_defaults(run=run_list)
    show = actions.add_parser("show", help="the whole card of a model")
    show.add_argument("id", metavar="ID")
    show.set_defaults(run=run_show)
    verify = actions.add_parser("verify", help="recompute the check vectors of models and print each deviation")
    verify.add_argument("id", metavar="ID", nargs="?")
    verify.add_argument("--all", action="store_true", help="every model at hand")
    verify.set_defaults(run=run_verify)
    add_actions(actions)


def run_list(options: argparse.Namespace) -> dict:
    bundles, refused = load_catalogue()
    if not options.json:
        for bundle in bundles:
            needs = "scan" if bundle.uses_scan else "entered values"
            standing = "" if bundle.signature.state == "ships" else f"; {bundle.signature.state}"
            signer = f" ({bundle.signature.signer})" if bundle.signature.signer else ""
            print(f"{bundle.id}  {bundle.version}  [{bundle.trust}; {needs}{standing}{signer}]  {bundle.title}")
        for sentence in refused:
            print(sentence)
    return {"models": [summary(bundle) for bundle in bundles], "refused": list(refused)}


def run_show(options: argparse.Namespace) -> dict:
    bundle = load_model(options.id)
    if not options.json:
        print_model(bundle)
    return {**bundle.card, "sha256": bundle.sha256, "signature": bundle.signature.to_dict()}


def run_verify(options: argparse.Namespace) -> dict:
    """Exit code 2 if a vector does not come out, or a model cannot be read or has none."""
    if bool(options.id) == options.all:
        raise InputError("Name one model to verify, or all of them with --all.")
    folders = model_folders()
    if options.id and options.id not in folders:
        raise InputError(f"There is no model '{options.id}'; see 'radiomics-ortho models list'.")
    models, refused, count, faults = {}, [], 0, 0
    for model_id in [options.id] if options.id else sorted(folders):
        try:
            bundle, results = read_bundle(folders[model_id])
            if bundle.id != model_id:
                raise InputError(f"Model refused: '{folders[model_id].name}' holds the model '{bundle.id}'.")
            if not results:
                raise InputError(f"Model '{model_id}' refused: it carries no check vectors.")
        except InputError as error:
            refused.append(str(error))
            continue
        models[model_id] = [_result_dict(result) for result in results]
        count, faults = count + len(results), faults + sum(bool(result.fault) for result in results)
        if not options.json:
            print(f"{bundle.id} {bundle.version} [{bundle.trust}]")
            if bundle.card.get("parts"):
                print(f"  Parts as they are listed: {', '.join(part['name'] for part in bundle.card['parts'])}")
            if folders[model_id].parent in site_folders():
                print(f"  {bundle.signature.sentence}")
            for result in results:
                print(f"  {_result_text(result)}")
    if not options.json:
        for sentence in refused:
            print(sentence)
        print(f"{count} vectors of {len(models)} models: {faults or 'none'} failed"
              + (f"; {len(refused)} models refused." if refused else "."))
    return {"models": models, "refused": refused, "exit_code": 2 if faults or refused else 0}


def _result_dict(result: CheckResult) -> dict:
    return {"number": result.number, "inputs": dict(result.inputs), "expected": result.expected, "got": result.got,
            "deviation": result.deviation, "tolerance": result.tolerance, "source": result.source,
            "fault": result.fault}


def _result_text(result: CheckResult) -> str:
    source = f"  ({result.source})" if result.source else ""
    verdict = "FAILED: " + result.fault if result.fault else "ok"
    return (f"{result.number:2d}  expected {result.expected:.10g}  got {result.got:.10g}  deviation "
            f"{result.deviation:+.1e}  {verdict}{source}")


def print_model(bundle: ModelBundle) -> None:
    card = bundle.card
    print(f"{bundle.title}\n  id {bundle.id}, version {bundle.version}, trust level: {bundle.trust}")
    print(f"  {bundle.signature.sentence}")
    for title, name in (("Notice", "notice"), ("Intended use", "intended_use"), ("Not for", "not_for"),
                        ("Population", "population"), ("Reference standard", "reference_standard"),
                        ("Licence", "licence"), ("Formula", "formula")):
        if card.get(name):
            print(f"  {title}: {card[name]}")
    print("  Inputs:")
    for item in bundle.inputs:
        print(f"    {_input_text(item)}")
    for output_class in bundle.classes:
        print(f"  Class {output_class.title} [{output_class.evidence}]")
    for threshold in bundle.thresholds:
        print(f"  Cut-off {threshold.title} [{threshold.evidence}; {threshold.source}]")
    for entry in card.get("performance", ()):
        print(f"  Performance: {entry['measure']}: {entry['value']} [{entry['evidence']}; {entry['source']}]")
    for text in card.get("limitations", ()):
        print(f"  Limitation: {text}")
    for text in card["citations"]:
        print(f"  Cite: {text}")


def _input_text(item: ModelInput) -> str:
    unit = f" ({item.unit})" if item.unit else ""
    parts = [f"{item.name}: {item.title}{unit}, {item.source}"]
    if item.choices:
        parts.append("one of " + ", ".join(key if key == title else f"{key} = {title}"
                                           for key, title in item.choices.items()))
    if item.valid_range:
        parts.append(f"{item.valid_range[0]:g} to {item.valid_range[1]:g}")
    parts += ["may be left out"] if item.optional else []
    return ", ".join(parts)
