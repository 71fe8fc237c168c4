"""Which models apply to a scan and its regions, which want values first, and why the others do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..errors import InputError
from ..imaging.calibration.calibration import DensityCalibration
from ..imaging.image import BoneImage
from ..models.bundle import ModelBundle, ModelInput
from ..quality.finding import Finding, refusals
from ..scoring.applicability import check_applicability, check_intensity, check_scan, missing_inputs
from ..scoring.case_facts import RegionFacts, ScanFacts
from .levelled_regions import ScanRegion

#: what a whole bone is measured in, where the model wants a part of it that can be made
_WHOLE = ("whole-body", "unknown")


@dataclass(frozen=True)
class ModelChoice:
    """A model, and the regions that it is to be applied to; none for one that needs no scan.

    ``needs`` are the values that must be entered first.  ``reason`` (one sentence, with a ``remedy``) says why the
    model does not apply; empty if it does.
    """

    model: ModelBundle
    regions: tuple[ScanRegion, ...] = ()
    needs: tuple[ModelInput, ...] = ()
    reason: str = ""
    remedy: str = ""

    @property
    def can_be_computed(self) -> bool:
        return not self.needs and not self.reason


def choose_models(models: Iterable[ModelBundle], image: BoneImage, regions: Sequence[ScanRegion],
                  clinical: Mapping[str, str], wanted: Sequence[str] = (),
                  calibration: DensityCalibration | None = None) -> tuple[ModelChoice, ...]:
    """One choice for each model that applies unasked, and for the others whose ids are ``wanted``.

    Raises InputError for a value that no model asks for, and for one that models ask differently.
    """
    models = tuple(model for model in models if applies_unasked(model) or model.id in wanted)
    check_values(models, clinical)
    return tuple(_choice(model, image, regions, values_for(model, clinical), calibration_for(model, calibration))
                 for model in models)


def applies_unasked(model: ModelBundle) -> bool:
    """False for a model without a scan: whether it was made for this person no scan tells; and for a simulated one."""
    return model.uses_scan and model.trust != "simulated"


def fitting_values(models: Iterable[ModelBundle], wanted: Sequence[str], entered: Mapping[str, str],
                   chosen: str = "") -> dict[str, str]:
    """Of everything that was ``entered`` by name what :func:`choose_models` takes.

    A name that models mean differently counts for the model ``chosen``, for which it was entered.
    """
    models = [model for model in models if applies_unasked(model) or model.id in wanted]
    found = {}
    for name, value in entered.items():
        asked = {_question(item) for model in models for item in model.clinical_inputs if item.name == name}
        own = any(item.name == name for model in models if model.id == chosen for item in model.clinical_inputs)
        if value and (len(asked) == 1 or (asked and own)):
            found[name if len(asked) == 1 else f"{chosen}:{name}"] = value
    return found


def calibration_for(model: ModelBundle, calibration: DensityCalibration | None) -> DensityCalibration | None:
    """The calibration for a model of densities; a model of HU measures on HU, unless the voxels are none."""
    if calibration is None or model.applicability.needs_calibration or calibration.from_unit != "HU":
        return calibration
    return None


def values_for(model: ModelBundle, clinical: Mapping[str, str]) -> dict[str, str]:
    """What ``model`` asks for among the entered values; those of another model's own are left out."""
    entered = {name: value for name, value in clinical.items() if ":" not in name}
    own = {name.partition(":")[2]: value for name, value in clinical.items() if name.partition(":")[0] == model.id}
    known = {item.name for item in model.clinical_inputs}
    found = {name: value for name, value in {**entered, **own}.items() if name in known and value != ""}
    asked = {item.name for item in model.asked(found)}
    return {name: value for name, value in found.items() if name in asked}


