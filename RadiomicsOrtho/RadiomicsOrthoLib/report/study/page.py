"""The report of a study as one HTML page: what was asked, who is in it, what came out, and what is left open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ... import RESEARCH_USE_ONLY, __version__
from ...modelling.recipes.assessment import CURVE
from ...modelling.recipes.recipe import Recipe
from ...modelling.recipes.results import BinaryResult, Comparison, StudyResult
from ...statistics.estimate import Estimate
from ..html_parts import bullets, checked_svg, page, section, table
from ..svg import escape
from .checklists import Answer, MetricsScore, open_items, share_filled

STYLE = """
.study-figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(22rem, 1fr)); gap: 1rem; align-items:
start; } .study-figures svg, .wide svg { width: 100%; height: auto; display: block; border-radius: 4px; }
.wide { margin-top: 1rem; }
.study-figures figure { background: #fff; border-radius: 4px; max-width: 30rem; }
.compact td, .compact th { font-size: .85rem; padding-right: .6rem; }
.compact tbody th { width: auto; }
.warning { border-left: 6px solid var(--warn); }
.facts tbody th { width: 32%; }
"""


def study_page(result: StudyResult, figures: Mapping[str, str], metrics: MetricsScore, clear: Sequence[Answer],
               tripod: Sequence[Answer], models: Sequence[tuple[str, str]], card: str = "") -> str:
    """``figures``: name → SVG; ``models``: title and what became of it (a folder, or why there is none).

    ``card`` is HTML: the card of the main model, where it has a bundle.
    """
    recipe = result.recipe
    word = "SIMULATED – " if result.simulated else ""
    sections = [
        _notes(result), _summary(result), section("Design", design_html(result.recipe)), _people(result, figures),
        *(_task(result, task, figures) for task in result.binary.values()), _classes(result, figures),
        _regression(result, figures), _follow_up(result, figures), _grid(result, figures), _features(result, figures),
        _models(models, figures, card), _metrics(metrics), _checklist("CLEAR", clear), _checklist("TRIPOD+AI", tripod),
        _record(result)]
    footer = f"{RESEARCH_USE_ONLY} radiomics-ortho {__version__}, recipe {recipe.id} {recipe.version}."
    return page(f"{word}{recipe.title}", f"{word}{recipe.title}", f"Study report after {recipe.id}",
                [one for one in sections if one], footer, STYLE)


def _notes(result: StudyResult) -> str:
    return section("Read this first", bullets(result.notes), "warning") if result.notes else ""


def _summary(result: StudyResult) -> str:
    rows = []
    for task in result.binary.values():
        one = task.models[result.recipe.main]
        parts = [("cross-validation", one.internal), *([("the held-out part", one.test)] if one.test else [])]
        found = "; ".join(f"{interval(figures.honest_auc)} in {part} ({figures.events} of {figures.count} rows with "
                          "the event)" for part, figures in parts)
        rows.append([escape(f"{task.title}: {one.model.title}"),
                     escape(f"AUC {found}; on the people of the fit, where it is too good, {one.apparent:.3f}")])
    if result.regression:
        one = result.regression
        rows.append([escape(one.model.title),
                     f"R² of people left out {interval(one.r2)}; of the fit itself {one.apparent_r2:.3f}"])
    if result.follow_up:
        one = result.follow_up
        rows.append(["Followed cohort", escape(f"hazard ratio per point {interval(one.adjusted)}, adjusted; the "
                                               f"score adds χ² {one.chi2:.2f} (") + f"p {p_text(one.p)}) to the "
                     "clinical model"])
    return section("In short", table(rows, kind="facts"), "result")


def design_html(recipe: Recipe) -> str:
    """What the study states and reported, what is done here instead, and what had to be assumed."""
    scan = recipe.scan
    facts = table(([escape(one.topic), escape(one.text), escape(one.evidence)] for one in recipe.facts),
                  ("The study", "What it states", "Evidence"), "compact")
    reported = table(([escape(one.topic), escape(one.text), escape(one.evidence)] for one in recipe.reported),
                     ("Reported there", "Figure", "Evidence"), "compact")
    deviations = table(([escape(one.study), escape(one.here), escape(one.why)] for one in recipe.deviations),
                       ("The study", "Here", "Why"), "compact")
    setting = table([["Images", escape(f"{scan.modality}, {scan.site}, {scan.compartment}"
                                       f"{', ' + ', '.join(scan.levels) if scan.levels else ''}; one row for "
                                       f"each {scan.per}")],
                     ["Extraction profile", escape(scan.profile)], ["Outcome", escape(recipe.outcome.title)],
                     ["Models", bullets(_model_line(one) for one in recipe.models)],
                     ["Results of its kind", escape(", ".join(recipe.outputs) or "—")]], kind="facts")
    return (f'<p>{escape(recipe.citation)}</p><p class="what">A way of working after this study, fitted to the table '
            f"at hand. The study published no coefficients; none of its numbers are used. Read: "
            f"{escape(recipe.evidence)}.</p>{setting}{facts}{reported}<h3>Where this differs, and why</h3>{deviations}"
            f"<h3>Assumed, because the study does not say</h3>{bullets(recipe.assumed)}")


def _model_line(model) -> str:
    if model.average:
        return f"{model.title}: mean of {' and '.join(model.average)}"
    chain = [name for step in model.selection for name in step] + list(model.estimator)
    seen = [*model.blocks, *model.clinical]
    joined = ", features become one score first" if model.combine == "score" else ""
    return f"{model.title}: {', '.join(seen)} → {' → '.join(chain)}{joined}"


def _people(result: StudyResult, figures: Mapping[str, str]) -> str:
    rows = ([escape(row.title), escape(row.everybody), *map(escape, row.groups),
             "—" if row.difference is None else escape(f"{row.difference:.2f}".replace("-", "−"))]
            for row in result.baseline)
    head = ("Table 1", "all", *result.baseline_groups, "stand. difference")
    return section("Who is in the study", f'<div class="wide">{checked_svg(figures["flow"])}</div>'
                   + table(rows, head, "compact")
                   + '<p class="what">Mean ± standard deviation, or number (share), of subjects. The standardised '
                     'difference compares the first two groups.</p>')


def _task(result: StudyResult, task: BinaryResult, figures: Mapping[str, str]) -> str:
    rows = []
    for one in task.models.values():
        for part, found in (("cross-validation", one.internal), ("held-out part", one.test)):
            if found is None:
                continue
            line = found.calibration
            rows.append([escape(one.model.title), escape(part), _number(found.honest_auc),
                         *(_number(getattr(found.accuracy, name))
                           for name in ("sensitivity", "specificity", "accuracy")),
                         f"{found.brier:.3f}", _number(line.slope if line else None, 2)])
    head = ("Model", "Part", "AUC", "Sensitivity", "Specificity", "Accuracy", "Brier", "Calibration slope")
    kinds = ("roc", "calibration", "decision", "confusion")
    names = [f"{kind}-{key}" for kind in kinds for key in _keys(task, figures, kind)]
    pictures = "".join(f"<figure>{checked_svg(figures[name])}</figure>" for name in names)
    body = table(rows, head, "compact") + (
        '<p class="what">95 % intervals: of the AUC the wider one of DeLong and of a bootstrap of whole subjects, of '
        'shares exact (Clopper–Pearson). In cross-validation figures are means over the repeats, counts those of the '
        'first. Cut-offs are learned in the training part. Bands of the ROC curves are pointwise, from samples of '
        f'whole subjects. {_most_frequent(task)}{_fell_back(task)}{_area_632(task)}</p>')
    body += f'<div class="study-figures">{pictures}</div>{_benefit(result, task)}{_comparisons(task)}'
    body += _null(task, figures) + _blocks(task)
    return section(task.title, body)


def _most_frequent(task: BinaryResult) -> str:
    """What needs no model: the accuracy of calling everybody the more frequent class (no information rate)."""
    one = next(iter(task.models.values())).internal
    share = max(one.events, one.count - one.events) / one.count
    name = task.classes[1 if 2 * one.events > one.count else 0]
    return f"Calling every row of the development part '{escape(name)}' is right in {100 * share:.1f} %."


def _fell_back(task: BinaryResult) -> str:
    found = [f"{escape(one.model.title)} in {one.fell_back}" for one in task.models.values() if one.fell_back]
    return f" Nothing passed the selection, so that the best single feature stayed, in fits of: {', '.join(found)}." \
        if found else ""


def _area_632(task: BinaryResult) -> str:
    found = task.area_632
    return (f" By the .632+ bootstrap of whole subjects the area of the main model is {found.value:.3f} (on the people "
            f"of the fit {found.apparent:.3f}, on those left out {found.left_out:.3f}).") if found else ""


def _benefit(result: StudyResult, task: BinaryResult) -> str:
    """Net benefit at the thresholds that the recipe names."""
    wanted = result.recipe.thresholds
    if not wanted:
        return ""
    found = {one.model.title: one.test or one.internal for one in task.models.values()}
    at = [int(np.abs(CURVE - threshold).argmin()) for threshold in wanted]
    first = next(iter(found.values()))
    rows = [["Acting on everybody", *(_signed(first.net_benefit_all[place]) for place in at)],
            *([escape(name), *(_signed(one.net_benefit[place]) for place in at)] for name, one in found.items())]
    part = "held-out part" if len(result.test) and not result.follow_up else "cross-validation"
    return f"<h3>Net benefit per person, {part}</h3>" + table(
        rows, ("At a threshold of", *(f"{100 * CURVE[place]:.0f} %" for place in at)), "compact")


def _signed(value: float) -> str:
    return f"{value:.3f}".replace("-", "−")


def key_of(task: BinaryResult) -> str:
    """The part of the names of a task's figures."""
    return "".join(letter if letter.isalnum() else "-" for letter in task.title.lower()).strip("-")


def _keys(task: BinaryResult, figures: Mapping[str, str], kind: str) -> list[str]:
    return [key for key in (key_of(task), f"{key_of(task)}-test") if f"{kind}-{key}" in figures]


def _comparisons(task: BinaryResult) -> str:
    def row(one: Comparison) -> list[str]:
        nri, idi = one.reclassified
        return [escape(f"{task.models[one.first].model.title} − {task.models[one.second].model.title}"),
                escape(one.part),
                _number(one.delong.difference), p_text(one.delong.p), _number(one.by_subjects),
                _number(nri.estimate, 2), _number(idi.estimate)]

    if not task.comparisons:
        return ""
    return "<h3>Comparisons</h3>" + table(map(row, task.comparisons), (
        "Difference of areas", "Part", "DeLong", "p", "by subjects", "NRI", "IDI"), "compact") + (
        '<p class="what">NRI (without categories) and IDI stand beside the test of areas; both can favour a useless '
        'model that is badly calibrated. DeLong takes rows for independent; where a subject has several, look at the '
        'interval by subjects.</p>')


def _null(task: BinaryResult, figures: Mapping[str, str]) -> str:
    name = f"null-{key_of(task)}"
    if task.null is None or name not in figures:
        return ""
    return (f'<h3>Against chance</h3><div class="study-figures"><figure>{checked_svg(figures[name])}</figure></div>'
            f'<p class="what">The same chain on outcomes dealt out anew among subjects: mean area '
            f"{task.null.areas.mean():.3f}, greatest {task.null.areas.max():.3f}; observed {task.null.observed:.3f}, p "
            f"{p_text(task.null.p)}.</p>")


def _blocks(task: BinaryResult) -> str:
    if not task.block_correlation:
        return ""
    rows = [[escape(name), f"{value:.3f}".replace("-", "−")] for name, value in task.block_correlation.items()]
    return "<h3>Correlation between the blocks of features</h3>" + table(rows, kind="facts")


def _classes(result: StudyResult, figures: Mapping[str, str]) -> str:
    if result.classes is None:
        return ""
    rows = [[escape(name), f"{area:.3f}"] for name, area in result.classes.areas.items()]
    pictures = "".join(f"<figure>{checked_svg(svg)}</figure>" for name,
                       svg in figures.items() if name.startswith("classes-"))
    return section("All classes at once", table(rows, ("Model", "Mean area of all pairs (Hand and Till)"), "facts")
                   + f'<div class="study-figures">{pictures}</div>')


def _regression(result: StudyResult, figures: Mapping[str, str]) -> str:
    if result.regression is None:
        return ""
    one = result.regression
    least_squares = [] if one.f is None else [
        ["R² of the fit itself, adjusted", f"{one.adjusted_r2:.3f}".replace("-", "−")],
        [f"F({one.f.between}, {one.f.within}) of the fit itself", f"{one.f.statistic:.2f}, p {p_text(one.f.p)}"]]
    same = "not defined: everybody gets the same number"
    rows = [["r of the fit itself", interval(one.apparent_r) if one.apparent_r else same],
            ["R² of the fit itself", f"{one.apparent_r2:.3f}".replace("-", "−")], *least_squares,
            ["r of people left out", interval(one.r) if one.r else same],
            ["R² of people left out", interval(one.r2)],
            ["Root mean square error", f"{one.rmse:.4g} {escape(result.recipe.outcome.unit)}"]]
    return section("Regression", table(rows, kind="facts")
                   + f'<div class="study-figures"><figure>{checked_svg(figures["scatter"])}</figure></div>'
                   + '<p class="what">R² of the fit grows with every predictor; what counts is that of whole '
                     "subjects left out, with the interval of a bootstrap of subjects.</p>")


def _follow_up(result: StudyResult, figures: Mapping[str, str]) -> str:
    if result.follow_up is None:
        return ""
    one, plan = result.follow_up, result.recipe.follow_up
    titles = {column.spec.name: column.spec.title for column in result.recipe.clinical}
    at = one.at_horizon
    horizon = [*([f"Area at {at.horizon:g} {plan.unit}, {escape(name)}", interval(area)]
                 for name, area in at.areas.items()),
               ["What the score adds to the area", interval(at.added)]] if at else []
    pictures = "".join(f"<figure>{checked_svg(figures[name])}</figure>" for name in ("survival", "decision-horizon")
                       if name in figures)
    rows = [["People, events", f"{one.count}, {one.events}"],
            ["Median follow-up", f"{one.median_time:.1f} {plan.unit}"],
            ["Score with and without the event",
             "{:.0f} ± {:.0f} and {:.0f} ± {:.0f}".format(*one.mean_with, *one.mean_without)],
            ["Hazard ratio per point, score alone", f"{interval(one.alone)}, p {p_text(one.alone_p)}"],
            [f"Adjusted for {escape(', '.join(titles[name] for name in plan.clinical))}",
             f"{interval(one.adjusted)}, p {p_text(one.adjusted_p)}"],
            ["Hazard ratio per 10 points, adjusted", f"{one.adjusted.value ** 10:.2f}"],
            ["What the score adds (likelihood ratio)", f"χ² {one.chi2:.2f}, {one.freedom} df, p {p_text(one.p)}"],
            ["C-index, clinical and with the score", f"{one.clinical_c:.3f}, {one.combined_c:.3f}"], *horizon]
    return section("The followed cohort", table(rows, kind="facts")
                   + f'<div class="study-figures">{pictures}</div>'
                   + '<p class="what">The score is 100 × the probability of the model, which learned from the '
                     "development part alone. The C-indices are those of Cox models on the people of their own fit; "
                     "areas and net benefit are those of Cox models in five folds, for people whom they had not seen, "
                     "weighted for censoring (Uno et al. 2007) and by Kaplan and Meier (Vickers et al. 2008), with "
                     "intervals of a bootstrap of people.</p>")


def _grid(result: StudyResult, figures: Mapping[str, str]) -> str:
    if result.grid is None:
        return ""
    grid = result.grid
    rows = []
    for region, corrected in grid.corrected.items():
        best, nested = grid.best(region), grid.nested.get(region)
        null, p = grid.null.get(region, ((), None))
        rows.append([escape(region), escape(f"{best.selector}, {best.estimator}"), f"{best.auc:.3f}",
                     f"{best.accuracy:.3f}", interval(nested) if nested else "–", interval(corrected),
                     f"{best.auc - corrected.value:+.3f}".replace("-", "−"),
                     f"{min(null):.3f} to {max(null):.3f}, p {p_text(p)}" if null else "–"])
    failed = sum(bool(cell.failed) for cell in grid.cells)
    pictures = "".join(f'<div class="wide">{checked_svg(svg)}</div>' for name, svg in figures.items()
                       if name.startswith("grid-"))
    return section("Grid of selections and classifiers", table(
        rows, ("Region", "Best of the grid", "AUC", "Accuracy", "AUC, picked inside", "AUC, corrected", "Optimism",
               "Best on shuffled outcomes"), "compact")
        + '<p class="what">The best of many combinations looks better than it is. Picked anew in inner folds of every '
          "training part, it does what the fifth column says; corrected is the best less what picking it adds, from "
          "people drawn anew (Tsamardinos et al. 2018). The last column is the best of the same grid where the outcome "
          "was dealt out by chance."
        + (f" {failed} combinations were not possible; grid.csv says why." if failed else "") + "</p>" + pictures)


def _features(result: StudyResult, figures: Mapping[str, str]) -> str:
    wanted = ("stability", "weights", "heat", "correlation")
    found = "".join(f'<div class="wide">{checked_svg(figures[name])}</div>' for name in wanted if name in figures)
    model = result.recipe.model(result.recipe.main)
    title, lacking = "Selected features of the main model", ""
    if len(result.binary) > 1:
        title += f": {next(iter(result.binary))}"
    if "weights" not in figures:
        name = next(iter(model.estimator or {}), "a mean of models")
        lacking = f'<p class="what">This model ({escape(name)}) has neither coefficients nor importances.</p>'
    return section(title, found + lacking)


def _models(models: Sequence[tuple[str, str]], figures: Mapping[str, str], card: str) -> str:
    rows = [[escape(title), escape(what)] for title, what in models]
    nomogram = f'<h3>Nomogram of the main model</h3><div class="wide">{checked_svg(figures["nomogram"])}</div>' \
        if "nomogram" in figures else ""
    return section("Models", table(rows, ("Model", "Bundle"), "facts") + card + nomogram)


def _metrics(score: MetricsScore) -> str:
    rows = ([escape(one.item.number), escape(one.item.topic), f"{one.item.weight:.4f}", escape(one.state),
             escape(one.reason)]
            for one in score.answers)
    return section(f"METRICS: {score.percent:.1f} % (at most {score.most:.1f} % once the open items are answered)",
                   table(rows, ("Item", "Topic", "Weight", "Met", "Reason"), "compact")
                   + '<p class="what">Kocak et al. 2024, doi:10.1186/s13244-023-01572-w. Open items count as not '
                     'met.</p>')


def _checklist(name: str, answers: Sequence[Answer]) -> str:
    rows = ([escape(one.item.number), escape(one.item.topic), escape(one.reason)] for one in answers
            if one.state == "yes")
    return section(f"{name}: {share_filled(answers)}",
                   "<details open><summary>Filled by this run</summary>"
                   f"{table(rows, ('Item', 'Topic', 'Where'), 'compact')}</details>"
                   f"<p>Left to the authors: {escape('; '.join(open_items(answers)))}.</p>")


def _record(result: StudyResult) -> str:
    recipe, people = result.recipe, result.data.people
    rows = [["Recipe", escape(f"{recipe.id} {recipe.version}")], ["Recipe, SHA-256", _hash(recipe.sha256)],
            ["Table", escape(people.name)], ["Table, SHA-256", _hash(people.sha256)],
            ["Seed", str(recipe.validation.seed)], ["Command", escape(f"radiomics-ortho train --recipe {recipe.id} "
                                                                       f"--table {people.name} -o FOLDER")]]
    return section("Record", table(rows, kind="facts"))


def _hash(text: str) -> str:
    return f'<span class="hash">{escape(text or "not read from a file")}</span>'


def _number(one: Estimate | None, digits: int = 3) -> str:
    return "—" if one is None else interval(one, digits)


def interval(one: Estimate, digits: int = 3) -> str:
    """``0.812 (0.733 to 0.891)``."""
    value, lower, upper = (f"{part:.{digits}f}".replace("-", "−") for part in (one.value, one.lower, one.upper))
    return f"{value} ({lower} to {upper})"


def p_text(p: float) -> str:
    return "&lt; 0.001" if p < 0.001 else f"{p:.3f}"
