"""``card CARD.json [--html FILE] [--pdf FILE] [--svg FILE]``: a card shown and drawn again, without scan and model."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..errors import InputError
from ..report.files import NARROW_WIDTH, write_folder
from ..report.html import report_html
from ..report.language import speaking
from ..report.nomogram_svg import nomogram_svg
from ..report.pdf import report_pdf
from ..scoring.card import ScoreCard
from ..scoring.card_file import read_card
from ..scoring.part_card import part_card, sums
from .output import check_output
from .report_options import add_language_argument
from .score import print_card

DEFAULT_WIDTH = 960.0
WIDTHS = (300.0, 4000.0)


def add_command(commands) -> None:
    command = commands.add_parser("card", help="show a score card, or draw its report and nomogram again")
    command.add_argument("card", metavar="CARD.json", type=Path)
    command.add_argument("--html", metavar="FILE", type=Path, help="write the report")
    command.add_argument("--pdf", metavar="FILE", type=Path, help="write the report as PDF (needs reportlab)")
    command.add_argument("--svg", metavar="FILE", type=Path, help="write the nomogram")
    command.add_argument("--width", metavar="PIXELS", type=float, default=DEFAULT_WIDTH,
                         help="width of the nomogram (default %(default)g; below 560 its titles stand over the axes)")
    command.add_argument("--part", metavar="INPUT", help="draw the nomogram of one input that is a sum itself, such as "
                         "a Rad-score")
    add_language_argument(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> dict:
    if not WIDTHS[0] <= options.width <= WIDTHS[1]:
        raise InputError(f"The width must lie between {WIDTHS[0]:g} and {WIDTHS[1]:g} pixels, not {options.width:g}.")
    if options.part and not options.svg:
        raise InputError("--part draws a nomogram; say with --svg where to write it.")
    card = read_card(options.card)
    outputs = []
    for path, ending, draw in (
            (options.svg, ".svg", lambda: nomogram_svg(_drawn(card, options.part), options.width)),
            (options.html, ".html", lambda: report_html(card, nomogram_svg(card),
                                                        narrow_svg=nomogram_svg(card, NARROW_WIDTH))),
            (options.pdf, ".pdf", lambda: report_pdf(card, language=options.language))):
        if path is not None:
            check_output(path, (ending,))
            outputs.append((path, draw))
    with speaking(options.language, card.model.card):
        drawn = [(path, draw()) for path, draw in outputs]
    for path, content in drawn:
        write_folder(path.parent, {path.name: content})
    if not options.json:
        print_card(card)
        if outputs:
            print(f"Written: {', '.join(str(path) for path, _ in outputs)}")
    return card.to_dict()


def _drawn(card: ScoreCard, part: str | None) -> ScoreCard:
    if part is None:
        return card
    found = {item.name: item for item in sums(card)}
    if part not in found:
        raise InputError(f"'{part}' is no sum of other inputs; " + (f"these are: {', '.join(found)}." if found
                                                                    else "this model has none."))
    return part_card(card, found[part])
