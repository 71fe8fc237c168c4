"""The protocols at hand: those that ship, and a site's own files."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from ...errors import InputError
from ...resources import resource_folder
from .protocol import Protocol
from .protocol_file import SUFFIXES, read_protocol

#: files or folders of a site's own protocols, separated as in PATH
PROTOCOL_PATH_VARIABLE = "RADIOMICS_ORTHO_PROTOCOLS"


@cache
def shipped_protocols() -> tuple[Protocol, ...]:
    return tuple(map(read_protocol, sorted((resource_folder() / "Protocols").glob("*.json"),
                                           key=lambda path: path.stem)))


def load_protocols() -> tuple[tuple[Protocol, ...], tuple[str, ...]]:
    """The protocols at hand, and one sentence for each file that was refused; one bad file takes no other away."""
    protocols, refused = list(shipped_protocols()), []
    for place in filter(None, os.environ.get(PROTOCOL_PATH_VARIABLE, "").split(os.pathsep)):
        for file in _files(Path(place)):
            try:
                protocol = read_protocol(file)
                if any(protocol.id == other.id for other in protocols):
                    raise InputError(f"The protocol '{file}' is refused: another one has the id '{protocol.id}'.")
                protocols.append(protocol)
            except InputError as error:
                refused.append(str(error))
    return tuple(protocols), tuple(refused)


def _files(place: Path) -> list[Path]:
    try:
        return sorted(file for file in place.iterdir() if file.suffix in SUFFIXES) if place.is_dir() else [place]
    except OSError:
        # to be named among those that cannot be read
        return [place]


def load_protocol(name_or_path: str) -> Protocol:
    """A protocol by its id, or a site's own from a file; InputError if there is none."""
    if Path(name_or_path).suffix in SUFFIXES:
        return read_protocol(Path(name_or_path))
    protocols, _refused = load_protocols()
    for protocol in protocols:
        if protocol.id == name_or_path:
            return protocol
    raise InputError(f"There is no protocol '{name_or_path}'; at hand: {', '.join(one.id for one in protocols)}.")


def protocol_for(site: str, modality: str, compartment: str, model_id: str = "",
                 protocols: Iterable[Protocol] | None = None) -> Protocol | None:
    """The protocol that describes a compartment of a bone on a kind of scan, ``None`` if none does.

    One that names the model goes before one that does not; otherwise the first counts.
    """
    at_hand = load_protocols()[0] if protocols is None else protocols
    fitting = [one for one in at_hand if one.site == site and modality in one.modalities and one.rule_for(compartment)]
    naming = [one for one in fitting if model_id and any(need.model == model_id for need in one.needs)]
    return next(iter(naming or fitting), None)
