"""``segment --polygon … | --ellipse … | --neck-box …``: a region on a 2-D image from a few points."""

from __future__ import annotations

import argparse

from ..errors import InputError
from ..imaging.image import BoneImage
from ..regions.planar.neck_box import DEFAULT_LENGTH_MM
from ..regions.planar.proposal import Anatomy, propose_ellipse, propose_neck_box, propose_polygon
from ..regions.proposal import Proposal
from ..regions.roi import SIDES
from .positions import position, positions

#: option → the name of its value
SHAPES = {"--polygon": "polygon", "--ellipse": "ellipse", "--neck-box": "neck_box"}


def add_arguments(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("2-D images (radiograph, DXA): one region from points, R,A,S in mm as Slicer "
                                       "shows them")
    group.add_argument("--polygon", type=positions, metavar="'R,A,S;R,A,S;…'",
                       help="the corners of a polygon, in order around it; or a closed curve of Slicer (.mrk.json)")
    group.add_argument("--ellipse", type=position, nargs=3, metavar=("CENTRE", "END", "SIDE"),
                       help="the centre, the end of one axis, and a point to which the ellipse reaches across")
    group.add_argument("--neck-box", type=position, nargs=3, metavar=("HEAD", "BASE", "CORTEX"),
                       help="box on the femoral neck: the centre of the head, a second point on the neck's axis, and "
                       "the cortex where the neck is narrowest")
    group.add_argument("--neck-length", type=float, metavar="MM",
                       help=f"how long the box is along the neck's axis (default {DEFAULT_LENGTH_MM:g} mm)")
    group.add_argument("--side", choices=SIDES, help="side of the femur on the 2-D image")


def shape_of(options: argparse.Namespace) -> str | None:
    """The option that gives a region by points, ``None`` without one; InputError for two, or where others clash."""
    given = [option for option, name in SHAPES.items() if getattr(options, name) is not None]
    if len(given) > 1:
        raise InputError(f"{' and '.join(given)} exclude each other; give one of them.")
    shape = given[0] if given else None
    if shape is None:
        for option, value in (("--neck-length", options.neck_length), ("--side", options.side)):
            if value is not None:
                raise InputError(f"{option} belongs to a region from points on a 2-D image, such as --neck-box.")
        return None
    for option, value in (("--seed", options.seed), ("--auto", options.auto or None),
                          ("--single", options.single or None)):
        if value is not None:
            raise InputError(f"{option} and {shape} exclude each other: one is for bones in a volume, the other for a "
                             "region on a 2-D image.")
    if options.neck_length is not None and shape != "--neck-box":
        raise InputError("--neck-length belongs to --neck-box.")
    if len(options.compartment or ()) > 1 or "all" in (options.compartment or ()):
        raise InputError(f"{shape} makes one region; give one --compartment.")
    return shape


def propose(image: BoneImage, options: argparse.Namespace, shape: str) -> Proposal:
    """The region as the options ask for it."""
    compartment = (options.compartment or [None])[0]
    if shape == "--neck-box":
        if options.site not in (None, "proximal-femur") or compartment not in (None, "femoral-neck") or options.level:
            raise InputError("--neck-box makes a region of the femoral neck; leave site, level and compartment out.")
        length = DEFAULT_LENGTH_MM if options.neck_length is None else options.neck_length
        return propose_neck_box(image, options.neck_box, options.side, length)
    anatomy = Anatomy(options.site or "unknown", options.level, options.side, compartment or "unknown")
    if shape == "--polygon":
        return propose_polygon(image, options.polygon, anatomy)
    return propose_ellipse(image, options.ellipse, anatomy)
