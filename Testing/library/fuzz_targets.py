"""Good files of every kind that a person can hand to a command, and the commands that read them."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import generated
import mutation
import numpy as np
import odd_inputs
import phantoms
import yaml
from batch_cohort import TABLES as BATCH_TABLES
from hypothesis.strategies import SearchStrategy
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.cohort.table_schema import ColumnSpec, schema_dict, schema_of
from RadiomicsOrthoLib.imaging.geometry import Geometry
from RadiomicsOrthoLib.imaging.image import BoneImage
from RadiomicsOrthoLib.regions.roi import Roi
from RadiomicsOrthoLib.resources import resource_folder

_PROFILE = """schema: radiomics-ortho-profile/1
id: fuzz
version: 1.0.0
title: Small and quick
modality: CT
site: any
compartment: any
bin_width: 25
image_types: [Original]
feature_classes: [shape, firstorder, glcm]
"""
_PARAMETERS = """imageType:
  Original: {}
  LoG:
    sigma: [1.0, 3.0]
featureClass:
  firstorder:
  glcm:
setting:
  binWidth: 25
  resampledPixelSpacing: [2, 2, 2]
"""
_TABLE = """subject,level,profile,age,osteoporosis,original_glcm_Contrast
ann,L1,p,71,yes,1.25
ann,L2,p,71,yes,
bob,L1,p,93,no,2.5
"""
_SCANNERS = "\n".join(("subject,scanner,age,original_glcm_Contrast,original_firstorder_Mean", *(
    f"s{number},{'ab'[number % 2]},{60 + number},{number % 5 + 0.5},{100 + number * number % 37}"
    for number in range(12)), ""))
#: as the recipe wants it
_PEOPLE = "\n".join(f"{line},{'bmd' if number == 0 else 0.8 + number / 100}"
                    for number, line in enumerate(_SCANNERS.splitlines())) + "\n"
#: one scan that can be measured, and one that is not there
_LIST = """case,image,mask,level,kvp,contrast,modality,age,outcome
p1,image.nrrd,bones.seg.nrrd,,120,no,CT,71,yes
p2,gone.nrrd,,L1,,,,80,no
"""
_COLUMNS = (ColumnSpec("age", "clinical", unit="years", range=(0, 120)),
            ColumnSpec("osteoporosis", "outcome", "choice", choices={"yes": "yes", "no": "no"}))


def _shipped(*parts: str) -> dict:
    return yaml.safe_load(resource_folder().joinpath(*parts).read_text(encoding="utf-8"))


_PARAMETERS_DATA, _PROFILE_DATA = yaml.safe_load(_PARAMETERS), yaml.safe_load(_PROFILE)
_SCHEMA = schema_dict(schema_of(_TABLE.splitlines()[0].split(","), _COLUMNS))
_MODEL = _shipped("Models", "orai", "model.json") | {"id": "fuzzed"}
_RECIPE = _shipped("Recipes", "vara-2023.yaml") | {"id": "fuzzed"}
_PROTOCOL = _shipped("Protocols", "ct-vertebra.json") | {"id": "fuzzed"}
_FORM = _shipped("SemanticForms", "vertebra.json")
_ANSWERS = {"schema": "radiomics-ortho-answers/1", "form": _FORM["id"], "form_version": _FORM["version"],
            "answers": {"genant_grade": 2, "genant_type": "wedge"}}


def _rows(text: str) -> tuple[list[str], list[list[str]]]:
    """Header and rows of a simple table."""
    header, *rows = (line.split(",") for line in text.splitlines())
    return header, rows


@dataclass(frozen=True)
class Target:
    """``damaged`` is the file to damage, ``arguments(folder, out)`` the command that reads it.

    ``mutate`` changes bytes of the good file; ``odd`` are contents near it that are made otherwise.  Of the files
    ``results`` all are there, or nothing is, where the command ends with code 2 because of what the input holds.
    """

    name: str
    damaged: str
    mutate: mutation.Mutation
    arguments: Callable[[Path, Path], list[object]]
    odd: SearchStrategy[bytes] | None = None
    results: tuple[str, ...] = ()


def write_good_files(folder: Path) -> None:
    """Everything that :data:`TARGETS` read, in ``folder``; a few hundred kilobytes."""
    image, roi = _small_scan()
    for suffix in (".nrrd", ".nii", ".mha"):
        phantoms.write(image.array, image.geometry, folder / f"image{suffix}")
    phantoms.write(roi.mask.astype(np.uint8), roi.geometry, folder / "mask.nrrd")
    _write_segmentation(folder, roi)
    (folder / "profile.yaml").write_text(_PROFILE, encoding="utf-8")
    phantoms.write_dicom_series(folder / "series", image)
    (folder / "params.yaml").write_text(_PARAMETERS, encoding="utf-8")
    (folder / "table.csv").write_text(_TABLE, encoding="utf-8")
    (folder / "scanners.csv").write_text(_SCANNERS, encoding="utf-8")
    (folder / "table.parquet").write_bytes(odd_inputs.parquet(*_rows(_TABLE)))
    (folder / "people.csv").write_text(_PEOPLE, encoding="utf-8")
    (folder / "list.csv").write_text(_LIST, encoding="utf-8")
    (folder / "table.schema.json").write_text(json.dumps(_SCHEMA, indent=1), encoding="utf-8")
    for name, content in (("recipe.yaml", _RECIPE), ("protocol.yaml", _PROTOCOL)):
        (folder / name).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    shutil.copytree(resource_folder() / "Protocols" / "pictures", folder / "pictures")
    (folder / "protocol.json").write_text(json.dumps(_PROTOCOL, indent=1), encoding="utf-8")
    (folder / "form.json").write_text(json.dumps(_FORM, indent=1), encoding="utf-8")
    generated.write_files(folder / "model", {"model.json": json.dumps(_MODEL, indent=1).encode()})
    generated.write_zip(folder / "model.zip", generated.trees_files())
    _run("score", "--model", "orai", "--clinical", "age=70", "--clinical", "weight=60",
         "--clinical", "oestrogen=no", "--out", folder / "card")
    _run("calibrate", "--method", "manual", "--slope", "0.8", "--offset", "-3", "--error", "4",
         "--equivalent", "K2HPO4", "--source", "generated", "-o", folder / "calibration.json")
    _run("harmonise", folder / "scanners.csv", "--batch", "scanner", "-o", folder / "harmonised")
    (folder / "answers.json").write_text(json.dumps(_ANSWERS, indent=1), encoding="utf-8")


def _small_scan() -> tuple[BoneImage, Roi]:
    image, _ = phantoms.trunk(spacing=(3.0, 3.0, 4.0), seed=1)
    k, j, i = np.indices(image.array.shape)
    middle = [size // 2 for size in image.array.shape]
    ball = (k - middle[0]) ** 2 + (j - middle[1]) ** 2 + (i - middle[2]) ** 2 <= 9
    return image, Roi(ball, image.geometry, site="vertebra", level="L1", made_by="generated")


def _write_segmentation(folder: Path, roi: Roi) -> None:
    layers = np.stack([roi.mask, np.roll(roi.mask, 2, axis=0)]).astype(np.uint8)
    geometry: Geometry = roi.geometry
    for name in ("bones.seg.nrrd", "other.seg.nrrd"):
        phantoms.write_seg_nrrd(folder / name, layers, geometry,
                                [{"Name": "L1", "Layer": 0}, {"Name": "L2", "Layer": 1}])


def _run(*arguments: object) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        assert main([str(argument) for argument in arguments]) == 0, arguments[0]


def _extract(image: str, mask: str, *more: object) -> Callable[[Path, Path], list[object]]:
    return lambda folder, out: ["extract", folder / image, folder / mask, "--profile", folder / "profile.yaml",
                                "--modality", "CT", *more, "-o", out / "features.csv"]


_NRRD = mutation.mutated_header(b"\n\n")

TARGETS = (
    Target("NRRD image", "image.nrrd", _NRRD, _extract("image.nrrd", "mask.nrrd")),
    Target("NIfTI image", "image.nii", mutation.mutated_head(352), _extract("image.nii", "mask.nrrd")),
    Target("MetaImage", "image.mha", mutation.mutated_head(400), _extract("image.mha", "mask.nrrd")),
    Target("NRRD mask", "mask.nrrd", _NRRD, _extract("image.nrrd", "mask.nrrd")),
    Target("segmentation", "bones.seg.nrrd", _NRRD, _extract("image.nrrd", "bones.seg.nrrd", "--segment", "L1")),
    Target("segmentation, checked", "bones.seg.nrrd", _NRRD,
           lambda folder, out: ["check", folder / "image.nrrd", folder / "bones.seg.nrrd", "--segment", "L1",
                                "--modality", "CT"]),
    Target("segmentation, compared", "bones.seg.nrrd", _NRRD,
           lambda folder, out: ["compare", folder / "bones.seg.nrrd", folder / "other.seg.nrrd", "-o",
                                out / "agreement.csv"]),
    Target("DICOM slice", "series/s1_003.dcm", mutation.mutated_head(1200),
           lambda folder, out: ["info", folder / "series"]),
    Target("profile", "profile.yaml", mutation.mutated_text,
           lambda folder, out: ["profiles", "check", folder / "profile.yaml"], odd_inputs.yaml_texts(_PROFILE_DATA)),
    Target("profile, used", "profile.yaml", mutation.mutated_text, _extract("image.nrrd", "mask.nrrd"),
           odd_inputs.yaml_texts(_PROFILE_DATA)),
    Target("pyradiomics parameters", "params.yaml", mutation.mutated_text,
           lambda folder, out: ["profiles", "import", folder / "params.yaml", "-o", out / "profile.yaml"],
           odd_inputs.yaml_texts(_PARAMETERS_DATA)),
    Target("feature table", "table.csv", mutation.mutated_text,
           lambda folder, out: ["table", "check", folder / "table.csv"], odd_inputs.tables(*_rows(_TABLE))),
    Target("feature table in Parquet", "table.parquet", mutation.mutated_bytes,
           lambda folder, out: ["table", "join", "--features", folder / "table.parquet", "-o", out / "joined.csv"],
           odd_inputs.parquet_tables(*_rows(_TABLE))),
    Target("feature table, joined", "table.csv", mutation.mutated_text,
           lambda folder, out: ["table", "join", "--features", folder / "table.csv", "-o", out / "joined.csv"],
           odd_inputs.tables(*_rows(_TABLE))),
    Target("feature table, exported", "table.csv", mutation.mutated_text,
           lambda folder, out: ["table", "export", folder / "table.csv", "--strip", "--key", out / "key" / "key.csv",
                                "-o", out / "package.zip"], odd_inputs.tables(*_rows(_TABLE))),
    Target("feature table, harmonised", "scanners.csv", mutation.mutated_text,
           lambda folder, out: ["harmonise", folder / "scanners.csv", "--batch", "scanner", "--covariate", "age", "-o",
                                out / "after"], odd_inputs.tables(*_rows(_SCANNERS))),
    Target("harmonisation", "harmonised/harmonisation.json", mutation.mutated_text,
           lambda folder, out: ["harmonise", folder / "scanners.csv", "--frozen",
                                folder / "harmonised" / "harmonisation.json", "-o", out / "after.csv"]),
    Target("schema of a table", "table.schema.json", mutation.mutated_text,
           lambda folder, out: ["table", "check", folder / "table.csv"], odd_inputs.json_texts(_SCHEMA)),
    Target("list of cases", "list.csv", mutation.mutated_text,
           lambda folder, out: ["batch", folder / "list.csv", "--out", out / "batch", "--backend", "threading",
                                "--profile", folder / "profile.yaml"],
           odd_inputs.tables(*_rows(_LIST)), BATCH_TABLES),
    Target("recipe", "recipe.yaml", mutation.mutated_text,
           lambda folder, out: ["recipes", "show", folder / "recipe.yaml"], odd_inputs.yaml_texts(_RECIPE)),
    Target("recipe, simulated", "recipe.yaml", mutation.mutated_text,
           lambda folder, out: ["simulate", "--recipe", folder / "recipe.yaml", "-o", out / "cohort"],
           odd_inputs.yaml_texts(_RECIPE)),
    Target("recipe of a table", "recipe.yaml", mutation.mutated_text,
           lambda folder, out: ["table", "check", folder / "people.csv", "--recipe", folder / "recipe.yaml"],
           odd_inputs.yaml_texts(_RECIPE)),
    Target("drawing protocol", "protocol.json", mutation.mutated_text,
           lambda folder, out: ["protocols", folder / "protocol.json", "-o", out / "protocol.html"],
           odd_inputs.json_texts(_PROTOCOL)),
    Target("drawing protocol in YAML", "protocol.yaml", mutation.mutated_text,
           lambda folder, out: ["protocols", folder / "protocol.yaml", "-o", out / "protocol.html"],
           odd_inputs.yaml_texts(_PROTOCOL)),
    Target("model", "model/model.json", mutation.mutated_text,
           lambda folder, out: ["models", "import", folder / "model", "--accept-unsigned"],
           odd_inputs.json_texts(_MODEL)),
    Target("packed model", "model.zip", mutation.mutated_bytes,
           lambda folder, out: ["models", "import", folder / "model.zip", "--accept-unsigned"],
           odd_inputs.bundles(generated.trees_files())),
    Target("score card", "card/card.json", mutation.mutated_text,
           lambda folder, out: ["card", folder / "card" / "card.json", "--html", out / "report.html"]),
    Target("semantic form", "form.json", mutation.mutated_text,
           lambda folder, out: ["semantic", "show", folder / "form.json"], odd_inputs.json_texts(_FORM)),
    Target("calibration", "calibration.json", mutation.mutated_text,
           lambda folder, out: ["score", folder / "image.nrrd", folder / "mask.nrrd", "--modality", "CT", "--model",
                                "qct-spine-vbmd-scan", "--calibration", folder / "calibration.json", "--level", "L1",
                                "--compartment", "trabecular", "--kvp", "120", "--contrast", "no", "--out", out]),
    Target("semantic answers", "answers.json", mutation.mutated_text,
           lambda folder, out: ["semantic", "check", folder / "answers.json"], odd_inputs.json_texts(_ANSWERS)),
)
