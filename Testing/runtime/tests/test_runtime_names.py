"""The static name check, on files with and without slips."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from runtime import static_names
from runtime.slicer_api import api, widget_api
from toy_module import MODULE, UI


def check(tmp_path, text: str, suffix: str = ".py") -> list[str]:
    path = tmp_path / f"Checked{suffix}"
    path.write_text(text, encoding="utf-8")
    return static_names.check_file(path)


def test_header_says_what_was_recorded():
    assert api()["application"]["version"] == "5.10"
    assert widget_api("ctk.ctkSliderWidget").properties["value"] == "double"
    assert "windowTitle" in widget_api("ctk.ctkSliderWidget").properties, "inherited"


def test_correct_module_and_ui(tmp_path):
    assert check(tmp_path, MODULE) == []
    assert check(tmp_path, UI, ".ui") == []


@pytest.mark.parametrize(("line", "missing"), [
    ("slicer.loadVolume('x')", "slicer.loadVolume"),
    ("slicer.util.loadVolumes('x')", "slicer.util.loadVolumes"),
    ("slicer.vtkMRMLScalarVolumNode()", "slicer.vtkMRMLScalarVolumNode"),
    ("slicer.vtkMRMLTableNode.AddColum", "slicer.vtkMRMLTableNode.AddColum"),
    ("slicer.modules.segmentation.logic()", "slicer.modules.segmentation"),
    ("slicer.mrmlScene.AddNewNode('x')", "slicer.mrmlScene.AddNewNode"),
    ("slicer.app.coreIoManager()", "slicer.app.coreIoManager"),
    ("qt.QThread()", "qt.QThread"),
    ("qt.QMessageBox.Yess", "qt.QMessageBox.Yess"),
    ("ctk.ctkSlider()", "ctk.ctkSlider"),
    ("from slicer.util import loadVolum", "slicer.util.loadVolum"),
    ("from slicer.parameterNodeWrapper import WithinRanges", "slicer.parameterNodeWrapper.WithinRanges"),
    ("from slicer import vtkMRMLNope", "slicer.vtkMRMLNope"),
    ("import slicer.nonsense", "slicer.nonsense"),
    ("import slicer.util as su\nsu.nope()", "slicer.util.nope"),
    ("b.connect('clickedd()', f)", "signal 'clickedd()'"),
    ("slicer.util.launchConsoleProcess([], blocking=False)", "argument 'blocking'"),
    ("import slicer.packaging", "slicer.packaging"),
    ("slicer.packaging.pip_ensure([])", "slicer.packaging"),
])
def test_slips_are_found(tmp_path, line, missing):
    problems = check(tmp_path, f"import slicer, qt, ctk\n{line}\n")
    assert problems
    assert all(missing in problem for problem in problems)
    number = 1 + len(line.splitlines())
    assert f"Checked.py:{number}: " in problems[-1]


@pytest.mark.parametrize("text", [
    "slicer.util.getNode('x').GetAnything()",
    "slicer.modules.radiomicsortho.widgetRepresentation()",
    "slicer.modules.cropvolume.logic()",
    "slicer.app.processEvents()",
    "qt.QMessageBox.Yes; qt.Qt.AlignLeft; qt.QSvgWidget; qt.QSizePolicy.Expanding",
    "ctk.ctkPathLineEdit.Files",
    "b.connect('currentNodeChanged(vtkMRMLNode*)', f); b.connect('textChanged(const QString&)', f)",
    "try:\n    import slicer.packaging\nexcept ImportError:\n    pass",
    "if hasattr(slicer, 'packaging'):\n    slicer.packaging.pip_ensure([])",
    "try:\n    from slicer.packaging import pip_check\nexcept ModuleNotFoundError:\n    pip_check = None",
    "other.slicer.nonsense",
])
def test_correct_names_pass(tmp_path, text):
    assert check(tmp_path, f"import slicer, qt, ctk\n{text}\n") == []


def test_guard_covers_only_its_body(tmp_path):
    text = ("try:\n    import slicer.packaging\nexcept ImportError:\n"
            "    slicer.packaging.pip_ensure([])\n")
    assert len(check(tmp_path, "import slicer\n" + text)) == 1


@pytest.mark.parametrize(("old", "new"), [
    ('class="ctkSliderWidget"', 'class="ctkSliderWidgte"'),
    ('name="noneEnabled"', 'name="noneEnable"'),
    ("<signal>mrmlSceneChanged", "<signal>mrmlSceneChangd"),
    ("<slot>setMRMLScene", "<slot>setScene"),
    ("<sender>Toy", "<sender>Toyy"),
])
def test_slips_in_ui_files(tmp_path, old, new):
    assert len(check(tmp_path, UI.replace(old, new, 1), ".ui")) == 1


def test_needs_neither_qt_nor_vtk():
    testing = Path(static_names.__file__).parents[1]
    code = ("import sys; import runtime.static_names;"
            "print([m for m in sys.modules if m.split('.')[0] in ('PySide6', 'vtk', 'slicer')])")
    done = subprocess.run([sys.executable, "-c", code], cwd=testing, capture_output=True,
                          text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_slim_copy_can_be_made_again(tmp_path):
    """Only where the full recording is at hand."""
    recorded = Path(static_names.__file__).parents[3] / "shared" / "slicer-api" / "slicer-5.10.json"
    if not recorded.is_file():
        pytest.skip(f"the recorded API is not here: {recorded}")
    from runtime import make_slicer_api

    target = tmp_path / "api.json"
    assert make_slicer_api.main([str(recorded), str(target)]) == 0
    committed = Path(static_names.__file__).with_name("slicer_api.json")
    assert target.read_text(encoding="utf-8") == committed.read_text(encoding="utf-8")
