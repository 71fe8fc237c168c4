"""The process of ``radiomics-ortho``: little is imported here, so that an interrupt finds it listening at once."""

from __future__ import annotations

import os
import sys
import threading

INTERRUPTED = "Interrupted; nothing was written."


def command() -> None:
    """Run the command and end; threads that an interrupt left computing are not waited for."""
    try:
        from .main import main

        code = main()
    except KeyboardInterrupt:
        # while the program was being loaded
        sys.stderr.write(INTERRUPTED + "\n")
        code = 2
    leave(code)


def leave(code: int) -> None:
    """End the process and its workers with the exit code ``code``."""
    if "joblib.externals.loky" in sys.modules:
        # otherwise they would outlive an interrupt, and joblib would complain of what they hold
        from joblib.externals.loky import get_reusable_executor

        get_reusable_executor().shutdown(wait=True, kill_workers=True)
    if threading.active_count() > 1:
        # they hold no file, and Python would wait for them
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)
    sys.exit(code)
