"""Score and measure many scans in Slicer without its window: the same code as the command and the tab Batch.

    Slicer --no-splash --no-main-window --python-script docs/examples/batch.py LIST.csv RESULTS [JOBS]

LIST.csv may be a folder of scans. Ends with 0 when every case gave something, 3 when some did not, 2 when none did or
the list or the folder does not allow it (one sentence says why), 1 for a fault. Started again, it continues.
"""

import sys
import time
import traceback

import slicer


def run(table: str, out: str, jobs: str = "1") -> int:
    """Run the batch in a process beside Slicer, and tell how far it is; returns the exit code."""
    from RadiomicsOrthoLib.batch.request import BatchRequest
    from RadiomicsOrthoLib.errors import InputError
    from RadiomicsOrthoScene.batch import Batch, continues

    job, told = Batch(), ""
    try:
        job.start(BatchRequest(table, out, cards=True, resume=continues(out)), int(jobs))
        while job.running:
            time.sleep(0.5)
            text = job.progress[1]
            if text != told:
                told = text
                print(text, flush=True)
        outcome = job.outcome()
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    finally:
        job.stop()
    if outcome.problem:
        print(outcome.problem, file=sys.stderr)
        return 2
    print(", ".join(f"{number} {how}" for how, number in outcome.counts.items()), f"in {outcome.out}")
    if outcome.failure is None:
        return 0
    print(f"The first without a result, '{outcome.failure[0]}': {outcome.failure[1]}", file=sys.stderr)
    return 3 if outcome.counts["done"] else 2


if __name__ == "__main__":
    code = 2
    try:
        if len(sys.argv) in (3, 4):
            code = run(*sys.argv[1:])
        else:
            print(__doc__, file=sys.stderr)
    except Exception:  # without a window, Slicer would wait for ever
        traceback.print_exc()
        code = 1
    slicer.util.exit(code)
