"""What an ONNX file contains, read from its bytes before any program that computes with it sees them.

The file is a protocol buffer (onnx/onnx.proto3; encoding: protobuf.dev, "Encoding").  Only the
fields that decide whether it may be used are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

Operators = Mapping[str, frozenset[str]]
#: operators without loops, files, random numbers and graphs inside; memory is limited where they are computed
OPERATORS = {
    "": frozenset({
        "Abs", "Add", "And", "ArgMax", "Cast", "Ceil", "Clip", "Concat", "Constant", "ConstantOfShape", "Cos",
        "CumSum", "Div", "Elu", "Equal", "Erf", "Exp", "Expand", "Flatten", "Floor", "Gather", "Gemm",
        "Greater", "GreaterOrEqual", "HardSigmoid", "Identity", "IsNaN", "LeakyRelu", "Less", "LessOrEqual",
        "Log", "LogSoftmax", "MatMul", "Max", "Min", "Mod", "Mul", "Neg", "Not", "Or", "Pow", "Reciprocal",
        "ReduceL1", "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceMax", "ReduceMean", "ReduceMin",
        "ReduceProd", "ReduceSum", "ReduceSumSquare", "Relu", "Reshape", "Round", "Selu", "Shape", "Sigmoid",
        "Sign", "Sin", "Slice", "Softmax", "Softplus", "Split", "Sqrt", "Squeeze", "Sub", "Sum", "Tanh", "Tile",
        "TopK", "Transpose", "Unsqueeze", "Where"}),
    "ai.onnx.ml": frozenset({
        "ArrayFeatureExtractor", "Binarizer", "FeatureVectorizer", "Imputer", "LabelEncoder",
        "LinearClassifier", "LinearRegressor", "Normalizer", "OneHotEncoder", "SVMClassifier", "SVMRegressor",
        "Scaler", "TreeEnsemble", "TreeEnsembleClassifier", "TreeEnsembleRegressor"}),
}
#: what networks that see images need besides; as above without loops, files, random numbers and graphs inside
IMAGE_OPERATORS = {**OPERATORS, "": OPERATORS[""] | {
    "AveragePool", "BatchNormalization", "Conv", "ConvTranspose", "DepthToSpace", "Dropout", "Gelu",
    "GlobalAveragePool", "GlobalMaxPool", "GroupNormalization", "HardSwish", "InstanceNormalization",
    "LayerNormalization", "LpNormalization", "LRN", "MaxPool", "Mish", "Pad", "PRelu", "Resize", "SpaceToDepth"}}
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
#: runs of plain numbers, which make up most of a file of trees: ``AttributeProto.floats`` and ``.ints``
_NUMBERS = re.compile(rb"(?:\x3d[\x00-\xff]{4})+|(?:\x40[\x80-\xff]{0,9}[\x00-\x7f])+")


def check_graph(content: bytes, operators: Operators = OPERATORS) -> None:
    """``ValueError`` unless the file is one graph of ``operators`` (by domain) that holds all its numbers itself."""
    graphs = 0
    for field, value in _fields(content):
        if field == 7:
            graphs += 1
            _check_graph(value, operators)
        elif field == 8:
            _check_domain(_text(value, 1))
        elif field in (20, 25):
            raise ValueError("the ONNX file has functions or training steps of its own")
    if not graphs:
        raise ValueError("the ONNX file has no graph")


def _check_graph(content: bytes, allowed: Operators) -> None:
    for field, value in _fields(content):
        if field == 1:
            _check_node(value, allowed)
        elif field == 5:
            _check_tensor(value)
        elif field == 15:
            raise ValueError("the ONNX file has sparse tensors")


def _check_node(content: bytes, allowed: Operators) -> None:
    operators, domains = [], []
    for field, value in _fields(content):
        if field == 4:
            operators.append(value.decode("utf-8", "replace"))
        elif field == 7:
            domains.append(value.decode("utf-8", "replace"))
        elif field == 5:
            _check_attribute(value)
    for domain in domains or [""]:
        _check_domain(domain)
        for operator in operators:
            if operator not in allowed[_domain(domain)]:
                raise ValueError(f"the ONNX file uses the operator {operator!r}, which is not among those allowed")


def _check_attribute(content: bytes) -> None:
    for field, value in _fields(content):
        if field in (6, 11, 22, 23):
            raise ValueError("the ONNX file has graphs or sparse tensors inside its operators")
        if field in (5, 10):
            _check_tensor(value)


def _check_tensor(content: bytes) -> None:
    for field, value in _fields(content):
        if field == 13 or (field == 14 and value != 0):
            raise ValueError("the ONNX file keeps its numbers in another file")


def _check_domain(domain: str) -> None:
    if _domain(domain) not in OPERATORS:
        raise ValueError(f"the ONNX file uses operators of {domain!r}, which are not part of ONNX")


def _domain(name: str) -> str:
    return "" if name == "ai.onnx" else name


def _text(content: bytes, wanted: int) -> str:
    """The text in the field ``wanted``; where it stands twice, the last one counts, as in every reader."""
    found = [value for field, value in _fields(content) if field == wanted]
    return found[-1].decode("utf-8", "replace") if found else ""


def _fields(content: bytes) -> Iterator[tuple[int, bytes | int]]:
    """(number, value) of the fields of a message; ``ValueError`` if it is none."""
    at, end = 0, len(content)
    while at < end:
        if run := _NUMBERS.match(content, at):
            # the same bytes could begin another message's fields 7 and 8, which are never looked into as numbers
            at = run.end()
            continue
        key, at = _varint(content, at)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, at = _varint(content, at)
        elif kind in (_FIXED64, _FIXED32):
            value, at = 0, at + (8 if kind == _FIXED64 else 4)
        elif kind == _BYTES:
            size, at = _varint(content, at)
            value, at = content[at:at + size], at + size
        else:
            raise ValueError("the part is no ONNX file")
        if at > end or not number:
            raise ValueError("the part is no ONNX file")
        yield number, value


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(content):
            break
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
    raise ValueError("the part is no ONNX file")
