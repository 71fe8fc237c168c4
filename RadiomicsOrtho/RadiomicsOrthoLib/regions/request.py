"""What is asked for on a scan, and the one way to the method that answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from ..errors import InputError
from ..imaging.image import BoneImage
from ..long_work import Cancelled, Progress, never_cancelled, no_progress
from .proposal import Proposal
from .trabecular import DEFAULT_DEPTH_MM, check_depth
from .vertebra.levels import LUMBAR, THORACIC

SITES = ("vertebra", "proximal-femur")
#: what is proposed of vertebrae on MR: bodies, their core, and the fluid at L3 that their signal is compared with
MR_COMPARTMENTS = ("whole-body", "trabecular", "csf")
#: the ways to bodies on MR: a learned model, or the edges round a point
MR_METHODS = ("model", "one-click")
#: bones of a CT from an installed TotalSegmentator
TOTALSEGMENTATOR = "totalsegmentator"
#: beyond this a body shows on a slice or two, and a header with another unit would ask for an endless grid
MAX_SPACING_MM = 10.0


@dataclass(frozen=True)
class ProposalRequest:
    """Which bone, where, and what of it.

    ``seed`` is a point inside the bone (RAS mm); without it the bone is looked for.  ``level`` names the vertebra
    at the point (without a point the lowest one), ``single`` keeps that one only.  ``compartments`` and ``depth_mm``
    say what of each vertebra is wanted, ``thoracic`` and ``lumbar`` how many of them the spine has, ``method`` which
    of ``MR_METHODS`` finds bodies on MR (by default what is installed decides), or ``TOTALSEGMENTATOR`` on CT.  What
    belongs to vertebrae is not looked at for a femur.
    """

    site: str
    seed: tuple[float, float, float] | None = None
    level: str | None = None
    single: bool = False
    compartments: tuple[str, ...] = ("whole-body",)
    depth_mm: float = DEFAULT_DEPTH_MM
    thoracic: int = THORACIC
    lumbar: int = LUMBAR
    method: str | None = None

    def __post_init__(self) -> None:
        if self.method not in (None, *MR_METHODS, TOTALSEGMENTATOR):
            raise ValueError(f"method must be one of {(*MR_METHODS, TOTALSEGMENTATOR)}, not {self.method!r}")
        if self.site not in SITES:
            raise ValueError(f"site must be one of {SITES}, not {self.site!r}")
        if self.single and self.seed is None:
            raise InputError("A single vertebra is the one at a point; give the point.")
        check_depth(self.depth_mm)

    def to_dict(self) -> dict[str, object]:
        """JSON-ready."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> ProposalRequest:
        seed = values.get("seed")
        return cls(**{**values, "seed": None if seed is None else tuple(seed),
                      "compartments": tuple(values["compartments"])})


def propose(image: BoneImage, request: ProposalRequest, progress: Progress = no_progress,
            cancelled: Cancelled = never_cancelled) -> Proposal:
    """The regions of a 3-D scan that ``request`` asks for; the scan's modality decides the method.

    Raises InputError with one sentence where nothing can be given, and CancelledError.
    """
    if image.geometry.plane_axis is not None:
        raise InputError("The scan is a 2-D image; bones are proposed in a 3-D volume only.")
    longest = max(image.geometry.spacing)
    if longest > MAX_SPACING_MM:
        raise InputError(f"The scan's voxels are up to {longest:.3g} mm long; bones are proposed up to "
                         f"{MAX_SPACING_MM:g} mm: use a finer reconstruction, and check the unit of the spacing.")
    if request.method == TOTALSEGMENTATOR:
        from .totalsegmentator.proposal import propose_by_running

        return propose_by_running(image, request, progress=progress, cancelled=cancelled)
    if request.site == "proximal-femur":
        from .femur.segmentation import segment_femora, segment_femur

        if request.seed is None:
            return segment_femora(image, progress, cancelled)
        return segment_femur(image, request.seed, progress, cancelled)
    if image.modality == "MR":
        return _bodies_on_mr(image, request, progress, cancelled)
    if request.method:
        raise InputError("A method is chosen between the two ways on MR only; leave it out on other scans.")
    return _bodies_on_ct(image, request, progress, cancelled)


def _bodies_on_ct(image: BoneImage, request: ProposalRequest, progress: Progress, cancelled: Cancelled) -> Proposal:
    from .vertebra.automatic import spine_without_click
    from .vertebra.proposal import propose_bodies
    from .vertebra.spine import spine_from_click

    def first(fraction: float, text: str) -> None:
        progress(0.8 * fraction, text)

    spine = spine_without_click(image, first, cancelled) if request.seed is None \
        else spine_from_click(image, request.seed, first, cancelled)
    return propose_bodies(image, spine, request.compartments, request.level, request.single, request.depth_mm,
                          request.thoracic, request.lumbar,
                          lambda fraction, text: progress(0.8 + 0.2 * fraction, text), cancelled)


def _bodies_on_mr(image: BoneImage, request: ProposalRequest, progress: Progress, cancelled: Cancelled) -> Proposal:
    from .lumbar_mr.csf_proposal import with_csf
    from .lumbar_mr.proposal import BODY_COMPARTMENTS, propose_mr_bodies

    asked = set(request.compartments)
    if not asked <= set(MR_COMPARTMENTS):
        raise InputError(f"On MR only {' and '.join(MR_COMPARTMENTS)} are proposed; ask for no other compartment.")
    # the fluid is found behind a whole body
    wanted = asked | {"whole-body"} if "csf" in asked else asked
    bodies = [name for name in BODY_COMPARTMENTS if name in wanted]
    proposal = propose_mr_bodies(image, request.seed, bodies, request.level, request.single, request.depth_mm,
                                 request.method, request.thoracic, request.lumbar, progress, cancelled)
    if "csf" not in asked:
        return proposal
    proposal = with_csf(image, proposal, only=asked == {"csf"})
    return proposal if "whole-body" in asked else _without_whole_bodies(proposal)


def _without_whole_bodies(proposal: Proposal) -> Proposal:
    """Without the bodies that nobody asked for; one that the scan cuts off stays, as its mark."""
    complete = {entry["number"] for entry in proposal.summary["bodies"] if entry["complete"]}
    return replace(proposal, regions=tuple(region for region in proposal.regions
                                           if region.roi.compartment != "whole-body" or region.body not in complete))
