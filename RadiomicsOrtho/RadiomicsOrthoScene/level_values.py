"""What there is to show of each region of a scan: one value with its colour, read from the tables of the scene."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from RadiomicsOrthoLib.features.measurements import MEASUREMENTS
from RadiomicsOrthoLib.regions.origin import BODY_TAG
from RadiomicsOrthoLib.regions.terminology import LEVELS
from RadiomicsOrthoLib.report.value_colours import HU_RANGE, Colour, from_triple, scale_colour
from RadiomicsOrthoLib.report.wording import number_text, with_unit

from .result_nodes import find_result
from .score_table import score_rows
from .segments import anatomy_of_segment
from .table_columns import cell_text
from .tags import segments_of, tag

#: kind of the table of measured regions
REGIONS = "regions"
#: what a legend says of values without class: so many steps of the scale (of HU: every 50)
STEPS, HU_STEPS = 5, 8


@dataclass(frozen=True)
class LevelValue:
    """The value of one region: ``region`` is the name of its segment, ``meaning`` its class, if there is one."""

    region: str
    place: str
    value: float
    text: str
    colour: Colour
    meaning: str = ""


@dataclass(frozen=True)
class Quantity:
    """One number of every region, from above downwards; ``legend`` says what the colours mean."""

    key: str
    title: str
    unit: str
    values: tuple[LevelValue, ...]
    legend: tuple[tuple[Colour, str], ...]

    @property
    def is_of_levels(self) -> bool:
        """Whether every region is a level of the spine; otherwise they are parts without an order."""
        return all(value.place in LEVELS for value in self.values)


def quantities(volumeNode) -> tuple[Quantity, ...]:
    """What was measured or scored of the regions of a volume: the mean attenuation (or its like), then each model."""
    found = [_measured(volumeNode)]
    rows = [row for row in score_rows(volumeNode) if row.region]
    for model_id in dict.fromkeys(row.model_id for row in rows):
        found.append(_scored([row for row in rows if row.model_id == model_id]))
    return tuple(_downwards(quantity) for quantity in found if quantity is not None)


def _downwards(quantity: Quantity) -> Quantity:
    """Its levels from above downwards, however the segments are ordered; places that are no level keep theirs."""
    if not quantity.is_of_levels:
        return quantity
    order = list(LEVELS)
    return replace(quantity, values=tuple(sorted(quantity.values, key=lambda value: order.index(value.place))))


def segments_named(segmentationNode, region: str) -> list[str]:
    """Ids of the segments that a row is about: of its name, or of one of the names between commas."""
    names = {region, *region.split(", ")} - {""}
    return [segmentId for segmentId, segment in segments_of(segmentationNode).items()
            if cell_text(segment.GetName() or "") in names]


def segments_of_same_bone(segmentationNode, region: str) -> list[str]:
    """The same with the parts of that bone, such as its trabecular core."""
    segments, chosen = segments_of(segmentationNode), segments_named(segmentationNode, region)
    bones = set().union(*(_bones(segments[segmentId]) for segmentId in chosen))
    return [name for name, segment in segments.items() if name in chosen or _bones(segment) & bones]


def _bones(segment) -> set[tuple[str, ...]]:
    """What tells the bone of a segment from others: its level or side, or the number that it was proposed with."""
    anatomy = anatomy_of_segment(segment)
    level, number = anatomy["level"] or anatomy["side"], tag(segment, BODY_TAG)
    return {(anatomy["site"], kind, str(name)) for kind, name in (("level", level), ("number", number)) if name}


def _measured(volumeNode) -> Quantity | None:
    node = find_result(REGIONS, volumeNode)
    table = node.GetTable() if node is not None else None
    name = next((one for one in MEASUREMENTS if one.startswith("mean_") and table is not None
                 and table.GetColumnByName(one) is not None), None)
    if name is None:
        return None
    title, unit = MEASUREMENTS[name]
    entries = [(table.GetValueByName(row, "Region").ToString(), table.GetValueByName(row, "Place").ToString(),
                table.GetValueByName(row, name).ToDouble()) for row in range(table.GetNumberOfRows())]
    entries = [entry for entry in entries if entry[2] == entry[2]]
    if not entries:
        return None
    # parts of one bone have one place: their names tell them apart
    places = Counter(place for _, place, _ in entries)
    entries = [(region, place if places[place] == 1 else region, value) for region, place, value in entries]
    ends = HU_RANGE if unit == "HU" else _ends([value for *_, value in entries])
    values = tuple(LevelValue(region, place, value, with_unit(number_text(value, 3), unit), scale_colour(value, *ends))
                   for region, place, value in entries)
    return Quantity(name, title, unit, values, _scale_legend(ends, unit))


def _scored(rows: Sequence) -> Quantity:
    unit, ends = rows[0].unit, _ends([row.score for row in rows])
    values = tuple(
        LevelValue(row.region, row.place, row.score, with_unit(number_text(row.score, 3), unit),
                   from_triple(row.colour) if row.colour else scale_colour(row.score, *ends), row.class_title)
        for row in rows)
    if all(row.colour for row in rows):
        legend = tuple(dict.fromkeys((value.colour, value.meaning) for value in values))
    else:
        legend = _scale_legend(ends, unit)
    return Quantity(rows[0].model_id, rows[0].model, unit, values, legend)


def _ends(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 1.0, high + 1.0)


def _scale_legend(ends: tuple[float, float], unit: str) -> tuple[tuple[Colour, str], ...]:
    low, high = ends
    count = HU_STEPS if ends == HU_RANGE else STEPS
    steps = [low + (high - low) * step / (count - 1) for step in range(count)]
    return tuple((scale_colour(value, low, high), with_unit(number_text(value, 3), unit)) for value in steps)
