"""An estimator in an ONNX file, computed by onnxruntime on one thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property

from ..errors import InputError
from .columns_estimator import ColumnsEstimator
from .onnx_graph import check_graph

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
            raise ValueError(f"onnxruntime cannot compute it ({_first_line(error)})") from None
        self.__dict__["_has_run"] = True
        found = np.ravel(computed[0])
        if not self.position < found.size <= MAX_OUTPUTS or not np.isfinite(found[self.position]):
            raise ValueError("the ONNX file gives no finite number where the model looks for it")
        return float(found[self.position])

    @contextmanager
    def _watch(self) -> Iterator:
        """Ends the first run after some seconds; later ones take as long as the first, because there are no loops."""
        import onnxruntime

        options = onnxruntime.RunOptions()
        if self.__dict__.get("_has_run"):
            yield options
            return
        timer = threading.Timer(MAX_SECONDS, lambda: setattr(options, "terminate", True))
        timer.daemon = True
        timer.start()
        try:
            yield options
        finally:
            timer.cancel()

    @cached_property
    def _session(self):
        try:
            import onnxruntime
        except ImportError:
            raise InputError("This model is an ONNX file and needs the Python package onnxruntime; install it with "
                             "'pip install onnxruntime'.") from None
        _limit_memory()
        options = onnxruntime.SessionOptions()
        options.add_session_config_entry("session.use_env_allocators", "1")
        # an optimiser would compute with the file's constants before the memory is limited
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4      # what it would print, the sentence says
        try:
            session = onnxruntime.InferenceSession(self.content, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # noqa: BLE001 - onnxruntime has no common class of its errors
            raise ValueError(f"onnxruntime cannot read it ({_first_line(error)})") from None
        inputs = session.get_inputs()
        if len(inputs) != 1 or inputs[0].type not in _KINDS or len(inputs[0].shape) != 2 \
                or inputs[0].shape[1] not in (len(self.columns), None):
            raise ValueError(f"the ONNX file must take one table of {len(self.columns)} numbers")
        if self.output_name not in [output.name for output in session.get_outputs()]:
            raise ValueError(f"the ONNX file has no output {self.output_name!r}")
        return session


@cache
def _limit_memory() -> None:
    """Give this process one allocator with a limit: thirty concatenations ask for gigabytes."""
    import onnxruntime

    info = onnxruntime.OrtMemoryInfo("Cpu", onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0,
                                     onnxruntime.OrtMemType.DEFAULT)
    limit = onnxruntime.OrtArenaCfg({"max_mem": MAX_COMPUTING_BYTES, "arena_extend_strategy": 1})
    try:
        onnxruntime.create_and_register_allocator(info, limit)
    except Exception:  # noqa: BLE001 - another part of the application has registered one, which then counts
        logging.debug("onnxruntime has an allocator already")


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
