"""``kernel``: Numba's ``njit`` for our kernels, with machine code that loads in a fraction of the time.

Before it loads a cached function Numba imports everything that it could compile, and with it a large part of SciPy:
0.3 s, half of the start of a whole extraction.  Machine code needs none of that.  It needs the modules of Numba's own
functions that were compiled into it, so kernels write sums and the like of arrays as loops.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from numba import njit
from numba.core.caching import FunctionCache
from numba.core.runtime import rtsys


class _MachineCodeCache(FunctionCache):
    """Numba's cache on disk (its index, its stamps, its files), without the imports before it loads."""

    def load_overload(self, sig: object, target_context: object) -> object | None:
        try:
            # memory for arrays that kernels make
            rtsys.initialize(target_context)
            return self._load_overload(sig, target_context)
        except Exception:  # noqa: BLE001 - another Numba may need more; its own way always works
            return super().load_overload(sig, target_context)


def kernel(function: Callable | None = None, *, signatures: Sequence[object] = ()) -> Callable:
    """Compile a function without Python's lock and cache its machine code; with ``signatures`` at once.

    No fast-math: the result is the same on every thread.
    """
    if function is None:
        return lambda found: kernel(found, signatures=signatures)
    dispatcher = njit(nogil=True)(function)
    dispatcher._cache = _MachineCodeCache(function)  # noqa: SLF001 - what ``cache=True`` does with Numba's own
    for signature in signatures:
        dispatcher.compile(signature)
    return dispatcher
