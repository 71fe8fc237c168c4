"""Ready for Slicer's Extensions Index: what its automatic checks, its reviewers and its tiers ask for.

The questions are those of Slicer/ExtensionsIndex: `scripts/check_description_files.py`,
`scripts/extension_ai_analysis.py`, the list in its pull request template, and the tiers of its README. What only a
person can do there (the topic of the repository, the pull request) is listed in docs/extensions-index.md.
"""

from __future__ import annotations

import ast
import json
import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = ("RadiomicsOrtho", "RadiomicsOrthoSegment")
REPOSITORY = "https://github.com/RadiomicsOrtho/SlicerRadiomicsOrtho"
RAW = REPOSITORY.replace("github.com", "raw.githubusercontent.com") + "/main/"
#: keys of slicer-extension-catalog-entry-schema-v1.0.1
REQUIRED, OPTIONAL = {"$schema", "category", "scm_url"}, {
    "scm_revision", "scm_type", "build_dependencies", "build_subdirectory", "enabled", "tier"}
#: of the categories that the Index knows, those that fit
CATEGORIES = {"Quantification", "Informatics"}
#: what Slicer itself brings, beside the standard library
AT_FILE_SCOPE = {"slicer", "vtk", "qt", "ctk", "numpy", "scipy", "SimpleITK", "SampleData",
                 "RadiomicsOrthoLib", "RadiomicsOrthoScene", "RadiomicsOrthoWidgets"}
NETWORK = {"urllib", "http", "ssl", "ftplib", "smtplib", "requests", "httpx", "aiohttp", "websocket"}


