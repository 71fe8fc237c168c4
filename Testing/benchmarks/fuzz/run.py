"""Damages files of every kind thousands of times and gives them to the commands that read them.

    python Testing/benchmarks/fuzz/run.py --cases 6000      [--target NAME] [--seed 1]

Prints each broken promise with the seed that repeats it, and a line of figures; exit code 1 if there was one.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

TESTING = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TESTING / "library"), str(TESTING), str(TESTING.parent / "RadiomicsOrtho")]

import fuzz_targets
import fuzzing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", help="only those whose name holds this")
    options = parser.parse_args()
    targets = [one for one in fuzz_targets.TARGETS if not options.target or options.target in one.name]
    broken: Counter[str] = Counter()
    slowest = (0.0, "")
    start = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        fuzz_targets.write_good_files(folder)
        for case in range(options.cases):
            target, seed = targets[case % len(targets)], options.seed + case // len(targets)
            begun = time.monotonic()
            if problem := fuzzing.trial(target, folder, seed):
                broken[target.name] += 1
                print(f"{target.name}, seed {seed}: {problem}".replace(temporary, "…"), flush=True)
            slowest = max(slowest, (time.monotonic() - begun, f"{target.name}, seed {seed}"))
    print(f"{options.cases} cases on {len(targets)} kinds of files in {time.monotonic() - start:.0f} s, slowest "
          f"{slowest[0]:.1f} s ({slowest[1]}); {broken.total()} broken promises {dict(broken)}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
