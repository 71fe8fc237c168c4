"""The frozen network as an encoder with its manifest, tried against PyTorch before anybody gets it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np

from ... import __version__
from ...features.roi_crop import CropSettings
from ...models.encoder import Encoder
from ...models.encoder_manifest import EncoderManifest, Output, crop_id
from .onnx_export import FEATURES, INPUT, PROBABILITY, onnx_bytes
from .training import TrainedNetwork

PROBABILITY_COLUMN = "dl_probability"
#: how far onnxruntime may lie from PyTorch: both compute with 24 bits, in another order
TOLERANCE = 1e-4


def encoder_of(network: TrainedNetwork, crops: np.ndarray, settings: CropSettings, simulated: bool,
               facts: Mapping[str, object], name: str = "trained-here") -> Encoder:
    """The encoder of ``network``, which learned from ``crops`` (n, k, j, i).

    ``facts`` are JSON-ready and say where it comes from.  ``ValueError`` if onnxruntime gives other numbers for the
    same boxes.
    """
    content = onnx_bytes(network, settings.shape)
    words = "SIMULATED: " if simulated else ""
    manifest = EncoderManifest(
        name, f"{words}{network.design.kind} network of {network.design.parameters} numbers", __version__, simulated,
        settings, (Output(FEATURES, network.design.columns), Output(PROBABILITY, (PROBABILITY_COLUMN,))),
        hashlib.sha256(content).hexdigest(), len(content), INPUT,
        training={**facts, "crops": sorted({crop_id(crop.tobytes()) for crop in crops})})
    made = Encoder(manifest, content)
    check_equal(made, network, crops[:16])
    return made


def check_equal(encoder: Encoder, network: TrainedNetwork, crops: np.ndarray) -> None:
    """``ValueError`` unless onnxruntime and PyTorch give the same columns of ``crops``."""
    features, probability = network.encode(crops)
    computed = np.column_stack(list(encoder.encode(crops).values()))
    apart = np.abs(computed - np.column_stack([features, probability])).max()
    if not apart <= TOLERANCE * max(1.0, float(np.abs(features).max())):
        raise ValueError(f"the ONNX file gives other numbers than PyTorch (by up to {apart:.2g})")
