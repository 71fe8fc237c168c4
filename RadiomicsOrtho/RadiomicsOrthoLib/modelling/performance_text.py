"""The figures of a validation as a card shows them."""

from __future__ import annotations

from ..statistics.estimate import Estimate
from .performance import Performance
from .validation import Plan

EVIDENCE = "verified (computed here)"


def entries(performance: Performance, plan: Plan, outcome: str, people: str, weighted: bool,
            events_per_coefficient: float) -> list[dict]:
    """The ``performance`` part of ``model.json``; ``outcome`` and ``people`` name what was predicted, and on whom."""
    source = f"nested cross-validation, {people}"
    rows = [*_discrimination(performance, plan, outcome, weighted), *_comparisons(performance),
            *_calibration(performance), *_accuracy(performance, plan), *_benefit(performance)]
    rows.insert(1, ("events per coefficient that could enter", f"{events_per_coefficient:.3g}"))
    apparent = performance.optimism
    rows.append(("AUC on the people of the fit, and corrected for optimism by bootstrap",
                 f"{apparent.apparent:.3f}, corrected {apparent.corrected:.3f}; .632+ {apparent.point_632_plus:.3f}"))
    return [{"measure": measure, "value": value, "evidence": EVIDENCE, "source": source} for measure, value in rows]


def _discrimination(found: Performance, plan: Plan, outcome: str, weighted: bool) -> list[tuple[str, str]]:
    low, high = found.spread
    people = f"{found.events} and {found.count - found.events}; {plan.repeats} × {plan.folds}"
    rows = [("people with and without the outcome; folds", people),
            (f"AUC for {outcome}", f"{_interval(found.auc)}, DeLong; repeats {low:.3f} to {high:.3f}"),
            ("AUC of the population by the weights, survey bootstrap" if weighted else "AUC, bootstrap of people",
             _interval(found.auc_bootstrap))]
    rows += [(f"AUC, {title}", f"{_interval(area)}; {events} of {count} with the outcome")
             for title, (area, events, count) in found.subgroups.items()]
    return rows


def _comparisons(found: Performance) -> list[tuple[str, str]]:
    return [(f"AUC of {title}, and what the model adds (paired DeLong)",
             f"{_interval(own)}; difference {_interval(change.difference, sign=True)}, p {_p(change.p)}")
            for title, (own, change) in found.comparisons.items()]


def _calibration(found: Performance) -> list[tuple[str, str]]:
    line = found.calibration
    table = "; ".join(f"{_percent(group.predicted)} → {_percent(group.observed.value)} "
                      f"({_percent(group.observed.lower)}–{_percent(group.observed.upper)}, n = {group.count})"
                      for group in found.table)
    return [("calibration slope (1 is perfect)", _interval(line.slope)),
            ("calibration intercept, and in the large (0 is perfect)",
             f"{_interval(line.intercept)}; {_interval(line.in_the_large)}"),
            ("Brier score, and scaled (1 is perfect, 0 is no better than one number for all)",
             f"{found.brier:.3f}; {found.scaled_brier:.3f}"),
            ("predicted → observed among the people seen, by fifths of the prediction (exact 95 % CI)", table)]


def _accuracy(found: Performance, plan: Plan) -> list[tuple[str, str]]:
    test = found.accuracy
    low, high = found.sensitivity_spread
    cut = f"cut-off learned in each training fold for {_percent(plan.sensitivity)} sensitivity"
    rows = [("sensitivity", test.sensitivity, test.true_positive, test.true_positive + test.false_negative),
            ("specificity", test.specificity, test.true_negative, test.true_negative + test.false_positive),
            ("positive predictive value at this sample's prevalence", test.positive_predictive_value,
             test.true_positive, test.true_positive + test.false_positive),
            ("negative predictive value at this sample's prevalence", test.negative_predictive_value,
             test.true_negative, test.true_negative + test.false_negative)]
    return [(f"{name}, {cut}", f"{k}/{n}, {_share(share)}"
             + (f"; repeats {_percent(low)} to {_percent(high)}" if name == "sensitivity" else ""))
            for name, share, k, n in rows if share is not None]


def _benefit(found: Performance) -> list[tuple[str, str]]:
    text = "; ".join(f"at {_percent(one.threshold)}: {_number(one.model)} ({_number(one.everybody)})"
                     for one in found.benefit)
    return [("net benefit per person (of acting on everybody; on nobody it is 0)", text)]


def _interval(estimate: Estimate, sign: bool = False) -> str:
    value, lower, upper = (_number(part, sign) for part in (estimate.value, estimate.lower, estimate.upper))
    return f"{value} ({100 * estimate.confidence:g} % CI {lower} to {upper})"


def _share(estimate: Estimate) -> str:
    return (f"{_percent(estimate.value)} ({100 * estimate.confidence:g} % CI {_percent(estimate.lower)} to "
            f"{_percent(estimate.upper)}, exact)")


def _number(value: float, sign: bool = False) -> str:
    # + 0.0 turns a rounded −0.0 into 0
    return f"{round(value, 3) + 0.0:{'+' if sign else ''}.3f}".replace("-", "−")


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %".replace(".0 %", " %")


def _p(p: float) -> str:
    return f"{p:.3f}" if p >= 0.001 else "< 0.001"
