"""``compare --study FOLDER --images FOLDER --profile P -o OUT/``: the features that observers reproduce."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import mean

from ..cohort.observer_study import LAYOUT, ObserverStudy, listed, read_study
from ..cohort.study_features import MeasuredRegion, measure_study
from ..cohort.study_survey import DrawingPair, survey
from ..errors import InputError
from ..features.background import in_background
from ..features.engine import DEFAULT_ENGINE, load_engine
from ..features.profile import ExtractionProfile
from ..features.profile_file import load_profile, profile_names
from ..features.provenance import provenance_list
from ..features.table import feature_row
from ..features.vector import FeatureVector
from ..imaging.image import BoneImage
from ..long_work import never_cancelled
from ..modelling.reproducibility import (
    BOUNDS,
    DEFAULT_THRESHOLD,
    REPORTED_FORMS,
    RatingComparison,
    Rule,
    compare_ratings,
    reproducible,
    result_document,
)
from ..regions.trabecular import DEFAULT_DEPTH_MM
from ..report.files import write_folder
from ..report.tables import features_csv
from .extract_several import DONE_IN_PART
from .inputs import add_acquisition_arguments, image_from
from .output import ProgressBar

#: what a study takes beside ``--study``: name → arguments of argparse
_OPTIONS = {
    "--images": {"type": Path, "metavar": "FOLDER", "help": "the scans, named like the cases: <case>.nrrd, …, or a "
                 "DICOM folder <case>"},
    "--profile": {"metavar": "P", "help": f"extraction profile: {', '.join(profile_names())}, or a YAML file"},
    "--segment": {"metavar": "NAME", "help": "which segment of every file: its name, label value or level; without it "
                  "all, matched by their anatomy, else their names"},
    "--engine": {"help": "extraction engine: fast (default) or pyradiomics"},
    "--core-depth": {"type": float, "metavar": "MM", "help": "how much is removed below the surface for a trabecular "
                     f"core (default {DEFAULT_DEPTH_MM} mm)"},
    "--icc": {"choices": REPORTED_FORMS, "metavar": "FORM", "help": "ICC of the rule: 2,1 (absolute agreement, "
              "default) or 3,1 (consistency)"},
    "--threshold": {"type": float, "metavar": "ICC", "help": f"what it must reach (default {DEFAULT_THRESHOLD})"},
    "--by": {"choices": BOUNDS, "help": "what of the ICC must reach it: the lower bound of its confidence interval "
             "(default), or the estimate"},
    "--confidence": {"type": float, "metavar": "SHARE", "help": "of the intervals (default 0.95)"},
    "--complete-cases": {"action": "store_true", "default": None, "help": "leave out cases that not everybody drew, "
                         "instead of refusing the study"},
}
#: what can be said of all its scans
_OF_THE_SCANS = ("--modality", "--spacing", "--kvp", "--contrast", "--field-strength", "--sequence", "--pet-unit")
#: what is in ``OUT``
_OVERLAP, _FEATURES, _ICC, _LIST, _RESULT = ("agreement.csv", "features.csv", "features_icc.csv",
                                             "reproducible_features.txt", "reproducible_features.json")
SCHEMA = "radiomics-ortho-reproducible-features/1"


def add_arguments(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("observer study")
    group.add_argument("--study", type=Path, metavar="FOLDER", help=f"drawings as {LAYOUT}")
    for name, arguments in _OPTIONS.items():
        group.add_argument(name, **{"default": None} | arguments)
    add_acquisition_arguments(group)


def refuse_arguments(options: argparse.Namespace) -> None:
    """InputError for what is about a study where there is none."""
    for name in (*_OPTIONS, *_OF_THE_SCANS):
        # masks that are pictures need the size of a pixel, too
        if name != "--spacing" and getattr(options, _attribute(name)) is not None:
            raise InputError(f"{name} is about an observer study; give its folder with --study.")


def run(options: argparse.Namespace) -> dict:
    for name in ("--images", "--profile", "--output"):
        if getattr(options, _attribute(name)) is None:
            raise InputError(f"An observer study needs {name.replace('--output', '-o')} too; see "
                             "'radiomics-ortho compare --help'.")
    rule = _rule(options)
    profile, engine = load_profile(options.profile), load_engine(options.engine or DEFAULT_ENGINE)
    study = read_study(options.study, options.images)
    _check_output(options)
    if study.gaps and not options.complete_cases:
        raise InputError(f"Not every case was drawn by every observer in every session: {listed(study.gaps)} missing; "
                         "add them, or leave these cases out with --complete-cases.")
    bar = ProgressBar(options.json)
    try:
        overlaps = in_background(lambda progress, cancelled: survey(study, options.segment, progress, cancelled,
                                                                    options.spacing), bar, never_cancelled)
        measured = measure_study(study, lambda path: _image(options, path, profile), profile, engine,
                                 DEFAULT_DEPTH_MM if options.core_depth is None else options.core_depth,
                                 options.segment, bar)
    finally:
        bar.close()
    comparisons = compare_ratings(study, measured, rule)
    document = _document(options, study, profile, comparisons, rule) | {"overlap": _overlap_document(overlaps)}
    write_folder(options.output, {
        _OVERLAP: features_csv([_overlap_row(one) for one in overlaps]),
        _FEATURES: features_csv([_feature_row(one) for one in measured]),
        "features.provenance.json": _json(provenance_list([(f"{one.case}, {one.rating}, {one.segment}", one.found)
                                                           for one in measured])),
        _ICC: features_csv(_icc_rows(comparisons, rule)), _LIST: _list(comparisons, rule, profile),
        _RESULT: _json(document)})
    if not options.json:
        _print(document, options.output)
    left_out = dict.fromkeys(reason for comparison in comparisons for reason in comparison.left_out)
    for reason in left_out:
        sys.stderr.write(f"Left out, {reason}\n")
    return document | {"exit_code": DONE_IN_PART if left_out else 0}


def _attribute(option: str) -> str:
    return option.removeprefix("--").replace("-", "_")


def _rule(options: argparse.Namespace) -> Rule:
    given = {"form": options.icc, "bound": options.by, "threshold": options.threshold, "confidence": options.confidence}
    return Rule(**{name: value for name, value in given.items() if value is not None})


def _check_output(options: argparse.Namespace) -> None:
    """InputError if ``-o`` is no folder to write into, or lies where the study is read from."""
    out: Path = options.output
    if out.exists() and not out.is_dir():
        raise InputError(f"'{out}' is a file; with --study, -o names a folder.")
    for read in (options.study, options.images):
        if out.resolve().is_relative_to(read.resolve()):
            raise InputError(f"'{out}' lies in '{read}', which is read; name a folder elsewhere to write into.")


def _image(options: argparse.Namespace, path: Path, profile: ExtractionProfile) -> BoneImage:
    stated = {_attribute(name): getattr(options, _attribute(name)) for name in _OF_THE_SCANS}
    return image_from(argparse.Namespace(**stated, image=str(path), series=None), profile.modality)


def _overlap_row(one: DrawingPair) -> dict:
    row = {"case": one.case, "segment": one.segment, "comparison": _what(one), "observer_a": one.first.observer,
           "session_a": one.first.session, "observer_b": one.second.observer, "session_b": one.second.session,
           "undefined": one.undefined}
    found = {} if one.agreement is None else one.agreement.to_dict()
    return row | {name: value for name, value in found.items() if name != "overlap_spacing"}


def _overlap_document(overlaps: Sequence[DrawingPair]) -> list[dict]:
    """Mean and least Dice, and mean surface distance, of each comparison."""
    document = []
    for what in dict.fromkeys(_what(one) for one in overlaps):
        found = [one.agreement for one in overlaps if _what(one) == what and one.agreement]
        dice, distances = [one.dice for one in found], [one.mean_distance_mm for one in found]
        document.append({"comparison": what, "pairs": len(found), "dice_mean": mean(dice) if found else None,
                         "dice_least": min(dice, default=None),
                         "mean_distance_mm": mean(distances) if found and None not in distances else None})
    return document


def _what(one: DrawingPair) -> str:
    return "between observers" if one.first.observer != one.second.observer else f"within {one.first.observer}"


def _feature_row(one: MeasuredRegion) -> dict:
    place = {"case": one.case, "observer": one.rating.observer, "session": one.rating.session, "segment": one.segment}
    if isinstance(one.found, FeatureVector):
        return {**place, "refused": "", **feature_row(one.found)}
    return {**place, "refused": str(one.found), **one.anatomy}


def _icc_rows(comparisons: Sequence[RatingComparison], rule: Rule) -> list[dict]:
    rows = []
    for comparison in comparisons:
        for one in comparison.features:
            row = {"group": comparison.group, "comparison": comparison.what, "feature": one.feature,
                   "regions": len(comparison.targets), "ratings": len(comparison.ratings)}
            for form in REPORTED_FORMS:
                values = one.icc.get(form, (math.nan,) * 3)
                row |= {f"icc_{form.replace(',', '_')}{part}": value if math.isfinite(value) else None
                        for part, value in zip(("", "_lower", "_upper"), values, strict=True)}
            rows.append(row | {"reaches_threshold": one.reaches(rule), "undefined": one.undefined})
    return rows


def _list(comparisons: Sequence[RatingComparison], rule: Rule, profile: ExtractionProfile) -> str:
    """One feature a line, behind lines with ``#`` that say what the list is."""
    head = [f"# Reproducible features: {rule.sentence}.",
            f"# Profile {profile.id} ({profile.hash()}); details in {_RESULT}."]
    return "\n".join([*head, *reproducible(comparisons, rule)]) + "\n"


