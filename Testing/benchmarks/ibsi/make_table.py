"""Compare the ``ibsi`` mode with IBSI's reference values and response maps, and write ``docs/ibsi.md``.

    python Testing/benchmarks/ibsi/make_table.py [--data FOLDER] [--out FILE]

FOLDER holds ``ibsi/ibsi1_reference_values.csv`` and the phantoms (see the README of the test data).  The exit code is
1 if a row outside its tolerance has no reason in ``REASONS``.
"""

from __future__ import annotations

import argparse
import csv
import math
import os
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[3]
if __name__ == "__main__":
    sys.path.insert(0, str(REPOSITORY / "RadiomicsOrtho"))

from RadiomicsOrthoLib.features.filters.box import Box
from RadiomicsOrthoLib.features.filters.laplacian_of_gaussian import laplacian_of_gaussian as engine_log
from RadiomicsOrthoLib.features.filters.voxels import ArrayVoxels
from RadiomicsOrthoLib.features.filters.wavelet import wavelet_images
from RadiomicsOrthoLib.features.ibsi.configurations import CONFIGURATIONS, FILTER_CONFIGURATIONS
from RadiomicsOrthoLib.features.ibsi.diagnostics import diagnostics
from RadiomicsOrthoLib.features.ibsi.extraction import ibsi_features
from RadiomicsOrthoLib.features.ibsi.preparation import prepare
from RadiomicsOrthoLib.features.ibsi.response_maps import laplacian_of_gaussian, separable_wavelet
from RadiomicsOrthoLib.features.ibsi.statistics import intensity_statistics
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.imaging.readers import read_voxels
from RadiomicsOrthoLib.regions.roi import Roi

#: (configuration, tag) -> why a value lies outside its tolerance; whatever is not here fails the test
REASONS: dict[tuple[str, str], str] = {}
#: (test, source) likewise, for filter responses
RESPONSE_REASONS = {
    ("2.a", "engine"): "The engine's Gaussian is ITK's recursive approximation, which pyradiomics uses; at σ = 1.5 "
                       "voxels its peak is 1.4 % higher than the sampled Gaussian's."}
RESPONSE_TOLERANCE = 0.01
NOT_OFFERED = (
    ("Volume and area density by the oriented minimum bounding box and the minimum volume enclosing ellipsoid",
     "no reference value, IBSI found no consensus"),
    ("Area under the intensity-volume histogram curve", "no reference value"),
    ("Distance-weighted texture, distances above 1 voxel", "outside the reference configurations"))
_DATA = Path(os.environ.get("RADIOMICS_ORTHO_DATA", REPOSITORY.parent / "shared" / "data"))


@dataclass(frozen=True)
class Row:
    """A reference value and ours."""

    configuration: str
    family: str
    feature: str
    tag: str
    reference: str
    tolerance: str
    value: float

    @property
    def passes(self) -> bool:
        return within_tolerance(self.value, self.reference, self.tolerance)

    @property
    def words(self) -> str:
        return f"{self.configuration}, `{self.tag}`: {self.value:.5g} for {self.reference} ± {self.tolerance}"

    @property
    def reason(self) -> str | None:
        return REASONS.get((self.configuration, self.tag))

    @property
    def short_family(self) -> str:
        """The family without its aggregation."""
        return self.family.split(" (")[0]


@dataclass(frozen=True)
class ResponseRow:
    """A filter's response beside IBSI-2's reference map."""

    test: str
    filter: str
    parameters: str
    #: ``ibsi`` or ``engine``: whose filter
    source: str
    #: largest difference of a voxel, as a part of the range of the reference map
    deviation: float

    @property
    def passes(self) -> bool:
        return self.deviation <= RESPONSE_TOLERANCE

    @property
    def words(self) -> str:
        return (f"IBSI-2 test {self.test}, `{self.source}` filter: {self.deviation:.2g} of the range off, "
                f"{RESPONSE_TOLERANCE} is allowed")

    @property
    def reason(self) -> str | None:
        return RESPONSE_REASONS.get((self.test, self.source))


def within_tolerance(value: float, reference: str, tolerance: str) -> bool:
    """IBSI's criterion: rounded to the reference's precision, the value lies within reference ± tolerance.

    The precision is three significant digits, or as many as the reference is printed with (voxel counts).
    """
    if not math.isfinite(value):
        return False
    digits = reference.lstrip("-").split("e")[0].replace(".", "").lstrip("0")
    rounded = float(f"{value:.{max(3, len(digits.rstrip('0') or digits))}g}")
    # decimal numbers in binary: half a unit of the last place of a double must decide nothing
    rounding = 1e-12 * max(1.0, abs(float(reference)))
    return abs(rounded - float(reference)) <= float(tolerance) + rounding


