"""Vertebral bodies of an MR from one click, without a learned model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...errors import InputError
from ...imaging.image import BoneImage
from ...long_work import Cancelled, CancelledError, Progress
from ..vertebra.endplates import Plane
from ..vertebra.spine import body_labels
from ..vertebra.surface import BodySurface
from .bodies import Body
from .body_surface import body_surface
from .chain import chain, clicked_rectangle
from .contrast import LogField
from .rectangle import Rectangle
from .sagittal import scan_axes
from .side_walls import side_walls

METHOD = "one click on MR, version 1"
#: least score of the clicked rectangle, and of all together: a rectangle with dark sides lies in every scan, and the
#: next one to it is mostly found, too.  On six training scans clicks in bodies had 0.19 and 1.84 at least (one of 0.15,
#: alone), clicks in S1, canal, muscle and bowel never both
LEAST_CLICKED, LEAST_TOGETHER = 0.12, 0.7


@dataclass(frozen=True)
class ClickedBody:
    """A body as a rectangle in the sagittal plane and as a surface."""

    rectangle: Rectangle
    surface: BodySurface


@dataclass(frozen=True)
class ClickedSpine:
    """Bodies from above downwards."""

    bodies: tuple[ClickedBody, ...]


def bodies_from_click(image: BoneImage, seed: np.ndarray, progress: Progress, cancelled: Cancelled) -> list[Body]:
    """The clicked body and its neighbours from above downwards, as far as each is seen whole.

    ``seed`` is RAS mm.  Raises InputError where the point lies outside the scan or no body is seen there,
    CancelledError.
    """
    spine = spine_from_click(image, seed, progress, cancelled)
    labels = body_labels(spine, image)
    return [Body(labels == n + 1, False, body.rectangle.score) for n, body in enumerate(spine.bodies)
            if (labels == n + 1).any()]


def spine_from_click(image: BoneImage, seed: np.ndarray, progress: Progress, cancelled: Cancelled) -> ClickedSpine:
    """Rectangles along the spine, then the surface of each body."""
    def check() -> None:
        if cancelled():
            raise CancelledError

    field = LogField.of(image)
    seed = np.asarray(seed, float)
    if not field.inside(seed):
        raise InputError("The point lies outside the scan; click inside a vertebral body.")
    progress(0.0, "looking for the bodies")
    clicked = clicked_rectangle(field, seed, scan_axes(image.geometry))
    rectangles = chain(field, clicked, check) if clicked.score >= LEAST_CLICKED else []
    if len(rectangles) < 2 or sum(rectangle.score for rectangle in rectangles) < LEAST_TOGETHER:
        raise InputError("No vertebral bodies were found around this point; click in the middle of a vertebral body.")
    sides = side_walls(field, rectangles)
    bodies = []
    for n, rectangle in enumerate(rectangles):
        check()
        progress(0.3 + 0.7 * n / len(rectangles), f"body {n + 1} of {len(rectangles)}")
        caps = tuple(_between(rectangle, other) for other in rectangles[max(n - 1, 0):n + 2] if other is not rectangle)
        bodies.append(ClickedBody(rectangle, body_surface(field, rectangle, sides[n], caps)))
    return ClickedSpine(tuple(bodies))


def _between(body: Rectangle, other: Rectangle) -> Plane:
    """The plane in the middle of the disc, its normal pointing to the other body."""
    apart = other.centre - body.centre
    normal = body.axes[2] + other.axes[2]
    normal = normal / np.linalg.norm(normal) * np.sign(normal @ apart)
    share = body.half_height / (body.half_height + other.half_height)
    return Plane(body.centre + share * apart, normal)
