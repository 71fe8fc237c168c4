"""Inputs that nobody planned for, near the ones that are: hypothesis strategies for documents, tables and bundles.

Damage of single bytes (``mutation.py``) seldom gets past the parser; what is made here is well-formed, and wrong.
"""

from __future__ import annotations

import copy
import csv
import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence

import yaml
from hypothesis import strategies as st
from mutation import HOSTILE
from RadiomicsOrthoLib.models.parts import part_entry

_SIGNS = "aAzZ09 _-.,;:/\\'\"=+@<>&%{}[]|#!*?\t\r\n\0\u00a0\u202e\ufeff\u2028ÄßΩж中🦴\ud800"
_NUMBERS = (0, -1, 1, 2**31, -2**63, 10**30, 1e-320, 1e308, 0.1, float("nan"), float("inf"), -float("inf"), -0.0)

odd_text = st.one_of(st.sampled_from(HOSTILE), st.text(_SIGNS, max_size=20), st.text(max_size=12))
odd_scalars = st.one_of(st.none(), st.booleans(), st.sampled_from(_NUMBERS), st.integers(), st.floats(), odd_text)
odd_values = st.recursive(odd_scalars, lambda inner: st.one_of(
    st.lists(inner, max_size=3), st.dictionaries(odd_text, inner, max_size=3)), max_leaves=5)


@st.composite
def near(draw, document):
    """``document`` (of lists and dictionaries) after a few changes of its values, names and shape."""
    changed = copy.deepcopy(document)
    for _ in range(draw(st.integers(0, 4))):
        places = list(_places(changed))
        if places:
            _change(draw, *draw(st.sampled_from(places)))
    return changed


def _places(part: object) -> Iterator[tuple[dict | list, object]]:
    """(container, key) of all that stands in ``part``, at any depth."""
    entries = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, value in entries:
        yield part, key
        yield from _places(value)


def _change(draw, container: dict | list, key: object) -> None:
    value = container[key]
    action = draw(st.sampled_from(("other", "other", "other", "number", "remove", "wrap", "rename", "add", "repeat")))
    if action == "remove":
        del container[key]
    elif action == "rename" and isinstance(container, dict):
        container[draw(odd_text)] = container.pop(key)
    elif action == "add" and isinstance(container, dict):
        container[draw(odd_text)] = draw(odd_values)
    elif action == "repeat" and isinstance(container, list):
        container += [copy.deepcopy(value)] * draw(st.sampled_from((1, 2, 300)))
    elif action == "wrap":
        container[key] = draw(st.sampled_from(([value], {"a": value}, [], {}, str(value))))
    elif action == "number" and isinstance(value, int | float):
        container[key] = draw(st.sampled_from((value * 1000, value / 1000, -value, value + 1, 0, 1e9, 10**9)))
    else:
        container[key] = draw(odd_values)


def json_texts(document: object) -> st.SearchStrategy[bytes]:
    """JSON near ``document``, and texts of other makes."""
    made = st.tuples(near(document), st.booleans()).map(lambda made: json.dumps(made[0], ensure_ascii=made[1]))
    return st.one_of(_written(made), _written(made), _written(made), st.builds(_dumped, odd_values), st.binary())


def yaml_texts(document: object) -> st.SearchStrategy[bytes]:
    """YAML near ``document``, with what the language offers beside data, and texts of other makes."""
    made = near(document).map(lambda found: yaml.safe_dump(found, allow_unicode=True, sort_keys=False))
    more = st.sampled_from((
        "", "", "", "x: !!python/object/apply:os.system ['exit 7']\n", "x: !!binary zz\n", "<<: {id: twice}\n",
        "a: &a [1, 1]\nb: &b [*a, *a]\nc: [*b, *b]\n", "a: &a [*a]\n", "? [1, 2]\n: 3\n", "? {a: 1}\n: 3\n", "1: 2\n",
        "null: 2\n", "2024-01-01: 2\n", "---\nx: 1\n", "id: again\n", "%TAG ! tag:x,2000:\n", "x: 0777\n",
        "x: 1:30:00\n", "x: 2024-02-30\n",
        "x: .inf\n", "\tx: 1\n", "x: !!set {a, b}\n", "x: !!timestamp 2001-01-01\n", "x: *none\n"))
    return st.one_of(_written(st.builds(lambda text, tail: text + tail, made, more)), _written(made),
                     st.builds(_dumped, odd_values), st.binary())


def _dumped(value: object) -> bytes:
    return json.dumps(value).encode("utf-8", "surrogatepass")


