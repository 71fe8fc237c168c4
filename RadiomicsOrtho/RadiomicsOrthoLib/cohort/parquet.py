"""Parquet files as the same table of texts that a CSV file is: numbers come back to the last digit."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping

from ..errors import InputError

#: a few bytes of a file can stand for rows without end
MAX_CELLS = 50_000_000
_NEEDED = 'Parquet files need the Python package pyarrow; install it with: pip install "radiomics-ortho[parquet]".'


def parquet_cells(raw: bytes, name: str) -> tuple[list[str], list[tuple[str, ...]]]:
    """Header and rows of texts of the file's bytes; InputError for what is no Parquet table of numbers and texts."""
    pyarrow, parquet = _packages()
    try:
        about = parquet.read_metadata(io.BytesIO(raw))
        if about.num_rows * about.num_columns > MAX_CELLS:
            raise InputError(f"The table '{name}' would have {about.num_rows} rows of {about.num_columns} columns; "
                             f"more than {MAX_CELLS} cells are not read.")
        table = parquet.read_table(io.BytesIO(raw))
        # among others that texts are UTF-8
        table.validate(full=True)
    except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:
        raise InputError(f"The table '{name}' is no Parquet file ({' '.join(str(error).split())[:120]}).") from None
    columns = [[_text(value, name, row, column) for row, value in enumerate(table.column(at).to_pylist())]
               for at, column in enumerate(table.column_names)]
    return list(table.column_names), list(zip(*columns, strict=True))


def parquet_bytes(rows: Iterable[Mapping[str, object]], columns: Iterable[str]) -> bytes:
    """A Parquet file of ``rows``; ``None`` is a missing value, and a column holds numbers or texts."""
    pyarrow, parquet = _packages()
    rows = list(rows)
    table = pyarrow.table({name: [row.get(name) for row in rows] for name in columns})
    sink = io.BytesIO()
    parquet.write_table(table, sink)
    return sink.getvalue()


def _text(value: object, name: str, row: int, column: str) -> str:
    if value is None or (isinstance(value, float) and value != value):  # noqa: PLR0124 - NaN
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        return value.strip()
    raise InputError(f"The table '{name}', row {row + 1}, column '{column}': a {type(value).__name__} is neither a "
                     "number nor a text.")


def _packages():
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise InputError(_NEEDED) from None
    return pyarrow, parquet
