"""``models list`` and ``models show ID``."""

from __future__ import annotations

import argparse

from ..models.bundle import ModelBundle
from ..models.catalogue import load_catalogue, load_model


def add_command(commands) -> None:
    command = commands.add_parser("models", help="the models at hand")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="one line per model")
    listing.set_defaults(run=run_list)
    show = actions.add_parser("show", help="the whole card of a model")
    show.add_argument("id", metavar="ID")
    show.set_defaults(run=run_show)


def run_list(options: argparse.Namespace) -> dict:
    bundles, refused = load_catalogue()
    if not options.json:
        for bundle in bundles:
            print(f"{bundle.id}  {bundle.version}  [{bundle.trust}]  {bundle.title}")
        for sentence in refused:
            print(sentence)
    return {"models": [{"id": b.id, "version": b.version, "trust": b.trust, "title": b.title, "sha256": b.sha256}
                       for b in bundles], "refused": list(refused)}


def run_show(options: argparse.Namespace) -> dict:
    bundle = load_model(options.id)
    if not options.json:
        print_model(bundle)
    return {**bundle.card, "sha256": bundle.sha256}


def print_model(bundle: ModelBundle) -> None:
    card = bundle.card
    print(f"{bundle.title}\n  id {bundle.id}, version {bundle.version}, trust level: {bundle.trust}")
    for title, name in (("Intended use", "intended_use"), ("Not for", "not_for"), ("Population", "population"),
                        ("Reference standard", "reference_standard"), ("Licence", "licence")):
        if card.get(name):
            print(f"  {title}: {card[name]}")
    print("  Inputs:")
    for item in bundle.inputs:
        unit = f" ({item.unit})" if item.unit else ""
        choices = f", one of {', '.join(item.choices)}" if item.choices else ""
        print(f"    {item.name}: {item.title}{unit}, {item.source}{choices}")
    for threshold in bundle.thresholds:
        print(f"  Cut-off {threshold.title} [{threshold.evidence}; {threshold.source}]")
    for entry in card.get("performance", ()):
        print(f"  Performance: {entry['measure']}: {entry['value']} [{entry['evidence']}; {entry['source']}]")
    for text in card.get("limitations", ()):
        print(f"  Limitation: {text}")
    for text in card["citations"]:
        print(f"  Cite: {text}")