@st.composite
def _written(draw, texts):
    """As an editor of any kind stores a text."""
    text = draw(texts)
    code = draw(st.sampled_from(("utf-8",) * 8 + ("utf-8-sig", "utf-16", "latin-1")))
    raw = text.encode(code, "surrogatepass" if code.startswith("utf") else "replace")
    return raw.replace(b"\n", draw(st.sampled_from((b"\n", b"\n", b"\n", b"\r\n", b"\r"))))


@st.composite
def tables(draw, header: Sequence[str], rows: Sequence[Sequence[str]]):
    """CSV near a table: cells, names and rows that are odd, repeated or not there, and the ways to write them."""
    header, rows = list(header), [list(row) for row in rows]
    for _ in range(draw(st.integers(0, 4))):
        action = draw(st.sampled_from(("cell",) * 6 + ("name", "twice", "ragged", "row", "no row", "no column",
                                                       "column", "blank")))
        row = draw(st.sampled_from(rows)) if rows else header
        if action == "cell" and row:
            row[draw(st.integers(0, len(row) - 1))] = draw(_cells)
        elif action == "name" and header:
            header[draw(st.integers(0, len(header) - 1))] = draw(_cells)
        elif action == "twice" and header:
            header[-1] = header[0]
        elif action == "ragged":
            row.extend(draw(st.lists(_cells, min_size=1, max_size=3)))
        elif action == "row":
            rows += [list(row)] * draw(st.sampled_from((1, 40)))
        elif action == "no row":
            rows = rows[1:] if draw(st.booleans()) else []
        elif action == "no column" and header:
            at = draw(st.integers(0, len(header) - 1))
            for line in (header, *rows):
                del line[at:at + 1]
        elif action == "column":
            for line in (header, *rows):
                line.append(draw(_cells))
        elif action == "blank":
            rows.insert(draw(st.integers(0, len(rows))), [])
    return draw(_written(st.just(_csv_text(draw, [header, *rows]))))


_cells = st.one_of(odd_text, st.sampled_from(_NUMBERS).map(str), st.floats().map(str), st.integers().map(str),
                   st.sampled_from(("=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", " =1", "\t=1", "１２", "1.250,5",
                                    "#N/A", "NULL", "-", "?", "yes", "no")))


def _csv_text(draw, lines: list[list[str]]) -> str:
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=draw(st.sampled_from(",,,,,,;\t|")), lineterminator="\n",
               quoting=draw(st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)))).writerows(lines)
    return file.getvalue() + draw(st.sampled_from(("", "", "", "\n", "\n\n", "\"", "\0", ",,,\n")))


@st.composite
def parquet_tables(draw, header: Sequence[str], rows: Sequence[Sequence[str]]):
    """Parquet files whose columns are of any type that the format knows."""
    columns = {name: list(cells) for name, cells in zip(header, zip(*rows, strict=True), strict=True)}
    typed = st.sampled_from(([1, None, 3], [0.5, float("nan"), 1e300], [True, False, None], [b"\xff", b"", b"x"],
                             [[1], [], None], [{"a": 1}, {}, None], [None] * 3, [2**62, -1, 0], ["", "\0", "=1+1"]))
    for _ in range(draw(st.integers(0, 3))):
        name = draw(st.one_of(st.sampled_from(sorted(columns)), st.text(max_size=5)))
        columns[name] = (draw(typed) * len(rows))[:len(rows)]
    return _parquet(columns)


def parquet(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    """A Parquet file of texts."""
    return _parquet({name: list(cells) for name, cells in zip(header, zip(*rows, strict=True), strict=True)})


def _parquet(columns: Mapping[str, list]) -> bytes:
    import pyarrow
    from pyarrow import parquet as files

    sink = io.BytesIO()
    files.write_table(pyarrow.table(columns), sink)
    return sink.getvalue()


@st.composite
def bundles(draw, files: Mapping[str, bytes]):
    """A packed model whose parts were changed and listed again with their right hashes, and its names perhaps not."""
    card = json.loads(files["model.json"])
    content = {}
    for name, raw in files.items():
        if name != "model.json":
            content[name] = draw(st.one_of(st.just(raw), near(json.loads(raw)).map(_dumped)))
    card["parts"] = [part_entry(name, raw) for name, raw in content.items()]
    content["model.json"] = _dumped(draw(near(card)))
    if draw(st.booleans()):
        content[draw(st.one_of(odd_text, st.sampled_from(("../x.json", "/x", "a/../../x", "C:\\x", "MODEL.JSON", "a/",
                                                          "signature.json", "x.pkl"))))] = draw(st.binary(max_size=50))
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", draw(st.sampled_from((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)))) as archive:
        for name, raw in content.items():
            archive.writestr(name.encode("utf-8", "replace").decode() or "x", raw)
    return sink.getvalue()
