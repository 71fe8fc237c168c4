"""Data flows one way: which package may import which, and what stays out of the library."""

import ast
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
LIBRARY = REPOSITORY / "RadiomicsOrtho" / "RadiomicsOrthoLib"
SCENE = REPOSITORY / "RadiomicsOrtho" / "RadiomicsOrthoScene"
WIDGETS = REPOSITORY / "RadiomicsOrtho" / "RadiomicsOrthoWidgets"

#: package -> packages of the library that it may import
ALLOWED = {
    "imaging": set(),
    "regions": {"imaging"},
    "quality": {"imaging", "regions"},
    "features": {"imaging", "regions", "quality"},
    "models": {"features"},
    "scoring": {"imaging", "regions", "quality", "features", "models"},
    # the report of a study shows what modelling found; nothing of modelling is imported for a score card
    "report": {"imaging", "regions", "quality", "features", "models", "scoring", "modelling", "statistics"},
    "workflow": {"imaging", "quality", "regions", "features", "models", "scoring"},
    "batch": {"imaging", "quality", "regions", "features", "models", "scoring", "workflow", "report", "cohort"},
    "statistics": set(),
    "cohort": {"imaging", "regions", "quality", "features"},
    "modelling": {"features", "models", "cohort", "statistics"},
    "workbench": {"features", "models", "cohort", "modelling", "report"},
    "cli": {"imaging", "regions", "quality", "features", "models", "scoring", "workflow", "report", "batch",
            "cohort", "modelling", "statistics", "workbench"},
}
COMMON = {"", "child_process", "child_task", "errors", "long_work", "resources", "yaml_text"}
HEAVY = {"sklearn", "numba", "SimpleITK", "joblib", "distributed", "radiomics", "matplotlib", "torch", "onnxruntime",
         "pywt"}


def imports(path: Path, top_level_only: bool = False):
    """(module, level) of every import in a file; type-checking blocks do not run and do not count."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {id(node) for guard in ast.walk(tree) if isinstance(guard, ast.If)
               and "TYPE_CHECKING" in ast.unparse(guard.test) for node in ast.walk(guard)}
    nodes = tree.body if top_level_only else ast.walk(tree)
    for node in nodes:
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, 0) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.module is None:
                yield from ((alias.name, node.level) for alias in node.names)
            else:
                yield node.module, node.level


def python_files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


@pytest.mark.parametrize("path", python_files(LIBRARY), ids=lambda path: str(path.relative_to(LIBRARY)))
def test_the_library_knows_neither_slicer_nor_the_scene(path):
    found = {module.split(".")[0] for module, level in imports(path) if level == 0}
    assert not found & {"slicer", "vtk", "qt", "ctk", "PySide6", "RadiomicsOrthoScene",
                        "RadiomicsOrthoWidgets"}


@pytest.mark.parametrize("path", python_files(LIBRARY), ids=lambda path: str(path.relative_to(LIBRARY)))
def test_arrows_never_turn_back(path):
    parts = path.relative_to(LIBRARY).parts
    if len(parts) == 1:
        assert not {module for module, level in imports(path) if level > 0 and module.split(".")[0] in ALLOWED}
        return
    package = parts[0]
    assert package in ALLOWED, f"{package} is no package of the design"
    for module, level in imports(path):
        if level == len(parts):
            target = module.split(".")[0]
            # ``from .. import __version__`` names no package
            if target in ALLOWED:
                assert target in ALLOWED[package] | {package}, f"{package} must not import {target}"
            else:
                assert target in COMMON or target.isupper() or target.startswith("__"), target


@pytest.mark.parametrize("path", python_files(LIBRARY), ids=lambda path: str(path.relative_to(LIBRARY)))
def test_heavy_packages_are_imported_where_they_are_used(path):
    found = {module.split(".")[0] for module, level in imports(path, top_level_only=True) if level == 0}
    # compiled kernels need numba's decorator; whoever uses them imports the kernels lazily
    folder = path.relative_to(LIBRARY).parts[:2]
    allowed = {"numba"} if folder in {("features", "kernels"), ("regions", "kernels")} else set()
    # a transformer of scikit-learn needs its base class; its package says by name which module has it
    if folder in {("modelling", "selection"), ("modelling", "estimators"), ("modelling", "harmonisation")}:
        allowed = {"sklearn"}
    assert not found & (HEAVY - allowed)


@pytest.mark.parametrize("package", ["selection", "estimators"])
def test_names_of_transformers_are_known_without_scikit_learn(package):
    import subprocess
    import sys

    code = (f"import sys; import RadiomicsOrthoLib.modelling.{package}; "
            f"print(sorted({HEAVY | {'pandas', 'xgboost', 'sksurv'}!r} & set(sys.modules)))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                          env={**__import__("os").environ, "PYTHONPATH": str(LIBRARY.parent)})
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("path", python_files(SCENE), ids=lambda path: path.name)
def test_the_scene_bridge_knows_no_qt(path):
    found = {module.split(".")[0] for module, level in imports(path) if level == 0}
    assert not found & {"qt", "ctk", "PySide6", "RadiomicsOrthoWidgets"}


@pytest.mark.parametrize("path", python_files(WIDGETS), ids=lambda path: path.name)
def test_parts_of_panels_leave_the_scene_to_the_bridge(path):
    found = {module.split(".")[0] for module, _ in imports(path)}
    assert not found & {"vtk", "PySide6"}
    # what a module file imports at its top must be in every Slicer
    top = {module.split(".")[0] for module, level in imports(path, top_level_only=True) if level == 0}
    assert not top & HEAVY


@pytest.mark.parametrize("name", ["RadiomicsOrtho", "RadiomicsOrthoSegment"])
def test_a_module_file_imports_at_its_top_only_what_every_slicer_has(name):
    found = {module.split(".")[0] for module, _ in imports(REPOSITORY / name / f"{name}.py", top_level_only=True)}
    standard = {"html", "json", "typing"}
    assert found <= standard | {"qt", "ctk", "vtk", "slicer", "RadiomicsOrthoLib", "RadiomicsOrthoWidgets"}
    modules = {module for module, _ in imports(REPOSITORY / name / f"{name}.py", top_level_only=True)
               if module.startswith("RadiomicsOrthoLib")}
    assert modules <= {"RadiomicsOrthoLib.errors"}


def test_only_the_module_file_lies_at_the_top_of_a_module_folder():
    for name in ("RadiomicsOrtho", "RadiomicsOrthoSegment"):
        assert [path.name for path in (REPOSITORY / name).glob("*.py")] == [f"{name}.py"]


def test_scoring_imports_no_training_library():
    import subprocess
    import sys

    code = ("import sys; import RadiomicsOrthoLib.scoring.score, RadiomicsOrthoLib.report.files; "
            f"print(sorted({HEAVY!r} & set(sys.modules)))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                          env={**__import__("os").environ, "PYTHONPATH": str(LIBRARY.parent)})
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("path", [*python_files(LIBRARY), *python_files(SCENE), *python_files(WIDGETS),
                                  *REPOSITORY.glob("RadiomicsOrtho*/*.py")],
                         ids=lambda path: path.name)
def test_no_file_grows_beyond_500_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 500