def shipped() -> list[Path]:
    return sorted(path for module in MODULES for path in (ROOT / module).rglob("*.py"))


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(nodes) -> list[str]:
    names = []
    for node in nodes:
        if isinstance(node, ast.Import):
            names += [item.name for item in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.append(node.module or "")
    return names


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def cmake_value(name: str) -> str:
    found = re.search(rf'set\({name}\s*"([^"]+)"\)', text("CMakeLists.txt"))
    assert found, f"CMakeLists.txt sets no {name}"
    return found[1]


def png_size(path: Path) -> tuple[int, int]:
    head = path.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n", f"{path} is no PNG file"
    return struct.unpack(">II", head[16:24])


@pytest.fixture(scope="module")
def entry() -> dict:
    return json.loads(text("RadiomicsOrtho.json"))


# -- the entry ------------------------------------------------------------------------------


def test_the_entry_follows_the_schema(entry):
    assert REQUIRED <= entry.keys() <= REQUIRED | OPTIONAL
    assert re.search(r"slicer-extension-catalog-entry-schema-v1\.0\.\d\.json", entry["$schema"])
    assert entry["category"] in CATEGORIES
    assert entry["build_dependencies"] == [], "an extension with dependencies is not packaged on trial"
    assert entry["tier"] in range(1, 6)
    assert b"\r" not in (ROOT / "RadiomicsOrtho.json").read_bytes()


def test_names_are_those_that_the_index_wants(entry):
    assert re.search(r"project\(\s*(\S+?)\s*\)", text("CMakeLists.txt"))[1] == "RadiomicsOrtho"
    assert entry["scm_url"] == REPOSITORY
    assert entry["scm_url"].rpartition("/")[2] == "SlicerRadiomicsOrtho"
    assert re.fullmatch(r"[A-Za-z][\w.-]*", entry["scm_revision"]), "a branch: no new entry for each change"
    assert cmake_value("EXTENSION_HOMEPAGE") == REPOSITORY


def test_the_description_is_two_or_three_plain_sentences():
    description = cmake_value("EXTENSION_DESCRIPTION")
    assert 1 <= len(re.findall(r"[.!?](?:\s|$)", description)) <= 3
    assert 60 <= len(description) <= 400
    assert "Research use only" in description


def test_icon_and_screenshots_are_in_the_repository():
    icon = cmake_value("EXTENSION_ICONURL")
    assert icon.startswith(RAW)
    assert png_size(ROOT / icon.removeprefix(RAW)) == (128, 128)
    screenshots = cmake_value("EXTENSION_SCREENSHOTURLS").split()
    assert 3 <= len(screenshots) <= 5
    for url in screenshots:
        assert url.startswith(RAW)
        assert min(png_size(ROOT / url.removeprefix(RAW))) >= 400, f"{url} shows little"
    for module in MODULES:
        assert png_size(ROOT / module / "Resources" / "Icons" / f"{module}.png") == (128, 128)


def test_the_licence_is_permissive_and_named_on_the_homepage():
    assert "Apache License" in text("LICENSE")
    assert "Version 2.0" in text("LICENSE")
    assert re.search(r"^## Licence\n+\[Apache-2\.0\]\(LICENSE\)", text("README.md"), re.MULTILINE)
    assert re.search(r"patent", text("README.md")), "tier 1 asks for what is known about patents"


def test_the_repository_is_small_and_python_only():
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this copy is no git repository")
    files = [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    assert sum(path.stat().st_size for path in files) < 100e6
    assert not [path for path in files if path.suffix in (".cxx", ".h", ".exe", ".dll", ".so", ".dylib", ".qm", ".pkl")]


# -- what a visitor reads ---------------------------------------------------------------------


def test_the_homepage_has_what_reviewers_look_for():
    readme = text("README.md")
    for heading in ("## Modules", "## Tutorial", "## Troubleshooting", "## How to cite", "## Licence"):
        assert f"\n{heading}\n" in readme
    assert re.search(r"!\[[^\]]+\]\(Resources/Screenshots/[\w-]+\.png\)", readme), "a picture of what it does"
    modules = readme.partition("## Modules")[2].partition("\n## ")[0]
    for title in ("Radiomics Ortho", "Radiomics Ortho Segment"):
        assert re.search(rf"\*\*{title}\*\* \w+", modules), f"a sentence on {title}"
    tutorial = text("docs/tutorial.md")
    assert "Sample Data" in tutorial, "where the data of the tutorial come from"
    assert len(re.findall(r"!\[[^\]]*\]\(", tutorial)) >= 3, "pictures"
    assert "Problem" in readme
    assert "Explanation" in readme
    assert "Solution" in readme
    assert re.search(r"[Cc]ache", tutorial), "how downloaded data are removed again"


def test_pictures_and_pages_that_are_linked_exist():
    for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
            path, _hash, anchor = target.partition("#")
            if "://" in target or not path:
                continue
            linked = (page.parent / path).resolve()
            assert linked.exists(), f"{page.name} links {target}"
            if anchor and linked.suffix == ".md":
                headings = re.findall(r"^#+ (.+)$", linked.read_text(encoding="utf-8"), re.MULTILINE)
                anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
                assert anchor in anchors, f"{page.name} links {target}"


# -- the code ---------------------------------------------------------------------------------


def imported_files(path: Path) -> set[Path]:
    """Files of this extension that are read when ``path`` is imported: by file-scope imports, own and relative ones."""
    found = set()
    for node in tree_of(path).body:
        if isinstance(node, ast.Import):
            names = [item.name for item in node.names]
        elif isinstance(node, ast.ImportFrom):
            package = path.relative_to(ROOT / path.relative_to(ROOT).parts[0]).parts[:-1]
            start = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            names = [".".join(filter(None, (start, node.module, item.name))) for item in node.names]
        else:
            continue
        for name in names:
            parts = name.split(".")
            for end in range(1, len(parts) + 1):
                base = ROOT / "RadiomicsOrtho" / Path(*parts[:end])
                found |= {file for file in (base.with_suffix(".py"), base / "__init__.py") if file.is_file()}
    return found


def read_at_start() -> list[Path]:
    """Every file that is read when Slicer loads the two modules."""
    found, ahead = set(), {ROOT / module / f"{module}.py" for module in MODULES}
    while ahead:
        path = ahead.pop()
        found.add(path)
        ahead |= imported_files(path) - found
    return sorted(found)


@pytest.mark.parametrize("path", read_at_start(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_file_scope_imports_are_those_of_slicer(path):
    """What Slicer reads at start needs nothing that Slicer has not; scikit-learn, numba, ... are asked for later."""
    names = {name.split(".")[0] for name in imported(tree_of(path).body)}
    assert names <= AT_FILE_SCOPE | sys.stdlib_module_names


def test_the_files_that_are_read_at_start_are_those_of_the_panels_and_few_of_the_library():
    files = {path.relative_to(ROOT).as_posix() for path in read_at_start()}
    assert "RadiomicsOrtho/RadiomicsOrthoWidgets/panel.py" in files
    assert "RadiomicsOrtho/RadiomicsOrthoLib/errors.py" in files
    assert not [name for name in files if "/modelling/" in name or "/cli/" in name]


def runs_at_file_scope(node: ast.stmt) -> bool:
    """Whether importing the file does anything: all but definitions, constants and tables."""
    if isinstance(node, ast.Expr):
        return not isinstance(node.value, ast.Constant)
    if isinstance(node, ast.If):
        return ast.unparse(node.test) not in ("TYPE_CHECKING", "__name__ == '__main__'")
    if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
        called = {ast.unparse(call.func).rpartition(".")[2] for call in ast.walk(node.value)
                  if isinstance(call, ast.Call)}
        return bool(called & {"open", "read_text", "read_bytes", "run", "Popen", "pip_install", "glob", "mkdir",
                              "connect"})
    return not isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign, ast.AnnAssign,
                                 ast.Assert))


def test_nothing_runs_at_file_scope():
    """Importing a file starts nothing and reads nothing; ``__main__.py`` is a program."""
    assert [f"{path.relative_to(ROOT)}:{node.lineno}" for path in shipped() if path.name != "__main__.py"
            for node in tree_of(path).body if runs_at_file_scope(node)] == []


def test_the_network_is_left_to_slicer_and_pip():
    """Sample data are downloaded by Slicer's own module, packages by pip: after a click, or a question."""
    wrong = re.compile(r"\b(downloadFile|downloadFromURL|downloadSamples?|QNetworkAccessManager|create_connection"
                       r"|curl|wget)\b")
    for path in shipped():
        names = {name.split(".")[0] for name in imported(ast.walk(tree_of(path)))}
        assert not names & NETWORK, path
        assert not wrong.search(path.read_text(encoding="utf-8")), path
    asked = [path.name for path in shipped() if "downloadFileIntoCache" in path.read_text(encoding="utf-8")]
    assert asked == ["sample_data.py"], "Slicer's Sample Data is asked in one place"


def test_sample_data_come_from_lasting_addresses_with_their_sums_and_pictures():
    """An address is of one commit or one release, so that what it gives cannot change unseen."""
    folder = ROOT / "RadiomicsOrtho" / "Resources" / "SampleData"
    samples = json.loads((folder / "samples.json").read_text(encoding="utf-8"))
    assert samples
    for sample in samples:
        assert {"name", "node", "thumbnail", "about", "licence", "source", "scan"} <= sample.keys()
        width, height = png_size(folder / sample["thumbnail"])
        assert 200 <= min(width, height) <= max(width, height) <= 320, "Slicer's template: about 260 x 280"
        parts = [sample[name] for name in ("archive", "scan", "vertebrae", "bodies") if name in sample]
        for part in parts:
            assert re.fullmatch(r"[0-9a-f]{64}", part["sha256"])
            assert "uri" in part or ("member" in part and "archive" in sample)
            assert re.match(r"https://raw\.githubusercontent\.com/[\w-]+/[\w-]+/[0-9a-f]{40}/"
                            r"|https://files\.pythonhosted\.org/packages/(?:[0-9a-f]+/){3}", part.get("uri", "https://"
                            "files.pythonhosted.org/packages/0/0/0/")), part
        assert len({part["file"] for part in parts}) == len(parts)
        # where the tutorial says whose data these are
        assert sample["licence"] in text("docs/tutorial.md")
        assert sample["source"].partition(", ")[0].partition(";")[0] in text("docs/tutorial.md")


def test_packages_are_installed_in_one_place_after_asking():
    places = [path.relative_to(ROOT).as_posix() for path in shipped()
              if re.search(r"pip_install|pip_ensure|-m\W+pip", path.read_text(encoding="utf-8"))]
    # the demo of the command line gets its scan out of a Python package, as its help says
    assert places == ["RadiomicsOrtho/RadiomicsOrthoLib/cli/demo_data.py",
                      "RadiomicsOrtho/RadiomicsOrthoScene/dependencies.py"]
    source = text("RadiomicsOrtho/RadiomicsOrthoScene/dependencies.py")
    assert source.index("confirmOkCancelDisplay(") < source.index("slicer.util.pip_install(")


def test_required_packages_are_few_open_in_version_and_without_torch():
    files = sorted((ROOT / "RadiomicsOrtho" / "Resources").glob("requirements*.txt"))
    assert files
    for path in files:
        for line in path.read_text(encoding="utf-8").splitlines():
            assert line.startswith("#") or re.fullmatch(r"[\w-]+>=\d+(\.\d+)*", line), f"{path.name}: {line}"
            assert not line.startswith("torch")


@pytest.mark.parametrize("module", MODULES)
def test_a_module_folder_has_one_python_file_at_its_top(module):
    """Slicer takes each for a module."""
    assert [path.name for path in (ROOT / module).glob("*.py")] == [f"{module}.py"]


@pytest.mark.parametrize(("module", "category"), [*zip(MODULES, ("Quantification", "Segmentation"), strict=True)])
def test_a_module_says_who_and_what_it_is(module, category):
    classes = {node.name: node for node in tree_of(ROOT / module / f"{module}.py").body
               if isinstance(node, ast.ClassDef)}
    assert {module, f"{module}Widget", f"{module}Logic", f"{module}Test"} <= classes.keys()
    source = ast.unparse(classes[module])
    for field in ("title", "categories", "contributors", "helpText", "acknowledgementText"):
        assert f"self.parent.{field} =" in source, f"no {field}"
    assert f"'{category}'" in source
    logic = ast.unparse(classes[f"{module}Logic"])
    assert "self.ui" not in logic, "the logic works without its panel"


def test_the_help_leads_to_the_documentation():
    source = text("RadiomicsOrtho/RadiomicsOrthoWidgets/module_help.py")
    pages = re.findall(r'"(docs/[\w.-]+)"', source)
    assert pages
    assert all((ROOT / page).is_file() for page in pages)
    assert f'"{REPOSITORY}/' in source
    assert "Research use only" in source


def test_no_custom_styling():
    for path in (*shipped(), *ROOT.glob("RadiomicsOrtho*/Resources/UI/*.ui")):
        assert "stylesheet" not in path.read_text(encoding="utf-8").lower(), path.name


def test_the_workflow_builds_tests_and_says_that_it_was_not_run():
    workflow = text(".github/workflows/slicer.yml")
    assert "NOT RUN" in workflow
    for module in MODULES:
        assert module in workflow
    assert "--testing" in workflow
