"""Compare profiles with ``definitions: ibsi`` with IBSI's reference values and maps, and write ``docs/ibsi.md``.

    python Testing/benchmarks/ibsi/make_table.py [--data FOLDER] [--out FILE]

Values go the way of a user: the profiles in ``profiles/``, the phantoms' files, the library's extraction, the table.
FOLDER holds ``ibsi/ibsi1_reference_values.csv`` and the phantoms (see the README of the test data).  The exit code is
1 if a row outside its tolerance has no reason in ``REASONS``.
"""

from __future__ import annotations

import argparse
import csv
import io
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

from RadiomicsOrthoLib.features.engine import load_engine
from RadiomicsOrthoLib.features.extraction import extract_features
from RadiomicsOrthoLib.features.filters.laplacian_of_gaussian import laplacian_of_gaussian as engine_log
from RadiomicsOrthoLib.features.filters.settings import FilterSettings
from RadiomicsOrthoLib.features.filters.voxels import ArrayVoxels
from RadiomicsOrthoLib.features.filters.wavelet import wavelet_images
from RadiomicsOrthoLib.features.ibsi.image_types import filters_of
from RadiomicsOrthoLib.features.ibsi.options import IbsiOptions
from RadiomicsOrthoLib.features.profile import ExtractionProfile
from RadiomicsOrthoLib.features.profile_file import load_profile
from RadiomicsOrthoLib.features.table import feature_row
from RadiomicsOrthoLib.imaging.box import Box
from RadiomicsOrthoLib.imaging.readers import read_image, read_voxels
from RadiomicsOrthoLib.imaging.segmentation_file import read_segmentation
from RadiomicsOrthoLib.regions.from_file import roi_from_file
from RadiomicsOrthoLib.report.tables import features_csv

PROFILES = Path(__file__).with_name("profiles")
#: IBSI-1: the reference table's name of a configuration -> its profile
CONFIGURATIONS = {"digital phantom": "digital-phantom", **{name: name.lower() for name in "ABCDE"}}
#: (configuration, tag) -> why a value lies outside its tolerance; whatever is not here fails the test
REASONS: dict[tuple[str, str], str] = {}
#: (test, source) likewise, for filter responses
RESPONSE_REASONS = {
    ("2.a", "pyradiomics"): "Under `definitions: pyradiomics` the Gaussian is ITK's recursive approximation, as in "
                            "pyradiomics; at σ = 1.5 voxels its peak is 1.4 % higher than the sampled Gaussian's. "
                            "Under `definitions: ibsi` the kernel is exact and the test passes."}
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
    #: ``ibsi`` or ``pyradiomics``: whose definitions
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
    row = extracted(folder, CONFIGURATIONS[configuration])
    return {name.removeprefix("original_").removeprefix("diag_"): value for name, value in row.items()}


def extracted(folder: Path, profile: str) -> dict[str, float]:
    """The numbers of the table that a profile of ``PROFILES`` gives for its phantom, by column."""
    phantom = folder / ("ibsi1_digital_phantom" if profile == "digital-phantom" else "ibsi1_ct_phantom")
    image = read_image(phantom / "image.nii.gz")
    roi = roi_from_file(read_segmentation(phantom / "mask.nii.gz", image.geometry), None)
    vector = extract_features(image, roi, load_profile(str(PROFILES / f"{profile}.yaml")), load_engine("fast"))
    row = next(csv.DictReader(io.StringIO(features_csv([feature_row(vector, roi)]))))
    return {name: float(row[name]) for name in vector.values}


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
        ("A profile with `definitions: ibsi` follows the image biomarker standardisation initiative: reference manual "
         "[arXiv:1612.07003](https://arxiv.org/abs/1612.07003), consensus values of Zwanenburg et al., Radiology "
         "2020;295:328–338. A value passes if, rounded to the precision of the reference (three significant digits), "
         "it lies within reference ± tolerance. Tolerance 0 means equal. The values come from the profiles in "
         "`Testing/benchmarks/ibsi/profiles`, through the same extraction and table as any other: "
         "[how to use them](ibsi-profiles.md)."), "",
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
        for source, response in (("ibsi", _RESPONSES), ("pyradiomics", _ENGINE_RESPONSES)):
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


