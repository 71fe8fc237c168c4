"""How a value compares with the reference populations that its model carries; nothing is compared with others."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from ..models.bundle import ModelBundle
from ..models.calibration import interpolate
from ..models.reference import ReferenceGroup


@dataclass(frozen=True)
class Comparison:
    """``value`` of the case beside ``group``; ``deviations`` in standard deviations of the group.

    ``share`` (0 to 1) of the group lies below the value: by its quantiles, else as if it were normally distributed.
    Where the group was not measured at this ``place`` there is a ``reason`` and no comparison.
    """

    group: ReferenceGroup
    title: str
    unit: str
    value: float
    deviations: float | None
    share: float | None
    reason: str = ""

    def to_dict(self) -> dict:
        return {"group": self.group.title, "of": self.title, "unit": self.unit, "value": self.value,
                "mean": self.group.mean, "sd": self.group.sd, "count": self.group.count,
                "deviations": self.deviations, "share_below": self.share, "assumes_normal": not self.group.quantiles,
                "evidence": self.group.evidence, "source": self.group.source, "reason": self.reason}


def compare(model: ModelBundle, value: float, values: Mapping[str, float | str], place: str) -> tuple[Comparison, ...]:
    """``value`` and the inputs ``values``, measured at ``place``, beside each group that holds for them."""
    titles = {item.name: (item.title, item.unit) for item in model.inputs}
    found = []
    for group in model.references:
        if any(str(values.get(name)) != choice for name, choice in group.when.items()) \
                or (group.of is not None and group.of not in values):
            continue
        title, unit = (model.output_title, model.output_unit) if group.of is None else titles[group.of]
        own = value if group.of is None else float(values[group.of])
        if group.levels and place not in group.levels:
            reason = f"It was measured at {', '.join(group.levels)}; this value is of: {place}."
            found.append(Comparison(group, title, unit, own, None, None, reason))
            continue
        deviations = None if group.sd is None else (own - group.mean) / group.sd
        found.append(Comparison(group, title, unit, own, deviations, _share_below(group, own, deviations)))
    return tuple(found)


def _share_below(group: ReferenceGroup, value: float, deviations: float | None) -> float:
    if deviations is not None:
        return 0.5 * math.erfc(-deviations / math.sqrt(2.0))
    points = [(at, share) for share, at in group.quantiles]
    # equal values of several quantiles: the greatest share that is still below
    rising = [point for point, after in zip(points, [*points[1:], (math.inf, 1.0)], strict=True) if point[0] < after[0]]
    return interpolate(rising, value)
