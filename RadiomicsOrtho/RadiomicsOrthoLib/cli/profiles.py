"""``profiles list``, ``show NAME``, ``check FILE`` and ``import PARAMS.yaml -o FILE``."""

from __future__ import annotations

import argparse
from pathlib import Path

from ..errors import InputError
from ..features.profile import PROFILE_MODALITIES, ExtractionProfile
from ..features.profile_file import load_profile, profile_data, profile_names, profile_text, read_yaml
from ..features.pyradiomics_parameters import import_parameters
from ..report.files import write_folder
from .output import check_output


def add_command(commands) -> None:
    command = commands.add_parser("profiles", help="the extraction profiles at hand, and your own")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="one line per profile")
    listing.set_defaults(run=run_list)
    show = actions.add_parser("show", help="all settings of a profile")
    show.add_argument("name", metavar="NAME", help="a profile that ships, or a YAML file")
    show.set_defaults(run=run_show)
    check = actions.add_parser("check", help="whether a profile of your own can be used")
    check.add_argument("file", metavar="FILE")
    check.set_defaults(run=run_check)
    importing = actions.add_parser("import", help="a profile from a pyradiomics parameter file")
    importing.add_argument("parameters", metavar="PARAMS.yaml", type=Path)
    importing.add_argument("-o", "--output", required=True, metavar="my-profile.yaml", type=Path)
    importing.add_argument("--modality", choices=PROFILE_MODALITIES, default="any",
                           help="scans that it is for (default any)")
    importing.add_argument("--site", default="any", help="bone that it is for (default any)")
    importing.add_argument("--compartment", default="any", help="part of the bone (default any)")
    importing.set_defaults(run=run_import)


def run_list(options: argparse.Namespace) -> dict:
    profiles = [load_profile(name) for name in profile_names()]
    if not options.json:
        width = max(len(profile.id) for profile in profiles)
        for profile in profiles:
            print(f"{profile.id:{width}}  {profile.version}  {profile.modality:3}  {profile.title}")
    return {"profiles": [_summary(profile) for profile in profiles]}


def run_show(options: argparse.Namespace) -> dict:
    profile = load_profile(options.name)
    data = profile_data(options.name)
    if not options.json:
        print(f"{profile.title}\n  id {profile.id}, version {profile.version}, sha256 {profile.hash()}")
        for name, value in data.items():
            if name in ("schema", "id", "version", "title", "stated", "assumed"):
                continue
            said = "".join(f"  [{word}]" for word in ("stated", "assumed") if name in getattr(profile, word))
            print(f"  {name}: {_shown(value)}{said}")
    return {**data, "sha256": profile.hash()}


def run_check(options: argparse.Namespace) -> dict:
    if Path(options.file).suffix not in (".yaml", ".yml"):
        raise InputError(f"'{options.file}' is no YAML file (.yaml); name the profile's file.")
    profile = load_profile(options.file)
    if not options.json:
        print(f"'{options.file}' can be used: {profile.id} {profile.version}, sha256 {profile.hash()}")
    return _summary(profile)


def run_import(options: argparse.Namespace) -> dict:
    output = options.output
    # only so can it be named with --profile
    check_output(output, (".yaml", ".yml"))
    about = {"id": output.stem, "version": "1.0.0",
             "title": f"From the pyradiomics parameter file {options.parameters.name}", "modality": options.modality,
             "site": options.site, "compartment": options.compartment}
    found = import_parameters(read_yaml(options.parameters, "parameter file"), about)
    different = [f"{remark.entry}: {remark.reason}" for remark in found.remarks if remark.changes_values]
    ignored = [f"{remark.entry}: {remark.reason}" for remark in found.remarks if not remark.changes_values]
    if different:
        found.data["notes"] = "Not as in pyradiomics. " + " ".join(f"{sentence}." for sentence in different)
    comments = ["Written by 'radiomics-ortho profiles import'.",
                *(f"Not as in pyradiomics: {sentence}." for sentence in different),
                *(f"Ignored: {sentence}." for sentence in ignored)]
    write_folder(output.parent, {output.name: profile_text(found.data, comments)})
    profile = load_profile(str(output))
    if not options.json:
        print(f"Profile {profile.id} written to {output}: {', '.join(profile.image_types)}; "
              f"{', '.join(profile.feature_classes)}")
        for title, sentences in (("Not as in pyradiomics, values differ or are missing", different),
                                 ("Ignored, decides no value", ignored)):
            print(f"  {title}: {'nothing' if not sentences else ''}".rstrip())
            for sentence in sentences:
                print(f"    {sentence}")
    return {"output": str(output), **_summary(profile), "different": different, "ignored": ignored}


def _summary(profile: ExtractionProfile) -> dict:
    return {"id": profile.id, "version": profile.version, "title": profile.title, "modality": profile.modality,
            "site": profile.site, "compartment": profile.compartment, "sha256": profile.hash()}


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_shown(one)}" for name, one in value.items())
    if isinstance(value, list):
        return f"[{', '.join(_shown(one) for one in value)}]"
    return {True: "yes", False: "no", None: "none"}[value] if value is None or isinstance(value, bool) else str(value)