def _by_ibsi(values: np.ndarray, spacing_kji: tuple[float, float, float], image: str, boundary: str,
             **settings: object) -> np.ndarray:
    """The response by the name that a profile's table gives it."""
    rotated, filters = settings.pop("rotated", False), FilterSettings(**settings)
    profile = ExtractionProfile(
        "ibsi-2", "1", "IBSI-2", "any", "any", "any", image_types=("LoG",) if filters.log_sigma_mm else ("Wavelet",),
        filters=filters, feature_classes=("stat",), definitions="ibsi", ibsi=IbsiOptions(
            filter_boundary=boundary, filter_dimension="2D" if image.endswith("2D") else "3D",
            wavelet_rotation_invariant=rotated))
    return next(f for f in filters_of(profile, spacing_kji) if f.name == image).respond(
        values, spacing_kji, lambda: None)


#: test -> response of an array and its spacing (k, j, i) in mm
_RESPONSES = {
    "2.a": partial(_by_ibsi, image="log-sigma-3-mm-3D", boundary="zero", log_sigma_mm=(3,)),
    "2.b": partial(_by_ibsi, image="log-sigma-5-mm-3D", boundary="mirror", log_sigma_mm=(5,)),
    "2.c": partial(_by_ibsi, image="log-sigma-5-mm-2D", boundary="mirror", log_sigma_mm=(5,)),
    "5.a.1": partial(_by_ibsi, image="wavelet-LHL", boundary="zero", wavelet="db2"),
    # all turns of LHL are those of LLH
    "5.a.2": partial(_by_ibsi, image="wavelet-LLH", boundary="zero", wavelet="db2", rotated=True),
    "6.a.1": partial(_by_ibsi, image="wavelet-HHL", boundary="periodic", wavelet="coif1"),
    "6.a.2": partial(_by_ibsi, image="wavelet-LHH", boundary="periodic", wavelet="coif1", rotated=True),
    "7.a.1": partial(_by_ibsi, image="wavelet2-LLL", boundary="mirror", wavelet="haar", wavelet_levels=2, rotated=True),
    "7.a.2": partial(_by_ibsi, image="wavelet2-HHH", boundary="mirror", wavelet="haar", wavelet_levels=2,
                     rotated=True)}
#: pyradiomics' filters where they can be compared: another continuation, but the phantom hides the border
_ENGINE_RESPONSES = {
    "2.a": partial(_engine_log, sigma_mm=3.0), "2.b": partial(_engine_log, sigma_mm=5.0),
    "5.a.1": partial(_engine_wavelet, wavelet="db2", passes="LHL"),
    "6.a.1": partial(_engine_wavelet, wavelet="coif1", passes="HHL")}


def compare_filtered(folder: Path) -> list[Row]:
    """IBSI-2, phase 2: statistics of the filtered CT phantom; ``folder`` holds IBSI's data."""
    rows = {profile: extracted(folder, profile) for profile in dict.fromkeys(p for _, p, _ in FILTERED.values())}
    with (folder / "ibsi2_phase2_reference_values.csv").open(encoding="utf-8", newline="") as file:
        references = list(csv.DictReader(file))
    found = []
    for test, (_, profile, image) in FILTERED.items():
        # one entry has no consensus value
        found += [Row(test, r["family"], r["feature"], r["ibsi_tag"], r["value"], r["tolerance"],
                      rows[profile][f"{image}_{r['ibsi_tag']}"])
                  for r in references if r["config"] == test and r["value"]]
    return found


#: test -> words, profile, image
FILTERED = {
    "1.A": ("no filter, in slices", "log-a", "original"), "1.B": ("no filter, in space", "log-b", "original"),
    "3.A": ("Laplacian of Gaussian, σ 1.5 mm, in slices", "log-a", "log-sigma-1-5-mm-2D"),
    "3.B": ("Laplacian of Gaussian, σ 1.5 mm, in space", "log-b", "log-sigma-1-5-mm-3D"),
    "6.A": ("Daubechies 3, LH, level 1, rotation invariant", "wavelet-a", "wavelet-LH"),
    "6.B": ("Daubechies 3, LLH, level 1, rotation invariant", "wavelet-b", "wavelet-LLH"),
    "7.A": ("Daubechies 3, HH, level 2, rotation invariant", "wavelet-a", "wavelet2-HH"),
    "7.B": ("Daubechies 3, HHH, level 2, rotation invariant", "wavelet-b", "wavelet2-HHH")}


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
        "1 % of the range of the reference. `ibsi` are the filters under `definitions: ibsi`; `pyradiomics` are those "
        "under `definitions: pyradiomics`, which follow pyradiomics."), "",
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
