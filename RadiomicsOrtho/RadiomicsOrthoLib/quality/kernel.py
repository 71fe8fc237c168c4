"""Is a CT's reconstruction kernel a sharp one?

Kernels are named by each manufacturer.  Only names are judged that say it: Siemens numbers its kernels by sharpness
(``B30f``, ``Br64``, ``Hr40``, ``I70``; its operating instructions call those from 50 on the sharper
ones), and GE has some that are words.
"""

from __future__ import annotations

import re

#: a number from here on is a sharp kernel of Siemens
SHARP_NUMBER = 50
_NUMBERED = re.compile(r"[BHUIJS][RFLVPCB]?(\d{2})[A-Z]{0,2}(?:\W.*)?|QR(\d{2})(?:\W.*)?")
_NAMED = {"BONE": True, "BONEPLUS": True, "EDGE": True, "LUNG": True, "SOFT": False, "STANDARD": False}


def is_sharp(kernel: str) -> bool | None:
    """True for a sharp kernel, False for a soft one, ``None`` if the name does not say."""
    name = " ".join(kernel.upper().replace("_", " ").split())
    if name in _NAMED:
        return _NAMED[name]
    numbered = _NUMBERED.fullmatch(name)
    return None if numbered is None else int(numbered[1] or numbered[2]) >= SHARP_NUMBER
