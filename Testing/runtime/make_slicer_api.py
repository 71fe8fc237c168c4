"""Make slicer_api.json, the slim copy of a recorded Slicer API.

    python make_slicer_api.py RECORDED.json [OUTPUT.json]

Names and signatures only. A widget class is stored as its difference from
QWidget (or from QObject), which keeps the file small enough to read a diff of.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

#: of the recorded widgets, leave out families that no module here will use
_SKIPPED_WIDGETS = re.compile(
    r"ctk\.ctk(DICOM|Workflow|VTK|TransferFunction|Thumbnail|Material|Layout|QImage|Screenshot)"
    r"|slicer\.qSlicer(?!Widget|SimpleMarkups|MarkupsPlace|SegmentEditorScriptedEffect"
    r"|LayoutManager)"
    r"|slicer\.qMRML(Markups|Color|Scene|SortFilter|Sequence|Event|Layout|Transform|Navigation"
    r"|Settings|Unit|Display|ROI|List|Tree|Simple|Linear|Clip|Item|Double|Scalars?|Volume)"
    r"|slicer\.qMRML\w*(Model|Factory|Controller\w*|InfoWidget|InformationWidget)$")
_FIELDS = ("properties", "signals", "slots", "python")
#: CLI modules and a few others were switched off in the recorded build; the
#: official 5.10 package has them
_OFFICIAL_MODULES = ["cropvolume", "dynamicmodeler", "resamplescalarvolume", "brainsfit"]


def _members(entry: dict[str, Any]) -> set[str]:
    return {f"{field} {json.dumps(item)}" for field in _FIELDS for item in entry[field]}


def slim_widgets(widgets: dict[str, Any]) -> dict[str, Any]:
    """Widget classes as differences from the largest stock Qt class within them."""
    usable = {n: e for n, e in widgets.items()
              if "properties" in e and not _SKIPPED_WIDGETS.match(n)}
    members = {name: _members(entry) for name, entry in usable.items()}
    bases = sorted((n for n in usable if n.startswith("qt.")), key=lambda n: -len(members[n]))
    result: dict[str, Any] = {}
    for name, entry in usable.items():
        base = next((b for b in bases if members[b] < members[name]), "")
        inherited = members[base] if base else set()
        called = {item.split("(")[0] for item in (*entry["signals"], *entry["slots"])}
        result[name] = {"base": base, **{
            field: [item for item in entry[field]
                    if f"{field} {json.dumps(item)}" not in inherited
                    # private slots; and names that the signatures already give
                    and not str(item).startswith(("_q_", "on"))
                    and not (field == "python" and item in called)]
            for field in _FIELDS}}
    return result


def slim_mrml(classes: dict[str, list[str]]) -> dict[str, Any]:
    """MRML classes as differences from the largest recorded class within them."""
    members = {name: set(names) for name, names in classes.items()}
    members["vtkObject and more"] = set.intersection(*members.values())
    order = sorted(members, key=lambda n: (-len(members[n]), n))
    result: dict[str, Any] = {}
    for position, name in enumerate(order):
        base = next((b for b in order[position + 1:] if members[b] < members[name]), "")
        own = members[name] - (members[base] if base else set())
        result[name] = {"base": base, "names": sorted(own)}
    return result


def slim(recorded: dict[str, Any]) -> dict[str, Any]:
    """The parts of a recorded API that the runtime and the name check use."""
    return {
        "application": recorded["application"],
        "qt": recorded["qt"],
        "ctk": recorded["ctk"],
        "slicer": recorded["slicer"],
        "slicer_vtk_classes": recorded["slicer_vtk_classes"],
        "slicer.util": recorded["slicer.util"],
        "slicer.modules": sorted({*recorded["slicer.modules"], *_OFFICIAL_MODULES}),
        "slicer.ScriptedLoadableModule": {
            name: [m for m in members if not m.startswith("_")]
            for name, members in recorded["slicer.ScriptedLoadableModule"].items()},
        "slicer.parameterNodeWrapper": sorted(recorded["slicer.parameterNodeWrapper"]),
        "slicer.i18n": recorded["slicer.i18n"],
        "slicer.testing": recorded["slicer.testing"],
        "segment_editor_effects": recorded["segment_editor_effects"],
        "mrml": slim_mrml(recorded["mrml"]),
        "widgets": slim_widgets(recorded["widgets"]),
    }


def main(arguments: list[str]) -> int:
    """Command line."""
    if not 1 <= len(arguments) <= 2:
        print(__doc__)
        return 2
    target = Path(arguments[1]) if len(arguments) == 2 else Path(__file__).with_name(
        "slicer_api.json")
    recorded = json.loads(Path(arguments[0]).read_text(encoding="utf-8"))
    lines = []
    for key, value in slim(recorded).items():
        if key in ("widgets", "mrml"):
            rows = ",\n".join(f"  {json.dumps(n)}: {json.dumps(v)}" for n, v in value.items())
            lines.append(f" {json.dumps(key)}: {{\n{rows}\n }}")
        else:
            lines.append(f" {json.dumps(key)}: {json.dumps(value)}")
    target.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print(f"{target}: {target.stat().st_size} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
