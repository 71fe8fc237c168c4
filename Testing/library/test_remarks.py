"""Every remark of a proposal has a generated case that raises it and one that does not."""

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import csf_phantom
import numpy as np
import pytest
from femur_phantom import hip
from RadiomicsOrthoLib.regions.femur.axes import NeckAxis, Section, ShaftAxis
from RadiomicsOrthoLib.regions.femur.recognition import check_spread, recognise_head
from RadiomicsOrthoLib.regions.femur.refusal import FemurRefusedError
from RadiomicsOrthoLib.regions.femur.segmentation import Axes, axes_remarks
from RadiomicsOrthoLib.regions.lumbar_mr.csf_proposal import with_csf
from RadiomicsOrthoLib.regions.lumbar_mr.proposal import spine_remarks
from RadiomicsOrthoLib.regions.vertebra.body_regions import body_compartments
from RadiomicsOrthoLib.regions.vertebra.compartments import compartment
from test_csf import proposal_of
from test_totalsegmentator import TOTAL, case, found, labels_with, named
from test_vertebra_compartments import FRAME, body

REPOSITORY = Path(__file__).resolve().parents[2]
REGIONS = REPOSITORY / "RadiomicsOrtho" / "RadiomicsOrthoLib" / "regions"

#: the axes of a usual femur: a neck of 125° to the shaft
NARROWEST = Section(24.0, 700.0, np.array([-20.0, 0.0, -14.0]))
NECK = NeckAxis(np.zeros(3), np.array([-np.sin(np.radians(55)), 0.0, -np.cos(np.radians(55))]), (NARROWEST,), NARROWEST,
                3.0)
SHAFT = ShaftAxis(np.array([-40.0, 0.0, -30.0]), np.array([0.0, 0.0, -1.0]), 60.0)
AXES = Axes(NECK, SHAFT, SimpleNamespace(tip=np.array([-25.0, -10.0, -60.0]), height=9.0, below_head=60.0,
                                         lower_end=70.0))


def of_axes(**changes):
    return {remark.code for remark in axes_remarks(replace(AXES, **changes))}


def of_compartment(depth_mm):
    _, remarks = body_compartments(body(), 1, ["trabecular"], lambda name: compartment(body(), FRAME, name, depth_mm))
    return {remark.code for remark in remarks}


def of_mr(method="model", sacrum_below=False, level="L5"):
    return {remark.code for remark in spine_remarks(method, 5, sacrum_below, level)}


def of_csf(**options):
    image, bodies, _ = csf_phantom.lumbar("T2w", **options)
    return {remark.code for remark in with_csf(image, proposal_of(image, bodies)).remarks}


def refused(work):
    """The code of the refusal of a hip; none where it passes."""
    try:
        work()
    except FemurRefusedError as refusal:
        return {refusal.remark.code}
    return set()


def of_hip(change=lambda array: array):
    one = hip()
    image = replace(one.image, array=change(one.image.array.astype(np.float32)))
    return refused(lambda: recognise_head(image, one.head_centre))


def island(labels):
    # 1 mL in the air, away from every bone
    labels[2:8, 2:10, 2:10] = TOTAL["L1"]


#: code → what raises it, and what does not
CASES = {
    "NO_NECK": (lambda: of_axes(neck=None), of_axes),
    "NECK_CUT": (lambda: of_axes(neck=replace(NECK, narrowest=None, cut=True)), of_axes),
    "NECK_AXIS_UNSTEADY": (lambda: of_axes(neck=replace(NECK, wander_degrees=14.0)), of_axes),
    "SHAFT_MISSING": (lambda: of_axes(shaft=None, trochanter=None), of_axes),
    "NO_LESSER_TROCHANTER": (lambda: of_axes(trochanter=None), of_axes),
    "NECK_SHAFT_ANGLE_UNUSUAL": (lambda: of_axes(shaft=replace(SHAFT, direction=NECK.direction)), of_axes),
    "SHAFT_SHORT": (lambda: of_axes(shaft=replace(SHAFT, length=30.0)), of_axes),
    "NOT_HU": (lambda: of_hip(lambda array: np.clip(array / 8 + 100, 0, 255)), of_hip),
    "HEAD_UNCERTAIN": (lambda: refused(lambda: check_spread(2.5)), lambda: refused(lambda: check_spread(1.5))),
    "NO_COMPARTMENT": (lambda: of_compartment(14.0), lambda: of_compartment(3.0)),
    "EDGES_ONLY": (lambda: of_mr("one-click"), of_mr),
    "LEARNED_PROPOSAL": (of_mr, lambda: of_mr("one-click")),
    "SACRUM_LEFT_OUT": (lambda: of_mr(sacrum_below=True), of_mr),
    "LEVEL_SUGGESTED": (lambda: of_mr(sacrum_below=True, level=None), lambda: of_mr(sacrum_below=True)),
    "LEVEL_NOT_NAMED": (lambda: of_mr(level=None), of_mr),
    "CSF_PROPOSED": (of_csf, lambda: of_csf(sac=False)),
    "CSF_NOT_FOUND": (lambda: of_csf(sac=False), of_csf),
    "LABEL_ISLAND": (lambda: found(labels_with(island))[1], lambda: found(named(case()[1]))[1]),
}

