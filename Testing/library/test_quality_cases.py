"""Every finding of the quality gate has a generated case that raises it and one that does not."""

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import phantoms
import planar
import pytest
from RadiomicsOrthoLib.imaging.suv import SUV
from RadiomicsOrthoLib.quality.gate import inspect, inspect_with_core
from RadiomicsOrthoLib.quality.image_checks import check_image

REPOSITORY = Path(__file__).resolve().parents[2]
LIBRARY = REPOSITORY / "RadiomicsOrtho" / "RadiomicsOrthoLib"


@cache
def ct(**options):
    image, roi = phantoms.trunk(**options)
    return replace(image, modality="CT"), replace(roi, compartment="whole-body")


@cache
def mr():
    return planar.mr()


def painted(case, place, value):
    """The case with ``value`` (a number, or a function of the old values) where ``place`` of R, A, S is true."""
    image, roi = case
    ras = image.geometry.to_ras(np.stack(np.indices(image.array.shape), -1))
    array = image.array.astype(np.float32)
    where = place(*np.moveaxis(ras, -1, 0))
    array[where] = value(array[where]) if callable(value) else value
    return replace(image, array=array), roi


def drawn(case, change):
    """The case with the mask that ``change`` makes of a copy of its own."""
    image, roi = case
    mask = roi.mask.copy()
    changed = change(mask)
    return image, roi.with_mask(mask if changed is None else changed)


def stating(case, **facts):
    image, roi = case
    return replace(image, acquisition=image.acquisition.with_stated(**facts)), roi


def detailed(case, **details):
    image, roi = case
    return replace(image, acquisition=replace(image.acquisition, details=details)), roi


def read_so(case, **changes):
    image, roi = case
    return replace(image, reading=replace(image.reading, **changes)), roi


def marrow(case, depth=0.75, compartment="trabecular"):
    """The ellipsoid without its cortex, named a marrow region; a larger ``depth`` is a smaller region."""
    image, roi = case
    ras = image.geometry.to_ras(np.stack(np.indices(image.array.shape), -1))
    inside = sum((ras[..., axis] / (half * depth)) ** 2 for axis, half in enumerate(phantoms.BODY_MM)) <= 1
    return image, roi.with_mask(inside, compartment=compartment)


def flat(modality="XR", **options):
    image = planar.image(modality, **options)
    return image, planar.roi(image)


def slices(first, last):
    def change(mask):
        mask[:first] = False
        mask[last:] = False
    return change


def shifted(millimetres):
    return lambda mask: np.roll(mask, millimetres, axis=1)


def speckled(mask):
    inner = np.argwhere(mask)[::7]
    mask[tuple(inner.T)] = False


