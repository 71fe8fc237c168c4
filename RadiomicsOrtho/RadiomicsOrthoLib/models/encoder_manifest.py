"""What stands beside the ONNX file of an encoder: which box of a scan it sees, what it gives, where it comes from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .. import RESEARCH_USE_ONLY, __version__
from ..features.roi_crop import CropSettings
from .safe_json import parse_json
from .schema_check import check_shipped

SCHEMA = "radiomics-ortho-encoder/1"
MANIFEST, NETWORK = "encoder.json", "encoder.onnx"
VOLUME, SLICES = "volume", "slices"
#: columns of networks begin so in every table
PREFIX = "dl_"


@dataclass(frozen=True)
class Output:
    """An output (n, columns) of the graph, and the columns of a table that it becomes."""

    name: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class EncoderManifest:
    """``crop`` is the box of a scan; the network sees its values 0 to 1 less ``mean``, by ``spread``.

    ``layout`` ``volume`` is (n, 1, k, j, i), ``slices`` (n, k, j, i), with slices as channels.  ``training`` says where
    it comes from; its entry ``crops`` are :func:`crop_id` of the boxes that it learned from.
    """

    id: str
    title: str
    version: str
    simulated: bool
    crop: CropSettings
    outputs: tuple[Output, ...]
    sha256: str
    size: int
    input_name: str
    file: str = NETWORK
    layout: str = VOLUME
    mean: tuple[float, ...] = (0.0,)
    spread: tuple[float, ...] = (1.0,)
    training: Mapping = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(name for one in self.outputs for name in one.columns)

    @property
    def short(self) -> str:
        """By which tables name the network: the beginning of its SHA-256."""
        return self.sha256[:12]

    @property
    def learned_from(self) -> frozenset[str]:
        return frozenset(self.training.get("crops", ()))

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Of one box, without the first axis (n)."""
        return (1, *self.crop.shape) if self.layout == VOLUME else self.crop.shape


def manifest_text(manifest: EncoderManifest) -> str:
    """The bytes of ``encoder.json``, as text."""
    document = {
        "schema": SCHEMA, "id": manifest.id, "title": manifest.title, "version": manifest.version,
        "simulated": manifest.simulated, "notice": RESEARCH_USE_ONLY,
        "network": {"file": manifest.file, "bytes": manifest.size, "sha256": manifest.sha256,
                    "input": manifest.input_name, "layout": manifest.layout},
        "crop": manifest.crop.to_dict(), "scale": {"mean": list(manifest.mean), "spread": list(manifest.spread)},
        "outputs": [{"name": one.name, "columns": list(one.columns)} for one in manifest.outputs],
        "training": {"software": {"radiomics-ortho": __version__}, **manifest.training}}
    return json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def read_manifest(raw: bytes) -> EncoderManifest:
    """``ValueError`` says what is wrong."""
    data = parse_json(raw)
    check_shipped(data, "encoder")
    network, scale = data["network"], data["scale"]
    outputs = tuple(Output(one["name"], tuple(one["columns"])) for one in data["outputs"])
    found = EncoderManifest(
        data["id"], data["title"], data["version"], data["simulated"], CropSettings.from_dict(data["crop"]), outputs,
        network["sha256"], int(network["bytes"]), network["input"], network["file"], network["layout"],
        tuple(map(float, scale["mean"])), tuple(map(float, scale["spread"])), data["training"])
    _check_unique([one.name for one in outputs], "the output")
    _check_unique(found.columns, "the column")
    for numbers in (found.mean, found.spread):
        if len(numbers) not in (1, found.input_shape[0]):
            raise ValueError(f"scale has {len(numbers)} numbers for {found.input_shape[0]} channels")
    return found


def _check_unique(names: Sequence[str], what: str) -> None:
    twice = next((name for name in names if list(names).count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"{what} '{twice}' is there twice")


def crop_id(crop: bytes) -> str:
    """By which a box is known again that a network learned from; nothing of it can be read back."""
    return hashlib.sha256(crop).hexdigest()[:16]