#: code → the file that tests it on a whole scan, and how the code or its sentence is asked for there
ELSEWHERE = {
    "BODY_INCOMPLETE": ("test_vertebra.py", "BODY_INCOMPLETE"),
    "BODY_UNSURE": ("test_lumbar_mr_click.py", "BODY_UNSURE"),
    "CORTEX_BLURRED": ("test_femur.py", "CORTEX_BLURRED"),
    "CORTEX_INTERRUPTED": ("test_femur.py", "CORTEX_INTERRUPTED"),
    "FRACTURE_SUGGESTED": ("test_vertebra.py", "FRACTURE_SUGGESTED"),
    "HEAD_CUT": ("test_femur.py", "HEAD_CUT"),
    "HEIGHTS_TOO_COARSE": ("test_vertebra_hard.py", "HEIGHTS_TOO_COARSE"),
    "LABELS_MIXED": ("test_totalsegmentator.py", "LABELS_MIXED"),
    "LABEL_FRAGMENT": ("test_totalsegmentator.py", "LABEL_FRAGMENT"),
    "LABEL_MISSING": ("test_totalsegmentator.py", "LABEL_MISSING"),
    "LABEL_ORDER": ("test_totalsegmentator.py", "LABEL_ORDER"),
    "LABEL_TWICE": ("test_totalsegmentator.py", "LABEL_TWICE"),
    "LEVELS_JUMP": ("test_totalsegmentator.py", "LEVELS_JUMP"),
    "LEVELS_RENAMED": ("test_totalsegmentator.py", "LEVELS_RENAMED"),
    "LOWEST_NOT_L5": ("test_totalsegmentator.py", "LOWEST_NOT_L5"),
    "METAL_IN_HIP": ("test_femur.py", "METAL_IN_HIP"),
    "METAL_NEAR_REGION": ("test_femur.py", "METAL_NEAR_REGION"),
    "NECK_WIDTH_UNUSUAL": ("test_planar_regions.py", "NECK_WIDTH_UNUSUAL"),
    "NO_BODY": ("test_totalsegmentator.py", "NO_BODY"),
    "NO_FEMORAL_HEAD": ("test_femur.py", "NO_FEMORAL_HEAD"),
    "POINT_OUTSIDE": ("test_femur.py", "POINT_OUTSIDE"),
    "REGION_CUT": ("test_femur.py", "REGION_CUT"),
    "SIDE_SWAPPED": ("test_totalsegmentator.py", "lies on the other side"),
    "SIZE_IMPLAUSIBLE": ("test_totalsegmentator.py", "SIZE_IMPLAUSIBLE"),
    "VERTEBRA_SKIPPED": ("test_totalsegmentator.py", "VERTEBRA_SKIPPED"),
}


def raised() -> set[str]:
    """The code of every remark, and of every refusal that becomes one, that is written in the sources."""
    # a code, and the beginning of its sentence
    return {code for path in sorted(REGIONS.rglob("*.py"))
            for code in re.findall(r'"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)",\s*f?"', path.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("code", sorted(CASES))
def test_each_remark_is_raised_by_its_case_and_not_by_the_other(code):
    raising, silent = CASES[code]
    assert code in raising()
    assert code not in silent()


def test_every_remark_has_its_cases():
    assert raised() <= set(CASES) | set(ELSEWHERE)
    assert not set(ELSEWHERE) & set(CASES) and set(ELSEWHERE) <= raised()
    for name, words in ELSEWHERE.values():
        assert words in (Path(__file__).parent / name).read_text(encoding="utf-8"), (name, words)
