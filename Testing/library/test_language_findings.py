"""Findings in another language: every sentence that the library can write, none of them half in English."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest
from RadiomicsOrthoLib import errors
from RadiomicsOrthoLib.features.profile_checks import _AXES
from RadiomicsOrthoLib.imaging.calibration.calibration import METHOD_TITLES
from RadiomicsOrthoLib.imaging.calibration.tissues import TITLES as TISSUES
from RadiomicsOrthoLib.imaging.modality import TITLES as IMAGES
from RadiomicsOrthoLib.regions.protocols.catalogue import shipped_protocols
from RadiomicsOrthoLib.report.language import LANGUAGES, Catalogue, catalogue

FOREIGN = [code for code in LANGUAGES if code != "en"]
LIBRARY = Path(errors.__file__).parent
#: names of commands, menus and files stay as they are
NAMES = re.compile("radiomics-ortho calibrate|Segment Editor|Fill holes|Density calibration")
#: two words in a row, of which the second one is no unit or name
ENGLISH = re.compile(r"[A-Za-z]{2,} [a-z]{2,}")
#: where refusals come from that a person at the panels meets
SHOWN_REFUSALS = ("regions/vertebra", "regions/femur", "regions/lumbar_mr", "regions/request.py",
                  "regions/trabecular.py", "workflow", "scoring/clinical.py", "scoring/input_values.py",
                  "scoring/patient.py", "scoring/score.py", "report/files.py", "report/pdf.py", "batch/folder.py")
LISTS = (ast.ListComp, ast.GeneratorExp)


def finding_texts() -> set[str]:
    """Sentences and remedies as they are written in the library, with each of their variants, a 7 for a number."""
    return _written(LIBRARY.rglob("*.py"), "Finding", slice(2, None))


def refusal_texts() -> set[str]:
    """The same of what the panels refuse in everyday work; what only a command line or a damaged file brings about,
    is left in English."""
    places = [LIBRARY.parent / "RadiomicsOrthoScene", *(LIBRARY / name for name in SHOWN_REFUSALS)]
    files = [file for place in places for file in ([place] if place.suffix else place.rglob("*.py"))]
    return {text for text in _written(files, "InputError", slice(0, 1)) if not text.startswith("7")}


def _written(files, called: str, arguments: slice) -> set[str]:
    """What calls of that name are given in those files."""
    found = set()
    for file in files:
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef):
                known = _assigned(tree.body) | _assigned(ast.walk(function))
                found |= {text for node in ast.walk(function) if _is_call(node, called)
                          for argument in node.args[arguments] for text in _variants(argument, known)}
    return {text for text in found if re.search("[a-z]", text)}


def _is_call(node: ast.AST, called: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == called


def _assigned(nodes) -> dict[str, list[ast.expr]]:
    """What each name may hold."""
    found: dict[str, list[ast.expr]] = {}
    for node in nodes:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found.setdefault(node.targets[0].id, []).append(node.value)
    return found


def _variants(node: ast.expr, known: Mapping[str, Sequence[ast.expr]], depth: int = 0) -> list[str]:
    """The texts that an expression may give; ``7`` for what is computed."""
    def each(*nodes: ast.expr) -> list[str]:
        return [text for one in nodes for text in _variants(one, known, depth)]

    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.IfExp):
        return each(node.body, node.orelse)
    if isinstance(node, ast.BoolOp):
        return each(*node.values)
    if isinstance(node, ast.FormattedValue) and node.format_spec is None:
        return each(node.value)
    if isinstance(node, ast.JoinedStr):
        parts = [each(part) for part in node.values]
        return ["".join(part[n % len(part)] for part in parts) for n in range(max(map(len, parts)))]
    if isinstance(node, ast.Name) and node.id in known and depth < 3:
        return [text for one in known[node.id] for text in _variants(one, known, depth + 1)]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "join" \
            and isinstance(node.args[0], LISTS):
        return each(node.args[0].elt)
    return ["7"]


def left_in_english(texts: set[str], translate: Callable[[str], str]) -> list[str]:
    """The texts of which words stay as they were, with what was made of them."""
    made = {text: translate(text) for text in texts}
    return sorted(f"{text} → {found}" for text, found in made.items()
                  if found == text or ENGLISH.search(NAMES.sub("", found)))


def test_the_sampler_sees_variants_and_what_names_hold() -> None:
    texts = finding_texts()
    assert len(texts) > 150
    assert "Rely on the mean only, or use thinner slices." in texts and "Rely on the mean only." in texts
    assert any(text.startswith("The trabecular region has 1 voxel") for text in texts)
    half = Catalogue({"{what} has {count}; it is small.": "{what}有 {count}；小。"})
    assert left_in_english({"The region has 3; it is small."}, half.translate)


@pytest.mark.parametrize("code", FOREIGN)
def test_no_finding_stays_partly_in_english(code: str) -> None:
    # variants of parts that never come together (a size within a size) say nothing
    texts = {text for text in finding_texts() if "7 (7)" not in text and "voxel (7)" not in text}
    assert left_in_english(texts, catalogue(code).translate) == []


@pytest.mark.parametrize("code", FOREIGN)
def test_no_refusal_of_the_panels_stays_in_english(code: str) -> None:
    texts = refusal_texts()
    assert len(texts) > 80
    translate = catalogue(code).translate
    assert [text for text in sorted(texts) if translate(text) == text] == []


@pytest.mark.parametrize("code", FOREIGN)
def test_words_that_fill_a_finding_are_translated(code: str) -> None:
    edges = "first slice, last slice, first row, last row, first column, last column"
    texts = {
        f"The region touches the edge of the scan ({edges}); the bone is incomplete.",
        "The trabecular region has 546 voxels (14.7 mL); texture features of fewer than 1000 are unstable.",
        "Trabecular density of the spine of -50 mg/cm³ is not plausible (0 to 400 mg/cm³).",
        "The region has 1 pixel; it is too small (at least 64).", "2 slices between the drawn ones are empty.",
        ("The values are in Bq/mL (not SUV: the file does not state the time of injection); they cannot be compared "
         "between patients."),
        "Values are SUV by body weight: Bq/mL × body weight / dose left 61.5 min after the injection (QIBA).",
        ("The size of a pixel is unknown, and the profile 'p' measures in mm (shape, resampling, normalisation on the "
         "neighbourhood, the bias field, the filter LoG, the filter Gradient)."),
        "Phantom and patient were not scanned alike (reconstruction kernel B30f and B70f; scanner model A and B).",
        ("L2 lies 43 HU above the median of the others (more than 25 HU): a fracture, a dense focus or a wrong level "
         "may be the reason.")}
    texts |= {f"50% of the region are as dark or as bright as this {image} can be; texture is lost there."
              for image in IMAGES.values()}
    texts |= {f"Tissues of the calibration have unusual HU: air 7 HU (usual 10 to 20); {tissue} -7 HU (usual -4 to 4)."
              for tissue in TISSUES.values()}
    texts |= {f"Densities are HA-equivalent mg/cm³ ({title.lower()}: QRM 7)." for title in METHOD_TITLES.values()}
    texts |= {f"The region lies across the {axis}; the profile 'p' measures the shape of a region of one slice across "
              f"the {axis}." for axis in _AXES}
    assert left_in_english(texts, catalogue(code).translate) == []


@pytest.mark.parametrize("code", FOREIGN)
def test_a_list_with_an_unknown_entry_stays_as_it_is(code: str) -> None:
    translate = catalogue(code).translate
    assert translate("first slice, last row") != "first slice, last row"
    assert translate("first slice, something else") == "first slice, something else"
    assert translate("L1, L2") != translate("L1; L2")


@pytest.mark.parametrize("code", FOREIGN)
def test_the_protocol_of_a_region_is_translated(code: str) -> None:
    texts = {text for protocol in shipped_protocols()
             for text in (protocol.title, *(part.rule.text for part in protocol.compartments))}
    assert len(texts) > 20 and left_in_english(texts, catalogue(code).translate) == []
