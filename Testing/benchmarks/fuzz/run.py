"""Damages files of every kind thousands of times, makes odd ones, and gives them to the commands that read them.

    python Testing/benchmarks/fuzz/run.py --cases 6000      [--target NAME] [--seed 1] [--keep DIR]

Half of the cases are good files that are damaged, half are made by hypothesis where a kind has a strategy for it.
Prints each broken promise with the seed or the content that repeats it, and a line of figures; exit code 1 if there was
one.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

TESTING = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TESTING / "library"), str(TESTING), str(TESTING.parent / "RadiomicsOrtho")]

import fuzz_targets
import fuzzing

#: of a content that is printed
SHOWN = 400


class Tally:
    """What has been tried, and what was broken; ``tell`` is called after each case."""

    def __init__(self, hidden: str, keep: Path | None) -> None:
        self.done: Counter[str] = Counter()
        self.broken: Counter[str] = Counter()
        self.slowest = (0.0, "")
        self._hidden, self._keep = hidden, keep
        self._begun = time.monotonic()

    def tell(self, how: str, name: str, case: str, problem: str, content: bytes = b"") -> None:
        now = time.monotonic()
        self.slowest = max(self.slowest, (now - self._begun, f"{name}, {case}"))
        self._begun = now
        self.done[how] += 1
        if not problem:
            return
        self.broken[name] += 1
        print(f"{name}, {case}: {problem}".replace(self._hidden, "…"), flush=True)
        if content and self._keep:
            path = self._keep / f"{name.replace(' ', '-').replace(',', '')}-{self.broken[name]}"
            path.write_bytes(content)
        elif content:
            print(f"    {content[:SHOWN]!r}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", help="only those whose name holds this")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="write contents that broke a promise there")
    options = parser.parse_args()
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    targets = [one for one in fuzz_targets.TARGETS if not options.target or options.target in one.name]
    odd = [one for one in targets if one.odd is not None]
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        fuzz_targets.write_good_files(folder)
        tally = Tally(temporary, options.keep)
        for target, count in shared(targets, options.cases - options.cases // 2 if odd else options.cases):
            for seed in range(options.seed, options.seed + count):
                tally.tell("damaged", target.name, f"seed {seed}", fuzzing.trial(target, folder, seed))
        for target, count in shared(odd, options.cases // 2):
            fuzzing.odd_trials(target, folder, count, options.seed, odd_teller(tally, target.name))
    how = " and ".join(f"{count} {kind}" for kind, count in tally.done.items())
    print(f"{tally.done.total()} cases ({how}) on {len(targets)} kinds of files in {time.monotonic() - start:.0f} s, "
          f"slowest {tally.slowest[0]:.1f} s ({tally.slowest[1]}); {tally.broken.total()} broken promises "
          f"{dict(tally.broken)}")
    return 1 if tally.broken else 0


def shared(targets: list[fuzz_targets.Target], cases: int) -> list[tuple[fuzz_targets.Target, int]]:
    """Each of ``targets`` with its share of ``cases``."""
    return [(one, len(range(number, cases, len(targets)))) for number, one in enumerate(targets)]


def odd_teller(tally: Tally, name: str) -> Callable[[bytes, str], None]:
    return lambda content, problem: tally.tell("made by hypothesis", name, "odd", problem, content)


if __name__ == "__main__":
    sys.exit(main())