def compare(folder: Path, configurations: Iterable[str] = tuple(CONFIGURATIONS)) -> list[Row]:
    """Every row of the reference table of these configurations; ``folder`` holds IBSI's data."""
    with (folder / "ibsi1_reference_values.csv").open(encoding="utf-8", newline="") as file:
        references = list(csv.DictReader(file))
    found = []
    for configuration in configurations:
        values = values_of(folder, configuration)
        found += [Row(configuration, r["family"], r["feature"], r["ibsi_tag"], r["value"], r["tolerance"],
                      values.get(r["ibsi_tag"], math.nan)) for r in references if r["config"] == configuration]
    return found


def values_of(folder: Path, configuration: str) -> dict[str, float]:
    """Features and diagnostics by tag, of one configuration's phantom."""
    digital = configuration == "digital phantom"
    phantom = folder / ("ibsi1_digital_phantom" if digital else "ibsi1_ct_phantom")
    array, geometry = read_voxels(phantom / "image.nii.gz")
    mask = read_voxels(phantom / "mask.nii.gz")[0] > 0
    settings = CONFIGURATIONS[configuration]
    values = ibsi_features(BoneImage(array, geometry, "unknown" if digital else "CT"), Roi(mask, geometry), settings)
    return values | diagnostics(array, mask, geometry.spacing_kji, settings)


def failures(rows: Iterable[Row | ResponseRow]) -> list[str]:
    """A line for each row outside its tolerance, with the reason."""
    return [f"- {row.words}. {row.reason or 'No reason is known.'}" for row in rows if not row.passes]


def table(rows: Sequence[Row], others: Sequence[Row | ResponseRow] = ()) -> str:
    """The page on IBSI-1, Markdown; of the other rows, those that fail."""
    families = list(dict.fromkeys(row.short_family for row in rows))
    configurations = list(dict.fromkeys(row.configuration for row in rows))
    failed = [row for row in rows if not row.passes]
    lines = [
        "# Agreement with IBSI", "",
        "Written by `Testing/benchmarks/ibsi/make_table.py`; do not edit.", "",
        ("The mode `ibsi` (`RadiomicsOrthoLib/features/ibsi`) follows the definitions of the image biomarker "
        "standardisation initiative: reference manual [arXiv:1612.07003](https://arxiv.org/abs/1612.07003), consensus "
        "values of Zwanenburg et al., Radiology 2020;295:328–338. A value passes if, rounded to the precision of the "
        "reference (three significant digits), it lies within reference ± tolerance. Tolerance 0 means equal. "
        "Texture matrices and formulas are those of the extraction engine."), "",
        f"**{len(rows) - len(failed)} of {len(rows)} rows of IBSI-1 pass.**", "",
        "## Rows that pass, of all rows", "",
        "| family | " + " | ".join(configurations) + " |", "|---" * (len(configurations) + 1) + "|"]
    passed = Counter((row.short_family, row.configuration) for row in rows if row.passes)
    count = Counter((row.short_family, row.configuration) for row in rows)
    for family in families:
        cells = [f"{passed[family, c]} / {count[family, c]}" if count[family, c] else "–" for c in configurations]
        lines.append(f"| {family} | " + " | ".join(cells) + " |")
    lines += ["", "## Rows that fail", "", *(failures([*rows, *others]) or ["None."])]
    lines += ["", "## Not offered", ""]
    lines += [f"- {what}: {why}." for what, why in NOT_OFFERED]
    lines += ["", "## How the mode differs from pyradiomics", "", *_DIFFERENCES]
    for family in families:
        lines += ["", f"## {family}", "", "| data | feature | tag | value | reference | tolerance | verdict |",
                  "|---|---|---|--:|--:|--:|---|"]
        lines += [f"| {row.configuration} | {row.feature} | `{row.tag}` | {row.value:.5g} | {row.reference} | "
                  f"{row.tolerance} | {'pass' if row.passes else '**fail**'} |"
                  for row in rows if row.short_family == family]
    return "\n".join(lines) + "\n"


_DIFFERENCES = (
    "| step | `ibsi` | pyradiomics |", "|---|---|---|",
    "| new grid | centre on the old grid's centre | corner on corner |",
    "| image | trilinear, or cubic spline; rounded to whole HU | cubic B-spline; whole numbers by cutting |",
    "| mask | linear, from half a voxel on | nearest neighbour |",
    "| bins of fixed size | start at the re-segmentation bound, or the minimum | at a multiple of the size |",
    "| kurtosis | excess (normal distribution: 0) | 3 more |",
    "| axis lengths | covariance over voxels − 1 | over voxels |",
    "| NGTDM | voxels without a neighbour do not count | they do |",
    "| aggregation | 2D, 2.5D, 3D; averaged or merged | 3D (or 2.5D), averaged |")


