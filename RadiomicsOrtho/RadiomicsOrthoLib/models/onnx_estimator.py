"""An estimator in an ONNX file, computed by onnxruntime on one thread."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property

from ..errors import InputError
from .columns_estimator import ColumnsEstimator
from .onnx_graph import check_graph
from .onnx_session import ending_after, first_line, open_session

MAX_ONNX_BYTES = 32 * 1024 * 1024
#: what it may use while it computes
MAX_COMPUTING_BYTES = 256 * 1024 * 1024
#: how long the first run may take
MAX_SECONDS = 5.0
#: no estimator of one number has more outputs
MAX_OUTPUTS = 64
_KINDS = {"tensor(float)": "float32", "tensor(double)": "float64"}


@dataclass(frozen=True)
class OnnxEstimator(ColumnsEstimator):
    """The number at ``position`` of the tensor ``output_name`` that ``content`` computes from the columns."""

    content: bytes = b""
    output_name: str = ""
    position: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.content) > MAX_ONNX_BYTES:
            raise ValueError(f"the ONNX file is larger than {MAX_ONNX_BYTES // 2**20} MiB")
        if type(self.position) is not int or not 0 <= self.position < MAX_OUTPUTS:
            raise ValueError("the position in the output of an ONNX file is a whole number from 0")
        check_graph(self.content)

    def __repr__(self) -> str:
        return f"OnnxEstimator({len(self.content)} bytes, {self.output_name}[{self.position}])"

    def raw(self, numbers: Sequence[float]) -> float:
        import numpy as np

        session = self._session
        with np.errstate(over="ignore"):
            row = np.array([numbers], dtype=_KINDS[session.get_inputs()[0].type])
        if not np.isfinite(row).all():
            raise InputError("An input is too large for this model; check the values.")
        try:
            with self._watch() as options:
                computed = session.run([self.output_name], {session.get_inputs()[0].name: row}, options)
        except Exception as error:  # noqa: BLE001 - onnxruntime has no common class of its errors
            raise ValueError(f"onnxruntime cannot compute it ({first_line(error)})") from None
        self.__dict__["_has_run"] = True
        found = np.ravel(computed[0])
        if not self.position < found.size <= MAX_OUTPUTS or not np.isfinite(found[self.position]):
            raise ValueError("the ONNX file gives no finite number where the model looks for it")
        return float(found[self.position])

    def _watch(self):
        """Ends the first run after some seconds; later ones take as long as the first, because there are no loops."""
        return nullcontext() if self.__dict__.get("_has_run") else ending_after(MAX_SECONDS)

    @cached_property
    def _session(self):
        session = open_session(self.content, MAX_COMPUTING_BYTES)
        inputs = session.get_inputs()
        if len(inputs) != 1 or inputs[0].type not in _KINDS or len(inputs[0].shape) != 2 \
                or inputs[0].shape[1] not in (len(self.columns), None):
            raise ValueError(f"the ONNX file must take one table of {len(self.columns)} numbers")
        if self.output_name not in [output.name for output in session.get_outputs()]:
            raise ValueError(f"the ONNX file has no output {self.output_name!r}")
        return session
