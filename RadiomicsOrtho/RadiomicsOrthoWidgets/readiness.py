"""Why Apply is not possible yet, in the user's words."""

from RadiomicsOrthoScene.extraction import FEATURES_ONLY, scan_facts
from slicer.i18n import tr as _

from .translation import shown

#: missing values that are named, so that the panel does not grow by a page
MOST_NAMED = 6


def reasonNotReady(logic, node) -> str:
    """The next thing to do before ``node`` (a parameter node) can be applied; empty if there is none.

    ``logic`` is a ``RadiomicsOrthoLogic``.
    """
    model = logic.model(node.modelId)
    if model is not None and not model.uses_scan:
        return _reasonValuesNotReady(node, model)
    if not node.inputVolume:
        return _("Load a CT and choose it as the volume, or choose a model that needs no scan.")
    if not node.segmentation:
        return _("Choose a segmentation, or draw one with Radiomics Ortho Segment.")
    if not logic.anatomy(node.segmentation, node.segmentId):
        return _("Choose a segment of the segmentation.")
    if model is None and node.modelId != FEATURES_ONLY:
        return _("Choose a model.")
    missing = _reasonValuesNotReady(node, model) if model else ""
    if missing:
        return missing
    if model and model.applicability.needs_calibration and not node.calibration:
        return _("Calibrate the scan to densities: section 'Density calibration' of the model.")
    reason = logic.choices.problem(node, scan_facts(node.inputVolume)) \
        if model is None or node.extractFeatures else ""
    return shown(reason) or _reasonAnswersNotReady(logic.answers, node, model)


def _reasonValuesNotReady(node, model) -> str:
    """The entered values that are missing; those without meaning for this person are not asked for."""
    entered = dict(node.clinical)
    missing = [shown(item.title) for item in model.asked(entered)
               if item.source == "clinical" and not item.optional and not entered.get(item.name)]
    more = len(missing) - MOST_NAMED
    if more > 0:
        missing = [*missing[:MOST_NAMED], _("{count} more").format(count=more)]
    return _("Enter {values}.").format(values=", ".join(missing)) if missing else ""


def _reasonAnswersNotReady(reader, node, model) -> str:
    problem = reader.problem(node)
    if problem:
        return shown(problem)
    answers = reader.answers_of(node)
    given = {**answers.values, **answers.categories} if answers else {}
    missing = [shown(item.title) for item in model.semantic_inputs if item.key not in given] if model else ()
    if missing:
        return _("Answer under 'Findings by eye': {questions}.").format(questions=", ".join(missing))
    if answers and answers.missing:
        return _("Answer under 'Findings by eye', or choose 'not assessable': {questions}.").format(
            questions=", ".join(shown(question.title) for question in answers.missing))
    return ""