def compare_responses(folder: Path) -> list[ResponseRow]:
    """The tests of IBSI-2, phase 1, whose filter we offer; ``folder`` holds IBSI's data."""
    found = []
    for test in _response_tests(folder):
        if test["test_id"] not in _RESPONSES:
            continue
        values, geometry = read_voxels(folder / "ibsi2_digital_phantoms" / f"{test['phantom']}.nii.gz")
        reference = read_voxels(folder / test["response_map"])[0].astype(np.float64)
        for source, response in (("ibsi", _RESPONSES), ("engine", _ENGINE_RESPONSES)):
            if test["test_id"] in response:
                ours = response[test["test_id"]](values.astype(np.float64), geometry.spacing_kji)
                deviation = float(np.abs(ours - reference).max() / np.ptp(reference))
                found.append(ResponseRow(test["test_id"], f"{test['filter']}, {test['dimensionality']}",
                                         f"{test['parameters']}; {test['padding']}", source, deviation))
    return found


def _response_tests(folder: Path) -> list[dict[str, str]]:
    with (folder / "ibsi2_phase1_tests.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _engine_log(values: np.ndarray, spacing_kji: tuple[float, ...], sigma_mm: float) -> np.ndarray:
    """The engine's LoG in IBSI's unit: without pyradiomics' factor σ², per voxel² instead of per mm²."""
    voxels = ArrayVoxels(values.astype(np.float32))
    response = engine_log(voxels, Box.whole(values.shape), spacing_kji, sigma_mm, lambda: None)
    return response.astype(np.float64) * spacing_kji[0] ** 2 / sigma_mm ** 2


def _engine_wavelet(values: np.ndarray, _: tuple[float, ...], wavelet: str, passes: str) -> np.ndarray:
    images = wavelet_images(ArrayVoxels(values), Box.whole(values.shape), wavelet, 0, 1, None, lambda: None)
    return dict(images)[f"wavelet-{passes}"]


def _wavelet(values: np.ndarray, _: tuple[float, ...], *arguments: object) -> np.ndarray:
    return separable_wavelet(values, *arguments)


#: test -> response of an array and its spacing (k, j, i) in mm
_RESPONSES = {
    "2.a": partial(laplacian_of_gaussian, sigma_mm=3.0, boundary="zero"),
    "2.b": partial(laplacian_of_gaussian, sigma_mm=5.0, boundary="mirror"),
    "2.c": partial(laplacian_of_gaussian, sigma_mm=5.0, boundary="mirror", in_slices=True),
    "5.a.1": lambda v, s: _wavelet(v, s, "db2", "LHL", 1, "zero"),
    "5.a.2": lambda v, s: _wavelet(v, s, "db2", "LHL", 1, "zero", True),
    "6.a.1": lambda v, s: _wavelet(v, s, "coif1", "HHL", 1, "periodic"),
    "6.a.2": lambda v, s: _wavelet(v, s, "coif1", "HHL", 1, "periodic", True),
    "7.a.1": lambda v, s: _wavelet(v, s, "haar", "LLL", 2, "mirror", True),
    "7.a.2": lambda v, s: _wavelet(v, s, "haar", "HHH", 2, "mirror", True)}
#: those that pyradiomics' filters can be compared with: another continuation, where the phantom hides the border
_ENGINE_RESPONSES = {
    "2.a": partial(_engine_log, sigma_mm=3.0), "2.b": partial(_engine_log, sigma_mm=5.0),
    "5.a.1": partial(_engine_wavelet, wavelet="db2", passes="LHL"),
    "6.a.1": partial(_engine_wavelet, wavelet="coif1", passes="HHL")}


def compare_filtered(folder: Path) -> list[Row]:
    """IBSI-2, phase 2: statistics of the filtered CT phantom; ``folder`` holds IBSI's data."""
    phantom = folder / "ibsi1_ct_phantom"
    array, geometry = read_voxels(phantom / "image.nii.gz")
    mask = read_voxels(phantom / "mask.nii.gz")[0] > 0
    regions = {name: prepare(array, mask, geometry.spacing_kji, settings, FILTER_REACH_MM)
               for name, settings in FILTER_CONFIGURATIONS.items()}
    with (folder / "ibsi2_phase2_reference_values.csv").open(encoding="utf-8", newline="") as file:
        references = list(csv.DictReader(file))
    found = []
    for test, (_, response) in FILTERED.items():
        region = regions[test[-1]]
        values = intensity_statistics(response(region.values, region.spacing_kji)[region.intensity])
        # one entry has no consensus value
        found += [Row(test, r["family"], r["feature"], r["ibsi_tag"], r["value"], r["tolerance"],
                      values[r["ibsi_tag"]]) for r in references if r["config"] == test and r["value"]]
    return found


#: what a filter reads around the region: nine voxels of 1 mm for two levels of a wavelet with 6 taps
FILTER_REACH_MM = 12.0
#: test -> words, response of an array and its spacing (k, j, i) in mm
FILTERED = {
    "1.A": ("no filter, in slices", lambda v, s: v), "1.B": ("no filter, in space", lambda v, s: v),
    "3.A": ("Laplacian of Gaussian, σ 1.5 mm, in slices", partial(laplacian_of_gaussian, sigma_mm=1.5, in_slices=True)),
    "3.B": ("Laplacian of Gaussian, σ 1.5 mm, in space", partial(laplacian_of_gaussian, sigma_mm=1.5)),
    "6.A": ("Daubechies 3, LH, level 1, rotation invariant",
            lambda v, s: _wavelet(v, s, "db3", "LH", 1, "mirror", True)),
    "6.B": ("Daubechies 3, LLH, level 1, rotation invariant",
            lambda v, s: _wavelet(v, s, "db3", "LLH", 1, "mirror", True)),
    "7.A": ("Daubechies 3, HH, level 2, rotation invariant",
            lambda v, s: _wavelet(v, s, "db3", "HH", 2, "mirror", True)),
    "7.B": ("Daubechies 3, HHH, level 2, rotation invariant",
            lambda v, s: _wavelet(v, s, "db3", "HHH", 2, "mirror", True))}


def filtered_table(rows: Sequence[Row]) -> str:
    """The section on IBSI-2, phase 2, Markdown."""
    passed = sum(row.passes for row in rows)
    lines = ["## IBSI-2, phase 2: statistics of the filtered CT phantom", "",
             f"**{passed} of {len(rows)} rows pass.** Filters not offered: mean, Laws, Gabor, Simoncelli.", "",
             "| test | filter | feature | value | reference | tolerance | verdict |",
             "|---|---|---|--:|--:|--:|---|"]
    lines += [f"| {row.configuration} | {FILTERED[row.configuration][0]} | `{row.tag}` | {row.value:.5g} | "
              f"{row.reference} | {row.tolerance} | {'pass' if row.passes else '**fail**'} |" for row in rows]
    return "\n".join(lines) + "\n"


def response_table(rows: Sequence[ResponseRow], folder: Path) -> str:
    """The section on IBSI-2, Markdown."""
    missing = dict.fromkeys(test["filter"] for test in _response_tests(folder) if test["test_id"] not in _RESPONSES)
    lines = [
        "## IBSI-2, phase 1: filter responses", "",
        ("Reference maps of Whybra et al., Radiology 2024;310(2):e231319. A map passes if no voxel is off by more than "
        "1 % of the range of the reference. `ibsi` are the filters of `features/ibsi/response_maps.py`; `engine` are "
        "the extraction engine's, which follow pyradiomics."), "",
        "| test | filter | parameters | source | largest deviation | verdict |", "|---|---|---|---|--:|---|"]
    for row in rows:
        lines.append(f"| {row.test} | {row.filter} | {row.parameters} | `{row.source}` | {row.deviation:.2g} | "
                     f"{'pass' if row.passes else '**fail**'} |")
    return "\n".join([*lines, "", f"Not offered: {'; '.join(missing)}.", ""])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=_DATA, help="folder of the test data")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "docs" / "ibsi.md")
    options = parser.parse_args(arguments)
    folder = options.data / "ibsi"
    if not folder.is_dir():
        parser.error(f"no IBSI data in {options.data} (set RADIOMICS_ORTHO_DATA)")
    rows = compare(folder)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    responses, filtered = compare_responses(folder), compare_filtered(folder)
    others = [*responses, *filtered]
    page = "\n".join((table(rows, others), response_table(responses, folder), filtered_table(filtered)))
    options.out.write_text(page, encoding="utf-8")
    everything = [*rows, *others]
    failed = [row for row in everything if not row.passes]
    print(f"{len(everything) - len(failed)} of {len(everything)} rows and maps pass; wrote {options.out}")
    print(*failures(failed), sep="\n")
    return int(any(row.reason is None for row in failed))


if __name__ == "__main__":
    sys.exit(main())
