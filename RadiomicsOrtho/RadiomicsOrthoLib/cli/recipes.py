"""``recipes list | show NAME``: the published designs that ship."""

from __future__ import annotations

import argparse

from ..modelling.recipes.recipe_file import load_recipe, recipe_names


def add_command(commands) -> None:
    command = commands.add_parser("recipes", help="published study designs that 'train --recipe' runs on your table")
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="one line per recipe")
    listing.set_defaults(run=run_list)
    show = actions.add_parser("show", help="what a recipe needs and does, and where it differs from its study")
    show.add_argument("name", metavar="RECIPE", help="a recipe that ships, or a YAML file")
    show.set_defaults(run=run_show)


def run_list(options: argparse.Namespace) -> dict:
    recipes = [load_recipe(name) for name in recipe_names()]
    if not options.json:
        for one in recipes:
            print(f"{one.id:20}  {one.scan.modality:4}  {one.title}")
    return {"recipes": [{"id": one.id, "title": one.title, "modality": one.scan.modality, "sha256": one.sha256}
                        for one in recipes]}


def run_show(options: argparse.Namespace) -> dict:
    one = load_recipe(options.name)
    columns = [{"name": spec.name, "role": spec.role, "kind": spec.kind, "title": spec.title, "unit": spec.unit,
                **({"choices": list(spec.choices)} if spec.choices else {})} for spec in one.declared]
    if not options.json:
        print(f"{one.title}\n  {one.citation}\n  read: {one.evidence}\n  scan: {one.scan.modality}, {one.scan.site}, "
              f"{one.scan.compartment}; profile {one.scan.profile}; a row for each {one.scan.per}")
        print("  columns of the table besides features and 'subject':")
        for column in columns:
            print(f"    {column['name']}: {column['title']}" + (f" ({', '.join(column['choices'])})"
                                                                if "choices" in column else ""))
        for model in one.models:
            print(f"  model {model.id}: {model.title}")
        for deviation in one.deviations:
            print(f"  instead of {deviation.study}: {deviation.here}, because {deviation.why}")
        for text in one.assumed:
            print(f"  assumed: {text}")
    return {"id": one.id, "title": one.title, "citation": one.citation, "sha256": one.sha256, "columns": columns,
            "models": [model.id for model in one.models], "main": one.main, "assumed": list(one.assumed),
            "deviations": [vars(deviation) for deviation in one.deviations]}