def _document(options: argparse.Namespace, study: ObserverStudy, profile: ExtractionProfile,
              comparisons: Sequence[RatingComparison], rule: Rule) -> dict:
    notes = []
    if any(len(one.targets) > len({case for case, _ in one.targets}) for one in comparisons):
        notes.append("Several regions come from one scan and are not independent; the intervals are narrower than they "
                     "should be.")
    if study.ignored:
        notes.append(f"Not read, no segmentations: {listed([path.name for path in study.ignored])}.")
    return {"schema": SCHEMA, "profile": {"id": profile.id, "sha256": profile.hash()},
            "observers": list(study.observers), "cases": len(study.cases), "missing": list(study.gaps),
            **result_document(comparisons, rule), "notes": notes, "output": str(options.output)}


def _json(document: dict) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _print(document: dict, out: Path) -> None:
    for one in document["comparisons"]:
        left_out = f", {len(one['left_out'])} left out" if one["left_out"] else ""
        print(f"{one['group']}, {one['comparison']} ({'; '.join(one['ratings'])}): {one['regions']} regions of "
              f"{one['cases']} {'case' if one['cases'] == 1 else 'cases'}{left_out}")
    for one in document["overlap"]:
        if one["pairs"]:
            print(f"Outlines {one['comparison']}, {one['pairs']} pairs: Dice {one['dice_mean']:.3f} on average, "
                  f"{one['dice_least']:.3f} at least")
    rule = document["rule"]
    for group in document["groups"]:
        found = len(group["reproducible_features"])
        by_estimate = "" if rule["bound"] == "estimate" else \
            f" ({group['reproducible_by_estimate']} by the estimate alone)"
        print(f"{group['group']}: {found} of {group['features']} features are reproducible{by_estimate}")
    print(f"Rule: {rule['sentence']}.")
    for note in document["notes"]:
        print(f"Note: {note}")
    print(f"Written to {out}: {_OVERLAP}, {_FEATURES}, {_ICC}, {_LIST}, {_RESULT}")
