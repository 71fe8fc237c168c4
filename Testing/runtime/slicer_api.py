"""Access to slicer_api.json: what the recorded Slicer application has."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class WidgetApi:
    """What one Qt / CTK / qMRML class offers in the application."""

    properties: dict[str, str]
    signals: frozenset[str]
    slots: frozenset[str]
    python: frozenset[str]

    @property
    def names(self) -> frozenset[str]:
        """Every attribute name of an instance."""
        called = {s.split("(")[0] for s in (*self.signals, *self.slots)}
        return frozenset(called) | set(self.properties) | self.python


@functools.cache
def api() -> dict[str, Any]:
    """The whole file."""
    path = Path(__file__).with_name("slicer_api.json")
    return json.loads(path.read_text(encoding="utf-8"))


@functools.cache
def widget_api(name: str) -> WidgetApi | None:
    """Recorded class, named as in the file ("qt.QLabel", "ctk.ctkComboBox"), or None."""
    entry = api()["widgets"].get(name)
    if entry is None:
        return None
    base = widget_api(entry["base"]) if entry["base"] else None
    return WidgetApi(
        properties={**(base.properties if base else {}), **dict(entry["properties"])},
        signals=frozenset(entry["signals"]) | (base.signals if base else frozenset()),
        slots=frozenset(entry["slots"]) | (base.slots if base else frozenset()),
        python=frozenset(entry["python"]) | (base.python if base else frozenset()),
    )


@functools.cache
def class_api(class_name: str) -> WidgetApi | None:
    """Recorded class by its bare C++ name, as in a .ui file."""
    for prefix in ("qt.", "ctk.", "slicer."):
        found = widget_api(prefix + class_name)
        if found is not None:
            return found
    return None


@functools.cache
def all_signal_signatures() -> frozenset[str]:
    """Signals of all recorded classes."""
    return frozenset(s for entry in api()["widgets"].values() for s in entry["signals"])
