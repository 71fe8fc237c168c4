"""Models that are ONNX files: what they compute, and what is refused before or while they do."""

from __future__ import annotations

import copy
import json
import math
from pathlib import Path

import generated
import pytest
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.models import onnx_estimator
from RadiomicsOrthoLib.models.bundle import load_bundle
from RadiomicsOrthoLib.models.estimator import estimator_from_dict
from RadiomicsOrthoLib.models.parts import part_entry

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")


def network(*nodes, opsets: dict | None = None, inputs: int = 2, initializers: tuple = (), functions: tuple = ()):
    """An ONNX file with one input ``x`` of rows and one output ``y``."""
    helper = onnx.helper
    graph = helper.make_graph(
        list(nodes), "generated",
        [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, [None, inputs])],
        [helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, None)], list(initializers))
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid(domain, version) for domain, version in
                                                   (opsets or {"": 17}).items()], functions=list(functions))
    made.ir_version = 8
    return made


def logistic_network(**changes: object):
    helper = onnx.helper
    weights = helper.make_tensor("w", onnx.TensorProto.FLOAT, [2, 1], [0.5, -2.0])
    return network(helper.make_node("MatMul", ["x", "w"], ["z"]), helper.make_node("Sigmoid", ["z"], ["y"]),
                   initializers=(weights,), **changes)


def onnx_files(content: bytes, **changes: object) -> dict[str, bytes]:
    data = copy.deepcopy(generated.trees_dict())
    data |= {
        "id": "generated-onnx", "inputs": data["inputs"][1:],
        "transform": [{"input": "energy", "steps": [{"scale": 10}]}, {"input": "age", "steps": [{"scale": 100}]}],
        "estimator": {"kind": "onnx", "link": "probability", "part": "model.onnx", "output": "y"} | changes,
        "parts": [part_entry("model.onnx", content)],
        "check_vectors": [{"inputs": {"energy": 30, "age": 75}, "output": 0.5, "tolerance": 1e-5, "class": "low"}]}
    return {"model.json": json.dumps(data).encode(), "model.onnx": content}


def test_an_onnx_file_computes_what_it_says(tmp_path: Path) -> None:
    found = load_bundle(generated.write_files(tmp_path, onnx_files(logistic_network().SerializeToString())))
    assert found.estimator.output({"energy": 50, "age": 75}) == pytest.approx(1 / (1 + math.exp(-1)), abs=1e-6)
    assert found.is_probability and not found.estimator.is_additive and found.output_range == (0, 1)


