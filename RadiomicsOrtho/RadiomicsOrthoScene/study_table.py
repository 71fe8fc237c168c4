"""Tables of a study as people read them: an interval beside its number, four digits, words instead of names."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from .table_columns import About

LOWER, UPPER = "_lower", "_upper"
_EXACT = "Interval: exact (Clopper and Pearson)."
#: what columns mean, by name
_ABOUT = {
    "auc_delong": About("AUC, DeLong", "", "Area under the ROC curve (0.5: chance, 1: perfect), interval after DeLong"),
    "auc_subjects": About("AUC, subjects", "", "The same area, interval of a bootstrap of whole subjects"),
    "sensitivity": About("Sensitivity", "", f"Share of rows with the event above the cut-off. {_EXACT}"),
    "specificity": About("Specificity", "", f"Share of rows without the event below the cut-off. {_EXACT}"),
    "positive_predictive_value": About("PPV", "", f"Share of rows above the cut-off that have the event. {_EXACT}"),
    "negative_predictive_value": About("NPV", "", f"Share of rows below the cut-off without the event. {_EXACT}"),
    "accuracy": About("Accuracy", "", f"Share of rows on the right side of the cut-off. {_EXACT}"),
    "brier": About("Brier score", "", "Mean squared difference of prediction and outcome (0: perfect)"),
    "scaled_brier": About("Brier, scaled", "", "1 is perfect, 0 no better than one number for all"),
    "calibration_slope": About("Calibration slope", "", "1 is perfect, below 1 the predictions are too extreme"),
    "calibration_in_the_large": About("Calibration in the large", "", "In log odds; above 0 the event is more frequent "
                                                                      "than predicted"),
    "auc_of_the_fit_itself": About("AUC of the fit", "", "On the people of the fit, which is too good"),
    "kept_in_fits": About("Kept in fits", "", "Share of the fits of the cross-validation that kept the feature"),
    "weight": About("Weight", "", "Per standard deviation, in the final fit (log odds), or importance of a tree model"),
    "auc_difference": About("Difference of AUC", "", "First less second model, interval after DeLong"),
    "difference_by_subjects": About("Difference, subjects", "", "The same, interval of a bootstrap of whole subjects"),
    "nri": About("NRI", "", "Net reclassification improvement, without categories"),
    "idi": About("IDI", "", "Integrated discrimination improvement"),
    "standardised difference": About("Standardised difference", "", "Of the first two groups, in standard deviations"),
}


def shown_columns(columns: Mapping[str, Sequence]) -> tuple[dict[str, Sequence], dict[str, About]]:
    """Columns by their names, and what each is.

    ``auc``, ``auc_lower`` and ``auc_upper`` become one column of texts; empty columns are left out.
    """
    found: dict[str, Sequence] = {}
    about: dict[str, About] = {}
    for name, values in columns.items():
        base = name.removesuffix(LOWER).removesuffix(UPPER)
        if (base != name and base in columns) or all(value == "" for value in values):
            continue
        known = _ABOUT.get(name, About(name.replace("_", " ")))
        bounds = [columns.get(f"{name}{end}") for end in (LOWER, UPPER)]
        if None not in bounds:
            found[name] = [_with_interval(*cells) for cells in zip(values, *bounds, strict=True)]
            about[name] = About(f"{known.title} (95 % CI)", "", known.meaning)
        else:
            found[name] = [_number(value) for value in values] if _is_mixed(values) else values
            about[name] = known
    return found, about


def _is_mixed(values: Sequence) -> bool:
    """Texts some of which are numbers, or numbers with more digits than anybody reads."""
    return any(isinstance(value, str) or value != round(value, 6) for value in values)


def _with_interval(value: object, lower: object, upper: object) -> str:
    texts = [_number(one) for one in (value, lower, upper)]
    return f"{texts[0]} ({texts[1]} to {texts[2]})" if texts[1] and texts[2] else texts[0]


def _number(value: object) -> str:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return str(value)
    return f"{number:.4g}".replace("-", "\u2212") if math.isfinite(number) else ""
