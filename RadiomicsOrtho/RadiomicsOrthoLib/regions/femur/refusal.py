"""Why no femur, or not all of it, is given."""

from __future__ import annotations

from ...errors import InputError
from ..proposal import Remark


class FemurRefusedError(InputError):
    """No region of this femur can be given; ``remark`` holds the reason with its code."""

    def __init__(self, code: str, sentence: str, remedy: str) -> None:
        self.remark = Remark(code, sentence, remedy, refused=True)
        super().__init__(f"{sentence.rstrip('.')}; {remedy[:1].lower()}{remedy[1:]}")
