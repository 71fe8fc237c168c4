"""The list of cases as a CSV file, read strictly: every error names the line and the column."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path

from ..cohort.table import StudyTable, read_table
from ..cohort.table_schema import FEATURE
from ..errors import InputError
from ..features.measurements import MEASUREMENTS
from ..imaging.modality import MODALITIES
from ..imaging.stated import StatedFacts
from ..imaging.suv import SUV
from ..models.bundle import ModelBundle
from ..regions.request import SITES as SEARCHED_SITES
from ..regions.roi import COMPARTMENTS, LEVELS, SIDES
from ..scoring.clinical import entered_value
from ..workflow.model_choice import applies_unasked, check_values
from .case import BatchCase

#: a case gives its name to a folder, on every system
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
#: how like a known column another one may look before it is taken for a slip of the pen
_LOOKS_LIKE = 0.8


def _one_of(*choices: str) -> Callable[[str], str]:
    def parsed(text: str) -> str:
        if text not in choices:
            raise ValueError(f"'{text}' is none of {', '.join(choices)}")
        return text
    return parsed


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"'{text}' is not a number")
    return value


def _numbers(text: str) -> list[float]:
    return [_number(part.strip()) for part in text.replace(";", ",").split(",")]


def _seed(text: str) -> tuple[float, ...]:
    values = _numbers(text)
    if len(values) != 3:
        raise ValueError(f"'{text}' is no position; write right, anterior and superior in mm, such as \"-2,31,-140\"")
    return tuple(values)


def _spacing(text: str) -> tuple[float, float]:
    values = _numbers(text)
    if len(values) > 2 or min(values) <= 0:
        raise ValueError(f"'{text}' is no pixel size; write mm such as 0.143, or \"width,height\"")
    return values[0], values[-1]


def _segments(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(";") if name.strip())
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise ValueError(f"the segment '{twice}' is named twice")
    return names


#: column → what it holds, and how its text is read; ``ValueError`` says what is wrong
COLUMNS: dict[str, tuple[str, Callable[[str], object]]] = {
    "case": ("a name of the case: letters, digits, _ . -; it names files, so no patient's name", str),
    "image": ("the scan: a file or a DICOM folder, from the folder of the list", str),
    "series": ("which series of a DICOM folder: its number or UID", str),
    "mask": ("a segmentation with the regions; without one the bones are looked for", str),
    "segment": ("which segments of the mask, with ; between them; by default all", _segments),
    "site": (f"which bone: {', '.join(SEARCHED_SITES)}", _one_of(*SEARCHED_SITES)),
    "level": ("which vertebra the region or the seed is, without both the lowest one: L1", _one_of(*LEVELS)),
    "side": ("side of a femur, of a mask with one segment", _one_of(*SIDES)),
    "compartment": ("what part was drawn, of a mask with one segment", _one_of(*COMPARTMENTS[:-1])),
    "seed": ("a point in the bone, where it is not found by itself: R,A,S in mm", _seed),
    "calibration": ("a density calibration, as 'calibrate' writes it", str),
    "modality": ("what the scan is, where its file does not say", _one_of(*MODALITIES[:-1])),
    "spacing": ("size of a pixel of a 2-D image (mm), likewise", _spacing),
    "kvp": ("tube voltage (kV), likewise", _number),
    "contrast": ("contrast agent given: yes or no, likewise", _one_of("yes", "no")),
    "field_strength": ("of an MR scanner (T), likewise", _number),
    "sequence": ("of MR (T1w, T2w, …), likewise", str),
    "pet_unit": ("unit of PET values without a DICOM header", _one_of(SUV)),
}
REQUIRED = ("case", "image")
#: columns that the tables have of their own
OWN_COLUMNS = ("status", "reason", "refused", "profile", "level_from", "model", "version", "value", "unit", "lower",
               "upper", "class", "findings", "place", "line")
#: column → field of ``StatedFacts``
_FACTS = {"modality": "modality", "spacing": "spacing_mm", "kvp": "kvp", "contrast": "contrast",
          "field_strength": "field_strength_t", "sequence": "sequence", "pet_unit": "pet_unit"}
assert set(_FACTS.values()) == {entry.name for entry in fields(StatedFacts)}


def read_case_list(path: Path, models: Sequence[ModelBundle], wanted: Sequence[str] = ()) -> tuple[BatchCase, ...]:
    """The cases of a CSV file (UTF-8, comma, header), in their order.

    ``models`` are asked whether they can read their clinical values; ``wanted`` are the ids of those that are applied
    although they need no scan.  Raises InputError for the first thing that is wrong, with its line and column.
    """
    table = read_table(path)
    _check_columns(table)
    asked = _asked(models, wanted)
    carried = [name for name in table.columns if name not in COLUMNS]
    _check_questions(table, asked, carried)
    folder, cases, lines = str(Path(path).absolute().parent), [], {}
    for row in range(len(table)):
        line = row + 2
        values = {name: _parsed(table, row, name) for name in COLUMNS if name in table.columns}
        case = _case(values, line, folder, {name: table.columns[name][row] for name in carried})
        _check_case(table.name, case)
        if case.id.lower() in lines:
            raise InputError(f"{_place(table.name, line, 'case')}: the case '{case.id}' is there already, in line "
                             f"{lines[case.id.lower()]}; give each case a name of its own.")
        lines[case.id.lower()] = line
        _check_clinical(table.name, case, asked)
        cases.append(case)
    return tuple(cases)


def check_case_id(text: str) -> None:
    """ValueError with a reason for what cannot name a case."""
    if not _ID.fullmatch(text) or _RESERVED.fullmatch(text) or text.endswith("."):
        raise ValueError(f"'{text}' cannot name a case; use up to 80 letters, digits, _ . - and begin with a letter "
                         "or digit")


def _check_columns(table: StudyTable) -> None:
    for name in REQUIRED:
        if name not in table.columns:
            raise InputError(f"The table '{table.name}' has no column '{name}'; it needs {' and '.join(REQUIRED)}, "
                             f"and may have {', '.join(name for name in COLUMNS if name not in REQUIRED)}, and "
                             "clinical values.")
    for name in table.columns:
        if name in COLUMNS:
            continue
        if name in OWN_COLUMNS or name in MEASUREMENTS or FEATURE.match(name):
            raise InputError(f"The table '{table.name}', line 1, column '{name}': the results have a column of that "
                             "name; call it otherwise.")
        like = difflib.get_close_matches(name.lower(), COLUMNS, 1, _LOOKS_LIKE)
        if like:
            raise InputError(f"The table '{table.name}', line 1, column '{name}': is '{like[0]}' meant? Call it so, or "
                             "else by a name that is less like it.")


def _check_questions(table: StudyTable, models: Sequence[ModelBundle], carried: Iterable[str]) -> None:
    try:
        check_values(models, _questions(models, carried))
    except InputError as error:
        raise InputError(f"The table '{table.name}', line 1: {error}") from None


def clinical_of(case: BatchCase, models: Sequence[ModelBundle], wanted: Sequence[str] = ()) -> dict[str, str]:
    """What of the carried columns those of ``models`` ask for that are applied; others are nobody's answer."""
    return {name: case.carried[name] for name in _questions(_asked(models, wanted), case.carried)
            if case.carried[name]}


