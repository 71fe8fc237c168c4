"""Why Apply is not possible yet, in the user's words."""

from RadiomicsOrthoScene.extraction import FEATURES_ONLY, scan_facts
from slicer.i18n import tr as _


def reasonNotReady(logic, node) -> str:
    """The next thing to do before ``node`` (a parameter node) can be applied; empty if there is none.

    ``logic`` is a ``RadiomicsOrthoLogic``.
    """
    if not node.inputVolume:
        return _("Load a CT and choose it as the volume.")
    if not node.segmentation:
        return _("Choose a segmentation, or draw one with Radiomics Ortho Segment.")
    if not logic.anatomy(node.segmentation, node.segmentId):
        return _("Choose a segment of the segmentation.")
    model = logic.model(node.modelId)
    if model is None and node.modelId != FEATURES_ONLY:
        return _("Choose a model.")
    missing = [item.title for item in model.clinical_inputs
               if not item.optional and not node.clinical.get(item.name)] if model else ()
    if missing:
        return _("Enter {values}.").format(values=", ".join(missing))
    reason = logic.choices.problem(node, scan_facts(node.inputVolume)) \
        if model is None or node.extractFeatures else ""
    return reason or _reasonAnswersNotReady(logic.answers, node, model)


def _reasonAnswersNotReady(reader, node, model) -> str:
    problem = reader.problem(node)
    if problem:
        return problem
    answers = reader.answers_of(node)
    given = {**answers.values, **answers.categories} if answers else {}
    missing = [item.title for item in model.semantic_inputs if item.key not in given] if model else ()
    if missing:
        return _("Answer under 'Findings by eye': {questions}.").format(questions=", ".join(missing))
    if answers and answers.missing:
        return _("Answer under 'Findings by eye', or choose 'not assessable': {questions}.").format(
            questions=", ".join(question.title for question in answers.missing))
    return ""
