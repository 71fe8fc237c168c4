"""What a recipe needs and where it differs from its study, in a sentence or two."""

from __future__ import annotations

from ...modelling.recipes.recipe import Recipe

#: deviations that a sentence names
MOST_NAMED = 2
_PARTS = {"whole-body": "whole vertebral body", "any": "", "by-region": "by region", "trabecular": "trabecular core"}


def needs_text(recipe: Recipe) -> str:
    """Images, region and outcome that the table is about, its columns, and how many the study had."""
    scan, outcome = recipe.scan, recipe.outcome
    part = _PARTS.get(scan.compartment, scan.compartment.replace("-", " "))
    place = ", ".join(filter(None, (f"{scan.modality} of the {scan.site.replace('-', ' ')}", part,
                                    _levels(scan.levels))))
    classes = f" ({', '.join(outcome.classes)})" if outcome.classes else f" ({outcome.unit})" if outcome.unit else ""
    columns = [one.name for one in recipe.declared if one.name != outcome.column]
    size = recipe.simulation
    return (f"Needs: {place}; one row for each {scan.per}, features of the profile {scan.profile}; outcome "
            f"'{outcome.column}'{classes}" + (f"; columns {', '.join(columns)}" if columns else "")
            + f". The study had {size['rows']} rows of {size['subjects']} subjects.")


def differs_text(recipe: Recipe) -> str:
    """The first deviations of the recipe, and how many follow."""
    named = [f"{one.study} → {one.here}" for one in recipe.deviations[:MOST_NAMED]]
    more = len(recipe.deviations) - len(named)
    return f"Other than in the study: {'; '.join(named)}" + (f"; and {more} more." if more else ".")


def _levels(levels: tuple[str, ...]) -> str:
    return levels[0] if len(levels) == 1 else f"{levels[0]} to {levels[-1]}" if levels else ""
