"""``compare A B``: agreement of two segmentations; ``compare --study FOLDER``: which features observers reproduce."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from ..errors import InputError
from ..features.background import in_background
from ..imaging.segmentation_file import SegmentationFile, read_segmentation
from ..long_work import never_cancelled
from ..regions.agreement import DEFAULT_TOLERANCE_MM, DEFINITIONS, check_tolerance
from ..regions.comparison import ComparedSegment, Comparison, compare_segmentations
from ..report.files import write_folder
from ..report.tables import features_csv
from . import compare_study
from .extract_several import DONE_IN_PART
from .inputs import interruptible
from .output import ProgressBar, check_output

_ENDINGS = (".csv", ".json")


def add_command(commands) -> None:
    command = commands.add_parser(
        "compare", help="agreement of two segmentations, or of the observers of a study",
        usage="radiomics-ortho compare A B [--pair A=B] [--tolerance MM] [-o agreement.csv] [--json]\n"
        "       radiomics-ortho compare --study FOLDER --images FOLDER --profile P -o OUT [options] [--json]")
    command.add_argument("files", nargs="*", metavar="A B",
                         help="two segmentations of one scan: .seg.nrrd or label maps")
    command.add_argument("--pair", action="append", default=[], metavar="A=B",
                         help="segments that belong together (names, label values or levels), where neither anatomy "
                         "nor name says so; may be repeated")
    command.add_argument("--tolerance", type=float, default=DEFAULT_TOLERANCE_MM, metavar="MM",
                         help="how far apart surfaces may lie for surface Dice (default %(default)s mm)")
    command.add_argument("-o", "--output", type=Path, metavar="agreement.csv",
                         help="also write the numbers, as .csv or .json; with --study the folder to write into")
    compare_study.add_arguments(command)
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> dict:
    if options.study is not None:
        if options.files or options.pair:
            raise InputError("Two files and --study are two ways to compare; give A and B with --pair, or --study.")
        return compare_study.run(options)
    compare_study.refuse_arguments(options)
    if len(options.files) != 2:
        raise InputError(f"Two segmentations are compared, and {len(options.files)} are given; write compare A B, or "
                         "compare --study FOLDER.")
    check_tolerance(options.tolerance)
    if options.output:
        check_output(options.output, _ENDINGS)
    bar = ProgressBar(options.json)
    try:
        a, b = (_read(path) for path in options.files)
        stated = [_pair(text) for text in options.pair]
        found = in_background(lambda progress, cancelled: compare_segmentations(
            a, b, stated, options.tolerance, progress, cancelled, options.spacing), bar, never_cancelled)
    finally:
        bar.close()
    undefined = [one for one in found.segments if one.agreement is None]
    result = to_dict(found, a, b, options.tolerance)
    if options.output:
        text = json.dumps(result, indent=2, ensure_ascii=False, allow_nan=False) + "\n" \
            if options.output.name.lower().endswith(".json") else features_csv(_rows(found))
        write_folder(options.output.parent, {options.output.name: text})
    if not options.json:
        _print(found, options.tolerance)
        if options.output:
            print(f"Written to {options.output}.")
    for one in undefined:
        sys.stderr.write(f"Not compared, '{one.pair.a.name}': {one.undefined}\n")
    return result | {"exit_code": DONE_IN_PART if undefined else 0}


def to_dict(found: Comparison, a: SegmentationFile, b: SegmentationFile, tolerance_mm: float) -> dict:
    """JSON-ready; world positions do not occur, lengths are in mm."""
    return {"a": a.path, "b": b.path, "tolerance_mm": tolerance_mm, "notes": list(found.notes),
            "segments": [_row(one) for one in found.segments],
            "only_in_a": [segment.name for segment in found.only_in_a],
            "only_in_b": [segment.name for segment in found.only_in_b], "definitions": DEFINITIONS}


def _read(path: str) -> SegmentationFile:
    if Path(path).is_dir():
        raise InputError(f"'{path}' is a folder; give the segmentation file, or --study for an observer study.")
    return interruptible(lambda: read_segmentation(path))


def _pair(text: str) -> tuple[str, str]:
    a, separator, b = text.partition("=")
    if not separator or not a.strip() or not b.strip():
        raise InputError(f"A pair of segments is written A=B, not '{text}'.")
    return a.strip(), b.strip()


def _row(one: ComparedSegment) -> dict:
    agreement = {} if one.agreement is None else one.agreement.to_dict()
    return {"segment_a": one.pair.a.name, "segment_b": one.pair.b.name, **one.pair.anatomy,
            "matched_by": one.pair.matched_by, "undefined": one.undefined, **agreement}


def _rows(found: Comparison) -> list[dict]:
    """Flat rows for a table, those of segments without a partner last."""
    rows = [{name: value for name, value in _row(one).items() if name != "overlap_spacing"} for one in found.segments]
    alone = [{"segment_a": segment.name, "undefined": "only in A"} for segment in found.only_in_a]
    alone += [{"segment_b": segment.name, "undefined": "only in B"} for segment in found.only_in_b]
    filled = max(rows, key=len)
    return [{name: row.get(name) for name in filled} for row in rows + alone]


def _print(found: Comparison, tolerance_mm: float) -> None:
    unit = next(one.agreement.size_unit for one in found.segments if one.agreement)
    header = ["segment", "Dice", f"surface Dice {tolerance_mm:g} mm", "mean mm", "95 % mm", "max mm", f"A {unit}",
              f"B {unit}", "B − A"]
    table = [header]
    for one in found.segments:
        name = one.pair.a.name if one.pair.a.name == one.pair.b.name else f"{one.pair.a.name} = {one.pair.b.name}"
        agreement = one.agreement
        if agreement is None:
            table.append([name, "not defined"])
            continue
        table.append([name, f"{agreement.dice:.3f}", _number(agreement.surface_dice, 3),
                      *(_number(value, 2) for value in (agreement.mean_distance_mm, agreement.hausdorff_95_mm,
                                                        agreement.hausdorff_mm)),
                      f"{agreement.size_a:.4g}", f"{agreement.size_b:.4g}",
                      f"{agreement.size_difference_percent:+.1f} %"])
    print_table(table)
    for file, segments in (("A", found.only_in_a), ("B", found.only_in_b)):
        if segments:
            print(f"Only in {file}: {', '.join(segment.name for segment in segments)}")
    for note in found.notes:
        print(f"Note: {note}")


def print_table(table: Sequence[Sequence[str]]) -> None:
    """Rows of cells, the first column to the left and the others to the right."""
    columns = max(len(row) for row in table)
    widths = [max(len(row[n]) for row in table if n < len(row)) for n in range(columns)]
    for row in table:
        cells = [cell.rjust(width) if n else cell.ljust(width)
                 for n, (cell, width) in enumerate(zip(row, widths, strict=False))]
        print("  ".join(cells).rstrip())


def _number(value: float | None, decimals: int) -> str:
    return "–" if value is None else f"{value:.{decimals}f}"
