"""The forms at hand: those that ship, and a site's own files."""

from __future__ import annotations

import os
from pathlib import Path

from ...errors import InputError
from ...resources import resource_folder
from ...yaml_text import read_definition
from .form import SemanticForm, form_from_dict

#: files or folders of a site's own forms, separated as in PATH
FORM_PATH_VARIABLE = "RADIOMICS_ORTHO_FORMS"
_SUFFIXES = (".yaml", ".yml", ".json")


def shipped_forms() -> tuple[SemanticForm, ...]:
    return tuple(map(_read, sorted((resource_folder() / "SemanticForms").glob("*.json"))))


def load_form(name_or_path: str) -> SemanticForm:
    """A form by its id, or a site's own form from a YAML or JSON file; InputError if there is none."""
    if Path(name_or_path).suffix in _SUFFIXES:
        return _own_form(Path(name_or_path), shipped_forms())
    forms, _refused = load_catalogue()
    for form in forms:
        if form.id == name_or_path:
            return form
    raise InputError(f"There is no form '{name_or_path}'; at hand: {', '.join(form.id for form in forms)}.")


def load_catalogue(more: tuple[str, ...] = ()) -> tuple[tuple[SemanticForm, ...], tuple[str, ...]]:
    """The forms at hand, and one sentence for each file that was refused; one bad file takes no other away.

    ``more`` names files or folders beside those of ``RADIOMICS_ORTHO_FORMS``.
    """
    shipped = shipped_forms()
    forms, refused = list(shipped), []
    for path in _own_files((*os.environ.get(FORM_PATH_VARIABLE, "").split(os.pathsep), *more)):
        try:
            form = _own_form(path, shipped)
            same_id = [other for other in forms if other.id == form.id]
            if not same_id:
                forms.append(form)
            elif form not in same_id:
                raise InputError(f"The form '{path}' is refused: another one has the id '{form.id}'.")
        except InputError as error:
            refused.append(str(error))
    return tuple(forms), tuple(refused)


def _own_files(places: tuple[str, ...]) -> list[Path]:
    found: dict[Path, None] = {}
    for place in filter(None, places):
        path = Path(place)
        files = sorted(f for f in path.iterdir() if f.suffix in _SUFFIXES) if path.is_dir() else [path]
        found |= dict.fromkeys(files)
    return list(found)


def _own_form(path: Path, shipped: tuple[SemanticForm, ...]) -> SemanticForm:
    """A form that leaves those that ship as they are: ``semantic_genant_grade`` means the same at every site."""
    form = _read(path)
    for other in shipped:
        if form.id == other.id and form.hash() != other.hash():
            raise InputError(f"The form '{path}' is refused: '{form.id}' is the id of a form that ships; give it "
                             "another one.")
        for question in form.questions:
            known = other.question(question.id)
            if known and not question.same_answers_as(known):
                raise InputError(f"The form '{path}' is refused: the form '{other.id}' asks '{question.id}' for "
                                 "another kind of answer; give the question another id.")
    return form


def _read(path: Path) -> SemanticForm:
    return read_definition(path, "form", form_from_dict)
