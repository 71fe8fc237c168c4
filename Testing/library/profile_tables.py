"""The tables of docs/profiles.md, made from the schema and the profiles themselves.

    python Testing/library/profile_tables.py      writes them into the page
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(REPOSITORY / "RadiomicsOrtho"))

from RadiomicsOrthoLib.features.profile import ExtractionProfile
from RadiomicsOrthoLib.features.profile_file import load_profile, profile_names
from RadiomicsOrthoLib.resources import resource_folder

PAGE = REPOSITORY / "docs" / "profiles.md"
SCHEMA = resource_folder() / "Schemas" / "profile.schema.json"


def page_with_tables(text: str) -> str:
    """The page with every generated part as it should be."""
    for name, table in (("profiles", profiles_table()), ("sources", sources_table()), ("settings", settings_table())):
        start, end = f"<!-- {name}: generated, do not edit -->\n", f"<!-- end of {name} -->"
        assert start in text and end in text, name
        text = re.sub(f"{re.escape(start)}.*?{re.escape(end)}", lambda _: start + table + end, text, flags=re.DOTALL)  # noqa: B023
    return text


def profiles_table() -> str:
    rows = [["profile", "for", "before resampling", "voxels (mm)", "bins", "images", "features of"]]
    for name in profile_names():
        profile = load_profile(name)
        rows.append([f"`{name}` {profile.version}", _purpose(profile), _standardisation(profile), _voxels(profile),
                     _bins(profile), ", ".join(profile.image_types), " ".join(profile.feature_classes)])
    return _table(rows)


def sources_table() -> str:
    rows = [["profile", "source", "stated by it", "this project's choice"]]
    for profile in map(load_profile, profile_names()):
        if profile.source:
            rows.append([f"`{profile.id}`", profile.source, *(", ".join(f"`{one}`" for one in names)
                                                              for names in (profile.stated, profile.assumed))])
    return _table(rows)


def settings_table() -> str:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    rows = [["entry", "values", "default", "what it does"]]
    for name, entry in schema["properties"].items():
        required = "required" if name in schema["required"] else _default(entry)
        rows.append([f"`{name}`", _kind(entry, schema), required, entry["description"]])
        seen = set()
        for part in (entry, *entry.get("oneOf", ())):
            for nested, inner in part.get("properties", {}).items():
                if "description" in inner and nested not in seen:
                    seen.add(nested)
                    rows.append([f"`{name}:` `{nested}`", _kind(inner, schema), _default(inner), inner["description"]])
    return _table(rows)


def _table(rows: list[list[str]]) -> str:
    lines = [f"| {' | '.join(row)} |\n" for row in rows]
    return lines[0] + f"|{'---|' * len(rows[0])}\n" + "".join(lines[1:])


def _purpose(profile: ExtractionProfile) -> str:
    return ", ".join(part for part in (" ".join(filter(None, (profile.modality, profile.sequence))), profile.site,
                                       profile.compartment) if part != "any")


def _standardisation(profile: ExtractionProfile) -> str:
    steps = ["N4"] if profile.bias_correction else []
    if profile.normalise is not None:
        steps.append("z-score" if profile.z_score else profile.normalise.method)
    return ", ".join(steps) or "–"


def _voxels(profile: ExtractionProfile) -> str:
    planes = ", in planes" if profile.force_2d else ""
    if profile.resample_mm is None:
        return f"the scan's own{planes}"
    sizes = " × ".join(f"{size:g}" if size else "own" for size in profile.resample_mm)
    whole = ", whole numbers" if profile.round_to_whole or profile.ibsi.round_intensities else ""
    return f"{sizes}, {profile.interpolator}{whole}{planes}"


def _bins(profile: ExtractionProfile) -> str:
    bins = f"of {profile.bin_width:g}" if profile.bin_width else f"{profile.bin_count}"
    if profile.resegment_hu:
        bins += " in " + " to ".join(f"{end:g}" for end in profile.resegment_hu)
        bins += " and more" if len(profile.resegment_hu) == 1 else ""
    return bins


def _kind(entry: dict, schema: dict) -> str:
    if "$ref" in entry:
        entry = schema["$defs"][entry["$ref"].rpartition("/")[2]] | entry
    if "const" in entry:
        return f"`{entry['const']}`"
    if "enum" in entry:
        return " ".join(f"`{_written(value)}`" for value in entry["enum"])
    kinds = entry.get("type", "")
    kind = next(one for one in ([kinds] if isinstance(kinds, str) else kinds) if one != "null")
    if kind == "array":
        return f"list of {_kind(entry['items'], schema)}"
    limits = [f"from {entry['minimum']:g}"] if "minimum" in entry else []
    limits += [f"above {entry['exclusiveMinimum']:g}"] if "exclusiveMinimum" in entry else []
    limits += [f"to {entry['maximum']:g}"] if "maximum" in entry else []
    title = {"string": "text", "integer": "whole number", "boolean": "`true` `false`", "object": "entries by name"}
    return " ".join([title.get(kind, kind), *limits])


def _default(entry: dict) -> str:
    return f"`{_written(entry['default'])}`" if "default" in entry else ""


def _written(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    return json.dumps(value) if value is None or isinstance(value, bool) else str(value)


if __name__ == "__main__":
    PAGE.write_text(page_with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
