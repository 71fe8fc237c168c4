"""Score a CT in Slicer without its window, and write the reports into a folder.

    Slicer --no-splash --no-main-window --python-script docs/examples/score_scan.py ct.nii.gz reports

The same calls as behind the button "Score this scan". Ends with 0 when there are cards, 2 when the scan or the folder
does not allow it (one sentence says why), 1 for a fault.
"""

import sys
import time
import traceback

import slicer


def score(scanPath: str, folder: str) -> int:
    """Load, find the vertebrae, score, save; returns the exit code."""
    from RadiomicsOrthoLib.errors import InputError
    from RadiomicsOrthoLib.workflow.request import ScanRequest
    from RadiomicsOrthoScene import one_click

    try:
        volume = slicer.util.loadVolume(scanPath)
        job = one_click.OneClick()
        job.start(volume, None, ScanRequest())
        while job.running:
            time.sleep(0.1)
        outcome, _volume = job.outcome()
        if outcome.result is None:
            print(outcome.problem or "; ".join(finding.sentence for finding in outcome.findings), file=sys.stderr)
            return 2
        for entry in outcome.result.cards:
            print(f"{entry.card.model.title}, {entry.region}: {entry.card.value:.4g} {entry.card.model.output_unit}")
        files = one_click.save_scan(outcome.result, folder)
        print(f"{len(files)} files in {folder}")
    except InputError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    code = 2
    try:
        if len(sys.argv) == 3:
            code = score(*sys.argv[1:])
        else:
            print(__doc__, file=sys.stderr)
    except Exception:  # without a window, Slicer would wait for ever
        traceback.print_exc()
        code = 1
    slicer.util.exit(code)
