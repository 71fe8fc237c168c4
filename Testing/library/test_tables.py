"""Feature tables: the same number comes back, and no cell is a formula."""

from __future__ import annotations

import csv
import io
import math
import random
import struct

import numpy as np
import pytest
from RadiomicsOrthoLib.report.tables import FORMULA_STARTS, features_csv


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_columns_keep_their_order_and_lines_end_in_a_newline() -> None:
    text = features_csv([{"site": "vertebra", "b": 1.5}, {"site": "vertebra", "a": 2, "b": None}])
    assert text == "site,b,a\nvertebra,1.5,\nvertebra,,2\n"
    assert features_csv([{"b": 1, "a": 2}], ["a", "b", "c"]) == "a,b,c\n2,1,\n"
    assert features_csv([]) == "" and features_csv([], ["a"]) == "a\n"


def test_a_column_that_would_be_dropped_is_refused() -> None:
    with pytest.raises(ValueError, match="no column for surplus"):
        features_csv([{"a": 1, "surplus": 2}], ["a"])


def test_every_float64_comes_back_bit_for_bit() -> None:
    rng = random.Random(7)
    values = [struct.unpack("<d", rng.randbytes(8))[0] for _ in range(2000)]
    values = [value for value in values if not math.isnan(value)] + [0.1 + 0.2, -0.0, 5e-324, 1.7976931348623157e308]
    rows = read(features_csv([{"v": value, "n": np.float64(value)} for value in values]))
    assert [struct.pack("<d", float(row["v"])) for row in rows] == [struct.pack("<d", value) for value in values]
    assert all(row["v"] == row["n"] for row in rows)


def test_numpy_scalars_and_truth_values_are_written_plainly() -> None:
    row = {"i": np.int64(7), "f": np.float32(0.5), "t": True, "n": np.bool_(False), "x": np.float64("nan")}
    assert features_csv([row]) \
        == "i,f,t,n,x\n7,0.5,true,false,nan\n"


@pytest.mark.parametrize("start", FORMULA_STARTS)
def test_no_cell_and_no_heading_begins_a_formula(start: str) -> None:
    attack = f"{start}HYPERLINK(\"http://evil\",\"x\")"
    text = features_csv([{attack: attack}])
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows == [["'" + attack], ["'" + attack]]


@pytest.mark.parametrize("harmless", ["-5.2", "+3", "-1e-7", "-inf", "L1", "a=b", "5-3", "'=quoted"])
def test_numbers_and_plain_text_stay_as_they_are(harmless: str) -> None:
    assert read(features_csv([{"v": harmless}]))[0]["v"] == harmless


@pytest.mark.parametrize("attack", ["-1+cmd|' /C calc'!A0", "+44 1", "-", "=1", "\t-5.2", "@SUM(1)", "\r\n=1"])
def test_what_only_looks_like_a_number_is_disarmed(attack: str) -> None:
    assert read(features_csv([{"v": attack}]))[0]["v"] == "'" + attack


@pytest.mark.parametrize("text", ['with "quotes"', "with, comma", "two\nlines", "carriage\rreturn", " spaces ", "ü骨",
                                  ""])
def test_any_text_comes_back(text: str) -> None:
    written = features_csv([{"v": text, "w": 1}])
    assert read(written)[0]["v"] == text
    assert written.encode("utf-8").decode("utf-8") == written
