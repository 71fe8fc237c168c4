"""Nothing of a patient leaves the scan, and nothing at all leaves the machine."""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import dicom_ct
import numpy as np
import phantoms
import pytest
import spine_phantom
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.models.encoder_manifest import Output

#: what a header tells of a person; each is a value that stands nowhere else by chance
IDENTITY = {
    "PatientName": "Quisquam^Ottilie", "PatientID": "PID778899", "OtherPatientIDs": "OPID445566",
    "PatientBirthDate": "19470615", "PatientAddress": "Lindenweg 4711", "PatientTelephoneNumbers": "0049555123",
    "PatientMotherBirthName": "Vogelsang", "EthnicGroup": "ethnic77", "Occupation": "Glockengiesserin",
    "AdditionalPatientHistory": "fell in the mill", "PatientComments": "comment on a person",
    "InstitutionName": "Spital Obertal", "InstitutionAddress": "Talgasse 99", "StationName": "STATION77",
    "ReferringPhysicianName": "Hausarzt^Egon", "PerformingPhysicianName": "Roentgen^Zwei",
    "OperatorsName": "Operator^Ida", "AccessionNumber": "ACC998877", "StudyID": "STD998877",
    "StudyDate": "20190817", "SeriesDate": "20190817", "AcquisitionDate": "20190817", "ContentDate": "20190817",
    "StudyDescription": "study of Ottilie", "ProtocolName": "protocol 4 Ottilie", "RequestingService": "Ward 77b",
    "DeviceSerialNumber": "SER556677", "CountryOfResidence": "Ruritania",
}
_WORDS = (*IDENTITY.values(), "Quisquam", "Ottilie", "1947-06-15", "2019-08-17", "15.06.1947",
          dicom_ct.STUDY, dicom_ct.SERIES)


@pytest.fixture(scope="module")
def scan(tmp_path_factory) -> tuple[Path, Path]:
    """A DICOM series and a region, in a folder that a hospital's export would name after the patient."""
    spine = spine_phantom.spine_phantom(spacing=(1.5, 1.5, 2.0))
    folder = tmp_path_factory.mktemp("export") / "Quisquam_Ottilie PID778899"
    folder.mkdir()
    series = dicom_ct.write_ct_series(folder / "20190817", spine.image, **IDENTITY)
    middle = (spine.labels == 3).astype(np.uint8)
    return series, phantoms.write(middle, spine.image.geometry, folder / "region.nrrd")


def seed() -> str:
    """A click in the middle of the middle body."""
    return ",".join(f"{x:.1f}" for x in spine_phantom.spine_phantom(spacing=(6.0, 6.0, 6.0)).vertebrae[2].centre)


def listed(scan: tuple[Path, Path]) -> Path:
    """The scan as a list of cases, where its paths may stand."""
    path = scan[0].parent / "list.csv"
    path.write_text(f"case,image,mask\ncase-1,{scan[0]},{scan[1]}\n", encoding="utf-8")
    return path


def network() -> Path:
    """A network that gives the mean of the box."""
    onnx = pytest.importorskip("onnx", reason="networks are generated with the package onnx")
    pytest.importorskip("onnxruntime", reason="networks are run with onnxruntime")
    from test_encoder import CROP, graph, write_encoder

    node = onnx.helper.make_node("ReduceMean", ["x"], ["y"], axes=[2, 3, 4], keepdims=0)
    return write_encoder(Path(tempfile.mkdtemp()), graph(node), outputs=(Output("y", ("dl_1",)),), crop=CROP)


_COMMANDS = {
    "info": lambda scan, out: ["info", scan[0]],
    "check": lambda scan, out: ["check", *scan],
    "segment": lambda scan, out: ["segment", scan[0], "--site", "vertebra", "--seed", seed(), "-o",
                                  out / "bones.seg.nrrd"],
    "extract": lambda scan, out: ["extract", *scan, "--profile", "ct-vertebra-body", "-o", out / "features.csv",
                                  "--reporting", "html"],
    "score": lambda scan, out: ["score", *scan, "--model", "pickhardt-2013-l1-hu", "--level", "L1", "--out",
                                out / "case", "--pdf"],
    "deep": lambda scan, out: ["deep", "encode", listed(scan), "--encoder", network(), "-o", out / "deep.csv"],
    "compare": lambda scan, out: ["compare", scan[1], scan[1], "-o", out / "agreement.csv"],
    "scan": lambda scan, out: ["scan", scan[0], "--seed", seed(), "--level", "L1", "--out", out / "case"],
    "batch": lambda scan, out: ["batch", cohort(scan), "--out", out / "cohort", "--profile", "ct-vertebra-body",
                                "--cards", "--backend", "threading"],
    "table join": lambda scan, out: ["table", "join", "--features", features(scan), "-o", out / "joined.csv"],
    "table export": lambda scan, out: ["table", "export", features(scan), "--strip", "--key", out / "key" / "key.csv",
                                       "-o", out / "package.zip"],
}


