"""The learned model: from a scan on the network's grid to the share of body and of core in each voxel."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from itertools import product

import numpy as np

from ...errors import InputError
from ...long_work import Cancelled, CancelledError, Progress
from ...resources import resource_folder

MODEL_ID = "lumbar-mr-bodies"
#: the tile that the network was trained on, in voxels of 2 mm (lr, si, ap)
TILE = (40, 80, 80)
#: from one tile to the next, as a share of the tile
STEP = 0.72


def model_card() -> dict:
    """The card beside the weights: what it was trained on, and its held-out figures."""
    return json.loads((resource_folder() / "Models" / MODEL_ID / "card.json").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _session():
    try:
        import onnxruntime
    except ImportError:
        raise InputError("Bodies on MR need the package 'onnxruntime'; install it with "
                         "'pip install onnxruntime', or draw the bodies by hand.") from None
    weights = (resource_folder() / "Models" / MODEL_ID / "bodies.onnx").read_bytes()
    if hashlib.sha256(weights).hexdigest() != model_card()["weights_sha256"]:
        raise InputError("The weights of the MR body model are not those of its card; install the extension again.")
    options = onnxruntime.SessionOptions()
    # one thread: the order of additions, and so the result, does not depend on the machine's load
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])


def body_and_core(scan: np.ndarray, progress: Progress, cancelled: Cancelled) -> np.ndarray:
    """(2, lr, si, ap) shares of body and core, 0 to 1, of a scan (lr, si, ap) of 2 mm voxels.

    Tiles overlap by about a quarter and are weighted down to their edges, where the network sees little.  Each is
    seen mirrored left to right as well, and the mean of both counts: bodies are alike on both sides.
    Raises ``InputError`` where onnxruntime or the right weights are missing, ``CancelledError``.
    """
    session = _session()
    padded = np.pad(scan, [(0, max(0, tile - side)) for side, tile in zip(scan.shape, TILE, strict=True)])
    total = np.zeros((2, *padded.shape), np.float32)
    weight = np.zeros(padded.shape, np.float32)
    window = _window()
    starts = list(product(*(_starts(side, tile) for side, tile in zip(padded.shape, TILE, strict=True))))
    for n, start in enumerate(starts):
        if cancelled():
            raise CancelledError
        progress(n / len(starts), "Looking for vertebral bodies")
        place = tuple(slice(first, first + tile) for first, tile in zip(start, TILE, strict=True))
        tile = padded[place]
        spread = float(tile.std())
        # a tile of air says nothing, and its noise must not be blown up into bone
        if spread > 1e-3 * float(np.abs(padded).max()):
            total[(slice(None), *place)] += window * _both_ways(session, ((tile - tile.mean()) / spread))
        weight[place] += window
    whole = tuple(slice(0, side) for side in scan.shape)
    return (total / weight)[(slice(None), *whole)]


def _both_ways(session, tile: np.ndarray) -> np.ndarray:
    shares = []
    for turned in (tile, tile[::-1]):
        logits = session.run(None, {"tile": np.ascontiguousarray(turned, np.float32)[None, None]})[0][0]
        shares.append(1 / (1 + np.exp(-np.clip(logits, -30, 30))))
    return (shares[0] + shares[1][:, ::-1]) / 2


def _starts(side: int, tile: int) -> list[int]:
    count = 1 + int(np.ceil((side - tile) / (STEP * tile)))
    return sorted({round(n) for n in np.linspace(0, side - tile, count)})


def _window() -> np.ndarray:
    axes = [np.minimum(np.arange(1, n + 1), np.arange(n, 0, -1)) / (n / 2) for n in TILE]
    return np.einsum("i,j,k->ijk", *axes).astype(np.float32)
