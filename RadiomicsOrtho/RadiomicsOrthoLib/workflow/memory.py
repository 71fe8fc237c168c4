"""Results of stages, kept by what they depend on: equal input is not computed again."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TypeVar

Result = TypeVar("Result")


class Memory:
    """What stages gave, under a SHA-256 of the stage's name and everything that it depends on.

    ``known`` are entries of an earlier ``kept()``.  ``runs`` counts by stage what was computed here, ``reused`` what
    was not.  Not for use by several threads.
    """

    def __init__(self, known: Mapping[str, object] | None = None) -> None:
        self._known = dict(known or {})
        self._objects: dict[str, object] = {}
        self._used: set[str] = set()
        self.runs: Counter[str] = Counter()
        self.reused: Counter[str] = Counter()

    def json_of(self, stage: str, inputs: Mapping[str, object], compute: Callable[[], object]) -> object:
        """The JSON-ready result of a stage, as JSON gives it back (lists, no tuples); it can be kept in a file.

        ``inputs`` (JSON-ready) is everything that the result depends on.  What ``compute`` raises is raised, and
        nothing is kept then.
        """
        key = _key(stage, inputs)
        if key not in self._known:
            self._known[key] = json.loads(json.dumps(compute(), allow_nan=False))
            self.runs[stage] += 1
        else:
            self.reused[stage] += 1
        self._used.add(key)
        return self._known[key]

    def object_of(self, stage: str, inputs: Mapping[str, object], compute: Callable[[], Result]) -> Result:
        """The same of a result that is no JSON, such as regions; kept in this process only."""
        key = _key(stage, inputs)
        if key not in self._objects:
            # one is enough: regions of a large scan are large
            self._objects = {key: compute()}
            self.runs[stage] += 1
        else:
            self.reused[stage] += 1
        return self._objects[key]

    def kept(self) -> dict[str, object]:
        """The entries that were used since this memory was made, JSON-ready."""
        return {key: self._known[key] for key in sorted(self._used)}


def _key(stage: str, inputs: Mapping[str, object]) -> str:
    text = json.dumps(inputs, sort_keys=True, allow_nan=False)
    return f"{stage}:{hashlib.sha256(text.encode()).hexdigest()}"
