"""``protocols [ID] [-o protocol.html]``: how a region is drawn at each site."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..regions.protocols.catalogue import PROTOCOL_PATH_VARIABLE, load_protocol, load_protocols
from ..regions.protocols.protocol import OWN, Protocol, Statement
from ..report.files import write_folder
from .output import check_output


def add_command(commands) -> None:
    command = commands.add_parser(
        "protocols", help="how bone regions are drawn: steps with pictures, and which model needs what")
    command.add_argument("protocol", metavar="ID", nargs="?",
                         help="id of a protocol or a file of your own; all, if it is left out")
    command.add_argument("-o", "--output", metavar="protocol.html", type=Path,
                         help="write one HTML page with the pictures, to read or to print")
    command.epilog = f"Your own protocols are found through {PROTOCOL_PATH_VARIABLE}."
    command.set_defaults(run=run_protocols)


def run_protocols(options: argparse.Namespace) -> dict:
    if options.output is not None:
        check_output(options.output, (".html", ".htm"))
    protocols, refused = ((load_protocol(options.protocol),), ()) if options.protocol else load_protocols()
    result: dict = {**_whole(protocols[0])} if options.protocol else {
        "protocols": [_summary(one) for one in protocols], "refused": list(refused)}
    if options.output is not None:
        from ..report.protocol_html import protocol_page

        write_folder(options.output.parent, {options.output.name: protocol_page(protocols)})
        result["output"] = str(options.output)
    if not options.json:
        if options.output is not None:
            print(f"Written to {options.output}")
        elif options.protocol:
            print_protocol(protocols[0])
        else:
            width = max(len(one.id) for one in protocols)
            for one in protocols:
                print(f"{one.id:{width}}  {one.version}  {'/'.join(one.modalities):6}  {one.title}")
        for sentence in refused:
            print(sentence)
    return result


def print_protocol(protocol: Protocol) -> None:
    """Everything but the pictures."""
    print(f"{protocol.title}\n  id {protocol.id}, version {protocol.version}, {protocol.site} on "
          f"{' or '.join(protocol.modalities)}\n  {protocol.purpose}\n  Window: {protocol.window.text}")
    for number, step in enumerate(protocol.steps, 1):
        print(f"\n{number}. {step.title}\n   {_said(step.do)}")
    for title, statements in (("Include", protocol.include), ("Exclude", protocol.exclude)):
        print(f"\n{title}")
        for statement in statements:
            print(f"  - {_said(statement)}")
    print("\nCompartments")
    for rule in protocol.compartments:
        print(f"  {rule.compartment}: {_said(rule.rule)}\n    Why: {rule.why}")
    print("\nWho needs which compartment")
    for need in protocol.needs:
        names = "".join(f", {kind} {name}" for kind, name in (("model", need.model), ("profile", need.profile)) if name)
        print(f"  {need.title}{names}: {', '.join(need.compartments)}. {_said(need.text)}")
    print("\nPitfalls")
    for statement in protocol.pitfalls:
        print(f"  - {_said(statement)}")
    print("\nReferences")
    for reference in protocol.references:
        print(f"  {reference.id}: {reference.text}")


def _said(statement: Statement) -> str:
    """The sentence with how sure it is and on what it rests."""
    source = f", {statement.source}" if statement.source else ""
    return statement.text if statement.evidence == OWN else f"{statement.text} [{statement.evidence}{source}]"


def _summary(protocol: Protocol) -> dict:
    return {"id": protocol.id, "version": protocol.version, "title": protocol.title, "site": protocol.site,
            "modalities": list(protocol.modalities),
            "compartments": [rule.compartment for rule in protocol.compartments], "sha256": protocol.hash()}


def _whole(protocol: Protocol) -> dict:
    return {**protocol.to_dict(), "sha256": protocol.hash()}
