"""A fitted scikit-learn model as an ONNX file, for what has no form in JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import InputError
from ..transform import Column, column_dict

if TYPE_CHECKING:
    from .convert import Fitted

ONNX_PART = "model.onnx"
#: the newest that onnxruntime 1.18 reads
OPSETS = {"": 17, "ai.onnx.ml": 3}


def to_onnx(fitted: Fitted, reason: str, path: Path) -> tuple[dict, dict[str, bytes]]:
    """The entries of ``model.json`` and the part; ``reason`` says why JSON was not possible."""
    if not all(isinstance(item, Column) for item in fitted.items):
        raise InputError(f"'{path}' cannot be converted: it has no form in JSON ({reason}), and an ONNX file takes "
                         "numbers only; encode the choices before, and give their codes in the card.")
    try:
        from skl2onnx import to_onnx as write
        from skl2onnx.common.data_types import FloatTensorType
    except ImportError:
        raise InputError(f"'{path}' has no form in JSON ({reason}); converting it to ONNX needs the Python package "
                         "skl2onnx; install it with 'pip install \"radiomics-ortho[convert]\"'.") from None
    model = fitted.model
    final = model.steps[-1][1] if type(model).__name__ == "Pipeline" else model
    options = {id(final): {"zipmap": False}} if fitted.is_classifier else None
    try:
        made = write(model, initial_types=[("inputs", FloatTensorType([None, len(fitted.inputs)]))], options=options,
                     target_opset=OPSETS)
    except Exception as error:  # noqa: BLE001 - skl2onnx has no common class of its errors
        raise InputError(f"'{path}' cannot be converted: it has no form in JSON ({reason}) and none in ONNX "
                         f"({' '.join(str(error).split())[:160]}).") from None
    outputs = [output.name for output in made.graph.output]
    estimator = {"kind": "onnx", "link": "probability" if fitted.is_classifier else "identity", "part": ONNX_PART,
                 "output": outputs[1] if fitted.is_classifier else outputs[0],
                 **({"position": 1} if fitted.is_classifier else {})}
    entries = {"transform": [column_dict(item) for item in fitted.items], "estimator": estimator}
    return entries, {ONNX_PART: made.SerializeToString()}