def check_values(models: Sequence[ModelBundle], clinical: Mapping[str, str]) -> None:
    """InputError for a value that none of ``models`` asks for, and for one that they ask differently."""
    questions: dict[str, dict[tuple, str]] = {}
    for model in models:
        for item in model.clinical_inputs:
            questions.setdefault(item.name, {}).setdefault(_question(item), model.id)
    for name in clinical:
        model_id, separator, own = name.partition(":")
        if separator:
            model = next((model for model in models if model.id == model_id), None)
            if model is None:
                raise InputError(f"The value '{name}' is for the model '{model_id}', which is not among those to "
                                 "compute.")
            if own not in {item.name for item in model.clinical_inputs}:
                raise InputError(f"The model '{model_id}' does not ask for '{own}'.")
        elif name not in questions:
            raise InputError(f"None of the models asks for '{name}'; name a model that does, or leave it out.")
        elif len(questions[name]) > 1 and not all(f"{model_id}:{name}" in clinical
                                                  for model_id in questions[name].values()):
            first, second = tuple(questions[name].values())[:2]
            raise InputError(f"The models '{first}' and '{second}' mean different things by '{name}'; give it as "
                             f"'{first}:{name}' or '{second}:{name}'.")


def _question(item: ModelInput) -> tuple[object, ...]:
    """What makes two values of one name the same value."""
    return item.title, item.unit, tuple(item.choices or ())


def _choice(model: ModelBundle, image: BoneImage, regions: Sequence[ScanRegion],
            entered: Mapping[str, str], calibration: DensityCalibration | None) -> ModelChoice:
    needs = tuple(item for item in missing_inputs(model, entered) if item.source == "clinical")
    if not model.uses_scan:
        return ModelChoice(model, needs=needs)
    scan = ScanFacts.of(image)
    refused = refusals((*check_scan(model, scan), *check_intensity(model, scan, calibration)))
    if refused:
        return _refused(model, refused)
    fitting = [region for region in regions if region.roi.site == model.applicability.site]
    if not fitting:
        return ModelChoice(model, reason=f"It was made for the {model.applicability.site}, and none is among the "
                           "regions.", remedy="Look for that bone, or draw it.")
    refused = refusals(check_applicability(model, scan, RegionFacts.of(fitting[0].roi)))
    if refused:
        return _refused(model, refused)
    if model.semantic_inputs:
        return ModelChoice(model, reason="It needs what a reader sees: "
                           f"{', '.join(item.title for item in model.semantic_inputs)}.",
                           remedy="Answer the questions, and apply this model alone to the region.")
    chosen, reason, remedy = _regions_for(model, fitting)
    return ModelChoice(model, chosen, needs, reason, remedy)


def _refused(model: ModelBundle, findings: Sequence[Finding]) -> ModelChoice:
    return ModelChoice(model, reason=findings[0].sentence, remedy=findings[0].remedy)


def _regions_for(model: ModelBundle, regions: Sequence[ScanRegion]) -> tuple[tuple[ScanRegion, ...], str, str]:
    """The regions to score, or the reason and the remedy."""
    applies = model.applicability
    measurable = [region for region in regions if region.complete and _has_compartment(model, region)]
    if not measurable:
        return (), f"It measures the compartment '{applies.compartment}', and no complete region has it.", \
            "Draw that part by hand, or use a scan that shows the bone completely."
    measurable = _one_for_each_place(measurable, applies.compartment)
    if not applies.levels:
        return tuple(measurable), "", ""
    wanted = " or ".join(applies.levels)
    if not any(region.roi.level for region in regions):
        return (), f"It was made for {wanted}, and it is not known which body that is.", \
            "Name the level of one body; the others follow."
    found = tuple(region for region in measurable if region.roi.level in applies.levels)
    if found:
        return found, "", ""
    if any(region.roi.level in applies.levels for region in regions):
        return (), f"It was made for {wanted}, which the scan cuts off.", "Use a scan that shows it completely."
    return (), f"It was made for {wanted}, which is not among the regions.", \
        "Use a scan that shows it, or draw it by hand; check the named levels."


def _one_for_each_place(regions: Sequence[ScanRegion], compartment: str) -> list[ScanRegion]:
    """A part that was drawn goes before the whole bone that it would be made from."""
    found: dict[object, ScanRegion] = {}
    for region in sorted(regions, key=lambda region: region.roi.compartment != compartment):
        found.setdefault(region.roi.level or region.roi.side or region.body or region.name, region)
    chosen = {id(region) for region in found.values()}
    return [region for region in regions if id(region) in chosen]


def _has_compartment(model: ModelBundle, region: ScanRegion) -> bool:
    wanted, has = model.applicability.compartment, region.roi.compartment
    return wanted in ("unknown", has) or has in model.applicability.also_measured_in \
        or (wanted == "trabecular" and has in _WHOLE)
