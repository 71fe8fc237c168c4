"""A trained network as one ONNX file, written node by node: the chain is short, and no exporter is needed.

Batch normalisation is folded into the convolution before it.
"""

from __future__ import annotations

import numpy as np

from ...errors import InputError
from .network import Layer
from .training import TrainedNetwork

INPUT, FEATURES, PROBABILITY = "boxes", "features", "probability"
#: read by onnxruntime 1.18 and later
OPSET, IR_VERSION = 17, 8


def onnx_bytes(network: TrainedNetwork, shape: tuple[int, int, int]) -> bytes:
    """Boxes (n, 1, k, j, i) of ``shape`` → ``features`` (n, channels) and ``probability`` (n, 1).

    InputError where the package onnx is missing.
    """
    try:
        from onnx import TensorProto, helper, numpy_helper
    except ImportError:
        raise InputError("Writing a network needs the Python package onnx; install it with: "
                         "pip install \"radiomics-ortho[deep]\".") from None
    nodes, numbers, value = [], {}, INPUT
    module = network.module
    for at, layer in enumerate(network.design.layers):
        numbers[f"weight{at}"], numbers[f"shift{at}"] = _folded(module.convolutions[at], module.norms[at])
        nodes += [helper.make_node("Conv", [value, f"weight{at}", f"shift{at}"], [f"filtered{at}"], **_places(layer)),
                  helper.make_node("Relu", [f"filtered{at}"], [f"layer{at}"])]
        value = f"layer{at}"
    numbers["head_weight"], numbers["head_shift"] = _array(module.head.weight), _array(module.head.bias)
    nodes += [helper.make_node("ReduceMean", [value], [FEATURES], axes=[2, 3, 4], keepdims=0),
              helper.make_node("Gemm", [FEATURES, "head_weight", "head_shift"], ["logit"], transB=1),
              helper.make_node("Sigmoid", ["logit"], [PROBABILITY])]
    graph = helper.make_graph(
        nodes, "radiomics-ortho", [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["n", 1, *shape])],
        [helper.make_tensor_value_info(FEATURES, TensorProto.FLOAT, ["n", network.design.channels[-1]]),
         helper.make_tensor_value_info(PROBABILITY, TensorProto.FLOAT, ["n", 1])],
        [numpy_helper.from_array(array, name) for name, array in numbers.items()])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="radiomics-ortho")
    made.ir_version = IR_VERSION
    return made.SerializeToString(deterministic=True)


def _places(layer: Layer) -> dict[str, list[int]]:
    return {"kernel_shape": list(layer.kernel), "strides": list(layer.stride), "pads": [*layer.padding, *layer.padding]}


def _folded(convolution, norm) -> tuple[np.ndarray, np.ndarray]:
    """Weights and shift of convolution and normalisation together."""
    factor = _array(norm.weight) / np.sqrt(_array(norm.running_var) + norm.eps)
    weight = _array(convolution.weight) * factor.reshape(-1, 1, 1, 1, 1)
    return weight.astype(np.float32), (_array(norm.bias) - factor * _array(norm.running_mean)).astype(np.float32)


def _array(tensor) -> np.ndarray:
    return tensor.detach().numpy()
