"""onnxruntime for files that strangers made: one thread, limited memory, a limited time for the first run."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from ..errors import InputError


def open_session(content: bytes, most_bytes: int, threads: int = 1):
    """A session on the CPU that may use ``most_bytes`` while it computes.

    Look through ``content`` with ``onnx_graph.check_graph`` before.  InputError where onnxruntime is missing,
    ``ValueError`` for what it cannot read.
    """
    try:
        import onnxruntime
    except ImportError:
        raise InputError("This model is an ONNX file and needs the Python package onnxruntime; install it with "
                         "'pip install onnxruntime'.") from None
    _limit_memory(most_bytes)
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.use_env_allocators", "1")
    # an optimiser would compute with the file's constants before the memory is limited
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 4      # what it would print, the sentence says
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001 - onnxruntime has no common class of its errors
        raise ValueError(f"onnxruntime cannot read it ({first_line(error)})") from None


@contextmanager
def ending_after(seconds: float) -> Iterator:
    """Options of a run that is ended after some ``seconds``."""
    import onnxruntime

    options = onnxruntime.RunOptions()
    timer = threading.Timer(seconds, lambda: setattr(options, "terminate", True))
    timer.daemon = True
    timer.start()
    try:
        yield options
    finally:
        timer.cancel()


@cache
def _limit_memory(most_bytes: int) -> None:
    """Give this process one allocator with a limit: thirty concatenations ask for gigabytes."""
    import onnxruntime

    info = onnxruntime.OrtMemoryInfo("Cpu", onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0,
                                     onnxruntime.OrtMemType.DEFAULT)
    limit = onnxruntime.OrtArenaCfg({"max_mem": most_bytes, "arena_extend_strategy": 1})
    try:
        onnxruntime.create_and_register_allocator(info, limit)
    except Exception:  # noqa: BLE001 - another part of the application has registered one, which then counts
        logging.debug("onnxruntime has an allocator already")


def first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
