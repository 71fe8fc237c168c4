"""The Chinese interface: every text of the panels is in Slicer's translation file, translated, with its gaps."""

from __future__ import annotations

import re
import struct
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Resources"))
import update_translations
from update_translations import NOT_WORDS, TARGET, NotATextError, Text, interface_texts, python_texts, ts_text, ui_texts

sys.path.insert(0, str(ROOT / "RadiomicsOrtho"))
from RadiomicsOrthoWidgets.translation_file import Message, qmBytes, readTs

CHINESE = re.compile("[\u4e00-\u9fff]")
GAP = re.compile(r"(?<!\{)\{([^{}]+)\}(?!\})")
#: what stays as it is: units, file types, a grade's name
UNCHANGED = {"{hu:g} HU = {density:.1f} mg/cm³ ({margin}{fit})", " mm", "mg/cm³", "PDF", "Genant", "{kvp} kV",
             "{area:.0f} mm²"}
AGAIN = "run python3 dev.py translations, then translate what it marks as unfinished"


@pytest.fixture(scope="module")
def messages():
    return readTs(TARGET)


def test_every_text_of_the_interface_is_in_the_file_and_nothing_else(messages):
    listed = [(message.context, message.source) for message in messages]
    wanted = [tuple(text) for text in interface_texts()]
    assert [text for text in wanted if text not in listed] == [], AGAIN
    assert [text for text in listed if text not in wanted] == [], AGAIN
    assert len(listed) == len(set(listed)) > 300


def test_every_text_is_translated(messages):
    assert [message.source for message in messages if not message.translation] == [], AGAIN
    for message in messages:
        assert CHINESE.search(message.translation) or message.source in UNCHANGED, message.source


def test_gaps_are_kept(messages):
    for message in messages:
        assert set(GAP.findall(message.source)) == set(GAP.findall(message.translation)), message.source
        values = dict.fromkeys((re.match(r"\w+", gap)[0] for gap in GAP.findall(message.source)), 1)
        assert message.source.format(**values) is not None
        assert message.translation.format(**values) is not None


def test_markup_line_ends_and_shortcuts_are_kept(messages):
    for message in messages:
        for pattern in (r"<[^<>]+>", r"&\w", "\n", r"[.…]{3}$|…$"):
            assert len(re.findall(pattern, message.source)) == len(re.findall(pattern, message.translation)), \
                message.source
        assert message.source.startswith(" ") == message.translation.startswith(" "), message.source
        # a sentence ends as one
        if message.source.endswith(".") and not message.source.endswith("..."):
            assert message.translation.endswith("。"), message.source
        assert not message.translation.endswith((".", "。")) or message.source.endswith((".", "?")), message.source


def test_the_same_text_reads_the_same_everywhere(messages):
    by_source: dict[str, set[str]] = {}
    for message in messages:
        by_source.setdefault(message.source, set()).add(message.translation)
    assert {source: found for source, found in by_source.items() if len(found) > 1} == {}


def test_the_file_is_what_the_command_writes():
    known = {Text(message.context, message.source): message.translation for message in readTs(TARGET)}
    assert ts_text(interface_texts(), known) == TARGET.read_text(encoding="utf-8"), AGAIN


def test_properties_that_hold_names_are_not_offered_for_translation():
    """Qt would look them up all the same: the .ui files mark them."""
    for path in ROOT.glob("RadiomicsOrtho*/Resources/UI/*.ui"):
        for holder in ET.parse(path).getroot().iter("property"):
            if holder.get("name") in NOT_WORDS - {"SlicerParameterName"} and "".join(holder.itertext()).strip():
                assert "true" in (holder.get("notr"), holder[0].get("notr")), f"{path.name}: {holder.get('name')}"


# -- the command ----------------------------------------------------------------------------------


def test_contexts_are_those_of_slicer(tmp_path):
    alone, package = tmp_path / "MyModule.py", tmp_path / "MyLib" / "part.py"
    package.parent.mkdir()
    (package.parent / "__init__.py").write_text("", encoding="utf-8")
    for path in (alone, package):
        path.write_text('a = _("One " "text")\nb = other(_("B {n}").format(n=1))\nc = __("no")\n', encoding="utf-8")
    assert list(python_texts(alone)) == [("MyModule", "One text"), ("MyModule", "B {n}")]
    assert list(python_texts(package)) == [("MyLib.part", "One text"), ("MyLib.part", "B {n}")]


@pytest.mark.parametrize("line", ['_(f"{n} files")', "_(name)", '_("a", 1)'])
def test_what_is_no_text_is_refused(tmp_path, line):
    path = tmp_path / "Module.py"
    path.write_text(f"x = {line}\n", encoding="utf-8")
    with pytest.raises(NotATextError, match=r"Module\.py:1"):
        list(python_texts(path))


def test_texts_of_a_ui_file(tmp_path):
    path = tmp_path / "Panel.ui"
    path.write_text("""<ui><class>Panel</class><widget class="QWidget" name="Panel">
      <property name="text"><string>Seen &amp; said</string></property>
      <property name="baseName"><string>a name</string></property>
      <property name="nodeTypes"><stringlist notr="true"><string>vtkMRMLNode</string></stringlist></property>
      <property name="toolTip"><string notr="true">x</string></property>
      <attribute name="title"><string>A tab</string></attribute></widget></ui>""", encoding="utf-8")
    assert list(ui_texts(path)) == [("Panel", "Seen & said"), ("Panel", "A tab")]


def test_a_translation_is_kept_taken_over_marked_and_dropped():
    known = {Text("a", "Kept"): "留", Text("a", "Gone"): "去"}
    written = ts_text([Text("a", "Kept"), Text("a", "New <b>"), Text("b", "Kept")], known)
    assert written.count("<translation>留</translation>") == 2
    assert '<source>New &lt;b&gt;</source>\n        <translation type="unfinished"></translation>' in written
    assert "去" not in written


def test_the_command_says_what_is_missing(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(update_translations, "TARGET", tmp_path / "new" / "file.ts")
    monkeypatch.setattr(sys, "argv", ["update_translations.py", "--missing"])
    assert update_translations.main() == 0
    told = capsys.readouterr().out
    assert "'Radiomics Ortho'" in told
    found = re.search(r"(\d+) texts, (\d+) without translation", told)
    assert int(found[1]) >= int(found[2]) > 300
    assert readTs(tmp_path / "new" / "file.ts")[0].translation == ""


# -- the compiled file ------------------------------------------------------------------------------


def test_only_finished_messages_are_compiled(tmp_path):
    content = qmBytes([Message("c", "a", "甲"), Message("c", "b", "")], "zh_CN")
    assert content[:4] == b"\x3c\xb8\x64\x18"
    assert "甲".encode("utf-16-be") in content
    # tag, length, then one entry of eight bytes
    assert struct.pack(">BI", 0x42, 8) in content
