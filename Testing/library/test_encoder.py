"""Networks that a site brings: what they compute, and what is refused before or while they do."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path

import batch_cohort
import mutation
import numpy as np
import pytest
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.features.roi_crop import CropSettings
from RadiomicsOrthoLib.models import encoder as encoder_module
from RadiomicsOrthoLib.models.encoder import load_encoder
from RadiomicsOrthoLib.models.encoder_manifest import (
    MANIFEST,
    NETWORK,
    SLICES,
    EncoderManifest,
    Output,
    crop_id,
    manifest_text,
    read_manifest,
)
from RadiomicsOrthoLib.resources import resource_folder

onnx = pytest.importorskip("onnx", reason="networks are generated with the package onnx")
pytest.importorskip("onnxruntime", reason="networks are run with onnxruntime")

SHAPE = (6, 8, 10)
CROP = CropSettings(SHAPE, 5.0, (-200.0, 800.0))


def graph(*nodes, shape=(1, *SHAPE), batch: object = "n", numbers: tuple = (), opsets: dict | None = None) -> bytes:
    """One input ``x`` (batch, …) and one output ``y``."""
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    made = helper.make_model(
        helper.make_graph(list(nodes), "generated", [helper.make_tensor_value_info("x", kind, [batch, *shape])],
                          [helper.make_tensor_value_info("y", kind, None)], list(numbers)),
        opset_imports=[helper.make_opsetid(domain, version) for domain, version in (opsets or {"": 17}).items()])
    made.ir_version = 8
    return made.SerializeToString()


def two_means(**changes) -> bytes:
    """Convolution with the kernels 1 and −2, ReLU, mean over the box: the mean, and 0."""
    helper = onnx.helper
    kernel = helper.make_tensor("w", onnx.TensorProto.FLOAT, [2, 1, 1, 1, 1], [1.0, -2.0])
    return graph(helper.make_node("Conv", ["x", "w"], ["c"]), helper.make_node("Relu", ["c"], ["r"]),
                 helper.make_node("ReduceMean", ["r"], ["y"], axes=[2, 3, 4], keepdims=0), numbers=(kernel,), **changes)


def write_encoder(folder: Path, content: bytes, **changes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    known = {"id": "generated", "title": "generated", "version": "1", "simulated": True, "crop": CROP,
             "outputs": (Output("y", ("dl_1", "dl_2")),), "sha256": hashlib.sha256(content).hexdigest(),
             "size": len(content), "input_name": "x"} | changes
    (folder / NETWORK).write_bytes(content)
    (folder / MANIFEST).write_text(manifest_text(EncoderManifest(**known)), encoding="utf-8")
    return folder


@pytest.fixture
def boxes() -> np.ndarray:
    return np.random.default_rng(3).random((11, *SHAPE), dtype=np.float32)


@pytest.mark.parametrize("batch", ["n", 1], ids=["any number of boxes", "one box at a time"])
def test_a_network_gives_the_columns_that_its_manifest_names(tmp_path, boxes, batch) -> None:
    found = load_encoder(write_encoder(tmp_path, two_means(batch=batch))).encode(boxes)
    assert list(found) == ["dl_1", "dl_2"] and np.allclose(found["dl_1"], boxes.mean(axis=(1, 2, 3)), atol=1e-6)
    assert (found["dl_2"] == 0).all()


def test_slices_as_channels_have_a_scale_of_their_own(tmp_path, boxes) -> None:
    content = graph(onnx.helper.make_node("ReduceMean", ["x"], ["y"], axes=[2, 3], keepdims=0), shape=SHAPE)
    mean, spread = tuple(np.linspace(0.1, 0.6, 6)), tuple(np.linspace(0.5, 1, 6))
    found = load_encoder(write_encoder(tmp_path, content, layout=SLICES, mean=mean, spread=spread,
                                       outputs=(Output("y", tuple(f"dl_{n}" for n in range(6))),))).encode(boxes)
    assert np.allclose(np.column_stack(list(found.values())), (boxes.mean(axis=(2, 3)) - mean) / spread, atol=1e-5)


def external() -> bytes:
    made = onnx.load_from_string(two_means())
    made.graph.initializer[0].ClearField("float_data")
    made.graph.initializer[0].data_location = onnx.TensorProto.EXTERNAL
    made.graph.initializer[0].external_data.add(key="location", value="/etc/passwd")
    return made.SerializeToString()


def endless() -> bytes:
    helper = onnx.helper
    size = helper.make_tensor("size", onnx.TensorProto.INT64, [2], [1500, 1500])
    nodes = [helper.make_node("ReduceMean", ["x"], ["one"], keepdims=0), helper.make_node("Expand", ["one", "size"],
                                                                                          ["m0"])]
    nodes += [helper.make_node("MatMul", [f"m{n}", "m0"], [f"m{n + 1}"]) for n in range(2000)]
    return graph(*nodes, helper.make_node("Identity", ["m2000"], ["y"]), numbers=(size,))


RELU = (["x"], ["y"])
NODE = onnx.helper.make_node
REFUSED = {
    "external data": (external, {}, "keeps its numbers in another file"),
    "operator of its own": (lambda: graph(NODE("Relu", *RELU, domain="com.evil"), opsets={"": 17, "com.evil": 1}), {},
                            "operators of 'com.evil'"),
    "random numbers": (lambda: graph(NODE("RandomNormalLike", *RELU)), {}, "'RandomNormalLike'"),
    "another file": (two_means, {"sha256": "0" * 64}, "not the file that the manifest was written for"),
    "another size": (two_means, {"size": 5}, "not the file that the manifest was written for"),
    "no onnx": (lambda: b"\xff" * 40, {}, "is no ONNX file"),
    "boxes of another shape": (lambda: two_means(shape=(1, 9, 9, 9)), {}, "its input is"),
    "flat rows": (lambda: graph(NODE("Relu", *RELU), shape=(7,)), {}, "its input is"),
    "several boxes only": (lambda: two_means(batch=4), {}, "its input is"),
    "no such input": (two_means, {"input_name": "z"}, "must have one input, 'z'"),
    "no such output": (two_means, {"outputs": (Output("z", ("dl_1",)),)}, "has no output 'z'"),
    "more columns": (two_means, {"outputs": (Output("y", ("dl_1", "dl_2", "dl_3")),)}, "names 3 columns"),
    "no numbers": (lambda: graph(NODE("ReduceMean", ["x"], ["m"], axes=[2, 3, 4], keepdims=0),
                                 NODE("Log", ["m"], ["y"])), {"outputs": (Output("y", ("dl_1",)),)},
                   "no finite numbers"),
}


@pytest.mark.parametrize(("content", "changes", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_trusted_is_refused_in_a_sentence(tmp_path, capsys, content, changes, sentence) -> None:
    folder = write_encoder(tmp_path / "net", content(), **changes)
    assert main(["deep", "check", str(folder)]) == 2
    said = capsys.readouterr().err
    assert sentence in said and said.count("\n") == 1


def test_a_network_that_is_too_large_or_too_slow_is_refused(tmp_path, monkeypatch) -> None:
    folder = write_encoder(tmp_path, two_means())
    monkeypatch.setattr(encoder_module, "MAX_ENCODER_BYTES", 100)
    with pytest.raises(InputError, match="is larger than"):
        load_encoder(folder)
    monkeypatch.undo()
    monkeypatch.setattr(encoder_module, "MAX_SECONDS", 0.2)
    with pytest.raises(InputError, match="cannot compute it"):
        load_encoder(write_encoder(tmp_path, endless()))


@pytest.mark.parametrize(("place", "value", "sentence"), [
    (("schema",), "radiomics-ortho-encoder/2", "schema must be"), (("notice",), "for everybody", "notice"),
    (("network", "file"), "../x.onnx", "network → file"), (("network", "sha256"), "abc", "sha256"),
    (("outputs", 0, "columns", 0), "age", "columns"), (("outputs", 0, "columns"), ["dl_1", "dl_1"], "entry twice"),
    (("crop", "window"), [3, 3], "rising"), (("crop", "modality"), "unknown", "modality"),
    (("scale", "mean"), [0.1, 0.2], "2 numbers for 1 channels"), (("simulated",), "no", "simulated")])
def test_a_faulty_manifest_is_refused(tmp_path, place, value, sentence) -> None:
    path = write_encoder(tmp_path, two_means()) / MANIFEST
    data = json.loads(path.read_text(encoding="utf-8"))
    inner = data
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    with pytest.raises(ValueError, match=sentence):
        read_manifest(json.dumps(data).encode())


def test_the_schema_of_manifests_is_that_of_json_schema(tmp_path) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((resource_folder() / "Schemas" / "encoder.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    written = (write_encoder(tmp_path, two_means()) / MANIFEST).read_text(encoding="utf-8")
    jsonschema.Draft202012Validator(schema).validate(json.loads(written))


@pytest.fixture
def cohort(tmp_path) -> Path:
    return batch_cohort.write_cohort(tmp_path / "cohort", formats=(".nrrd",))


def masked(cohort: Path) -> Path:
    """The list without the case that has no mask."""
    lines = [line for line in cohort.read_text(encoding="utf-8").splitlines() if not line.startswith("gone")]
    cohort.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return cohort


def test_encode_makes_a_sheet_that_joins_the_features_of_a_batch(tmp_path, cohort, capsys) -> None:
    cohort, out = masked(cohort), tmp_path / "deep.csv"
    net = write_encoder(tmp_path / "net", two_means())
    assert main(["deep", "encode", str(cohort), "--encoder", str(net), "-o", str(out), "--json"]) == 3
    result = json.loads(capsys.readouterr().out)
    rows = list(csv.DictReader(out.open(encoding="utf-8")))
    assert [row["case"] for row in rows] == ["p0", "p1", "p2", "p3"] and result["simulated"] is True
    assert [note.partition(":")[0] for note in result["notes"]] == ["damaged", "empty"]
    # the core of the phantoms becomes denser from one to the next
    means = [float(row["dl_1"]) for row in rows]
    assert means == sorted(means) and len(set(means)) == 4
    features = tmp_path / "features.csv"
    features.write_text("subject,segment,dl_x\n" + "".join(f"{row['subject']},{row['segment']},1\n" for row in rows),
                        encoding="utf-8")
    joined = tmp_path / "joined.csv"
    assert main(["table", "join", "--features", str(features), "--sheet", str(out), "-o", str(joined)]) == 0
    assert [row["dl_1"] for row in csv.DictReader(joined.open(encoding="utf-8"))] == [row["dl_1"] for row in rows]


def test_encode_refuses_regions_that_nobody_drew(tmp_path, cohort, capsys) -> None:
    net = write_encoder(tmp_path / "net", two_means())
    assert main(["deep", "encode", str(cohort), "--encoder", str(net), "-o", str(tmp_path / "deep.csv")]) == 2
    assert "'gone', line 7, has no mask" in capsys.readouterr().err and not (tmp_path / "deep.csv").exists()


def test_encode_refuses_people_from_whom_the_network_learned(tmp_path, cohort, capsys) -> None:
    from RadiomicsOrthoLib.batch.case_list import read_case_list
    from RadiomicsOrthoLib.batch.crops import crops_of

    seen = crops_of(read_case_list(masked(cohort), ()), CROP).boxes[2]
    net = write_encoder(tmp_path / "net", two_means(), training={"crops": [crop_id(seen.tobytes())]})
    assert main(["deep", "encode", str(cohort), "--encoder", str(net), "-o", str(tmp_path / "deep.csv")]) == 2
    assert "learned from 1 of these regions (the first: 'p2')" in capsys.readouterr().err
    assert not (tmp_path / "deep.csv").exists()


def test_a_network_of_a_site_is_adopted(tmp_path, capsys) -> None:
    (tmp_path / "site.onnx").write_bytes(two_means())
    arguments = ["deep", "adopt", str(tmp_path / "site.onnx"), "--id", "site-net", "--title", "of a site", "--input",
                 "x", "--out", "y", "--size", "6,8,10", "--voxel", "5", "-o", str(tmp_path / "net")]
    assert main([*arguments, "--columns", "3"]) == 2
    assert "names 3 columns" in capsys.readouterr().err and not (tmp_path / "net" / NETWORK).exists()
    assert main([*arguments, "--columns", "2"]) == 0
    assert load_encoder(tmp_path / "net").manifest.columns == ("dl_1", "dl_2")


def test_a_damaged_network_or_manifest_ends_in_a_sentence(tmp_path) -> None:
    """A hash does not help against somebody who wrote the manifest, too: damaged files come with a fitting one."""
    generator = np.random.default_rng(5)
    refused = 0
    for number in range(80):
        content = mutation.mutated_bytes(two_means(), generator) if number % 2 else two_means()
        folder = write_encoder(tmp_path / str(number), content)
        if number % 2 == 0:
            manifest = folder / MANIFEST
            manifest.write_bytes(mutation.mutated_text(manifest.read_bytes(), generator))
        try:
            load_encoder(folder)
        except InputError:
            refused += 1
    assert refused >= 40


def test_training_without_pytorch_ends_in_a_sentence(tmp_path, cohort, monkeypatch, capsys) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "torch", None)
    out = tmp_path / "net"
    assert main(["deep", "train", str(masked(cohort)), "--outcome", "outcome=0,1", "-o", str(out)]) == 2
    said = capsys.readouterr().err
    assert 'needs PyTorch; install it with: pip install "radiomics-ortho[deep]"' in said and said.count("\n") == 1
    assert not out.exists()
