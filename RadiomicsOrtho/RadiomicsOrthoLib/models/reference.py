"""Reference populations of a model: published distributions of what it gives, or of what it measures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .finite import finite

if TYPE_CHECKING:
    from .bundle import ModelInput


@dataclass(frozen=True)
class ReferenceGroup:
    """A group of people with ``mean`` and ``sd``, or with ``quantiles`` (share of the group, value), rising.

    The distribution is that of the output, or of the input ``of``.  Where ``levels`` are named it was measured there,
    and nowhere else; ``when`` names choices that must be those of the case (a field strength).
    """

    title: str
    evidence: str
    source: str
    mean: float | None = None
    sd: float | None = None
    quantiles: tuple[tuple[float, float], ...] = ()
    count: int | None = None
    of: str | None = None
    levels: tuple[str, ...] = ()
    when: Mapping[str, str] = field(default_factory=dict)


def references_from_list(data: Sequence[Mapping], inputs: Sequence[ModelInput]) -> tuple[ReferenceGroup, ...]:
    """Read the ``reference`` of ``model.json``; ``ValueError`` or ``KeyError`` says what is wrong."""
    if not isinstance(data, list):
        raise ValueError("the entry 'reference' must be a list")
    return tuple(_group(entry, {item.name: item for item in inputs}) for entry in data)


def _group(entry: Mapping, inputs: Mapping[str, ModelInput]) -> ReferenceGroup:
    for name in ("title", "evidence", "source"):
        if not entry[name] or not isinstance(entry[name], str):
            raise ValueError(f"a reference must say its {name}")
    quantiles = tuple((finite(share), finite(value)) for share, value in entry.get("quantiles", ()))
    shares, values = [share for share, _ in quantiles], [value for _, value in quantiles]
    if quantiles and (len(quantiles) < 3 or shares != sorted(set(shares)) or values != sorted(values)
                      or not 0 <= shares[0] < shares[-1] <= 1):
        raise ValueError("the quantiles of a reference are three or more, and rise")
    mean, sd = (None if entry.get(name) is None else finite(entry[name]) for name in ("mean", "sd"))
    if (mean is None or sd is None) != bool(quantiles) or (mean is None) != (sd is None):
        raise ValueError("a reference has a mean with its standard deviation, or quantiles")
    if sd is not None and sd <= 0:
        raise ValueError("the standard deviation of a reference must be positive")
    count, of, when = entry.get("count"), entry.get("of"), entry.get("when", {})
    if count is not None and (type(count) is not int or count < 1):
        raise ValueError("the count of a reference is a whole number of people")
    if of is not None and (of not in inputs or inputs[of].choices):
        raise ValueError(f"a reference is about {of!r}, which is no number among the inputs")
    for name, choice in when.items():
        if name not in inputs or choice not in (inputs[name].choices or ()):
            raise ValueError(f"a reference holds when {name!r} is {choice!r}, which is none of its choices")
    return ReferenceGroup(entry["title"], entry["evidence"], entry["source"], mean, sd, quantiles, count, of,
                          tuple(entry.get("levels", ())), dict(when))
