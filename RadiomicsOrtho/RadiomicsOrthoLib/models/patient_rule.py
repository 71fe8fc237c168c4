"""How a model comes from several levels or sides to one value for the patient."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

#: mean: the measured inputs are averaged and the model is applied to the mean; lowest, highest: the card of the region
#: with that output; single: the card of the one region that counts
RULES = ("mean", "lowest", "highest", "single")


@dataclass(frozen=True)
class PatientRule:
    """One value for the patient from the regions of a scan, as ``patient_rule`` of a ``model.json`` declares it.

    ``places`` are those that count (``L1``, ``left femur``; empty: all), in order of preference where one is enough;
    ``at_least`` so many must be left.  ``text`` says the rule to a reader, ``leave_out`` which regions a reader must
    not count.  Values that lie farther from the median of the others than ``outlier_difference``, in the unit of the
    output, are pointed out.
    """

    rule: str
    text: str
    evidence: str
    source: str
    places: tuple[str, ...] = ()
    at_least: int = 1
    leave_out: str = ""
    outlier_difference: float | None = None

    def __post_init__(self) -> None:
        if self.rule not in RULES:
            raise ValueError(f"the patient rule must be one of {RULES}")
        if not all((self.text, self.evidence, self.source)):
            raise ValueError("the patient rule must say what it is, how well that is confirmed, and where it stands")
        if self.at_least < 1 or (self.places and self.at_least > len(self.places)):
            raise ValueError("the patient rule needs at least one region, and no more than there are places")
        if self.rule == "single" and self.at_least != 1:
            raise ValueError("a patient rule of a single region needs one")
        if self.outlier_difference is not None and not (math.isfinite(self.outlier_difference)
                                                        and self.outlier_difference > 0):
            raise ValueError("the outlier difference of the patient rule must be above 0")

    def to_dict(self) -> dict[str, object]:
        """As it stands in ``model.json``, with every entry."""
        return {"rule": self.rule, "text": self.text, "evidence": self.evidence, "source": self.source,
                "places": list(self.places), "at_least": self.at_least, "leave_out": self.leave_out,
                "outlier_difference": self.outlier_difference}


def patient_rule_from_dict(entry: Mapping) -> PatientRule:
    """From ``model.json`` (``KeyError`` / ``ValueError`` on defects)."""
    difference = entry.get("outlier_difference")
    at_least = entry.get("at_least", 1)
    if isinstance(at_least, bool) or not isinstance(at_least, int):
        raise ValueError("at_least of the patient rule must be a whole number")
    return PatientRule(entry["rule"], entry["text"], entry["evidence"], entry["source"],
                       tuple(entry.get("places", ())), at_least, entry.get("leave_out", ""),
                       None if difference is None else float(difference))
