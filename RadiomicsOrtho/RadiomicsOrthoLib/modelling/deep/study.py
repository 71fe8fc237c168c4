"""From boxes and outcomes to the columns of every row and the frozen network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np

from ...cohort.table_schema import NETWORK_FOLD
from ...errors import InputError
from ...features.roi_crop import CropSettings
from ...long_work import Cancelled, Progress, never_cancelled, no_progress
from ...models.encoder import Encoder
from ...statistics.estimate import Estimate
from ...statistics.roc import delong
from .columns import table_columns
from .cross_fitting import cross_fit, deal_folds
from .encoder_of import encoder_of
from .training import TrainingPlan

#: rows of a column ``set`` that are learned from
DEVELOPMENT = "development"


@dataclass(frozen=True)
class DeepStudy:
    """``columns`` (n) of the table by name; ``auc`` of ``learned`` rows by networks that had not seen the person.

    ``losses`` (network, epoch) of the learning and the stopping part, ``best_epochs`` those kept; the frozen one first.
    """

    encoder: Encoder
    columns: dict[str, np.ndarray]
    auc: Estimate
    events: int
    learned: int
    losses: tuple[tuple[tuple[float, float], ...], ...]
    best_epochs: tuple[int, ...]
    agreement: tuple[float, ...]


def train_study(boxes: np.ndarray, known: Mapping[str, np.ndarray], outcome: tuple[str, tuple[str, str]],
                settings: CropSettings, plan: TrainingPlan, folds: int, seed: int, progress: Progress = no_progress,
                cancelled: Cancelled = never_cancelled) -> DeepStudy:
    """``boxes`` (n, k, j, i), and ``known`` of their rows: subject, set, simulated, and the column of the outcome.

    ``outcome`` is that column with its two values, the event second.  Rows of another set than ``development``, and
    those without an outcome, are not learned from; they get the columns of the frozen network.
    """
    column, keys = outcome
    wanted = known[column]
    strange = sorted(set(wanted) - {*keys, ""})
    if strange:
        raise InputError(f"The column '{column}' holds '{strange[0]}', which is neither '{keys[0]}' nor '{keys[1]}'.")
    learned = (wanted != "") & np.isin(known["set"], (DEVELOPMENT, ""))
    event = (wanted == keys[1]).astype(int)
    for value in (0, 1):
        if len(set(known["subject"][learned & (event == value)])) < 2 * folds:
            raise InputError(f"Fewer than {2 * folds} subjects have the outcome '{keys[value]}'; {folds} folds need "
                             "two in each.")
    _refuse_torn(known["subject"], learned)
    people, event = known["subject"][learned], event[learned]
    fold = deal_folds(event, people, folds, seed)
    found = cross_fit(boxes[learned], event, people, fold, plan, seed, lambda s, text: progress(0.98 * s, text),
                      cancelled)
    simulated = set(known["simulated"]) == {"yes"}
    area = delong(event == 1, found.whole.probability)
    facts = {
        "outcome": column, "values": list(keys), "rows": int(learned.sum()), "subjects": len(set(people)),
        "events": int(event.sum()), "folds": folds, "seed": seed, "plan": asdict(plan),
        "architecture": f"convolutions {', '.join(map(str, plan.design.channels))} ({plan.design.kind}), mean over the "
                        "box, logistic",
        "auc_of_people_left_out": [area.value, area.lower, area.upper],
        "epochs": [one.best_epoch + 1 for one in found.trained],
        "agreement": [round(one, 4) for one in found.agreement], "software": _software()}
    encoder = encoder_of(found.network, boxes[learned], settings, simulated, facts)
    columns = _with_others(table_columns(found), learned, encoder, boxes)
    progress(1.0, "written down")
    return DeepStudy(encoder, columns, area, int(event.sum()), int(learned.sum()),
                     tuple(one.losses for one in found.trained), tuple(one.best_epoch for one in found.trained),
                     found.agreement)


def _refuse_torn(people: np.ndarray, learned: np.ndarray) -> None:
    both = sorted(set(people[learned]) & set(people[~learned]))
    if both:
        raise InputError(f"Some rows of the subject '{both[0]}' would be learned from and others not; give all of them "
                         "an outcome and one set.")


def _with_others(columns: Mapping[str, np.ndarray], learned: np.ndarray, encoder: Encoder,
                 boxes: np.ndarray) -> dict[str, np.ndarray]:
    """``columns`` of the learned rows, and those of the frozen network for all others (also as stand-ins)."""
    if learned.all():
        return dict(columns)
    frozen = encoder.encode(boxes[~learned])
    found = {}
    for name, values in columns.items():
        if name == NETWORK_FOLD:
            found[name] = np.full(len(learned), "", object)
        else:
            found[name] = np.empty(len(learned))
            found[name][~learned] = frozen[name.partition("_without_")[0]]
        found[name][learned] = values
    return found


def _software() -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in ("numpy", "torch", "onnx", "onnxruntime")}