def hollow(mask):
    middle = [n // 2 for n in mask.shape]
    mask[tuple(slice(m - 3, m + 3) for m in middle)] = False


def emptied(*numbers):
    def change(mask):
        mask[list(numbers)] = False
    return change


def only(count):
    def change(mask):
        mask.ravel()[np.flatnonzero(mask)[count:]] = False
    return change


def island(mask):
    mask[2:12, 5:20, 5:20] = True


def canal(r, a, s):
    return np.hypot(r, a + 27) < 8


def aorta(r, a, s):
    return np.hypot(r - 12, a - 33) < 9


def core(r, a, s):
    return (np.abs(r) < 6) & (np.abs(a) < 6) & (np.abs(s) < 5)


def body(r, a, s):
    return (r / 23) ** 2 + (a / 18) ** 2 + (s / 15) ** 2 <= 1


def everywhere(r, a, s):
    return np.ones(r.shape, bool)


def one_voxel(r, a, s):
    found = np.zeros(r.shape, bool)
    found[0, 0, 0] = True
    return found


def grey(values):
    return np.clip(values / 8 + 100, 0, 255)


#: code → a case that raises it, and one near it that does not
CASES = {
    "NO_INTENSITY_VARIATION": (lambda: painted(ct(), everywhere, 7), ct),
    "NON_FINITE_IMAGE": (lambda: painted(ct(), one_voxel, np.nan), ct),
    "MODALITY_NOT_IN_FILE": (lambda: read_so(mr(), modality_from="stated"), mr),
    "GREY_SCALE_INVERTED": (lambda: flat(inverted=True), flat),
    "LOSSY_COMPRESSION": (lambda: flat(lossy=True), flat),
    "ANISOTROPIC_VOXELS": (lambda: ct(spacing=(0.8, 0.8, 2.5)), lambda: ct(spacing=(1.0, 1.0, 2.9))),
    "COARSE_SLICES": (lambda: ct(spacing=(2.0, 2.0, 4.0)), lambda: ct(spacing=(2.0, 2.0, 3.0))),
    "SLICE_GAP": (lambda: detailed(ct(), slice_thickness_mm=1.0), lambda: detailed(ct(), slice_thickness_mm=1.5)),
    "NOT_HU": (lambda: painted(ct(), everywhere, grey), ct),
    "MODALITY_ASSUMED_CT": (phantoms.trunk, ct),
    "HU_SCALE_UNCHECKED": (lambda: painted(ct(), everywhere, lambda v: np.maximum(v, -150)), ct),
    "LOOKS_LIKE_CT": (lambda: (phantoms.trunk()[0].with_modality("MR"), ct()[1]), mr),
    "CT_FACTS_UNKNOWN": (ct, lambda: stating(ct(), kvp=120.0, kernel="B30f")),
    "KVP_UNUSUAL": (lambda: stating(ct(), kvp=100.0), lambda: stating(ct(), kvp=120.0)),
    "SHARP_KERNEL": (lambda: stating(ct(), kernel="BONEPLUS"), lambda: stating(ct(), kernel="STANDARD")),
    "MR_SEQUENCE_UNKNOWN": (mr, lambda: stating(mr(), sequence="T1w")),
    "FIELD_STRENGTH_UNKNOWN": (mr, lambda: stating(mr(), field_strength_t=1.5)),
    "FIELD_STRENGTH_UNUSUAL": (lambda: stating(mr(), field_strength_t=0.35),
                               lambda: stating(mr(), field_strength_t=2.89)),
    "SUV": (lambda: read_so((replace(mr()[0], modality="PT"), mr()[1]), value_unit=SUV), mr),
    "NOT_SUV": (lambda: (replace(mr()[0], modality="PT"), mr()[1]),
                lambda: read_so((replace(mr()[0], modality="PT"), mr()[1]), value_unit=SUV)),
    "DEVICE_UNKNOWN": (flat, lambda: stating(flat(), manufacturer="A", scanner_model="B", software="1")),
    "NO_PIXEL_SIZE": (lambda: flat(spacing_from="missing"), flat),
    "SIZE_AT_DETECTOR": (lambda: flat(spacing_from="detector"), lambda: flat(spacing_from="calibrated")),
    "PIXEL_SIZE_STATED": (lambda: flat(spacing_from="stated"), flat),
    "PIXEL_SIZE_DOUBTFUL": (lambda: flat(pixel_mm=(1.0, 1.0)), lambda: flat("MR", pixel_mm=(1.0, 1.0))),
    "SATURATED": (lambda: burnt_out(flat()), flat),
    "ROI_EMPTY": (lambda: drawn(ct(), np.zeros_like), ct),
    "ROI_TOO_SMALL": (lambda: drawn(ct(), only(63)), lambda: drawn(ct(), only(64))),
    "ROI_FEW_VOXELS": (lambda: drawn(ct(), only(999)), lambda: drawn(ct(), only(1000))),
    "NON_FINITE_VOXELS": (lambda: painted(ct(), core, np.nan), lambda: painted(ct(), one_voxel, np.nan)),
    "NO_VARIATION_IN_ROI": (lambda: painted(ct(), body, 0), lambda: painted(ct(), core, 0)),
    "CUT_BY_FIELD_OF_VIEW": (lambda: ct(body_at=(0.0, 0.0, 35.0)), lambda: ct(body_at=(0.0, 0.0, 20.0))),
    "MISSING_SLICES": (lambda: drawn(ct(), emptied(24, 27)), ct),
    "FEW_SLICES": (lambda: drawn(ct(), slices(25, 28)), lambda: drawn(ct(), slices(25, 29))),
    "SEVERAL_PARTS": (lambda: drawn(ct(), island), ct),
    "ROI_HOLES": (lambda: drawn(ct(), hollow), ct),
    "VOLUME_UNUSUAL": (lambda: drawn(ct(), slices(25, 28)), ct),
    "METAL_IN_ROI": (lambda: painted(ct(), core, 3000), lambda: painted(ct(), core, 1400)),
    "METAL_NEAR_ROI": (lambda: ct(rod_hu=3071), lambda: ct(rod_hu=1500)),
    "AIR_IN_ROI": (lambda: painted(ct(), core, -700), lambda: painted(ct(), core, -90)),
    "NOT_ON_THE_BONE": (lambda: drawn(ct(), shifted(10)), lambda: drawn(ct(), shifted(1))),
    "NOT_TRABECULAR_BONE": (lambda: ct(core_hu=900.0), lambda: ct(core_hu=300.0)),
    "DENSE_PART": (lambda: painted(ct(), core, 1500), lambda: painted(ct(), core, 200)),
    "CORTEX_IN_CORE": (lambda: marrow(ct(), 1.0), lambda: marrow(ct(), 0.8)),
    "HETEROGENEOUS_CORE": (lambda: ct(noise=90.0), ct),
    "CONTRAST_STATED": (lambda: stating(ct(), contrast_agent=True), lambda: stating(ct(), contrast_agent=False)),
    "CONTRAST_LIKELY": (lambda: ct(aorta_hu=200.0), ct),
    "CONTRAST_NOT_STATED": (ct, lambda: stating(ct(), contrast_agent=False)),
    "CONTRAST_IN_CANAL": (lambda: painted(ct(), canal, 400), lambda: painted(ct(), canal, 25)),
    "NOISY_SCAN": (lambda: ct(noise=50.0), lambda: ct(noise=25.0)),
    "NO_CORE": (lambda: drawn(ct(), slices(25, 28)), ct),
}


def burnt_out(case):
    image, roi = case
    array = image.array.copy()
    array[0, 40:50, 35:45] = array.max()
    return replace(image, array=array), roi


def codes(case):
    image, roi = case
    return {finding.code for finding in inspect_with_core(image, roi)} | {f.code for f in check_image(image)}


def raised_in(folder):
    """(code, severity) of every finding that is written in the sources of a folder."""
    return {found for path in sorted((LIBRARY / folder).rglob("*.py"))
            for found in re.findall(r'Finding\(\s*"([A-Z_0-9]+)", "(\w+)"', path.read_text(encoding="utf-8"))}


@pytest.mark.parametrize("code", sorted(CASES))
def test_each_finding_is_raised_by_its_case_and_not_by_the_other(code):
    raising, silent = CASES[code]
    assert code in codes(raising())
    assert code not in codes(silent())


def test_every_finding_of_the_gate_has_its_cases():
    assert set(CASES) == {code for code, _ in raised_in("quality")}


def test_the_documentation_lists_every_finding_with_its_severity():
    text = (REPOSITORY / "docs" / "quality.md").read_text(encoding="utf-8")
    listed = {(code, severity) for code, severities in re.findall(r"^\| `([A-Z_0-9]+)` \| ([\w ,]+) \|", text,
                                                                  re.MULTILINE)
              for severity in re.findall(r"refuse|warn|note", severities)}
    assert listed == raised_in(".")


def test_noise_is_measured_in_hu():
    from RadiomicsOrthoLib.quality.noise import noise_hu

    for noise in (8.0, 20.0, 40.0):
        assert abs(noise_hu(*ct(noise=noise)) - noise) < 0.2 * noise


def test_noise_on_mr_is_a_share_of_the_signal():
    from RadiomicsOrthoLib.quality.noise import noise_share

    image, roi = mr()
    median = float(np.median(image.array[roi.mask]))
    for share in (0.10, 0.25):
        noisy = image.array + np.random.default_rng(2).normal(0, share * median, image.array.shape)
        assert abs(noise_share(replace(image, array=noisy), roi) - share) < 0.25 * share
        assert ("NOISY_SCAN" in codes((replace(image, array=noisy), roi))) == (share > 0.2)


def test_parts_side_by_side_are_no_missing_slices():
    def two(mask):
        mask[:] = False
        mask[20:26, 40:60, 40:60] = True
        mask[30:36, 70:90, 70:90] = True

    assert {"SEVERAL_PARTS"} == codes(drawn(ct(), two)) & {"SEVERAL_PARTS", "MISSING_SLICES"}
    assert {"MISSING_SLICES"} == codes(drawn(ct(), emptied(24, 27))) & {"SEVERAL_PARTS", "MISSING_SLICES"}


def test_a_shell_and_a_thin_compartment_are_judged_as_what_they_are():
    image, roi = drawn(ct(), hollow)
    assert "ROI_HOLES" not in codes((image, replace(roi, compartment="cortical")))
    image, roi = drawn(ct(), slices(25, 28))
    assert "FEW_SLICES" not in codes((image, replace(roi, compartment="mid-slab")))


@pytest.mark.parametrize(("kernel", "sharp"), [
    ("B30f", False), ("B70f", True), ("Br40d", False), ("Br64", True), ("Hr60", True), ("I31f\\3", False),
    ("Qr36", False), ("STANDARD", False), ("BONE", True), ("boneplus", True), ("LUNG", True), ("FC08", None),
    ("YA", None), ("C", None)])
def test_kernels_whose_name_says_how_sharp_they_are(kernel, sharp):
    from RadiomicsOrthoLib.quality.kernel import is_sharp

    assert is_sharp(kernel) is sharp


def test_trabeculae_of_a_femur_are_uneven_by_nature():
    image, roi = marrow(ct(noise=90.0), 1.0)
    assert {"CORTEX_IN_CORE", "HETEROGENEOUS_CORE"} & codes((image, roi))
    femur = replace(roi, site="proximal-femur", level=None)
    assert not {"CORTEX_IN_CORE", "HETEROGENEOUS_CORE"} & codes((image, femur))
    cement, femur = painted((image, femur), core, 1500)
    assert "DENSE_PART" in codes((cement, femur))


def test_a_reference_for_its_mean_may_be_small():
    image, roi = mr()
    for count, refused in ((9, True), (40, False)):
        _, small = drawn((image, replace(roi, compartment="csf")), only(count))
        found = codes((image, small))
        assert ("ROI_TOO_SMALL" in found) == refused
        assert not {"ROI_FEW_VOXELS", "FEW_SLICES"} & found


def test_a_region_made_for_its_mean_may_be_too_small_for_texture():
    image, roi = ct()
    for count, code in ((15, "ROI_TOO_SMALL"), (16, "ROI_FEW_VOXELS"), (63, "ROI_FEW_VOXELS")):
        found = [f for f in inspect(*drawn((image, replace(roi, compartment="axial-ellipse")), only(count)))
                 if f.code in ("ROI_TOO_SMALL", "ROI_FEW_VOXELS")]
        assert [f.code for f in found] == [code]
        assert found[0].severity == ("refuse" if code == "ROI_TOO_SMALL" else "warn")