def cohort(scan: tuple[Path, Path]) -> Path:
    """The scan as a list of one case, which a person named without a name."""
    path = scan[0].parent / "cohort.csv"
    path.write_text(f"case,image,mask,level\ncase-1,{scan[0].name},{scan[1].name},L1\n", encoding="utf-8")
    return path


def features(scan: tuple[Path, Path]) -> Path:
    """The table that a batch makes of the scan."""
    out = scan[0].parent / "cohort"
    if not out.exists():
        assert main(["batch", str(cohort(scan)), "--out", str(out), "--profile", "ct-vertebra-body", "--backend",
                     "threading"]) == 0
    return out / "features.csv"


@pytest.mark.parametrize("name", _COMMANDS)
@pytest.mark.parametrize("wants_json", [False, True], ids=["text", "json"])
def test_nothing_of_the_patient_is_printed_or_written(name, wants_json, scan, tmp_path, capsys):
    out = tmp_path / "out"
    out.mkdir()
    arguments = [*_COMMANDS[name](scan, out), *(["--json"] if wants_json else [])]
    capsys.readouterr()
    code = main([str(argument) for argument in arguments])
    assert code == 0
    printed = capsys.readouterr()
    # the paths that were typed may be repeated to who typed them
    text = (printed.out + printed.err).replace(str(scan[0]), "").replace(str(scan[1]), "")
    found = {word for word in _WORDS if word in text}
    for path in out.rglob("*"):
        content = _readable(path) if path.is_file() else b""
        found |= {f"{word} in {path.name}" for word in _WORDS if word.encode() in content or word in path.name}
    assert not found


def _readable(path: Path) -> bytes:
    """The bytes of a file, with what is compressed in it unpacked."""
    content = path.read_bytes()
    if path.suffix == ".pdf":
        streams = re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL)
        return content + b"".join(_inflated(stream) for stream in streams)
    return content


def _inflated(stream: bytes) -> bytes:
    stream = stream.strip()
    try:
        return zlib.decompress(base64.a85decode(stream, adobe=True) if stream.endswith(b"~>") else stream)
    except (ValueError, zlib.error):
        return b""


@pytest.fixture
def no_network():
    """Every attempt to look up or reach another machine, by Python code of anybody in this process."""
    attempts: list[str] = []
    watching = [True]

    def hook(event: str, arguments: tuple) -> None:
        if watching[0] and event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"):
            attempts.append(f"{event} {arguments[:2]}")
            raise OSError("the network is forbidden in this test")

    sys.addaudithook(hook)      # cannot be taken away again
    yield attempts
    watching[0] = False


@pytest.mark.parametrize("name", _COMMANDS)
def test_nothing_is_sent_or_asked_for(name, scan, tmp_path, capsys, no_network):
    out = tmp_path / "out"
    out.mkdir()
    code = main([str(argument) for argument in _COMMANDS[name](scan, out)])
    assert code == 0 and not no_network


def test_workers_send_nothing_either(scan, tmp_path):
    """Each Python process that is started hangs the same watch up; what it sees stands in a file."""
    (tmp_path / "sitecustomize.py").write_text(_WATCH, encoding="utf-8")
    seen = tmp_path / "seen"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path]), "SEEN": str(seen)}

    def run(*words: object) -> int:
        return subprocess.run([sys.executable, *map(str, words)], env=environment, check=False,
                              stdout=subprocess.DEVNULL).returncode

    assert run("-m", "RadiomicsOrthoLib.cli", "batch", cohort(scan), "--out", tmp_path / "out", "--jobs", "2") == 0
    assert {line.split()[0] for line in seen.read_text().splitlines()} == {"started"}
    assert len(seen.read_text().splitlines()) > 1, "no worker was watched"
    assert run("-c", "import socket; socket.create_connection(('192.0.2.1', 80), 1)") == 1
    assert "socket.getaddrinfo" in seen.read_text()


_WATCH = """import os, sys
def note(text):
    with open(os.environ["SEEN"], "a") as file:
        file.write(text + chr(10))
def hook(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"):
        note(f"{event} {arguments[1:2]}")
        raise OSError("the network is forbidden in this test")
note("started")
sys.addaudithook(hook)
"""


def test_the_watch_sees_an_attempt(no_network):
    import urllib.request

    with pytest.raises(OSError, match="forbidden"):
        urllib.request.urlopen("http://192.0.2.1/", timeout=1)
    assert no_network