def external() -> bytes:
    made = logistic_network()
    tensor = made.graph.initializer[0]
    tensor.ClearField("float_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="/etc/passwd")
    return made.SerializeToString()


def doubling() -> bytes:
    """Thirty doublings: a few hundred bytes that ask for gigabytes."""
    nodes = [onnx.helper.make_node("Concat", [name, name], [following], axis=1)
             for name, following in zip(["x", *(f"t{n}" for n in range(30))], [*(f"t{n}" for n in range(30)), "y"],
                                        strict=True)]
    return network(*nodes).SerializeToString()


def looping() -> bytes:
    helper = onnx.helper
    inner = helper.make_graph([helper.make_node("Identity", ["a"], ["b"])], "inner", [], [])
    return network(helper.make_node("If", ["x"], ["y"], then_branch=inner, else_branch=inner)).SerializeToString()


def functional() -> bytes:
    helper = onnx.helper
    function = helper.make_function("own", "f", ["a"], ["b"], [helper.make_node("Relu", ["a"], ["b"])],
                                    [helper.make_opsetid("", 17)])
    return network(helper.make_node("Relu", ["x"], ["y"]), functions=(function,)).SerializeToString()


def endless() -> bytes:
    """Products of large matrices, one after another: minutes for some kilobytes."""
    helper = onnx.helper
    size = helper.make_tensor("size", onnx.TensorProto.INT64, [2], [1500, 1500])
    part = helper.make_tensor("part", onnx.TensorProto.INT64, [1], [0])
    nodes = [helper.make_node("Gather", ["x", "part"], ["one"], axis=1),
             helper.make_node("Expand", ["one", "size"], ["m0"])]
    nodes += [helper.make_node("MatMul", [f"m{n}", "m0"], [f"m{n + 1}"]) for n in range(2000)]
    return network(*nodes, helper.make_node("Gather", ["m2000", "part"], ["y"], axis=1),
                   initializers=(size, part)).SerializeToString()


def test_an_onnx_file_that_computes_without_end_is_stopped(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(onnx_estimator, "MAX_SECONDS", 0.2)
    with pytest.raises(InputError, match="onnxruntime cannot compute it"):
        load_bundle(generated.write_files(tmp_path, onnx_files(endless())))


RELU = ("Relu", ["x"], ["y"])
BROKEN_ONNX = {
    "numbers elsewhere": (external, "keeps its numbers in another file"),
    "custom domain": (lambda: network(onnx.helper.make_node(*RELU, domain="com.evil"),
                                      opsets={"": 17, "com.evil": 1}).SerializeToString(), "operators of 'com.evil'"),
    "microsoft domain": (lambda: network(onnx.helper.make_node("Inverse", ["x"], ["y"], domain="com.microsoft"),
                                         opsets={"": 17, "com.microsoft": 1}).SerializeToString(),
                         "operators of 'com.microsoft'"),
    "operator": (lambda: network(onnx.helper.make_node("RandomNormalLike", ["x"], ["y"])).SerializeToString(),
                 "the operator 'RandomNormalLike'"),
    "control flow": (looping, "inside its operators"),
    "functions": (functional, "functions or training steps"),
    "no graph": (lambda: onnx.ModelProto(ir_version=8).SerializeToString(), "has no graph"),
    "no onnx": (lambda: b"\xff" * 40, "is no ONNX file"),
    "cut short": (lambda: logistic_network().SerializeToString()[:-30], "is no ONNX file"),
    "three inputs": (lambda: network(onnx.helper.make_node(*RELU), inputs=3).SerializeToString(),
                     "one table of 2 numbers"),
    "doubling": (doubling, "onnxruntime cannot compute it"),
    "wrong number": (lambda: network(onnx.helper.make_node("Relu", ["x"], ["z"]), onnx.helper.make_node(
        "Identity", ["z"], ["y"])).SerializeToString(), "is no probability"),
    "nan": (lambda: network(onnx.helper.make_node("Log", ["x"], ["a"]), onnx.helper.make_node("Log", ["a"], ["b"]),
                            onnx.helper.make_node("Log", ["b"], ["c"]), onnx.helper.make_node("Log", ["c"], ["y"]))
            .SerializeToString(), "gives no finite number"),
}


@pytest.mark.parametrize("case", BROKEN_ONNX)
def test_an_onnx_file_that_could_do_more_than_compute_is_refused(case: str, tmp_path: Path) -> None:
    make, sentence = BROKEN_ONNX[case]
    with pytest.raises(InputError) as caught:
        load_bundle(generated.write_files(tmp_path, onnx_files(make())))
    assert sentence in str(caught.value) and "refused" in str(caught.value)


@pytest.mark.parametrize(("changes", "sentence"), [
    ({"output": "z"}, "has no output 'z'"), ({"position": 1}, "no finite number where the model looks"),
    ({"position": -1}, "a whole number from 0"), ({"part": "other.onnx"}, "which the model does not list"),
    ({"link": "cox"}, "link must be one of")])
def test_an_estimator_that_does_not_fit_its_onnx_file_is_refused(changes: dict, sentence: str, tmp_path: Path) -> None:
    files = onnx_files(logistic_network().SerializeToString(), **changes)
    with pytest.raises(InputError) as caught:
        load_bundle(generated.write_files(tmp_path, files))
    assert sentence in str(caught.value)


def test_numbers_of_an_onnx_file_are_read_over_and_not_into() -> None:
    """Attributes full of numbers, which the reader skips in runs, must not hide a node behind them."""
    helper = onnx.helper
    many = helper.make_node("Constant", [], ["c"], value_floats=[float(n) for n in range(500)])
    more = helper.make_node("Constant", [], ["d"], value_ints=list(range(0, 2**40, 2**31)))
    evil = network(many, more, helper.make_node("RandomNormalLike", ["x"], ["y"])).SerializeToString()
    with pytest.raises(ValueError, match="RandomNormalLike"):
        estimator_from_dict({"kind": "onnx", "link": "identity", "part": "m.onnx", "output": "y"},
                            generated.bundle(generated.trees_dict()).estimator.columns, None, {"m.onnx": evil})
