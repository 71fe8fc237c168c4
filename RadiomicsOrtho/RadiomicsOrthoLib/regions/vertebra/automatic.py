"""The spine of a CT without a click, where the canal is plain to see."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from ...errors import InputError
from ...imaging.image import BoneImage
from ...long_work import Cancelled, Progress, never_cancelled, no_progress
from ..sampling import HuField
from .canal import GRID_MM, Canal, CanalSearch
from .spine import Spine, check_modality, spine_along, stop_if

#: heights at which a canal is looked for, and how many places are tried at each
EVERY_MM, TRIES = 40.0, 2
#: a canal is plain if it is this long and this well walled in
PLAIN_MM, PLAIN_REWARD = 60.0, 0.35
_NOT_FOUND = InputError("No spine was found automatically; give a point inside a vertebral body with --seed R,A,S.")


def spine_without_click(image: BoneImage, progress: Progress = no_progress,
                        cancelled: Cancelled = never_cancelled) -> Spine:
    """The vertebral bodies of a CT.

    Raises InputError if no canal is plain enough: then a click is needed.
    """
    check_modality(image)
    field = HuField.of(image)
    progress(0.0, "looking for the spinal canal")
    search = CanalSearch(field)
    stop_if(cancelled)
    canal = _plainest_canal(search)
    if canal is None:
        raise _NOT_FOUND
    try:
        return spine_along(field, canal, progress, cancelled)
    except InputError as error:
        raise InputError(f"{_NOT_FOUND} ({error})") from None


def _plainest_canal(search: CanalSearch) -> Canal | None:
    """The canal with the largest sum of rewards that is long and walled in enough."""
    smooth = ndimage.gaussian_filter(np.clip(search.reward, 0.0, 1.0), (3.0, 1.0, 1.0))
    best, largest = None, 0.0
    step = max(1, int(EVERY_MM / GRID_MM))
    for k in range(min(step // 2, len(smooth) // 2), len(smooth), step):
        plane = smooth[k].copy()
        for _ in range(TRIES):
            j, i = np.unravel_index(plane.argmax(), plane.shape)
            if plane[j, i] < PLAIN_REWARD:
                break
            plane[max(0, j - 10):j + 11, max(0, i - 10):i + 11] = 0.0
            try:
                canal = search.follow(np.array([k, j, i]))
            except InputError:
                continue
            length = float(np.linalg.norm(canal.points[-1] - canal.points[0]))
            total = float(np.clip(canal.enclosed, 0, 1).sum())
            if length >= PLAIN_MM and np.mean(canal.enclosed) >= PLAIN_REWARD and total > largest:
                best, largest = canal, total
    return best
