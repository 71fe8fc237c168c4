"""A box of voxels on a grid, indexed (k, j, i)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Box:
    """Voxels ``lower`` (included) to ``upper`` (excluded), each (k, j, i)."""

    lower: tuple[int, int, int]
    upper: tuple[int, int, int]

    @classmethod
    def around(cls, mask: np.ndarray) -> Box:
        """The smallest box that holds every set voxel of a mask; ``ValueError`` if there is none."""
        box = tight_box(mask)
        if box is None:
            raise ValueError("the mask has no voxels")
        return cls(tuple(part.start for part in box), tuple(part.stop for part in box))

    @classmethod
    def whole(cls, shape: Sequence[int]) -> Box:
        return cls((0, 0, 0), tuple(int(n) for n in shape))

    @property
    def shape(self) -> tuple[int, int, int]:
        return tuple(u - lo for lo, u in zip(self.lower, self.upper, strict=True))

    @property
    def slices(self) -> tuple[slice, slice, slice]:
        return tuple(slice(lo, u) for lo, u in zip(self.lower, self.upper, strict=True))

    def grown(self, margin: int | Sequence[int], shape: Sequence[int]) -> Box:
        """Grown by ``margin`` voxels (one number, or one per axis), cut at the border of a grid of ``shape``."""
        margins = (margin,) * 3 if isinstance(margin, int) else tuple(margin)
        return Box(tuple(max(0, lo - m) for lo, m in zip(self.lower, margins, strict=True)),
                   tuple(min(n, u + m) for u, m, n in zip(self.upper, margins, shape, strict=True)))

    def holds(self, other: Box) -> bool:
        """True if no voxel of ``other`` lies outside."""
        return (all(a <= b for a, b in zip(self.lower, other.lower, strict=True))
                and all(a >= b for a, b in zip(self.upper, other.upper, strict=True)))

    def within(self, outer: Box) -> Box:
        """The same voxels, counted from the first voxel of ``outer``."""
        return Box(tuple(a - b for a, b in zip(self.lower, outer.lower, strict=True)),
                   tuple(a - b for a, b in zip(self.upper, outer.lower, strict=True)))

    def shifted(self, offset: Sequence[int]) -> Box:
        return Box(tuple(a + b for a, b in zip(self.lower, offset, strict=True)),
                   tuple(a + b for a, b in zip(self.upper, offset, strict=True)))


def tight_box(array: np.ndarray) -> tuple[slice, slice, slice] | None:
    """Slices (k, j, i) of the smallest box with everything but 0 and ``False``; ``None`` if there is nothing."""
    box, inner = [], array
    for others in ((1, 2), (0, 2), (0, 1)):
        filled = np.flatnonzero(inner.any(axis=others))
        if not filled.size:
            return None
        box.append(slice(int(filled[0]), int(filled[-1]) + 1))
        # what is left of a scan is small
        inner = array[tuple(box)]
    return tuple(box)
