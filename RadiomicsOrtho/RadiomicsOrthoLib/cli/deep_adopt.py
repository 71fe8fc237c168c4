"""``deep adopt FILE.onnx``: a network that a site has already, with the manifest that it needs."""

from __future__ import annotations

import argparse
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from .. import RESEARCH_USE_ONLY
from ..errors import InputError
from ..features.roi_crop import CropSettings
from ..models.encoder import MAX_ENCODER_BYTES, load_encoder
from ..models.encoder_manifest import MANIFEST, NETWORK, SLICES, VOLUME, EncoderManifest, Output, manifest_text
from ..models.onnx_graph import IMAGE_OPERATORS, check_graph
from ..report.files import write_folder
from ..workbench.request import check_new_folder


def add_adopt(actions, add_crop_arguments: Callable, crop_settings: Callable) -> None:
    adopt = actions.add_parser(
        "adopt", help="a network that you have as an ONNX file, with the manifest that it needs",
        description=f"Copies FILE into FOLDER, writes {MANIFEST} beside it, and tries both. " + RESEARCH_USE_ONLY)
    adopt.add_argument("images", metavar="FILE.onnx", type=Path, help="one input of numbers, no loops, no other files")
    adopt.add_argument("--id", required=True, metavar="NAME", help="small letters, digits and -")
    adopt.add_argument("--title", required=True, metavar="TEXT", help="who trained it, on whom, to tell what")
    adopt.add_argument("--input", required=True, metavar="NAME", help="of the graph's input")
    adopt.add_argument("--out", required=True, metavar="NAME", help="the output that becomes columns dl_1 …")
    adopt.add_argument("--columns", required=True, type=int, metavar="N", help="how many")
    adopt.add_argument("--layout", choices=(VOLUME, SLICES), default=VOLUME,
                       help="(n, 1, k, j, i), or slices as channels: (n, k, j, i) (default %(default)s)")
    adopt.add_argument("--mean", default="0", metavar="X[,Y,Z]", help="taken off the values 0 to 1 (of each channel)")
    adopt.add_argument("--spread", default="1", metavar="X[,Y,Z]", help="what they are divided by then")
    adopt.add_argument("-o", "--output", required=True, type=Path, metavar="FOLDER", help="a new or empty folder")
    add_crop_arguments(adopt)
    adopt.set_defaults(run=lambda options: run_adopt(options, crop_settings(options)))


def run_adopt(options: argparse.Namespace, settings: CropSettings) -> dict:
    check_new_folder(options.output)
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,79}", options.id) or not options.title.strip() or options.columns < 1:
        raise InputError("--id is of small letters, digits and -, --title is not empty, and --columns 1 at least.")
    try:
        mean, spread = (tuple(float(part) for part in text.split(",")) for text in (options.mean, options.spread))
    except ValueError:
        raise InputError("--mean and --spread are numbers with commas between.") from None
    if not options.images.is_file() or options.images.stat().st_size > MAX_ENCODER_BYTES:
        raise InputError(f"'{options.images}' is no file, or larger than {MAX_ENCODER_BYTES // 2**20} MiB.")
    content = options.images.read_bytes()
    try:
        check_graph(content, IMAGE_OPERATORS)
    except ValueError as error:
        raise InputError(f"The network '{options.images}' is refused: {error}.") from None
    digits = len(str(options.columns))
    columns = tuple(f"dl_{number:0{digits}d}" for number in range(1, options.columns + 1))
    manifest = EncoderManifest(options.id, options.title.strip(), "1", False, settings, (Output(options.out, columns),),
                               hashlib.sha256(content).hexdigest(), len(content), options.input, NETWORK,
                               options.layout, mean, spread, {"adopted_from": options.images.name})
    write_folder(options.output, {MANIFEST: manifest_text(manifest), NETWORK: content})
    try:
        load_encoder(options.output)
    except InputError:
        for name in (MANIFEST, NETWORK):
            (options.output / name).unlink()
        raise
    if not options.json:
        print(f"{options.columns} columns, SHA-256 {manifest.sha256[:12]}…: {options.output}")
    return {"output": str(options.output), "columns": list(columns), "sha256": manifest.sha256}
