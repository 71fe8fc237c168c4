"""The femur's axes: along the neck with its narrowest section, and along the shaft."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from .directions import angle_degrees, perpendicular, unit
from .head import Sphere
from .patch import Patch

#: a neck section reaches this far from its middle, in head radii: the trochanter beside it does not count
_SECTION_REACH = 1.1
#: where along the neck sections are laid, in head radii from the head's centre
_NECK_RANGE = (0.6, 2.3)
#: from this far off the head's centre (in head radii) the bone is shaft only
_SHAFT_FROM = 3.0
#: a shorter piece of shaft gives no axis (mm)
MIN_SHAFT_MM = 25.0
#: the angles of 1,070 adult femora on CT, measured in space (Hartel 2016, doi 10.1371/journal.pone.0149480)
NECK_SHAFT_RANGE = (100.1, 146.2)


@dataclass(frozen=True)
class Section:
    """A cut through the neck ``at`` mm from the head's centre: area (mm²) and centroid (RAS mm).

    ``whole`` is False where the section reaches the end of the scan.
    """

    at: float
    area: float
    centroid: np.ndarray
    whole: bool = True


@dataclass(frozen=True)
class NeckAxis:
    """The line from the head's centre through the middle of the neck.

    ``direction`` is a unit vector (RAS) away from the head.  ``narrowest`` is ``None``
    where the sections have no minimum between head and trochanter; if ``cut``, the scan
    ends before it.  ``sections`` run from the head outwards, 1 mm apart, as far as they are
    whole.  ``wander_degrees`` is the angle by which the axis would turn if it went through
    the sections 5 mm before and behind the narrowest one.
    """

    origin: np.ndarray
    direction: np.ndarray
    sections: tuple[Section, ...]
    narrowest: Section | None
    wander_degrees: float
    cut: bool = False

    @property
    def narrowest_radius(self) -> float:
        """Radius (mm) of the circle with the area of the narrowest section."""
        return float(np.sqrt(self.narrowest.area / np.pi))

    @property
    def base(self) -> float | None:
        """Where (mm from the head's centre) the section is 40 % larger than at its narrowest: the neck's base."""
        for section in self.sections:
            if section.at > self.narrowest.at and section.area > 1.4 * self.narrowest.area:
                return section.at
        return None


@dataclass(frozen=True)
class ShaftAxis:
    """A point on the axis of the shaft (RAS mm), the unit vector down the shaft, and the length it rests on (mm)."""

    point: np.ndarray
    direction: np.ndarray
    length: float

    def along(self, ras: np.ndarray) -> np.ndarray:
        """Distance (mm) of RAS positions down the axis from its point."""
        return (np.asarray(ras) - self.point) @ self.direction


def find_neck_axis(femur: np.ndarray, patch: Patch, head: Sphere, start: np.ndarray) -> NeckAxis | None:
    """The neck's axis, from the unit vector ``start`` on; ``None`` where no neck can be cut.

    The line through the head's centre and the mean centroid of the sections round the
    narrowest one; sections are laid perpendicular to it anew until it stays.  A single
    narrowest section is too unstable to carry an axis.
    """
    share = ndimage.gaussian_filter(femur.astype(np.float32), 1.0 / patch.step)
    axis = unit(start)
    sections: list[Section] = []
    for _ in range(8):
        sections = _sections(share, patch, head, axis)
        cut = not sections[-1].whole if sections else False
        sections = [section for section in sections if section.whole]
        if len(sections) < 10:
            return NeckAxis(head.centre, axis, tuple(sections), None, 0.0, cut=True) if cut else None
        middle = _narrowest(sections, head.radius) or min(sections, key=lambda section: section.area)
        near = np.array([s.centroid for s in sections if abs(s.at - middle.at) <= 5])
        turned = unit(near.mean(axis=0) - head.centre)
        if angle_degrees(turned, axis) < 0.3:
            break
        # half a turn at a time, so that two neighbouring minima do not take turns
        axis = unit(axis + turned)
    narrowest = _narrowest(sections, head.radius)
    near = [unit(s.centroid - head.centre) for s in sections if abs(s.at - middle.at) <= 5]
    return NeckAxis(head.centre, axis, tuple(sections), narrowest, angle_degrees(near[0], near[-1]),
                    cut and narrowest is None)


def _sections(share: np.ndarray, patch: Patch, head: Sphere, axis: np.ndarray) -> list[Section]:
    """Sections of the part of the bone that the axis runs through, from the head outwards."""
    first, second = perpendicular(axis)
    half = _SECTION_REACH * head.radius
    line = np.arange(-np.ceil(half), np.ceil(half) + 0.1, 1.0)
    across, up = np.meshgrid(line, line, indexing="ij")
    plane = across[..., None] * first + up[..., None] * second
    off = np.hypot(across, up)
    found: list[Section] = []
    for at in np.arange(_NECK_RANGE[0] * head.radius, _NECK_RANGE[1] * head.radius, 1.0):
        middle = head.centre + at * axis
        if found:
            # the same bone is followed: a window round the middle of the last section
            drift = found[-1].centroid - middle
            drift -= (drift @ axis) * axis
            middle = middle + drift * min(1.0, 6.0 / max(float(np.linalg.norm(drift)), 1e-6))
        bone = (np.nan_to_num(patch.sample(middle + plane, share)) > 0.5) & (off <= half)
        labels, count = ndimage.label(bone)
        if not count:
            break
        part = labels == labels[np.unravel_index(np.argmin(np.where(bone, off, np.inf)), bone.shape)]
        beyond = np.isnan(patch.sample(middle + plane))
        whole = not (ndimage.binary_dilation(part, iterations=2) & beyond).any()
        centroid = middle + across[part].mean() * first + up[part].mean() * second
        found.append(Section(float(at), float(part.sum()), centroid, whole))
        if not whole:
            break
    return found


def _narrowest(sections: list[Section], radius: float) -> Section | None:
    """The smallest section, if it is a minimum between larger ones on both sides."""
    areas = ndimage.gaussian_filter1d(np.array([section.area for section in sections]), 1.5)
    at = np.array([section.at for section in sections])
    allowed = np.flatnonzero((at > 0.7 * radius) & (at < 2.1 * radius))
    if not len(allowed):
        return None
    index = int(allowed[np.argmin(areas[allowed])])
    inside = 2 <= index < len(sections) - 3 and areas[:index].max() > 1.05 * areas[index] \
        and areas[index + 1:].max() > 1.05 * areas[index]
    return sections[index] if inside else None


def find_shaft_axis(femur: np.ndarray, patch: Patch, head: Sphere) -> ShaftAxis | None:
    """The axis of the shaft as far as it lies in the patch; ``None`` where too little of it does.

    Centroids of slabs perpendicular to the axis, which is fitted to them, in turn.
    """
    points = patch.to_ras(np.argwhere(femur))
    shaft = points[np.linalg.norm(points - head.centre, axis=1) > _SHAFT_FROM * head.radius]
    if len(shaft) * patch.step**3 < 3000:
        return None
    ends = patch.to_ras(np.argwhere(at_the_end(femur, patch)))
    centre = shaft.mean(axis=0)
    near_head = points[np.linalg.norm(points - head.centre, axis=1) < 2.6 * head.radius]
    axis = unit(centre - near_head.mean(axis=0))
    for turn in range(5):
        along = (shaft - centre) @ axis
        slab = np.floor((along - along.min()) / 3).astype(int)
        counts = np.bincount(slab)
        # slabs that reach into the trochanters or that the scan's end cuts obliquely are no full sections
        full = (counts > 0.6 * np.median(counts)) & (counts < 1.4 * np.median(counts))
        cut = ((ends - centre) @ axis - along.min()) / 3
        lower = cut[cut > 0.4 * len(counts)]
        full[int(lower.min()) if len(lower) else -1:] = False
        full = np.flatnonzero(full)[1 if turn else 0:]
        if len(full) < 4:
            return None
        centroids = np.array([shaft[slab == n].mean(axis=0) for n in full])
        centre = centroids.mean(axis=0)
        line = np.linalg.svd(centroids - centre)[2][0]
        axis = line * np.sign(line @ axis)
    length = 3.0 * len(full)
    return ShaftAxis(centre, axis, length) if length >= MIN_SHAFT_MM else None


def at_the_end(femur: np.ndarray, patch: Patch) -> np.ndarray:
    """The bone's voxels (k, j, i) that lie at the end of the data."""
    outside = ~np.pad(patch.inside, 1)
    return femur & ndimage.binary_dilation(outside)[1:-1, 1:-1, 1:-1]


def closest_point(shaft: ShaftAxis, neck: NeckAxis) -> np.ndarray:
    """The point of the shaft's axis (RAS mm) nearest to the neck's axis."""
    between = shaft.point - neck.origin
    cosine = shaft.direction @ neck.direction
    s = (cosine * (neck.direction @ between) - shaft.direction @ between) / max(1 - cosine**2, 1e-6)
    return shaft.point + s * shaft.direction


def neck_shaft_angle(neck: NeckAxis, shaft: ShaftAxis) -> float:
    """Angle in degrees between the two axes in space, seen from the medial side (adults about 125)."""
    return 180.0 - angle_degrees(neck.direction, shaft.direction)
