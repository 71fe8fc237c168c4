"""A network in an ONNX file that turns boxes of scans into columns ``dl_…`` of a table."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from ..errors import InputError
from ..long_work import Cancelled, CancelledError, Progress, never_cancelled, no_progress
from .encoder_manifest import MANIFEST, EncoderManifest, crop_id, read_manifest
from .onnx_graph import IMAGE_OPERATORS, check_graph
from .onnx_session import ending_after, first_line, open_session

#: an Inception v3 has 95 MB
MAX_ENCODER_BYTES = 256 * 1024 * 1024
MAX_MANIFEST_BYTES = 16 * 1024 * 1024
#: what it may use while it computes, its own numbers included
MAX_COMPUTING_BYTES = 2 * 1024**3
MAX_SECONDS = 60.0
#: boxes at a time, where the file allows it
BATCH = 8


@dataclass(frozen=True)
class Encoder:
    """A checked manifest with the bytes of its ONNX file; ``ValueError`` where they do not belong together."""

    manifest: EncoderManifest
    content: bytes

    def __post_init__(self) -> None:
        if len(self.content) > MAX_ENCODER_BYTES:
            raise ValueError(f"the ONNX file is larger than {MAX_ENCODER_BYTES // 2**20} MiB")
        if len(self.content) != self.manifest.size \
                or hashlib.sha256(self.content).hexdigest() != self.manifest.sha256:
            raise ValueError(f"'{self.manifest.file}' is not the file that the manifest was written for (its size or "
                             "SHA-256 differs)")
        check_graph(self.content, IMAGE_OPERATORS)

    def __repr__(self) -> str:
        return f"Encoder({self.manifest.id}, {len(self.content)} bytes)"

    def encode(self, crops: np.ndarray, progress: Progress = no_progress,
               cancelled: Cancelled = never_cancelled) -> dict[str, np.ndarray]:
        """Columns (n each) of ``crops`` (n, k, j, i) from 0 to 1, each row as its box alone would give.

        ``ValueError`` for boxes of another shape, and where the network does not give finite numbers.
        """
        shape = self.manifest.crop.shape
        if crops.ndim != 4 or crops.shape[1:] != shape:
            raise ValueError(f"the network sees boxes of {_size(shape)} voxels (k, j, i), not {_size(crops.shape[1:])}")
        step = self._batch
        rows = []
        for start in range(0, len(crops), step):
            if cancelled():
                raise CancelledError
            rows.append(self._run(self._input(crops[start:start + step])))
            progress(min(start + step, len(crops)) / len(crops), "computing with the network")
        return dict(zip(self.manifest.columns, np.concatenate(rows).T, strict=True)) if rows else {}

    def seen(self, crops: np.ndarray) -> list[int]:
        """Rows of ``crops`` that the network learned from."""
        known = self.manifest.learned_from
        return [row for row, crop in enumerate(crops) if crop_id(crop.tobytes()) in known]

    def _input(self, crops: np.ndarray) -> np.ndarray:
        values = crops.astype(np.float32).reshape(len(crops), *self.manifest.input_shape)
        mean, spread = (np.array(numbers, np.float32).reshape(-1, *[1] * (values.ndim - 2))
                        for numbers in (self.manifest.mean, self.manifest.spread))
        return (values - mean) / spread

    def _run(self, values: np.ndarray) -> np.ndarray:
        """(n, columns) float64."""
        names = [one.name for one in self.manifest.outputs]
        try:
            with ending_after(MAX_SECONDS) as options:
                computed = self._session.run(names, {self.manifest.input_name: values}, options)
        except Exception as error:  # noqa: BLE001 - onnxruntime has no common class of its errors
            raise ValueError(f"onnxruntime cannot compute it ({first_line(error)})") from None
        parts = []
        for one, found in zip(self.manifest.outputs, computed, strict=True):
            found = np.asarray(found, float)
            if found.shape[:1] != values.shape[:1] or found.size != len(values) * len(one.columns):
                raise ValueError(f"the output '{one.name}' is {_size(found.shape)} numbers for {len(values)} boxes, "
                                 f"and the manifest names {len(one.columns)} columns")
            parts.append(found.reshape(len(values), -1))
        rows = np.hstack(parts)
        if not np.isfinite(rows).all():
            raise ValueError("the network gives values that are no finite numbers")
        return rows

    @property
    def _batch(self) -> int:
        """1 where the file takes one box at a time."""
        first = self._session.get_inputs()[0].shape[0]
        return first if isinstance(first, int) else BATCH

    @cached_property
    def _session(self):
        session = open_session(self.content, MAX_COMPUTING_BYTES)
        inputs = session.get_inputs()
        wanted = self.manifest.input_shape
        if len(inputs) != 1 or inputs[0].name != self.manifest.input_name:
            raise ValueError(f"the ONNX file must have one input, '{self.manifest.input_name}'; it has "
                             f"{', '.join(repr(one.name) for one in inputs)}")
        found = inputs[0].shape
        # a size that the file leaves open is a name, or nothing
        fits = len(found) == len(wanted) + 1 and all(not isinstance(has, int) or has == want
                                                     for has, want in zip(found, (1, *wanted), strict=True))
        if inputs[0].type != "tensor(float)" or not fits:
            raise ValueError(f"its input is {inputs[0].type} of the shape {_size(found)}, and the manifest's boxes are "
                             f"n × {_size(wanted)}")
        _check_outputs([output.name for output in session.get_outputs()],
                       [one.name for one in self.manifest.outputs])
        return session


def load_encoder(path: Path) -> Encoder:
    """The encoder of the folder or manifest ``path``, tried on an empty box; InputError for one that cannot be used."""
    path = Path(path)
    manifest_file = path / MANIFEST if path.is_dir() else path
    raw = _read(manifest_file, MAX_MANIFEST_BYTES)
    try:
        manifest = read_manifest(raw)
        content = _read(manifest_file.parent / manifest.file, MAX_ENCODER_BYTES)
        found = Encoder(manifest, content)
        found.encode(np.zeros((1, *manifest.crop.shape), np.float32))
    except (ValueError, UnicodeDecodeError) as error:
        raise InputError(f"The network '{manifest_file}' is refused: {error}.") from None
    return found


def _read(path: Path, most: int) -> bytes:
    if not path.is_file():
        raise InputError(f"There is no file '{path}'; a network is a folder with {MANIFEST} and its ONNX file (see "
                         "'radiomics-ortho deep').")
    if path.stat().st_size > most:
        raise InputError(f"'{path}' is larger than {most // 2**20} MiB.")
    return path.read_bytes()


def _check_outputs(there: Sequence[str], wanted: Sequence[str]) -> None:
    lacking = next((name for name in wanted if name not in there), None)
    if lacking is not None:
        raise ValueError(f"the ONNX file has no output '{lacking}'; it has {', '.join(map(repr, there))}")


def _size(shape: Sequence) -> str:
    return " × ".join("n" if n is None else str(n) for n in shape)