def _asked(models: Sequence[ModelBundle], wanted: Sequence[str]) -> list[ModelBundle]:
    """The models that are applied, as :func:`..workflow.model_choice.choose_models` has it."""
    return [model for model in models if applies_unasked(model) or model.id in wanted]


def _questions(models: Sequence[ModelBundle], columns: Iterable[str]) -> dict[str, str]:
    asked = {item.name for model in models for item in model.clinical_inputs}
    ids = {model.id for model in models}
    return {name: "" for name in columns if name in asked or name.partition(":")[0] in ids}


def _parsed(table: StudyTable, row: int, column: str) -> object:
    text = table.columns[column][row]
    if not text:
        if column in REQUIRED:
            raise InputError(f"{_place(table.name, row + 2, column)}: the cell is empty.")
        return None
    try:
        return COLUMNS[column][1](text)
    except ValueError as error:
        raise InputError(f"{_place(table.name, row + 2, column)}: {error}.") from None


def _case(values: Mapping[str, object], line: int, folder: str, carried: Mapping[str, str]) -> BatchCase:
    facts = {field: values.get(column) for column, field in _FACTS.items()}
    if facts["contrast"] is not None:
        facts["contrast"] = facts["contrast"] == "yes"
    return BatchCase(values["case"], line, folder, values["image"], values.get("mask") or "",
                     values.get("calibration") or "", values.get("series"), values.get("segment") or (),
                     values.get("site"), values.get("level"), values.get("side"), values.get("compartment"),
                     values.get("seed"), StatedFacts(**facts), carried)


def _check_case(table: str, case: BatchCase) -> None:
    """What single cells do not show."""
    try:
        check_case_id(case.id)
    except ValueError as error:
        raise InputError(f"{_place(table, case.line, 'case')}: {error}.") from None
    if case.mask and case.seed:
        raise InputError(f"{_place(table, case.line, 'seed')}: the mask gives the regions, and a seed looks for them; "
                         "leave one of them out.")
    for name, given in (("segment", case.segments), ("side", case.side), ("compartment", case.compartment)):
        if given and not case.mask:
            raise InputError(f"{_place(table, case.line, name)}: it is said of a mask, and there is none.")


def _check_clinical(table: str, case: BatchCase, models: Sequence[ModelBundle]) -> None:
    for name, text in clinical_of(case, models, [model.id for model in models]).items():
        of_model, _, own = name.rpartition(":")
        for model in models:
            for item in model.clinical_inputs:
                if item.name == own and of_model in ("", model.id):
                    try:
                        entered_value(item, text)
                    except InputError as error:
                        raise InputError(f"{_place(table, case.line, name)}: {error}") from None


def _place(table: str, line: int, column: str) -> str:
    return f"The table '{table}', line {line}, column '{column}'"
